/** Parquet files with one candle a row, as Freqtrade and pandas write them. */
import type * as hyparquetPackage from 'hyparquet';
import type { FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { failed, LARGEST_FILE_BYTES, TOO_LARGE, type Failure } from '../bytes.ts';
import { createColumns, type RawColumns } from '../columns.ts';
import { toNumber } from '../values.ts';
import { oneSeries, type CandleFormat, type FormatReading } from './format.ts';
import { keysOf, type Keys } from './keys.ts';
import { loadOnce, missingPackage } from './optional.ts';
import { checkPages, unpackersWith, type PageHeader, type Unpack } from './parquet-pages.ts';

interface Hyparquet {
  readonly package: typeof hyparquetPackage;
  readonly readHeader: (reader: { readonly view: DataView; offset: number }) => PageHeader;
  readonly unpackers: Readonly<Record<string, Unpack>>;
}

interface Layout {
  readonly rows: number;
  /** Name in the file of each column of `RawColumns`; null for a volume that it does not have. */
  readonly names: Keys;
  readonly present: readonly string[];
  readonly naiveTimes: number;
}

interface Part {
  readonly name: string;
  readonly values: ArrayLike<unknown>;
  readonly from: number;
}

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
const MAGIC = 'PAR1';
const NUMERIC = new Set(['INT32', 'INT64', 'FLOAT', 'DOUBLE']);

/** Times in ms UTC, whatever unit the column has. */
const PARSERS = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (value: bigint) => Number(value) / 1000,
  timestampFromNanoseconds: (value: bigint) => Number(value / 1000n) / 1000,
  dateFromDays: (days: number) => days * 86_400_000,
};

const loadHyparquet = loadOnce(async (): Promise<Hyparquet> => {
  const [hyparquet, { parquetHeader }] = await Promise.all([import('hyparquet'), import('hyparquet/src/column.js')]);
  return { package: hyparquet, readHeader: parquetHeader, unpackers: unpackersWith(hyparquet.snappyUncompress) };
});

export const parquet = {
  id: 'parquet',
  summary: "Freqtrade's or pandas' .parquet with date, open, high, low, close, volume",
  content: 'parquet',
  parse: async (source, named): Promise<FormatReading> => {
    const { bytes } = source;
    if (bytes.length < 12 || bytes.toString('latin1', bytes.length - MAGIC.length) !== MAGIC) {
      return failed('damaged-file', `it ends early, after ${bytes.length} bytes: download it again`);
    }
    const hyparquet = await loadHyparquet();
    if (!hyparquet.ok) return missingPackage(['hyparquet'], 'parquet', hyparquet.code);
    try {
      const metadata = hyparquet.value.package.parquetMetadata(bytes, { geoparquet: false });
      const layout = layoutOf(metadata);
      if (!('rows' in layout)) return layout;
      const fault = findFault(hyparquet.value, bytes, metadata, layout);
      if (fault !== null) return fault;
      const rows = await readColumns(hyparquet.value, bytes, metadata, layout);
      return oneSeries(named, rows, layout.naiveTimes);
    } catch {
      // The package has no other way to say that bytes are damaged, and its texts mean nothing to the owner of the file.
      return failed('damaged-file', 'its Parquet data cannot be unpacked: download it again');
    }
  },
} satisfies CandleFormat;

function layoutOf({ schema, num_rows: rows }: FileMetaData): Layout | Failure {
  const flat = schema.slice(1);
  if (flat.some(isNested)) return failed('not-candles', 'it holds nested columns, which no candle file does');
  const names = keysOf(flat.map(({ name }) => name));
  if (names === null) {
    return failed(
      'not-candles',
      'it lacks one of the columns time (or date), open, high, low and close, or calls its volume otherwise',
    );
  }
  const present = COLUMNS.map((column) => names[column]).filter((name) => name !== null);
  for (const column of present) {
    const element = flat.find(({ name }) => name === column)!;
    if (!isNumeric(element, column === names.time)) {
      const wanted = column === names.time ? 'times' : 'numbers';
      return failed('not-candles', `its column "${element.name}" holds ${typeName(element)}, not ${wanted}`);
    }
  }
  const time = flat.find(({ name }) => name === names.time)!.logical_type;
  const isNaive = time?.type === 'TIMESTAMP' && !time.isAdjustedToUTC;
  return { rows: Number(rows), names, present, naiveTimes: isNaive ? Number(rows) : 0 };
}

function isNested({ num_children: children, repetition_type: repetition }: SchemaElement): boolean {
  return (children ?? 0) > 0 || repetition === 'REPEATED';
}

function isNumeric(element: SchemaElement, isTime: boolean): boolean {
  const { type, converted_type: converted = '', logical_type: logical } = element;
  if (type === undefined || !NUMERIC.has(type)) return false;
  const named = logical?.type ?? converted;
  // pandas writes a column that holds nothing but nulls as NULL.
  const isPlain = named === '' || /^(?:U?INT|NULL$)/.test(named);
  return isPlain || (isTime && /^(?:DATE|TIMESTAMP)/.test(named));
}

function typeName({ type, converted_type: converted, logical_type: logical }: SchemaElement): string {
  return logical?.type ?? converted ?? type ?? 'nothing';
}

/** What keeps the columns from being read within the limits. @throws when the file contradicts itself */
function findFault(hyparquet: Hyparquet, bytes: Buffer, metadata: FileMetaData, layout: Layout): Failure | null {
  let rows = 0;
  let left = LARGEST_FILE_BYTES;
  for (const group of metadata.row_groups) {
    const groupRows = Number(group.num_rows);
    rows += groupRows;
    // A column that repeats one value packs any number of rows into a few bytes.
    if (!(groupRows >= 0 && rows * COLUMNS.length * 8 <= LARGEST_FILE_BYTES))
      return failed('too-large', `unpacked, ${TOO_LARGE}`);
    for (const name of layout.present) {
      const { codec, from, to } = placeOf(group, name);
      if (!(from >= MAGIC.length && to > from && to <= bytes.length))
        throw new RangeError('a column lies outside of the file');
      const unpack = codec === 'UNCOMPRESSED' ? (packed: Uint8Array) => packed : hyparquet.unpackers[codec];
      if (unpack === undefined) {
        return failed('unsupported-format', `it is packed with ${codec}: write it with snappy, zstd, gzip or brotli`);
      }
      const optional = metadata.schema.find((element) => element.name === name)?.repetition_type !== 'REQUIRED';
      const column = { bytes: bytes.subarray(from, to), rows: groupRows, optional, unpack };
      left -= checkPages(column, left, hyparquet.readHeader);
    }
  }
  if (rows !== layout.rows) throw new RangeError('rows are missing');
  return null;
}

/** The bytes of the column's pages, as the package finds them. */
function placeOf(
  group: RowGroup,
  name: string,
): { readonly codec: string; readonly from: number; readonly to: number } {
  const meta = group.columns.find(({ meta_data: data }) => data?.path_in_schema.join('.') === name)?.meta_data;
  if (meta === undefined) throw new RangeError('a column is gone');
  const from = Number(meta.dictionary_page_offset ?? 0) || Number(meta.data_page_offset);
  return { codec: meta.codec, from, to: from + Number(meta.total_compressed_size) };
}

async function readColumns(
  hyparquet: Hyparquet,
  bytes: Buffer,
  metadata: FileMetaData,
  layout: Layout,
): Promise<RawColumns> {
  const parts: Part[] = [];
  await hyparquet.package.parquetRead({
    file: { byteLength: bytes.length, slice: (from, to) => copyOf(bytes, from, to) },
    metadata,
    columns: [...layout.present],
    compressors: hyparquet.unpackers,
    parsers: PARSERS,
    onChunk: ({ columnName, columnData, rowStart }) => {
      parts.push({ name: columnName, values: columnData, from: rowStart });
    },
  });
  const rows = createColumns(layout.rows);
  for (const column of COLUMNS) {
    rows[column].fill(Number.NaN);
    for (const { values, from } of parts.filter(({ name }) => name === layout.names[column])) {
      for (let i = 0; i < values.length; i++) rows[column][from + i] = numberOf(values[i]);
    }
  }
  return rows;
}

/** NaN for a null. */
function numberOf(value: unknown): number {
  return typeof value === 'bigint' ? Number(value) : toNumber(value);
}

/** The package wants memory of its own. */
function copyOf(bytes: Buffer, from: number, to = bytes.length): ArrayBuffer {
  return Uint8Array.from(bytes.subarray(from, to)).buffer;
}
