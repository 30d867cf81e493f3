/** From what the price pass found to an ordered list of requests. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import type { SeriesKind } from '../core/series.ts';

/** One external history that signals of this run can use. */
export interface SeriesNeed {
  readonly kind: SeriesKind;
  readonly symbol: CoinalyzeSymbol;
  /** How many signals with a direction can use it: they are served first. */
  readonly gatedSignals: number;
  /** How many signals in all can use it. */
  readonly signals: number;
}

/** One request: at most `size` symbols of one kind. */
export interface Batch {
  readonly kind: SeriesKind;
  readonly symbols: readonly CoinalyzeSymbol[];
}

/**
 * Packs needs into batches of one kind, most useful first: within a kind by signals with a direction, then by signals;
 * then whole batches by the same measure. Every need is in exactly one batch, and the order does not depend on the
 * order of `needs`.
 */
export function planBatches(needs: readonly SeriesNeed[], size: number): readonly Batch[] {
  const kinds = [...new Set(needs.map((need) => need.kind))].sort();
  const packed = kinds.flatMap((kind) =>
    chunk(needs.filter((need) => need.kind === kind).sort(moreUsefulFirst), size).map((members) => ({
      kind,
      members,
      gated: total(members, (need) => need.gatedSignals),
      signals: total(members, (need) => need.signals),
    })),
  );
  return packed
    .sort((a, b) => b.gated - a.gated || b.signals - a.signals || compare(a.kind, b.kind))
    .map(({ kind, members }) => ({ kind, symbols: members.map((need) => need.symbol) }));
}

function moreUsefulFirst(a: SeriesNeed, b: SeriesNeed): number {
  return b.gatedSignals - a.gatedSignals || b.signals - a.signals || compare(a.symbol, b.symbol);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function total<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((sum, item) => sum + measure(item), 0);
}

function chunk<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
