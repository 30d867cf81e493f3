/**
 * Snappy (github.com/google/snappy, format_description.txt), walked before hyparquet unpacks it: a literal of 2 GiB and more has
 * a negative length there, which leads it backwards through the file, without end in the worst case.
 */

/**
 * Whether `packed` holds elements for exactly `size` bytes and no more.
 * @throws RangeError when not
 */
export function checkSnappy(packed: Uint8Array, size: number): void {
  const start = preamble(packed);
  let { at } = start;
  if (start.value !== size) throw new RangeError('a wrong unpacked size');
  let unpacked = 0;
  while (at < packed.length) {
    const tag = packed[at]!;
    const kind = tag & 3;
    const short = (tag >>> 2) + 1;
    // Bytes behind the tag: of a literal's length, or of a copy's distance.
    const extra = kind === 0 ? Math.max(0, short - LONGEST_SHORT_LITERAL) : COPY_BYTES[kind]!;
    const number = littleEndian(packed, at + 1, extra);
    at += 1 + extra;
    let length = short;
    if (kind === 0) {
      if (extra > 0) length = number + 1;
      at += length;
    } else {
      if (kind === 1) length = ((tag >>> 2) & 7) + 4;
      const distance = kind === 1 ? number + ((tag >>> 5) << 8) : number;
      if (distance === 0 || distance > unpacked) throw new RangeError('a copy from before the beginning');
    }
    unpacked += length;
    if (at > packed.length || unpacked > size) throw new RangeError('more than there is');
  }
  if (unpacked !== size) throw new RangeError('less than announced');
}

/** Longer ones have their length in the bytes behind the tag. */
const LONGEST_SHORT_LITERAL = 60;
const COPY_BYTES = [0, 1, 2, 4];

/** The unpacked size, seven bits a byte. */
function preamble(packed: Uint8Array): { readonly at: number; readonly value: number } {
  let value = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = packed[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { at: at + 1, value };
  }
  throw new RangeError('no unpacked size');
}

function littleEndian(bytes: Uint8Array, from: number, count: number): number {
  if (from + count > bytes.length) throw new RangeError('cut off');
  let value = 0;
  for (let index = count - 1; index >= 0; index -= 1) value = value * 256 + bytes[from + index]!;
  return value;
}
