/** A listing made by hand after coinalyze.md section 2: every venue with perpetuals, each in its own notation. */
import type { CoinalyzeSymbol, FutureMarketRow, MarketListing, VenueRow } from '../../src/core/market.ts';

export const VENUES: readonly VenueRow[] = Object.entries({
  A: 'Binance',
  0: 'BitMEX',
  2: 'Deribit',
  3: 'OKX',
  4: 'Huobi',
  6: 'Bybit',
  7: 'Phemex',
  8: 'dYdX',
  B: 'Bitstamp',
  C: 'Coinbase',
  D: 'Bitforex',
  E: 'MercadoBitcoin',
  F: 'Bitfinex',
  G: 'Gemini',
  H: 'Hyperliquid',
  I: 'Bit2c',
  J: 'Luno',
  K: 'Kraken',
  L: 'BitFlyer',
  M: 'BtcMarkets',
  N: 'Independent Reserve',
  P: 'Poloniex',
  U: 'Bithumb',
  V: 'Vertex',
  W: 'WOO X',
  Y: 'Gate.io',
  S: 'Aster',
  T: 'Lighter',
}).map(([code, name]) => ({ code, name }));

/** A linear perpetual in USDT with the symbol of Coinalyze, the exchange's symbol and the coin; the rest can be told. */
export function row(
  symbol: string,
  onExchange: string,
  base: string,
  more: Partial<FutureMarketRow> = {},
): FutureMarketRow {
  return {
    symbol: symbol as CoinalyzeSymbol,
    venueCode: symbol.slice(symbol.lastIndexOf('.') + 1),
    symbolOnExchange: onExchange,
    baseAsset: base,
    quoteAsset: 'USDT',
    perpetual: true,
    expireAt: null,
    margined: 'STABLE',
    denomination: 'BASE_ASSET',
    hasLongShortRatio: true,
    ...more,
  };
}

const coinMargined = { quoteAsset: 'USD', margined: 'COIN', denomination: 'QUOTE_ASSET' } as const;
const usd = { quoteAsset: 'USD' };
const usdc = { quoteAsset: 'USDC' };
const onHyperliquid = { quoteAsset: 'USD', hasLongShortRatio: false };

export const ROWS: readonly FutureMarketRow[] = [
  row('BTCUSDT_PERP.A', 'BTCUSDT', 'BTC'),
  row('BTCUSDC_PERP.A', 'BTCUSDC', 'BTC', usdc),
  row('BTCUSD_PERP.A', 'BTCUSD_PERP', 'BTC', coinMargined),
  row('BTCUSDT_261225.A', 'BTCUSDT_261225', 'BTC', { perpetual: false, expireAt: 1_798_156_800_000 }),
  row('BTCUSD_261225.A', 'BTCUSD_261225', 'BTC', { ...coinMargined, perpetual: false, expireAt: 1_798_156_800_000 }),
  row('ETHUSDT_PERP.A', 'ETHUSDT', 'ETH'),
  row('1000PEPEUSDT_PERP.A', '1000PEPEUSDT', '1000PEPE'),
  row('1000SHIBUSDT_PERP.A', '1000SHIBUSDT', '1000SHIB'),
  row('1MBABYDOGEUSDT_PERP.A', '1MBABYDOGEUSDT', '1MBABYDOGE'),
  row('PUMPUSDT_PERP.A', 'PUMPUSDT', 'PUMP'),
  row('NEIROUSDT_PERP.A', 'NEIROUSDT', 'NEIRO'),
  row('BOBUSDT_PERP.A', 'BOBUSDT', 'BOB'),
  row('1000000BOBUSDT_PERP.A', '1000000BOBUSDT', '1000000BOB'),
  row('NKEUSDT_PERP.A', 'NKEUSDT', 'NKE'),
  row('4USDT_PERP.A', '4USDT', '4'),
  row('ONLYCOINUSD_PERP.A', 'ONLYCOINUSD_PERP', 'ONLYCOIN', coinMargined),
  row('BTCUSDT.6', 'BTCUSDT', 'BTC'),
  row('BTCUSD.6', 'BTCUSD', 'BTC', coinMargined),
  row('BTCPERP.6', 'BTCPERP', 'BTC', usdc),
  row('PUMPFUNUSDT.6', 'PUMPFUNUSDT', 'PUMP'),
  row('SHIB1000USDT.6', 'SHIB1000USDT', '1000SHIB'),
  row('1000000MOGUSDT.6', '1000000MOGUSDT', '1000000MOG'),
  row('BTCUSDT_PERP.3', 'BTC-USDT-SWAP', 'BTC', { hasLongShortRatio: false }),
  row('BTCUSD_PERP.3', 'BTC-USD-SWAP', 'BTC', coinMargined),
  row('PEPEUSDT_PERP.3', 'PEPE-USDT-SWAP', 'PEPE'),
  row('OKBUSDT_PERP.3', 'OKB-USDT-SWAP', 'OKB'),
  row('BTC.H', 'BTC', 'BTC', onHyperliquid),
  row('kPEPE.H', 'kPEPE', 'kPEPE', onHyperliquid),
  row('kNEIRO.H', 'kNEIRO', 'kNEIRO', onHyperliquid),
  row('PURR.H', 'PURR', 'PURR', onHyperliquid),
  row('BTC_USDT.Y', 'BTC_USDT', 'BTC'),
  row('BTC_USD.Y', 'BTC_USD', 'BTC', coinMargined),
  row('DEEPCOIN_USDT.Y', 'DEEPCOIN_USDT', 'DEEPCOIN'),
  row('BTC-PERPETUAL.2', 'BTC-PERPETUAL', 'BTC', coinMargined),
  row('BTC_USDC-PERPETUAL.2', 'BTC_USDC-PERPETUAL', 'BTC', usdc),
  row('BTCUSDT_PERP.0', 'XBTUSDT', 'BTC'),
  row('BTCUSD_PERP.0', 'XBTUSD', 'BTC', coinMargined),
  row('BTCUSDT_PERP.4', 'BTC-USDT', 'BTC'),
  row('pf_xbtusd.K', 'pf_xbtusd', 'BTC', usd),
  row('pi_xbtusd.K', 'pi_xbtusd', 'BTC', coinMargined),
  row('BTCUSDT_PERP.F', 'BTCF0:USTF0', 'BTC'),
  row('BTCUSD.7', 'BTCUSD', 'BTC', coinMargined),
  row('cETHUSD.7', 'cETHUSD', 'ETH', coinMargined),
  row('PERP_BTC_USDT.W', 'PERP_BTC_USDT', 'BTC'),
  row('BTC-USD.8', 'BTC-USD', 'BTC', usd),
  row('BTC-PERP.V', 'BTC-PERP', 'BTC', usdc),
  row('BTCUSDT.S', 'BTCUSDT', 'BTC'),
  row('BTCUSD1.S', 'BTCUSD1', 'BTC', { quoteAsset: 'USD1' }),
  row('0.T', '0', 'ETH', usdc),
  row('1.T', '1', 'BTC', usdc),
  row('4.T', '4', '1000PEPE', usdc),
  row('BTC-PERP.C', 'BTC-PERP', 'BTC', usdc),
  row('BTC_USDT_PERP.P', 'BTC_USDT_PERP', 'BTC'),
];

export function listing(
  markets: readonly FutureMarketRow[] = ROWS,
  venues: readonly VenueRow[] = VENUES,
): MarketListing {
  return { venues, markets, fetchedAt: 1_768_842_000_000 };
}
