/** The views of `scan show` that consist of rows: signals, markets, coins. */
import type { Feed } from '../core/feed.ts';
import { marketKey } from '../core/market.ts';
import type { Signal } from '../core/signal.ts';
import { findByName, unifiedNames } from '../feed/find.ts';
import { paragraph, type Look } from '../feed/layout.ts';
import { isAmong, nothingSelected, selectSignals, type Selection } from '../feed/selection.ts';
import { signalTables } from '../feed/table.ts';
import { escapeControl } from '../platform/text.ts';
import { coinRows } from './coins.ts';
import { COIN_FIELDS, MARKET_FIELDS, SIGNAL_FIELDS, type Field, type Fields, type SignalRow } from './fields.ts';
import { columnsFor, objectOf, pickRows, rowTable, tsvText, type Asked, type ShownColumn } from './rows.ts';
import { USUAL_COIN_COLUMNS, USUAL_MARKET_COLUMNS, USUAL_SIGNAL_COLUMNS, withSort } from './usual-columns.ts';

export interface ViewRequest {
  readonly view: 'signals' | 'markets' | 'coins';
  readonly selection: Selection;
  readonly asked: Asked;
  /** Null for all, or the usual number in a table. */
  readonly limit: number | null;
  readonly form: 'table' | 'tsv' | 'json';
}

/** Coins per strategy, and blocks of an explanation. */
export const USUAL_COINS = 10;
const USUAL_ROWS = 20;

/** What is printed below the head of the feed; JSON and TSV are all that is printed. Ends with a newline. @throws ConfigError */
export function viewText(feed: Feed, request: ViewRequest, look: Look): string {
  if (request.view === 'signals') return signalsText(feed, request, look);
  if (request.view === 'markets') {
    const rows = marketsOf(feed, request.selection);
    return rowsText(feed, request, { name: 'markets', rows, fields: MARKET_FIELDS, usual: USUAL_MARKET_COLUMNS }, look);
  }
  const rows = coinRows(marketsOf(feed, request.selection), feed.run.as_of);
  return rowsText(feed, request, { name: 'coins', rows, fields: COIN_FIELDS, usual: USUAL_COIN_COLUMNS }, look);
}

/** The signals that are asked for, in the feed's order. @throws ConfigError */
export function chosenSignals(
  feed: Feed,
  { selection, asked }: Pick<ViewRequest, 'selection' | 'asked'>,
): readonly Signal[] {
  const rows = signalRows(feed, selection);
  return pickRows(rows, SIGNAL_FIELDS, { ...asked, sort: null, columns: null }).rows.map(({ signal }) => signal);
}

function signalRows(feed: Feed, selection: Selection): readonly SignalRow[] {
  const markets = new Map(feed.markets.map((row) => [marketKey(row), row]));
  return selectSignals(feed, selection).map((signal) => ({ signal, market: markets.get(marketKey(signal)) ?? null }));
}

function marketsOf(feed: Feed, { symbol, exchange }: Selection): Feed['markets'] {
  const named = symbol === null ? feed.markets : findByName(feed.markets, symbol, unifiedNames(feed.markets));
  return named.filter((row) => exchange === null || isAmong(row.exchange, exchange));
}

function signalsText(feed: Feed, request: ViewRequest, look: Look): string {
  const { asked, form, limit } = request;
  const plain = asked.sort === null && asked.columns === null;
  if (form === 'table' && plain) {
    const signals = chosenSignals(feed, request);
    return signals.length === 0
      ? nothingText(feed, request, look)
      : signalTables({ signals, summary: feed.summary }, limit ?? USUAL_COINS, look);
  }
  if (form === 'json' && plain) {
    const signals = chosenSignals(feed, request);
    return jsonText(feed, request, signals.length, 'signals', firstOfEach(signals, limit));
  }
  const rows = signalRows(feed, request.selection);
  const source = { name: 'signals', rows, fields: SIGNAL_FIELDS, usual: USUAL_SIGNAL_COLUMNS };
  return rowsText(feed, request, source, look, ({ signal }) => signal);
}

/** Why nothing is left, in a paragraph. */
export function nothingText(
  feed: Feed,
  { selection, asked }: Pick<ViewRequest, 'selection' | 'asked'>,
  look: Look,
): string {
  const text = asked.where === null ? nothingSelected(feed, selection) : `No signal matches --where "${asked.where}".`;
  return `${paragraph(text, look).join('\n')}\n`;
}

interface Source<Row> {
  /** Of the rows in JSON. */
  readonly name: string;
  readonly rows: readonly Row[];
  readonly fields: Fields<Row>;
  readonly usual: readonly ShownColumn<Row>[];
}

function rowsText<Row>(
  feed: Feed,
  { selection, asked, limit, form }: ViewRequest,
  { name, rows: all, fields, usual }: Source<Row>,
  look: Look,
  whole: (row: Row) => unknown = (row) => row,
): string {
  const { rows, columns, sortedBy } = pickRows(all, fields, asked);
  const first = rows.slice(0, limit ?? rows.length);
  if (form === 'tsv') return tsvText(first, columns ?? flat(fields));
  if (form === 'json') {
    const shown = first.map((row) => (columns === null ? whole(row) : objectOf(row, columns)));
    return jsonText(feed, { selection, asked, limit }, rows.length, name, shown);
  }
  return rowTable(rows, columns === null ? withSort(usual, sortedBy) : columnsFor(columns), limit ?? USUAL_ROWS, look);
}

/** All fields but those of single series, which are too many for a sheet. */
function flat<Row>(fields: Fields<Row>): readonly Field<Row>[] {
  return [...fields.values()].filter(({ name }) => !name.includes('.'));
}

/** At most `limit` signals of each strategy, in their order; null is all. */
function firstOfEach(signals: readonly Signal[], limit: number | null): readonly Signal[] {
  const places = new Map<string, number>();
  return signals.filter(({ strategy }) => {
    const place = (places.get(strategy) ?? 0) + 1;
    places.set(strategy, place);
    return limit === null || place <= limit;
  });
}

/** The head of the run, the age of its candles, what was asked for, and one row a line. Control characters in names are escaped, so that `cat` is safe. */
function jsonText(
  { schema_version, last_updated, run, summary }: Feed,
  { selection, asked, limit }: Pick<ViewRequest, 'selection' | 'asked' | 'limit'>,
  matched: number,
  name: string,
  rows: readonly unknown[],
): string {
  const { minScore: min_score, since, ...names } = selection;
  const answered = { ...names, min_score, since: since?.text ?? null, ...asked, limit, matched };
  const { newest_close, stale_markets } = summary.candles;
  const candles = { newest_close, stale_markets };
  const head = Object.entries({ schema_version, last_updated, run, candles, selection: answered });
  const lines = head.map(([key, value]) => `"${key}":${safe(value)},\n`);
  return `{\n${lines.join('')}"${name}":[\n${rows.map(safe).join(',\n')}\n]}\n`;
}

function safe(value: unknown): string {
  return escapeControl(JSON.stringify(value));
}
