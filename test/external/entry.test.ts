import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERIES_INTERVAL_MS, SERIES_KINDS, type Series, type SeriesKind } from '../../src/core/series.ts';
import { createDecoder, encodeEntry, type Entry } from '../../src/external/entry.ts';

const START = Date.UTC(2026, 0, 1);

function seriesOf(kind: SeriesKind, scale = 100): Series {
  // Two stretches with a hole between them.
  const time = Float64Array.of(0, 1, 2, 5, 6, 7).map((bucket) => START + bucket * SERIES_INTERVAL_MS[kind]);
  const column = time.map((_, at) => (at * at + 3) / scale);
  const base = { length: 6, time, coveredFrom: START, completeTo: time.at(-1)!, fetchedAt: time.at(-1)! + 1 };
  return kind === 'liquidations' ? { kind, ...base, long: column, short: column } : { kind, ...base, value: column };
}

function textOf(kind: SeriesKind, scale = 100): string {
  return encodeEntry({ kind: 'series', series: seriesOf(kind, scale), emptyAt: null });
}

const EMPTY: Entry = { kind: 'empty', code: 'no-data', detail: 'd', coveredFrom: 1, completeTo: 2, fetchedAt: 3 };

/** What every reader of a series relies on. */
function isSound(entry: Entry, kind: SeriesKind): boolean {
  if (entry.kind === 'empty') return [entry.coveredFrom, entry.completeTo, entry.fetchedAt].every(Number.isSafeInteger);
  const { series } = entry;
  const columns = series.kind === 'liquidations' ? [series.long, series.short] : [series.value];
  return (
    series.kind === kind &&
    series.length > 0 &&
    [series.time, ...columns].every((column) => column.length === series.length && column.every(Number.isFinite)) &&
    [series.coveredFrom, series.completeTo, series.fetchedAt, entry.emptyAt ?? 0].every(Number.isSafeInteger)
  );
}

const kinds = fc.constantFrom(...SERIES_KINDS);
/** Of two bytes a number, and of eight. */
const texts = fc.tuple(kinds, fc.constantFrom(100, 7)).map(([kind, scale]) => ({ kind, text: textOf(kind, scale) }));

describe('a cache entry that was damaged', () => {
  it('in its characters is no entry, or a sound one, and never throws', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(3), fc.string({ maxLength: 3 }), ({ kind, text }, at, cut, put) => {
        const place = at % text.length;
        const entry = createDecoder()(text.slice(0, place) + put + text.slice(place + cut), kind);
        expect(entry === null || isSound(entry, kind)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('in any of its values is no entry, or a sound one, and never throws', () => {
    const fields = Object.keys(JSON.parse(textOf('liquidations')) as object);
    fc.assert(
      fc.property(texts, fc.constantFrom(...fields), fc.jsonValue(), ({ kind, text }, field, value) => {
        const entry = createDecoder()(JSON.stringify({ ...(JSON.parse(text) as object), [field]: value }), kind);
        expect(entry === null || isSound(entry, kind)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('and is any other JSON is no entry', () => {
    fc.assert(
      fc.property(fc.json(), kinds, (text, kind) => {
        expect(createDecoder()(text, kind)).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  const whole = ['1', 1.5, 2 ** 53, null, true, [1], undefined];
  const columns = (bad: object): readonly unknown[] => {
    const { packed } = JSON.parse(textOf('open_interest')) as { readonly packed: readonly object[] };
    return [{ ...packed[0], ...bad }];
  };
  const damages: readonly (readonly [string, readonly unknown[]])[] = [
    ['kind', ['funding_rate', 'series', 3, null, undefined]],
    ['coveredFrom', whole],
    ['completeTo', whole],
    ['fetchedAt', whole],
    ['emptyAt', whole.filter((value) => value !== null)],
    ['start', whole],
    ['runs', [[], [6, 0], [0, 6], [-1, 2, 7], [6.5], ['6'], [7], [5], [3, 2, 2], 6, null, undefined, { 0: 6 }]],
    ['packed', [[], null, undefined, {}, [null], [{}], ['x']]],
    ['packed', [columns({ bytes: 3 }), columns({ bytes: '2' }), columns({ bytes: 8 }), columns({ bytes: 6 })]],
    ['packed', [columns({ decimals: -1 }), columns({ decimals: 16 }), columns({ decimals: 1.5 })]],
    ['packed', [columns({ decimals: '2' }), columns({ words: 5 }), columns({ words: 'AAA=' }), columns({ words: '' })]],
    [
      'packed',
      [
        [...columns({}), ...columns({})],
        [...columns({}), ...columns({}), ...columns({})],
      ],
    ],
  ];
  it.each(damages)('in its %s is a miss', (field, values) => {
    const good = JSON.parse(textOf('open_interest')) as object;
    expect(createDecoder()(JSON.stringify(good), 'open_interest')).not.toBeNull();
    for (const value of values) {
      const text = JSON.stringify({ ...good, [field]: value });
      expect(createDecoder()(text, 'open_interest'), text).toBeNull();
    }
  });

  it('of liquidations with one column, or with two of different lengths, is a miss', () => {
    const good = JSON.parse(textOf('liquidations')) as { readonly packed: readonly object[] };
    for (const packed of [good.packed.slice(1), [good.packed[0], { ...good.packed[1], words: 'AAAA' }]]) {
      expect(createDecoder()(JSON.stringify({ ...good, packed }), 'liquidations')).toBeNull();
    }
  });

  it('and says that there was nothing is a miss', () => {
    const good = JSON.parse(encodeEntry(EMPTY)) as object;
    const bad = [
      { code: 'timeout' },
      { code: undefined },
      { detail: 5 },
      ...['coveredFrom', 'completeTo', 'fetchedAt'].flatMap((name) => whole.map((value) => ({ [name]: value }))),
    ];
    for (const change of bad) {
      const text = JSON.stringify({ ...good, ...change });
      expect(createDecoder()(text, 'liquidations'), text).toBeNull();
    }
    expect(createDecoder()(JSON.stringify({ ...good, more: 1 }), 'liquidations')).toEqual(EMPTY);
  });
});

describe('times of entries', () => {
  it('are one column for those of the same hours, and nobody elses', () => {
    const decode = createDecoder();
    const timeOf = (kind: SeriesKind): Float64Array => {
      const entry = decode(textOf(kind), kind);
      if (entry?.kind !== 'series') throw new Error('no series');
      return entry.series.time;
    };
    const hourly = timeOf('open_interest');
    expect(timeOf('liquidations')).toBe(hourly);
    const four = timeOf('funding_rate');
    expect(four).toEqual(seriesOf('funding_rate').time);
    expect(hourly).toEqual(seriesOf('open_interest').time);
  });
});
