/** The API's quota: so many calls per key in any window. */

interface Charge {
  readonly at: number;
  readonly calls: number;
}

export interface QuotaWindow {
  /** Charges `calls` to `key` and returns null, or charges nothing and returns the ms until they would fit. */
  charge(key: string, calls: number): number | null;
}

/** `now` in ms. More calls than the whole quota never fit: the wait is then a whole window. */
export function createQuotaWindow(calls: number, windowMs: number, now: () => number): QuotaWindow {
  const charges = new Map<string, readonly Charge[]>();
  return {
    charge(key, asked) {
      const at = now();
      const recent = (charges.get(key) ?? []).filter((charge) => charge.at > at - windowMs);
      const used = recent.reduce((sum, charge) => sum + charge.calls, 0);
      if (used + asked <= calls) {
        charges.set(key, [...recent, { at, calls: asked }]);
        return null;
      }
      charges.set(key, recent);
      let freed = 0;
      const last = recent.find((charge) => (freed += charge.calls) >= used + asked - calls);
      return last === undefined ? windowMs : last.at + windowMs - at;
    },
  };
}
