/** Sound files and ways to spoil their bytes, as a fuzzer of candle files needs them. */
import { gzipSync } from 'node:zlib';
import { WRITERS } from '../candles/writers.ts';
import type { Random } from './random.ts';

export interface FuzzFile {
  /** Names market and timeframe, or leaves them to the content. */
  readonly name: string;
  readonly bytes: Buffer;
}

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const ROWS = Array.from({ length: 12 }, (_, i): [number, number, number, number, number, number] => [
  START + i * HOUR_MS,
  100 + i / 8,
  102.5 + i,
  99 - i / 16,
  101 + i / 4,
  10 + i,
]);

/** Formats that unpack tables take a hundred times longer to read: they get a tenth. */
const SLOW = new Set(['feather', 'parquet']);
const SLOW_SHARE = 0.3;

const SOUND: readonly (FuzzFile & { readonly slow: boolean })[] = Object.entries(WRITERS).map(
  ([id, { name, write }]) => ({ name, bytes: Buffer.from(write(ROWS)), slow: SLOW.has(id) }),
);
const QUICK = SOUND.filter(({ slow }) => !slow);

/** What parsers trip over, in text. */
const TOKENS: readonly string[] = [
  ['null', 'NaN', '-Infinity', 'true', '1e999', '-1', '0', '1e-320', '9007199254740993', '1e308', '0x10', '٣'],
  ['[', ']', '{', '}', ',', ':', '"', '\\', '\n', '\r\n', ';', '\t', '[[', '}]', '[]', '{}', '""', ','.repeat(99)],
  ['"__proto__":', '"constructor":', '"time":', '"data":', '\uFEFF', '\0', '\u202e', '\ud800', '😀', '[[[[[[[[['],
  ['1784707200000', '1784707200', '1784707200000000', '1e30', '2026-01-01T00:00:00Z', '2026-13-41', '1'.repeat(400)],
].flat();

/** What parsers of binary files trip over: lengths, counts and offsets. */
const INTEGERS: readonly number[] = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const splice = (bytes: Buffer, from: number, to: number, middle: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);

function range(bytes: Buffer, random: Random): readonly [number, number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + random.below(random.pick([2, 8, 64, 512])))];
}

function randomBytes(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[random.below(copy.length)]! ^= 1 << random.below(8);
    return copy;
  },
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.from(bytes).fill(random.below(256), from, to);
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.subarray(random.below(bytes.length + 1)),
  (bytes, random) => splice(bytes, ...range(bytes, random), Buffer.alloc(0)),
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return splice(bytes, to, to, bytes.subarray(from, to));
  },
  (bytes, random) => splice(bytes, ...range(bytes, random), randomBytes(random.below(16), random)),
  (bytes, random) => {
    const other = random.pick(SOUND).bytes;
    return splice(bytes, ...range(bytes, random), other.subarray(...range(other, random)));
  },
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    return splice(bytes, at, at, Buffer.from(random.pick(TOKENS)));
  },
  (bytes, random) => replaceNumber(bytes, random),
  (bytes, random) => replaceNumber(bytes, random),
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    const size = random.pick([1, 2, 4]);
    if (copy.length >= size) {
      const value = random.pick(INTEGERS) % 2 ** (8 * size);
      copy.writeUIntLE(value, random.below(copy.length - size + 1), size);
    }
    return copy;
  },
];

/** A number of the text gives way to something that may be none. */
function replaceNumber(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString('latin1');
  const numbers = [...text.matchAll(/\d[\d.]*/g)];
  if (numbers.length === 0) return bytes;
  const { 0: number, index } = random.pick(numbers);
  return splice(bytes, index, index + number.length, Buffer.from(random.pick(TOKENS)));
}

/** The file of one seed: a sound one spoiled up to three times, now and then packed, now and then nothing but noise. */
export function fuzzFile(random: Random): FuzzFile {
  const sound = random.pick(random.next() < SLOW_SHARE ? SOUND : QUICK);
  if (random.next() < 0.02) return { name: sound.name, bytes: randomBytes(random.below(400), random) };
  const packed = random.next() < 0.05;
  let bytes = packed && random.next() < 0.5 ? gzipSync(sound.bytes) : sound.bytes;
  for (let left = 1 + random.below(3); left > 0; left -= 1) bytes = random.pick(MUTATIONS)(bytes, random);
  // Under another's name the bytes meet parsers that are not theirs.
  const name = random.next() < 0.1 ? random.pick(SOUND).name : sound.name;
  return { name, bytes: packed && random.next() < 0.5 ? gzipSync(bytes) : bytes };
}
