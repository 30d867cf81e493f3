import type { CandleSeries } from '../../src/core/candles.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../src/core/time.ts';

export const HOUR = 3_600_000;
export const START = Date.UTC(2026, 0, 1);

interface Shape {
  readonly timeframe?: Timeframe;
  /** Open time of the first candle. */
  readonly from?: number;
  readonly price?: (i: number) => number;
  /** Leaves a candle out. */
  readonly without?: (i: number) => boolean;
}

/** Candles that open where the one before closed. */
export function series(count: number, shape: Shape = {}): CandleSeries {
  const { timeframe = '4h', from = START, price = (i) => 100 + (i % 7), without = () => false } = shape;
  const kept = Array.from({ length: count }, (_, i) => i).filter((i) => !without(i));
  const column = (value: (i: number) => number) => Float64Array.from(kept, value);
  return {
    market: { exchange: 'BINANCE', symbol: 'BTCUSDT' },
    timeframe,
    length: kept.length,
    time: column((i) => from + i * TIMEFRAME_MS[timeframe]),
    open: column((i) => price(i)),
    high: column((i) => Math.max(price(i), price(i + 1)) + 1),
    low: column((i) => Math.min(price(i), price(i + 1)) - 0.5),
    close: column((i) => price(i + 1)),
    volume: column((i) => 10 + i),
  };
}

/** When the last candle closes. */
export function closeOf({ time, length, timeframe }: CandleSeries): number {
  return time[length - 1]! + TIMEFRAME_MS[timeframe];
}
