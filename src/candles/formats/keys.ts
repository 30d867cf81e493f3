/** How people call the six columns of a candle, and the one that names its market. */
import { isDollar } from '../../core/market.ts';
import { contradiction, readMarketName } from '../../symbols/naming.ts';
import { failed, type Failure } from '../bytes.ts';
import type { FileName } from '../names.ts';

export const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
export type Column = (typeof COLUMNS)[number];

/** Letters and digits alone, in order of preference. CoinAPI's `time_open` is its first trade; CoinMarketCap's is the start. */
const OPEN_TIMES = words(
  'opentime opentimestamp opentimems starttime starttimestamp startedat start timeperiodstart periodstart timeopen ' +
    'candlebegintime begintime klinestarttime',
);
/** What these label nothing says: the start, unless other columns tell. */
const TIMES = words('time timestamp t ts unix unixtime unixtimestamp timestampms timems epoch ticks datetime date');
const CLOSE_TIMES = words(
  'closetime closetimestamp closetimems endtime endtimestamp endedat timeperiodend periodend timeclose',
);
/** What pandas calls an index of times that has no name: in CSV, in JSON and in Parquet. */
const INDICES = ['', 'unnamed0', 'index', 'indexlevel0'];
const PRICES = {
  open: words('open o openprice priceopen openingprice'),
  high: words('high h highprice pricehigh'),
  low: words('low l lowprice pricelow'),
  close: words('close c closeprice priceclose closingprice'),
};
const VOLUMES = words('volume v vol basevolume volumebase basetokenvolume volumetraded');
/** `Volume BTC`, `Volume_(BTC)`: the coin, or what it is priced in. */
const VOLUME_OF = /^volume[\W_]+([a-z\d]{2,15})\W*$/i;
const NO_COIN = new Set(words('currency quote fiat eur gbp ma sma ema'));
/** Two columns that BitMEX alone has: it labels a candle with its end. */
const BITMEX = ['homenotional', 'foreignnotional'];

function words(text: string): readonly string[] {
  return text.split(' ');
}

/** Where the columns of a candle stand among the names of all columns. */
export interface Layout extends Readonly<Record<Exclude<Column, 'volume'>, number>> {
  /** Null where the file has none. */
  readonly volume: number | null;
  /** The columns that name a row's market. */
  readonly markets: readonly number[];
  /** True when the times label the end of a candle. */
  readonly labelsEnd: boolean;
  /** The times of the close, beside times of which no name says what they label; null without them. */
  readonly closeTime: number | null;
}

/**
 * Null when a column is missing.
 *
 * @param symbol of the market that the file is named for: of several volumes its coin's counts
 */
export function layoutOf(names: readonly string[], symbol: string | null): Layout | null {
  const { markets, labelsEnd, closeTime, ...at } = search(names, symbol);
  const { time, open, high, low, close, volume } = at;
  if (time === null || open === null || high === null) return null;
  if (low === null || close === null || (volume === null && !isWithoutVolume(names, names[open]!))) return null;
  return { time, open, high, low, close, volume, markets, labelsEnd, closeTime };
}

/**
 * False when a volume stands there under a name that is not known, and for rows of `t`, `o`, `h`, `l` and `c`, as Coinalyze has them of
 * open interest and funding.
 */
function isWithoutVolume(names: readonly string[], open: string): boolean {
  return open.length > 1 && !names.some((name) => /vol/i.test(name));
}

type Found = Readonly<Record<Column, number | null>> & Pick<Layout, 'markets' | 'labelsEnd' | 'closeTime'>;

function search(names: readonly string[], symbol: string | null): Found {
  const plain = names.map(plainName);
  const find = (aliases: readonly string[]): number | null => {
    for (const alias of aliases) {
      // The exact spelling first: some exchanges write `t` for the open time and `T` for the close time.
      const exact = names.indexOf(alias);
      const at = exact === -1 ? plain.indexOf(alias) : exact;
      if (at !== -1) return at;
    }
    return null;
  };
  const start = find(OPEN_TIMES);
  const unsaid = start ?? find(TIMES);
  const end = find(CLOSE_TIMES);
  const time = unsaid ?? end ?? find(INDICES);
  const isBitmex = BITMEX.every((name) => plain.includes(name));
  return {
    time,
    open: find(PRICES.open),
    high: find(PRICES.high),
    low: find(PRICES.low),
    close: find(PRICES.close),
    volume: find(VOLUMES) ?? coinVolume(names, symbol),
    markets: names.flatMap((name, at) => (MARKET_COLUMNS.has(plain[at]!) || name.toLowerCase() === 's' ? [at] : [])),
    labelsEnd: start === null && (isBitmex || (unsaid === null && end !== null)),
    closeTime: start === null && unsaid !== null ? end : null,
  };
}

/** The volume in the market's coin; null when it cannot be told from the volume in what the coin is priced in. */
function coinVolume(names: readonly string[], symbol: string | null): number | null {
  const found = names.flatMap((name, at) => {
    const coin = VOLUME_OF.exec(name)?.[1]?.toUpperCase();
    return coin === undefined || isDollar(coin) || NO_COIN.has(coin.toLowerCase()) ? [] : [{ coin, at }];
  });
  const own = found.filter(({ coin }) => symbol?.toUpperCase().startsWith(coin) === true);
  const [only, other] = own.length > 0 ? own : found;
  return only === undefined || other !== undefined ? null : only.at;
}

/** A header that lacks no more than these is one of candles. */
const FEW_MISSING = 2;

/** Which of the six columns are missing, and what there is instead; null when it is no header of candles. */
export function missingFault(names: readonly string[]): Failure | null {
  const found = search(names, null);
  const missing = COLUMNS.filter((name) => found[name] === null);
  if (missing.length === 0 || missing.length > FEW_MISSING) return null;
  const told = names.map((name) => `"${name.slice(0, 20)}"`).slice(0, COLUMNS.length + FEW_MISSING);
  const detail = `it has no column ${missing.join(', ')}, only ${told.join(', ')}: name it so where it is there under another name`;
  // Prices of other kinds, such as mark prices, have no volume; what has five columns of a candle otherwise is candles.
  return failed(missing.length > 1 || missing[0] === 'volume' ? 'not-candles' : 'bad-series', detail);
}

const MARKET_COLUMNS = new Set(
  words(
    'symbol pair ticker instid instrument instrumentname instrumentid contract contractcode productid coin tradingpair ' +
      'currencypair marketsymbol symbolid',
  ),
);

/** What the keys around rows name a market by. `s` is none of them: servers of UDF write `ok` there. */
export function marketsAround(document: Readonly<Record<string, unknown>>): readonly unknown[] {
  return Object.keys(document).flatMap((key) => (MARKET_COLUMNS.has(plainName(key)) ? [document[key]] : []));
}

/** Letters and digits alone. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
}

const AGAINST = {
  coin: 'another coin',
  quote: 'another quote',
  settlement: 'a contract that settles in another coin',
  expiry: 'a dated contract',
} as const;

/** What is no text says nothing. */
function textsIn(markets: Iterable<unknown>): readonly string[] {
  const texts = [...markets].filter((market) => typeof market === 'string').map((market) => market.trim());
  return [...new Set(texts)].filter((text) => text !== '');
}

/**
 * Why a file whose rows name their market is not the one series that it is named for; null when it may be.
 *
 * @param markets what one column of the rows says, or what stands around them
 */
export function marketFault(markets: Iterable<unknown>, { exchange, symbol }: FileName): Failure | null {
  const told = textsIn(markets);
  const [first, second] = told.map((market) => market.slice(0, 30));
  if (first !== undefined && second !== undefined) {
    const detail = `its rows are of ${told.length} markets, e.g. ${first} and ${second}: write one file for each`;
    return failed('bad-series', detail);
  }
  const against = first === undefined || symbol === null ? null : contradiction(exchange ?? '', symbol, first);
  if (against === null) return null;
  return failed('bad-series', `its name says ${symbol} but its rows say ${first}, ${AGAINST[against]}: rename it`);
}

/** The kind that they say where neither the name nor a folder does; null where they say none. */
export function kindOfRows(markets: Iterable<unknown>, named: FileName): 'perpetual' | 'spot' | null {
  if (named.spot || named.marked !== null) return null;
  const kinds = textsIn(markets).map((text) => readMarketName(named.exchange ?? '', text).kind);
  return kinds.find((kind) => kind === 'perpetual' || kind === 'spot') ?? null;
}
