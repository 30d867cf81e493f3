import { expect, test } from 'vitest';
import type { Signal } from '../../src/core/signal.ts';
import { signalSchema } from '../../src/feed/signal-schema.ts';
import { isSoundSignal } from '../../src/feed/sound-signal.ts';
import { longSignal, unscoredSignal } from './fixtures.ts';

type Path = readonly (string | number)[];

const SIGNALS: readonly Signal[] = [
  longSignal(),
  longSignal({ observability: { a: [1, 'x', { b: null }], c: true } }),
  unscoredSignal('stale'),
  unscoredSignal('error'),
  unscoredSignal('insufficient_data', { timeframe: null, candle_time: null, price: null }),
];

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...members.flatMap(([key, member]) => pathsOf(member, [...path, key]))];
}

function changed(
  signal: Signal,
  path: Path,
  change: (parent: Record<string | number, unknown>, key: string | number) => void,
) {
  const copy = structuredClone(signal);
  let parent: Record<string | number, unknown> = copy as never;
  for (const key of path.slice(0, -1)) parent = parent[key] as never;
  change(parent, path.at(-1)!);
  return copy;
}

const isAccepted = (signal: unknown): boolean => signalSchema.safeParse(signal).success;

const VALUES: readonly unknown[] = [
  undefined,
  null,
  true,
  'text',
  '',
  'long',
  'LONG',
  'ok',
  'used',
  '4h',
  '>=',
  'resolved',
  0,
  -0,
  1,
  -1,
  0.5,
  20.5,
  100,
  101,
  1e16,
  2 ** 53,
  NaN,
  Infinity,
  [],
  [1, 2],
  Array.from({ length: 2 }),
  {},
  { code: 'A', text: 'b' },
  { code: 'A', text: 'b', more: 1 },
  new Date(0),
  new Map(),
  () => 1,
  1n,
];

test('sound signals of every status are accepted at once', () => {
  for (const signal of SIGNALS) expect([isSoundSignal(signal), isAccepted(signal)]).toEqual([true, true]);
});

test('whatever stands at any place, the schema says the same', () => {
  let both = 0;
  for (const signal of SIGNALS) {
    for (const path of pathsOf(signal).slice(1)) {
      for (const value of VALUES) {
        const other = changed(signal, path, (parent, key) => void (parent[key] = value));
        const [sound, accepted] = [isSoundSignal(other), isAccepted(other)];
        if (sound !== accepted)
          expect([path, value, sound], 'only a thing of its own kind is left to the schema').toEqual([
            path,
            value,
            false,
          ]);
        if (sound) both++;
      }
    }
  }
  expect(both).toBeGreaterThan(1_000);
});

test('a field more, or one less, is refused at every place', () => {
  for (const signal of SIGNALS) {
    for (const path of pathsOf(signal).slice(1)) {
      const without = changed(signal, path, (parent, key) => void delete parent[key]);
      if (isSoundSignal(without)) expect(isAccepted(without), path.join('.')).toBe(true);
      const more = changed(signal, [...path.slice(0, -1), 'more'], (parent, key) => void (parent[key] = 1));
      if (isSoundSignal(more)) expect(isAccepted(more), path.join('.')).toBe(true);
    }
  }
});

test('nothing at all is no signal', () => {
  for (const value of VALUES) expect(isSoundSignal(value as Signal)).toBe(false);
});
