/** Numbers as text: exact to the last bit, and short where they are decimals of few digits, as those of the API are. */
import { isInRange } from '../core/range.ts';

/**
 * `words` is base64 of whole numbers of 2, 4 or 6 bytes, little-endian, in two's complement; each is a value times 10^decimals. Of 8
 * bytes, it is the doubles themselves.
 */
export interface PackedColumn {
  readonly bytes: 2 | 4 | 6 | 8;
  readonly decimals: number;
  readonly words: string;
}

/** False for what is no packed column, whatever it is. */
export function isPackedColumn(value: unknown): value is PackedColumn {
  if (typeof value !== 'object' || value === null) return false;
  const { bytes, decimals, words } = value as Partial<Record<keyof PackedColumn, unknown>>;
  return (
    (bytes === 2 || bytes === 4 || bytes === 6 || bytes === 8) &&
    typeof decimals === 'number' &&
    Number.isInteger(decimals) &&
    decimals >= 0 &&
    decimals <= LARGEST_POWER &&
    typeof words === 'string'
  );
}

const WIDTHS = [2, 4, 6] as const;
const MOST_DECIMALS = 12;
/** Beyond this a power of ten is no exact double. */
const LARGEST_POWER = 15;
/** Of the words that a number of six bytes is made of. */
const BASE = 2 ** 16;

export function packColumn(values: Float64Array): PackedColumn {
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals += 1) {
    const power = 10 ** decimals;
    const most = mostOf(values, power);
    if (most === null) continue;
    const bytes = WIDTHS.find((width) => most < 2 ** (8 * width - 1));
    if (bytes === undefined) break;
    return { bytes, decimals, words: base64Of(wordsOf(values, power, bytes / 2)) };
  }
  return { bytes: 8, decimals: 0, words: base64Of(values) };
}

/** Where text is decoded, one column after the other: a buffer for each of thousands would be more work than the decoding. */
export class Scratch {
  #bytes = Buffer.allocUnsafeSlow(2 ** 14);

  /** The bytes that `text` stands for; valid until the next call. They begin where numbers of any size may. */
  decode(text: string): { readonly buffer: ArrayBuffer; readonly length: number } {
    if (text.length > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(2 * text.length);
    const length = this.#bytes.write(text, 'base64');
    return { buffer: this.#bytes.buffer, length };
  }
}

/** Null when the text is no packed column of numbers in range. */
export function unpackColumn({ bytes, decimals, words }: PackedColumn, scratch = new Scratch()): Float64Array | null {
  const { buffer, length } = scratch.decode(words);
  if (length % bytes !== 0) return null;
  const count = length / bytes;
  if (bytes === 8) {
    const values = new Float64Array(buffer.slice(0, length));
    return values.every(isInRange) ? values : null;
  }
  const power = 10 ** decimals;
  if (bytes === 6) return valuesOfThree(new Uint16Array(buffer, 0, 3 * count), power);
  return valuesOf(bytes === 2 ? new Int16Array(buffer, 0, count) : new Int32Array(buffer, 0, count), power);
}

function valuesOf(wholes: Int16Array | Int32Array, power: number): Float64Array {
  const values = new Float64Array(wholes.length);
  for (let i = 0; i < values.length; i += 1) values[i] = wholes[i]! / power;
  return values;
}

/** Of whole numbers of three words each. */
function valuesOfThree(words: Uint16Array, power: number): Float64Array {
  const values = new Float64Array(words.length / 3);
  for (let i = 0, at = 0; i < values.length; i += 1, at += 3) {
    const high = (words[at + 2]! << 16) >> 16;
    values[i] = ((high * BASE + words[at + 1]!) * BASE + words[at]!) / power;
  }
  return values;
}

/** The largest of the whole numbers, as a magnitude; null when some value is none times 1/power. */
function mostOf(values: Float64Array, power: number): number | null {
  let most = 0;
  for (const value of values) {
    const whole = Math.round(value * power);
    // A whole number has no negative zero.
    if (whole / power !== value || Object.is(whole, -0)) return null;
    most = Math.max(most, Math.abs(whole));
  }
  return most;
}

function wordsOf(values: Float64Array, power: number, count: number): Uint16Array {
  const words = new Uint16Array(values.length * count);
  for (const [i, value] of values.entries()) {
    let rest = Math.round(value * power);
    for (let word = 0; word < count; word += 1) {
      words[i * count + word] = ((rest % BASE) + BASE) % BASE;
      rest = Math.floor(rest / BASE);
    }
  }
  return words;
}

function base64Of(column: Float64Array | Uint16Array): string {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('base64');
}
