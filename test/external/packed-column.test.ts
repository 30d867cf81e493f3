import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ValueSeries } from '../../src/core/series.ts';
import { createDecoder, encodeEntry } from '../../src/external/entry.ts';
import { packColumn, unpackColumn } from '../../src/external/packed-column.ts';

const HOUR = 3_600_000;
const HOURS = 720;

/** As the API writes them, and all others in range. */
const value = fc.oneof(
  fc
    .tuple(fc.integer({ min: -(2 ** 46), max: 2 ** 46 }), fc.nat(12))
    .map(([whole, decimals]) => whole / 10 ** decimals),
  fc.integer({ min: -32_769, max: 32_768 }),
  fc.double({ min: -1e18, max: 1e18, minExcluded: true, maxExcluded: true, noNaN: true }),
  fc.constantFrom(0, -0, 5e-324, 2 ** 47, -(2 ** 47), 2 ** 47 - 1, 2 ** 31, -(2 ** 31), 0.1 + 0.2),
);

test('every column comes back bit for bit', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 30 }), (values) => {
      const column = Float64Array.from(values);
      // toEqual tells -0 from 0.
      expect(unpackColumn(packColumn(column))).toEqual(column);
    }),
    { numRuns: 2_000 },
  );
});

test('decimals of few digits are kept in few bytes', () => {
  expect(packColumn(Float64Array.of(1.2345, 0.8)).bytes).toBe(2);
  expect(packColumn(Float64Array.of(0.010512, -0.0031)).bytes).toBe(2);
  expect(packColumn(Float64Array.of(98_765.4321, 1)).bytes).toBe(4);
  expect(packColumn(Float64Array.of(123_456_789.1234)).bytes).toBe(6);
  expect(packColumn(Float64Array.of(1 / 3)).bytes).toBe(8);
});

const time = Float64Array.from({ length: HOURS }, (_, hour) => hour * HOUR);
const base = { length: HOURS, time, coveredFrom: 0, completeTo: HOURS * HOUR, fetchedAt: HOURS * HOUR };
const column = (of: (hour: number) => number): Float64Array => Float64Array.from(time, (_, hour) => of(hour));

test.each([
  [
    'open interest',
    { kind: 'open_interest', ...base, value: column((hour) => (93_512_345_678 + hour * 1_234_567) / 1e3) },
  ],
  ['doubles of 17 digits', { kind: 'open_interest', ...base, value: column((hour) => 1e6 / (hour + 3)) }],
  [
    'liquidations in every hour',
    {
      kind: 'liquidations',
      ...base,
      long: column((hour) => (hour * 912_345) / 1e4),
      short: column((hour) => (123_456_789 * hour) / 1e4),
    },
  ],
] as const)('30 days of %s take at most 12 kB', (_, series) => {
  const text = encodeEntry({ kind: 'series', series, emptyAt: null });
  expect(text.length).toBeLessThanOrEqual(12_000);
  expect(createDecoder()(text, series.kind)).toEqual({ kind: 'series', series, emptyAt: null });
});

test('an entry with columns as they were once kept is a miss', () => {
  const series: ValueSeries = { kind: 'open_interest', ...base, value: column((hour) => hour) };
  const { packed, ...old } = JSON.parse(encodeEntry({ kind: 'series', series, emptyAt: null })) as { packed: unknown };
  expect(packed).toHaveLength(1);
  const columns = [Buffer.from(series.value.buffer).toString('base64')];
  expect(createDecoder()(JSON.stringify({ ...old, columns }), 'open_interest')).toBeNull();
});

test('what is no column of whole numbers is no entry', () => {
  expect(unpackColumn({ bytes: 6, decimals: 0, words: Buffer.alloc(8).toString('base64') })).toBeNull();
  for (const value of [NaN, Infinity, 1e308, -1e18, 1e18]) {
    const words = Buffer.from(Float64Array.of(value).buffer).toString('base64');
    expect(unpackColumn({ bytes: 8, decimals: 0, words }), String(value)).toBeNull();
  }
});
