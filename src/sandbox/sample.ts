/** The shipped sample: candle files of made-up markets, as they lie on traders' disks. Pure: file names and contents. */
import { TIMEFRAME_MS } from '../core/time.ts';
import type { Timeframe } from '../core/time.ts';
import { coinOf } from './coins.ts';
import { candles } from './generator.ts';
import type { Candle, Instrument } from './generator.ts';
import { FUTURES } from './listing.ts';
import { SEED } from './noise.ts';
import { SAMPLE_AS_OF } from './scenarios.ts';

/** The file that says that a folder of candles is made up. */
export const SAMPLE_MARKER = 'perpscan-sample.json';

type Layout = 'rows' | 'objects' | 'wrapped';

interface SampleMarket {
  readonly exchange: string;
  readonly symbol: string;
  readonly instrument: Instrument;
  readonly timeframe: Timeframe;
  /** Closed candles in the file. */
  readonly candles: number;
  /** The file ends this long before the sample's time, ms. */
  readonly endedMs: number;
  readonly layout: Layout;
}

/** More than the 600 that strategies look at. */
const CANDLES = 620;

/** Candle files of a listed perpetual hold what `/ohlcv-history` says of it. */
const LISTED: readonly {
  readonly exchange: string;
  readonly symbols: string;
  readonly listedAs: (symbol: string) => string;
}[] = [
  {
    exchange: 'BINANCE',
    symbols:
      'BTCUSDT ETHUSDT SOLUSDT XRPUSDT BNBUSDT DOGEUSDT ADAUSDT LINKUSDT AVAXUSDT LTCUSDT DOTUSDT UNIUSDT NEARUSDT ARBUSDT TIAUSDT ' +
      'ZECUSDT 1000PEPEUSDT 1000SHIBUSDT',
    listedAs: (symbol) => `${symbol}_PERP.A`,
  },
  {
    exchange: 'HYPERLIQUID',
    symbols:
      'BTCUSDT ETHUSDT SOLUSDT HYPEUSDT AVAXUSDT LINKUSDT APTUSDT ONDOUSDT WLDUSDT KASUSDT FILUSDT SUIUSDT AAVEUSDT SUPERUSDT ' +
      'INJUSDT PENDLEUSDT kPEPEUSDT kBONKUSDT',
    listedAs: (symbol) => `${symbol.slice(0, -'USDT'.length)}.H`,
  },
];

/** Venues without a code at Coinalyze: their markets are named here by coin. */
const UNLISTED: readonly {
  readonly exchange: string;
  readonly share: number;
  readonly symbols: Readonly<Record<string, string>>;
}[] = [
  {
    exchange: 'MEXC',
    share: 0.3,
    symbols: {
      BTCUSDT: 'BTC',
      ETHUSDT: 'ETH',
      SOLUSDT: 'SOL',
      DOGEUSDT: 'DOGE',
      PEPEUSDT: 'PEPE',
      SUIUSDT: 'SUI',
      RENDERUSDT: 'RENDER',
      ARBUSDT: 'ARB',
      NEARUSDT: 'NEAR',
      UNIUSDT: 'UNI',
      SEIUSDT: 'SEI',
      FETUSDT: 'FET',
      JASMYUSDT: 'JASMY',
      TRXUSDT: 'TRX',
      USDEUSDT: 'USDE',
      NVDAONUSDT: 'NVDAON',
      TSLAONUSDT: 'TSLAON',
      MINDHIVEUSDT: 'MINDHIVE',
    },
  },
  {
    exchange: 'KUCOIN',
    share: 0.2,
    symbols: {
      XBTUSDTM: 'BTC',
      ETHUSDTM: 'ETH',
      XRPUSDTM: 'XRP',
      ADAUSDTM: 'ADA',
      DOTUSDTM: 'DOT',
      LTCUSDTM: 'LTC',
      TIAUSDTM: 'TIA',
      WLDUSDTM: 'WLD',
      APTUSDTM: 'APT',
      ONDOUSDTM: 'ONDO',
      ZECUSDTM: 'ZEC',
      TAOUSDTM: 'TAO',
      ENAUSDTM: 'ENA',
      PUMPUSDTM: 'PUMP',
      XPLUSDTM: 'XPL',
      '1000BONKUSDTM': 'BONK',
      '1MBABYDOGEUSDTM': 'BABYDOGE',
      ARVEXUSDTM: 'ARVEX',
    },
  },
];

/** What makes a market special: too new, no longer updated, another timeframe or another way to write candles. */
const SPECIAL: Readonly<Record<string, Partial<Pick<SampleMarket, 'timeframe' | 'candles' | 'endedMs' | 'layout'>>>> = {
  // Listed a few days ago: too few candles for any strategy.
  'KUCOIN PUMPUSDTM': { candles: 60 },
  // Enough for two of the three strategies.
  'KUCOIN XPLUSDTM': { candles: 130 },
  // The download stopped three days ago.
  'KUCOIN ENAUSDTM': { endedMs: 18 * TIMEFRAME_MS['4h'] },
  // Only finer candles: the scanner makes 4h of them.
  'MEXC SEIUSDT': { timeframe: '1h', candles: 900 },
  'MEXC TRXUSDT': { layout: 'objects' },
  'MEXC FETUSDT': { layout: 'objects' },
  'KUCOIN TAOUSDTM': { layout: 'objects' },
  'KUCOIN ADAUSDTM': { layout: 'wrapped' },
};

function listedMarkets(): readonly SampleMarket[] {
  return LISTED.flatMap(({ exchange, symbols, listedAs }) =>
    symbols.split(' ').map((symbol) => {
      const listed = FUTURES.get(listedAs(symbol));
      if (listed === undefined) throw new Error(`${listedAs(symbol)} is not listed in the made-up world`);
      return sampleMarket(exchange, symbol, listed.instrument);
    }),
  );
}

function unlistedMarkets(): readonly SampleMarket[] {
  return UNLISTED.flatMap(({ exchange, share, symbols }) =>
    Object.entries(symbols).map(([symbol, ticker]) => {
      const multiplier = symbol.startsWith('1000') ? 1_000 : symbol.startsWith('1M') ? 1_000_000 : 1;
      const market = { coin: coinOf(ticker), venue: exchange, share, multiplier, fundingHours: 8 };
      return sampleMarket(exchange, symbol, { ...market, denomination: 'BASE_ASSET' });
    }),
  );
}

function sampleMarket(exchange: string, symbol: string, instrument: Instrument): SampleMarket {
  const usual = { timeframe: '4h', candles: CANDLES, endedMs: 0, layout: 'rows' } as const;
  return { exchange, symbol, instrument, ...usual, ...SPECIAL[`${exchange} ${symbol}`] };
}

export const SAMPLE_MARKETS: readonly SampleMarket[] = [...listedMarkets(), ...unlistedMarkets()];

/** The market's candles, the unfinished one at the end included. */
function sampleCandles(market: SampleMarket): readonly Candle[] {
  const interval = TIMEFRAME_MS[market.timeframe];
  const now = SAMPLE_AS_OF - market.endedMs;
  const unfinished = Math.floor(now / interval) * interval;
  return candles(market.instrument, { interval, from: unfinished - market.candles * interval, to: now, now });
}

function written(rows: readonly Candle[], layout: Layout): string {
  if (layout === 'rows') {
    const lines = rows.map(({ time, open, high, low, close, volume }) => [time, open, high, low, close, volume]);
    return linesOf(lines);
  }
  const objects = linesOf(
    rows.map(({ time, open, high, low, close, volume }) => ({ time, open, high, low, close, volume })),
  );
  return layout === 'objects' ? objects : `{"data":${objects.trimEnd()}}\n`;
}

/** One candle a line: compact, and a diff stays readable. */
function linesOf(rows: readonly unknown[]): string {
  return `[${rows.map((row) => JSON.stringify(row)).join(',\n')}]\n`;
}

const README = `# Sample candles

**Everything here is made up.** The names are real tickers, so that they look like what lies on a trader's disk; the prices,
volumes and all other numbers come from a generator and say nothing about any real market. Never trade on them.

The file \`${SAMPLE_MARKER}\` marks this folder: perpscan scans it for the time \`as_of\` given there, takes open interest,
funding, long/short ratio and liquidations from its own built-in server, and uses no key. Together with candles of your own
the sample is left out.

${SAMPLE_MARKETS.length} markets on 4 exchanges. They show all three ways a market maps to Coinalyze (resolved, aggregated, neutral), every
status of a signal, and a LONG and a SHORT of each strategy.

\`npm run sample\` writes these files again, byte for byte.
`;

/** Name and text of every file, in order of name; the same on every machine. */
export function sampleFiles(): ReadonlyMap<string, string> {
  const marker = {
    generated: true,
    scanner: 'perpscan',
    as_of: SAMPLE_AS_OF,
    seed: SEED,
    note: 'Made-up candles: the names are real tickers, every number is invented.',
  };
  const files = SAMPLE_MARKETS.map((market): [string, string] => [
    `${market.exchange}_${market.symbol}_${market.timeframe}.json`,
    written(sampleCandles(market), market.layout),
  ]);
  files.push([SAMPLE_MARKER, `${JSON.stringify(marker, null, 2)}\n`], ['README.md', README]);
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}
