/** How people call the six columns of a candle, and the one that names its market. */
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

/** The file's own spelling of each column; null for a volume that the file does not have. */
export type Keys = Readonly<Record<Exclude<keyof typeof KEYS, 'volume'>, string>> & { readonly volume: string | null };

/** Null when a column is missing among the names that are present. Only a volume may be, and only where nothing else is called so. */
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
  if (low === undefined || close === undefined) return null;
  if (volume === undefined && !isWithoutVolume(present, open)) return null;
  return { time, open, high, low, close, volume: volume ?? null };
}

/**
 * False when a volume stands there under a name that is not known, and for rows of `t`, `o`, `h`, `l` and `c`, as Coinalyze has them of
 * open interest and funding.
 */
function isWithoutVolume(present: readonly string[], open: string): boolean {
  return open.length > 1 && !present.some((key) => /vol/i.test(key));
}

const MARKET_KEYS = new Set(['symbol', 'pair', 'ticker', 'instid', 'inst_id']);

/** The file's own spelling of the column that names a row's market; null without one. */
export function marketKeyOf(present: readonly string[]): string | null {
  return present.find((key) => MARKET_KEYS.has(key.toLowerCase())) ?? null;
}

/**
 * Why a file whose rows name their market is not the one series that it is named for; null when it may be.
 *
 * @param markets what the rows say; what is no text says nothing
 */
export function marketFault(markets: readonly unknown[], { symbol }: FileName): Failure | null {
  const told = new Set(markets.filter((market) => typeof market === 'string').map((market) => market.trim()));
  told.delete('');
  const [first, second] = [...told].map((market) => market.slice(0, 30));
  if (first !== undefined && second !== undefined) {
    const detail = `its rows are of ${told.size} markets, e.g. ${first} and ${second}: write one file for each`;
    return failed('bad-series', detail);
  }
  if (first === undefined || symbol === null || mayBeSame(first, symbol)) return null;
  return failed('bad-series', `its name says ${symbol} but its rows say ${first}: rename it`);
}

/** Names of one market differ by separators, prefixes and multipliers, but hardly in the letters of the coin. */
function mayBeSame(a: string, b: string): boolean {
  const [one, other] = [lettersOf(a), lettersOf(b)];
  const within = (coin: string, name: string): boolean =>
    [0, 1].some((from) => name.includes(coin.slice(from, from + 3)));
  return within(one, other) || within(other, one);
}

function lettersOf(name: string): string {
  const upper = name.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  return upper.replace(/^10+/, '').replace('XBT', 'BTC');
}

/** Which of the six columns are missing among the names that are present. */
export function missingKeys(present: readonly string[]): readonly string[] {
  const lower = new Set(present.map((key) => key.toLowerCase()));
  return Object.entries(KEYS)
    .filter(([, aliases]) => !aliases.some((alias) => lower.has(alias.toLowerCase())))
    .map(([name]) => name);
}
