import { timeframeOf } from '../../core/time.ts';
import { failed } from '../bytes.ts';
import { createColumns } from '../columns.ts';
import type { FileName } from '../names.ts';
import { cutTimesDetail } from '../times.ts';
import { toNumber } from '../values.ts';
import { oneSeries, type CandleFormat, type FormatReading } from './format.ts';
import { COLUMNS as CANDLE, layoutOf } from './keys.ts';
import { readTable, wholeLines, type Table } from './table.ts';

/** open_time, o, h, l, c, volume, close_time, quote_volume, count, taker_buy_volume, taker_buy_quote_volume, ignore. */
const COLUMNS = 12;
const CLOSE_TIME = 6;
const TRADES = 8;
/** What the candles need, and the close time that tells them from other rows. */
const NEEDED = CLOSE_TIME + 1;
/** Microseconds from here on: the spot archive has them since 2025, the futures archive has milliseconds. */
const MICROSECONDS_FROM = 1e14;

/** As downloaded from Binance's archive. The API's JSON rows are read as `arrays`: there the name has to say whose they are. */
export const binanceKlines = {
  id: 'binance-klines',
  summary: "Binance's klines as downloaded: .zip or CSV of 12 columns, with or without header",
  content: 'csv',
  parse: ({ text }, named) => {
    const head = text().slice(0, 400);
    if (head.split(/\r?\n|\r/, 1)[0]!.split(',').length !== COLUMNS) return null;
    const table = readTable(text());
    if (!('fieldsOf' in table)) return table;
    const isHeader = table.length > 0 && /^"?open.?time"?,/i.test(table.line(0));
    // Of twelve columns in another order the names count.
    if (isHeader && !isInOrder(table.fieldsOf(table.line(0)))) return null;
    return readKlines(table, isHeader ? 1 : 0, { ...named, exchange: named.exchange ?? 'BINANCE' });
  },
} satisfies CandleFormat;

function isInOrder(names: readonly string[]): boolean {
  const layout = layoutOf(names, null);
  return layout !== null && CANDLE.every((name, at) => layout[name] === at);
}

/**
 * Null when the first row is no kline.
 *
 * @param from where the rows begin
 */
function readKlines(table: Table, from: number, named: FileName): FormatReading | null {
  const { fieldsOf, line } = table;
  const rows = Math.max(0, wholeLines(table, NEEDED) - from);
  const first = rows === 0 ? [] : fieldsOf(line(from));
  const open = toNumber(first[0]);
  const close = toNumber(first[CLOSE_TIME]);
  if (first.length !== COLUMNS || !(close > open)) return null;
  const columns = createColumns(rows);
  let pricesOnly = true;
  for (let i = 0; i < rows; i++) {
    const row = fieldsOf(line(from + i));
    columns.time[i] = toNumber(row[0]);
    columns.open[i] = toNumber(row[1]);
    columns.high[i] = toNumber(row[2]);
    columns.low[i] = toNumber(row[3]);
    columns.close[i] = toNumber(row[4]);
    columns.volume[i] = toNumber(row[5]);
    pricesOnly &&= columns.volume[i] === 0 && toNumber(row[TRADES]) > 0;
  }
  const cut = cutTimesDetail(first[0], columns.time);
  if (cut !== null) return failed('bad-series', cut);
  if (pricesOnly) {
    return failed(
      'not-candles',
      'it has no volume anywhere: mark, index or premium prices, not the candles of a market',
    );
  }
  const micro = open >= MICROSECONDS_FROM;
  const length = micro ? (close + 1 - open) / 1e3 : close + 1 - open;
  return oneSeries({ ...named, timeframe: named.timeframe ?? timeframeOf(length), spot: named.spot || micro }, columns);
}
