/** Explains signals of a feed that was written without their explanation: judges their market again, and sends nothing. */
import type { FeedRun, FeedSummary } from '../core/feed.ts';
import type { Window } from '../core/series.ts';
import { isExplained, type ExplainedSignal } from '../core/signal.ts';
import type { Strategy } from '../core/strategy.ts';
import { isTimeframe } from '../core/time.ts';
import { seriesWindow } from '../plan/window.ts';
import type { KnownMarket } from '../processor/known-market.ts';
import { orderSignals } from '../processor/order.ts';
import { signalOf } from '../processor/signal.ts';
import { KnownMarkets } from './known-markets.ts';
import { noMarketList } from './market-list.ts';
import { keptState } from './planning.ts';
import { findCandles, judgeMarkets, type JudgedInput } from './reading.ts';
import type { ScanRequest, ScanServices } from './request.ts';
import type { KeptUpstream } from './upstream.ts';

export interface ExplainRequest {
  readonly run: FeedRun;
  readonly breadth: FeedSummary['breadth'];
  /** Those of the run. */
  readonly strategies: readonly Strategy[];
  readonly market: { readonly exchange: string; readonly symbol: string };
  readonly referenceVenues: readonly string[];
  /** Absolute paths that are never input, such as the feed. */
  readonly exclude: readonly string[];
  /** Opens what the cache has of the run's provider; null for a run without series. */
  readonly open: ((window: Window) => KeptUpstream) | null;
}

/** @throws ConfigError when the candles of the run are gone */
export async function explainAgain(
  request: ExplainRequest,
  services: Pick<ScanServices, 'clock' | 'interrupt'>,
): Promise<readonly ExplainedSignal[]> {
  const { run, strategies, breadth } = request;
  const scanned = requestOf(request);
  const quiet = { ...services, tell: () => undefined };
  const input = await findCandles(scanned);
  const judged = await judgeMarkets(scanned, input, run.as_of, quiet, () => undefined);
  const markets = await knownMarkets(judged, request, services);
  const context = {
    strategies,
    breadth,
    isFull: true,
    sinceOf: ({ closed_at: closed }: { closed_at: number }) => closed,
  };
  return orderSignals(markets, strategies)
    .map((place) => signalOf(markets[place.market]!, place, context))
    .filter(isExplained);
}

function requestOf({ run, strategies, market, referenceVenues, exclude }: ExplainRequest): ScanRequest {
  const { inputs, timeframe } = run;
  return {
    paths: inputs.paths,
    exclude,
    format: inputs.format,
    filter: { symbol: market.symbol, exchange: market.exchange, exclude: null, limit: null },
    strategies,
    timeframe: isTimeframe(timeframe) ? timeframe : 'auto',
    asOf: run.as_of,
    provider: run.provider,
    hasKey: false,
    aim: { goal: null, remaining: false },
    detail: 'full',
    referenceVenues,
    version: run.scanner_version,
    runId: run.id,
  };
}

async function knownMarkets(
  judged: JudgedInput,
  request: ExplainRequest,
  services: Pick<ScanServices, 'clock' | 'interrupt'>,
): Promise<readonly KnownMarket[]> {
  const closes = judged.markets.flatMap(({ facts }) => facts ?? []);
  const upstream = request.open === null ? null : request.open(seriesWindow(request.run.as_of, closes));
  if (upstream === null) {
    const known = new KnownMarkets(judged.markets, request.strategies);
    known.resolve(noMarketList(known.named).resolutions);
    return known.all;
  }
  try {
    return (await keptState(judged, request, upstream, services)).known.all;
  } finally {
    await upstream.close();
  }
}
