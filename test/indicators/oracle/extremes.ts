import { rolling } from './rolling.ts';

/**
 * Highest of the `period` values that end at each index, the value at the index included (a Donchian channel of the previous
 * bars reads it one bar back). First value at `period - 1`; NaN before it and wherever the window holds a NaN. O(n).
 */
export function highest(values: Float64Array, period: number): Float64Array {
  return rolling(values, period, (left, right) => Math.max(left, right));
}

/** Lowest of the `period` values that end at each index, the value at the index included. NaN as in `highest`. O(n). */
export function lowest(values: Float64Array, period: number): Float64Array {
  return rolling(values, period, (left, right) => Math.min(left, right));
}
