/**
 * Fold of the `period` values that end at each index; NaN before `period - 1` and wherever the window holds a NaN.
 * `combine` must be associative; `period` is a whole number of at least 1. O(n).
 *
 * The column is cut into blocks of `period`: every window is the tail of one block followed by the head of the next
 * (van Herk, Gil and Werman). Unlike a running sum nothing is ever subtracted, so no rounding error is carried along and a
 * NaN is gone as soon as it leaves the window.
 */
export function rolling(
  values: Float64Array,
  period: number,
  combine: (left: number, right: number) => number,
): Float64Array {
  const n = values.length;
  const out = new Float64Array(n).fill(NaN);
  /** Fold from each index of the previous block to that block's end. */
  const tail = new Float64Array(period);
  for (let start = 0; start < n; start += period) {
    const end = Math.min(start + period, n);
    let head = values[start]!;
    for (let i = start; i < end; i++) {
      if (i > start) head = combine(head, values[i]!);
      const inTail = i - start + 1;
      if (inTail === period) out[i] = head;
      else if (start > 0) out[i] = combine(tail[inTail]!, head);
    }
    if (end === n) break;
    tail[period - 1] = values[end - 1]!;
    for (let k = period - 2; k >= 0; k--) tail[k] = combine(values[start + k]!, tail[k + 1]!);
  }
  return out;
}

/** Sum of the `period` values that end at each index; NaN as in `rolling`. */
export function rollingSum(values: Float64Array, period: number): Float64Array {
  return rolling(values, period, (left, right) => left + right);
}
