/** Candles as one side sees them. For shorts prices are negated, so that every rule is written once, for longs. */
import type { CandleColumns } from '../core/candles.ts';
import type { Side } from '../core/strategy.ts';

export type BySide<T> = Readonly<Record<Side, T>>;

export function bothSides<T>(value: T): BySide<T> {
  return { long: value, short: value };
}

/** A price times this is what the side sees. */
export function signOf(side: Side): 1 | -1 {
  return side === 'long' ? 1 : -1;
}

export function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

/** Finite: 0 when the base is not positive, and the largest number where it is too small. */
export function ratio(value: number, base: number): number {
  return base > 0 ? Math.min(value / base, Number.MAX_VALUE) : 0;
}

/** One candle as its side sees it: for shorts high and low change places, too. */
export interface Bar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

export function barAt(candles: CandleColumns, index: number, side: Side): Bar {
  const open = candles.open[index]!;
  const high = candles.high[index]!;
  const low = candles.low[index]!;
  const close = candles.close[index]!;
  return side === 'long' ? { open, high, low, close } : { open: -open, high: -low, low: -high, close: -close };
}

/** Where the close lies between low (0) and high (1); 0.5 when the candle has no range. */
export function closeLocation(bar: Bar): number {
  return bar.high === bar.low ? 0.5 : (bar.close - bar.low) / (bar.high - bar.low);
}

/** Share of the range that lies below the body, 0..1; 0 when the candle has no range. */
export function lowerWick(bar: Bar): number {
  return bar.high === bar.low ? 0 : (Math.min(bar.open, bar.close) - bar.low) / (bar.high - bar.low);
}

/**
 * Volume against the average of the 20 candles before it, the most among the `bars` candles that end at `bar`; 1 is average, 0 stands for
 * an average of 0. NaN when none of them has both.
 */
export function volumeRatio(
  { volume }: CandleColumns,
  averageVolume: (index: number) => number,
  bar: number,
  bars = 1,
): number {
  let most = Number.NaN;
  for (let index = bar; index > bar - bars; index -= 1) {
    const average = averageVolume(index - 1);
    const isKnown = !Number.isNaN(volume[index]!) && !Number.isNaN(average);
    const one = isKnown ? ratio(volume[index]!, average) : Number.NaN;
    if (one > most || Number.isNaN(most)) most = one;
  }
  return most;
}
