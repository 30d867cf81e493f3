/** The markets that the table of squeeze-break looks at, and what their candles alone give. */
import type { Candle } from './candles.ts';
import { flat, wilder } from './candles.ts';
import type { Expected } from './row.ts';

export function long(entry: number, stop: number, points: Expected['points']): Expected {
  const levels = { entry, stop: entry - stop, target: entry + 2 * stop, bars: 48 };
  return { direction: 'long', side: 'long', points, holds: ['long'], levels };
}

export function short(entry: number, stop: number, points: Expected['points']): Expected {
  const levels = { entry, stop: entry + stop, target: entry - 2 * stop, bars: 48 };
  return { direction: 'short', side: 'short', points, holds: ['short'], levels };
}

export function waits(side: 'long' | 'short', points: Expected['points']): Expected {
  return { direction: 'none', side, points, holds: [], levels: null };
}

export function turned(candles: readonly Candle[]): Candle[] {
  return candles.map(([open, high, low, close, volume]) => [200 - open, 200 - low, 200 - high, 200 - close, volume]);
}

/**
 * A flat base is squeezed from its 20th candle on: no deviation, an ATR of 2. One close at 140 ends that for as long as it is among
 * the last 20: the band stands 19.4 above 100, EMA20 4.4 and 1.5 ATR 13.7 at most. 20 candles after it the squeeze begins anew.
 */
const SPIKE: readonly Candle[] = [
  [100, 141, 99, 140, 10],
  [140, 141, 99, 100, 10],
];

/** A new squeeze of `bars` candles, after spikes every 20 candles as often as it takes to reach back 120. */
export function squeezedFor(bars: number, spikes = 1): Candle[] {
  return [
    ...flat(200),
    ...Array.from({ length: spikes - 1 }, () => [...SPIKE, ...flat(18)]).flat(),
    ...SPIKE,
    ...flat(18 + bars),
  ];
}

/** ATR after that: each spike has two ranges of 42. */
export function atrAfter(bars: number, spikes: number, ...ranges: readonly number[]): number {
  const quiet = (count: number): number[] => Array.from({ length: count }, () => 2);
  const before = Array.from({ length: spikes - 1 }, () => [42, 42, ...quiet(18)]).flat();
  return wilder(2, [...before, 42, 42, ...quiet(18 + bars), ...ranges]);
}

/** Far enough up or down to end the squeeze at once: the range 15, 14 from 100. */
export const BURST: Candle = [100, 114.5, 99.5, 114, 10];
export const BURST_ATR = (26 + 15) / 14;
export const BASE = flat(400);

/** All widths are 0: rank .5. The run is longer than 24 candles. Only the last candle left the middle, away from it. */
export const POINTS = { compression: 15, release: 20, trendline: 0, volume: 0, open_interest: 10 };

/** A high, or a low, beyond the base. */
export const wick = (high: number): Candle => [100, high, 99, 100, 10];
export const wicksAt = (high: number, ...gaps: readonly number[]): Candle[] =>
  gaps.flatMap((gap) => [wick(high)].concat(flat(gap - 1)));

/** The range of a wick at 103 is 4, `ago` candles before the last of range 15. */
export function atrWithWicks(high: number, ...ago: readonly number[]): number {
  return 2 + 13 / 14 + ago.reduce((sum, bars) => sum + ((high - 101) / 14) * (13 / 14) ** bars, 0);
}

/** After the burst a candle whose range lifts the ATR, and a close that comes back towards the run. */
export const back = (high: number, low: number, close: number): readonly Candle[] => [
  [100, 113, 99.5, 112, 10],
  [112, high, low, close, 10],
];
export const backAtr = (range: number): number => wilder(2, [13.5, range]);

/** Down first: momentum is -.507 when the close is back above the run. */
export const DOWN_UP: readonly Candle[] = [
  [100, 100, 88.5, 89, 10],
  [89, 102, 89, 101.5, 10],
];

export const longAt = (points: Partial<Record<keyof typeof POINTS, number>>): Expected =>
  long(114, 2 * BURST_ATR, { ...POINTS, ...points });
export const shortAt = (points: Partial<Record<keyof typeof POINTS, number>>): Expected =>
  short(86, 2 * BURST_ATR, { ...POINTS, ...points });
export const LOUD: Candle = [100, 114.5, 99.5, 114, 17.5];
