import { snappyUncompress } from 'hyparquet';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { describe, expect, it } from 'vitest';
import { checkSnappy } from '../../src/candles/formats/snappy-check.ts';

/** Repeats itself near and far, with stretches of noise of many lengths. */
function bytes(length: number): Uint8Array {
  let state = 7;
  return Uint8Array.from({ length }, (_, index) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return index % 5_000 < 900 ? state >> 16 : index % 11;
  });
}

const of = (...parts: readonly number[]): Uint8Array => Uint8Array.from(parts);

describe('Snappy that is walked before it is unpacked', () => {
  it.each([0, 1, 59, 60, 61, 255, 256, 257, 70_000, 200_000])('%i sound bytes pass', (size) => {
    const packed = snappyCompress(bytes(size));
    expect(() => checkSnappy(packed, size)).not.toThrow();
  });

  it.each([
    ['a literal of 4 GiB, which would lead backwards for ever', of(4, 63 << 2, 0xfa, 0xff, 0xff, 0xff, 1, 2, 3, 4), 4],
    ['a literal longer than the rest', of(4, 3 << 2, 1, 2), 4],
    ['another size than announced', of(4, 3 << 2, 1, 2, 3, 4), 5],
    ['less than announced', of(5, 3 << 2, 1, 2, 3, 4), 5],
    ['more than announced', of(3, 3 << 2, 1, 2, 3, 4), 3],
    ['a copy from before the beginning', of(8, 3 << 2, 1, 2, 3, 4, 1, 5), 8],
    ['a copy from nowhere', of(8, 3 << 2, 1, 2, 3, 4, 1, 0), 8],
    ['a copy cut off', of(8, 3 << 2, 1, 2, 3, 4, 2, 1), 8],
    ['a size without an end', of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 4],
    ['nothing', of(), 0],
  ])('%s is refused', (_, packed, size) => {
    expect(() => checkSnappy(packed, size)).toThrow(RangeError);
  });

  it('whatever passes is unpacked to its last byte', () => {
    const sound = snappyCompress(bytes(3_000));
    let passed = 0;
    for (let round = 0; round < 5_000; round += 1) {
      const packed = Uint8Array.from(sound);
      packed[(round * 7_919) % packed.length] = (round * 31) % 256;
      try {
        checkSnappy(packed, 3_000);
      } catch {
        continue;
      }
      passed += 1;
      expect(() => snappyUncompress(packed, new Uint8Array(3_000))).not.toThrow();
    }
    expect(passed).toBeGreaterThan(250);
    expect(passed).toBeLessThan(5_000);
  });
});
