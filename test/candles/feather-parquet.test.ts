import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { feather } from '../../src/candles/formats/feather.ts';
import { loadLz4, Lz4Error } from '../../src/candles/formats/lz4-frame.ts';
import { parquet } from '../../src/candles/formats/parquet.ts';
import { readOne, rows, rowsOf, skipOf } from './support.ts';

/**
 * Nobody's own files: written by pyarrow 25.0.1 with 60 made-up hourly candles, freqtrade.* by pandas with the arguments that
 * Freqtrade gives it (LZ4 at level 9, and the defaults).
 */
function fixture(name: string): Buffer {
  return readFileSync(path.join(import.meta.dirname, 'fixtures', name));
}

const FEATHER = 'binance/futures/BTC_USDT_USDT-1h-futures.feather';
const PARQUET = 'BINANCE_BTCUSDT_1h.parquet';
const nameFor = (file: string): string => (file.endsWith('.feather') ? FEATHER : PARQUET);
const NAMED = { exchange: 'BINANCE', symbol: 'BTCUSDT', timeframe: '1h', spot: false, marked: null } as const;

describe('what pyarrow and pandas write', () => {
  test.each(['freqtrade.feather', 'dictionary-lz4.feather', 'freqtrade.parquet'])('%s', async (file) => {
    const { series, findings } = await readOne(nameFor(file), fixture(file));
    expect(rowsOf(series)).toEqual(rows(60));
    expect(findings).toMatchObject({ rows: 60, notFinite: 0, naiveTimes: 0 });
  });

  test.each(['naive-plain.feather', 'naive-gzip.parquet'])('%s: times without a zone are counted', async (file) => {
    const { series, findings } = await readOne(nameFor(file), fixture(file));
    expect(rowsOf(series)).toEqual(rows(60));
    expect(findings.naiveTimes).toBe(60);
  });

  test.each(['nullable-batches-zstd.feather', 'nullable-groups-zstd-v2.parquet'])(
    '%s: several batches, microseconds of another zone, narrow numbers and one null, which costs its row',
    async (file) => {
      const { series, findings } = await readOne(nameFor(file), fixture(file));
      expect(rowsOf(series)).toEqual(rows(60).filter((_, i) => i !== 7));
      expect(findings).toMatchObject({ rows: 60, notFinite: 1, missing: 1, naiveTimes: 0 });
    },
  );

  test.each(['text-prices.feather', 'text-prices.parquet'])('%s: prices as text are read as in CSV', async (file) => {
    expect(rowsOf((await readOne(nameFor(file), fixture(file))).series)).toEqual(rows(60));
  });

  test('a codec that is not read is named', async () => {
    expect(await skipOf(PARQUET, fixture('lz4.parquet'))).toMatchObject({
      reason: 'unsupported-format',
      detail: expect.stringContaining('LZ4') as string,
    });
  });

  test('bytes that begin at an odd address', async () => {
    for (const file of ['freqtrade.feather', 'naive-plain.feather', 'freqtrade.parquet']) {
      const odd = Buffer.concat([Buffer.from([0]), fixture(file)]).subarray(1);
      const reading = await parse(file, odd);
      expect(reading.ok && reading.series[0]!.rows.close[59], file).toBe(160);
    }
  });
});

function parse(file: string, bytes: Buffer) {
  const source = { bytes, json: () => expect.fail(), text: () => expect.fail(), chosen: false };
  return (file.endsWith('.feather') ? feather : parquet).parse(source, NAMED);
}

describe('lengths and counts that lie', () => {
  // Each of them made one of the packages run for ever or ask for gigabytes.
  test.each(['freqtrade.feather', 'dictionary-lz4.feather', 'freqtrade.parquet', 'nullable-groups-zstd-v2.parquet'])(
    'every word and every byte of %s spoilt: refused, or no more rows than it has',
    async (file) => {
      const bytes = fixture(file);
      const outcomes = new Set<string>();
      const spoil = async (change: (copy: Buffer) => void): Promise<void> => {
        const copy = Buffer.from(bytes);
        change(copy);
        const reading = await parse(file, copy);
        if (reading.ok) expect(reading.series[0]!.rows.length).toBeLessThanOrEqual(60);
        outcomes.add(reading.ok ? 'read' : reading.reason);
      };
      for (let at = 0; at + 4 <= bytes.length; at += 4) await spoil((copy) => copy.writeInt32LE(0x7fff_ffff, at));
      for (let at = 0; at < bytes.length; at += 3) await spoil((copy) => (copy[at] = copy[at]! ^ 0xff));
      expect([...outcomes]).toEqual(expect.arrayContaining(['read', 'damaged-file', 'not-candles']));
    },
  );

  test('a file that unpacks to more than 64 MiB is refused before it is unpacked', async () => {
    const bytes = fixture('nullable-batches-zstd.feather');
    // In front of every packed buffer stands what it unpacks to: here 480 bytes at most.
    const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
    let changed = 0;
    for (let at = bytes.indexOf(magic); at !== -1; at = bytes.indexOf(magic, at + 1)) {
      bytes.writeBigInt64LE(2n ** 33n, at - 8);
      changed++;
    }
    expect(changed).toBeGreaterThan(0);
    expect(await skipOf(FEATHER, bytes)).toMatchObject({ reason: 'too-large' });
  });
});

describe('LZ4 frames', () => {
  const HEADER = [0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0];
  const word = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
  const frame = (...blocks: readonly (readonly number[])[]): Uint8Array =>
    Uint8Array.from([HEADER, ...blocks.flatMap((block) => [word(block.length), block]), word(0)].flat());
  /** One letter, repeated by a copy of 19 + 255 * `more` bytes, and a last one. */
  const repeated = (more: number): number[] => [0x1f, 97, 1, 0, ...Array<number>(more).fill(255), 0, 0x10, 98];

  test('blocks are unpacked, also where one copies from the block before', async () => {
    const unpack = await loadLz4();
    expect(Buffer.from(unpack(frame(repeated(1)), 1000)).toString()).toBe(`${'a'.repeat(275)}b`);
    const copying = [0x00, 1, 0, 0x10, 99];
    expect(Buffer.from(unpack(frame(repeated(0), copying), 1000)).toString()).toBe(`${'a'.repeat(20)}bbbbbc`);
    const stored = Uint8Array.from([...HEADER, ...word(0x8000_0002), 100, 101, ...word(0)]);
    expect(Buffer.from(unpack(stored, 1000)).toString()).toBe('de');
  });

  test('what unpacks to more than it may is refused', async () => {
    const unpack = await loadLz4();
    expect(unpack(frame(repeated(1)), 276)).toHaveLength(276);
    expect(() => unpack(frame(repeated(1)), 275)).toThrow(Lz4Error);
  });

  test('a copy from before the beginning, and a frame cut anywhere, are refused', async () => {
    const unpack = await loadLz4();
    expect(() => unpack(frame([0x1f, 97, 2, 0, 0, 0x10, 98]), 1000)).toThrow(Lz4Error);
    expect(() => unpack(frame([0x1f, 97, 0, 0, 0, 0x10, 98]), 1000)).toThrow(Lz4Error);
    const whole = frame(repeated(3), repeated(1));
    for (let size = 0; size < whole.length; size++) {
      expect(() => unpack(whole.subarray(0, size), 5000), `cut at ${size}`).toThrow(Lz4Error);
    }
  });
});
