/** What all rows of a candle file have in common: everything but their numbers, learned from the first row. */

/** Numbers of a row. */
export const VALUES = 6;
/** A row of a candle is shorter, however it is indented. */
const LONGEST_ROW = 1024;

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;

/** No byte of it is 0 or beyond ASCII. */
export interface Template {
  /** Of rows that are objects; null for rows that are arrays. */
  readonly keys: readonly string[] | null;
  /** What stands before the first number of the file. */
  readonly head: Uint8Array;
  /** Behind each number of a row what stands before the next one; behind the last one what leads to the next row. */
  readonly gaps: DataView;
  /** Where in `gaps` each of them begins, and where the last one ends. */
  readonly offsets: Int32Array;
  /** Of a gap that is one byte this byte, as it differs from `0`; -1 for longer ones. */
  readonly separators: Int32Array;
  /** What closes a row, behind its last number. */
  readonly tail: Uint8Array;
}

/** Null when the file does not begin like a list of rows with six numbers each. */
export function templateOf(bytes: Buffer): Template | null {
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
  // A row that is the only one says nothing of what leads to the next; without a comma, nothing does.
  const toNext = bytes[second] === COMMA ? bytes.subarray(end, behindSpace(bytes, second + 1)) : Uint8Array.of(COMMA);
  const between = (from: number, to: number): Uint8Array => bytes.subarray(start + from, start + to);
  const tail = Buffer.from(between(spans.at(-1)!.end, text.length));
  const toNextRow = Buffer.concat([tail, toNext, between(0, spans[0]!.start)]);
  const gaps = [...spans.slice(1).map((span, index) => between(spans[index]!.end, span.start)), toNextRow];
  const head = Buffer.from(bytes.subarray(0, start + spans[0]!.start));
  return { keys, head, tail, ...joined(gaps) };
}

function joined(gaps: readonly Uint8Array[]): Pick<Template, 'gaps' | 'offsets' | 'separators'> {
  const all = Buffer.concat(gaps);
  const offsets = Int32Array.from({ length: gaps.length + 1 }, (_, index) =>
    gaps.slice(0, index).reduce((sum, gap) => sum + gap.length, 0),
  );
  const separators = Int32Array.from(gaps, (gap) => (gap.length === 1 ? gap[0]! ^ 0x30 : -1));
  return { gaps: new DataView(all.buffer, all.byteOffset, all.length), offsets, separators };
}

/** Of a row of six plain numbers: its keys, or null when it is an array; undefined for every other row. */
function keysOf(row: string): readonly string[] | null | undefined {
  // Escapes, and letters beyond ASCII, could hide what a key is.
  if (/[^\t\n\r\x20-\x7e]|\\/.test(row)) return undefined;
  try {
    const value: unknown = JSON.parse(row);
    if (typeof value !== 'object' || value === null) return undefined;
    const numbers = Object.values(value);
    if (numbers.length !== VALUES || !numbers.every((number) => typeof number === 'number')) return undefined;
    // Not `Object.keys`, which tells whole numbers first: all that stands in quotes is a key.
    return Array.isArray(value) ? null : Array.from(row.matchAll(/"([^"]*)"/g), ([, key]) => key!);
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

/** Nothing but the end of the row and of the list. */
export function isEnd(bytes: Uint8Array, at: number, { tail }: Template): boolean {
  const close = behindSpace(bytes, at + tail.length);
  return stands(tail, bytes, at) && bytes[close] === CLOSE_LIST && behindSpace(bytes, close + 1) === bytes.length;
}

export function stands(part: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < part.length; i++) if (part[i] !== bytes[at + i]) return false;
  return true;
}

/** JSON knows four kinds of white space. */
function behindSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return at;
}
