/** One run in the model: plan, answer, score what changed, plan again. */
import type { CoinalyzeSymbol } from '../../../src/core/market.ts';
import type { Offer, SeriesKey } from '../../../src/core/offer.ts';
import { isFinalFor, SERIES_KINDS, type SeriesKind } from '../../../src/core/series.ts';
import { mostOf } from '../../../src/plan/estimate.ts';
import {
  EVERYTHING,
  standingOf,
  type Goal,
  type PlannedKey,
  type PlannedSignal,
  type Standing,
} from '../../../src/plan/goal.ts';
import { plannedSignals } from '../../../src/plan/planned.ts';
import { nextOffer } from '../../../src/plan/planner.ts';
import { PUBLISHED_AFTER_MS, type Answer } from './answers.ts';
import type { QuotaModel } from './quota.ts';
import type { FeedSignal, Session } from './session.ts';

/** Symbols in one request. */
export const BATCH = 20;

/** What runs keep for the next, by `kind symbol`. */
export type Kept = Map<string, KeptAnswer>;

interface KeptAnswer {
  readonly answer: Answer;
  /** Close of the candle that it was asked for, ms UTC: that there is nothing is believed no longer than that. */
  readonly closedBy: number;
}

interface Spent {
  readonly calls: number;
  readonly requests: number;
}

/** ms UTC. */
export interface Times {
  /** The last start of a request for the goal. */
  readonly goalUntil: number;
  /** The last start of a request for the remaining series, and the longest wait for a publication. */
  readonly remainingUntil: number;
  /** Whether the remaining series are wanted too. */
  readonly remaining: boolean;
}

/** For a run that stops when its goal is met. */
export const UNTIL_MET: Times = { goalUntil: Infinity, remainingUntil: Infinity, remaining: false };

export interface Run {
  /**
   * Asks until the goal is met, nothing more can be asked, or the next request could not start in time. Waits for what upstream
   * has not published yet.
   */
  pursue(goal: Goal, times: Times): void;
  standing(goal: Goal): Standing;
  /** The feed as it stands. */
  feed(): readonly FeedSignal[];
  readonly spent: Spent;
  /** Share of signals with a score that are final, 0..1. */
  finalShare(): number;
  /** Wall time of planning so far, ms; `firstMs`: up to the first request. */
  readonly planning: { readonly ms: number; readonly firstMs: number };
}

interface ModelSeries {
  readonly key: PlannedKey;
  readonly answer: Answer | null;
  readonly askable: boolean;
}

/** Of each kind the first ones, as many as fit into one request. */
function offersOf(wanted: readonly SeriesKey[]): readonly Offer[] {
  return [...Map.groupBy(wanted, ({ kind }) => kind).values()].map((ofKind) => {
    const brings = ofKind.slice(0, BATCH);
    return { brings, calls: brings.length };
  });
}

export function createRun(session: Session, kept: Kept, quota: QuotaModel): Run {
  const known = new Map(SERIES_KINDS.map((kind) => [kind, new Map<CoinalyzeSymbol, ModelSeries>()]));
  const published = new Set<SeriesKind>();
  const spent = { calls: 0, requests: 0 };
  const planning = { ms: 0, firstMs: 0 };
  const timed = <T>(work: () => T): T => {
    const started = performance.now();
    const result = work();
    planning.ms += performance.now() - started;
    return result;
  };
  const knownOf = (kind: SeriesKind, symbol: CoinalyzeSymbol): ModelSeries => {
    const before = known.get(kind)!.get(symbol);
    if (before !== undefined) return before;
    const entry = kept.get(`${kind} ${symbol}`);
    const outdated = entry?.answer === 'absent' && entry.closedBy < session.window.closedBy;
    const answer = entry === undefined || outdated ? null : entry.answer;
    const keptTo = answer === null || answer === 'absent' ? null : answer.completeTo;
    const key: PlannedKey = { provider: 'sandbox', kind, instrument: symbol, keptTo };
    const fresh = { key, answer, askable: published.has(kind) };
    known.get(kind)!.set(symbol, fresh);
    return fresh;
  };
  const finalOf = (index: number): ReadonlySet<SeriesKind> => {
    const { symbol, kinds, closeTime } = session.markets[index]!;
    if (symbol === null || closeTime === null) return new Set();
    return new Set(kinds.filter((kind) => isFinal(knownOf(kind, symbol).answer, closeTime)));
  };
  const toPlan = session.markets.map((_, index) => session.toPlan(index, finalOf(index)));
  const score = (indices: Iterable<number>): void => {
    for (const index of indices) toPlan[index] = session.toPlan(index, finalOf(index));
  };
  /** All of them anew, as a run does. */
  const signals = (): readonly PlannedSignal[] =>
    toPlan.flatMap((own, index) => {
      const { symbol } = session.markets[index]!;
      return plannedSignals(own, (kind) => (symbol === null ? null : knownOf(kind, symbol)));
    });
  const publish = (): void => {
    const now = SERIES_KINDS.filter((kind) => !published.has(kind) && publishedAt(session, kind) <= quota.now());
    for (const kind of now) {
      published.add(kind);
      // Nothing of this kind has been asked in this run.
      const ofKind = known.get(kind)!;
      for (const [symbol, series] of ofKind) ofKind.set(symbol, { ...series, askable: true });
    }
  };
  const ask = ({ brings, calls }: Offer): void => {
    quota.send(calls);
    spent.calls += calls;
    spent.requests += 1;
    for (const { kind, instrument } of brings) {
      const answer = session.fetch(kind, instrument, quota.now());
      kept.set(`${kind} ${instrument}`, { answer, closedBy: session.window.closedBy });
      known.get(kind)!.set(instrument, { ...knownOf(kind, instrument), answer, askable: false });
    }
    publish();
    score(new Set(brings.flatMap(({ instrument }) => session.usersOf.get(instrument)!)));
  };
  const askNext = (goal: Goal, until: number, fill: boolean): boolean => {
    const planned = timed(() => nextOffer(goal, signals(), { offers: offersOf, fill }));
    planning.firstMs ||= planning.ms;
    if (planned === null || quota.earliest(planned.offer.calls) > until) return false;
    // Said with every request.
    timed(() => mostOf(fill ? EVERYTHING : goal, signals(), offersOf));
    ask(planned.offer);
    return true;
  };
  const waitForUpstream = (until: number): boolean => {
    const coming = SERIES_KINDS.filter((kind) => !published.has(kind)).map((kind) => publishedAt(session, kind));
    if (coming.length === 0 || Math.min(...coming) > until) return false;
    quota.advanceTo(Math.min(...coming));
    publish();
    return true;
  };
  /** False when there is nothing left to do in time. */
  const advance = (goal: Goal, { goalUntil, remainingUntil, remaining }: Times): boolean => {
    if (askNext(goal, goalUntil, remaining) || (remaining && askNext(EVERYTHING, remainingUntil, false))) return true;
    return (remaining || !standingOf(goal, signals()).met) && waitForUpstream(remainingUntil);
  };
  publish();
  return {
    spent,
    planning,
    pursue: (goal, times) => {
      while (advance(goal, times));
    },
    standing: (goal) => standingOf(goal, signals()),
    feed: () => session.feed(finalOf),
    finalShare: () => {
      const all = signals();
      return all.filter(({ low, high }) => low === high).length / all.length;
    },
  };
}

function publishedAt({ window }: Session, kind: SeriesKind): number {
  return window.closedBy + PUBLISHED_AFTER_MS[kind];
}

function isFinal(answer: Answer | null, closeTime: number): boolean {
  return answer !== null && (answer === 'absent' || isFinalFor(answer, closeTime));
}

/** What `goal` asks of a feed, one line per member in the feed's order. */
export function answerTo(goal: Goal, feed: readonly FeedSignal[]): readonly string[] {
  return membersOf(goal, feed).map(
    ({ id, score, direction, setup }) => `${id} ${score} ${direction} ${JSON.stringify(setup)}`,
  );
}

function membersOf(goal: Goal, feed: readonly FeedSignal[]): readonly FeedSignal[] {
  const ok = feed.filter(({ score }) => score !== null);
  if (goal.kind === 'all') return ok;
  if (goal.kind === 'min-score') return ok.filter(({ score }) => score! >= goal.score);
  const directed = ok.filter(({ direction }) => direction !== 'none');
  if (goal.kind !== 'top') return directed;
  // The best of each strategy, in the order of the feed.
  const taken = new Map<number, number>();
  return directed.filter(({ strategy }) => {
    const before = taken.get(strategy) ?? 0;
    taken.set(strategy, before + 1);
    return before < goal.count;
  });
}
