/** A day of cron: a run every 15 minutes that keeps its answers for the next. */
import { SERIES_WINDOW_MS, type SeriesKind } from '../../../src/core/series.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time.ts';
import type { Goal } from '../../../src/plan/goal.ts';
import { createAnswers } from './answers.ts';
import { differencesIn, LAST_CLOSE, usableSeries } from './compare.ts';
import { createQuotaModel } from './quota.ts';
import { answerTo, createRun, type Kept } from './run.ts';
import { CANDLE_MS, createSession, type Session } from './session.ts';
import type { PlanWorld } from './world.ts';

export const EVERY_MS = 15 * MINUTE_MS;
export const BUDGET_MS = 5 * MINUTE_MS;
/** The goal itself may take so long: the next run must find the lock free. */
export const DEADLINE_MS = 14 * MINUTE_MS;
const ACTIONABLE: Goal = { kind: 'actionable' };

export interface CronRun {
  /** ms UTC. */
  readonly start: number;
  readonly calls: number;
  /** Signals with a direction. */
  readonly directed: number;
  /** Every signal with a direction was final when the run ended. */
  readonly met: boolean;
  /** What keeps it from being met is not published upstream yet. */
  readonly unpublished: boolean;
  /** Share of signals with status ok that are final when the run ends, 0..1. */
  readonly final: number;
  /** Share of series that signals with status ok can use and that reach the close of the candle before the last, or are known to be absent, 0..1. */
  readonly fresh: number;
  /** By how much the oldest wanted series falls short of its candle's close, hours; null while one was never answered. */
  readonly stalestHours: number | null;
}

export interface CronDay {
  readonly runs: readonly CronRun[];
  readonly differences: readonly string[];
}

/** The last 24 hours of the recorded candles, from an empty cache. */
export function cronDay(world: PlanWorld, say: (line: string) => void): CronDay {
  const first = LAST_CLOSE - DAY_MS;
  const answerOf = createAnswers(world.sources, {
    from: first - SERIES_WINDOW_MS - 3 * CANDLE_MS,
    to: LAST_CLOSE,
  });
  const kept: Kept = new Map();
  const quota = createQuotaModel(first);
  const runs: CronRun[] = [];
  const differences: string[] = [];
  for (let candle = first; candle < LAST_CLOSE; candle += CANDLE_MS) {
    // What stands at the close of the candle stands until the next one closes.
    const session = createSession(world, candle, answerOf);
    const full = session.full();
    const right = answerTo(ACTIONABLE, full);
    const wanted = closesOf(
      session,
      usableSeries(session, full, () => true),
    );
    for (let start = candle; start < candle + CANDLE_MS; start += EVERY_MS) {
      quota.advanceTo(start);
      const run = createRun(session, kept, quota);
      run.pursue(ACTIONABLE, { goalUntil: start + DEADLINE_MS, remainingUntil: start + BUDGET_MS, remaining: true });
      const { met, undecided } = run.standing(ACTIONABLE);
      const unpublished = !met && undecided.length === 0;
      if (met) {
        const name = `actionable in the run of ${new Date(start).toISOString()}`;
        differences.push(...differencesIn(name, right, answerTo(ACTIONABLE, run.feed())));
      }
      const own = { start, calls: run.spent.calls, directed: right.length, met, unpublished, final: run.finalShare() };
      runs.push({ ...own, ...ageOf(wanted, kept) });
    }
    const last = runs.at(-1)!;
    say(
      `candle closed ${new Date(candle).toISOString()}: ${last.directed} with a direction, ${percent(last.final)} final at the end`,
    );
  }
  return { runs, differences };
}

/** Up to where each wanted series has to reach, ms UTC: the latest close of the markets that it feeds. */
function closesOf({ markets }: Session, wanted: ReadonlyMap<string, SeriesKind>): ReadonlyMap<string, number> {
  const closes = new Map<string, number>();
  for (const { symbol, kinds, closeTime } of markets) {
    for (const kind of kinds) {
      const key = `${kind} ${symbol}`;
      if (wanted.has(key)) closes.set(key, Math.max(closes.get(key) ?? 0, closeTime ?? 0));
    }
  }
  return closes;
}

function ageOf(wanted: ReadonlyMap<string, number>, kept: Kept): Pick<CronRun, 'fresh' | 'stalestHours'> {
  const missing = [...wanted].map(([key, close]) => {
    const entry = kept.get(key);
    if (entry === undefined) return Infinity;
    return Math.max(0, close - (entry.answer === 'absent' ? entry.closedBy : entry.answer.completeTo));
  });
  const stalest = Math.max(...missing);
  return {
    fresh: missing.filter((ms) => ms <= CANDLE_MS).length / missing.length,
    stalestHours: stalest === Infinity ? null : stalest / HOUR_MS,
  };
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
