/** Which external histories the board's signals can use, and what is known of them. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import type { Outcome } from '../core/outcome.ts';
import { isFinalFor, type Series } from '../core/series.ts';
import type { Strategy } from '../core/strategy.ts';
import { seriesNeeds, type SeriesNeed } from '../plan/needs.ts';
import { kindsToAsk } from '../processor/external-inputs.ts';
import { closeOfLast } from '../processor/closed.ts';
import type { Board } from './board.ts';

/** A need, and how its history stands. */
export interface Answer extends SeriesNeed {
  /** `stale` only where it lacks something for the newest candle among the markets of its symbol. */
  readonly outcome: Outcome<Series>;
  /** What the cache gave for nothing: `final` and `fresh` as the cache says; null when it had to be fetched. */
  readonly saved: 'final' | 'fresh' | null;
}

export function answersOf(
  board: Pick<Board, 'markets' | 'signals' | 'book'>,
  strategies: readonly Strategy[],
): readonly Answer[] {
  const closes = new Map<CoinalyzeSymbol, number>();
  const mapped = board.markets.flatMap(({ resolution, selection }, index) => {
    if (resolution.tier === 'neutral') return [];
    const { symbol } = resolution.listed;
    if (selection.kind === 'series') {
      closes.set(symbol, Math.max(closes.get(symbol) ?? 0, closeOfLast(selection.series)));
    }
    return [{ symbol, kinds: kindsToAsk(resolution), signals: board.signals[index]! }];
  });
  return seriesNeeds(mapped, strategies).map((need) => answerTo(need, board, closes.get(need.symbol)!));
}

/** `closeTime`: of the newest candle that uses it. Another market may be ahead of it, and the cache knows only of the one farthest ahead. */
function answerTo(need: SeriesNeed, { book }: Pick<Board, 'book'>, closeTime: number): Answer {
  const known = book.outcomeOf(need.kind, need.symbol);
  const state = book.keptState(need.kind, need.symbol);
  if (known === undefined) return { ...need, outcome: NOT_ASKED, saved: null };
  const isFinal = known.ok && isFinalFor(known.value, closeTime);
  const outcome = isFinal && known.stale ? { ...known, stale: false } : known;
  if (state !== 'absent') return { ...need, outcome, saved: state };
  return { ...need, outcome, saved: isFinal && known.origin === 'cache' ? 'final' : null };
}

const NOT_ASKED = { ok: false, code: 'deferred', detail: 'it was not asked for in this run' } as const;
