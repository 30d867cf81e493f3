/** From a market's scores, and what is known of its series, to what the planner sees. */
import type { SeriesKind } from '../core/series.ts';
import type { PendingSeries, PlannedKey, PlannedSignal } from './goal.ts';

/** A signal with status `ok`, with what the series part says of it. */
export interface SignalToPlan {
  /** As in `PlannedSignal`. */
  readonly place: number;
  readonly strategy: number;
  readonly hasDirection: boolean;
  readonly low: number;
  readonly high: number;
  /** Kinds whose points an answer can still change, with the most that it can change them by. */
  readonly pending: readonly { readonly kind: SeriesKind; readonly width: number }[];
}

/** How a run stands with one series. */
export interface KnownSeries {
  /** One object for everybody who can use the series: the planner counts its users by it. */
  readonly key: PlannedKey;
  /** False when asking cannot settle it in this run: it failed, or upstream has not published the last bucket yet. */
  readonly askable: boolean;
}

/** `knownOf`: of this market; null where it is not known which series that would be, because there is no market list. */
export function plannedSignals(
  signals: readonly SignalToPlan[],
  knownOf: (kind: SeriesKind) => KnownSeries | null,
): readonly PlannedSignal[] {
  return signals.map((signal) => {
    const pending: PendingSeries[] = [];
    for (const { kind, width } of signal.pending) {
      const known = knownOf(kind);
      if (known?.askable === true) pending.push({ key: known.key, width });
    }
    return { ...signal, pending, waiting: pending.length < signal.pending.length };
  });
}
