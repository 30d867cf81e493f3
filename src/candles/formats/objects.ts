import { oneSeries, type CandleFormat } from './format.ts';
import { jsonTable, namedBy } from './json-table.ts';
import { layoutOf, missingFault, type Column } from './keys.ts';
import { readCells } from './named.ts';

export const objects = {
  id: 'objects',
  summary: 'JSON rows [{time, open, high, low, close, volume}] or columns {t: [], o: []}, plain or in {"data": [...]}',
  content: 'json',
  fromPlain: ({ keys, columns }, named) => {
    const layout = keys === null ? null : layoutOf(keys, named.symbol);
    // Times of the close are compared with the others.
    if (layout === null || layout.closeTime !== null) return null;
    const { length } = columns[0];
    const column = (name: Column): Float64Array =>
      columns[layout[name] ?? -1] ?? new Float64Array(length).fill(Number.NaN);
    const rows = {
      length,
      time: column('time'),
      open: column('open'),
      high: column('high'),
      low: column('low'),
      close: column('close'),
      volume: column('volume'),
    };
    return oneSeries(named, rows, { naiveTimes: 0, labelsEnd: layout.labelsEnd });
  },
  parse: (source, named) => {
    const table = jsonTable(source);
    if (table === null || !('names' in table)) return table;
    const layout = layoutOf(table.names, named.symbol);
    if (layout !== null) return readCells(table, layout, namedBy(table, named), table.markets);
    const fault = missingFault(table.names, named.symbol);
    return fault?.reason === 'bad-series' ? fault : null;
  },
} satisfies CandleFormat;
