/** How long planning takes beside analysing. */
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
  /** Wall times, ms. Up to the first request: every signal seen once, one request chosen. */
  readonly firstPlanMs: number;
  /** All planning of the run. */
  readonly planningMs: number;
  /** The strategies on every market once: the price pass. */
  readonly pricePassMs: number;
  /** All that the strategies took in the run, with what was evaluated again after answers. */
  readonly analysingMs: number;
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
  // Code that is warm counts: what is measured is the work.
  measure(world, 'warm', { kind: 'top', count: 1 }, answerOf);
  return GOALS.map(([name, goal]) => measure(world, name, goal, answerOf));
}

function measure(world: PlanWorld, name: string, goal: Goal, answerOf: AnswerOf): Scale {
  const session = createSession(world, LAST_CLOSE, answerOf);
  session.feed(() => new Set());
  const pricePassMs = session.analysingMs();
  const run = createRun(session, new Map(), createQuotaModel(LAST_CLOSE + START_AFTER_CLOSE_MS));
  run.pursue(goal, UNTIL_MET);
  return {
    goal: name,
    requests: run.spent.requests,
    firstPlanMs: run.planning.firstMs,
    planningMs: run.planning.ms,
    pricePassMs,
    analysingMs: session.analysingMs(),
  };
}
