/** Numbers and times as candle files write them. */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts';

/** No writer makes a number or time that is longer: a field of megabytes costs no pattern matching. */
export const LONGEST_TEXT = 1024;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/**
 * The year first leaves no doubt, whatever stands between; Excel drops the zero of an hour, and CryptoDataDownload wrote `12-AM`.
 * Zones: `Z`, ` UTC`, `GMT`, `+00`, `+0530`, ` -03:00`, ` GMT+8`, and Go's ` +0000 UTC`.
 */
const TIME =
  /^([12]\d{3})([-/.])(\d\d)\2(\d\d)(?:[T ](\d\d?)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?(?: ?([AP]M))?|[- ]([AP]M))( ?(?:Z|(?:UTC|GMT)?(?:([+-])(\d\d?)(?::?(\d\d))?(?: UTC)?)?))?)?$/i;
/** No clock is further from UTC. */
const FARTHEST_ZONE_MS = 15 * HOUR_MS;
/** 59.999 s are 59998.999... ms in doubles. */
const A_LITTLE = 1e-6;

/** A number, or a decimal number in a string; NaN for all else. May be infinite. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    return value.length <= LONGEST_TEXT && DECIMAL.test(value.trim()) ? Number(value) : Number.NaN;
  }
  return typeof value === 'bigint' ? Number(value) : Number.NaN;
}

interface ReadTime {
  /** A number in whatever unit the file uses, or ms UTC; NaN for what is no time, and for days that no calendar has. */
  readonly time: number;
  /** True when it names no zone and is taken as UTC. */
  readonly naive: boolean;
}

const NO_TIME: ReadTime = { time: Number.NaN, naive: false };

export function toTextTime(value: unknown): ReadTime {
  const number = toNumber(value);
  if (!Number.isNaN(number)) return { time: number, naive: false };
  const parts = typeof value === 'string' && value.length <= LONGEST_TEXT ? TIME.exec(value.trim()) : null;
  if (parts === null) return NO_TIME;
  const [, year, , month, day, hour = '0', minute = '0', second = '0', half, only, zone = '', sign, ...offset] = parts;
  const hours = hoursOf(Number(hour), half ?? only);
  const [zoneHours = '0', zoneMinutes = '0'] = offset;
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(zoneHours) * HOUR_MS + Number(zoneMinutes) * MINUTE_MS);
  if (hours > 23 || Number(minute) > 59 || Number(second) >= 60 || Math.abs(offsetMs) > FARTHEST_ZONE_MS)
    return NO_TIME;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (new Date(date).getUTCDate() !== Number(day) || new Date(date).getUTCMonth() !== Number(month) - 1) return NO_TIME;
  const clock = hours * HOUR_MS + Number(minute) * MINUTE_MS + Math.floor(Number(second) * SECOND_MS + A_LITTLE);
  return { time: date + clock - offsetMs, naive: zone.trim() === '' };
}

/** Beyond all hours for one that no clock of twelve shows. */
function hoursOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return hour < 1 || hour > 12 ? Infinity : (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
}
