import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FailureCode, Outcome } from '../../src/core/outcome.ts';
import type { Series, Window } from '../../src/core/series.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/core/time.ts';
import { createCached } from '../../src/external/cached.ts';
import type { CachedProvider } from '../../src/external/cached.ts';
import { createDecoder, encodeEntry } from '../../src/external/entry.ts';
import type { Reply, SeriesProvider } from '../../src/external/provider.ts';
import type { JsonCache } from '../../src/platform/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import {
  CLOSE,
  failed,
  fetched,
  hourly,
  NEVER,
  providerOf,
  statesOf,
  symbols,
  temporaryCache,
  windowFor,
} from './support.ts';

const NO_DATA: Outcome<never> = { ok: false, code: 'no-data', detail: 'none' };
const [A, B] = symbols('A.A', 'B.A') as [ReturnType<typeof symbols>[number], ReturnType<typeof symbols>[number]];

describe('cached', () => {
  let cache: JsonCache;
  let remove: () => void;
  let clock: FakeClock;

  beforeEach(() => {
    ({ cache, remove } = temporaryCache());
    clock = new FakeClock(CLOSE + MINUTE_MS);
  });
  afterEach(() => remove());

  const layer = (next: SeriesProvider, scope = 'coinalyze|https://api'): CachedProvider =>
    createCached(next, { cache, scope, dataClock: clock });
  const ask = (provider: SeriesProvider, asked = [A], window = windowFor()): Promise<readonly Reply<Series>[]> =>
    provider.fetch('open_interest', asked, window, NEVER);
  /** All buckets closed by CLOSE. */
  const full = (): Outcome<Series> => fetched(hourly(CLOSE, 720, clock.now()));
  /** The newest bucket has not come yet. */
  const lacking = (): Outcome<Series> => fetched(hourly(CLOSE - HOUR_MS, 719, clock.now()));

  it('a final series is served at any age for that candle, exactly as it was fetched', async () => {
    const next = providerOf(full);
    const [first] = await ask(layer(next));
    clock.setWall(clock.now() + 3 * HOUR_MS);
    const [second] = await ask(layer(next));
    expect(next.calls).toHaveLength(1);
    expect(second).toEqual({ ...first, stale: false, origin: 'cache' });
    expect(await statesOf(layer(next), 'open_interest', [A, B], windowFor())).toEqual(['final', 'absent']);
  });

  it('the next candle makes it absent', async () => {
    const next = providerOf(full);
    await ask(layer(next));
    const later = windowFor(CLOSE + 4 * HOUR_MS);
    clock.setWall(later.closedBy + MINUTE_MS);
    expect(await statesOf(layer(next), 'open_interest', [A], later)).toEqual(['absent']);
    await ask(layer(next), [A], later);
    expect(next.calls).toHaveLength(2);
  });

  it('a series that lacks a closed bucket is fresh for 15 minutes and marked stale, then asked again', async () => {
    const next = providerOf(lacking);
    await ask(layer(next));
    clock.setWall(CLOSE + 16 * MINUTE_MS - 1);
    expect(await statesOf(layer(next), 'open_interest', [A], windowFor())).toEqual(['fresh']);
    expect(await ask(layer(next))).toMatchObject([{ ok: true, stale: true, origin: 'cache' }]);
    clock.setWall(CLOSE + 16 * MINUTE_MS);
    expect(await statesOf(layer(next), 'open_interest', [A], windowFor())).toEqual(['absent']);
    await ask(layer(next));
    expect(next.calls).toHaveLength(2);
  });

  it('an entry that begins later than the window has to be fetched', async () => {
    const next = providerOf(full);
    await ask(layer(next));
    const earlier = { ...windowFor(), from: windowFor().from - HOUR_MS };
    expect(await statesOf(layer(next), 'open_interest', [A], earlier)).toEqual(['absent']);
  });

  it('an empty answer is kept: fresh at first, final once the absence can be believed', async () => {
    for (const kind of ['liquidations', 'long_short_ratio'] as const) {
      clock.setWall(CLOSE + MINUTE_MS);
      const next = providerOf(() => NO_DATA);
      const askKind = (): Promise<readonly Reply<Series>[]> => layer(next).fetch(kind, [A], windowFor(), NEVER);
      expect(await askKind()).toEqual([NO_DATA]);
      expect(await askKind()).toEqual([NO_DATA]);
      expect(await statesOf(layer(next), kind, [A], windowFor())).toEqual(['fresh']);
      clock.setWall(CLOSE + 46 * MINUTE_MS);
      expect(await askKind()).toEqual([NO_DATA]);
      expect(next.calls).toHaveLength(2);
      clock.setWall(CLOSE + 3 * HOUR_MS);
      expect(await statesOf(layer(next), kind, [A], windowFor())).toEqual(['final']);
      await askKind();
      expect(next.calls).toHaveLength(2);
    }
  });

  describe('of a kind that every perpetual has', () => {
    const code = ([reply]: readonly Reply<Series>[]): string => (reply!.ok ? 'ok' : reply!.code);

    it.each(['open_interest', 'funding_rate'] as const)(
      '%s: an absence is believed when a second answer, 15 minutes later, says so too',
      async (kind) => {
        const next = providerOf(() => NO_DATA);
        const provider = layer(next);
        const askAt = (time: number, window = windowFor()): Promise<readonly Reply<Series>[]> => {
          clock.setWall(time);
          return provider.fetch(kind, [A], window, NEVER);
        };
        const first = CLOSE + 5 * MINUTE_MS;
        expect(code(await askAt(first))).toBe('absent-once');
        expect(code(await askAt(first + 15 * MINUTE_MS - 1)), 'not asked again').toBe('absent-once');
        expect(await provider.peek(kind, [A], windowFor())).toMatchObject([
          { state: 'fresh', answer: { code: 'absent-once' }, due: false },
        ]);
        expect(next.calls).toHaveLength(1);
        clock.setWall(first + 15 * MINUTE_MS);
        expect(await provider.peek(kind, [A], windowFor())).toMatchObject([
          { state: 'absent', answer: null, due: true },
        ]);
        expect(code(await askAt(first + 15 * MINUTE_MS))).toBe('no-data');
        expect(await statesOf(provider, kind, [A], windowFor())).toEqual(['final']);
        // What is believed is believed: a later candle costs one call, as it did before.
        expect(code(await askAt(CLOSE + 4 * HOUR_MS + 5 * MINUTE_MS, windowFor(CLOSE + 4 * HOUR_MS)))).toBe('no-data');
        expect(await statesOf(provider, kind, [A], windowFor(CLOSE + 4 * HOUR_MS))).toEqual(['final']);
        expect(next.calls).toHaveLength(3);
        expect(provider.absences).toEqual({ asked: 3, absent: 3 });
      },
    );

    it('a bucket that is missing among others is believed to be missing when it is missing again', async () => {
      const whole = hourly(CLOSE, 720, CLOSE);
      const holed = (from: number, to: number): Outcome<Series> => {
        const keep = (_: number, i: number): boolean => i < from || i >= to;
        const time = whole.time.filter(keep);
        const reach = { length: time.length, completeTo: time.at(-1)! + HOUR_MS, fetchedAt: clock.now() };
        return fetched({ ...whole, ...reach, time, value: whole.value.filter(keep) });
      };
      const cases: readonly [readonly [number, number], readonly [number, number], string][] = [
        [[100, 110], [100, 110], 'final'],
        [[100, 110], [104, 106], 'final'],
        [[100, 110], [104, 111], 'fresh'],
        [[0, 1], [0, 1], 'final'],
        [[0, 1], [1, 2], 'fresh'],
        [[718, 719], [718, 719], 'final'],
        // The newest bucket is never believed to be missing.
        [[719, 720], [719, 720], 'fresh'],
      ];
      for (const [first, second, state] of cases) {
        const provider = layer(
          providerOf((_, call) => holed(...(call === 1 ? first : second))),
          `${first.join()} ${second.join()}`,
        );
        clock.setWall(CLOSE + 5 * MINUTE_MS);
        expect(await ask(provider)).toMatchObject([{ ok: true, stale: true }]);
        expect(await statesOf(provider, 'open_interest', [A], windowFor())).toEqual(['fresh']);
        clock.setWall(CLOSE + 20 * MINUTE_MS);
        expect(await ask(provider)).toMatchObject([{ ok: true, stale: state !== 'final' }]);
        expect(
          await statesOf(provider, 'open_interest', [A], windowFor()),
          `${first.join()} then ${second.join()}`,
        ).toEqual([state]);
      }
    });

    it('a history that begins late is believed to when it begins there again', async () => {
      const young = (): Outcome<Series> => fetched(hourly(CLOSE, 3, clock.now()));
      const provider = layer(providerOf(young));
      clock.setWall(CLOSE + 5 * MINUTE_MS);
      expect(await ask(provider)).toMatchObject([{ ok: true, stale: true, value: { length: 3 } }]);
      expect(await statesOf(provider, 'open_interest', [A], windowFor())).toEqual(['fresh']);
      clock.setWall(CLOSE + 20 * MINUTE_MS);
      expect(await ask(provider)).toMatchObject([{ ok: true, stale: false }]);
      expect(await statesOf(provider, 'open_interest', [A], windowFor())).toEqual(['final']);
    });

    it('of an answer that reaches less far than what is known, what is known is served, and it is asked again after 15 minutes', async () => {
      const provider = layer(
        providerOf((_, call) => (call === 1 ? full() : fetched(hourly(CLOSE - 6 * HOUR_MS, 700, clock.now())))),
      );
      clock.setWall(CLOSE + 5 * MINUTE_MS);
      await ask(provider);
      const later = windowFor(CLOSE + 4 * HOUR_MS);
      clock.setWall(later.closedBy + 5 * MINUTE_MS);
      expect(await ask(provider, [A], later)).toMatchObject([
        { ok: true, stale: true, origin: 'cache', value: { length: 720 } },
      ]);
      expect(await statesOf(provider, 'open_interest', [A], later)).toEqual(['fresh']);
      clock.setWall(later.closedBy + 20 * MINUTE_MS);
      expect(await statesOf(provider, 'open_interest', [A], later)).toEqual(['absent']);
      expect(await statesOf(provider, 'open_interest', [A], windowFor()), 'for the candle before it is final').toEqual([
        'final',
      ]);
    });
  });

  it('a symbol that upstream refuses is not asked for again for a day', async () => {
    const next = providerOf(() => ({ ok: false, code: 'not-listed', detail: 'refused alone' }));
    await ask(layer(next));
    const later = windowFor(CLOSE + 20 * HOUR_MS);
    clock.setWall(clock.now() + 24 * HOUR_MS - 1);
    expect(await ask(layer(next), [A], later)).toMatchObject([{ code: 'not-listed' }]);
    expect(next.calls).toHaveLength(1);
    clock.setWall(clock.now() + 1 + MINUTE_MS);
    await ask(layer(next), [A], windowFor(CLOSE + 24 * HOUR_MS));
    expect(next.calls).toHaveLength(2);
  });

  it('a failure is not kept', async () => {
    const next = providerOf((_, call) => (call === 1 ? failed('timeout', 'again') : full()));
    expect(await ask(layer(next))).toMatchObject([{ ok: false, code: 'timeout' }]);
    expect(await ask(layer(next))).toMatchObject([{ ok: true }]);
  });

  it('on failure an older series stands in, stale and counted; so it does for an empty answer', async () => {
    const codes: FailureCode[] = ['timeout', 'deferred', 'unauthorized', 'no-data', 'not-listed'];
    for (const code of codes) {
      const next = providerOf((_, call) => (call === 1 ? lacking() : failed(code, 'none')));
      const provider = layer(next, code);
      clock.setWall(CLOSE + MINUTE_MS);
      const [first] = await ask(provider);
      clock.setWall(CLOSE + HOUR_MS);
      expect(await ask(provider)).toEqual([{ ...first, stale: true, origin: 'cache' }]);
      expect([...provider.coveredFailures]).toEqual([[code, 1]]);
      // An empty answer is an answer: it is not asked for again at once.
      const state = code === 'no-data' || code === 'not-listed' ? 'fresh' : 'absent';
      expect(await statesOf(provider, 'open_interest', [A], windowFor())).toEqual([state]);
      clock.setWall(CLOSE + HOUR_MS + 15 * MINUTE_MS);
      expect(await statesOf(provider, 'open_interest', [A], windowFor())).toEqual(['absent']);
    }
  });

  it('an answer about an earlier time is not fresh for a later one, and takes the place of no fuller one', async () => {
    clock.setWall(CLOSE + HOUR_MS);
    const past: Window = { ...windowFor(), to: CLOSE - 9 * HOUR_MS, closedBy: CLOSE - 8 * HOUR_MS };
    const cut = {
      ...lacking(),
      value: { ...hourly(CLOSE - 8 * HOUR_MS, 700, CLOSE + HOUR_MS), completeTo: CLOSE - 8 * HOUR_MS },
    };
    const provider = layer(
      providerOf((_, call) => (call === 2 ? full() : cut)),
      'past',
    );
    await provider.fetch('open_interest', [A], past, NEVER);
    expect(await statesOf(provider, 'open_interest', [A], windowFor())).toEqual(['absent']);
    await ask(provider);
    expect(await statesOf(provider, 'open_interest', [A], windowFor())).toEqual(['final']);
    const earlier: Window = { ...past, from: past.from - 24 * HOUR_MS };
    await provider.fetch('open_interest', [A], earlier, NEVER);
    expect(await statesOf(provider, 'open_interest', [A], windowFor())).toEqual(['final']);
  });

  it('only the misses are asked, each symbol once', async () => {
    const next = providerOf(full);
    const provider = layer(next);
    await ask(provider, [A]);
    const replies = await ask(provider, [A, B, A, B]);
    expect(next.calls).toEqual([[A], [B]]);
    expect(replies.map((reply) => reply.ok && reply.origin)).toEqual(['cache', 'fetched', 'cache', 'fetched']);
  });

  it('callers at the same time share one request', async () => {
    const { promise, resolve } = Promise.withResolvers<Reply<Series>>();
    const next = providerOf(() => promise);
    const provider = layer(next);
    const callers = Array.from({ length: 100 }, (_, i) => ask(provider, i % 2 === 0 ? [A, B] : [B]));
    resolve(full());
    for (const replies of await Promise.all(callers)) expect(replies.every((reply) => reply.ok)).toBe(true);
    expect(next.calls).toEqual([[A, B]]);
  });

  it('kinds and scopes do not see each other', async () => {
    const next = providerOf((_, __, kind) => (kind === 'open_interest' ? full() : NO_DATA));
    await ask(layer(next, 'sandbox|http://127.0.0.1'));
    expect(await statesOf(layer(next, 'coinalyze|https://api'), 'open_interest', [A], windowFor())).toEqual(['absent']);
    expect(await statesOf(layer(next, 'sandbox|http://127.0.0.1'), 'liquidations', [A], windowFor())).toEqual([
      'absent',
    ]);
  });

  it('an entry that is no entry is a miss', async () => {
    const next = providerOf(full);
    await ask(layer(next));
    const key = `coinalyze|https://api|open_interest|A.A|${HOUR_MS}`;
    const good = (await cache.get(key))!;
    const bad = ['', '[]', '{"kind":"open_interest"}', good.slice(0, -2), good.replace('"runs":[720]', '"runs":[719]')];
    bad.push(good.replace('"runs":[720]', '"runs":[900719925474099]'), good.replace('"words":"', '"words":"AAAA'));
    for (const text of [...bad, good.replace('open_interest', 'funding_rate')]) {
      expect(text).not.toBe(good);
      await cache.set(key, text, HOUR_MS);
      expect(await statesOf(layer(next), 'open_interest', [A], windowFor()), text.slice(0, 40)).toEqual(['absent']);
    }
    await cache.set(key, good, HOUR_MS);
    expect(await statesOf(layer(next), 'open_interest', [A], windowFor())).toEqual(['final']);
  });

  it('an entry from the future is not fresh: the clock was set back', async () => {
    const next = providerOf(lacking);
    await ask(layer(next));
    clock.setWall(clock.now() - 2 * HOUR_MS);
    expect(await statesOf(layer(next), 'open_interest', [A], windowFor())).toEqual(['absent']);
  });
});

describe('cache entries', () => {
  const sparse = fc.uniqueArray(fc.integer({ min: 0, max: 800 }), { minLength: 1, maxLength: 200 }).map((steps) =>
    Float64Array.from(
      steps.sort((a, b) => a - b),
      (step) => CLOSE - 800 * HOUR_MS + step * HOUR_MS,
    ),
  );
  const amount = fc.double({ min: -1e18, max: 1e18, minExcluded: true, maxExcluded: true, noNaN: true });

  it('come back exactly, whatever buckets are missing', () => {
    fc.assert(
      fc.property(sparse, fc.array(amount, { minLength: 200, maxLength: 200 }), (time, amounts) => {
        const column = (): Float64Array => Float64Array.from(time, (at, i) => amounts[i] ?? at);
        const base = { length: time.length, time, coveredFrom: 5, completeTo: 6, fetchedAt: 7 };
        const liquidations: Series = { kind: 'liquidations', ...base, long: column(), short: column() };
        const ratio: Series = { kind: 'long_short_ratio', ...base, value: column() };
        for (const series of [liquidations, ratio]) {
          expect(createDecoder()(encodeEntry({ kind: 'series', series, emptyAt: null }), series.kind)).toEqual({
            kind: 'series',
            series,
            emptyAt: null,
          });
        }
      }),
    );
  });

  it('of a 30-day hourly series take at most 12 kB', () => {
    const series = {
      ...hourly(CLOSE, 720, CLOSE),
      value: Float64Array.from({ length: 720 }, (_, i) => 4e9 / (i + 1 / 3)),
    };
    expect(encodeEntry({ kind: 'series', series, emptyAt: null }).length).toBeLessThan(12_000);
  });

  it('of empty answers come back', () => {
    const entry = { kind: 'empty', code: 'no-data', detail: 'd', coveredFrom: 1, completeTo: 2, fetchedAt: 3 } as const;
    expect(createDecoder()(encodeEntry(entry), 'liquidations')).toEqual(entry);
  });
});
