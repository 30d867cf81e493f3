/** The batch job, in the order it happens: choose, resolve, price pass, then stage by stage plan, fetch and evaluate anew. */
import type { RunStage } from './core/feed.ts';
import { countTiers } from './feed/build.ts';
import type { SealedFeed } from './feed/sealed-signal.ts';
import { Board } from './job/board.ts';
import { Fetching, Spending } from './job/fetching.ts';
import { currentMarketList, keptMarketList, noMarketList, type MarketList } from './job/market-list.ts';
import { countUnreached, signalsOf, stageFeed, type Progression } from './job/report.ts';
import type { ScanRequest, ScanServices } from './job/request.ts';
import { EVERYTHING } from './plan/goal.ts';
import type { Upstream } from './wire.ts';

export type { ScanRequest } from './job/request.ts';

/**
 * The feed of the last stage, which is left to the caller to write; earlier ones go to `publish`, and only when something
 * comes after them.
 */
export async function scan(request: ScanRequest, services: ScanServices): Promise<SealedFeed> {
  const { clock, log, upstream } = services;
  const started = clock.monotonic();
  log.line(`[BATCH] Processing ${request.candles.markets.length} symbols`);
  const board = new Board(request, { ...services, kept: upstream?.provider ?? null });
  const list = upstream === null ? noMarketList(request) : await keptMarketList(request, upstream, () => clock.now());
  await board.resolve(list.resolutions);
  const priced = signalsOf(board).map(({ id, score, direction }) => ({ id, score, direction }));
  const sending = upstream !== null && request.aim.goal !== null;
  if (list.settled || !sending) tellList(list, services);
  const feedOf = (stage: RunStage, course: Course): SealedFeed => {
    const durationMs = clock.monotonic() - started;
    return stageFeed(request, services, board, { ...course, stage, priced, durationMs });
  };
  const untouched = { list, spending: new Spending(), endedBy: null };
  const course = sending ? await fetchByPlan(request, { ...services, upstream }, board, untouched, feedOf) : untouched;
  services.interrupt.throwIfAborted();
  const feed = feedOf('complete', course);
  for (const { text } of course.list.degraded) log.warn(text);
  tellUnreached(countUnreached(request, board), course, services);
  return feed;
}

/** What has been done for the feed so far. */
interface Course extends Pick<Progression, 'spending' | 'endedBy'> {
  readonly list: MarketList;
}

/** The goal first, then the rest; a stage is published when it stands and more is to follow. */
async function fetchByPlan(
  request: ScanRequest,
  services: ScanServices & { readonly upstream: Upstream },
  board: Board,
  before: Course,
  feedOf: (stage: RunStage, course: Course) => SealedFeed,
): Promise<Course> {
  const { clock, upstream, fetching: time } = services;
  const goal = request.aim.goal!;
  const fetching = new Fetching(board, upstream, request, services);
  const { spending } = fetching;
  let { list } = before;
  const isMet = (): boolean => board.planner.isMet(goal);
  const publishStage = (): Promise<void> =>
    publish(feedOf(list.settled && isMet() ? 'exact' : 'price', { list, spending, endedBy: null }), services);
  if (!list.settled || fetching.due) await publishStage();
  const metBefore = isMet();
  if (!list.settled) {
    upstream.endBy(time.goal.until);
    const ask = (): Promise<MarketList> => currentMarketList(request, upstream, () => clock.now(), time.goal.over);
    list = (await fetching.charge('market_list', ask)).value;
    services.interrupt.throwIfAborted();
    tellList(list, services);
    await board.resolve(list.resolutions);
  }
  if (list.deferred) return { list, spending, endedBy: 'deadline' };
  fetching.announce();
  if (!(await fetching.pursue(goal, 'goal'))) return { list, spending, endedBy: 'deadline' };
  if (!request.aim.rest) return { list, spending, endedBy: null };
  if (!metBefore && isMet() && fetching.restDue) await publishStage();
  const done = await fetching.pursue(EVERYTHING, 'rest');
  return { list, spending, endedBy: done ? null : time.restEndsBy };
}

async function publish(feed: SealedFeed, { log, publish: write, interrupt }: ScanServices): Promise<void> {
  interrupt.throwIfAborted();
  if (write === null || !(await write(feed))) return;
  const { signals, external } = feed.summary;
  const directed = signals.long + signals.short;
  log.line(
    `[STAGE] ${feed.run.stage}: ${signals.total} signals, ${directed} with a direction, ${external.units} units`,
  );
}

function tellList({ resolutions, warnings, deferred, settled }: MarketList, { log }: ScanServices): void {
  for (const warning of warnings) log.warn(warning);
  if (deferred && settled) log.info('The market list was not reached within the deadline: every series is deferred');
  else if (deferred) log.info('There is no kept market list: every series is deferred');
  const tiers = countTiers(resolutions.map(({ tier }) => tier));
  log.line(`[BATCH] Resolved: ${tiers.resolved} | Aggregated: ${tiers.aggregated} | Neutral: ${tiers.neutral}`);
}

function tellUnreached(count: number, { endedBy, list }: Course, { log }: ScanServices): void {
  if (endedBy === null || list.deferred || count === 0) return;
  log.info(`${count} series were not reached within the ${endedBy}; the next run goes on from here`);
}
