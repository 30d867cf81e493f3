import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { sharedPath } from '../support/shared.ts';

/** An expected column: null where the source gives no value. */
type Expected = readonly (number | null)[];

/** Columns of a spreadsheet by header; empty cells are null. A header that occurs twice means its first, hand-made column. */
export function spreadsheet(name: string): (header: string) => Expected {
  const lines = readFileSync(sharedPath('indicators', 'skender-manual', `${name}.csv`), 'utf8')
    .trim()
    .split(/\r?\n/);
  const headers = lines[0]!.split(',');
  const rows = lines.slice(1).map((line) => line.split(','));
  return (header) => {
    const column = headers.indexOf(header);
    if (column < 0) throw new Error(`${name}.csv has no column ${header}`);
    return rows.map((cells) => (cells[column] ? Number(cells[column]) : null));
  };
}

interface TalibFile {
  readonly rows: readonly (readonly number[])[];
  readonly results: Readonly<Record<string, { readonly output: Expected }>>;
}

export const TALIB_FILES = ['skender-default-502', 'bybit-BTCUSDT-1h-1000', 'bybit-SOLUSDT-1h-1000'] as const;

/** What TA-Lib made of recorded candles: its input columns and its outputs by name, e.g. `EMA_20`. */
export function talib(name: string) {
  const file = JSON.parse(
    readFileSync(sharedPath('indicators', 'talib-generated', `${name}.json`), 'utf8'),
  ) as TalibFile;
  const column = (index: number) => Float64Array.from(file.rows, (row) => row[index]!);
  return {
    high: column(2),
    low: column(3),
    close: column(4),
    output: (indicator: string): Expected => file.results[indicator]!.output,
  };
}

interface BookFile {
  readonly cases: readonly {
    readonly indicator: string;
    readonly options: readonly number[];
    readonly arrays: readonly (readonly number[])[];
  }[];
}

/** All cases of one indicator: inputs first, then outputs, which are shorter and end at the last input. */
export function bookCases(file: 'atoz' | 'extra', indicator: string) {
  const { cases } = JSON.parse(readFileSync(sharedPath('indicators', 'tulip', `${file}.json`), 'utf8')) as BookFile;
  const found = cases.filter((one) => one.indicator === indicator);
  if (found.length === 0) throw new Error(`${file}.json has no case of ${indicator}`);
  return found.map(({ options, arrays }) => ({
    period: options[0] ?? NaN,
    arrays: arrays.map((values) => Float64Array.from(values)),
  }));
}

/** A column of numbers without holes. */
export function filled(expected: Expected): Float64Array {
  return Float64Array.from(expected, (value) => value ?? NaN);
}

/**
 * Same values within `tolerance` relative to the expected one, from index `from` on; where the source is null there must be
 * NaN, and nowhere else.
 */
export function expectRelative(actual: Float64Array, expected: Expected, tolerance: number, from = 0): void {
  expect(actual).toHaveLength(expected.length);
  let compared = 0;
  for (let i = from; i < expected.length; i++) {
    const value = expected[i] ?? null;
    if (value === null) {
      expect(actual[i], `index ${i} has no value in the source`).toBeNaN();
    } else {
      const error = Math.abs(actual[i]! - value) / (Math.abs(value) || 1);
      expect(error, `index ${i}: ${actual[i]} against ${value}`).toBeLessThanOrEqual(tolerance);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(0);
}

/** The last values of `actual` are the book's within `tolerance`, absolute. */
export function expectBook(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  const offset = actual.length - expected.length;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[offset + i]! - expected[i]!);
    expect(error, `value ${i}: ${actual[offset + i]} against ${expected[i]}`).toBeLessThanOrEqual(tolerance);
  }
}
