/** Whether signals stand in the feed's order and have the ranks that go with it. */
import type { Feed, FeedSummary } from '../core/feed.ts';
import type { Signal } from '../core/signal.ts';
import type { StrategyRecord } from '../core/strategy.ts';
import { jqPath, type Problem } from './problem.ts';

/** Best first. */
const RECORDS: readonly StrategyRecord['status'][] = ['positive', 'inconclusive', 'unmeasured', 'negative'];

type Place = readonly (number | string)[];

/**
 * With a direction: positive records by what they earned, then inconclusive and unmeasured ones by rank, negative ones last. Then ok
 * without a direction, then the rest. Ties by rank, record, strategy, exchange, symbol.
 */
export function* orderProblems({ signals, summary }: Feed): Generator<Problem> {
  let before: Place | null = null;
  for (const [index, signal] of signals.entries()) {
    const place = placeOf(signal, summary.by_strategy);
    if (before !== null && comparePlaces(before, place) > 0) {
      yield { path: jqPath(['signals', index]), message: 'stands behind a signal that it should stand before' };
    }
    before = place;
  }
  yield* rankProblems(signals);
}

function placeOf(signal: Signal, strategies: FeedSummary['by_strategy']): Place {
  const { direction, exchange, rank_in_strategy: rank, status, strategy, symbol } = signal;
  const record = strategies[strategy]?.record;
  const worth = RECORDS.indexOf(record?.status ?? 'unmeasured');
  const ties = [rank ?? 0, worth, strategy, exchange, symbol];
  if (status !== 'ok') return [4, 0, ...ties];
  if (direction === 'none') return [3, 0, ...ties];
  if (record?.status === 'positive') return [0, -(record.net_r ?? 0), ...ties];
  return [record?.status === 'negative' ? 2 : 1, 0, ...ties];
}

/** Those with a direction first, then the others, by score. */
function* rankProblems(signals: readonly Signal[]): Generator<Problem> {
  const scored = [...signals.entries()].filter(([, { status }]) => status === 'ok');
  for (const ofStrategy of Map.groupBy(scored, ([, { strategy }]) => strategy).values()) {
    const ranked = ofStrategy.map(([index, signal]) => ({ index, signal, place: merit(signal) }));
    ranked.sort((a, b) => comparePlaces(a.place, b.place));
    for (const [place, { index, signal }] of ranked.entries()) {
      const rank = place + 1;
      if (signal.rank_in_strategy === rank) continue;
      const message = `${signal.rank_in_strategy}, but it is number ${rank} of ${signal.strategy}`;
      yield { path: jqPath(['signals', index, 'rank_in_strategy']), message };
    }
  }
}

function merit({ direction, exchange, score, symbol }: Signal): Place {
  return [direction === 'none' ? 1 : 0, -(score ?? 0), exchange, symbol];
}

/** Texts by UTF-16 units: the same on every machine, whatever its locale. */
function comparePlaces(a: Place, b: Place): number {
  for (const [index, part] of a.entries()) {
    const other = b[index]!;
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}
