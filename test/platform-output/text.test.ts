import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest, displayWidth, escapeControl, formatDuration, formatPrice } from '../../src/platform/text.ts';

describe('escapeControl', () => {
  it('control, bidi and zero-width characters become visible', () => {
    expect(escapeControl('a\u001b[2J\nb\tc\r')).toBe(String.raw`a\u001b[2J\nb\tc\r`);
    expect(escapeControl('\u202eTDSU\u2066\u200b\u2028\u009b')).toBe(String.raw`\u202eTDSU\u2066\u200b\u2028\u009b`);
    expect(escapeControl('\u{e0041}\ud800')).toBe(String.raw`\udb40\udc41\ud800`);
  });

  it('ordinary names of any script stay as they are', () => {
    expect(escapeControl('1000PEPE/USDT:USDT 币安人生 é 🚀 C:\\data')).toBe(
      '1000PEPE/USDT:USDT 币安人生 é 🚀 C:\\data',
    );
  });

  it('JSON text stays JSON of the same value and has no unprintable character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = escapeControl(JSON.stringify({ [text]: text }));
        expect(JSON.parse(json)).toEqual({ [text]: text });
        expect(/[\p{Cc}\p{Cf}]/u.test(json)).toBe(false);
      }),
    );
  });
});

describe('displayWidth', () => {
  it('counts columns: two for wide characters, none for combining marks', () => {
    expect(displayWidth('BTC')).toBe(3);
    expect(displayWidth('币安')).toBe(4);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(displayWidth('🚀')).toBe(2);
  });
});

describe('closest', () => {
  const known = ['trend-breakout', 'crowding-reversal', 'squeeze-break'];

  it.each([
    ['trend-brekout', 'trend-breakout'],
    ['TREND-BREAKOUT', 'trend-breakout'],
    ['sqeueze-break', 'squeeze-break'],
    ['crowding', null],
    ['xyz', null],
    ['', null],
  ])('%s is %s', (word, expected) => {
    expect(closest(word, known)).toBe(expected);
  });

  it('the nearest wins, the first among equals', () => {
    expect(closest('cat', ['bat', 'cap', 'cat'])).toBe('cat');
    expect(closest('cat', ['bat', 'cap'])).toBe('bat');
    expect(closest('cat', [])).toBeNull();
  });

  it('a swap of neighbours is one edit', () => {
    expect(closest('teh', ['the'])).toBe('the');
    expect(closest('het', ['the'])).toBeNull();
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [0.4, '0 ms'],
    [850, '850 ms'],
    [999.6, '1 s'],
    [4_200, '4.2 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min'],
    [200_000, '3 min 20 s'],
    [3_599_499, '59 min 59 s'],
    [3_599_500, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_399_999, '1 d'],
    [273_600_000, '3 d 4 h'],
    [-90_000, '-1 min 30 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatPrice', () => {
  it.each([
    [92_951, '92951'],
    [1_234_567.8, '1234568'],
    [92_951.456, '92951.5'],
    [0.000_012_345_6, '0.0000123456'],
    [1e-9, '0.000000001'],
    [2.5, '2.5'],
    [100, '100'],
    [9.999_999_9, '10'],
    [-0.05, '-0.05'],
    [0, '0'],
    [1e20, '100000000000000000000'],
  ])('%d is %s', (price, text) => {
    expect(formatPrice(price)).toBe(text);
  });

  it('is never off by more than half of the sixth digit and never has an exponent', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e9, noNaN: true }), (price) => {
        const text = formatPrice(price);
        expect(text).toMatch(/^\d+(\.\d*[1-9])?$/);
        expect(Math.abs(Number(text) - price)).toBeLessThanOrEqual(Math.max(price * 5.1e-6, 0));
      }),
    );
  });
});
