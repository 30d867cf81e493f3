/** How people call the six columns of a candle, and the one that names its market. */
import { kindOfWord } from '../../core/market-kind.ts';
import { isDollar } from '../../core/market.ts';
import { contradiction, readMarketName } from '../../symbols/naming.ts';
import { failed, type Failure } from '../bytes.ts';
import type { FileName } from '../names.ts';

export const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
export type Column = (typeof COLUMNS)[number];

/** Words that stand before or behind one for the start or the end: `open_time`, `time_open`, `closed_at`. */
const OF_TIMES = words('time timestamp ts date datetime at timems timestampms');
/** Letters and digits alone, in order of preference. CoinAPI's `time_open` is its first trade; CoinMarketCap's is the start. */
const OPEN_TIMES = [
  ...words('timeperiodstart periodstart candlebegintime klinestarttime candlestart start'),
  ...timesOf('open start begin opened started'),
];
/** What these label nothing says: the start, unless other columns tell. */
const TIMES = words('time timestamp t ts unix unixtime unixtimestamp timestampms timems epoch ticks datetime date');
const CLOSE_TIMES = [...words('timeperiodend periodend candleend end'), ...timesOf('close end closed ended')];
/** Behind a name of times: the zone in which they are read anyway. */
const UTC = /(?<=.)(?:utc|gmt)$/;
/** What pandas calls an index of times that has no name: in CSV, in JSON and in Parquet. */
const INDICES = ['', 'unnamed0', 'index', 'indexlevel0'];
const PRICES = {
  open: words('open o openprice priceopen openingprice'),
  high: words('high h highprice pricehigh'),
  low: words('low l lowprice pricelow'),
  close: words('close c closeprice priceclose closingprice'),
};
const VOLUMES = words(
  'volume v vol basevolume basevol volumebase basetokenvolume volumetraded volumefrom volumecontracts',
);
/** `Volume BTC`, `Volume_(BTC)`: the coin, or what it is priced in. */
const VOLUME_OF = /^volume[\W_]+([a-z\d]{2,15})\W*$/i;
const NO_COIN = new Set(words('currency quote fiat eur gbp ma sma ema'));
/** Columns that BitMEX alone has: it labels a candle with its end. */
const BITMEX = ['homenotional', 'foreignnotional', 'lastsize'];

function words(text: string): readonly string[] {
  return text.split(' ');
}

/** Letters and digits alone. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
}

function timesOf(edges: string): readonly string[] {
  return words(edges).flatMap((edge) => OF_TIMES.flatMap((time) => [edge + time, time + edge]));
}

/** Where the columns of a candle stand among the names of all columns. */
export interface Layout extends Readonly<Record<Exclude<Column, 'volume'>, number>> {
  /** Null where the file has none. */
  readonly volume: number | null;
  /** The columns that name a row's market. */
  readonly markets: readonly number[];
  /** Columns that say the same of every row of one series: its exchange, its timeframe. */
  readonly constant: readonly number[];
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
  const constant = names.flatMap((name, column) => (CONSTANT_KEYS.has(plainName(name)) ? [column] : []));
  return { time, open, high, low, close, volume, markets, constant, labelsEnd, closeTime };
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
  const inUtc = plain.map((name) => name.replace(UTC, ''));
  const findTime = (aliases: readonly string[]): number | null =>
    find(aliases) ?? aliases.map((alias) => inUtc.indexOf(alias)).find((at) => at !== -1) ?? null;
  const start = findTime(OPEN_TIMES);
  const unsaid = start ?? findTime(TIMES);
  const end = findTime(CLOSE_TIMES);
  const time = unsaid ?? end ?? find(INDICES);
  const isBitmex = BITMEX.some((name) => plain.includes(name));
  return {
    time,
    open: find(PRICES.open),
    high: find(PRICES.high),
    low: find(PRICES.low),
    close: find(PRICES.close),
    volume: find(VOLUMES) ?? coinVolume(names, symbol),
    markets: marketColumns(names),
    labelsEnd: start === null && (isBitmex || (unsaid === null && end !== null)),
    closeTime: start === null && unsaid !== null ? end : null,
  };
}

/** The volume in the market's coin; null when no name says that it is. */
function coinVolume(names: readonly string[], symbol: string | null): number | null {
  const found = names.flatMap((name, at) => {
    const coin = VOLUME_OF.exec(name)?.[1]?.toUpperCase().replace('XBT', 'BTC');
    return coin === undefined || isDollar(coin) || NO_COIN.has(coin.toLowerCase()) ? [] : [{ coin, at }];
  });
  const market = symbol?.toUpperCase().replace('XBT', 'BTC') ?? null;
  const first = found.filter(({ coin }) => market?.startsWith(coin) === true);
  const own = first.length > 0 ? first : found.filter(({ coin }) => market === null || market.includes(coin));
  return own.length === 1 ? own[0]!.at : null;
}

/** A header that lacks no more than these is one of candles. */
const FEW_MISSING = 2;

/** Which of the six columns are missing, and what there is instead; null when it is no header of candles. */
export function missingFault(names: readonly string[], symbol: string | null): Failure | null {
  const found = search(names, symbol);
  const missing = COLUMNS.filter((name) => found[name] === null);
  if (missing.length === 0 || missing.length > FEW_MISSING) return null;
  const told = names.map((name) => `"${name.slice(0, 20)}"`).slice(0, COLUMNS.length + FEW_MISSING);
  const detail = `it has no column ${missing.join(', ')}, only ${told.join(', ')}: name it so where it is there under another name`;
  // Prices of other kinds, such as mark prices, have no volume; what has five columns of a candle otherwise is candles.
  return failed(missing.length > 1 || missing[0] === 'volume' ? 'not-candles' : 'bad-series', detail);
}

const MARKET_KEYS = new Set(
  words(
    'symbol symbolid pair tradingpair currencypair ticker market marketid marketsymbol instid instrument instrumentid ' +
      'instrumentname contract contractcode contractname productid coin s',
  ),
);
const CONSTANT_KEYS = new Set(
  words('exchange exchangeid exchangename venue interval timeframe resolution granularity'),
);
/** Those of its coin alone, where there is none of the market. */
const COIN_KEYS = new Set(words('base baseasset basecurrency basetoken asset tic'));

function isMarketKey(name: string): boolean {
  return MARKET_KEYS.has(plainName(name));
}

/** What stands under a key of markets. `market` may as well mean an exchange: there only a pair or a kind says something, else null. */
export function marketSaid(key: string, value: unknown): unknown {
  const isSaid = plainName(key) !== 'market' || typeof value !== 'string' || kindOfWord(value) !== null;
  return isSaid || readMarketName('', value).name !== null ? value : null;
}

/** Where the columns stand that name a row's market. */
function marketColumns(names: readonly string[]): readonly number[] {
  const where = (is: (name: string) => boolean): readonly number[] =>
    names.flatMap((name, at) => (is(name) ? [at] : []));
  const markets = where(isMarketKey);
  return markets.length > 0 ? markets : where((name) => COIN_KEYS.has(plainName(name)));
}

/** What the keys around rows name a market by. `s` is none of them: servers of UDF write `ok` there. */
export function marketsAround(document: Readonly<Record<string, unknown>>): readonly unknown[] {
  return Object.keys(document)
    .filter((key) => key.length > 1 && isMarketKey(key))
    .map((key) => marketSaid(key, document[key]));
}

const AGAINST = {
  coin: 'another coin',
  quote: 'another quote',
  settlement: 'a contract that settles in another coin',
  expiry: 'a dated contract',
} as const;

/** One for each market. What is no text says nothing, nor does a number; `BTC/USDT` and `BTCUSDT` are one. */
function textsIn(markets: Iterable<unknown>): readonly string[] {
  const told = new Map<string, string>();
  for (const market of markets)
    if (typeof market === 'string' && /\p{L}/u.test(market)) told.set(plainName(market), market.trim());
  return [...told.values()];
}

/**
 * What a file is named for with what its rows say of their market; why it is not the one series of that name, when they say another.
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

/** As spot where the rows say so in a word of their own; a slash is how people write any pair. */
export function spotByRows(markets: Iterable<unknown>, named: FileName): FileName | Failure {
  const isSpot = (text: string): boolean =>
    kindOfWord(text) === 'spot' || (!text.includes('/') && readMarketName(named.exchange ?? '', text).kind === 'spot');
  const said = textsIn(markets).find(isSpot);
  if (said === undefined || named.spot) return named;
  if (named.marked === null) return { ...named, spot: true };
  const detail = `its name says that it is a perpetual's but its rows say ${said.slice(0, 30)}, the spot market: rename it`;
  return failed('bad-series', detail);
}

/** The kind that they say where neither the name nor a folder does; null where they say none. */
export function kindOfRows(markets: Iterable<unknown>, named: FileName): 'perpetual' | 'spot' | null {
  if (named.spot || named.marked !== null) return null;
  const kinds = textsIn(markets).map((text) => readMarketName(named.exchange ?? '', text).kind);
  return kinds.find((kind) => kind === 'perpetual' || kind === 'spot') ?? null;
}
