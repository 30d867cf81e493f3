/** Coinalyze over HTTP: one request per call, sent once. */
import type { z } from 'zod';
import type { CoinalyzeSymbol, MarketListing, VenueRow } from '../../core/market.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Series, SeriesKind, Window } from '../../core/series.ts';
import { SECOND_MS } from '../../core/time.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Http } from '../../platform/http.ts';
import { createRedactor } from '../../platform/log.ts';
import { allFailed } from '../provider.ts';
import type { Reply, SeriesProvider } from '../provider.ts';
import { createLag, type Lag } from './lag.ts';
import { mapExchange, mapFutureMarket, mapHistory, mapUnreadable, noData } from './map.ts';
import { failure, readAnswer, transportFailure, type Page } from './answer.ts';
import {
  EXCHANGES_PATH,
  exchangeRow,
  FUTURE_MARKETS_PATH,
  futureMarketRow,
  goodRows,
  HISTORY_PATH,
  historyEntry,
  KEY_HEADER,
  MAX_SYMBOLS,
  SERIES_INTERVAL,
  sortedRows,
  unreadableRow,
} from './schema.ts';

export interface CoinalyzeOptions {
  readonly http: Http;
  /** With or without a slash at the end, e.g. `https://api.coinalyze.net/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Stamps answers: wall time, or the fixed time of made-up data. */
  readonly dataClock: Clock;
  /** For one request as a whole. */
  readonly timeoutMs: number;
  /** The quota's window: how long a 429 without a usable Retry-After silences the key. */
  readonly windowMs: number;
}

/** Oddities of the answers so far. */
interface CoinalyzeCounts {
  /** Symbols that came without being asked for. */
  readonly foreignSymbols: number;
  /** Rows that do not fit the schema, are off the grid, or contradict another row. */
  readonly droppedRows: number;
}

/** The lists are replies of one, so that they are charged and retried like the histories. */
export interface Coinalyze extends SeriesProvider {
  exchanges(abort: AbortSignal): Promise<readonly Reply<readonly VenueRow[]>[]>;
  futureMarkets(abort: AbortSignal): Promise<readonly Reply<Pick<MarketListing, 'markets' | 'unreadable'>>[]>;
  readonly counts: CoinalyzeCounts;
}

const MAX_BYTES = 10 * 2 ** 20;
/** `/future-markets` is several MB. */
const MAX_LIST_BYTES = 20 * 2 ** 20;
const MAX_DETAIL = 300;

export function createCoinalyze(options: CoinalyzeOptions): Coinalyze {
  const counts = { foreignSymbols: 0, droppedRows: 0 };
  const lag = createLag();
  return {
    counts,
    fetch: (kind, symbols, window, abort) => fetchHistories(options, counts, lag, { kind, symbols, window }, abort),
    exchanges: async (abort) => {
      const answer = await getPage(options, EXCHANGES_PATH, {}, MAX_BYTES, abort);
      return asList(options, counts, answer, exchangeRow, (good) => good.map(mapExchange));
    },
    futureMarkets: async (abort) => {
      const answer = await getPage(options, FUTURE_MARKETS_PATH, {}, MAX_LIST_BYTES, abort);
      return asList(options, counts, answer, futureMarketRow, (good, bad) => ({
        markets: good.map(mapFutureMarket),
        ...(bad.length === 0 ? {} : { unreadable: bad.map((row) => mapUnreadable(unreadableRow.parse(row))) }),
      }));
    },
  };
}

interface HistoryQuery {
  readonly kind: SeriesKind;
  readonly symbols: readonly CoinalyzeSymbol[];
  readonly window: Window;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

async function fetchHistories(
  options: CoinalyzeOptions,
  counts: Mutable<CoinalyzeCounts>,
  lag: Lag,
  { kind, symbols, window }: HistoryQuery,
  abort: AbortSignal,
): Promise<readonly Reply<Series>[]> {
  if (symbols.length > MAX_SYMBOLS)
    throw new RangeError(`${symbols.length} symbols in one request; at most ${MAX_SYMBOLS}`);
  const answer = await getPage(options, HISTORY_PATH[kind], historyParameters(kind, symbols, window), MAX_BYTES, abort);
  if (!answer.ok) return allFailed(symbols.length, answer);
  const { good: entries, bad } = goodRows(answer.rows, historyEntry);
  const asked = new Set<string>(symbols);
  const bySymbol = Map.groupBy(entries, (entry) => entry.symbol);
  const foreign = [...bySymbol.keys()].filter((symbol) => !asked.has(symbol));
  counts.foreignSymbols += foreign.length;
  counts.droppedRows += bad;
  const fetchedAt = options.dataClock.now();
  const outcomes = symbols.map((symbol): Outcome<Series> => {
    const rows = bySymbol.get(symbol)?.flatMap((entry) => entry.history);
    // An entry that cannot be read, or is of a symbol that nobody asked for, may be the one of any that is missing: what is not known is
    // not kept as known.
    if (rows === undefined) return bad === 0 && foreign.length === 0 ? noData() : inPlaceOf(bad, foreign);
    const mapped = mapHistory(kind, rows, window, fetchedAt, lag.clockOf(symbol, window, fetchedAt));
    counts.droppedRows += mapped.droppedRows;
    return mapped.outcome;
  });
  lag.look(kind, symbols, outcomes);
  return outcomes;
}

function inPlaceOf(unreadable: number, foreign: readonly string[]): Outcome<never> {
  const what = [
    ...(unreadable === 0 ? [] : [`${unreadable} unreadable entries`]),
    ...(foreign.length === 0 ? [] : [`${foreign.length} symbols that were not asked for, such as ${foreign[0]}`]),
  ];
  return { ok: false, code: 'bad-payload', detail: `missing in an answer with ${what.join(' and ')}` };
}

/** Both ends of the window are inclusive bucket starts, in seconds. */
function historyParameters(kind: SeriesKind, symbols: readonly string[], window: Window): Record<string, string> {
  return {
    symbols: symbols.join(','),
    interval: SERIES_INTERVAL[kind],
    from: String(Math.ceil(window.from / SECOND_MS)),
    to: String(Math.floor(window.to / SECOND_MS)),
    ...(kind === 'open_interest' || kind === 'liquidations' ? { convert_to_usd: 'false' } : {}),
  };
}

/** A list without a single good row is a fault: it must never take the place of a good one. */
function asList<Wire, Value>(
  { dataClock }: CoinalyzeOptions,
  counts: Mutable<CoinalyzeCounts>,
  answer: Page,
  schema: z.ZodType<Wire>,
  map: (good: readonly Wire[], bad: readonly unknown[]) => Value,
): readonly Reply<Value>[] {
  if (!answer.ok) return [answer];
  const { good, bad } = sortedRows(answer.rows, schema);
  counts.droppedRows += bad.length;
  if (good.length === 0) return [failure('bad-payload', 'none', `${answer.rows.length} rows, none of them usable`)];
  const fetchedAt = dataClock.now();
  return [{ ok: true, value: map(good, bad), asOf: fetchedAt, fetchedAt, stale: false, origin: 'fetched' }];
}

async function getPage(
  { http, baseUrl, apiKey, timeoutMs, windowMs }: CoinalyzeOptions,
  path: string,
  parameters: Readonly<Record<string, string>>,
  maxBytes: number,
  abort: AbortSignal,
): Promise<Page> {
  // A base without the slash would lose its last part, /v1.
  const url = new URL(path, baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  url.search = new URLSearchParams(parameters).toString();
  const result = await http.get(url, { headers: { [KEY_HEADER]: apiKey }, timeoutMs, maxBytes, abort });
  const answer = result.kind === 'failed' ? transportFailure(result) : readAnswer(result, windowMs);
  if (answer.ok) return answer;
  // An answer may quote the request; before it is cut, so that no half of the key is left.
  return { ...answer, detail: createRedactor([apiKey])(answer.detail).slice(0, MAX_DETAIL) };
}
