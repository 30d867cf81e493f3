/** Freqtrade's default files: Arrow IPC ("Feather 2"), packed with LZ4, with zstd or not at all. */
import { zstdDecompressSync } from 'node:zlib';
import type * as arrowPackage from 'apache-arrow';
import type { DataType, Table, Vector } from 'apache-arrow';
import { failed, LARGEST_FILE_BYTES } from '../bytes.ts';
import type { FileName } from '../names.ts';
import { LONGEST_TEXT } from '../values.ts';
import { findArrowFault } from './arrow-layout.ts';
import type { CandleFormat, FormatReading } from './format.ts';
import { COLUMNS, layoutOf } from './keys.ts';
import { loadLz4 } from './lz4-frame.ts';
import { lackingFault, readCells } from './named.ts';
import { loadOnce, missingPackage } from './optional.ts';

type Arrow = typeof arrowPackage;

/** Rows of one column that one record batch holds. */
interface Chunk {
  readonly length: number;
  readonly offset: number;
  readonly nullCount: number;
  readonly values: unknown;
  /** Of texts: where each begins in `values`, and where the last one ends. */
  readonly valueOffsets?: unknown;
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
    return readTable(arrow.value, source.bytes, named);
  },
} satisfies CandleFormat;

function readTable(arrow: Arrow, bytes: Buffer, named: FileName): FormatReading {
  allowance = LARGEST_FILE_BYTES;
  try {
    return candlesOf(arrow, arrow.tableFromIPC(bytes), named);
  } catch {
    // The package has no other way to say that bytes are damaged, and its texts mean nothing to the owner of the file.
    return failed('damaged-file', 'its Arrow data cannot be unpacked: download it again');
  }
}

function candlesOf(arrow: Arrow, table: Table, named: FileName): FormatReading {
  const names = table.schema.fields.map(({ name }) => name);
  const layout = layoutOf(names, named.symbol);
  if (layout === null) return lackingFault(names, named.symbol);
  const { markets, closeTime, constant } = layout;
  const isFree = (at: number): boolean => markets.includes(at) || at === closeTime || constant.includes(at);
  const columns = new Map<number, ArrayLike<unknown>>();
  for (const at of new Set([...COLUMNS.map((column) => layout[column]), ...markets, closeTime, ...constant])) {
    if (at === null) continue;
    const vector = table.getChildAt(at);
    if (vector === null) throw new RangeError('a column is gone');
    if (vector.length !== table.numRows) throw new RangeError('columns of unequal length');
    const isTime = at === layout.time || at === closeTime;
    const values = valuesOf(arrow, vector, isTime);
    if (values !== null) columns.set(at, values);
    // pandas writes a column that holds nothing but nulls with a type of its own.
    else if (!isFree(at) && !(at === layout.volume && arrow.DataType.isNull(vector.type))) {
      const type = arrow.Type[valueType(arrow, vector.type as DataType).typeId];
      return failed('not-candles', `its column "${names[at]}" holds ${type}, not ${isTime ? 'times' : 'numbers'}`);
    }
  }
  const timeType = valueType(arrow, table.schema.fields[layout.time]!.type as DataType);
  const isNaive = arrow.DataType.isDate(timeType) || (arrow.DataType.isTimestamp(timeType) && !timeType.timezone);
  const column = (index: number) => (row: number) => columns.get(index)?.[row];
  return readCells({ names, length: table.numRows, column, isNaive }, layout, named);
}

/** Null when the column's type holds none that candles have. */
function valuesOf(arrow: Arrow, vector: Vector, isTime: boolean): ArrayLike<unknown> | null {
  const type = valueType(arrow, vector.type as DataType);
  const toNumber = isTime ? timeReader(arrow, type) : numberReader(arrow, type);
  const isText = arrow.DataType.isUtf8(type) || arrow.DataType.isLargeUtf8(type);
  if (toNumber === null && !isText) return null;
  // Before anything of this size is made: the length is a claim, the values are there.
  const chunks: readonly Chunk[] = vector.data;
  if (toNumber === null) return chunks.flatMap(textsOf);
  if (!chunks.every(isComplete)) throw new RangeError('values are missing');
  const numbers = new Float64Array(vector.length);
  fill(numbers, chunks, toNumber);
  return numbers;
}

/** Undefined where a value is null, or longer than a number or time can be. */
function textsOf(chunk: Chunk): readonly (string | undefined)[] {
  const { dictionary } = chunk;
  if (dictionary !== undefined) {
    const entries = dictionary.data.flatMap(textsOf);
    if (!isComplete(chunk)) throw new RangeError('values are missing');
    const indices = chunk.values as ArrayLike<number | bigint>;
    return Array.from({ length: chunk.length }, (_, i) =>
      chunk.getValid(i) ? entries[Number(indices[i])] : undefined,
    );
  }
  const offsets = chunk.valueOffsets;
  if (!(offsets instanceof Int32Array || offsets instanceof BigInt64Array) || offsets.length <= chunk.length) {
    throw new RangeError('texts are missing');
  }
  const bytes = Buffer.from(chunk.values as Uint8Array);
  return Array.from({ length: chunk.length }, (_, i) => {
    const [from, to] = [Number(offsets[i]), Number(offsets[i + 1])];
    const isThere = chunk.getValid(i) && to >= from && to - from <= LONGEST_TEXT;
    return isThere ? bytes.toString('utf8', from, to) : undefined;
  });
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
