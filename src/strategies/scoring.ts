/** The arithmetic that all strategies share: ramps, candles seen from one side, blocks of points. */
import type { CandleColumns } from '../core/candles.ts';
import type { Component, Part, Side } from '../core/strategy.ts';

/** Where `x` stands on the way from `from` (0) to `to` (1), clamped; `from` > `to` makes it falling. */
function lin(x: number, from: number, to: number): number {
  return clamp((x - from) / (to - from), 0, 1);
}

export function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

/** 1 for long, -1 for short: a price times this turns the chart upside down, so that every rule is written once, for longs. */
export function signOf(side: Side): 1 | -1 {
  return side === 'long' ? 1 : -1;
}

/** One candle as its side sees it: for shorts all prices are negated, and high and low change places. */
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

/** Volume against the average before it, 1 is average; 0 when that average is 0 (rulings.md 19). */
export function volumeRatio(candles: CandleColumns, averageVolume: (index: number) => number, index: number): number {
  return ratio(candles.volume[index]!, averageVolume(index - 1));
}

/** 0 when the base is not positive. */
export function ratio(value: number, base: number): number {
  return base > 0 ? value / base : 0;
}

/** Points that grow from nothing at `zeroAt` to `max` at `fullAt`. */
export function ramp(part: string, value: number, zeroAt: number, fullAt: number, max: number): Part {
  return { part, value, zero_at: zeroAt, full_at: fullAt, points: max * lin(value, zeroAt, fullAt), max };
}

/** All points beyond `above`, none up to it. */
export function step(part: string, value: number, above: number, max: number): Part {
  return { part, value, zero_at: above, full_at: above, points: value > above ? max : 0, max };
}

/** What cannot be measured for lack of history: half of its points (rulings.md 9). */
export function unmeasured({ part, zero_at, full_at, max }: Part): Part {
  return { part, value: null, zero_at, full_at, points: max / 2, max };
}

/** A share of the score that candles alone decide. The text is only written for the side that is shown. */
export interface PriceBlock {
  readonly component: string;
  readonly parts: readonly Part[];
  readonly max: number;
  readonly code: string;
  readonly text: () => string;
}

export function sumOfPoints(parts: readonly Part[]): number {
  return parts.reduce((sum, { points }) => sum + points, 0);
}

/** Candles are known, so the points are too: low and high equal them. */
export function priceComponent({ component, parts, max, code, text }: PriceBlock): Component {
  const points = sumOfPoints(parts);
  return { component, parts, points, max, low: points, high: points, code, text: text() };
}

/** For texts: six significant digits, no padding. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** For texts: a ratio or a distance with two decimals. */
export function decimals(value: number): string {
  return value.toFixed(2);
}

/** JSON has no NaN: an indicator that does not exist yet is null. */
export function known(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
