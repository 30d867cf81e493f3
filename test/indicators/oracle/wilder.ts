import { smooth } from './smooth.ts';

/**
 * Wilder's moving average (RMA, SMMA) with weight 1 / period, in the unit of `values` (Wilder, New Concepts in Technical
 * Trading Systems, 1978). Reading starts at index `from`, e.g. 1 for changes from bar to bar; the SMA seed stands at
 * `from + period - 1`, NaN before it.
 */
export function wilder(values: Float64Array, period: number, from = 0): Float64Array {
  return smooth(values, period, from, 1 / period);
}
