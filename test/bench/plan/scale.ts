/** How long planning takes beside judging, and beside what the quota takes. */
import type { Goal } from '../../../src/plan/goal.ts';
import type { CoinalyzeSymbol } from '../../../src/core/market.ts';
import { SERIES_WINDOW_MS } from '../../../src/core/series.ts';
import { createAnswers, type AnswerOf } from './answers.ts';
import { GOALS, LAST_CLOSE, START_AFTER_CLOSE_MS } from './compare.ts';
import { createQuotaModel } from './quota.ts';
import { createRun, UNTIL_MET } from './run.ts';
import { CANDLE_MS, createSession } from './session.ts';
import type { PlanWorld } from './world.ts';

export interface Scale {
  readonly goal: string;
  readonly requests: number;
  /** Wall times, ms, the least of several runs. Up to the first request: every signal seen once, one request chosen. */
  readonly firstPlanMs: number;
  /** All planning of the run. */
  readonly planningMs: number;
  /** Judging every market once. */
  readonly judgingMs: number;
  /** What the requests take under the quota. */
  readonly quotaMs: number;
}

const REPEAT = '#';

/** The markets of `world`, again and again up to `count`, each with names and symbols of its own. */
export function repeated(world: PlanWorld, count: number): PlanWorld {
  const markets = Array.from({ length: count }, (_, at) => {
    const round = Math.floor(at / world.markets.length);
    const original = world.markets[at % world.markets.length]!;
    const { market, resolution } = original;
    if (round === 0) return original;
    return {
      ...original,
      market: { ...market, symbol: `${market.symbol}${REPEAT}${round}` },
      resolution:
        resolution.tier === 'neutral'
          ? resolution
          : {
              ...resolution,
              listed: {
                ...resolution.listed,
                symbol: `${resolution.listed.symbol}${REPEAT}${round}` as CoinalyzeSymbol,
              },
            },
    };
  });
  return { ...world, markets };
}

/** Every goal from an empty cache, at the last close. */
export function measureScale(world: PlanWorld): readonly Scale[] {
  const made = createAnswers(world.sources, {
    from: LAST_CLOSE - SERIES_WINDOW_MS - 3 * CANDLE_MS,
    to: LAST_CLOSE,
  });
  const answerOf: AnswerOf = (kind, symbol, window, fetchedAt) =>
    made(kind, symbol.split(REPEAT)[0] as CoinalyzeSymbol, window, fetchedAt);
  return GOALS.map(([name, goal]) => {
    const rounds = Array.from({ length: ROUNDS }, () => measure(world, name, goal, answerOf));
    return rounds.reduce((best, round) => leastOf(best, round));
  });
}

/** The first one is for code to become warm. What is measured is the work, not what else the machine does. */
const ROUNDS = 1;
const RUNS = 2;

function measure(world: PlanWorld, name: string, goal: Goal, answerOf: AnswerOf): Scale {
  const session = createSession(world, LAST_CLOSE, answerOf);
  const start = LAST_CLOSE + START_AFTER_CLOSE_MS;
  const runs = Array.from({ length: RUNS }, (): Scale => {
    const quota = createQuotaModel(start);
    const run = createRun(session, new Map(), quota);
    run.pursue(goal, UNTIL_MET);
    return {
      goal: name,
      requests: run.spent.requests,
      firstPlanMs: run.planning.firstMs,
      planningMs: run.planning.ms,
      judgingMs: session.judgingMs,
      quotaMs: quota.now() - start,
    };
  });
  return runs.reduce((best, run) => leastOf(best, run));
}

function leastOf(a: Scale, b: Scale): Scale {
  return {
    ...a,
    firstPlanMs: Math.min(a.firstPlanMs, b.firstPlanMs),
    planningMs: Math.min(a.planningMs, b.planningMs),
    judgingMs: Math.min(a.judgingMs, b.judgingMs),
  };
}
