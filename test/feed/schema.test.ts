import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Feed } from '../../src/core/feed.ts';
import { feedJsonSchema, feedSchema } from '../../src/feed/schema.ts';
import type { Observable } from '../../src/core/strategy.ts';
import { feedText } from '../../src/feed/writer.ts';
import { longSignal, makeFeed, unscoredSignal } from './fixtures.ts';

type Path = readonly (string | number)[];

const FEED = makeFeed([longSignal(), unscoredSignal('stale')]);

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
  it('accepts a built feed', () => {
    expect(feedSchema.safeParse(FEED).error).toBeUndefined();
    expect(isAccepted(makeFeed([]))).toBe(true);
  });

  it('refuses a feed that lacks any of its fields', () => {
    const fields = paths.filter((path) => typeof path.at(-1) === 'string');
    expect(fields.length).toBeGreaterThan(150);
    for (const path of fields) expect(isAccepted(changed(path, () => undefined)), path.join('.')).toBe(false);
  });

  it('refuses a value of another type at every path', () => {
    for (const path of paths) {
      const wrong = (value: unknown): unknown => (typeof value === 'boolean' ? 'true' : true);
      expect(isAccepted(changed(path, wrong)), path.join('.')).toBe(false);
    }
  });

  it('refuses NaN and Infinity wherever a number stands', () => {
    const numbers = paths.filter((path) => {
      let value: unknown = FEED;
      for (const key of path) value = (value as Record<string | number, unknown>)[key];
      return typeof value === 'number';
    });
    expect(numbers.length).toBeGreaterThan(60);
    for (const path of numbers) {
      for (const bad of [Number.NaN, Infinity, -Infinity]) {
        expect(isAccepted(changed(path, () => bad)), `${path.join('.')} ${bad}`).toBe(false);
      }
    }
  });

  it('refuses an unknown field in every object', () => {
    const objects = paths.filter((path) => {
      let value: unknown = FEED;
      for (const key of path) value = (value as Record<string | number, unknown>)[key];
      return typeof value === 'object' && value !== null && !Array.isArray(value) && path.at(-1) !== 'observability';
    });
    expect(objects.length).toBeGreaterThan(20);
    for (const path of objects) {
      expect(isAccepted(changed(path, (value) => ({ ...(value as object), extra: 1 }))), path.join('.')).toBe(false);
    }
  });

  it.each<[string, Partial<ReturnType<typeof longSignal>>]>([
    ['action against direction', { action: 'SHORT' }],
    ['a direction without levels', { setup: null }],
    ['levels without a direction', { direction: 'none', action: 'WAIT' }],
    ['ok with a reason against it', { status_reason: { code: 'x', text: 'x' } }],
    ['ok without a score', { score: null }],
    ['ok without a rank', { rank_in_strategy: null }],
    ['a score outside its bounds', { score_bounds: [73.51, 80] }],
    ['a breakdown that does not add up', { score: 73.49, score_bounds: [0, 100] }],
    ['stale with a score', { status: 'stale', status_reason: { code: 'x', text: 'x' } }],
    ['a score above 100', { score: 100.01 }],
    ['a price of 0', { price: 0 }],
  ])('refuses %s', (_name, changes) => {
    expect(isAccepted(makeFeed([longSignal(changes)]))).toBe(false);
  });

  it('what strategies show may be any JSON value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<Observable>), (observability) => {
        expect(isAccepted(makeFeed([longSignal({ observability })]))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('what is accepted has no NaN or Infinity in its text, and reads back the same', () => {
    const value = fc.oneof(fc.double(), fc.string({ unit: 'binary' }), fc.constant(null));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), fc.double(), (observability, price) => {
        const feed = makeFeed([longSignal({ observability, price })]);
        if (!isAccepted(feed)) return;
        const text = feedText(feed);
        const read = JSON.parse(text, (_key, member: unknown) => {
          if (typeof member === 'number') expect(Number.isFinite(member)).toBe(true);
          return member;
        }) as Feed;
        expect(JSON.stringify(read)).toBe(JSON.stringify(feed));
      }),
    );
  });
});

describe('JSON Schema', () => {
  it('describes the whole feed and is itself JSON', () => {
    const schema = feedJsonSchema() as { properties: Record<string, unknown>; required: string[] };
    expect(schema.required).toEqual(['schema_version', 'last_updated', 'run', 'summary', 'signals']);
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect(JSON.stringify(schema)).toContain('"const":"1.2.0"');
  });

  it('says the same as the schema it is made from', () => {
    const again = z.fromJSONSchema(feedJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
    expect(again.safeParse(FEED).error).toBeUndefined();
    for (const path of paths.filter((p) => typeof p.at(-1) === 'string')) {
      expect(again.safeParse(changed(path, () => undefined)).success, path.join('.')).toBe(false);
    }
  });
});
