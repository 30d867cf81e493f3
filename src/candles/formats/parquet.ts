/** Parquet files with one candle a row, as Freqtrade and pandas write them. */
import type * as hyparquetPackage from 'hyparquet';
import type { FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { failed, LARGEST_FILE_BYTES, TOO_LARGE, type Failure } from '../bytes.ts';
import type { FileName } from '../names.ts';
import type { CandleFormat, FormatReading } from './format.ts';
import { COLUMNS, layoutOf, type Layout } from './keys.ts';
import { lackingFault, readCells } from './named.ts';
import { loadOnce, missingPackage } from './optional.ts';
import { checkPages, unpackersWith, type PageHeader, type Unpack } from './parquet-pages.ts';

interface Hyparquet {
  readonly package: typeof hyparquetPackage;
  readonly readHeader: (reader: { readonly view: DataView; offset: number }) => PageHeader;
  readonly unpackers: Readonly<Record<string, Unpack>>;
}

interface Plan {
  readonly rows: number;
  readonly names: readonly string[];
  readonly layout: Layout;
  /** Names of the columns that are read. */
  readonly wanted: readonly string[];
  /** Names of those that are text. */
  readonly texts: ReadonlySet<string>;
  /** True when the times name no zone. */
  readonly isNaive: boolean;
}

const MAGIC = 'PAR1';
const NUMERIC = new Set(['INT32', 'INT64', 'FLOAT', 'DOUBLE']);
const TEXT = new Set(['STRING', 'UTF8']);

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
      const plan = planOf(metadata, named);
      if (!('rows' in plan)) return plan;
      const fault = findFault(hyparquet.value, bytes, metadata, plan);
      if (fault !== null) return fault;
      const columns = await readColumns(hyparquet.value, bytes, metadata, plan);
      const { rows: length, names, layout, isNaive } = plan;
      const column = (index: number) => (row: number) => columns.get(names[index]!)?.[row];
      return readCells({ names, length, column, isNaive }, layout, named);
    } catch {
      // The package has no other way to say that bytes are damaged, and its texts mean nothing to the owner of the file.
      return failed('damaged-file', 'its Parquet data cannot be unpacked: download it again');
    }
  },
} satisfies CandleFormat;

function planOf({ schema, num_rows: rows }: FileMetaData, named: FileName): Plan | Failure {
  const flat = schema.slice(1);
  if (flat.some(isNested)) return failed('not-candles', 'it holds nested columns, which no candle file does');
  const names = flat.map(({ name }) => name);
  const layout = layoutOf(names, named.symbol);
  if (layout === null) return lackingFault(names, named.symbol);
  for (const column of COLUMNS) {
    const element = flat[layout[column] ?? -1];
    if (element === undefined || isText(element) || isNumeric(element, column === 'time')) continue;
    const wanted = column === 'time' ? 'times' : 'numbers';
    return failed('not-candles', `its column "${element.name}" holds ${typeName(element)}, not ${wanted}`);
  }
  const { logical_type: time, converted_type: kind } = flat[layout.time]!;
  const used = new Set([
    ...COLUMNS.map((column) => layout[column]),
    ...layout.markets,
    layout.closeTime,
    ...layout.constant,
  ]);
  const wanted = flat.filter((element, at) => used.has(at) && (isText(element) || isNumeric(element, true)));
  return {
    rows: Number(rows),
    names,
    layout,
    wanted: wanted.map(({ name }) => name),
    texts: new Set(wanted.filter(isText).map(({ name }) => name)),
    isNaive: kind === 'DATE' || time?.type === 'DATE' || (time?.type === 'TIMESTAMP' && !time.isAdjustedToUTC),
  };
}

function isText({ type, converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return type === 'BYTE_ARRAY' && TEXT.has(logical?.type ?? converted ?? '');
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
function findFault(hyparquet: Hyparquet, bytes: Buffer, metadata: FileMetaData, plan: Plan): Failure | null {
  let rows = 0;
  let left = LARGEST_FILE_BYTES;
  for (const group of metadata.row_groups) {
    const groupRows = Number(group.num_rows);
    rows += groupRows;
    // A column that repeats one value packs any number of rows into a few bytes.
    if (!(groupRows >= 0 && rows * plan.wanted.length * 8 <= LARGEST_FILE_BYTES))
      return failed('too-large', `unpacked, ${TOO_LARGE}`);
    for (const name of plan.wanted) {
      const { codec, from, to } = placeOf(group, name);
      if (!(from >= MAGIC.length && to > from && to <= bytes.length))
        throw new RangeError('a column lies outside of the file');
      const unpack = codec === 'UNCOMPRESSED' ? (packed: Uint8Array) => packed : hyparquet.unpackers[codec];
      if (unpack === undefined) {
        return failed('unsupported-format', `it is packed with ${codec}: write it with snappy, zstd, gzip or brotli`);
      }
      const optional = metadata.schema.find((element) => element.name === name)?.repetition_type !== 'REQUIRED';
      const isText = plan.texts.has(name);
      const column = { bytes: bytes.subarray(from, to), rows: groupRows, optional, isText, unpack };
      left -= checkPages(column, left, hyparquet.readHeader);
    }
  }
  if (rows !== plan.rows) throw new RangeError('rows are missing');
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

/** The values of each column, by its name. */
async function readColumns(
  hyparquet: Hyparquet,
  bytes: Buffer,
  metadata: FileMetaData,
  { rows, wanted }: Plan,
): Promise<ReadonlyMap<string, unknown[]>> {
  const columns = new Map(wanted.map((name) => [name, Array<unknown>(rows)]));
  await hyparquet.package.parquetRead({
    file: { byteLength: bytes.length, slice: (from, to) => copyOf(bytes, from, to) },
    metadata,
    columns: [...wanted],
    compressors: hyparquet.unpackers,
    parsers: PARSERS,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const column = columns.get(columnName)!;
      for (let i = 0; i < columnData.length && rowStart + i < rows; i++) column[rowStart + i] = columnData[i];
    },
  });
  return columns;
}

/** The package wants memory of its own. */
function copyOf(bytes: Buffer, from: number, to = bytes.length): ArrayBuffer {
  return Uint8Array.from(bytes.subarray(from, to)).buffer;
}
