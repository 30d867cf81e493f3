/** The batch job, whole and in its order: read, judge, resolve, then stage by stage plan, fetch and publish. It prints nothing. */
import path from 'node:path';
import type { SkippedFile } from './core/candles.ts';
import type { FeedContent, RunStage } from './core/feed.ts';
import { countTiers } from './feed/build.ts';
import { createInputHash } from './feed/input-hash.ts';
import { comparable } from './feed/previous.ts';
import { countUnreached, silenceText } from './job/answers.ts';
import { priceStage } from './job/changes.ts';
import { atItsTime, readClock } from './job/clock-jump.ts';
import { Fetching, Spending } from './job/fetching.ts';
import { takeCached } from './job/cached-series.ts';
import { KnownMarkets } from './job/known-markets.ts';
import { currentMarketList, keptMarketList, noMarketList, type MarketList } from './job/market-list.ts';
import { noKey, providerFor } from './job/provider.ts';
import {
  findCandles,
  judgeMarkets,
  timeOf,
  type CandleInput,
  type JudgedInput,
  type JudgedMarket,
  readEvent,
} from './job/reading.ts';
import type { ScanRequest, ScanServices } from './job/request.ts';
import type { Run } from './job/run.ts';
import { SeriesBook } from './job/series-book.ts';
import { stageFeed, type Progression } from './job/stage-feed.ts';
import { EVERYTHING } from './plan/goal.ts';
import { seriesWindow } from './plan/window.ts';
import { orderSignals } from './processor/order.ts';

export type { ScanRequest, ScanServices } from './job/request.ts';

export type Scanned =
  | {
      readonly ok: true;
      /** Of the last stage. */
      readonly feed: FeedContent;
      /** Whether there was an earlier feed that it could be compared with. */
      readonly isCompared: boolean;
    }
  /** No candles could be read: nothing is published. */
  | { readonly ok: false; readonly files: number; readonly skipped: readonly SkippedFile[] };

/** @throws ConfigError for paths, filters and providers that cannot be used; the reason of `interrupt` when that fires */
export async function scan(request: ScanRequest, services: ScanServices): Promise<Scanned> {
  const started = services.clock.monotonic();
  const input = await findCandles(request);
  const provider = providerFor(request, input.sampleMarker !== null);
  // Before anything is read: a large folder takes a while.
  if (provider === 'coinalyze' && !request.hasKey) throw noKey();
  const read = readClock(services.clock);
  const asOf = timeOf(request, input, read.now);
  const clock = asOf === read.now ? read : null;
  const hash = createInputHash();
  const judged = await judgeMarkets(request, input, asOf, services, ({ exchange, symbol, unified }, series) =>
    hash.addCandles(`${exchange} ${unified ?? symbol}`, series),
  );
  const skipped = [...input.unread, ...judged.tally.skipped];
  if (!judged.markets.some(isReadable)) {
    // Of a selection the other files were not looked at.
    return { ok: false, files: skipped.length, skipped };
  }
  services.tell(readEvent(input, judged, provider, skipped));
  services.tell({ type: 'judged', markets: judged.markets.length });
  const upstream =
    provider === 'none' ? null : await services.connect(provider, { asOf, window: windowOf(judged, asOf) });
  try {
    const known = new KnownMarkets(judged.markets, request.strategies);
    const book = new SeriesBook();
    const inputs = inputsOf(request, input);
    const readable = judged.markets.filter(isReadable).map(({ market }) => market);
    const found = services.previous();
    const strategies = request.strategies.map(({ id }) => id);
    const isComparable =
      found !== null && comparable(found, { inputs, strategies, provider, timeframe: request.timeframe });
    const previous = isComparable ? found : null;
    const base = { request, services, started, input, provider, asOf, clock, hash, known, book, upstream, previous };
    return await byStages({ ...base, strategies: request.strategies, tally: judged.tally, inputs, readable });
  } finally {
    await upstream?.close();
  }
}

function isReadable({ timeframes }: JudgedMarket): boolean {
  return timeframes.length > 0;
}

function windowOf({ markets }: JudgedInput, asOf: number): ReturnType<typeof seriesWindow> {
  return seriesWindow(
    asOf,
    markets.flatMap(({ facts }) => facts ?? []),
  );
}

function inputsOf({ paths, filter, format }: ScanRequest, { sampleMarker }: CandleInput): Run['inputs'] {
  return { paths: paths.map((given) => path.resolve(given)), ...filter, format, sample: sampleMarker !== null };
}

/** What has been done for the feed so far. */
interface Course extends Pick<Progression, 'spending' | 'endedBy'> {
  readonly list: MarketList;
}

async function byStages(run: Run): Promise<Scanned> {
  const { request, services, upstream, known } = run;
  const list =
    upstream === null
      ? noMarketList(marketsOf(run))
      : await keptMarketList(listRequest(run), upstream, () => services.clock.now());
  await resolve(run, list);
  const before = upstream === null ? null : priceStage(known.all, orderSignals(known.all, run.strategies));
  const feedOf = (stage: RunStage, course: Course): FeedContent =>
    stageFeed(atItsTime(run), stage, { ...course, before });
  const isSending = upstream !== null && request.aim.goal !== null;
  if (list.current || !isSending) tellList(list, services);
  const course = isSending ? await fetchByPlan(run, list, feedOf) : { spending: new Spending(), endedBy: null, list };
  services.interrupt.throwIfAborted();
  const feed = feedOf('complete', course);
  for (const { text } of course.list.degraded) services.tell({ type: 'warned', text });
  tellUnreached(run, course);
  await services.publish?.(feed);
  return { ok: true, feed, isCompared: run.previous !== null };
}

function marketsOf({ known }: Run): Parameters<typeof noMarketList>[0] {
  return known.named;
}

function listRequest(run: Run): Parameters<typeof keptMarketList>[0] {
  const { referenceVenues, refreshMarkets: refresh = false } = run.request;
  return { markets: marketsOf(run), referenceVenues, refresh };
}

/** Every market with how it maps, and with what is cached of its series. */
async function resolve({ known, book, upstream, services }: Run, { resolutions }: MarketList): Promise<void> {
  known.resolve(resolutions);
  if (upstream !== null) await takeCached(known, book, upstream, services.interrupt);
}

/** The goal first, then the remaining series; a stage is published when it stands and more is to follow. */
async function fetchByPlan(
  run: Run,
  kept: MarketList,
  feedOf: (stage: RunStage, course: Course) => FeedContent,
): Promise<Course> {
  const { request, services, known, book } = run;
  const upstream = run.upstream!;
  const goal = request.aim.goal!;
  const { time } = services;
  const fetching = new Fetching({ markets: known, book, upstream, aim: request.aim, services });
  const { spending } = fetching;
  let list = kept;
  const publishStage = (): Promise<void> => {
    const stage = list.current && fetching.isMet(goal) ? 'goal' : 'price';
    return publish(run, feedOf(stage, { list, spending, endedBy: null }));
  };
  if (!list.current || fetching.isDue) await publishStage();
  const wasMet = fetching.isMet(goal);
  if (!list.current) {
    upstream.endBy(time.goal.until);
    const ask = (): Promise<MarketList> =>
      currentMarketList(listRequest(run), upstream, () => services.clock.now(), time.goal.over);
    list = (await fetching.charge('market_list', ask)).value;
    services.interrupt.throwIfAborted();
    tellList(list, services);
    await resolve(run, list);
  }
  if (list.deferred) return { list, spending, endedBy: 'deadline' };
  fetching.announce();
  if (!(await fetching.pursue(goal, 'goal'))) return { list, spending, endedBy: 'deadline' };
  if (!request.aim.remaining) return { list, spending, endedBy: null };
  if (!wasMet && fetching.isMet(goal) && fetching.isRemainingDue) await publishStage();
  const isDone = await fetching.pursue(EVERYTHING, 'remaining');
  return { list, spending, endedBy: isDone ? null : time.remainingEndsBy };
}

async function publish({ services }: Run, feed: FeedContent): Promise<void> {
  services.interrupt.throwIfAborted();
  if (services.publish === null || !(await services.publish(feed))) return;
  const { signals, external } = feed.summary;
  const directed = signals.long + signals.short;
  const { stage } = feed.run;
  services.tell({ type: 'stage', stage, signals: signals.total, directed, calls: external.calls });
}

function tellList({ resolutions, warnings, deferred, current }: MarketList, { tell }: ScanServices): void {
  for (const text of warnings) tell({ type: 'warned', text });
  if (deferred && current)
    tell({ type: 'noted', text: 'The market list was not reached within the deadline: every series is deferred' });
  else if (deferred) tell({ type: 'noted', text: 'No market list is cached: every series is deferred' });
  tell({ type: 'resolved', tiers: countTiers(resolutions.map(({ tier }) => tier)) });
}

function tellUnreached(run: Run, { endedBy, list }: Course): void {
  const count = endedBy === null || list.deferred ? 0 : countUnreached(run);
  if (count === 0) return;
  const text = `${count} series were not reached within the ${endedBy}${silenceText(run)}; the next run goes on from here`;
  run.services.tell({ type: 'noted', text });
}
