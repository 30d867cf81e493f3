/** Every market through every strategy, whatever a strategy does: one that hangs is cut off and disturbs no other. */
import type { Signal } from '../core/signal.ts';
import type { Strategy } from '../core/strategy.ts';
import { evaluateOne, timedOut, type MarketInput } from './evaluate.ts';

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
 * The limit is on a whole call, because a watch over each single answer would cost more than the answers. What was running
 * when the limit struck is asked once more, alone, so that a machine that slept for a moment makes no error.
 */
export function createGrid(strategies: readonly Strategy[], asOf: number, limit: TimeLimit): Grid {
  const timeouts = new Map<string, number>();
  const ask = (market: MarketInput, strategy: Strategy): Signal =>
    (timeouts.get(strategy.id) ?? 0) < MOST_TIMEOUTS
      ? evaluateOne(market, strategy, asOf)
      : timedOut(market, strategy, `it took too long on ${MOST_TIMEOUTS} markets and is not asked any more`);
  const askAlone = (market: MarketInput, strategy: Strategy): Signal => {
    const answer: Signal[] = [];
    if (limit(() => void answer.push(ask(market, strategy)))) return answer[0]!;
    timeouts.set(strategy.id, (timeouts.get(strategy.id) ?? 0) + 1);
    return timedOut(market, strategy, 'it took too long and was cut off');
  };
  return {
    evaluate: (markets) => {
      const cells = markets.flatMap((market) => strategies.map((strategy) => ({ market, strategy })));
      const signals: Signal[] = [];
      const askAll = (): void => {
        for (const { market, strategy } of cells.slice(signals.length)) signals.push(ask(market, strategy));
      };
      // Cut off right after the last answer, there is nothing left to ask.
      while (!limit(askAll) && signals.length < cells.length) {
        const { market, strategy } = cells[signals.length]!;
        signals.push(askAlone(market, strategy));
      }
      const width = strategies.length;
      return markets.map((_, index) => signals.slice(index * width, (index + 1) * width));
    },
  };
}
