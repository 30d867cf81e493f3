/** Freqtrade's default files: Arrow IPC ("Feather 2"), packed with LZ4, with zstd or not at all. */
import { zstdDecompressSync } from 'node:zlib';
import type * as arrowPackage from 'apache-arrow';
import type { DataType, Table } from 'apache-arrow';
import { failed, LARGEST_FILE_BYTES, type Failure } from '../bytes.ts';
import { createColumns, type RawColumns } from '../columns.ts';
import { findArrowFault } from './arrow-layout.ts';
import { oneSeries, type CandleFormat, type FormatReading } from './format.ts';
import { loadLz4 } from './lz4-frame.ts';
import { keysOf } from './keys.ts';
import { loadOnce, missingPackage } from './optional.ts';

type Arrow = typeof arrowPackage;

interface Reading {
  readonly rows: RawColumns;
  readonly naiveTimes: number;
}

/** Rows of one column that one record batch holds. */
interface Chunk {
  readonly length: number;
  readonly offset: number;
  readonly nullCount: number;
  readonly values: unknown;
  readonly dictionary?: { readonly data: readonly Chunk[] };
  readonly getValid: (row: number) => boolean;
}

/** A stored value as a number; times in ms UTC where the column's type says their unit. */
type ToNumber = (value: number | bigint) => number;

/** What the buffers of the file being read may still unpack to, in bytes: the package asks for them one by one. */
let allowance = 0;

const loadArrow = loadOnce(async () => {
  const [arrow, unpackLz4] = await Promise.all([import('apache-arrow'), loadLz4()]);
  const unpackWith = (unpack: (packed: Uint8Array) => Uint8Array) => ({
    decode: (packed: Uint8Array) => {
      const unpacked = unpack(packed);
      allowance -= unpacked.length;
      return unpacked;
    },
  });
  const { compressionRegistry, CompressionType } = arrow;
  const lz4 = unpackWith((packed) => unpackLz4(packed, allowance));
  // At least one byte: zlib takes a limit of zero for a mistake.
  const zstd = unpackWith((packed) => zstdDecompressSync(packed, { maxOutputLength: Math.max(1, allowance) }));
  compressionRegistry.set(CompressionType.LZ4_FRAME, lz4);
  compressionRegistry.set(CompressionType.ZSTD, zstd);
  return arrow;
});

export const feather = {
  id: 'feather',
  summary: "Freqtrade's .feather (Arrow) with date, open, high, low, close, volume",
  content: 'arrow',
  parse: async (source, named): Promise<FormatReading> => {
    const fault = findArrowFault(source.bytes);
    if (fault !== null) return fault;
    const arrow = await loadArrow();
    if (!arrow.ok) return missingPackage(['apache-arrow', 'lz4js'], 'feather', arrow.code);
    const reading = readTable(arrow.value, source.bytes);
    return 'rows' in reading ? oneSeries(named, reading.rows, reading.naiveTimes) : reading;
  },
} satisfies CandleFormat;

function readTable(arrow: Arrow, bytes: Buffer): Reading | Failure {
  allowance = LARGEST_FILE_BYTES;
  try {
    return candlesOf(arrow, arrow.tableFromIPC(bytes));
  } catch {
    // The package has no other way to say that bytes are damaged, and its texts mean nothing to the owner of the file.
    return failed('damaged-file', 'its Arrow data cannot be unpacked: download it again');
  }
}

function candlesOf(arrow: Arrow, table: Table): Reading | Failure {
  const keys = keysOf(table.schema.fields.map(({ name }) => name));
  if (keys === null) {
    return failed(
      'not-candles',
      'it lacks one of the columns time (or date), open, high, low and close, or calls its volume otherwise',
    );
  }
  let rows: RawColumns | null = null;
  let naiveTimes = 0;
  for (const column of ['time', 'open', 'high', 'low', 'close', 'volume'] as const) {
    const name = keys[column];
    const vector = name === null ? null : table.getChild(name);
    // pandas writes a column that holds nothing but nulls with a type of its own.
    if (column === 'volume' && (name === null || arrow.DataType.isNull(vector?.type))) {
      rows?.volume.fill(Number.NaN);
      continue;
    }
    if (vector === null) throw new RangeError('a column is gone');
    const type = valueType(arrow, vector.type as DataType);
    const toNumber = column === 'time' ? timeReader(arrow, type) : numberReader(arrow, type);
    if (toNumber === null) {
      const wanted = column === 'time' ? 'times' : 'numbers';
      return failed('not-candles', `its column "${name}" holds ${arrow.Type[type.typeId]}, not ${wanted}`);
    }
    // Before anything of this size is made: the length is a claim, the values are there.
    const chunks: readonly Chunk[] = vector.data;
    if (!chunks.every(isComplete)) throw new RangeError('values are missing');
    rows ??= createColumns(table.numRows);
    if (vector.length !== rows.length) throw new RangeError('columns of unequal length');
    fill(rows[column], chunks, toNumber);
    if (column === 'time' && arrow.DataType.isTimestamp(type) && !type.timezone) naiveTimes = rows.length;
  }
  return rows === null ? failed('no-candles', 'it holds no candles') : { rows, naiveTimes };
}

/** A dictionary's values are what it stands for. */
function valueType(arrow: Arrow, type: DataType): DataType {
  return arrow.DataType.isDictionary(type) ? (type.dictionary as DataType) : type;
}

/** Null when the type holds no numbers. */
function numberReader({ DataType, Precision }: Arrow, type: DataType): ToNumber | null {
  const isHalf = DataType.isFloat(type) && type.precision === Precision.HALF;
  return (DataType.isFloat(type) && !isHalf) || DataType.isInt(type) ? Number : null;
}

/** Null when the type holds no times. Plain numbers stay in their own unit: the reader tells it by magnitude. */
function timeReader(arrow: Arrow, type: DataType): ToNumber | null {
  const { DataType, TimeUnit, DateUnit } = arrow;
  if (DataType.isDate(type)) return type.unit === DateUnit.DAY ? (days) => Number(days) * 86_400_000 : Number;
  if (!DataType.isTimestamp(type)) return numberReader(arrow, type);
  switch (type.unit) {
    case TimeUnit.SECOND:
      return (value) => Number(value) * 1000;
    case TimeUnit.MICROSECOND:
      return (value) => Number(value) / 1000;
    case TimeUnit.NANOSECOND:
      // Nanoseconds lie beyond 2^53.
      return (value) => Number(BigInt(value) / 1000n) / 1000;
    case TimeUnit.MILLISECOND:
      return Number;
    default:
      return null;
  }
}

function isComplete({ values, length, offset }: Chunk): boolean {
  return ArrayBuffer.isView(values) && 'length' in values && Number(values.length) >= offset + length;
}

function fill(column: Float64Array, chunks: readonly Chunk[], toNumber: ToNumber): void {
  let row = 0;
  for (const chunk of chunks) {
    const values = numbersOf(chunk, toNumber);
    column.set(values, row);
    row += values.length;
  }
}

/** NaN where a value is null. */
function numbersOf(chunk: Chunk, toNumber: ToNumber): Float64Array {
  const stored = chunk.values as ArrayLike<number | bigint>;
  const read = dictionaryReader(chunk, toNumber) ?? toNumber;
  const hasNulls = chunk.nullCount > 0;
  return Float64Array.from({ length: chunk.length }, (_, i) =>
    hasNulls && !chunk.getValid(i) ? Number.NaN : read(stored[i]!),
  );
}

/** What the chunk's indices stand for; null when it has none. */
function dictionaryReader({ dictionary }: Chunk, toNumber: ToNumber): ToNumber | null {
  if (dictionary === undefined) return null;
  const entries = dictionary.data.flatMap((data) => [...numbersOf(data, toNumber)]);
  return (index) => entries[Number(index)] ?? Number.NaN;
}
