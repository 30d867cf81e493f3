/** Numbers as text: exact to the last bit, and short where they are decimals of few digits, as those of the API are. */
import { z } from 'zod';

/**
 * `words` is base64 of whole numbers of 2, 4 or 6 bytes, little-endian, in two's complement; each is a value times 10^decimals. Of 8
 * bytes, it is the doubles themselves.
 */
export const packedColumn = z.object({
  bytes: z.union([z.literal(2), z.literal(4), z.literal(6), z.literal(8)]),
  decimals: z.int().min(0).max(15),
  words: z.string(),
});
export type PackedColumn = z.infer<typeof packedColumn>;

const WIDTHS = [2, 4, 6] as const;
const MOST_DECIMALS = 12;
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

/** Null when the text is no packed column of finite numbers. */
export function unpackColumn({ bytes, decimals, words: text }: PackedColumn): Float64Array | null {
  // Copied, because a Buffer may lie in a pool at an address where no number may begin.
  const content = new Uint8Array(Buffer.from(text, 'base64'));
  if (content.length % bytes !== 0) return null;
  if (bytes === 8) {
    const values = new Float64Array(content.buffer);
    return values.every(Number.isFinite) ? values : null;
  }
  const wholes = bytes === 6 ? wholesOf(new Uint16Array(content.buffer)) : new INTEGERS[bytes](content.buffer);
  const power = 10 ** decimals;
  const values = new Float64Array(wholes.length);
  for (let i = 0; i < values.length; i += 1) values[i] = wholes[i]! / power;
  return values;
}

const INTEGERS = { 2: Int16Array, 4: Int32Array } as const;

/** Of three words each. */
function wholesOf(words: Uint16Array): Float64Array {
  const wholes = new Float64Array(words.length / 3);
  for (let i = 0, at = 0; i < wholes.length; i += 1, at += 3) {
    const high = (words[at + 2]! << 16) >> 16;
    wholes[i] = (high * BASE + words[at + 1]!) * BASE + words[at]!;
  }
  return wholes;
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
