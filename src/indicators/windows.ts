/** The value of a window at one candle: what is read at a few candles only needs no column. NaN before the first whole window. */

/** Sum of a whole window. Blocks of `period` are added up as the column of sums does it (`rolling`), bit for bit. */
function sumAt(values: Float64Array, end: number, period: number): number {
  const start = end - period + 1;
  const block = end - (end % period);
  let head = values[block]!;
  for (let i = block + 1; i <= end; i++) head += values[i]!;
  if (block === start) return head;
  let tail = values[block - 1]!;
  for (let i = block - 2; i >= start; i--) tail = values[i]! + tail;
  return tail + head;
}

/** Mean; a window of equal values gives exactly that value. */
export function smaAt(values: Float64Array, end: number, period: number): number {
  if (end < period - 1) return NaN;
  const last = values[end]!;
  let equal = true;
  // Twenty times 0.1 over twenty is not 0.1: in a flat market price would stand an ulp off its own average.
  for (let i = end - period + 1; equal && i < end; i++) equal = values[i] === last;
  return equal ? last : sumAt(values, end, period) / period;
}

/** Mean of those of the window's values that are known; NaN without any, too. Equal values give exactly that value. */
export function meanOfKnownAt(values: Float64Array, end: number, period: number): number {
  const mean = smaAt(values, end, period);
  if (!Number.isNaN(mean) || end < period - 1) return mean;
  const known = values.subarray(end - period + 1, end + 1).filter((value) => !Number.isNaN(value));
  const first = known[0] ?? Number.NaN;
  return first + known.reduce((sum, value) => sum + (value - first), 0) / known.length;
}

/**
 * Population standard deviation (divisor `period`) in two passes: the one-pass form (mean of squares minus square of the mean) has no
 * correct digit left where price is large against its moves. Values are taken relative to the newest one for the same reason.
 */
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

/** Highest of the `period` values that end at the index, the value at the index included. */
export function highestAt(values: Float64Array, end: number, period: number): number {
  if (end < period - 1) return NaN;
  let most = values[end]!;
  for (let i = end - period + 1; i < end; i++) most = Math.max(most, values[i]!);
  return most;
}

export function lowestAt(values: Float64Array, end: number, period: number): number {
  if (end < period - 1) return NaN;
  let least = values[end]!;
  for (let i = end - period + 1; i < end; i++) least = Math.min(least, values[i]!);
  return least;
}
