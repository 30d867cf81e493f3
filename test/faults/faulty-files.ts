/** Everything that can be wrong with one candle file, and what the reader makes of it (the matrix of candle faults). */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FileSkipReason } from '../../src/core/candles.ts';
import type { Feed } from '../../src/core/feed.ts';

/** `refused`: named in the feed with this reason. `repaired`: counted under this name. `same`: as if nothing was. `sound`: read. */
type Expected =
  | { readonly refused: FileSkipReason }
  | { readonly repaired: keyof Feed['summary']['candles'] }
  | 'same'
  | 'sound';

interface FaultyFile {
  readonly name: string;
  /** Spoils a sound file of rows `[ms, open, high, low, close, volume]`. */
  readonly spoil: (file: string) => void;
  readonly expected: Expected;
}

type Row = readonly unknown[];
type Candle = readonly [time: number, open: number, high: number, low: number, close: number, volume: number];

const HOUR_MS = 3_600_000;
const KEYS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** The sample's own files are rows, objects, or objects in `data`. */
function candlesIn(text: string): Candle[] {
  const document = JSON.parse(text) as { readonly data?: readonly object[] } | readonly (Candle | object)[];
  const list = 'data' in document ? (document.data ?? []) : (document as readonly (Candle | object)[]);
  return list.map((item) => (Array.isArray(item) ? item : Object.values(item)) as unknown as Candle);
}

function rowsOf(file: string): Candle[] {
  return candlesIn(readFileSync(file, 'utf8'));
}

/** The bytes of the whole file are changed. */
function bytes(name: string, expected: Expected, change: (text: string) => string | Uint8Array): FaultyFile {
  return { name, expected, spoil: (file) => writeFileSync(file, change(readFileSync(file, 'utf8'))) };
}

/** Its rows are changed. */
function rows(
  name: string,
  expected: Expected,
  change: (list: Candle[]) => readonly (Row | object | null)[],
): FaultyFile {
  return { name, expected, spoil: (file) => writeFileSync(file, JSON.stringify(change(rowsOf(file)))) };
}

/** The row in the middle is changed. */
function row(name: string, expected: Expected, change: (candle: Candle) => Row | null): FaultyFile {
  return rows(name, expected, (list) => list.with(list.length >> 1, change(list[list.length >> 1]!) as Candle));
}

/** The number that stands for a price in the middle is replaced by this text. */
function price(text: string): FaultyFile {
  return {
    name: `a price of ${text}`,
    expected: { repaired: 'not_finite' },
    spoil: (file) => {
      const list = rowsOf(file).map((candle) => JSON.stringify(candle));
      const middle = list.length >> 1;
      list[middle] = list[middle]!.replace(/,[^,]*,/, `,${text},`);
      writeFileSync(file, `[${list.join(',')}]`);
    },
  };
}

/** Something else stands at its place. */
function instead(name: string, expected: Expected, make: (file: string) => void): FaultyFile {
  return {
    name,
    expected,
    spoil: (file) => {
      rmSync(file);
      make(file);
    },
  };
}

const asObject = (candle: Candle): object => Object.fromEntries(KEYS.map((key, i) => [key, candle[i]]));
const withTime =
  (change: (ms: number) => unknown) =>
  ([time, ...rest]: Candle): Row => [change(time), ...rest];

let bomb: Buffer | null = null;

const NO_JSON: readonly FaultyFile[] = [
  bytes('no byte', { refused: 'empty-file' }, () => ''),
  bytes('blanks', { refused: 'empty-file' }, () => ' \r\n\t'),
  bytes('half of it', { refused: 'truncated-json' }, (text) => text.slice(0, text.length / 2)),
  bytes('all but the last byte', { refused: 'truncated-json' }, (text) => text.trimEnd().slice(0, -1)),
  bytes('zeroes', { refused: 'invalid-json' }, (text) => Buffer.alloc(text.length)),
  bytes(
    'a page of HTML',
    { refused: 'invalid-json' },
    () => '<!doctype html><html><body>502 Bad Gateway</body></html>',
  ),
  bytes('two documents', { refused: 'invalid-json' }, (text) => text + text),
  bytes('UTF-16', { refused: 'invalid-json' }, (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')),
  bytes('half a gzip', { refused: 'truncated-gzip' }, (text) => gzipSync(text).subarray(0, 999)),
  bytes('a damaged gzip', { refused: 'invalid-gzip' }, (text) => {
    const packed = gzipSync(text);
    return packed.fill(0xaa, 40, 400);
  }),
  bytes('a gzip bomb', { refused: 'too-large' }, () => (bomb ??= gzipSync(Buffer.alloc(65 * 1024 * 1024, ' ')))),
];

const NO_CANDLES: readonly FaultyFile[] = [
  bytes('null', { refused: 'not-candles' }, () => 'null'),
  bytes('a number', { refused: 'not-candles' }, () => '1e999'),
  bytes('a string', { refused: 'not-candles' }, () => '"candles"'),
  bytes('an answer with an error', { refused: 'not-candles' }, () => '{"code":-1003,"msg":"Too many requests"}'),
  bytes('no rows', { refused: 'no-candles' }, () => '[]'),
  bytes('arrays in arrays', { refused: 'no-candles' }, (text) => `[${text}]`),
  bytes('100,000 levels', { refused: 'not-candles' }, () => '['.repeat(1e5) + ']'.repeat(1e5)),
  bytes('two million levels', { refused: 'not-candles' }, () => '{"a":'.repeat(1e6)),
  rows('rows without a volume', { refused: 'not-candles' }, (list) => list.map((candle) => candle.slice(0, 5))),
  rows('objects without a close', { refused: 'bad-series' }, (list) =>
    list.map((candle) => ({ ...asObject(candle), close: undefined })),
  ),
  rows('times off the grid', { refused: 'bad-series' }, (list) => list.map(withTime((ms) => ms + 60_000))),
  rows('another timeframe', { refused: 'bad-series' }, (list) =>
    list.map((candle, i) => withTime((ms) => ms - 3 * HOUR_MS * i)(candle)),
  ),
  rows('prices below zero', { refused: 'bad-series' }, (list) =>
    list.map(([time, open, high, low, close, volume]) => [time, -open, -low, -high, -close, volume]),
  ),
  rows('times without a number', { refused: 'bad-series' }, (list) => list.map(withTime(() => 'yesterday'))),
  rows('a year ahead', { refused: 'no-candles' }, (list) => list.map(withTime((ms) => ms + 366 * 24 * HOUR_MS))),
];

const ODD_ROWS: readonly FaultyFile[] = [
  rows('times of two units', 'same', (list) =>
    list.map((candle, i) => (i % 2 === 0 ? candle : withTime((ms) => ms / 1e3)(candle))),
  ),
  rows('newest first', { repaired: 'disordered' }, (list) => list.toReversed()),
  rows('every row twice', { repaired: 'duplicates' }, (list) => list.flatMap((candle) => [candle, candle])),
  rows('two rows of one time', { repaired: 'duplicates' }, (list) => [...list, [list[9]![0], ...list[8]!.slice(1)]]),
  rows('a gap', { repaired: 'missing' }, (list) => list.toSpliced(40, 12)),
  row('a row that is null', { repaired: 'not_finite' }, () => null),
  ...['null', '""', '"NaN"', 'NaN', '-Infinity', '1e999', '"1e999"', 'true', '[]', '{}', '"0x10"'].map(price),
  row('a price of zero', { repaired: 'impossible' }, ([time, open, high, , close, volume]) => [
    time,
    open,
    high,
    0,
    close,
    volume,
  ]),
  row('a price below zero', { repaired: 'impossible' }, ([time, , high, low, close, volume]) => [
    time,
    -1,
    high,
    low,
    close,
    volume,
  ]),
  row('a high below the low', { repaired: 'impossible' }, ([time, open, high, low, close, volume]) => [
    time,
    open,
    low,
    high,
    close,
    volume,
  ]),
  row('a volume below zero', { repaired: 'impossible' }, ([...values]) => values.with(5, -1)),
  row(
    'a time off the grid',
    { repaired: 'off_grid' },
    withTime((ms) => ms + 1),
  ),
  row(
    'a time of 10^30',
    { repaired: 'not_finite' },
    withTime(() => 1e30),
  ),
];

const HARMLESS: readonly FaultyFile[] = [
  bytes('a byte order mark', 'same', (text) => `\uFEFF${text}`),
  bytes('gzip under a plain name', 'same', (text) => gzipSync(text)),
  rows('numbers in strings', 'same', (list) => list.map((candle) => candle.map(String))),
  rows('seconds', 'same', (list) => list.map(withTime((ms) => ms / 1e3))),
  rows('microseconds', 'same', (list) => list.map(withTime((ms) => ms * 1e3))),
  rows('nanoseconds, beyond 2^53', 'same', (list) => list.map(withTime((ms) => ms * 1e6))),
  rows('ISO times', 'same', (list) => list.map(withTime((ms) => new Date(ms).toISOString()))),
  rows('objects', 'same', (list) => list.map(asObject)),
  bytes('keys that are there twice', 'same', (text) => {
    const list = candlesIn(text).map(asObject);
    return JSON.stringify(list).replaceAll('"close":', '"close":1,"close":');
  }),
  bytes('keys of a prototype', 'same', (text) => {
    const list = candlesIn(text).map(asObject);
    const hostile = '{"__proto__":{"polluted":1,"close":1},"constructor":{"prototype":{"polluted":1}},';
    return JSON.stringify(list).replaceAll('{', hostile);
  }),
];

const EXTREME: readonly FaultyFile[] = [
  rows('one candle', 'sound', (list) => list.slice(-1)),
  row('a price of 10^300', { repaired: 'impossible' }, ([time, open, , low, , volume]) => [
    time,
    open,
    1e300,
    low,
    1e300,
    volume,
  ]),
  rows('prices of 10^-300', 'sound', (list) =>
    list.map(([time, open, high, low, close, volume]) => [
      time,
      ...[open, high, low, close].map((value) => value * 1e-300),
      volume,
    ]),
  ),
  rows('volumes of 10^308', { refused: 'bad-series' }, (list) => list.map((candle) => candle.with(5, 1e308))),
  rows('one price throughout, no volume', 'sound', (list) => list.map(([time]) => [time, 1, 1, 1, 1, 0])),
];

const NO_FILE: readonly FaultyFile[] = [
  instead('a named pipe', { refused: 'not-a-file' }, (file) => void spawnSync('mkfifo', [file])),
  instead('a socket', { refused: 'not-a-file' }, (file) => {
    const script = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
    spawnSync(process.execPath, ['-e', script, file]);
  }),
  instead('a link to nothing', { refused: 'unreadable' }, (file) => symlinkSync(`${file}.gone`, file)),
  instead('a link to itself', { refused: 'unreadable' }, (file) => symlinkSync(path.basename(file), file)),
  instead('a link that leads out', { refused: 'not-a-file' }, (file) => symlinkSync('/etc/hostname', file)),
  instead('a link to a device', { refused: 'not-a-file' }, (file) => symlinkSync('/dev/zero', file)),
  instead('a file of more than 64 MiB', { refused: 'too-large' }, (file) => {
    writeFileSync(file, '');
    truncateSync(file, 64 * 1024 * 1024 + 1);
  }),
];

/** A file that is gone, and an empty folder of its name, are no files at all: their market has no signal. */
export const GONE: readonly FaultyFile[] = [
  instead('no file', 'sound', () => undefined),
  instead('a folder', 'sound', (file) => mkdirSync(file)),
];

export const FAULTY_FILES: readonly FaultyFile[] = [
  ...NO_JSON,
  ...NO_CANDLES,
  ...ODD_ROWS,
  ...HARMLESS,
  ...EXTREME,
  ...NO_FILE,
];
