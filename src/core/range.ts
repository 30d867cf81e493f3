/** Which numbers can be amounts or prices at all. */

/** In whatever unit a price, a volume or an amount is told. Products and sums of smaller ones stay far within what a double can say. */
export const OUT_OF_RANGE = 1e18;

/** False for NaN, too. */
export function isInRange(value: number): boolean {
  return Math.abs(value) < OUT_OF_RANGE;
}
