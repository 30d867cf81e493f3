/** The exchanges of the made-up world and how each names its futures, as Coinalyze has them. */
import type { Denomination } from '../core/market.ts';
import { COINALYZE_VENUES } from '../core/venues.ts';
import type { Coin } from './coins.ts';
import { unit, worldKey } from './noise.ts';

export interface ExchangeRow {
  readonly name: string;
  readonly code: string;
}

export const EXCHANGES: readonly ExchangeRow[] = Object.entries(COINALYZE_VENUES).map(([code, name]) => ({
  name,
  code,
}));

/** Exchanges quote coins worth far less than a cent by the thousand or the million. */
function multiplierOf(coin: Coin): number {
  if (coin.price < 1e-8) return 1_000_000;
  return coin.price < 5e-4 ? 1_000 : 1;
}

function prefixed(coin: Coin): string {
  const multiplier = multiplierOf(coin);
  if (multiplier === 1) return coin.ticker;
  return `${multiplier === 1_000 ? '1000' : '1M'}${coin.ticker}`;
}

/** How one venue names its perpetuals with one settlement unit. */
export interface Notation {
  readonly code: string;
  /** Share of the coins it lists; the largest are always among them. */
  readonly coverage: number;
  readonly share: number;
  readonly quote: string;
  readonly fundingHours: (coin: Coin) => number;
  readonly denomination: Denomination;
  readonly longShort: boolean;
  readonly margined: 'STABLE' | 'COIN';
  readonly multiplier: (coin: Coin) => number;
  readonly base: (coin: Coin) => string;
  /** Symbol without code, and the exchange's own name. */
  readonly names: (base: string, rank: number) => readonly [string, string];
}

const every8Hours = (): number => 8;
const everyHour = (): number => 1;
const asIs = (coin: Coin): string => coin.ticker;

const LINEAR = {
  quote: 'USDT',
  fundingHours: every8Hours,
  denomination: 'BASE_ASSET',
  longShort: false,
  margined: 'STABLE',
  multiplier: multiplierOf,
  base: prefixed,
} as const;
const WHOLE_COINS = { multiplier: (): number => 1, base: asIs } as const;
const INVERSE = {
  ...LINEAR,
  ...WHOLE_COINS,
  quote: 'USD',
  denomination: 'QUOTE_ASSET',
  margined: 'COIN',
} as const;

/** BitMEX and Kraken call bitcoin by its older ticker. */
function xbt(base: string): string {
  return base === 'BTC' ? 'XBT' : base;
}

/** Hyperliquid marks thousands with a small k. */
function withK(coin: Coin): string {
  return multiplierOf(coin) === 1_000 ? `k${coin.ticker}` : prefixed(coin);
}

function binanceFundingHours(coin: Coin): number {
  return unit(worldKey('funding interval', coin.ticker), 0) < 0.65 ? 4 : 8;
}

export const NOTATIONS: readonly Notation[] = [
  {
    ...LINEAR,
    code: 'A',
    coverage: 0.95,
    share: 1,
    longShort: true,
    fundingHours: binanceFundingHours,
    names: (b) => [`${b}USDT_PERP`, `${b}USDT`],
  },
  {
    ...LINEAR,
    code: 'A',
    coverage: 0.12,
    share: 0.06,
    longShort: true,
    quote: 'USDC',
    names: (b) => [`${b}USDC_PERP`, `${b}USDC`],
  },
  {
    ...INVERSE,
    code: 'A',
    coverage: 0.05,
    share: 0.08,
    longShort: true,
    names: (b) => [`${b}USD_PERP`, `${b}USD_PERP`],
  },
  { ...LINEAR, code: '6', coverage: 0.85, share: 0.55, longShort: true, names: (b) => [`${b}USDT`, `${b}USDT`] },
  { ...LINEAR, code: '6', coverage: 0.08, share: 0.04, quote: 'USDC', names: (b) => [`${b}PERP`, `${b}PERP`] },
  { ...INVERSE, code: '6', coverage: 0.04, share: 0.05, longShort: true, names: (b) => [`${b}USD`, `${b}USD`] },
  {
    ...LINEAR,
    ...WHOLE_COINS,
    code: '3',
    coverage: 0.5,
    share: 0.4,
    names: (b) => [`${b}USDT_PERP`, `${b}-USDT-SWAP`],
  },
  { ...INVERSE, code: '3', coverage: 0.04, share: 0.06, names: (b) => [`${b}USD_PERP`, `${b}-USD-SWAP`] },
  {
    ...LINEAR,
    code: 'H',
    coverage: 1,
    share: 0.45,
    quote: 'USD',
    base: withK,
    fundingHours: everyHour,
    names: (b) => [b, b],
  },
  { ...LINEAR, ...WHOLE_COINS, code: 'Y', coverage: 0.9, share: 0.3, names: (b) => [`${b}_USDT`, `${b}_USDT`] },
  { ...INVERSE, code: 'Y', coverage: 0, share: 0.02, names: (b) => [`${b}_USD`, `${b}_USD`] },
  { ...INVERSE, code: '2', coverage: 0, share: 0.1, names: (b) => [`${b}-PERPETUAL`, `${b}-PERPETUAL`] },
  {
    ...LINEAR,
    code: '2',
    coverage: 0.03,
    share: 0.03,
    quote: 'USDC',
    names: (b) => [`${b}_USDC-PERPETUAL`, `${b}_USDC-PERPETUAL`],
  },
  {
    ...LINEAR,
    code: '0',
    coverage: 0.1,
    share: 0.05,
    denomination: 'CONTRACTS',
    names: (b) => [`${b}USDT_PERP`, `${xbt(b)}USDT`],
  },
  { ...INVERSE, code: '0', coverage: 0, share: 0.06, names: (b) => [`${b}USD_PERP`, `${xbt(b)}USD`] },
  { ...LINEAR, ...WHOLE_COINS, code: '4', coverage: 0.4, share: 0.1, names: (b) => [`${b}USDT_PERP`, `${b}-USDT`] },
  {
    ...LINEAR,
    ...WHOLE_COINS,
    code: 'K',
    coverage: 0.5,
    share: 0.05,
    quote: 'USD',
    fundingHours: everyHour,
    names: (b) => [`pf_${xbt(b).toLowerCase()}usd`, `pf_${xbt(b).toLowerCase()}usd`],
  },
  { ...LINEAR, ...WHOLE_COINS, code: 'F', coverage: 0.1, share: 0.03, names: (b) => [`${b}USDT_PERP`, `${b}F0:USTF0`] },
  {
    ...INVERSE,
    code: '7',
    coverage: 0,
    share: 0.02,
    names: (b) => [b === 'BTC' ? 'BTCUSD' : `c${b}USD`, b === 'BTC' ? 'BTCUSD' : `c${b}USD`],
  },
  { ...LINEAR, code: 'W', coverage: 0.3, share: 0.03, names: (b) => [`PERP_${b}_USDT`, `PERP_${b}_USDT`] },
  {
    ...LINEAR,
    ...WHOLE_COINS,
    code: '8',
    coverage: 0.4,
    share: 0.04,
    quote: 'USD',
    fundingHours: everyHour,
    names: (b) => [`${b}-USD`, `${b}-USD`],
  },
  { ...LINEAR, code: 'S', coverage: 0.45, share: 0.15, names: (b) => [`${b}USDT`, `${b}USDT`] },
  {
    ...LINEAR,
    code: 'T',
    coverage: 0.35,
    share: 0.12,
    quote: 'USD',
    fundingHours: everyHour,
    names: (b, rank) => [lighterIndex(rank), b],
  },
  {
    ...LINEAR,
    code: 'C',
    coverage: 0.3,
    share: 0.05,
    quote: 'USDC',
    fundingHours: everyHour,
    names: (b) => [`${b}-PERP`, `${b}-PERP`],
  },
];

/** Lighter numbers its markets: ETH is 0, BTC is 1. */
function lighterIndex(rank: number): string {
  return String(rank < 2 ? 1 - rank : rank);
}
