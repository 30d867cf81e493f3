/**
 * The headers of an Arrow IPC file (arrow.apache.org/docs/format/Columnar.html), walked before apache-arrow sees them: that
 * package believes every length, and a single wrong one would cost gigabytes.
 */
import { failed, LARGEST_FILE_BYTES, TOO_LARGE, type Failure } from '../bytes.ts';

/** A flatbuffers table: reading beyond `view` throws a RangeError. */
interface Table {
  readonly view: DataView;
  readonly at: number;
}

interface Vector {
  readonly view: DataView;
  readonly at: number;
  readonly length: number;
}

const MAGIC = 'ARROW1';
/** Magic at the end, and the footer's length before it. */
const TAIL_BYTES = MAGIC.length + 4;
const BLOCK_BYTES = 24;
const NODE_BYTES = 16;
const BUFFER_BYTES = 16;
const REFERENCE_BYTES = 4;

/** Of a field in a table: order in the schema files of Arrow (format/{File,Schema,Message}.fbs). */
const FOOTER = { schema: 1, dictionaries: 2, recordBatches: 3, customMetadata: 4 } as const;
const SCHEMA = { fields: 1, customMetadata: 2 } as const;
const FIELD = { children: 5, customMetadata: 6 } as const;
const MESSAGE = { headerType: 1, header: 2, bodyLength: 3, customMetadata: 4 } as const;
const HEADER_TYPE = { dictionaryBatch: 2, recordBatch: 3 } as const;
const DICTIONARY_BATCH = { data: 1 } as const;
const RECORD_BATCH = { length: 0, nodes: 1, buffers: 2, compression: 3, variadicCounts: 4 } as const;

const DAMAGED = failed('damaged-file', 'its Arrow headers contradict its bytes: download it again');

/** Null when nothing in the headers leads out of the file or claims more than a candle file may hold. */
export function findArrowFault(bytes: Buffer): Failure | null {
  if (bytes.length < 2 * TAIL_BYTES || bytes.toString('latin1', bytes.length - MAGIC.length) !== MAGIC) {
    return failed('damaged-file', `it ends early, after ${bytes.length} bytes: download it again`);
  }
  try {
    return walk(bytes);
  } catch (error) {
    if (error instanceof RangeError) return DAMAGED;
    throw error;
  }
}

function walk(bytes: Buffer): Failure | null {
  const footerLength = bytes.readInt32LE(bytes.length - TAIL_BYTES);
  const footer = rootOf(viewOf(bytes, bytes.length - TAIL_BYTES - footerLength, footerLength));
  vectorOf(footer, FOOTER.customMetadata, REFERENCE_BYTES);
  const fields = checkSchema(tableOf(footer, FOOTER.schema));
  if (fields === null) return failed('not-candles', 'it holds nested columns, which no candle file does');

  let unpackedBytes = 0;
  for (const slot of [FOOTER.dictionaries, FOOTER.recordBatches]) {
    for (const block of entriesOf(vectorOf(footer, slot, BLOCK_BYTES), BLOCK_BYTES)) {
      const message = messageAt(bytes, int64(footer.view, block));
      const isDictionary = slot === FOOTER.dictionaries;
      // The package would look for the next record batch for ever.
      const expected = isDictionary ? HEADER_TYPE.dictionaryBatch : HEADER_TYPE.recordBatch;
      if (message.type !== expected) throw new RangeError('a message of another kind');
      const header = tableOf(message.root, MESSAGE.header);
      const batch = isDictionary ? tableOf(header, DICTIONARY_BATCH.data) : header;
      unpackedBytes += checkBatch(batch, message.body, isDictionary ? 1 : fields);
      if (unpackedBytes > LARGEST_FILE_BYTES) return failed('too-large', `unpacked, ${TOO_LARGE}`);
    }
  }
  return null;
}

/** The number of columns; null when one is made of others. */
function checkSchema(schema: Table): number | null {
  vectorOf(schema, SCHEMA.customMetadata, REFERENCE_BYTES);
  const fields = vectorOf(schema, SCHEMA.fields, REFERENCE_BYTES);
  for (const entry of entriesOf(fields, REFERENCE_BYTES)) {
    const field = { view: schema.view, at: entry + schema.view.getUint32(entry, true) };
    vectorOf(field, FIELD.customMetadata, REFERENCE_BYTES);
    if (vectorOf(field, FIELD.children, REFERENCE_BYTES).length > 0) return null;
  }
  return fields.length;
}

interface Message {
  readonly root: Table;
  readonly type: number;
  /** The bytes behind the header. */
  readonly body: DataView;
}

function messageAt(bytes: Buffer, offset: number): Message {
  const start = viewOf(bytes, offset, 8);
  // Before Arrow 0.15 there was no marker in front of the length.
  const hasMarker = start.getInt32(0, true) === -1;
  const headerLength = start.getInt32(hasMarker ? 4 : 0, true);
  const headerAt = offset + (hasMarker ? 8 : 4);
  const root = rootOf(viewOf(bytes, headerAt, headerLength));
  vectorOf(root, MESSAGE.customMetadata, REFERENCE_BYTES);
  const typeAt = fieldAt(root, MESSAGE.headerType);
  const lengthAt = fieldAt(root, MESSAGE.bodyLength);
  const bodyLength = lengthAt === null ? 0 : int64(root.view, lengthAt);
  return {
    root,
    type: typeAt === null ? 0 : root.view.getUint8(typeAt),
    body: viewOf(bytes, headerAt + headerLength, bodyLength),
  };
}

/** The bytes that the batch says it unpacks to. @throws RangeError */
function checkBatch(batch: Table, body: DataView, columns: number): number {
  const lengthAt = fieldAt(batch, RECORD_BATCH.length);
  const rows = lengthAt === null ? 0 : int64(batch.view, lengthAt);
  const nodes = vectorOf(batch, RECORD_BATCH.nodes, NODE_BYTES);
  if (nodes.length !== columns) throw new RangeError('columns without data');
  for (const node of entriesOf(nodes, NODE_BYTES)) {
    const nulls = int64(batch.view, node + 8);
    if (int64(batch.view, node) !== rows || nulls > rows) throw new RangeError('columns of unequal length');
  }
  const isPacked = fieldAt(batch, RECORD_BATCH.compression) !== null;
  const buffers = vectorOf(batch, RECORD_BATCH.buffers, BUFFER_BYTES);
  for (const count of entriesOf(vectorOf(batch, RECORD_BATCH.variadicCounts, 8), 8)) {
    if (int64(batch.view, count) > buffers.length) throw new RangeError('columns without data');
  }
  let unpackedBytes = 0;
  for (const entry of entriesOf(buffers, BUFFER_BYTES)) {
    const from = int64(batch.view, entry);
    const length = int64(batch.view, entry + 8);
    if (from + length > body.byteLength) throw new RangeError('data beyond the file');
    if (length === 0) continue;
    // A length of -1 in front of a buffer says that it is not packed after all.
    const isPlain = !isPacked || body.getBigInt64(from, true) === -1n;
    unpackedBytes += isPlain ? length : int64(body, from);
  }
  return unpackedBytes;
}

/** @throws RangeError when the file has not these bytes */
function viewOf(bytes: Buffer, from: number, length: number): DataView {
  if (from < 0 || length < 0 || from + length > bytes.length) throw new RangeError('outside of the file');
  return new DataView(bytes.buffer, bytes.byteOffset + from, length);
}

function rootOf(view: DataView): Table {
  return { view, at: view.getUint32(0, true) };
}

/** Where the value of a table's field stands; null when it has its default. */
function fieldAt({ view, at }: Table, slot: number): number | null {
  const fields = at - view.getInt32(at, true);
  const entry = 4 + 2 * slot;
  const offset = entry < view.getUint16(fields, true) ? view.getUint16(fields + entry, true) : 0;
  return offset === 0 ? null : at + offset;
}

function tableOf(table: Table, slot: number): Table {
  const at = fieldAt(table, slot);
  if (at === null) throw new RangeError('a part is missing');
  return { view: table.view, at: at + table.view.getUint32(at, true) };
}

/** @throws RangeError when its entries do not fit */
function vectorOf(table: Table, slot: number, entryBytes: number): Vector {
  const { view } = table;
  const reference = fieldAt(table, slot);
  if (reference === null) return { view, at: 0, length: 0 };
  const start = reference + view.getUint32(reference, true);
  const length = view.getUint32(start, true);
  if (start + 4 + length * entryBytes > view.byteLength) throw new RangeError('a list leads out of its header');
  return { view, at: start + 4, length };
}

function entriesOf({ at, length }: Vector, entryBytes: number): readonly number[] {
  return Array.from({ length }, (_, i) => at + i * entryBytes);
}

/** @throws RangeError when it is negative */
function int64(view: DataView, at: number): number {
  const value = Number(view.getBigInt64(at, true));
  if (value < 0) throw new RangeError('a negative length');
  return value;
}
