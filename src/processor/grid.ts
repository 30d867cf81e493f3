/** Every market through every strategy, whatever a strategy does: one that hangs is cut off, and none disturbs another. */
import { sliceColumns } from '../core/candles.ts';
import type { Signal } from '../core/signal.ts';
import type { Strategy } from '../core/strategy.ts';
import { evaluateOne, timedOut, wroteToInput, type MarketInput } from './evaluate.ts';
import { createGuard } from './intact.ts';

/** Runs `work`; false when it took too long and was cut off on its way. */
export type TimeLimit = (work: () => void) => boolean;

export interface Grid {
  /** Signals per market, in the order of `markets` and of the strategies. One call is one stretch of work under the limit. */
  evaluate(markets: readonly MarketInput[]): readonly (readonly Signal[])[];
}

/** After so many markets a strategy is not asked any more: each costs the run twice the limit. */
const MOST_TIMEOUTS = 3;

/**
 * One per run: it remembers which strategies hang. `asOf`: the time everything is computed for, ms UTC.
 *
 * The limit is on a whole call, and what the strategies share is looked after once per market, because a watch over each single
 * answer would cost more than the answers. A market on which something went wrong is asked anew, strategy by strategy: so the
 * one at fault is named and the others saw nothing of it. Each is cut off twice before it counts as hanging, so that a machine
 * that slept for a moment makes no error.
 */
export function createGrid(strategies: readonly Strategy[], asOf: number, limit: TimeLimit): Grid {
  const timeouts = new Map<string, number>();
  const guard = createGuard();
  /** Who was asked when the limit struck. */
  let running: Strategy | null = null;
  const ask = (market: MarketInput, strategy: Strategy): Signal => {
    if ((timeouts.get(strategy.id) ?? 0) >= MOST_TIMEOUTS)
      return timedOut(market, strategy, `it took too long on ${MOST_TIMEOUTS} markets and is not asked any more`);
    running = strategy;
    const signal = evaluateOne(market, strategy, asOf);
    running = null;
    return signal;
  };
  /** Up to the first market on which something went wrong. */
  const askAll = (markets: readonly MarketInput[]): readonly (readonly Signal[])[] => {
    const done: (readonly Signal[])[] = [];
    limit(() => {
      for (const market of markets) {
        guard.watch(market);
        const signals = strategies.map((strategy) => ask(market, strategy));
        if (!guard.isIntact()) return;
        done.push(signals);
      }
    });
    return done;
  };
  const askAlone = (market: MarketInput, strategy: Strategy, tries: number): Signal => {
    for (let left = tries; left > 0; left -= 1) {
      const answer: Signal[] = [];
      const inTime = limit(() => void answer.push(ask(withOwnView(market), strategy)));
      const intact = guard.isIntact();
      guard.restore();
      if (inTime) return intact ? answer[0]! : wroteToInput(market, strategy);
    }
    timeouts.set(strategy.id, (timeouts.get(strategy.id) ?? 0) + 1);
    return timedOut(market, strategy, 'it took too long and was cut off');
  };
  return {
    evaluate: (markets) => {
      const all: (readonly Signal[])[] = [];
      while (all.length < markets.length) {
        running = null;
        all.push(...askAll(markets.slice(all.length)));
        const market = markets[all.length];
        if (market === undefined) break;
        const cutOff = running;
        // Of the market that was watched last, which need not be this one.
        guard.restore();
        guard.watch(market);
        all.push(strategies.map((strategy) => askAlone(market, strategy, strategy === cutOff ? 1 : 2)));
      }
      return all;
    },
  };
}

/** The same candles as another object: what was computed from them while they were spoilt is not found again. */
function withOwnView(market: MarketInput): MarketInput {
  const { selection } = market;
  if (selection.kind === 'none') return market;
  const series = sliceColumns(selection.series, 0, selection.series.length);
  return { ...market, selection: { ...selection, series: Object.freeze(series) } };
}
