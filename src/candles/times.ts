/** What the times of a file are: their unit, what they label, and why they cannot be those of candles. */
import { floorTo, HOUR_MS, MINUTE_MS, TIMEFRAME_MS, type Timeframe } from '../core/time.ts';
import { formatDuration } from '../platform/text.ts';

/** What a format knows of the times that it read. */
export interface TimesSaid {
  /** Rows with a time that names no zone, read as UTC. */
  readonly naiveTimes: number;
  /** True when they label the end of a candle. */
  readonly labelsEnd: boolean;
}

export const PLAIN_TIMES: TimesSaid = { naiveTimes: 0, labelsEnd: false };

/** Times in ms by their magnitude. */
export const MS_FROM = 1e11;
export const MS_BELOW = 1e14;
/** Days since 1900, of the years 1954 to 2119. */
const SERIAL_FROM = 20_000;
const SERIAL_BELOW = 80_000;
/** In seconds within four months of 1970: what is written beside candles counts them. */
const ROWS_BELOW = 1e7;
const COMPACT_DATE =
  /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])(?:[0-5]\d(?:[0-5]\d(?:\d{3})?)?)?)?$/;
/** A candle that ends 1 s or 1 ms before the next one opens ends there. */
const LAST_OF_CANDLE_MS = 1_000;
/** Midnight of UTC+8. */
const ASIAN_MIDNIGHT_MS = 16 * HOUR_MS;
/** Of the rows: so many in one place are no slips. */
const SAME_PLACE_SHARE = 0.9;
/** Clocks of one network are no further apart. */
const CLOCKS_APART_MS = 5 * MINUTE_MS;
const EASTERNMOST_HOURS = 14;
const ZONE_STEP_MS = 15 * MINUTE_MS;

/** After 1970 and within what nanoseconds can say. */
export function isSoundTime(time: number): boolean {
  return time > 0 && time < 1e19;
}

/** By magnitude: s below 1e11, ms below 1e14, us below 1e17, else ns. Some files have two units. */
export function millisecondsOf(time: number): number {
  if (time < MS_FROM) return time * 1e3;
  if (time < MS_BELOW) return time;
  // Nanoseconds lie beyond 2^53: the double is off by less than a microsecond.
  return time < 1e17 ? time / 1e3 : Math.round(time / 1e6);
}

/** Why numbers are no times although they are sound; null when they may be. */
export function noTimesDetail(time: Float64Array): string | null {
  const sound = time.filter(isSoundTime);
  const [first] = sound;
  if (first === undefined) return null;
  if (sound.every((at) => at >= SERIAL_FROM && at < SERIAL_BELOW)) {
    return `its times are serial numbers of a spreadsheet (days since 1900), as ${first}: ${FORMAT_DATES}`;
  }
  if (sound.every((at) => at < ROWS_BELOW)) {
    return `its times are row numbers, as ${first}: write the times at which the candles open in their place`;
  }
  if (!sound.every((at) => COMPACT_DATE.test(String(at)))) return null;
  return `its times are dates without separators, as ${first}: write them as 2024-04-05 00:00:00Z or as ms UTC`;
}

const EXPONENT = /^\s*\d(?:[.,]\d*)?e\+?\d+\s*$/i;
const FORMAT_DATES = 'format the column as yyyy-mm-dd hh:mm:ss and save it again';

/**
 * Why times with an exponent are none: a spreadsheet shows six digits, and saves what it shows. No whole minute is left of them.
 *
 * @param written the first time as the file has it
 */
export function cutTimesDetail(written: unknown, time: Float64Array): string | null {
  if (typeof written !== 'string' || !EXPONENT.test(written.slice(0, 40))) return null;
  if (time.some(isSoundTime) && time.every((at) => !isSoundTime(at) || millisecondsOf(at) % MINUTE_MS === 0))
    return null;
  return `its times have lost digits, as ${written.trim()}: a spreadsheet has cut them as it saved the file: get the file again`;
}

/** Moves times that label the end of a candle to its start, in place; how many they were. */
export function moveToOpen(time: Float64Array, stepMs: number): number {
  let moved = 0;
  for (const [row, at] of time.entries()) {
    const end = floorTo(at + LAST_OF_CANDLE_MS, stepMs);
    if (!isSoundTime(at) || Math.abs(end - at) > LAST_OF_CANDLE_MS) continue;
    time[row] = end - stepMs;
    moved++;
  }
  return moved;
}

/** Of candles most of which do not open where their timeframe has it. */
export function offGridDetail(time: Float64Array, timeframe: Timeframe): string {
  const stepMs = TIMEFRAME_MS[timeframe];
  const place = time[time.length - 1]! % stepMs;
  const isSame = time.filter((at) => at % stepMs === place).length >= time.length * SAME_PLACE_SHARE;
  if (isSame && stepMs - place <= LAST_OF_CANDLE_MS) {
    return 'its times label the end of each candle: call the column close_time';
  }
  if (isSame && place !== 0 && place === ASIAN_MIDNIGHT_MS % stepMs) {
    const from =
      timeframe === '1d' ? 'its days begin at 16:00 UTC' : `its ${timeframe} candles are of days from 16:00 UTC`;
    const name = timeframe.replace('h', 'H').replace('d', 'D');
    return `${from}, midnight of UTC+8: get those of UTC (at OKX and Bitget the interval ${name}utc), or 4h candles, of which they are made`;
  }
  if (isSame && place !== 0 && place % ZONE_STEP_MS === 0) {
    return `its ${timeframe} candles open ${formatDuration(place)} behind multiples of ${timeframe} from 00:00 UTC: its times are those of another zone: write them in UTC`;
  }
  return `its open times are no multiples of ${timeframe} from 00:00 UTC`;
}

/**
 * Why times without a zone are not UTC: no candle has opened that late. Null when they may be.
 *
 * @param newest open time of the newest candle, ms
 * @param now wall clock, ms UTC
 */
export function localTimesDetail(newest: number, now: number): string | null {
  const ahead = newest - now;
  if (!(ahead > CLOCKS_APART_MS)) return null;
  const hours = Math.ceil(ahead / HOUR_MS);
  const clock = hours > EASTERNMOST_HOURS ? '' : `, as a clock at UTC+${hours} or further east writes them`;
  return `its times name no zone, and the newest is ${hours} h ahead of this machine's clock${clock}: write them with Z or an offset`;
}
