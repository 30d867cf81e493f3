/** How numbers are written into the feed. */

const SIGNIFICANT_DIGITS = 8;
/** The powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Eight significant digits: more than any price is quoted with. By arithmetic, because texts would cost a tenth of a run. */
export function significant(value: number): number {
  if (Number.isInteger(value)) return value;
  const decimals = SIGNIFICANT_DIGITS - 1 - Math.floor(Math.log10(Math.abs(value)));
  const power = POWERS[decimals];
  return power === undefined ? Number(value.toPrecision(SIGNIFICANT_DIGITS)) : Math.round(value * power) / power;
}

/** As `significant`; null for what is missing or has no finite value. */
export function shown(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : significant(value);
}

/** To 2 decimals, ties upward; never negative zero. */
export function round2(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}
