/** The foremost few of many things that pass by once. */

export interface FewKept<T> {
  readonly add: (item: T) => void;
  /** The foremost first. */
  readonly result: () => readonly T[];
}

/** Keeps at most `most` by `compare`, whose negative answer means that `a` comes first; of those with one key the foremost. */
export function keepFew<T>(most: number, compare: (a: T, b: T) => number, keyOf: (item: T) => string): FewKept<T> {
  let kept: readonly T[] = [];
  const add = (item: T): void => {
    const last = kept[most - 1];
    if (last !== undefined && compare(last, item) <= 0) return;
    const key = keyOf(item);
    const same = kept.find((one) => keyOf(one) === key);
    if (same !== undefined && compare(same, item) <= 0) return;
    kept = [...kept.filter((one) => one !== same), item].sort(compare).slice(0, most);
  };
  return { add, result: () => kept };
}
