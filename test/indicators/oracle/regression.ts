import { rollingSum } from './rolling.ts';

/**
 * Value at the window's last bar of the least-squares line through the `period` values that end there, in the unit of
 * `values` (TA-Lib's LINEARREG). NaN until the window holds no NaN: an input that begins with NaNs gives its first value
 * `period - 1` after its first finite one. `period` is at least 2. O(n).
 */
export function linearRegressionEnd(values: Float64Array, period: number): Float64Array {
  const n = values.length;
  const weighted = new Float64Array(n);
  for (let i = 0; i < n; i++) weighted[i] = values[i]! * i;
  const sums = rollingSum(values, period);
  const moments = rollingSum(weighted, period);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = lineEnd(sums[i]!, moments[i]!, i, period);
  return out;
}

function lineEnd(sum: number, moment: number, end: number, period: number): number {
  const halfWidth = (period - 1) / 2;
  const squaredDistances = (period * (period * period - 1)) / 12;
  const slope = (moment - (end - halfWidth) * sum) / squaredDistances;
  return sum / period + slope * halfWidth;
}
