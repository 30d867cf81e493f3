/** Which external histories a run can use. */
import type { CoinalyzeSymbol, Resolution } from '../core/market.ts';
import { SERIES_KINDS, type SeriesKind } from '../core/series.ts';
import type { SignalHead } from '../core/signal.ts';
import type { Strategy } from '../core/strategy.ts';

/** One external history that signals of this run can use. */
export interface SeriesNeed {
  readonly kind: SeriesKind;
  readonly symbol: CoinalyzeSymbol;
}

/** A market that maps to a Coinalyze symbol, with what the price pass said of it. */
export interface MappedMarket {
  readonly symbol: CoinalyzeSymbol;
  /** Kinds that can be had at all for this symbol. */
  readonly kinds: readonly SeriesKind[];
  readonly signals: readonly SignalHead[];
}

/**
 * One need per distinct (kind, symbol) that a signal with status `ok` can use: a signal without a score gains nothing
 * from a series. Markets that share a symbol share the need.
 */
export function seriesNeeds(markets: readonly MappedMarket[], strategies: readonly Strategy[]): readonly SeriesNeed[] {
  const users = new Map(
    SERIES_KINDS.map((kind) => [kind, new Set(strategies.filter((s) => s.series.includes(kind)).map((s) => s.id))]),
  );
  const needs = new Map<string, SeriesNeed>();
  for (const { symbol, kinds, signals } of markets) {
    for (const kind of kinds) {
      if (!signals.some((signal) => signal.status === 'ok' && users.get(kind)!.has(signal.strategy))) continue;
      needs.set(`${kind} ${symbol}`, { kind, symbol });
    }
  }
  return [...needs.values()];
}

/**
 * How many needs there would be without a market list: one per distinct unified name and kind that a signal with
 * status `ok` could use. How names map is not known then, so the list may make it fewer, or more where venues of one
 * name have symbols of their own. `signalsOf`: per market.
 */
export function countUnmappedNeeds(
  markets: readonly { readonly resolution: Resolution }[],
  signalsOf: readonly (readonly SignalHead[])[],
  strategies: readonly Strategy[],
): number {
  const kindsOf = new Map(strategies.map(({ id, series }) => [id, series]));
  const needs = new Set<string>();
  for (const [index, { resolution }] of markets.entries()) {
    if (resolution.tier !== 'neutral' || resolution.reason !== 'deferred' || resolution.name === null) continue;
    for (const { status, strategy } of signalsOf[index]!) {
      if (status !== 'ok') continue;
      for (const kind of kindsOf.get(strategy) ?? []) needs.add(`${kind} ${resolution.name.unified}`);
    }
  }
  return needs.size;
}
