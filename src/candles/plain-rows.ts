/**
 * Candle rows straight from bytes into columns, for the files that machines write: a JSON list of rows that differ in their
 * numbers only. The text between the numbers is learned from the first row and must be the same in every other one; for any
 * other file the answer is null, and JSON.parse reads it.
 */

/** Rows of six numbers. */
export interface PlainRows {
  /** Of rows that are objects, in the order of `columns`; null for rows that are arrays. */
  readonly keys: readonly string[] | null;
  /** In the file's order; whoever asked may keep them. */
  readonly columns: readonly [Column, Column, Column, Column, Column, Column];
}

type Column = Float64Array<ArrayBuffer>;

const VALUES = 6;
/** A row of a candle is shorter, however it is indented. */
const LONGEST_ROW = 1024;

const ZERO = 0x30;
const POINT = 0x2e;
const UPPER_E = 0x45;
const LOWER_E = 0x65;
/** Digits whose value an int32 holds. */
const HALF = 9;
/** Below it every whole number is a double. */
const EXACT = 2 ** 53;
const POWERS = Float64Array.from({ length: HALF + 1 }, (_, exponent) => 10 ** exponent);
const NUMBER_BYTES = Buffer.from('+-.0123456789Ee');
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What every row of a file has in common. */
interface Template {
  readonly keys: readonly string[] | null;
  /** What stands before the first number of the file. */
  readonly head: Uint8Array;
  /** Behind each number of a row what stands before the next one; behind the last one what leads to the next row. */
  readonly gaps: Uint8Array;
  /** The same, to be compared in fours. */
  readonly gapWords: DataView;
  /** Where in `gaps` each of them begins, and where the last one ends. */
  readonly offsets: Int32Array;
  /** What closes a row, behind its last number. */
  readonly tail: Uint8Array;
}

/** Columns one behind the other, as long as the longest file so far needs them: the numbers are copied out of it. */
let scratch = new Float64Array(0);
/** Of the file before: files of one folder have one writer. */
let latest: Template | null = null;

/** Null for a file of another form, which is no fault of it. */
export function plainRows(bytes: Buffer): PlainRows | null {
  const known = latest === null ? null : rowsBy(latest, bytes);
  if (known !== null) return known;
  latest = templateOf(bytes);
  return latest === null ? null : rowsBy(latest, bytes);
}

function rowsBy(template: Template, bytes: Buffer): PlainRows | null {
  if (!stands(template.head, bytes, 0)) return null;
  // The shortest row has one digit for each number.
  const most = Math.ceil(bytes.length / (template.gaps.length + VALUES)) + 1;
  if (scratch.length < most * VALUES) scratch = new Float64Array(most * VALUES);
  const rows = fill(bytes, template, scratch);
  if (rows === 0) return null;
  const stride = scratch.length / VALUES;
  const column = (index: number): Column => scratch.slice(index * stride, index * stride + rows);
  return { keys: template.keys, columns: [column(0), column(1), column(2), column(3), column(4), column(5)] };
}

/**
 * How many rows there are; 0 when one of them, or the end of the file, is not as the template says. The usual number, a price in
 * decimals, is read here without a call: a whole number below 2^53 divided by an exact power of ten is rounded once, as JSON.parse
 * rounds it. `readOdd` reads all others.
 */
function fill(bytes: Buffer, template: Template, columns: Float64Array): number {
  const { head, gaps, offsets } = template;
  const stride = columns.length / VALUES;
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = head.length;
  for (let row = 0; ; row++) {
    for (let index = 0, slot = row; index < VALUES; index++, slot += stride) {
      const first = at;
      let part = 0;
      let digit = bytes[at]! - ZERO;
      let number = Infinity;
      if (digit >= 0 && digit <= 9) {
        do {
          part = (Math.imul(part, 10) + digit) | 0;
          digit = bytes[++at]! - ZERO;
        } while (digit >= 0 && digit <= 9 && at - first < HALF);
        number = part;
      }
      if (digit >= 0 && digit <= 9) {
        part = 0;
        do {
          part = (Math.imul(part, 10) + digit) | 0;
          digit = bytes[++at]! - ZERO;
        } while (digit >= 0 && digit <= 9 && at - first < 2 * HALF);
        number = number * POWERS[at - first - HALF]! + part;
      }
      if (bytes[first] === ZERO && at - first > 1) number = Infinity;
      if (digit === POINT - ZERO) {
        const behind = ++at;
        part = 0;
        digit = bytes[at]! - ZERO;
        while (digit >= 0 && digit <= 9 && at - behind < HALF) {
          part = (Math.imul(part, 10) + digit) | 0;
          digit = bytes[++at]! - ZERO;
        }
        const power = POWERS[at - behind]!;
        number = at === behind ? Infinity : number * power + part;
        if (number < EXACT) number /= power;
      }
      // A digit that is left is one too many for the way above.
      if (number >= EXACT || (digit >= 0 && digit <= 9) || digit === LOWER_E - ZERO || digit === UPPER_E - ZERO) {
        at = oddEnd(bytes, first);
        number = oddNumber(bytes, first, at);
        if (Number.isNaN(number)) return 0;
      }
      columns[slot] = number;
      const gap = offsets[index]!;
      if (offsets[index + 1]! - gap === 1 && bytes[at] === gaps[gap]) at++;
      else {
        const next = behindGap(bytes, words, at, template, index);
        if (next === 0) return index === VALUES - 1 && isEnd(bytes, at, template) ? row + 1 : 0;
        at = next;
      }
    }
  }
}

/** Index behind the gap that follows the number `index` of a row; 0 where something else stands. */
function behindGap(bytes: Buffer, words: DataView, from: number, template: Template, index: number): number {
  const { gaps, gapWords, offsets } = template;
  let gap = offsets[index]!;
  let at = from;
  const next = offsets[index + 1]!;
  if (at + next - gap > bytes.length) return 0;
  for (; gap + 4 <= next && words.getInt32(at) === gapWords.getInt32(gap); gap += 4) at += 4;
  for (; gap < next && bytes[at] === gaps[gap]; gap++) at++;
  return gap === next ? at : 0;
}

/** Index behind all that may belong to a number. */
function oddEnd(bytes: Uint8Array, first: number): number {
  let at = first;
  while (at < bytes.length && NUMBER_BYTES.includes(bytes[at]!)) at++;
  return at;
}

/** NaN for what JSON does not take for a number. */
function oddNumber(bytes: Uint8Array, first: number, end: number): number {
  const text = String.fromCharCode(...bytes.subarray(first, Math.min(end, first + LONGEST_ROW)));
  return JSON_NUMBER.test(text) ? Number(text) : Number.NaN;
}

function stands(part: Uint8Array, bytes: Uint8Array, at: number): boolean {
  return part.every((byte, i) => byte === bytes[at + i]);
}

/** Nothing but the end of the row and of the list. */
function isEnd(bytes: Uint8Array, at: number, { tail }: Template): boolean {
  const close = behindSpace(bytes, at + tail.length);
  return stands(tail, bytes, at) && bytes[close] === CLOSE_LIST && behindSpace(bytes, close + 1) === bytes.length;
}

/** JSON knows four kinds of white space. */
function behindSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return at;
}

function templateOf(bytes: Buffer): Template | null {
  const list = behindSpace(bytes, 0);
  const start = behindSpace(bytes, list + 1);
  const isObject = bytes[start] === OPEN_OBJECT;
  if (bytes[list] !== OPEN_LIST || (!isObject && bytes[start] !== OPEN_LIST)) return null;
  const close = bytes.subarray(start, start + LONGEST_ROW).indexOf(isObject ? CLOSE_OBJECT : CLOSE_LIST);
  if (close === -1) return null;
  const end = start + close + 1;
  const text = bytes.toString('latin1', start, end);
  const keys = keysOf(text);
  const spans = keys === undefined ? [] : numbersIn(text);
  if (keys === undefined || spans.length !== VALUES) return null;
  const second = behindSpace(bytes, end);
  const next = bytes[second] === 0x2c ? behindSpace(bytes, second + 1) : end;
  const between = (from: number, to: number): Uint8Array => bytes.subarray(start + from, start + to);
  const tail = Buffer.from(bytes.subarray(start + spans.at(-1)!.end, end));
  const toNextRow = Buffer.concat([tail, bytes.subarray(end, next), between(0, spans[0]!.start)]);
  const gaps = [...spans.slice(1).map((span, index) => between(spans[index]!.end, span.start)), toNextRow];
  const offsets = Int32Array.from({ length: VALUES + 1 }, (_, index) =>
    gaps.slice(0, index).reduce((sum, gap) => sum + gap.length, 0),
  );
  const head = Buffer.from(bytes.subarray(0, start + spans[0]!.start));
  const all = Buffer.concat(gaps);
  const gapWords = new DataView(all.buffer, all.byteOffset, all.length);
  return { keys, head, gaps: all, gapWords, offsets, tail };
}

/** Of a row of six plain numbers: its keys, or null when it is an array; undefined for every other row. */
function keysOf(row: string): readonly string[] | null | undefined {
  // Escapes, and letters beyond ASCII, could hide what a key is.
  if (/[^\x20-\x7e\s]|\\/.test(row)) return undefined;
  try {
    const value: unknown = JSON.parse(row);
    if (typeof value !== 'object' || value === null) return undefined;
    const numbers = Object.values(value);
    if (numbers.length !== VALUES || !numbers.every((number) => typeof number === 'number')) return undefined;
    return Array.isArray(value) ? null : Object.keys(value);
  } catch {
    // No row that JSON.parse takes: it will say of the whole file what is wrong.
    return undefined;
  }
}

/** Where the numbers outside of quotes stand. A key that occurs twice makes more than the row has values. */
function numbersIn(row: string): readonly { readonly start: number; readonly end: number }[] {
  return [...row.matchAll(/"[^"]*"|[-+.\dEe]+/g)]
    .filter(([token]) => !token.startsWith('"'))
    .map(({ index, 0: token }) => ({ start: index, end: index + token.length }));
}
