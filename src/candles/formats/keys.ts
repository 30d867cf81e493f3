/** How people call the six columns of a candle, and the one that names its market. */
import { contradiction } from '../../symbols/naming.ts';
import { failed, type Failure } from '../bytes.ts';
import type { FileName } from '../names.ts';

/** In order of preference. */
const KEYS = {
  time: ['open_time', 'openTime', 'open time', 'time', 'timestamp', 't', 'unix', 'datetime', 'date'],
  open: ['open', 'o'],
  high: ['high', 'h'],
  low: ['low', 'l'],
  close: ['close', 'c'],
  volume: ['volume', 'v'],
} as const;

/** The file's own spelling of each column. */
export type Keys = Readonly<Record<keyof typeof KEYS, string>>;

/** Null when a column is missing among the names that are present. */
export function keysOf(present: readonly string[]): Keys | null {
  const find = (aliases: readonly string[]): string | undefined => {
    // The exact spelling first: some exchanges write `t` for the open time and `T` for the close time.
    const exact = aliases.find((alias) => present.includes(alias));
    if (exact !== undefined) return exact;
    const lower = aliases.map((alias) => alias.toLowerCase());
    return lower.map((alias) => present.find((key) => key.toLowerCase() === alias)).find((key) => key !== undefined);
  };
  const time = find(KEYS.time);
  const open = find(KEYS.open);
  const high = find(KEYS.high);
  const low = find(KEYS.low);
  const close = find(KEYS.close);
  const volume = find(KEYS.volume);
  if (time === undefined || open === undefined || high === undefined) return null;
  if (low === undefined || close === undefined || volume === undefined) return null;
  return { time, open, high, low, close, volume };
}

const MARKET_KEYS = new Set(
  'symbol pair ticker instid inst_id instrument instrument_name contract product_id coin s'.split(' '),
);

/** The file's own spelling of the column that names a row's market; null without one. */
export function marketKeyOf(present: readonly string[]): string | null {
  return present.find((key) => MARKET_KEYS.has(key.toLowerCase())) ?? null;
}

const AGAINST = { coin: 'another coin', quote: 'another quote', expiry: 'a dated contract' } as const;

/**
 * Why a file whose rows name their market is not the one series that it is named for; null when it may be.
 *
 * @param markets what the rows say; what is no text says nothing
 */
export function marketFault(markets: readonly unknown[], { exchange, symbol }: FileName): Failure | null {
  const told = new Set(markets.filter((market) => typeof market === 'string').map((market) => market.trim()));
  told.delete('');
  const [first, second] = [...told].map((market) => market.slice(0, 30));
  if (first !== undefined && second !== undefined) {
    const detail = `its rows are of ${told.size} markets, e.g. ${first} and ${second}: write one file for each`;
    return failed('bad-series', detail);
  }
  const against = first === undefined || symbol === null ? null : contradiction(exchange ?? '', symbol, first);
  if (against === null) return null;
  return failed('bad-series', `its name says ${symbol} but its rows say ${first}, ${AGAINST[against]}: rename it`);
}

/** Which of the six columns are missing among the names that are present. */
export function missingKeys(present: readonly string[]): readonly string[] {
  const lower = new Set(present.map((key) => key.toLowerCase()));
  return Object.entries(KEYS)
    .filter(([, aliases]) => !aliases.some((alias) => lower.has(alias.toLowerCase())))
    .map(([name]) => name);
}
