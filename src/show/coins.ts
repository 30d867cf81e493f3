/** One row a coin, over all its markets. */
import type { MarketRow } from '../core/market-row.ts';
import { isDollar } from '../core/market.ts';
import { isStaleAt } from './fresh-markets.ts';

export interface CoinRow {
  readonly coin: string;
  readonly markets: number;
  /**
   * How far the dearest market stands above the cheapest, percent, per coin: only markets quoted in dollars whose last candle closed
   * at the same time as the coin's newest are compared, because prices of two moments have no gap. Null with fewer than two.
   */
  readonly price_gap_pct: number | null;
  /** The markets' own; null when none has one. */
  readonly open_interest_usd: number | null;
  /** Over the markets whose funding interval is known; null without one. */
  readonly funding_8h_min_pct: number | null;
  readonly funding_8h_max_pct: number | null;
  /** Null with fewer than two. */
  readonly funding_spread_8h_pct: number | null;
}

/** By coin. @param asOf of the feed, ms UTC: the prices of markets that are stale by then are left out */
export function coinRows(markets: Iterable<MarketRow>, asOf: number): readonly CoinRow[] {
  const coins = new Map<string, MarketRow[]>();
  for (const row of markets) {
    const known = coins.get(row.coin);
    if (known === undefined) coins.set(row.coin, [row]);
    else known.push(row);
  }
  return [...coins].sort(([a], [b]) => (a < b ? -1 : 1)).map(([coin, rows]) => rowOf(coin, rows, asOf));
}

function rowOf(coin: string, rows: readonly MarketRow[], asOf: number): CoinRow {
  const sources = apart(rows);
  const interests = numbers(sources.map((row) => row.open_interest_usd));
  const fundings = numbers(sources.map((row) => row.funding_8h_pct));
  const [least, most] = [Math.min(...fundings), Math.max(...fundings)];
  return {
    coin,
    markets: rows.length,
    price_gap_pct: priceGap(rows, asOf),
    open_interest_usd: interests.length === 0 ? null : digits(interests.reduce((sum, value) => sum + value, 0)),
    funding_8h_min_pct: fundings.length === 0 ? null : least,
    funding_8h_max_pct: fundings.length === 0 ? null : most,
    funding_spread_8h_pct: fundings.length < 2 ? null : digits(most - least),
  };
}

/** Two names of one perpetual (BTCUSDT and BTCUSDC of a venue that has only one) have one open interest, not two. */
function apart(rows: readonly MarketRow[]): readonly MarketRow[] {
  const keyOf = ({ tier, coinalyze_symbol: listed, exchange, symbol }: MarketRow): string =>
    tier === 'resolved' && listed !== null ? listed : `${exchange}:${symbol}`;
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}

function numbers(values: readonly (number | null)[]): readonly number[] {
  return values.filter((value) => value !== null);
}

function priceGap(rows: readonly MarketRow[], asOf: number): number | null {
  const fresh = rows.filter((row) => row.price !== null && isQuotedInDollars(row) && !isStaleAt(row, asOf));
  const newest = Math.max(...fresh.map(({ closed_at: closed }) => closed ?? 0));
  const prices = fresh
    .filter(({ closed_at: closed }) => closed === newest)
    .map(({ price, multiplier }) => (price ?? 0) / multiplier);
  if (prices.length < 2) return null;
  const least = Math.min(...prices);
  return digits((100 * (Math.max(...prices) - least)) / least);
}

/** As many as the feed's numbers have. */
function digits(value: number): number {
  return Number(value.toPrecision(8));
}

/** `BTC/USDT:USDT` is; a market whose name was not understood is the only one of its coin. */
function isQuotedInDollars({ unified_symbol: unified }: MarketRow): boolean {
  const quote = /\/([^:]+)/.exec(unified ?? '')?.[1];
  return quote !== undefined && isDollar(quote);
}
