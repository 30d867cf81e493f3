import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CandleSeries } from '../../src/core/candles.ts';
import { AUTO_TIMEFRAMES, TIMEFRAME_MS, TIMEFRAMES, type Timeframe } from '../../src/core/time.ts';
import { canResample, createResampler } from '../../src/processor/resample.ts';
import { selectSeries } from '../../src/processor/select.ts';
import { resample as resampleAll } from './oracle/resample.ts';
import { selectSeries as selectAmongAll } from './oracle/select.ts';

const START = Date.UTC(2026, 0, 1);

/** Candles with holes, breaks and a start anywhere in a day, all told by a few numbers. */
interface Shape {
  readonly timeframe: Timeframe;
  readonly from: number;
  readonly length: number;
  readonly holes: readonly (readonly [at: number, length: number])[];
  readonly breaks: readonly number[];
  readonly seed: number;
}

function seriesOf({ timeframe, from, length, holes, breaks, seed }: Shape): CandleSeries {
  const step = TIMEFRAME_MS[timeframe];
  const rows: number[][] = [];
  let price = 100;
  for (let i = 0; i < length; i++) {
    if (breaks.includes(i)) price *= 9;
    const noise = ((i * 7919 + seed * 104_729) % 1_009) / 1_009;
    const close = price * (1 + (noise - 0.5) / 50);
    if (!holes.some(([at, size]) => i >= at && i < at + size)) {
      rows.push([
        START + (from + i) * step,
        price,
        Math.max(price, close) * 1.01,
        Math.min(price, close) * 0.99,
        close,
        noise * 1e3,
      ]);
    }
    price = close;
  }
  const column = (index: number): Float64Array => Float64Array.from(rows, (row) => row[index]!);
  return {
    market: { exchange: 'A', symbol: 'BUSDT' },
    timeframe,
    length: rows.length,
    time: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  };
}

const shape = (timeframe: fc.Arbitrary<Timeframe>, most: number): fc.Arbitrary<Shape> =>
  fc.record({
    timeframe,
    from: fc.integer({ min: -600, max: 60 }),
    length: fc.integer({ min: 1, max: most }),
    holes: fc.array(fc.tuple(fc.nat({ max: most }), fc.integer({ min: 1, max: 130 })), { maxLength: 4 }),
    breaks: fc.array(fc.nat({ max: most }), { maxLength: 2 }),
    seed: fc.nat({ max: 99 }),
  });

/** Told before the next answer takes its memory. */
const plain = ({ time, open, high, low, close, volume, ...rest }: CandleSeries) => ({
  ...rest,
  time: Array.from(time),
  open: Array.from(open),
  high: Array.from(high),
  low: Array.from(low),
  close: Array.from(close),
  volume: Array.from(volume),
});

describe('resampling into reused memory', () => {
  const few = createResampler(30);

  test('its candles are the last of those that resampling the whole series gave, bit for bit', () => {
    const pairs = TIMEFRAMES.flatMap((from) =>
      TIMEFRAMES.filter((to) => canResample(from, to)).map((to) => [from, to] as const),
    );
    fc.assert(
      fc.property(fc.constantFrom(...pairs), shape(fc.constant('1h'), 400), ([from, to], of) => {
        const series = seriesOf({ ...of, timeframe: from });
        if (series.length === 0) return;
        const all = plain(resampleAll(series, to));
        few.reset();
        const last = few.resample(series, to);
        expect(last.length).toBe(Math.min(30, all.length));
        for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const) {
          expect(Array.from(last[name])).toEqual(
            Array.from(all[name] as ArrayLike<number>)
              .slice(-30)
              .slice(0, last.length),
          );
        }
        expect([last.timeframe, last.market]).toEqual([to, series.market]);
      }),
      { numRuns: 600 },
    );
  });

  test('a new one uses its memory as one that was reset, and shows the same candles of it for the same number', () => {
    const series = seriesOf({ timeframe: '15m', from: 0, length: 64, holes: [], breaks: [], seed: 1 });
    const fresh = createResampler(30);
    const first = fresh.resample(series, '1h');
    fresh.reset();
    const again = fresh.resample(series, '1h');
    expect(again.close.buffer).toBe(first.close.buffer);
    expect(again.close).toBe(first.close);
  });

  test('answers stand side by side until it is reset', () => {
    const series = seriesOf({ timeframe: '15m', from: 0, length: 64, holes: [], breaks: [], seed: 1 });
    few.reset();
    const hours = few.resample(series, '1h');
    const before = Array.from(hours.close);
    const fours = few.resample(series, '4h');
    expect([hours.length, fours.length]).toEqual([16, 4]);
    expect(Array.from(hours.close)).toEqual(before);
    few.reset();
    expect(few.resample(series, '4h').close.buffer).toBe(hours.close.buffer);
  });
});

test('what is selected is what was selected among series that were resampled whole', () => {
  const own = fc.constantFrom<Timeframe>('5m', '15m', '1h', '4h', '1d');
  fc.assert(
    fc.property(
      fc.uniqueArray(shape(own, 2_600), { maxLength: 4, selector: ({ timeframe }) => timeframe }),
      fc.constantFrom<Timeframe | 'auto'>('auto', ...AUTO_TIMEFRAMES, '8h'),
      fc.integer({ min: -40, max: 3_000 }),
      fc.constantFrom(1, 20, 100, 599, 600),
      (shapes, timeframe, hours, warmup) => {
        const files = shapes.map(seriesOf).filter(({ length }) => length > 0);
        const options = { timeframe, asOf: START + hours * TIMEFRAME_MS['1h'], warmup };
        const selected = selectSeries(files, options);
        const told = selected.kind === 'series' ? { ...selected, series: plain(selected.series) } : selected;
        const before = selectAmongAll(files, options);
        expect(told).toEqual(before.kind === 'series' ? { ...before, series: plain(before.series) } : before);
      },
    ),
    { numRuns: 400 },
  );
});

test('markets that are resampled one after the other stand in the same memory', () => {
  const options = { timeframe: '4h', asOf: START + 999 * TIMEFRAME_MS['1h'], warmup: 1 } as const;
  const chosen = [1, 2, 3].map((seed) => {
    const series = seriesOf({ timeframe: '1h', from: 0, length: 100, holes: [], breaks: [], seed });
    const selected = selectSeries([series], options);
    return selected.kind === 'series' ? selected.series.close.buffer : null;
  });
  expect(chosen[0]).not.toBeNull();
  expect(new Set(chosen).size).toBe(1);
});
