/**
 * Population standard deviation (divisor `period`) in the unit of `values`. First value at `period - 1`; NaN before it and
 * wherever the window holds a NaN. Equal values give exactly 0.
 */
export function standardDeviation(values: Float64Array, period: number): Float64Array {
  return Float64Array.from(values, (origin, end) => {
    if (end < period - 1) return NaN;
    const window = values.subarray(end - period + 1, end + 1).map((value) => value - origin);
    const mean = window.reduce((sum, value) => sum + value, 0) / period;
    const squares = window.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
    return Math.sqrt(squares / period);
  });
}
