/** The coins of the made-up world. Names are real tickers; every number about them is invented. */
import { unit, worldKey } from './noise.ts';

export interface Coin {
  readonly ticker: string;
  /** Price around which the coin wanders, USD. */
  readonly price: number;
  /** Size of a 15-minute move, fraction of the price. 0: a price that never moves. */
  readonly volatility: number;
  /** Open interest on the largest venue, USD. */
  readonly openInterestUsd: number;
}

/** Coins with a price that a reader would recognise, in USD. The order is the order of size. */
const MAJOR_PRICES: Readonly<Record<string, number>> = {
  BTC: 92_000,
  ETH: 3_100,
  SOL: 140,
  XRP: 2.1,
  BNB: 890,
  DOGE: 0.14,
  HYPE: 34,
  ADA: 0.42,
  SUI: 1.6,
  LINK: 13.4,
  AVAX: 14.2,
  LTC: 82,
  BCH: 560,
  TRX: 0.28,
  DOT: 2.3,
  UNI: 5.8,
  AAVE: 176,
  ZEC: 410,
  TON: 1.55,
  NEAR: 1.7,
  APT: 1.75,
  PEPE: 0.0000048,
  SHIB: 0.0000084,
  BONK: 0.0000099,
  MKR: 1_520,
  YFI: 3_900,
  PAXG: 4_150,
  XAUT: 4_140,
  COMP: 31,
  DASH: 48,
  TAO: 280,
  BSV: 19,
  FLOKI: 0.000045,
  SATS: 0.00000002,
  NEIRO: 0.00014,
  BABYDOGE: 0.0000000006,
  MOG: 0.00000031,
  LUNC: 0.000038,
  DOGS: 0.000044,
  USDE: 1,
};

const OTHERS =
  '0G AGT AIN AIXBT ALGO AR ARB ATH ATOM AVNT AXS BANANA BEAT BERA BLAST BMT BOME BROCCOLI CAKE CAMP CC CELO CFX CHILLGUY CHZ COAI ' +
  'COOKIE CRV CUDIS CYS DEEP DYDX DYM EIGEN ENA ENJ ENS ENSO EPIC ERA ETC ETHFI EVAA FET FF FHE FIL FLOCK FLOW GALA GMT GOAT GRASS ' +
  'GRIFFAIN GRT GUN HBAR ICP IDOL IMX INIT INJ IO IOTA IP JASMY JELLYJELLY JTO JUP KAIA KAITO KAS KGEN LAB LDO LIGHT LINEA LIT LUNA ' +
  'MANTA MASK MAV ME MEGA MELANIA MEME MET MINA MOVE NEO NMR NOT OG ONDO OP ORCA ORDI PENDLE PENGU PIEVERSE PIPPIN PNUT POL POPCAT ' +
  'PROMPT PUMP PURR PYTH QTUM RENDER RESOLV ROSE RSR RUNE SAGA SAND SEI SNX SOLAYER SOMI SOON SPX STRK STX SUPER TA THETA TIA TLM ' +
  'TRB TRUMP TRUTH TST TURBO UAI UB USELESS USTC USUAL VELVET VET VFY VINE VIRTUAL W WCT WIF WLD WLFI WOO XDC XLM XMR XPL XTZ YGG ' +
  'YZY ZEN ZETA ZIL ZK ZORA ZRO ZRX';

/** Coins that no venue of the listing has: their markets stay without external data. */
const UNLISTED = 'MINDHIVE ARVEX NVDAON TSLAON COINON';

/** A pegged coin: its price stands still, so nothing can be measured in units of its range. */
const PEGGED = 'USDE';

function coin(ticker: string, rank: number): Coin {
  const key = worldKey('coin', ticker);
  const known = MAJOR_PRICES[ticker];
  // Decades from 0.01 to 10 with three digits, as most listed coins have.
  const price = known ?? [0.01, 0.1, 1][Math.floor(unit(key, 1) * 3)]! * (1 + Math.floor(unit(key, 2) * 900) / 100);
  return {
    ticker,
    price,
    volatility: ticker === PEGGED ? 0 : 0.0016 + (0.0032 * Math.min(rank, 40)) / 40 + 0.0012 * unit(key, 3),
    openInterestUsd: (9e9 / (1 + rank) + 4e6) * (0.7 + 0.6 * unit(key, 4)),
  };
}

function coinsOf(tickers: readonly string[], firstRank: number): readonly Coin[] {
  return tickers.map((ticker, at) => coin(ticker, firstRank + at));
}

const majors = coinsOf(Object.keys(MAJOR_PRICES), 0);

/** Coins with a perpetual on at least one venue of the listing, the largest first. */
export const LISTED_COINS: readonly Coin[] = [...majors, ...coinsOf(OTHERS.split(' '), majors.length)];

const ALL_COINS = new Map(
  [...LISTED_COINS, ...coinsOf(UNLISTED.split(' '), 200)].map((known) => [known.ticker, known] as const),
);

/** Throws when the world has no such coin: every caller asks for a name of its own tables. */
export function coinOf(ticker: string): Coin {
  const known = ALL_COINS.get(ticker);
  if (known === undefined) throw new Error(`the made-up world has no coin ${ticker}`);
  return known;
}
