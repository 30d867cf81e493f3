/**
 * Indices of the pivot highs in `from`..`last`, oldest first: a bar above each of the `k` bars before it and not below any of
 * the `k` bars after it. A pivot at i is known only once bar i + k has closed, so the newest possible one is `last - k`;
 * nothing after `last` is read. For pivot lows pass negated lows.
 */
export function pivotHighs(high: Float64Array, from: number, last: number, k: number): number[] {
  const pivots: number[] = [];
  for (let i = Math.max(from, k); i <= last - k; i++) {
    if (isPivotHigh(high, i, k)) pivots.push(i);
  }
  return pivots;
}

function isPivotHigh(high: Float64Array, i: number, k: number): boolean {
  const peak = high[i]!;
  for (let distance = 1; distance <= k; distance++) {
    if (high[i - distance]! >= peak || high[i + distance]! > peak) return false;
  }
  return true;
}
