/** How people call the six columns of a candle. */

/** In order of preference. */
const KEYS = {
  time: ['time', 'timestamp', 'open_time', 'openTime', 't', 'unix', 'datetime', 'date'],
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
