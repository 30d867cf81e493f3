/**
 * Population standard deviation (divisor `period`) in the unit of `values`. First value at `period - 1`; NaN before it and
 * wherever the window holds a NaN. Equal values give exactly 0.
 *
 * Two passes over every window, O(n * period): the one-pass form (mean of squares minus square of the mean) has no correct
 * digit left where price is large against its moves. Values are taken relative to the newest one for the same reason.
 */
export function standardDeviation(values: Float64Array, period: number): Float64Array {
  return Float64Array.from(values, (_, end) => deviationAt(values, end, period));
}

/** `standardDeviation` at one index. */
export function deviationAt(values: Float64Array, end: number, period: number): number {
  if (end < period - 1) return NaN;
  const origin = values[end]!;
  let sum = 0;
  for (let i = end - period + 1; i <= end; i++) sum += values[i]! - origin;
  const mean = sum / period;
  let squares = 0;
  for (let i = end - period + 1; i <= end; i++) {
    const distance = values[i]! - origin - mean;
    squares += distance * distance;
  }
  return Math.sqrt(squares / period);
}
