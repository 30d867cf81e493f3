/** LZ4 frames (github.com/lz4/lz4, doc/lz4_Frame_format.md): walked and measured here, unpacked by lz4js block by block. */

export class Lz4Error extends Error {}

type UnpackBlock = (source: Uint8Array, target: Uint8Array, from: number, length: number, to: number) => number;

interface Block {
  readonly from: number;
  readonly length: number;
  readonly packed: boolean;
}

const MAGIC = 0x184d2204;
const NO_PACKING = 0x8000_0000;

/** Loads the optional package lz4js; rejects when it is not installed. */
export async function loadLz4(): Promise<(frame: Uint8Array, largest: number) => Uint8Array> {
  const { decompressBlock } = await import('lz4js');
  return (frame, largest) => unpackFrame(frame, largest, decompressBlock);
}

/**
 * Everything is measured before anything is allocated, because the package checks no bounds. Checksums are not compared: the
 * Arrow writers write none.
 *
 * @throws Lz4Error when the frame is damaged or unpacks to more than `largest` bytes
 */
function unpackFrame(frame: Uint8Array, largest: number, unpackBlock: UnpackBlock): Uint8Array {
  const blocks = readBlocks(frame);
  let size = 0;
  for (const block of blocks) {
    size += block.packed ? measureBlock(frame, block, size) : block.length;
    if (size > largest) throw new Lz4Error('unpacks to more than it may');
  }
  const target = new Uint8Array(size);
  let to = 0;
  for (const { from, length, packed } of blocks) {
    if (packed) {
      to = unpackBlock(frame, target, from, length, to);
    } else {
      target.set(frame.subarray(from, from + length), to);
      to += length;
    }
  }
  return target;
}

function readBlocks(frame: Uint8Array): readonly Block[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 11 || view.getUint32(0, true) !== MAGIC) throw new Lz4Error('is no LZ4 frame');
  const flags = frame[4]!;
  if (flags >> 6 !== 1) throw new Lz4Error('is of an unknown LZ4 version');
  const hasBlockChecksums = (flags & 0x10) !== 0;
  // Magic, flags, block size, header checksum; content size and dictionary id when flagged.
  let at = 7 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0);
  const blocks: Block[] = [];
  for (;;) {
    if (at + 4 > frame.length) throw new Lz4Error('ends early');
    const word = view.getUint32(at, true);
    if (word === 0) return blocks;
    const length = word % NO_PACKING;
    const from = at + 4;
    at = from + length + (hasBlockChecksums ? 4 : 0);
    if (at > frame.length) throw new Lz4Error('ends early');
    blocks.push({ from, length, packed: word < NO_PACKING });
  }
}

/** Bytes that the block unpacks to, of which `before` bytes lie before it and may be copied from. */
function measureBlock(source: Uint8Array, { from, length }: Block, before: number): number {
  const end = from + length;
  let at = from;
  let size = 0;
  const extended = (nibble: number): number => {
    let count = nibble;
    if (nibble < 15) return count;
    for (;;) {
      if (at >= end) throw new Lz4Error('is damaged');
      const byte = source[at++]!;
      count += byte;
      if (byte < 255) return count;
    }
  };
  while (at < end) {
    const token = source[at++]!;
    const literals = extended(token >> 4);
    at += literals;
    size += literals;
    // The last sequence has literals only.
    if (at === end) return size;
    if (at + 2 > end) throw new Lz4Error('is damaged');
    const distance = source[at]! | (source[at + 1]! << 8);
    at += 2;
    if (distance === 0 || distance > before + size) throw new Lz4Error('is damaged');
    size += extended(token & 15) + 4;
  }
  throw new Lz4Error('is damaged');
}
