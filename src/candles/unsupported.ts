/** File types that hold candles elsewhere and are not read here, each with the way out. */

const WAYS_OUT: readonly (readonly [extension: RegExp, detail: string])[] = [
  [
    /\.feather$/i,
    'Freqtrade can convert it: freqtrade convert-data --format-from feather --format-to json --trading-mode futures',
  ],
  [
    /\.parquet$/i,
    'Freqtrade can convert its own: freqtrade convert-data --format-from parquet --format-to json --trading-mode futures',
  ],
  [/\.csv(?:\.gz)?$/i, 'CSV is not read: save the candles as JSON rows [ms, open, high, low, close, volume]'],
  [
    /\.zip$/i,
    'archives are not read: unpack it and save the candles as JSON rows [ms, open, high, low, close, volume]',
  ],
];

/** What helps, or null when the name is of a type that is read. */
export function unsupportedDetail(file: string): string | null {
  return WAYS_OUT.find(([extension]) => extension.test(file))?.[1] ?? null;
}
