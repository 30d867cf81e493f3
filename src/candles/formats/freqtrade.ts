import { readFreqtradeName } from '../names.ts';
import { arrayColumns } from './arrays.ts';
import type { CandleFormat } from './format.ts';
import { jsonRows } from './rows.ts';

export const freqtrade = {
  id: 'freqtrade',
  summary:
    "Freqtrade's <exchange>/futures/BTC_USDT_USDT-1h-futures.json and <exchange>/BTC_USDT-1h.json, also .json.gz",
  readName: readFreqtradeName,
  parse: (source, named) => {
    const rows = jsonRows(source);
    const columns = rows === null ? null : arrayColumns(rows);
    return columns === null ? null : [{ ...named, rows: columns }];
  },
} satisfies CandleFormat;
