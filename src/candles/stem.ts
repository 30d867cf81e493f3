/** The name of a file without what says its type. */
import path from 'node:path';

const EXTENSION =
  /\.(?:gz|tgz|(?:json|jsonl|ndjson|feather|parquet|csv|tsv|txt|zip|h5|hdf5|npy|npz|sqlite3?|db|xlsx?|ods|arrow|pkl|tar)(?:\.(?:gz|zip|bz2|xz|zst|7z|rar))?)$/i;
/** What browsers and desktops add to the name of a second copy. */
const COPY = /^copy of |(?: ?\(\d{1,3}\)| - copy| copy(?: \d+)?)$/i;

/** The file's name without folder and extension, in composed Unicode (macOS decomposes names). */
export function stemOf(file: string): string {
  let stem = path.basename(file).normalize('NFC').replace(EXTENSION, '');
  while (COPY.test(stem)) stem = stem.replace(COPY, '').replace(EXTENSION, '');
  return stem;
}
