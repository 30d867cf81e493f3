import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Observable } from '../../src/core/strategy.ts';
import { feedJsonSchema, feedSchema } from '../../src/feed/schema.ts';
import { explainedSignal, feedOf, leanSignal, RECENT, unscoredSignal } from './fixtures.ts';

type Path = readonly (string | number)[];

/** As a feed is read back: rows are not the same object inside their signals. */
const FEED: unknown = JSON.parse(
  JSON.stringify(
    feedOf({
      signals: [explainedSignal(), leanSignal({ symbol: 'ETHUSDT' }), unscoredSignal('stale', { symbol: 'SOLUSDT' })],
      recent: [RECENT],
    }),
  ),
);

function valueAt(path: Path): unknown {
  return path.reduce((value, key) => (value as Readonly<Record<string | number, unknown>>)[key], FEED);
}

/** Every path below `value`, except inside what strategies show freely. */
function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null || path.at(-1) === 'observability') return [path];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...members.flatMap(([key, member]) => pathsOf(member, [...path, key]))];
}

/** A copy of the feed whose value at `path` is what `change` makes of it; `undefined` deletes it. */
function changed(path: Path, change: (value: unknown) => unknown): unknown {
  const copy = structuredClone(FEED);
  let parent: Record<string | number, unknown> = copy as never;
  for (const key of path.slice(0, -1)) parent = parent[key] as never;
  const last = path.at(-1)!;
  const next = change(parent[last]);
  if (next === undefined) delete parent[last];
  else parent[last] = next;
  return copy;
}

const isAccepted = (feed: unknown): boolean => feedSchema.safeParse(feed).success;
const paths = pathsOf(FEED).filter((path) => path.length > 0);

describe('feed schema', () => {
  it('accepts a feed', () => {
    expect(feedSchema.safeParse(FEED).error).toBeUndefined();
    expect(isAccepted(feedOf({ signals: [] }))).toBe(true);
  });

  it('refuses a feed that lacks any of its fields', () => {
    const fields = paths.filter((path) => typeof path.at(-1) === 'string' && path.at(-2) !== 'by_strategy');
    expect(fields.length).toBeGreaterThan(250);
    for (const path of fields) expect(isAccepted(changed(path, () => undefined)), path.join('.')).toBe(false);
  });

  it('refuses a value of another type at every path', () => {
    for (const path of paths) {
      const wrong = (value: unknown): unknown => (typeof value === 'boolean' ? 'true' : true);
      expect(isAccepted(changed(path, wrong)), path.join('.')).toBe(false);
    }
  });

  it('refuses NaN and Infinity wherever a number stands', () => {
    const numbers = paths.filter((path) => typeof valueAt(path) === 'number');
    expect(numbers.length).toBeGreaterThan(150);
    for (const path of numbers) {
      for (const bad of [Number.NaN, Infinity, -Infinity]) {
        expect(isAccepted(changed(path, () => bad)), `${path.join('.')} ${bad}`).toBe(false);
      }
    }
  });

  it('refuses an unknown field in every object', () => {
    const objects = paths.filter((path) => {
      const value = valueAt(path);
      return typeof value === 'object' && value !== null && !Array.isArray(value) && path.at(-1) !== 'observability';
    });
    expect(objects.length).toBeGreaterThan(40);
    for (const path of objects.filter((at) => at.at(-1) !== 'by_strategy')) {
      expect(isAccepted(changed(path, (value) => ({ ...(value as object), extra: 1 }))), path.join('.')).toBe(false);
    }
  });

  it.each<[string, Path, unknown]>([
    ['a score above 100', ['signals', 0, 'score'], 100.01],
    ['a price of 0', ['markets', 0, 'price'], 0],
    ['a percentile above 1', ['markets', 0, 'series', 'open_interest', 'percentile'], 1.01],
    ['a count that is no integer', ['summary', 'markets'], 1.5],
    ['a time before 1970', ['signals', 0, 'since'], -1],
    ['an unknown timeframe', ['markets', 0, 'timeframe'], '7h'],
    ['an unknown record', ['summary', 'by_strategy', 'trend-breakout', 'record', 'status'], 'proven'],
    ['the stage of another version', ['run', 'stage'], 'exact'],
    ['an edge that nothing has measured', ['signals', 0, 'edge'], {}],
    ['a hash that is none', ['run', 'input_hash'], 'x'],
  ])('refuses %s', (_name, path, value) => {
    expect(isAccepted(changed(path, () => value))).toBe(false);
  });

  it('what strategies show may be any JSON value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<Observable>), (observability) => {
        expect(isAccepted(feedOf({ signals: [explainedSignal({ observability })] }))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('JSON Schema', () => {
  it('describes the whole feed and is itself JSON', () => {
    const schema = feedJsonSchema() as { properties: Record<string, unknown>; required: string[] };
    expect(schema.required).toEqual([
      'schema_version',
      'last_updated',
      'run',
      'summary',
      'markets',
      'recent',
      'signals',
    ]);
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect(JSON.stringify(schema)).toContain('"const":"2.0.0"');
  });

  it('says the same as the schema it is made from', () => {
    const again = z.fromJSONSchema(feedJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
    expect(again.safeParse(FEED).error).toBeUndefined();
    for (const path of paths.filter((at) => typeof at.at(-1) === 'string' && at.at(-2) !== 'by_strategy')) {
      expect(again.safeParse(changed(path, () => undefined)).success, path.join('.')).toBe(false);
    }
  });
});
