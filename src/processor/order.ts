/** The order of the feed and the ranks in it. */
import type { StrategyRecord } from '../core/strategy.ts';
import { compareText } from '../core/text.ts';
import type { KnownMarket } from './known-market.ts';

/** One signal: the strategy's answer for the market. */
export interface Place {
  /** Index among the markets. */
  readonly market: number;
  /** Index among the strategies. */
  readonly strategy: number;
  /** 1 is the best of its strategy among signals with a score; null without one. */
  readonly rank: number | null;
}

export interface OrderedStrategy {
  readonly id: string;
  readonly record: StrategyRecord;
}

/** The best first. */
const RECORDS: readonly StrategyRecord['status'][] = ['positive', 'inconclusive', 'unmeasured', 'negative'];

interface Ranked extends Place {
  readonly group: number;
  /** Mean after costs, R; 0 where it is not known. */
  readonly expected: number;
  readonly record: number;
  readonly id: string;
}

/**
 * All signals in the feed's order: with a direction first, those with a positive record by what it earned, then inconclusive and
 * unmeasured ones by rank, then negative ones; then those without a direction, then those without a score. Equal ranks stand by
 * record, so that the best of each strategy come first: strategies are not one scale. `markets`: by exchange, then symbol.
 */
export function orderSignals(
  markets: readonly KnownMarket[],
  strategies: readonly OrderedStrategy[],
): readonly Place[] {
  const places = strategies.flatMap((strategy, index) => ranked(markets, strategy, index));
  return places.sort(comparePlaces).map(({ market, strategy, rank }) => ({ market, strategy, rank }));
}

/** The signals of one strategy with their ranks: those with a direction count first, each by score. */
function ranked(markets: readonly KnownMarket[], { id, record }: OrderedStrategy, strategy: number): Ranked[] {
  const recordOrder = RECORDS.indexOf(record.status);
  const own = markets.map((known, market): { market: number; group: number; score: number } => {
    const answer = known.answers[strategy]!;
    const score = known.scores[strategy] ?? null;
    if (answer.kind !== 'scored' || score === null) return { market, group: 4, score: 0 };
    const directed = record.status === 'positive' ? 0 : record.status === 'negative' ? 2 : 1;
    return { market, group: answer.direction === 'none' ? 3 : directed, score: score.score };
  });
  // Equal ones stay in the order of the markets.
  own.sort((a, b) => a.group - b.group || b.score - a.score);
  return own.map(({ market, group }, index) => ({
    market,
    strategy,
    rank: group === 4 ? null : index + 1,
    group,
    expected: record.net_r ?? 0,
    record: recordOrder,
    id,
  }));
}

function comparePlaces(a: Ranked, b: Ranked): number {
  return (
    a.group - b.group ||
    (a.group === 0 ? b.expected - a.expected : 0) ||
    (a.rank ?? 0) - (b.rank ?? 0) ||
    a.record - b.record ||
    compareText(a.id, b.id)
  );
}
