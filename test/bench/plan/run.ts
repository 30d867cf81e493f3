/** One run in the model: plan, answer, evaluate what changed, plan again. */
import type { CoinalyzeSymbol } from '../../../src/core/market.ts';
import { isFinalFor, SERIES_KINDS, type SeriesKind } from '../../../src/core/series.ts';
import type { Signal } from '../../../src/core/signal.ts';
import { EVERYTHING, standingOf, type Goal, type Standing } from '../../../src/plan/goal.ts';
import { plannedSignals, strategyPlans, type KnownSeries } from '../../../src/plan/open.ts';
import { Planner } from '../../../src/plan/planner.ts';
import { STRATEGIES } from '../../../src/strategies/index.ts';
import { PUBLISHED_AFTER_MS, type Answer } from './answers.ts';
import type { QuotaModel } from './quota.ts';
import type { Session } from './session.ts';

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
  readonly units: number;
  readonly requests: number;
}

/** ms UTC. */
export interface Times {
  /** The last start of a request for the goal. */
  readonly goalUntil: number;
  /** The last start of a request for the rest, and the longest wait for a publication. */
  readonly restUntil: number;
  /** Whether the rest is wanted too. */
  readonly rest: boolean;
}

/** For a run that stops when its goal is met. */
export const UNTIL_MET: Times = { goalUntil: Infinity, restUntil: Infinity, rest: false };

export interface Run {
  /**
   * Asks until the goal is met, nothing more can be asked, or the next request could not start in time. Waits for what upstream
   * has not published yet.
   */
  pursue(goal: Goal, times: Times): void;
  standing(goal: Goal): Standing;
  /** The feed as it stands. */
  feed(): readonly Signal[];
  readonly spent: Spent;
  /** Share of signals with status `ok` that are exact, 0..1. */
  exactShare(): number;
  /** Wall time of planning so far, ms; `firstMs`: up to the first request. */
  readonly planning: { readonly ms: number; readonly firstMs: number };
}

const PLANS = strategyPlans(STRATEGIES);

export function createRun(session: Session, kept: Kept, quota: QuotaModel): Run {
  const known = new Map(SERIES_KINDS.map((kind) => [kind, new Map<CoinalyzeSymbol, KnownSeries>()]));
  const published = new Set<SeriesKind>();
  const spent = { units: 0, requests: 0 };
  const planning = { ms: 0, firstMs: 0 };
  const timed = <T>(work: () => T): T => {
    const started = performance.now();
    const result = work();
    planning.ms += performance.now() - started;
    return result;
  };
  const knownOf = (kind: SeriesKind, symbol: CoinalyzeSymbol): KnownSeries => {
    const before = known.get(kind)!.get(symbol);
    if (before !== undefined) return before;
    const entry = kept.get(`${kind} ${symbol}`);
    const outdated = entry?.answer === 'absent' && entry.closedBy < session.window.closedBy;
    const answer = entry === undefined || outdated ? null : entry.answer;
    const keptTo = answer === null || answer === 'absent' ? null : answer.completeTo;
    const fresh = { pair: { kind, symbol, keptTo }, answer, askable: published.has(kind) };
    known.get(kind)!.set(symbol, fresh);
    return fresh;
  };
  const finalOf = (index: number): ReadonlySet<SeriesKind> => {
    const { symbol, kinds, closeTime } = session.markets[index]!;
    if (symbol === null || closeTime === null) return new Set();
    return new Set(kinds.filter((kind) => isFinal(knownOf(kind, symbol).answer, closeTime)));
  };
  const planner = new Planner();
  let hasLooked = false;
  const look = (indices: Iterable<number>): void => {
    const evaluated = [...indices].map((index) => {
      const { symbol, kinds } = session.markets[index]!;
      return { index, market: { symbol, kinds, signals: session.signalsOf(index, finalOf(index)) } };
    });
    timed(() => {
      for (const { index, market } of evaluated) planner.update(index, plannedSignals(market, index, PLANS, knownOf));
    });
  };
  const publish = (): void => {
    const now = SERIES_KINDS.filter((kind) => !published.has(kind) && publishedAt(session, kind) <= quota.now());
    if (now.length === 0 && hasLooked) return;
    hasLooked = true;
    for (const kind of now) published.add(kind);
    // Nothing of these kinds has been asked in this run.
    for (const kind of now) {
      const ofKind = known.get(kind)!;
      for (const [symbol, series] of ofKind) ofKind.set(symbol, { ...series, askable: true });
    }
    look(session.markets.keys());
  };
  const ask = (kind: SeriesKind, symbols: readonly CoinalyzeSymbol[]): void => {
    quota.send(symbols.length);
    spent.units += symbols.length;
    spent.requests += 1;
    for (const symbol of symbols) {
      const answer = session.fetch(kind, symbol, quota.now());
      kept.set(`${kind} ${symbol}`, { answer, closedBy: session.window.closedBy });
      known.get(kind)!.set(symbol, { ...knownOf(kind, symbol), answer, askable: false });
    }
    publish();
    look(new Set(symbols.flatMap((symbol) => session.usersOf.get(symbol)!)));
  };
  const askNext = (goal: Goal, until: number, fill: boolean): boolean => {
    const batch = timed(() => planner.next(goal, { size: BATCH, fill }));
    planning.firstMs ||= planning.ms;
    if (batch === null || quota.earliest(batch.symbols.length) > until) return false;
    // Said with every request.
    timed(() => planner.ahead(fill ? EVERYTHING : goal, BATCH));
    ask(batch.kind, batch.symbols);
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
  const advance = (goal: Goal, { goalUntil, restUntil, rest }: Times): boolean => {
    if (askNext(goal, goalUntil, rest) || (rest && askNext(EVERYTHING, restUntil, false))) return true;
    return (rest || !planner.isMet(goal)) && waitForUpstream(restUntil);
  };
  publish();
  return {
    spent,
    planning,
    pursue: (goal, times) => {
      while (advance(goal, times));
    },
    standing: (goal) => standingOf(goal, planner.signals),
    feed: () => session.feed(finalOf),
    exactShare: () => {
      const exact = planner.signals.filter(({ low, high }) => low === high);
      return exact.length / planner.signals.length;
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
export function answerTo(goal: Goal, feed: readonly Signal[]): readonly string[] {
  return membersOf(goal, feed).map(
    ({ id, score, direction, setup }) => `${id} ${score} ${direction} ${JSON.stringify(setup)}`,
  );
}

function membersOf(goal: Goal, feed: readonly Signal[]): readonly Signal[] {
  const ok = feed.filter(({ status }) => status === 'ok');
  if (goal.kind === 'all') return ok;
  if (goal.kind === 'min-score') return ok.filter(({ score }) => score! >= goal.score);
  const directed = ok.filter(({ direction }) => direction !== 'none');
  return goal.kind === 'top' ? directed.slice(0, goal.count) : directed;
}
