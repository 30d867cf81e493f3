import { oneSeries, type CandleFormat } from './format.ts';
import { isWide, jsonTable, namedBy } from './json-table.ts';
import { COLUMNS, layoutOf } from './keys.ts';
import { readCells } from './named.ts';
import { isArray } from './rows.ts';

/** `[time, open, high, low, close, volume]`; Binance's klines carry six more columns behind. */
const IN_ORDER = layoutOf(COLUMNS, null)!;

export const arrays = {
  id: 'arrays',
  summary: "ccxt's and Freqtrade's JSON rows [[ms, open, high, low, close, volume]], also .json.gz",
  content: 'json',
  fromPlain: ({ keys, columns: [time, open, high, low, close, volume] }, named) =>
    keys === null ? oneSeries(named, { length: time.length, time, open, high, low, close, volume }) : null,
  parse: (source, named) => {
    const table = jsonTable(source);
    if (table === null || !('names' in table)) return table;
    // Null rows count as rows without values; some rows may end before their volume.
    const isRow = (row: unknown): boolean => row === null || (isArray(row) && row.length >= COLUMNS.length - 1);
    const rows = table.arrays;
    if (rows === null || !rows.every(isRow) || (rows.length > 0 && !isWide(rows))) return null;
    return readCells({ ...table, names: COLUMNS }, IN_ORDER, namedBy(table, named), table.markets);
  },
} satisfies CandleFormat;
