/** Which Coinalyze symbol feeds a market: its own exchange's, else a reference venue's, else none. Pure. */
import type { Market, MarketName, NeutralReason, Resolution } from '../core/market.ts';
import { closest } from '../platform/text.ts';
import { AMBIGUOUS_TICKERS } from './ambiguous.ts';
import { exchangeId } from './exchanges.ts';
import type { ExchangeId } from './exchanges.ts';
import type { IndexedMarket, MarketIndex } from './market-index.ts';
import { parseMarketName } from './naming.ts';

export interface ResolveOptions {
  /** Venues that may stand in, best first, in any spelling that `exchangeId` knows. */
  readonly referenceVenues: readonly string[];
}

function neutral(name: MarketName | null, reason: NeutralReason): Resolution {
  return { tier: 'neutral', reason, name };
}

/** Reference venues that the market list does not know, with the nearest that it does: most likely a slip of the pen. */
export function unknownVenues(
  index: MarketIndex,
  referenceVenues: readonly string[],
): readonly { readonly name: string; readonly nearest: string | null }[] {
  const known = new Set(index.venues.map((venue) => exchangeId(venue)));
  return referenceVenues
    .filter((name) => !known.has(exchangeId(name)))
    .map((name) => ({ name, nearest: closest(name, index.venues) }));
}

/** How a market is reported when there is nothing to look it up in. */
export function unresolved(market: Market, reason: 'no-index' | 'deferred' | 'no-provider'): Resolution {
  return neutral(parseMarketName(market.exchange, market.symbol), reason);
}

function answer(tier: 'resolved' | 'aggregated', name: MarketName, candidates: readonly IndexedMarket[]): Resolution {
  const [market, other] = candidates;
  if (market === undefined) return neutral(name, 'not-listed');
  if (other !== undefined) return neutral(name, 'ambiguous-market');
  return market.consistent ? { tier, listed: market.listed, name } : neutral(name, 'multiplier-mismatch');
}

/** The exchange's own symbol is the best evidence, then its coin: Coinalyze calls Bybit's PUMPFUN by its coin, PUMP. */
function onOwnVenue(
  market: Market,
  exchange: ExchangeId,
  name: MarketName,
  index: MarketIndex,
): readonly IndexedMarket[] {
  const called = index.bySymbol(exchange, market.symbol, name);
  if (called.length > 0) return called;
  const coin = index.byCoin(exchange, name);
  const exact = coin.filter(({ listed }) => listed.multiplier === name.multiplier);
  return exact.length > 0 ? exact : coin;
}

/**
 * A listed perpetual for `market`, always looked up and never built from the name.
 * - `resolved`: of its own exchange. Another multiplier of the same coin will do; `listed.multiplier` tells.
 * - `aggregated`: the same coin, quote and margin on the first reference venue that has it. On doubt the search ends: a
 *   venue lists no coin twice against one quote, so two rows are two coins (BOB and 1000000BOB on Binance are).
 * - `neutral`: `unknown-name`, `ambiguous-ticker` (see ambiguous.ts), `ambiguous-market` (two rows match),
 *   `multiplier-mismatch` (a row contradicts itself), `unreadable-row` (of its own exchange, or where nobody else stands in) or
 *   `not-listed`.
 */
export function resolveMarket(market: Market, index: MarketIndex, options: ResolveOptions): Resolution {
  const exchange = exchangeId(market.exchange);
  const name = parseMarketName(market.exchange, market.symbol);
  if (name === null) return neutral(null, 'unknown-name');
  const own = onOwnVenue(market, exchange, name, index);
  if (own.length > 0) return answer('resolved', name, own);
  const isUnreadable = (venue: ExchangeId): boolean => index.mayBeUnreadable(venue, market.symbol, name);
  if (isUnreadable(exchange)) return neutral(name, 'unreadable-row');
  if (AMBIGUOUS_TICKERS.has(name.base)) return neutral(name, 'ambiguous-ticker');
  for (const venue of options.referenceVenues) {
    const candidates = index.byCoin(exchangeId(venue), name);
    if (candidates.length > 0) return answer('aggregated', name, candidates);
  }
  const standIns = options.referenceVenues.map((venue) => exchangeId(venue));
  return neutral(name, standIns.some(isUnreadable) ? 'unreadable-row' : 'not-listed');
}
