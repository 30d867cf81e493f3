/** Whether upstream as a whole is behind, which kinds that may have holes cannot tell by themselves. */
import type { Outcome } from '../../core/outcome.ts';
import { SERIES_INTERVAL_MS } from '../../core/series.ts';
import type { Series, SeriesKind, Window } from '../../core/series.ts';
import { completeTo } from '../publication.ts';

export interface Lag {
  /** Takes in what one answer brought. */
  look(kind: SeriesKind, outcomes: readonly Outcome<Series>[]): void;
  /**
   * What upstream's clock says at least, ms UTC: `fetchedAt`, or the start of the newest bucket of open interest as long as no answer
   * of this run had the one that must be there by now.
   */
  clockOf(window: Window, fetchedAt: number): number;
}

export function createLag(): Lag {
  const interval = SERIES_INTERVAL_MS.open_interest;
  let newestEnd: number | null = null;
  return {
    look: (kind, outcomes) => {
      if (kind !== 'open_interest') return;
      for (const outcome of outcomes) if (outcome.ok) newestEnd = Math.max(newestEnd ?? 0, outcome.asOf);
    },
    clockOf: (window, fetchedAt) => {
      const isBehind = newestEnd !== null && newestEnd < completeTo('open_interest', window, fetchedAt, null);
      return isBehind ? newestEnd! - interval : fetchedAt;
    },
  };
}
