/** What squeeze-break measures in the candles. */
import type { MarketView, Side } from '../core/strategy.ts';
import type { Trendline } from '../indicators/trendlines.ts';
import { findTrendlines } from '../indicators/trendlines.ts';
import type { Entry } from './conditions.ts';
import type { BySide } from './sides.ts';
import { clamp, signOf, volumeRatio } from './sides.ts';
import type { SqueezeRun } from './squeeze.ts';
import { isSqueezed, momentumAt, releasedRun, runUntil, widthPercentile } from './squeeze.ts';

export const PARAMETERS = {
  min_squeeze_bars: 6,
  width_bars: 120,
  trendline_exclude_bars: 3,
  min_stop_atr: 1,
  max_stop_atr: 2,
  target_stops: 2,
  max_bars: 48,
} as const;

export interface Reading {
  readonly close: number;
  readonly atr: number;
  /** Dear, and mostly not asked for. */
  readonly momentum: () => number;
  /** A squeeze that has just ended; null when none has. */
  readonly run: SqueezeRun | null;
  /** The run that the next candle can break: a squeeze that goes on, which it may end, or the one that has ended; null when there is none. */
  readonly upcoming: () => SqueezeRun | null;
}

/** For shorts prices and momentum are negated. */
export interface SqueezeEntry extends Entry {
  readonly momentum: () => number;
  readonly run: SqueezeRun | null;
  /** The edge of the run that the close must leave; NaN without one. */
  readonly near: number;
}

export interface Facts extends SqueezeEntry {
  readonly momentumNow: number;
  readonly previousMomentum: number;
  /** The better one of the last two candles; NaN when it was measured in neither. */
  readonly volume: number;
  /** Rank of the band's width at the run's end, 0..1; NaN without a run. */
  readonly widthPercentile: number;
  /** The best line against the side; null without a run. */
  readonly line: Trendline | null;
}

export function readAt(view: MarketView, bar: number): Reading {
  const run = releasedRun(view, bar);
  return {
    close: view.candles.close[bar]!,
    atr: view.indicators.atr14[bar]!,
    momentum: () => momentumAt(view, bar),
    run,
    upcoming: once(() => (isSqueezed(view.indicators, bar) ? runUntil(view, bar) : run)),
  };
}

/** Both sides ask. */
function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | null = null;
  return () => (found ??= { value: find() }).value;
}

export function entryOf(reading: Reading, side: Side): SqueezeEntry {
  const { atr, run } = reading;
  const sign = signOf(side);
  const close = sign * reading.close;
  const long = side === 'long';
  const far = run === null ? -Infinity : long ? run.low : -run.high;
  const stop = clamp(close - far, PARAMETERS.min_stop_atr * atr, PARAMETERS.max_stop_atr * atr);
  return {
    side,
    close,
    atr,
    stop,
    target: PARAMETERS.target_stops * stop,
    momentum: () => sign * reading.momentum(),
    run,
    near: run === null ? Number.NaN : long ? run.high : -run.low,
  };
}

export function factsOf(view: MarketView, reading: Reading): BySide<Facts> {
  const { candles, indicators } = view;
  const bar = candles.length - 1;
  const { run, atr } = reading;
  const now = reading.momentum();
  const before = momentumAt(view, bar - 1);
  const volume = volumeRatio(candles, indicators.volume20, bar, 2);
  const width = run === null ? Number.NaN : widthPercentile(indicators, run.end, PARAMETERS.width_bars);
  const options = { atr, exclude: PARAMETERS.trendline_exclude_bars };
  const measured = { ...reading, momentum: () => now };
  const of = (side: Side): Facts => ({
    ...entryOf(measured, side),
    momentumNow: signOf(side) * now,
    previousMomentum: signOf(side) * before,
    volume,
    widthPercentile: width,
    line: run === null ? null : findTrendlines(candles, bar, side === 'long' ? 'resistance' : 'support', options),
  });
  return { long: of('long'), short: of('short') };
}
