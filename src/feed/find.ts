/** Which signals speak of the same coin, and which ones a user means. */
import type { MarketRow } from '../core/market-row.ts';
import { marketKey, type MarketKey } from '../core/market.ts';
import type { Signal, SignalBase } from '../core/signal.ts';
import { namesIn } from '../core/text.ts';
import { closest } from '../platform/text.ts';

/** One coin in one direction of one strategy, on one venue or several. */
export interface CoinSignal<S extends SignalBase = Signal> {
  /** The first, and so the best, in the feed's order. */
  readonly best: S;
  /** On how many other venues the strategy says the same. */
  readonly others: number;
}

/** Signals with the same one are shown as one. */
export function coinKey({ strategy, coin, status, direction }: SignalBase): string {
  return JSON.stringify([strategy, coin, status, direction]);
}

/** Signals of the same strategy, coin, status and direction as one, at the place of the best of them. */
export function collapse<S extends SignalBase>(signals: readonly S[]): readonly CoinSignal<S>[] {
  return [...Map.groupBy(signals, coinKey).values()].map((group) => {
    const venues = new Set(group.map(({ exchange }) => exchange));
    return { best: group[0]!, others: venues.size - 1 };
  });
}

/** How markets are called besides what a signal says of them. */
export type UnifiedNames = ReadonlyMap<MarketKey, string>;

export function unifiedNames(markets: Iterable<MarketRow>): UnifiedNames {
  const names = new Map<MarketKey, string>();
  for (const row of markets) if (row.unified_symbol !== null) names.set(marketKey(row), row.unified_symbol);
  return names;
}

/** What a signal or a market's row says of itself. */
type Named = Pick<SignalBase, 'exchange' | 'symbol' | 'coin'>;

/** Those of the names in `query`, case ignored: a coin (`BTC`), a symbol (`BTCUSDT`), a unified symbol, or one market (`BYBIT:BTCUSDT`). */
export function findByName<N extends Named>(all: readonly N[], query: string, unified: UnifiedNames): readonly N[] {
  const wanted = namesIn(query.toLowerCase());
  return all.filter((one) => namesOf(one, unified).some((name) => wanted.includes(name.toLowerCase())));
}

/** The name that `query` was most likely meant to be, or null. */
export function nearestName(all: readonly Named[], query: string, unified: UnifiedNames): string | null {
  return closest(query.trim(), [...new Set(all.flatMap((one) => namesOf(one, unified)))]);
}

function namesOf(one: Named, unified: UnifiedNames): readonly string[] {
  const key = marketKey(one);
  const name = unified.get(key);
  return [one.coin, one.symbol, ...(name === undefined ? [] : [name]), key];
}
