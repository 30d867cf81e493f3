/**
 * Recursive average `previous + weight * (value - previous)`, seeded with the mean of the first `period` values. Reading
 * starts at index `from`, so the first output is at `from + period - 1`; NaN before it. A NaN that is read makes every later
 * output NaN: a recursion cannot forget it. Equal values give exactly that value. O(n).
 */
export function smooth(values: Float64Array, period: number, from: number, weight: number): Float64Array {
  const out = new Float64Array(values.length).fill(NaN);
  const seedAt = from + period - 1;
  if (seedAt >= values.length) return out;
  const first = values[from]!;
  let excess = 0;
  for (let i = from; i <= seedAt; i++) excess += values[i]! - first;
  let average = first + excess / period;
  out[seedAt] = average;
  for (let i = seedAt + 1; i < values.length; i++) {
    average += weight * (values[i]! - average);
    out[i] = average;
  }
  return out;
}
