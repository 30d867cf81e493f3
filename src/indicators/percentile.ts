/**
 * Share of `history` below `value`, 0..1, equals counted half. `history` leaves the current value out and
 * holds no NaN. NaN when the history is empty or the value is NaN.
 */
export function percentileRank(history: Float64Array | readonly number[], value: number): number {
  if (Number.isNaN(value)) return NaN;
  let less = 0;
  let equal = 0;
  for (let index = 0; index < history.length; index += 1) {
    const past = history[index]!;
    if (past < value) less++;
    else if (past === value) equal++;
  }
  return (less + 0.5 * equal) / history.length;
}
