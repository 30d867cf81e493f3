/** Trendlines and pivots as the feed shows them. Times are open times of candles, ms UTC. */
import type { CandleSeries } from '../core/candles.ts';
import type { Observable } from '../core/strategy.ts';
import { pivotHighs } from '../indicators/pivots.ts';
import type { Trendline } from '../indicators/trendlines.ts';
import { findTrendlines } from '../indicators/trendlines.ts';

const PIVOT_BARS = 5;
const PIVOT_LOOK = 240;
const PIVOTS_SHOWN = 10;

/** The best resistance and the best support up to the last candle, where there are any. */
export function bestTrendlines(candles: CandleSeries, atr: number): readonly Observable[] {
  return (['resistance', 'support'] as const)
    .map((side) => findTrendlines(candles, candles.length - 1, side, { atr, exclude: 1 }))
    .filter((line) => line !== null)
    .map((line) => trendlineObservable(candles, line));
}

export function trendlineObservable(candles: CandleSeries, line: Trendline): Observable {
  const pivots = line.side === 'resistance' ? candles.high : candles.low;
  return {
    side: line.side,
    i: { time: candles.time[line.i]!, price: pivots[line.i]! },
    j: { time: candles.time[line.j]!, price: pivots[line.j]! },
    slope_per_bar: line.slopePerBar,
    value_now: line.valueNow,
    touches: line.touches.map((index) => ({ time: candles.time[index]!, price: pivots[index]! })),
    span_bars: line.span,
    tolerance: line.tolerance,
    score: line.score,
    confirmed_at: candles.time[line.confirmedAt]!,
    broken_by_atr: line.brokenBy,
    broken: line.broken,
  };
}

/** The newest ten pivot highs and pivot lows each, oldest first; each was known `confirmed_at`, never earlier. */
export function latestPivots(candles: CandleSeries): readonly Observable[] {
  const t = candles.length - 1;
  const from = t - PIVOT_LOOK;
  const show = (side: 'high' | 'low', prices: Float64Array, indices: readonly number[]): readonly Observable[] =>
    indices.slice(-PIVOTS_SHOWN).map((index) => ({
      side,
      time: candles.time[index]!,
      price: prices[index]!,
      confirmed_at: candles.time[index + PIVOT_BARS]!,
    }));
  const upsideDown = candles.low.map((low) => -low);
  return [
    ...show('high', candles.high, pivotHighs(candles.high, from, t, PIVOT_BARS)),
    ...show('low', candles.low, pivotHighs(upsideDown, from, t, PIVOT_BARS)),
  ];
}
