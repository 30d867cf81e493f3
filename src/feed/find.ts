/** Which signals speak of the same coin, and which ones a user means. */
import type { SignalHead } from '../core/signal.ts';
import { closest } from '../platform/text.ts';

/** One coin in one direction of one strategy, on one venue or several. */
export interface CoinSignal<S extends SignalHead = SignalHead> {
  /** The first, and so the best, in the feed's order. */
  readonly best: S;
  /** On how many other venues the strategy says the same. */
  readonly others: number;
}

/** The ticker without multiplier, e.g. `PEPE` for `1000PEPE/USDT:USDT`; the symbol itself when its name was not understood. */
export function coinOf({ unified_symbol: unified, symbol }: SignalHead): string {
  return unified === null ? symbol : unified.split('/')[0]!.replace(/^10{3,}(?=\p{L}{2})/u, '');
}

/** Signals of the same strategy, coin, status and direction as one, at the place of the best of them. */
export function collapse<S extends SignalHead>(signals: readonly S[]): readonly CoinSignal<S>[] {
  const groups = Map.groupBy(signals, (signal) =>
    JSON.stringify([signal.strategy, coinOf(signal), signal.status, signal.direction]),
  );
  return [...groups.values()].map((group) => {
    const best = group[0]!;
    const venues = new Set(group.map(({ exchange }) => exchange));
    return { best, others: venues.size - 1 };
  });
}

/** Signals of `query`, case ignored: a coin (`BTC`), a symbol (`BTCUSDT`), a unified symbol, or one market (`BYBIT:BTCUSDT`). */
export function findSignals<S extends SignalHead>(signals: readonly S[], query: string): readonly S[] {
  const wanted = query.trim().toLowerCase();
  return signals.filter((signal) => namesOf(signal).some((name) => name.toLowerCase() === wanted));
}

/** The name in the feed that `query` was most likely meant to be, or null. */
export function nearestName(signals: readonly SignalHead[], query: string): string | null {
  return closest(query.trim(), [...new Set(signals.flatMap(namesOf))]);
}

function namesOf(signal: SignalHead): readonly string[] {
  const { symbol, unified_symbol: unified, exchange } = signal;
  return [coinOf(signal), symbol, ...(unified === null ? [] : [unified]), `${exchange}:${symbol}`];
}
