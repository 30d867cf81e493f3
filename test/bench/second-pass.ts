/**
 * The second pass alone: every market was judged, then all series arrive, each market's four at once, and all signals are scored and
 * ordered anew. What a run does besides (asking, the cache, texts, the feed) is not in it.
 */
import type { CoinalyzeSymbol, NamedMarket, Resolution } from '../../src/core/market.ts';
import type { SeriesKey } from '../../src/core/offer.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import {
  SERIES_INTERVAL_MS,
  SERIES_KINDS,
  SERIES_WINDOW_MS,
  type Series,
  type SeriesKind,
} from '../../src/core/series.ts';
import { KnownMarkets } from '../../src/job/known-markets.ts';
import { findCandles, judgeMarkets } from '../../src/job/reading.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { orderSignals } from '../../src/processor/order.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { EXCHANGES, END_MS } from './corpus.ts';

const request = {
  exclude: [],
  format: null,
  filter: { symbol: null, exchange: null, exclude: null, limit: null },
  strategies: STRATEGIES,
  timeframe: '4h',
  detail: 'lean',
} as const;

type Mapped = Exclude<Resolution, { tier: 'neutral' }>;

/** Reads and judges the folder, and answers with the pass to be measured. */
export async function secondPassOf(folder: string): Promise<() => unknown> {
  const input = await findCandles({ ...request, paths: [folder] });
  const services = { clock: systemClock, tell: () => undefined, interrupt: new AbortController().signal };
  const { markets } = await judgeMarkets(
    {
      ...request,
      paths: [folder],
      asOf: END_MS,
      provider: 'none',
      hasKey: false,
      aim: { goal: null, remaining: false },
      referenceVenues: [],
      version: '0',
      runId: '0',
    },
    input,
    END_MS,
    services,
    () => undefined,
  );
  const known = new KnownMarkets(markets, STRATEGIES);
  const resolutions = markets.map(({ market }) => resolvedTo(market));
  const answers = resolutions.flatMap((resolution) => answersFor(resolution));
  return () => {
    known.resolve(resolutions);
    for (const { key, outcome } of answers) known.learn(key, outcome);
    return orderSignals(known.all, STRATEGIES).length;
  };
}

function resolvedTo({ exchange, symbol, unified }: NamedMarket): Mapped {
  const base = symbol.replace(/USDT$/, '');
  const name = { base, quote: 'USDT', multiplier: 1, unified: unified! };
  const coinalyze = `${base}USDT_PERP.${EXCHANGES.findIndex((one) => one === exchange)}` as CoinalyzeSymbol;
  const listed = {
    symbol: coinalyze,
    venue: exchange,
    denomination: 'BASE_ASSET',
    multiplier: 1,
    hasLongShortRatio: true,
  } as const;
  return { tier: 'resolved', name, listed };
}

interface Answered {
  readonly key: SeriesKey;
  readonly outcome: Outcome<Series>;
}

function answersFor({ listed: { symbol } }: Mapped): readonly Answered[] {
  return SERIES_KINDS.map((kind) => ({
    key: { provider: 'coinalyze', kind, instrument: symbol },
    outcome: {
      ok: true,
      value: seriesOf(symbol, kind),
      asOf: END_MS,
      fetchedAt: END_MS,
      stale: false,
      origin: 'cache',
    },
  }));
}

/** Every bucket of the window. */
function seriesOf(symbol: string, kind: SeriesKind): Series {
  const interval = SERIES_INTERVAL_MS[kind];
  const length = SERIES_WINDOW_MS / interval;
  const time = Float64Array.from({ length }, (_, index) => END_MS - (length - index) * interval);
  const values = (name: string): Float64Array => time.map((at) => 1 + noise(at, `${symbol} ${kind} ${name}`));
  const base = { length, time, coveredFrom: time[0]! - interval, completeTo: END_MS, fetchedAt: END_MS };
  if (kind === 'liquidations') return { kind, ...base, long: values('long'), short: values('short') };
  return { kind, ...base, value: values('value') };
}

/** 0 <= value < 1, the same for the same bucket. */
function noise(time: number, name: string): number {
  let hash = Math.imul(time / 3_600_000, 0x9e3779b1);
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
