/** Time in the whole project: integers in milliseconds UTC unless a name says otherwise. */

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Length of every timeframe that candles may have, in ms. The names are ccxt's. */
export const TIMEFRAME_MS = {
  '1m': MINUTE_MS,
  '3m': 3 * MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
  '2h': 2 * HOUR_MS,
  '4h': 4 * HOUR_MS,
  '6h': 6 * HOUR_MS,
  '8h': 8 * HOUR_MS,
  '12h': 12 * HOUR_MS,
  '1d': DAY_MS,
} as const;

export type Timeframe = keyof typeof TIMEFRAME_MS;

/** All timeframes, finest first. */
export const TIMEFRAMES: readonly Timeframe[] = Object.keys(TIMEFRAME_MS) as Timeframe[];

/** Order in which `--timeframe auto` lets a market fall back. */
export const AUTO_TIMEFRAMES: readonly Timeframe[] = ['4h', '1h', '1d', '15m', '5m'];

export function isTimeframe(text: string): text is Timeframe {
  return Object.hasOwn(TIMEFRAME_MS, text);
}

/** The timeframe of exactly `ms` milliseconds, or null when none has that length. */
export function timeframeOf(ms: number): Timeframe | null {
  return TIMEFRAMES.find((timeframe) => TIMEFRAME_MS[timeframe] === ms) ?? null;
}

/** The last multiple of `stepMs` at or before `timeMs`: candles and buckets are aligned to 00:00 UTC 1970. */
export function floorTo(timeMs: number, stepMs: number): number {
  return Math.floor(timeMs / stepMs) * stepMs;
}
