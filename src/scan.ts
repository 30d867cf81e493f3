/** The batch job, in the order it happens: read, choose, resolve, price pass, plan, prefetch, process, build. */
import type { LoadedCandles } from './candles/load.ts';
import type { SkippedFile } from './core/candles.ts';
import type { DegradedReason, ExternalSummary, Feed, ProviderName, RunInputs } from './core/feed.ts';
import { marketKey, type CoinalyzeSymbol, type Resolution } from './core/market.ts';
import type { Outcome } from './core/outcome.ts';
import type { Series, SeriesKind } from './core/series.ts';
import type { Signal } from './core/signal.ts';
import type { Strategy } from './core/strategy.ts';
import type { Timeframe } from './core/time.ts';
import { setImmediate } from 'node:timers/promises';
import { prefetch, splitByCache, type Prefetched } from './external/prefetch.ts';
import { countOutcomes, seriesFaults } from './external/summary.ts';
import { buildFeed, countTiers } from './feed/build.ts';
import { createInputHash } from './feed/input-hash.ts';
import { marketsGone } from './feed/previous.ts';
import { planBatches } from './plan/batches.ts';
import { countUnmappedNeeds, seriesNeeds } from './plan/needs.ts';
import { seriesWindow } from './plan/window.ts';
import type { Clock } from './platform/clock.ts';
import type { Log } from './platform/log.ts';
import type { Progress } from './platform/progress.ts';
import { formatDuration } from './platform/text.ts';
import { runWithin } from './platform/time-limit.ts';
import type { MarketInput } from './processor/evaluate.ts';
import { externalInputs, kindsToAsk } from './processor/external-inputs.ts';
import { createGrid, type Grid } from './processor/grid.ts';
import { strategyFaults } from './processor/faults.ts';
import { orderSignals } from './processor/order.ts';
import { selectSeries } from './processor/select.ts';
import { loadMarketIndex } from './symbols/load-market-index.ts';
import { resolveMarket, unknownVenues, unresolved } from './symbols/resolver.ts';
import type { Upstream } from './wire.ts';

export interface ScanRequest {
  readonly candles: LoadedCandles;
  /** Candle files found, the skipped ones included. */
  readonly files: number;
  /** Skipped while searching; those skipped while reading are in `candles`. */
  readonly skipped: readonly SkippedFile[];
  readonly inputs: RunInputs;
  readonly strategies: readonly Strategy[];
  readonly timeframe: Timeframe | 'auto';
  /** ms UTC. */
  readonly asOf: number;
  readonly provider: ProviderName;
  readonly referenceVenues: readonly string[];
  readonly version: string;
  readonly runId: string;
  /** The feed that the run will replace, null when there is none or it cannot be read. */
  readonly previous: Feed | null;
}

export interface ScanServices {
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: Progress;
  /** Null for provider `none`. */
  readonly upstream: Upstream | null;
  readonly fetching: FetchingTime;
  /** Aborted when the run is to end without a feed: `scan` then rejects with its reason. */
  readonly interrupt: AbortSignal;
}

export interface FetchingTime {
  /** Aborted when the time is over, or the run interrupted. */
  readonly over: AbortSignal;
  /** What ends it: what the budget defers is no fault, what the deadline cuts off is. */
  readonly bound: 'budget' | 'deadline';
}

/** One market on its way through the job. */
type ResolvedMarket = Omit<MarketInput, 'external'>;

export async function scan(request: ScanRequest, services: ScanServices): Promise<Feed> {
  const { clock, log, upstream, interrupt } = services;
  const started = clock.monotonic();
  const { resolutions, degraded } = await resolveAll(request, services);
  const markets = chooseSeries(request, resolutions);
  const grid = createGrid(request.strategies, request.asOf, (work) => runWithin(TURN_LIMIT_MS, work));
  const priced = await evaluateAll(grid, markets, () => undefined, services);
  const useful = priced.some((own) => own.some(({ status }) => status === 'ok'));
  const fetched = upstream !== null && useful ? await fetchSeries(request, services, upstream, markets, priced) : null;
  interrupt.throwIfAborted();
  const signals = fetched === null ? priced : await evaluateAll(grid, markets, lookUpIn(fetched), services);
  const summary = externalSummary(request, markets, priced, fetched, upstream);
  for (const reason of degraded) log.warn(reason.text);
  return buildFeed({
    lastUpdated: clock.now(),
    run: {
      id: request.runId,
      scanner_version: request.version,
      as_of: request.asOf,
      timeframe: request.timeframe,
      strategies: request.strategies.map((strategy) => strategy.id),
      inputs: request.inputs,
      provider: request.provider,
      ...degradation([
        ...degraded,
        ...(upstream === null ? [] : seriesFaults(outcomesOf(fetched), upstream.provider.coveredFailures)),
        ...deadlineFault(summary, services.fetching),
        ...strategyFaults(signals.flat()),
        ...marketsGone(request.previous, request),
      ]),
      input_hash: hashInputs(request, markets, fetched),
      duration_ms: Math.round(clock.monotonic() - started),
    },
    files: request.files,
    skipped: [...request.skipped, ...request.candles.skipped],
    findings: request.candles.findings,
    cutSeries: markets.filter(({ selection }) => selection.kind === 'series' && selection.cut).length,
    resampledMarkets: markets.filter(({ selection: s }) => s.kind === 'series' && s.resampledFrom !== null).length,
    mergedFiles: request.candles.mergedFiles,
    resolutions,
    external: summary,
    signals: orderSignals(signals.flat()),
  });
}

/** One resolution per market, in their order. */
async function resolveAll(
  { candles: { markets }, referenceVenues }: ScanRequest,
  { clock, log, upstream, fetching, interrupt }: ScanServices,
): Promise<{ readonly resolutions: readonly Resolution[]; readonly degraded: readonly DegradedReason[] }> {
  log.line(`[BATCH] Processing ${markets.length} symbols`);
  const degraded: DegradedReason[] = [];
  let resolve = ({ market }: (typeof markets)[number]): Resolution => unresolved(market, 'no-provider');
  if (upstream !== null) {
    const { listing: source, indexCache: cache, scope } = upstream;
    const loaded = await loadMarketIndex({ source, cache, scope, now: () => clock.now(), abort: fetching.over });
    interrupt.throwIfAborted();
    for (const note of loaded.notes) log.warn(note);
    if (loaded.ok) {
      resolve = ({ market }) => resolveMarket(market, loaded.index, { referenceVenues });
      for (const { name, nearest } of unknownVenues(loaded.index, referenceVenues)) {
        const hint = nearest === null ? 'mend SCAN_REFERENCE_VENUES' : `did you mean ${nearest}?`;
        log.warn(`the reference venue "${name}" is not in the market list and stands in for nothing; ${hint}`);
      }
    } else if (loaded.code === 'deferred') {
      log.info(`The market list was not reached within the ${fetching.bound}: every series is deferred`);
      resolve = ({ market }) => unresolved(market, 'deferred');
    } else {
      const text = `the market list could not be had (${loaded.code}: ${loaded.detail}); every series is neutral`;
      degraded.push({ code: 'market-index-unavailable', text });
      resolve = ({ market }) => unresolved(market, 'no-index');
    }
  }
  const resolutions = markets.map(resolve);
  const tiers = countTiers(resolutions.map(({ tier }) => tier));
  log.line(`[BATCH] Resolved: ${tiers.resolved} | Aggregated: ${tiers.aggregated} | Neutral: ${tiers.neutral}`);
  return { resolutions, degraded };
}

function chooseSeries(
  { candles: { markets }, strategies, timeframe, asOf }: ScanRequest,
  resolutions: readonly Resolution[],
): readonly ResolvedMarket[] {
  const warmup = Math.min(...strategies.map((strategy) => strategy.warmup));
  return markets.map(({ market, series }, index) => ({
    market,
    resolution: resolutions[index]!,
    selection: selectSeries(series, { timeframe, asOf, warmup }),
  }));
}

const MARKETS_PER_TURN = 32;
/** For one turn; a strategy that hangs is cut off. A turn of the built-in ones takes some 30 ms. */
const TURN_LIMIT_MS = 2_000;

type OutcomeOf = (kind: SeriesKind, symbol: CoinalyzeSymbol) => Outcome<Series> | undefined;

function outcomesOf(fetched: Prefetched | null): readonly Outcome<Series>[] {
  return (fetched?.answers ?? []).map(({ outcome }) => outcome);
}

function lookUpIn(fetched: Prefetched): OutcomeOf {
  return (kind, symbol) => fetched.get(kind, symbol);
}

/** Signals per market, in the order of the markets. */
async function evaluateAll(
  grid: Grid,
  markets: readonly ResolvedMarket[],
  outcomeOf: OutcomeOf,
  { progress, interrupt }: ScanServices,
): Promise<readonly (readonly Signal[])[]> {
  const bar = progress.bar('analysing', markets.length);
  const all: (readonly Signal[])[] = [];
  for (let from = 0; from < markets.length; from += MARKETS_PER_TURN) {
    const inputs = markets.slice(from, from + MARKETS_PER_TURN).map((market): MarketInput => {
      const { selection, resolution } = market;
      const external = externalInputs(resolution, (kind) =>
        resolution.tier === 'neutral' ? undefined : outcomeOf(kind, resolution.listed.symbol),
      );
      return { market: market.market, selection, resolution, external };
    });
    all.push(...grid.evaluate(inputs));
    bar.update(all.length, 'markets');
    // Bars and signals get their turn.
    await setImmediate();
    interrupt.throwIfAborted();
  }
  return all;
}

/** What is in the cache first, which costs nothing; then request by request until the budget is used. */
async function fetchSeries(
  request: ScanRequest,
  { log, progress, fetching }: ScanServices,
  upstream: Upstream,
  markets: readonly ResolvedMarket[],
  priced: readonly (readonly Signal[])[],
): Promise<Prefetched> {
  const mapped = markets.flatMap(({ resolution }, index) =>
    resolution.tier === 'neutral'
      ? []
      : [{ symbol: resolution.listed.symbol, kinds: kindsToAsk(resolution), signals: priced[index]! }],
  );
  const window = seriesWindow(
    request.asOf,
    markets.flatMap(({ selection }) => (selection.kind === 'series' ? [selection.series] : [])),
  );
  const { known, absent } = await splitByCache(seriesNeeds(mapped, request.strategies), upstream.provider, window);
  const cached = planBatches(known, Math.max(1, known.length));
  const batches = planBatches(absent, upstream.batchSize);
  const units = absent.length;
  const timeFor = (some: number): string => `${formatDuration(upstream.estimateMs(some))} under the quota`;
  if (units > 0) log.info(`${units} units in ${batches.length} requests, ${timeFor(units)}`);
  const bar = units > 0 ? progress.bar('fetching', units) : null;
  let done = 0;
  const fetched = await prefetch(upstream.provider, [...cached, ...batches], {
    window,
    abort: fetching.over,
    onBatch: ({ symbols }, index) => {
      const number = index - cached.length + 1;
      if (number < 1) return;
      log.line(`[BATCH] Fetching batch ${number}/${batches.length} (${symbols.length} symbols)`);
      bar?.update(done, `units, request ${number} of ${batches.length}, ${timeFor(units - done)}`);
      done += symbols.length;
    },
    onAnswered: () => bar?.update(done, done < units ? undefined : `units in ${batches.length} requests`),
  });
  const { deferred } = countOutcomes(outcomesOf(fetched));
  if (deferred > 0)
    log.info(`${deferred} series were not reached within the ${fetching.bound}; the next run goes on from here`);
  return fetched;
}

function externalSummary(
  { strategies }: ScanRequest,
  markets: readonly ResolvedMarket[],
  priced: readonly (readonly Signal[])[],
  fetched: Prefetched | null,
  upstream: Upstream | null,
): ExternalSummary {
  const symbols = markets.flatMap(({ resolution: r }) => (r.tier === 'neutral' ? [] : [r.listed.symbol]));
  const counts = countOutcomes(outcomesOf(fetched));
  return {
    distinct_symbols: new Set(symbols).size,
    ...counts,
    deferred: counts.deferred + countUnmappedNeeds(markets, priced, strategies),
    ...(upstream?.spent() ?? { requests: 0, units: 0 }),
  };
}

function degradation(reasons: readonly DegradedReason[]): Pick<Feed['run'], 'degraded' | 'degraded_reasons'> {
  return { degraded: reasons.length > 0, degraded_reasons: reasons };
}

function deadlineFault({ deferred }: ExternalSummary, { bound }: FetchingTime): readonly DegradedReason[] {
  if (bound === 'budget' || deferred === 0) return [];
  return [{ code: 'deadline', text: `${deferred} series were not reached within the deadline` }];
}

function hashInputs(
  { asOf, timeframe, strategies, provider, referenceVenues, version }: ScanRequest,
  markets: readonly ResolvedMarket[],
  fetched: Prefetched | null,
): string {
  const hash = createInputHash();
  hash.addSetting('as_of', asOf);
  hash.addSetting('timeframe', timeframe);
  hash.addSetting(
    'strategies',
    strategies.map(({ id }) => id),
  );
  hash.addSetting('provider', provider);
  hash.addSetting('reference_venues', referenceVenues);
  hash.addSetting('version', version);
  for (const { market, selection, resolution } of markets) {
    if (selection.kind === 'series') hash.addCandles(selection.series);
    hash.addSetting(`symbol of ${marketKey(market)}`, resolution.tier === 'neutral' ? null : resolution.listed.symbol);
  }
  for (const { kind, symbol, outcome } of fetched?.answers ?? []) {
    if (outcome.ok) hash.addSeries(symbol, outcome.value);
    else hash.addMissing(symbol, kind, outcome.code);
  }
  return hash.digest();
}
