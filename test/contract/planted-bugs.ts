/**
 * The classic ways to look ahead, each planted in a copy of a real strategy. They reach the future as such bugs do: by reading behind the
 * last candle of a column, or by taking as known what later candles must still confirm.
 */
import type { CandleSeries } from '../../src/core/candles.ts';
import type { Explanation, Judged, MarketView, Strategy } from '../../src/core/strategy.ts';
import type { PivotFinder } from '../../src/indicators/trendlines.ts';
import { pivotHighs } from '../../src/indicators/pivots.ts';
import { findTrendlines } from '../../src/indicators/trendlines.ts';
import { trendlineObservable } from '../../src/strategies/observables.ts';
import { squeezeBreak } from '../../src/strategies/squeeze-break.ts';
import { trendBreakout } from '../../src/strategies/trend-breakout.ts';

/** All that lies in the memory of a view's columns, also behind its last candle. */
function wholeMemory({ candles }: MarketView): CandleSeries {
  const whole = (column: Float64Array): Float64Array => new Float64Array(column.buffer);
  const { time, open, high, low, close, volume } = candles;
  return {
    ...candles,
    length: whole(close).length,
    time: whole(time),
    open: whole(open),
    high: whole(high),
    low: whole(low),
    close: whole(close),
    volume: whole(volume),
  };
}

function withTrendline(
  strategy: Strategy,
  candlesOf: (view: MarketView) => CandleSeries,
  findPivots: PivotFinder,
): Strategy {
  const explain = (view: MarketView, judged: Judged): Explanation => {
    const bar = view.candles.length - 1;
    const candles = candlesOf(view);
    const line = findTrendlines(candles, bar, 'resistance', {
      atr: view.indicators.atr14[bar]!,
      exclude: 1,
      findPivots,
    });
    const confirmed = line && { ...line, confirmedAt: Math.min(line.confirmedAt, bar) };
    const trendlines = confirmed ? [trendlineObservable(candles, confirmed)] : [];
    const explanation = strategy.explain(view, judged);
    return { ...explanation, observability: { ...explanation.observability, trendlines } };
  };
  return { ...strategy, explain };
}

/** A pivot counts from its own bar on, although only the five bars after it make it one. */
export const pivotsFromTheFuture = withTrendline(squeezeBreak, wholeMemory, (high, from, last, k) =>
  pivotHighs(high, from, Math.min(last + k, high.length - 1), k),
);

/** A pivot counts as soon as the bars there are so far leave it standing. */
export const pivotsTooEarly = withTrendline(
  squeezeBreak,
  ({ candles }) => candles,
  (high, from, last, k) => {
    const padded = Float64Array.from([...high.subarray(0, last + 1), ...Array.from({ length: k }, () => -Infinity)]);
    return pivotHighs(padded, from, last + k, k);
  },
);

/** A moving average of the five bars on both sides. */
export const centredWindow: Strategy = {
  ...trendBreakout,
  judge: (view) => {
    const judged = trendBreakout.judge(view);
    if (judged.kind === 'failed') return judged;
    const { close } = wholeMemory(view);
    const bar = view.candles.length - 1;
    const window = close.subarray(Math.max(0, bar - 5), bar + 6);
    const mean = window.reduce((sum, price) => sum + price, 0) / window.length;
    const [first, ...others] = judged.points;
    return { ...judged, points: [{ ...first!, points: close[bar]! > mean ? 25 : 0 }, ...others] };
  },
};

/** Writes down what it was shown instead of what it made of it. */
export const keepsTheColumns: Strategy = {
  ...trendBreakout,
  explain: (view, judged) => {
    const explanation = trendBreakout.explain(view, judged);
    return { ...explanation, observability: { closes: view.candles.close as unknown as readonly number[] } };
  },
};
