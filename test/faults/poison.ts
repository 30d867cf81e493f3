/** Numbers that are none, at any place in plain data. */

interface Holder {
  [key: string]: unknown;
}

export interface NumberPlace {
  /** The way to it from the outside. */
  readonly keys: readonly string[];
}

export const NOT_FINITE: readonly number[] = [Number.NaN, Infinity, -Infinity];

/** Every place in `value` where a number stands. */
export function numbersIn(value: unknown, keys: readonly string[] = []): readonly NumberPlace[] {
  if (typeof value === 'number') return [{ keys }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => numbersIn(member, [...keys, key]));
}

/** A copy of `value` with `poison` in one place. */
export function withPoison<T extends object>(value: T, { keys }: NumberPlace, poison: unknown): T {
  const copy = structuredClone(value);
  let holder = copy as Holder;
  for (const key of keys.slice(0, -1)) holder = holder[key] as Holder;
  holder[keys.at(-1)!] = poison;
  return copy;
}

export function nameOf({ keys }: NumberPlace): string {
  return keys.map((key) => (/^\d+$/.test(key) ? '#' : key)).join('.');
}
