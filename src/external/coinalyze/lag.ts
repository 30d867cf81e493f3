/** Whether upstream is behind, with one symbol or as a whole, which kinds that may have holes cannot tell by themselves. */
import type { CoinalyzeSymbol } from '../../core/market.ts';
import type { Outcome } from '../../core/outcome.ts';
import { SERIES_INTERVAL_MS } from '../../core/series.ts';
import type { Series, SeriesKind, Window } from '../../core/series.ts';
import { completeTo } from '../publication.ts';

export interface Lag {
  /** Takes in what one answer brought, an outcome per symbol. */
  look(kind: SeriesKind, symbols: readonly CoinalyzeSymbol[], outcomes: readonly Outcome<Series>[]): void;
  /**
   * What upstream's clock says at least of `symbol`, ms UTC: `fetchedAt`, or the start of the newest bucket of open interest as long as
   * the answers of this run lack the one that must be there by now: of the symbol, or of all where its own was not asked for.
   */
  clockOf(symbol: CoinalyzeSymbol, window: Window, fetchedAt: number): number;
}

export function createLag(): Lag {
  const interval = SERIES_INTERVAL_MS.open_interest;
  const ends = new Map<CoinalyzeSymbol, number>();
  let newest: number | null = null;
  return {
    look: (kind, symbols, outcomes) => {
      if (kind !== 'open_interest') return;
      for (const [index, outcome] of outcomes.entries()) {
        if (!outcome.ok) continue;
        ends.set(symbols[index]!, outcome.asOf);
        newest = Math.max(newest ?? 0, outcome.asOf);
      }
    },
    clockOf: (symbol, window, fetchedAt) => {
      const end = ends.get(symbol) ?? newest;
      return end !== null && end < completeTo('open_interest', window, fetchedAt, null) ? end - interval : fetchedAt;
    },
  };
}
