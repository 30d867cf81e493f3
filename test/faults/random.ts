import { unit } from '../../src/sandbox/noise.ts';

/** Chance that a seed repeats: a test that fails names the seed. */
export interface Random {
  readonly seed: number;
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform among 0 .. count - 1. */
  below(count: number): number;
  pick<T>(items: readonly T[]): T;
  /** A copy in another order. */
  shuffle<T>(items: readonly T[]): T[];
}

export function createRandom(seed: number): Random {
  let drawn = 0;
  const next = (): number => unit(seed, drawn++);
  const below = (count: number): number => Math.floor(next() * count);
  return {
    seed,
    next,
    below,
    pick: (items) => items[below(items.length)]!,
    shuffle: (items) => {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last -= 1) {
        const other = below(last + 1);
        [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
      }
      return shuffled;
    },
  };
}

/** A seed that differs from run to run. */
export function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
