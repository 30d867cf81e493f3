/** Exchanges by name, for files whose content or folder speaks of one. */

/** Coinalyze's codes, as its `/exchanges` answered in mid-2026 (the first 26 recorded in June 2025, Aster and Lighter later). */
export const COINALYZE_VENUES: Readonly<Record<string, string>> = {
  A: 'Binance',
  '0': 'BitMEX',
  '2': 'Deribit',
  '3': 'OKX',
  '4': 'Huobi',
  '6': 'Bybit',
  '7': 'Phemex',
  '8': 'dYdX',
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
};

/** Exchanges with perpetuals that Coinalyze does not list, and other spellings of those it does. */
const MORE_VENUES =
  'ASCENDEX ASTERDEX BACKPACK BINANCEUS BINGX BITFINEX2 BITGET BITMART BITRUE BITUNIX BITVAVO BLOFIN COINBASEADVANCEDTRADE ' +
  'COINBASEEXCHANGE COINBASEINTERNATIONAL COINBASEINTX COINEX CRYPTOCOM CRYPTOFACILITIES DELTA DIGIFINEX DYDXV4 GATE HTX HUOBIDM ' +
  'HUOBIPRO KUCOIN LBANK MEXC MEXC3 MYOKX OKEX OKEX5 PARADEX PIONEX TOOBIT UPBIT WHITEBIT WOO WOOFIPRO XT';

const KNOWN_VENUES: ReadonlySet<string> = new Set([
  ...Object.values(COINALYZE_VENUES).map(venueId),
  ...MORE_VENUES.split(' '),
]);

/** `Gate.io` as markets are named: `GATEIO`. */
export function venueId(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}

/** True for names of exchanges that are known to exist. */
export function isKnownVenue(name: string): boolean {
  return KNOWN_VENUES.has(venueId(name));
}

/** Who stands in for a market without series of its own, by open interest. All quote in USDT, as almost every such market does. */
export const DEFAULT_REFERENCE_VENUES: readonly string[] = ['Binance', 'Bybit', 'OKX', 'Gate.io'];
