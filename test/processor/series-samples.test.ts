import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERIES_INTERVAL_MS, SERIES_KINDS, type Series, type SeriesKind } from '../../src/core/series.ts';
import { DAY_MS, HOUR_MS } from '../../src/core/time.ts';
import { sampleOf } from '../../src/processor/series-samples.ts';
import { plainSample, type PlainSample } from './oracle/samples.ts';

const CLOSE = Date.UTC(2026, 0, 31, 12);

interface Shape {
  readonly kind: SeriesKind;
  /** Buckets from the first to the last, holes included. */
  readonly length: number;
  /** How many intervals the last bucket ends before the candle's close; negative: after it. */
  readonly behind: number;
  /** Of each bucket, over and over: a hole where 0. */
  readonly present: readonly number[];
  readonly values: readonly number[];
  /** Of the candle's close beyond the full hour, ms. */
  readonly beyond: number;
  readonly unknownHours: number;
  readonly lateHours: number;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  kind: fc.constantFrom(...SERIES_KINDS),
  length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 150, max: 800 })),
  behind: fc.integer({ min: -3, max: 4 }),
  present: fc.oneof(
    fc.constant([1]),
    fc.array(fc.constantFrom(0, 1, 1, 1), { minLength: 1, maxLength: 9 }),
    fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: 1, maxLength: 9 }),
    // A few holes in all.
    fc
      .uniqueArray(fc.nat({ max: 799 }), { minLength: 1, maxLength: 3 })
      .map((holes) => Array.from({ length: 800 }, (_, at) => (holes.includes(at) ? 0 : 1))),
  ),
  values: fc.array(fc.constantFrom(-2, 0, 7e-18, 1, 2, 3.5, 7, 10, 11), { minLength: 1, maxLength: 13 }),
  beyond: fc.constantFrom(0, 0, 1, 15 * 60_000, HOUR_MS - 1),
  unknownHours: fc.constantFrom(0, 0, 1, 2, 3, 301, 716, 717, 718, 719),
  lateHours: fc.constantFrom(-1, 0, 0, 0.5, 1, 2, 3),
});

function seriesOf({ kind, length, behind, present, values, beyond, unknownHours, lateHours }: Shape): Series {
  const step = SERIES_INTERVAL_MS[kind];
  const close = CLOSE + beyond;
  const end = Math.floor(close / step) * step - behind * step;
  const slots = Array.from({ length }, (_, at) => at).filter((at) => present[at % present.length] === 1);
  const time = Float64Array.from(slots, (at) => end - (length - at) * step);
  const own = (shift: number): Float64Array => Float64Array.from(slots, (at) => values[(at + shift) % values.length]!);
  const base = {
    length: time.length,
    time,
    coveredFrom: close - 30 * DAY_MS + unknownHours * HOUR_MS - (unknownHours % 2) * 1_000,
    completeTo: close - lateHours * HOUR_MS,
    fetchedAt: close,
  };
  return kind === 'liquidations' ? { ...base, kind, long: own(0), short: own(1) } : { ...base, kind, value: own(0) };
}

function plainOf(series: Series, close: number, spanMs: number): PlainSample {
  const sample = sampleOf(series, close, spanMs);
  if (sample.kind === 'none') return { cause: sample.cause, asOf: null, value: null, statistic: null, history: [] };
  const { asOf, value, statistic, history } = sample;
  return { cause: null, asOf, value, statistic, history: [...history] };
}

describe('what is ranked, and among what', () => {
  it('is the same as worked out bucket by bucket', () => {
    const seen = new Map<string, number>();
    const spans = fc.constantFrom(DAY_MS, 4 * HOUR_MS, 36 * HOUR_MS, HOUR_MS * 1.5);
    fc.assert(
      fc.property(shapes, spans, (shape, spanMs) => {
        const series = seriesOf(shape);
        const close = CLOSE + shape.beyond;
        const right = plainSample(series, close, spanMs);
        expect(plainOf(series, close, spanMs)).toEqual(right);
        const what = `${shape.kind} ${right.cause ?? (Number.isNaN(right.statistic) ? 'gap' : 'current')}`;
        seen.set(what, (seen.get(what) ?? 0) + 1);
      }),
      { numRuns: 4_000 },
    );
    // The draw comes by every answer that there is.
    for (const kind of SERIES_KINDS)
      for (const what of [
        'current',
        kind === 'open_interest' ? 'gap' : 'too-old',
        kind === 'liquidations' ? 'short-history' : 'too-old',
      ])
        expect(seen.get(`${kind} ${what}`) ?? 0, `${kind} ${what}`).toBeGreaterThan(20);
  });

  it('one change that is just out of range is left out of what the others are ranked among', () => {
    const shape: Shape = {
      kind: 'open_interest',
      length: 720,
      behind: 0,
      present: [1],
      values: Array.from({ length: 720 }, (_, at) => (at === 600 ? 7e-18 : 7)),
      beyond: 0,
      unknownHours: 0,
      lateHours: 0,
    };
    // Twenty-four hours after the bucket that is next to nothing, the change is 1e18.
    const { history } = plainOf(seriesOf(shape), CLOSE, DAY_MS);
    expect([history.length, Math.max(...history), Math.min(...history)]).toEqual([499, 0, -1]);
  });

  it('an answer without any bucket in the window says so, one that is too old says by how much', () => {
    const shape: Shape = {
      kind: 'long_short_ratio',
      length: 10,
      behind: 3,
      present: [1],
      values: [1, 2],
      beyond: 15 * 60_000,
      unknownHours: 0,
      lateHours: 0,
    };
    const detail = (given: Shape): string => {
      const sample = sampleOf(seriesOf(given), CLOSE + given.beyond, DAY_MS);
      return sample.kind === 'none' ? sample.detail : 'current';
    };
    expect(detail(shape)).toBe("the newest bucket ended 3.25 h before the candle's close");
    expect(detail({ ...shape, behind: 2 })).toBe("the newest bucket ended 2.25 h before the candle's close");
    expect(detail({ ...shape, behind: 2, beyond: 0 })).toBe('current');
    expect(detail({ ...shape, length: 1, behind: 718 })).toBe(
      "the newest bucket ended 718.25 h before the candle's close",
    );
    expect(detail({ ...shape, present: [0] })).toBe("no bucket in the 30 days before the candle's close");
    expect(detail({ ...shape, kind: 'liquidations', lateHours: 3 })).toBe(
      "the newest bucket ended 3.25 h before the candle's close",
    );
    expect(detail({ ...shape, kind: 'liquidations', unknownHours: 718 })).toBe('less than 3 h are known');
  });
});
