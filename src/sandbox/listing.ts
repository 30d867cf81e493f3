/** The market table of the made-up world, in the form and notation of Coinalyze (its `/future-markets` and `/spot-markets`). */
import type { Denomination } from '../core/market.ts';
import { LISTED_COINS, coinOf } from './coins.ts';
import type { Coin } from './coins.ts';
import type { Instrument } from './generator.ts';
import { unit, worldKey } from './noise.ts';
import { NOTATIONS } from './venues.ts';
import type { Notation } from './venues.ts';

/** One row of `/future-markets`; the names are the API's. */
interface FutureRow {
  readonly symbol: string;
  readonly exchange: string;
  readonly symbol_on_exchange: string;
  readonly base_asset: string;
  readonly quote_asset: string;
  /** ms UTC; null for perpetuals. */
  readonly expire_at: number | null;
  readonly has_buy_sell_data: boolean;
  readonly is_perpetual: boolean;
  readonly margined: 'STABLE' | 'COIN';
  readonly oi_lq_vol_denominated_in: Denomination;
  readonly has_long_short_ratio_data: boolean;
  readonly has_ohlcv_data: boolean;
}

/** One row of `/spot-markets`. */
export interface SpotRow {
  readonly symbol: string;
  readonly exchange: string;
  readonly symbol_on_exchange: string;
  readonly base_asset: string;
  readonly quote_asset: string;
  readonly has_buy_sell_data: boolean;
}

/** A listed future with what generates its data. */
export interface ListedFuture {
  readonly row: FutureRow;
  readonly instrument: Instrument;
  /** Hyperliquid has none upstream. */
  readonly hasLiquidations: boolean;
}

/** Coins that every venue has, and those that a venue has with twice the usual chance. */
const ALWAYS = 4;
const LARGE = 40;

function perpetualsOf(notation: Notation): readonly ListedFuture[] {
  const key = worldKey('listing', notation.code, notation.quote, notation.margined);
  return LISTED_COINS.flatMap((coin, rank) => {
    const chance = rank < LARGE ? 2 * notation.coverage : notation.coverage;
    if (rank >= ALWAYS && unit(key, rank) >= chance) return [];
    const base = notation.base(coin);
    const [name, onExchange] = notation.names(base, rank);
    return [future(notation, coin, { base, name, onExchange, expireAt: null })];
  });
}

function future(
  notation: Notation,
  coin: Coin,
  contract: {
    readonly base: string;
    readonly name: string;
    readonly onExchange: string;
    readonly expireAt: number | null;
  },
): ListedFuture {
  const perpetual = contract.expireAt === null;
  return {
    row: {
      symbol: `${contract.name}.${notation.code}`,
      exchange: notation.code,
      symbol_on_exchange: contract.onExchange,
      base_asset: contract.base,
      quote_asset: notation.quote,
      expire_at: contract.expireAt,
      has_buy_sell_data: true,
      is_perpetual: perpetual,
      margined: notation.margined,
      oi_lq_vol_denominated_in: notation.denomination,
      has_long_short_ratio_data: notation.longShort && perpetual,
      has_ohlcv_data: true,
    },
    instrument: {
      coin,
      venue: `${notation.code} ${contract.name}`,
      share: perpetual ? notation.share : notation.share / 20,
      multiplier: notation.multiplier(coin),
      denomination: notation.denomination,
      fundingHours: notation.fundingHours(coin),
    },
    hasLiquidations: notation.code !== 'H',
  };
}

/** Dated futures have the coin and quote of a perpetual: only their flag tells them apart. */
const DECEMBER = Date.UTC(2027, 11, 31, 8);
const DATED: readonly (readonly [code: string, ticker: string, name: string])[] = [
  ['A', 'BTC', 'BTCUSDT_271231'],
  ['A', 'ETH', 'ETHUSDT_271231'],
  ['6', 'BTC', 'BTC-31DEC27'],
  ['3', 'BTC', 'BTCUSDT_271231'],
  ['2', 'BTC', 'BTC-31DEC27'],
  ['2', 'ETH', 'ETH-31DEC27'],
];

function dated(): readonly ListedFuture[] {
  return DATED.map(([code, ticker, name]) => {
    const notation = NOTATIONS.find((candidate) => candidate.code === code)!;
    return future(notation, coinOf(ticker), { base: ticker, name, onExchange: name, expireAt: DECEMBER });
  });
}

/** Every future of the world by its symbol. */
export const FUTURES: ReadonlyMap<string, ListedFuture> = new Map(
  [...NOTATIONS.flatMap(perpetualsOf), ...dated()].map((listed) => [listed.row.symbol, listed] as const),
);

/** Binance names its USDT spot markets without the T. */
export const SPOT_MARKETS: readonly SpotRow[] = LISTED_COINS.slice(0, 20).flatMap(({ ticker }) => [
  {
    symbol: `${ticker}USD.A`,
    exchange: 'A',
    symbol_on_exchange: `${ticker}USDT`,
    base_asset: ticker,
    quote_asset: 'USDT',
    has_buy_sell_data: true,
  },
  {
    symbol: `s${ticker}USDT.6`,
    exchange: '6',
    symbol_on_exchange: `${ticker}USDT`,
    base_asset: ticker,
    quote_asset: 'USDT',
    has_buy_sell_data: true,
  },
]);
