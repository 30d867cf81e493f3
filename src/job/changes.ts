/** What the fetched series changed. */
import type { RunPlan } from '../core/feed.ts';
import type { KnownMarket } from '../processor/known-market.ts';
import type { Place } from '../processor/order.ts';

const TOP = 20;

export const UNCHANGED: RunPlan['changed'] = { signals: 0, largest: 0, entered_top_20: 0 };

/** How the signals stood before anything was sent. */
export interface PriceStage {
  /** For each market and strategy; NaN without a score. */
  readonly scores: Float64Array;
  /** The best with a direction, as `market * strategies + strategy`. */
  readonly top: ReadonlySet<number>;
}

export function priceStage(markets: readonly KnownMarket[], places: readonly Place[]): PriceStage {
  return { scores: scoresOf(markets), top: new Set(topOf(markets, places)) };
}

/** `places`: in the feed's order. */
export function changesSince(
  before: PriceStage,
  markets: readonly KnownMarket[],
  places: readonly Place[],
): RunPlan['changed'] {
  let signals = 0;
  let largest = 0;
  for (const [slot, score] of scoresOf(markets).entries()) {
    const points = Math.abs(score - before.scores[slot]!);
    if (!(points > 0)) continue;
    signals += 1;
    largest = Math.max(largest, points);
  }
  const entered = topOf(markets, places).filter((slot) => !before.top.has(slot));
  // Scores have two decimals.
  return { signals, largest: Math.round(largest * 100) / 100, entered_top_20: entered.length };
}

function scoresOf(markets: readonly KnownMarket[]): Float64Array {
  return Float64Array.from(markets.flatMap(({ scores }) => scores.map((score) => score?.score ?? Number.NaN)));
}

function topOf(markets: readonly KnownMarket[], places: readonly Place[]): readonly number[] {
  const top: number[] = [];
  for (const { market, strategy } of places) {
    const { answers } = markets[market]!;
    const answer = answers[strategy]!;
    if (top.length === TOP || answer.kind !== 'scored' || answer.direction === 'none') break;
    top.push(market * answers.length + strategy);
  }
  return top;
}
