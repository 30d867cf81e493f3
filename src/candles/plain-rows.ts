/**
 * Candle rows straight from bytes into columns, for the files that machines write: a JSON list of rows that differ in their
 * numbers only. The text between the numbers is learned from the first row and must be the same in every other one; for any
 * other file the answer is null, and JSON.parse reads it.
 */
import { END_BYTES } from './bytes.ts';
import { isEnd, stands, templateOf, VALUES, type Template } from './plain-template.ts';

/** Rows of six numbers. */
export interface PlainRows {
  /** Of rows that are objects, in the order of `columns`; null for rows that are arrays. */
  readonly keys: readonly string[] | null;
  /** In the file's order. They stand in memory that the next file is read into: what has to last is copied. */
  readonly columns: readonly [Column, Column, Column, Column, Column, Column];
}

type Column = Float64Array<ArrayBuffer>;
type Columns = PlainRows['columns'];

/** Below it every whole number is a double. */
const EXACT = 2 ** 53;
/** Ten to this is the greatest power that is a double. */
const MOST_DECIMALS = 22;
const POWERS = Float64Array.from({ length: MOST_DECIMALS + 1 }, (_, exponent) => 10 ** exponent);
const LONGEST_NUMBER = 1024;
const NUMBER_BYTES = Buffer.from('+-.0123456789Ee');
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** What makes digits their values in each byte of a word, and a point this: */
const ZEROS = 0x30303030;
const POINT = 0x2e ^ 0x30;
/** Added to a byte above 9, and to no digit, it reaches the byte's highest bit. */
const BEYOND_NINE = 0x76767676;
const HIGHEST_BITS = 0x80808080;

/** Of the longest file whose `scratch` is used again: a rare one of 64 MiB would hold on to 200. */
const ROWS_KEPT = 50_000;
/** Files of one folder have a few lengths; more views than this are let go. */
const VIEWS_KEPT = 64;
/** Columns one behind the other, as long as the longest file so far needs them. */
let scratch = new Float64Array(0);
/** The first rows of each column, by their number: making six views costs as much as reading forty rows. */
const views = new Map<number, Columns>();
/** Of the file before: files of one folder have one writer. */
let latest: Template | null = null;

/**
 * Numbers of every length, and some that are not plain. V8 compiles the loop below while the first files are read, for what it has
 * met until then; what it meets later makes it begin anew. Having met all of this, it compiles once: a sixth of the time that a
 * thousand files take.
 */
const SPECIMEN = Buffer.from(
  '[[1700000000000,1.5,22.25,333.125,4444.0625,0.00031],[1700003600000,12345,0,0.5,1234567.12345678,99999.1],' +
    '[1700007200000,12,123,1234,12345.678912,1e3],[1700010800000,-1,123,1234.123,12345,1]]',
);
let hasMetSpecimen = false;

/** Null for a file of another form, which is no fault of it. */
export function plainRows(bytes: Buffer): PlainRows | null {
  if (!hasMetSpecimen) {
    hasMetSpecimen = true;
    for (let i = 0; i < 3; i++) plainRows(SPECIMEN);
  }
  const words = wordsOf(bytes);
  const known = latest === null ? null : rowsBy(latest, bytes, words);
  if (known !== null) return known;
  latest = templateOf(bytes);
  return latest === null ? null : rowsBy(latest, bytes, words);
}

/** The bytes and what stands behind them, a zero first: no number and no gap goes on there, so that no word is read beyond. */
function wordsOf(bytes: Buffer): DataView {
  const { buffer, byteOffset, length } = bytes;
  if (byteOffset + length + END_BYTES <= buffer.byteLength) {
    const words = new DataView(buffer, byteOffset, length + END_BYTES);
    if (words.getUint8(length) === 0) return words;
  }
  // Longer than the bytes, it ends in zeros.
  const copy = Buffer.concat([bytes], length + END_BYTES);
  return new DataView(copy.buffer, copy.byteOffset, copy.length);
}

function rowsBy(template: Template, bytes: Buffer, words: DataView): PlainRows | null {
  if (!stands(template.head, bytes, 0)) return null;
  // The shortest row has one digit for each number.
  const most = Math.ceil(bytes.length / (template.gaps.byteLength + VALUES)) + 1;
  if (scratch.length < most * VALUES) useScratch(most * VALUES);
  const rows = fill(bytes, words, template, scratch);
  const columns = rows === 0 ? null : viewOf(rows);
  if (scratch.length > VALUES * ROWS_KEPT) useScratch(0);
  return columns === null ? null : { keys: template.keys, columns };
}

function useScratch(length: number): void {
  scratch = new Float64Array(length);
  views.clear();
}

function viewOf(rows: number): Columns {
  const known = views.get(rows);
  if (known !== undefined) return known;
  const stride = scratch.length / VALUES;
  const column = (index: number): Column => scratch.subarray(index * stride, index * stride + rows);
  const columns: Columns = [column(0), column(1), column(2), column(3), column(4), column(5)];
  if (views.size === VIEWS_KEPT) views.clear();
  views.set(rows, columns);
  return columns;
}

/** True when the next file is read over what `column` holds. */
export function isReadOver(column: Float64Array): boolean {
  return column.buffer === scratch.buffer;
}

/** A number of the file. */
interface Place {
  /** Where in the file it stands. */
  readonly at: number;
  /** Which of its row it is. */
  readonly index: number;
  readonly row: number;
}

/** How many rows there are; 0 when one of them, or the end of the file, is not as the template says. */
function fill(bytes: Buffer, words: DataView, template: Template, columns: Float64Array): number {
  const stride = columns.length / VALUES;
  let place: Place = { at: template.head.length, index: 0, row: 0 };
  for (;;) {
    const { at, index, row, end } = readPlain(words, template, columns, place);
    const isLast = index === VALUES - 1;
    if (end > 0 && isLast && isEnd(bytes, end, template)) return row + 1;
    const oddEnd = endOfOdd(bytes, at);
    const number = oddNumber(bytes, at, oddEnd);
    if (Number.isNaN(number)) return 0;
    columns[index * stride + row] = number;
    const next = behindGap(words, oddEnd, template, index);
    if (next === 0) return isLast && isEnd(bytes, oddEnd, template) ? row + 1 : 0;
    place = { at: next, index: isLast ? 0 : index + 1, row: isLast ? row + 1 : row };
  }
}

interface Stop extends Place {
  /** Index behind the number when it is plain and another gap follows than the template's; 0 when it is not. */
  readonly end: number;
}

/**
 * Reads on until a number is unusual or another gap follows. The usual one, a price in decimals, is taken four digits at a time: a
 * whole number below 2^53 divided by an exact power of ten is rounded once, as JSON.parse rounds it. Nothing is called that V8 does
 * not take into this loop, and `number` is never but a result of arithmetic: either would make it half as fast.
 */
function readPlain(words: DataView, template: Template, columns: Float64Array, from: Place): Stop {
  const { separators } = template;
  const powers = POWERS;
  const last = VALUES - 1;
  const stride = (columns.length / VALUES) | 0;
  let { at, index } = from;
  let slot = index * stride + from.row;
  for (;;) {
    const first = at;
    let word = words.getInt32(at, true) ^ ZEROS;
    let others = othersIn(word);
    // A number begins with a digit; a zero there is followed by none.
    let odd = (word & 0xff) === 0 ? ~others & 0x8000 : others & 0x80;
    let number = 0;
    let behind = 0;
    for (;;) {
      while (others === 0) {
        number = number * 1e4 + fourDigits(word);
        at = (at + 4) | 0;
        word = words.getInt32(at, true) ^ ZEROS;
        others = othersIn(word);
      }
      if ((others & 0x8080) === 0x8000) {
        number = number * 10 + (word & 0xff);
        at = (at + 1) | 0;
        word >>>= 8;
      } else if ((others & 0x808080) === 0x800000) {
        number = number * 100 + fourDigits(word << 16);
        at = (at + 2) | 0;
        word >>>= 16;
      } else if ((others & 0x80) === 0) {
        number = number * 1000 + fourDigits(word << 8);
        at = (at + 3) | 0;
        word >>>= 24;
      }
      if ((word & 0xff) !== POINT || behind !== 0) break;
      behind = at = (at + 1) | 0;
      word = words.getInt32(at, true) ^ ZEROS;
      others = othersIn(word);
    }
    const decimals = behind === 0 ? 0 : (at - behind) | 0;
    if (behind !== 0 && (decimals === 0 || decimals > MOST_DECIMALS)) odd = 1;
    let next = 0;
    if (odd === 0 && number < EXACT) {
      columns[slot] = number / powers[decimals]!;
      next = (word & 0xff) === separators[index] ? (at + 1) | 0 : behindGap(words, at, template, index);
    }
    if (next === 0) {
      const end = odd === 0 && number < EXACT ? at : 0;
      return { at: first, index, row: slot - index * stride, end };
    }
    at = next;
    slot = index === last ? (slot - index * stride + 1) | 0 : (slot + stride) | 0;
    index = index === last ? 0 : (index + 1) | 0;
  }
}

/** Marks each byte of `word` up to the first that is no digit; behind that one marks mean nothing. 0 when all are digits. */
function othersIn(word: number): number {
  return ((word + BEYOND_NINE) | word) & HIGHEST_BITS;
}

/** The number that four digits make, the first in the lowest byte: first as pairs, then the pairs as one. */
function fourDigits(word: number): number {
  return Math.imul((Math.imul(word, 2561) >>> 8) & 0xff00ff, 6553601) >>> 16;
}

/** Index behind the gap that follows the number `index` of a row; 0 where something else stands. */
function behindGap(words: DataView, from: number, { gaps, offsets }: Template, index: number): number {
  const gap = offsets[index]!;
  const size = offsets[index + 1]! - gap;
  let i = 0;
  if (size >= 8) {
    // Eight bytes at once: as doubles, no two texts are equal, and none is NaN.
    for (; i < size - 8; i += 8) if (words.getFloat64(from + i, true) !== gaps.getFloat64(gap + i, true)) return 0;
    return words.getFloat64(from + size - 8, true) === gaps.getFloat64(gap + size - 8, true) ? from + size : 0;
  }
  for (; i < size; i++) if (words.getUint8(from + i) !== gaps.getUint8(gap + i)) return 0;
  return from + size;
}

/** Index behind all that may belong to a number, or behind so much that it is too long for one. */
function endOfOdd(bytes: Uint8Array, first: number): number {
  const most = Math.min(bytes.length, first + LONGEST_NUMBER + 1);
  let at = first;
  while (at < most && NUMBER_BYTES.includes(bytes[at]!)) at++;
  return at;
}

/** NaN for what JSON does not take for a number, and for one so long that its end would have to be cut off. */
function oddNumber(bytes: Uint8Array, first: number, end: number): number {
  if (end - first > LONGEST_NUMBER) return Number.NaN;
  const text = String.fromCharCode(...bytes.subarray(first, end));
  return JSON_NUMBER.test(text) ? Number(text) : Number.NaN;
}
