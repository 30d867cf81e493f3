import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createColumns, repairColumns, type RawColumns } from '../../src/candles/columns.ts';
import { HOUR, rows, START } from './support.ts';

const NAMES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

function columnsWith(
  length: number,
  changes: readonly (readonly [row: number, column: number, value: number])[],
): RawColumns {
  const columns = createColumns(length);
  for (const [i, row] of rows(length).entries()) for (const [at, name] of NAMES.entries()) columns[name][i] = row[at]!;
  for (const [row, column, value] of changes) columns[NAMES[column]!][row % length] = value;
  return columns;
}

const value = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    -1,
    NaN,
    Infinity,
    1e-12,
    100,
    101,
    102,
    103,
    START,
    START + HOUR,
    START + HOUR / 2,
    START + 1e6 * HOUR,
  ),
  fc.integer({ min: -3, max: 40 }).map((hours) => START + hours * HOUR),
  fc.double({ min: 90, max: 140, noNaN: true }),
);
const changes = fc.array(fc.tuple(fc.nat(39), fc.nat(5), value), { maxLength: 3 });

test('files that need no repair come out as the repairs would leave them, and all others are repaired', () => {
  let sound = 0;
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 40 }), changes, fc.integer({ min: -2, max: 60 }), (length, list, hours) => {
      const now = START + hours * HOUR;
      const named = repairColumns(columnsWith(length, list), '1h', now);
      // Without a name every row is judged by itself.
      const judged = repairColumns(columnsWith(length, list), null, now);
      // Judged by its own steps a file may be refused as one of 2h, which says nothing of one that is named 1h.
      const tells = judged.ok ? judged.timeframe === '1h' : judged.reason === 'no-candles';
      if (tells) expect(named).toEqual(judged);
      if (named.ok && named.columns.length === length) sound++;
    }),
    { numRuns: 3_000 },
  );
  expect(sound).toBeGreaterThan(300);
});
