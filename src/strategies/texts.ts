/** Numbers as texts and observables show them. */

/** Six significant digits, no padding. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Of a part that volume decides. */
export const NO_VOLUME = 'no volume measured: counts half';

export function volumeCode(ratio: number): string {
  return Number.isNaN(ratio) ? 'VOLUME_NOT_MEASURED' : 'VOLUME_RATIO';
}

/** A price, whichever side looks at it. */
export function price(value: number): string {
  return digits(Math.abs(value));
}

/** A ratio or a distance with two decimals. */
export function decimals(value: number): string {
  return value.toFixed(2);
}

/** JSON has no NaN: an indicator that does not exist yet is null. */
export function known(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
