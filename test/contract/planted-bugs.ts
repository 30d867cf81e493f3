/**
 * The three classic ways to look ahead, each planted in a copy of a real strategy. They reach the future as such bugs do: by
 * computing a column once for all of a market's memory and reading it at the bar in question, or by taking a bucket's start
 * for its end.
 */
import type { CandleSeries } from '../../src/core/candles.ts';
import { SERIES_INTERVAL_MS } from '../../src/core/series.ts';
import type { Evaluation, Strategy } from '../../src/core/strategy.ts';
import { atr } from '../../src/indicators/atr.ts';
import type { PivotFinder } from '../../src/indicators/trendlines.ts';
import { pivotHighs } from '../../src/indicators/pivots.ts';
import { findTrendlines } from '../../src/indicators/trendlines.ts';
import { trendlineObservable } from '../../src/strategies/observables.ts';
import { squeezeBreak } from '../../src/strategies/squeeze-break.ts';
import { trendBreakout } from '../../src/strategies/trend-breakout.ts';
import { mapExternal } from './markets.ts';

/** All candles that lie in the memory of a view, its future included, and the view's last bar among them. */
function wholeMemory(view: CandleSeries): { readonly candles: CandleSeries; readonly bar: number } {
  const whole = (column: Float64Array): Float64Array => new Float64Array(column.buffer);
  const close = whole(view.close);
  return {
    candles: {
      ...view,
      length: close.length,
      time: whole(view.time),
      open: whole(view.open),
      high: whole(view.high),
      low: whole(view.low),
      close,
      volume: whole(view.volume),
    },
    bar: view.close.byteOffset / Float64Array.BYTES_PER_ELEMENT + view.length - 1,
  };
}

function withTrendline(
  evaluation: Evaluation,
  candles: CandleSeries,
  bar: number,
  findPivots: PivotFinder,
): Evaluation {
  if (evaluation.kind === 'failed') return evaluation;
  const range = atr(candles.high, candles.low, candles.close, 14)[bar]!;
  const line = findTrendlines(candles, bar, 'resistance', { atr: range, exclude: 1, findPivots });
  const confirmed = line && { ...line, confirmedAt: Math.min(line.confirmedAt, bar) };
  const trendlines = confirmed ? [trendlineObservable(candles, confirmed)] : [];
  return { ...evaluation, observability: { ...evaluation.observability, trendlines } };
}

/** A pivot counts from its own bar on, although only the five bars after it make it one. */
export const pivotsFromTheFuture: Strategy = {
  ...squeezeBreak,
  evaluate: (input) => {
    const { candles, bar } = wholeMemory(input.candles);
    return withTrendline(squeezeBreak.evaluate(input), candles, bar, (high, from, last, k) =>
      pivotHighs(high, from, Math.min(last + k, high.length - 1), k),
    );
  },
};

/** A pivot counts as soon as the bars there are so far leave it standing. */
export const pivotsTooEarly: Strategy = {
  ...squeezeBreak,
  evaluate: (input) =>
    withTrendline(squeezeBreak.evaluate(input), input.candles, input.candles.length - 1, (high, from, last, k) => {
      const padded = Float64Array.from([...high.subarray(0, last + 1), ...Array.from({ length: k }, () => -Infinity)]);
      return pivotHighs(padded, from, last + k, k);
    }),
};

/** The bucket that opens at the candle's close counts as closed. */
export const bucketNotYetClosed: Strategy = {
  ...trendBreakout,
  evaluate: (input) =>
    trendBreakout.evaluate({
      ...input,
      external: mapExternal(input.external, (series) => ({
        ...series,
        time: series.time.map((start) => start - SERIES_INTERVAL_MS[series.kind]),
      })),
    }),
};

/** A moving average of the five bars on both sides. */
export const centredWindow: Strategy = {
  ...trendBreakout,
  evaluate: (input) => {
    const evaluation = trendBreakout.evaluate(input);
    if (evaluation.kind === 'failed') return evaluation;
    const { candles, bar } = wholeMemory(input.candles);
    const window = candles.close.subarray(Math.max(0, bar - 5), bar + 6);
    const mean = window.reduce((sum, close) => sum + close, 0) / window.length;
    const points = candles.close[bar]! > mean ? 25 : 0;
    const [trend, ...others] = evaluation.components;
    return { ...evaluation, components: [{ ...trend!, points }, ...others] };
  },
};
