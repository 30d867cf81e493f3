/** Kinds of files that hold candles elsewhere and are not read here, each with the way out. */

const HDF5 =
  'HDF5 is not read: Freqtrade can convert its own with freqtrade convert-data --format-from hdf5 --format-to json --trading-mode futures';
const NUMPY = 'NumPy arrays are not read: save them as CSV with the columns time, open, high, low, close, volume';
const SQLITE =
  'SQLite is not read: export the candles, e.g. sqlite3 -header -csv FILE "select time, open, high, low, close, volume from ..."';
const SPREADSHEET = 'spreadsheets are not read: save the sheet as CSV';
const LINES = 'JSON Lines are not read: jq -s . FILE > FILE.json makes one document of them';
const PICKLE = 'Python pickles are not read: save the candles with to_csv or to_parquet';
const TAR = 'tar archives are not read: unpack it into a folder';

const EXTENSIONS: readonly (readonly [extension: RegExp, detail: string])[] = [
  [/\.(?:h5|hdf5)$/i, HDF5],
  [/\.(?:npy|npz)$/i, NUMPY],
  [/\.(?:sqlite3?|db)$/i, SQLITE],
  [/\.(?:xlsx?|ods)$/i, SPREADSHEET],
  [/\.(?:jsonl|ndjson)(?:\.gz)?$/i, LINES],
  [/\.pkl(?:\.gz)?$/i, PICKLE],
  [/\.(?:tar|tgz|tar\.[a-z\d]+)$/i, TAR],
];

const MAGICS: readonly (readonly [magic: string, detail: string])[] = [
  ['\x89HDF', HDF5],
  ['\x93NUMPY', NUMPY],
  ['SQLite format 3\0', SQLITE],
  ['7z\xbc\xaf\x27\x1c', '7z archives are not read: unpack it'],
  ['BZh', 'bzip2 is not read: unpack it, or pack it with gzip'],
  ['\xfd7zXZ', 'xz is not read: unpack it, or pack it with gzip'],
  ['\x28\xb5\x2f\xfd', 'zstd is not read: unpack it, or pack it with gzip'],
  ['Rar!', 'RAR archives are not read: unpack it'],
];

/** What helps, or null when files of this name are read. */
export function unsupportedName(file: string): string | null {
  return EXTENSIONS.find(([extension]) => extension.test(file))?.[1] ?? null;
}

/** What helps, or null when the bytes do not begin like a kind that is known and not read. */
export function unsupportedContent(bytes: Buffer): string | null {
  const head = bytes.toString('latin1', 0, 16);
  return MAGICS.find(([magic]) => head.startsWith(magic))?.[1] ?? null;
}
