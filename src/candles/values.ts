/** Numbers and times as candle files write them. */
import { HOUR_MS, MINUTE_MS } from '../core/time.ts';

/** No writer makes a number or time that is longer: a field of megabytes costs no pattern matching. */
export const LONGEST_TEXT = 1024;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/**
 * The year first leaves no doubt, whatever stands between; Excel drops the zero of an hour, and CryptoDataDownload wrote `12-AM`.
 * Zones: `Z`, ` UTC`, `GMT`, `+00`, `+0530`, ` -03:00`, ` GMT+8`, and Go's ` +0000 UTC`.
 */
const TIME =
  /^(?<year>\d{4})([-/.])(?<month>\d\d)\2(?<day>\d\d)(?:[T ](?<hour>\d\d?)(?::(?<minute>\d\d)(?::(?<second>\d\d(?:\.\d+)?))?(?: ?(?<half>[AP]M))?|[- ](?<only>[AP]M))(?<zone> ?(?:Z|(?:UTC|GMT)?(?:(?<sign>[+-])(?<hours>\d\d?)(?::?(?<minutes>\d\d))?(?: UTC)?)?))?)?$/i;
/** No clock is further from UTC. */
const FARTHEST_ZONE_MS = 15 * HOUR_MS;

/** A number, or a decimal number in a string; NaN for all else. May be infinite. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const isDecimal = typeof value === 'string' && value.length <= LONGEST_TEXT && DECIMAL.test(value.trim());
  return isDecimal ? Number(value) : Number.NaN;
}

interface ReadTime {
  /** A number in whatever unit the file uses, or ms UTC; NaN for what is no time, and for days that no calendar has. */
  readonly time: number;
  /** True when it names no zone and is taken as UTC. */
  readonly naive: boolean;
}

export function toTextTime(value: unknown): ReadTime {
  const number = toNumber(value);
  if (!Number.isNaN(number) || typeof value !== 'string' || value.length > LONGEST_TEXT) {
    return { time: number, naive: false };
  }
  const groups = TIME.exec(value.trim())?.groups;
  if (groups === undefined) return { time: Number.NaN, naive: false };
  const { year, month, day, zone = '', sign, hours = '0', minutes = '0' } = groups;
  const date = `${year}-${month}-${day}`;
  const time = Date.parse(`${date}T${clockOf(groups)}Z`);
  const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS);
  if (!isDay || Math.abs(offset) > FARTHEST_ZONE_MS) return { time: Number.NaN, naive: false };
  return { time: time - offset, naive: zone.trim() === '' };
}

/** `hh:mm:ss`; what no clock shows is left to Date.parse. */
function clockOf({ hour = '0', minute = '00', second = '00', half, only }: Record<string, string | undefined>): string {
  const said = (half ?? only)?.toUpperCase();
  const isTwelve = said !== undefined && Number(hour) >= 1 && Number(hour) <= 12;
  if (said !== undefined && !isTwelve) return 'none';
  const hours = said === undefined ? hour : String((Number(hour) % 12) + (said === 'PM' ? 12 : 0));
  return `${hours.padStart(2, '0')}:${minute}:${second}`;
}
