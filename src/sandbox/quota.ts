/** The API's quota: so many units per key in any window. */

interface Charge {
  readonly at: number;
  readonly units: number;
}

export interface QuotaWindow {
  /** Charges `units` to `key` and returns null, or charges nothing and returns the ms until they would fit. */
  charge(key: string, units: number): number | null;
}

/** `now` in ms. More units than the whole quota never fit: the wait is then a whole window. */
export function createQuotaWindow(units: number, windowMs: number, now: () => number): QuotaWindow {
  const charges = new Map<string, readonly Charge[]>();
  return {
    charge(key, asked) {
      const at = now();
      const recent = (charges.get(key) ?? []).filter((charge) => charge.at > at - windowMs);
      const used = recent.reduce((sum, charge) => sum + charge.units, 0);
      if (used + asked <= units) {
        charges.set(key, [...recent, { at, units: asked }]);
        return null;
      }
      charges.set(key, recent);
      let freed = 0;
      const last = recent.find((charge) => (freed += charge.units) >= used + asked - units);
      return last === undefined ? windowMs : last.at + windowMs - at;
    },
  };
}
