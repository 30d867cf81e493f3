/**
 * The pages of a Parquet column (parquet.apache.org/docs/file-format), checked before hyparquet reads them: that package
 * believes every count, and a single wrong one would cost gigabytes.
 */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { checkSnappy } from './snappy-check.ts';

/** The part of hyparquet's page header that is checked; what is missing in a damaged file is undefined. */
export interface PageHeader {
  readonly type: string | undefined;
  readonly uncompressed_page_size: number | undefined;
  readonly compressed_page_size: number | undefined;
  readonly data_page_header?: PageValues | undefined;
  readonly dictionary_page_header?: PageValues | undefined;
  readonly data_page_header_v2?:
    | (PageValues & {
        readonly num_nulls: number;
        readonly definition_levels_byte_length: number;
        readonly repetition_levels_byte_length: number;
        readonly is_compressed?: boolean;
      })
    | undefined;
}

interface PageValues {
  readonly num_values: number | undefined;
  readonly encoding?: string | undefined;
}

export interface ColumnChunk {
  /** All pages of the column in one row group. */
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** True when values may be null: their pages begin with definition levels. */
  readonly optional: boolean;
  readonly isText: boolean;
  readonly unpack: Unpack;
}

export type Unpack = (packed: Uint8Array, size: number) => Uint8Array;

/** Advances `offset` behind the header. */
type ReadHeader = (reader: { readonly view: DataView; offset: number }) => PageHeader;

/** Runs of several values each, which may be wrong alone; the rest is read value by value, and within bounds. */
const RUN_ENCODINGS = new Set(['PLAIN_DICTIONARY', 'RLE_DICTIONARY']);
const ENCODINGS = new Set([...RUN_ENCODINGS, 'PLAIN', 'DELTA_BINARY_PACKED', 'BYTE_STREAM_SPLIT']);
const TEXT_ENCODINGS = new Set([...RUN_ENCODINGS, 'PLAIN']);

/** Per codec, by Parquet's name; each gives exactly `size` bytes or throws. */
export function unpackersWith(
  snappy: (packed: Uint8Array, target: Uint8Array) => void,
): Readonly<Record<string, Unpack>> {
  return {
    SNAPPY: (packed, size) => {
      checkSnappy(packed, size);
      const target = new Uint8Array(size);
      snappy(packed, target);
      return target;
    },
    GZIP: (packed, size) => gunzipSync(packed, limit(size)),
    BROTLI: (packed, size) => brotliDecompressSync(packed, limit(size)),
    ZSTD: (packed, size) => zstdDecompressSync(packed, limit(size)),
  };
}

/** zlib takes a limit of zero for a mistake. */
function limit(size: number): { readonly maxOutputLength: number } {
  return { maxOutputLength: Math.max(1, size) };
}

/**
 * The bytes that the column's pages unpack to.
 *
 * @param largest sum of all pages, in bytes
 * @throws RangeError when a page claims more than it holds, or more than the row group
 */
export function checkPages(column: ColumnChunk, largest: number, readHeader: ReadHeader): number {
  const { bytes } = column;
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  let rows = 0;
  let unpackedBytes = 0;
  // As the package goes on: until the rows are there or the bytes are used up.
  while (rows < column.rows && reader.offset < bytes.length - 1) {
    const header = readHeader(reader);
    const size = count(header.uncompressed_page_size, largest - unpackedBytes);
    const end = reader.offset + count(header.compressed_page_size, bytes.length - reader.offset);
    const page = bytes.subarray(reader.offset, end);
    unpackedBytes += size;
    reader.offset = end;
    if (header.type !== 'DICTIONARY_PAGE') rows += checkData(column, header, page, size, column.rows - rows);
    // Eight bits a value at least: what is dictionary-coded is a number.
    else count(header.dictionary_page_header?.num_values, size);
  }
  if (rows !== column.rows) throw new RangeError('rows are missing');
  return unpackedBytes;
}

/** The rows in the page. */
function checkData(column: ColumnChunk, header: PageHeader, packed: Uint8Array, size: number, most: number): number {
  const { data_page_header: v1, data_page_header_v2: v2 } = header;
  const values = v1 ?? v2;
  const rows = count(values?.num_values, most);
  const encoding = values?.encoding ?? '';
  if (!(column.isText ? TEXT_ENCODINGS : ENCODINGS).has(encoding)) throw new RangeError('an unexpected encoding');
  if (v2 !== undefined) {
    const nulls = count(v2.num_nulls, rows);
    const levels = count(v2.definition_levels_byte_length, packed.length);
    if (v2.repetition_levels_byte_length !== 0) throw new RangeError('repeated values');
    if (column.optional) checkRuns(packed.subarray(0, levels), 1, rows);
    const rest = packed.subarray(levels);
    const page = v2.is_compressed !== false ? column.unpack(rest, count(size - levels, size)) : rest;
    if (RUN_ENCODINGS.has(encoding)) checkIndices(page, rows - nulls);
    return rows;
  }
  let page = column.unpack(packed, size);
  if (column.optional) {
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const levels = count(view.getUint32(0, true), page.length - 4);
    checkRuns(page.subarray(4, 4 + levels), 1, rows);
    page = page.subarray(4 + levels);
  }
  // How many are null only the levels say: no more values than rows in any case.
  if (RUN_ENCODINGS.has(encoding)) checkIndices(page, rows);
  return rows;
}

/** Indices into the dictionary: their width in bits, then runs. */
function checkIndices(page: Uint8Array, most: number): void {
  if (page.length > 0) checkRuns(page.subarray(1), count(page[0], 32), most);
}

/** @throws RangeError when a run of the RLE and bit-packed hybrid is longer than all values together */
function checkRuns(bytes: Uint8Array, width: number, most: number): void {
  let at = 0;
  let seen = 0;
  while (seen < most && at < bytes.length) {
    let head = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 28) throw new RangeError('a run without length');
      head += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const isPacked = head % 2 === 1;
    const length = Math.floor(head / 2);
    // Packed values come in eights, the last of which may be filled up.
    seen += count(isPacked ? length * 8 : length, isPacked ? most - seen + 7 : most - seen);
    at += isPacked ? length * width : Math.ceil(width / 8);
  }
}

/** @throws RangeError when it is no count up to `most` */
function count(value: number | undefined, most: number): number {
  if (value === undefined || !Number.isInteger(value) || value < 0 || value > most)
    throw new RangeError('a wrong count');
  return value;
}
