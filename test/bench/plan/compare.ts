/** Every goal at every as-of time, against the plain filter and against fetching everything. */
import type { Goal } from '../../../src/plan/goal.ts';
import { SERIES_WINDOW_MS, type SeriesKind } from '../../../src/core/series.ts';
import { MINUTE_MS } from '../../../src/core/time.ts';
import { STRATEGIES } from '../../../src/strategies/index.ts';
import { createAnswers } from './answers.ts';
import { createQuotaModel } from './quota.ts';
import { answerTo, BATCH, createRun, UNTIL_MET } from './run.ts';
import { CANDLE_MS, createSession, type FeedSignal, type Session } from './session.ts';
import type { PlanWorld } from './world.ts';

export const GOALS: readonly (readonly [name: string, goal: Goal])[] = [
  ['actionable', { kind: 'actionable' }],
  ['top 7', { kind: 'top', count: 7 }],
  ['top 20', { kind: 'top', count: 20 }],
  ['min-score 70', { kind: 'min-score', score: 70 }],
  ['all', { kind: 'all' }],
];

/** Close of the last candle that all recorded markets have. */
export const LAST_CLOSE = Date.UTC(2026, 0, 19, 16);
/** By then upstream has published every bucket of a candle: nothing waits for anything but the quota. */
export const START_AFTER_CLOSE_MS = 30 * MINUTE_MS;

/** Calls, requests, and ms from the start of the run to the last answer. */
export interface Cost {
  readonly calls: number;
  readonly requests: number;
  readonly ms: number;
}

export interface AsOfResult {
  readonly asOf: number;
  /** Signals with a direction. */
  readonly directed: number;
  readonly goals: Readonly<Record<string, Cost>>;
  /** Started at the candle's close: with the wait for what upstream has not published then. */
  readonly atClose: Cost;
  readonly baseline: Cost;
  /** From an empty cache. */
  readonly everything: Cost;
  /** Wall time of the price pass, ms. */
  readonly pricePassMs: number;
  /** What a planned run answered otherwise than the full fetch. */
  readonly differences: readonly string[];
}

/** The last `count` closes, oldest first. */
export function asOfTimes(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => LAST_CLOSE - (count - 1 - at) * CANDLE_MS);
}

export function compareAll(
  world: PlanWorld,
  times: readonly number[],
  say: (line: string) => void,
): readonly AsOfResult[] {
  const from = times[0]! - SERIES_WINDOW_MS - 3 * CANDLE_MS;
  const answerOf = createAnswers(world.sources, { from, to: times.at(-1)! });
  return times.map((asOf) => {
    const session = createSession(world, asOf, answerOf);
    const result = compareAt(session);
    say(`${new Date(asOf).toISOString()}: ${result.directed} with a direction, ${costs(result)}`);
    return result;
  });
}

function compareAt(session: Session): AsOfResult {
  const priced = session.feed(() => new Set());
  const pricePassMs = session.judgingMs;
  const full = session.full();
  const differences: string[] = [];
  const cost = (goal: Goal, start: number): Cost => {
    const quota = createQuotaModel(start);
    const run = createRun(session, new Map(), quota);
    run.pursue(goal, UNTIL_MET);
    if (!run.standing(goal).met) differences.push(`${nameOf(session, goal)}: not met`);
    differences.push(...differencesIn(nameOf(session, goal), answerTo(goal, full), answerTo(goal, run.feed())));
    return { ...run.spent, ms: quota.now() - start };
  };
  const start = session.asOf + START_AFTER_CLOSE_MS;
  return {
    asOf: session.asOf,
    directed: full.filter(({ direction }) => direction !== 'none').length,
    goals: Object.fromEntries(GOALS.map(([name, goal]) => [name, cost(goal, start)])),
    atClose: cost({ kind: 'actionable' }, session.asOf),
    baseline: plainCost(
      usableSeries(session, priced, (signal) => signal.direction !== 'none'),
      start,
    ),
    everything: plainCost(
      usableSeries(session, priced, () => true),
      start,
    ),
    pricePassMs,
    differences,
  };
}

/** Line by line, as the feed shows them. */
export function differencesIn(name: string, right: readonly string[], planned: readonly string[]): readonly string[] {
  return Array.from({ length: Math.max(right.length, planned.length) }, (_, at) => at)
    .filter((at) => right[at] !== planned[at])
    .map((at) => `${name}, place ${at + 1}: ${right[at] ?? 'nobody'} expected, ${planned[at] ?? 'nobody'} found`);
}

/** Distinct series that the strategies of the chosen signals with a score can use, by `kind symbol`. */
export function usableSeries(
  { markets }: Session,
  feed: readonly FeedSignal[],
  isWanted: (signal: FeedSignal) => boolean,
): ReadonlyMap<string, SeriesKind> {
  const wanted = new Map<string, SeriesKind>();
  for (const signal of feed) {
    const { symbol, kinds } = markets[signal.market]!;
    if (symbol === null || signal.score === null || !isWanted(signal)) continue;
    for (const { kind } of STRATEGIES[signal.strategy]!.series) {
      if (kinds.includes(kind)) wanted.set(`${kind} ${symbol}`, kind);
    }
  }
  return wanted;
}

/** In full requests, kind after kind. */
function plainCost(series: ReadonlyMap<string, SeriesKind>, start: number): Cost {
  const quota = createQuotaModel(start);
  let [calls, requests] = [0, 0];
  for (const { length } of Map.groupBy(series.values(), (kind) => kind).values()) {
    for (let left = length; left > 0; left -= BATCH) {
      quota.send(Math.min(BATCH, left));
      calls += Math.min(BATCH, left);
      requests += 1;
    }
  }
  return { calls, requests, ms: quota.now() - start };
}

function nameOf({ asOf }: Session, goal: Goal): string {
  return `${goal.kind} at ${new Date(asOf).toISOString()}`;
}

function costs({ goals, baseline, everything }: AsOfResult): string {
  const own = Object.entries(goals).map(([name, { calls }]) => `${name} ${calls}`);
  return [...own, `plain filter ${baseline.calls}`, `everything ${everything.calls} calls`].join(', ');
}
