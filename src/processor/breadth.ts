/** How much of the universe breaks out at once: from 45 % on, many signals are one bet. */
import type { FeedSummary } from '../core/feed.ts';
import { SIDES, type Side } from '../core/strategy.ts';
import type { KnownMarket } from './known-market.ts';

/** The strategy whose conditions are counted. */
export const BREADTH_STRATEGY = 'trend-breakout';

/**
 * Share of coins, each counted once however many venues list it, whose conditions hold or held within the last 3 candles.
 *
 * @param strategy index of the breadth strategy among the strategies of the run, negative when it is not one of them
 */
export function breadthOf(markets: readonly KnownMarket[], strategy: number): FeedSummary['breadth'] {
  const coins = new Set<string>();
  const held: Readonly<Record<Side, Set<string>>> = { long: new Set(), short: new Set() };
  for (const { market, answers } of markets) {
    const answer = answers[strategy];
    if (answer?.kind !== 'scored') continue;
    coins.add(market.coin);
    for (const side of SIDES) if (answer.heldAgo[side] !== null) held[side].add(market.coin);
  }
  const share = (side: Side): number | null =>
    coins.size === 0 ? null : Math.round((10_000 * held[side].size) / coins.size) / 10_000;
  return { long: share('long'), short: share('short') };
}
