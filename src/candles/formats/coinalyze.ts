import { failed } from '../bytes.ts';
import { readCoinalyzeSymbol } from '../coinalyze-symbol.ts';
import { createColumns, type RawColumns } from '../columns.ts';
import { PLAIN_TIMES } from '../times.ts';
import { toNumber } from '../values.ts';
import type { CandleFormat, RawSeries, RefusedPart, Source } from './format.ts';
import { isArray, isRecord, jsonRows } from './rows.ts';

interface History {
  readonly symbol: string;
  readonly rows: readonly unknown[];
}

export const coinalyze = {
  id: 'coinalyze',
  summary:
    'answers of Coinalyze\'s ohlcv-history as saved: [{"symbol": "BTCUSDT_PERP.A", "history": [...]}], many markets in one',
  content: 'json',
  parse: (source, named) => {
    const histories = historiesOf(jsonRows(source) ?? single(source));
    if (histories === null) return null;
    const rows = histories.flatMap((history) => history.rows.slice(0, 1));
    if (rows.length === 0) return failed('no-candles', 'its histories are empty');
    const other = rows.map(kindOf).find((kind) => kind !== null);
    if (other !== undefined) return failed('not-candles', `it holds ${other} of Coinalyze, no candles`);
    const series: RawSeries[] = [];
    const refused: RefusedPart[] = [];
    for (const history of histories) {
      const symbol = readCoinalyzeSymbol(history.symbol);
      if (!symbol.ok)
        refused.push({ market: null, reason: 'unknown-name', detail: `${history.symbol}: ${symbol.detail}` });
      else
        series.push({
          ...named,
          ...symbol.market,
          spot: false,
          marked: null,
          kindOfRows: null,
          rows: columnsOf(history.rows),
          ...PLAIN_TIMES,
        });
    }
    return { ok: true, series, refused };
  },
} satisfies CandleFormat;

/** One element of an answer, saved alone. */
function single(source: Source): readonly unknown[] {
  const json = source.json();
  return json.ok && isRecord(json.value) ? [json.value] : [];
}

/** Null when the rows are no answer of Coinalyze. */
function historiesOf(rows: readonly unknown[]): readonly History[] | null {
  const histories: History[] = [];
  for (const row of rows) {
    if (!isRecord(row) || typeof row['symbol'] !== 'string' || !isArray(row['history'])) return null;
    histories.push({ symbol: row['symbol'], rows: row['history'] });
  }
  return histories.length === 0 ? null : histories;
}

/** What a history is, told by its first row; null for candles. */
function kindOf(row: unknown): string | null {
  const keys = new Set(isRecord(row) ? Object.keys(row) : []);
  const has = (...names: readonly string[]): boolean => names.every((name) => keys.has(name));
  if (has('t', 'o', 'h', 'l', 'c', 'v')) return null;
  if (has('t', 'o', 'h', 'l', 'c')) return 'open interest or funding rates';
  if (has('t', 'r')) return 'long/short ratios';
  return has('t', 'l', 's') ? 'liquidations' : 'something else';
}

function columnsOf(rows: readonly unknown[]): RawColumns {
  const columns = createColumns(rows.length);
  for (const [i, row] of rows.entries()) {
    const candle = isRecord(row) ? row : {};
    columns.time[i] = toNumber(candle['t']);
    columns.open[i] = toNumber(candle['o']);
    columns.high[i] = toNumber(candle['h']);
    columns.low[i] = toNumber(candle['l']);
    columns.close[i] = toNumber(candle['c']);
    columns.volume[i] = toNumber(candle['v']);
  }
  return columns;
}
