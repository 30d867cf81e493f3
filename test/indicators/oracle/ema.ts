import { smooth } from './smooth.ts';

/**
 * Exponential moving average with weight 2 / (period + 1), in the unit of `values`. Seeded with the SMA at `period - 1` as in
 * TA-Lib (TradingView and pandas seed with the first value instead); NaN before it, and NaN from any NaN in the input on.
 */
export function ema(values: Float64Array, period: number): Float64Array {
  return smooth(values, period, 0, 2 / (period + 1));
}
