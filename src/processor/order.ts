/** The order of the feed and the ranks in it (rulings.md 11). */
import type { SignalHead } from '../core/signal.ts';

/**
 * With a direction by score, then ok without one by score, then the rest; ties by exchange, symbol, strategy. Each signal that
 * is ok gets its place among those of its strategy. Bounds have no say.
 */
export function orderSignals<S extends SignalHead>(signals: readonly S[]): readonly S[] {
  const places = new Map<string, number>();
  const placeOf = ({ status, strategy }: SignalHead): number | null => {
    if (status !== 'ok') return null;
    const place = (places.get(strategy) ?? 0) + 1;
    places.set(strategy, place);
    return place;
  };
  const ordered: S[] = [];
  for (const signal of [...signals].sort(compareSignals)) {
    ordered.push({ ...signal, rank_in_strategy: placeOf(signal) });
  }
  return ordered;
}

function compareSignals(a: SignalHead, b: SignalHead): number {
  return (
    groupOf(a) - groupOf(b) ||
    (b.score ?? 0) - (a.score ?? 0) ||
    compareText(a.exchange, b.exchange) ||
    compareText(a.symbol, b.symbol) ||
    compareText(a.strategy, b.strategy)
  );
}

function groupOf({ status, direction }: SignalHead): number {
  if (status !== 'ok') return 2;
  return direction === 'none' ? 1 : 0;
}

/** By UTF-16 units: the same on every machine, whatever its locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
