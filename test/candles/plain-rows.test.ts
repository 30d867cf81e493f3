import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FORMATS } from '../../src/candles/formats/index.ts';
import type { FormatReading, Source } from '../../src/candles/formats/format.ts';
import { readJson } from '../../src/candles/json.ts';
import { readCandleName, type FileName } from '../../src/candles/names.ts';
import { plainRows } from '../../src/candles/plain-rows.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { asObjects, rows } from './support.ts';

const NAME = readCandleName('/c/BINANCE_BTCUSDT_1h.json');
const named = (NAME as { named: FileName }).named;

/** Any JSON spelling of a number that a writer may choose, and some that only a person would. */
const numberText = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.double({ min: 1e-9, max: 1e9, noNaN: true }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toExponential().replace('e', 'E')),
  fc.double({ min: 1e-12, max: 1e12, noNaN: true }).map((value) => value.toPrecision(17)),
  fc
    .tuple(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 14 }))
    .map(([a, b, n]) => `${a}.${String(b).padStart(n, '0')}`),
  fc.maxSafeNat().map((value) => `1${value}${value}`.slice(0, 19)),
  fc.bigInt({ min: 2n ** 52n, max: 2n ** 64n }).map(String),
  fc.integer().map((value) => `${value}e${value % 330}`),
  // Digits of any number before and behind the point: words of four, and what is left of them.
  fc
    .tuple(fc.stringMatching(/^(?:0|[1-9]\d{0,19})$/), fc.stringMatching(/^(?:\.0{0,25}\d{1,12})?$/))
    .map(([whole, fraction]) => whole + fraction),
  fc.constantFrom(
    '0.0000000000000000000001',
    '0.00000000000000000000001',
    '9007199254740.991',
    '9007199254740.993',
    '-0',
    '0',
    '0.0',
    '-0.0e0',
    '1e999',
    '-1e-999',
    '9007199254740993',
    '0.000000001',
    '5e-324',
    '1e22',
    '1e23',
  ),
);
const numbersText = fc.array(fc.array(numberText, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 8 });
const space = fc.constantFrom('', ' ', '\n', '\r\n', '\t', '\n    ');
const keyOrder = fc.shuffledSubarray(['time', 'open', 'high', 'low', 'close', 'volume'], { minLength: 6 });

function listOf(
  list: readonly (readonly string[])[],
  [a, b, c]: readonly string[],
  keys: readonly string[] | null,
): string {
  const row = (values: readonly string[]): string =>
    keys === null
      ? `[${b}${values.join(`${c},${b}`)}${a}]`
      : `{${b}${values.map((value, i) => `"${keys[i]!}"${c}:${b}${value}`).join(`${a},${b}`)}${a}}`;
  return `${c}[${a}${list.map(row).join(`${c},${a}`)}${b}]${c}`;
}

/** Columns as JSON.parse gives them. */
function parsedColumns(text: string): readonly (readonly number[])[] {
  const parsed = JSON.parse(text) as readonly (readonly number[] | Readonly<Record<string, number>>)[];
  return [0, 1, 2, 3, 4, 5].map((index) => parsed.map((row) => Object.values(row)[index]!));
}

test('every number is bit for bit what JSON.parse makes of it, in arrays and objects, however they are spaced', () => {
  fc.assert(
    fc.property(numbersText, fc.tuple(space, space, space), fc.option(keyOrder), (list, spaces, keys) => {
      const text = listOf(list, spaces, keys);
      const plain = plainRows(Buffer.from(text));
      expect(plain?.keys).toEqual(keys);
      // toEqual tells -0 from 0.
      expect(plain?.columns.map((column) => Array.from(column))).toEqual(parsedColumns(text));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['arrays', JSON.stringify(rows(5))],
  ['objects', JSON.stringify(asObjects(rows(5)), null, 2)],
])('%s cut at any byte are not read, and neither are those with one byte more or another', (_, text) => {
  const whole = Buffer.from(text);
  for (let length = 0; length < whole.length; length++) expect(plainRows(whole.subarray(0, length))).toBeNull();
  for (const more of [',', ']', '1', '}', '\0', '\uFEFF']) expect(plainRows(Buffer.from(text + more))).toBeNull();
  expect(plainRows(Buffer.from(`${text} \n`))).not.toBeNull();
});

test('a file with any one byte changed is read as JSON.parse reads it, or not at all', () => {
  const text = JSON.stringify(asObjects(rows(3)));
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.integer({ min: 0x20, max: 0x7e }), (at, byte) => {
      const changed = Buffer.from(text);
      changed[at] = byte;
      const plain = plainRows(changed);
      if (plain === null) return;
      expect(plain.columns.map((column) => Array.from(column))).toEqual(parsedColumns(changed.toString()));
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ['a number with a leading zero', '[[01,2,3,4,5,6]]'],
  ['a number without digits behind the point', '[[1.,2,3,4,5,6]]'],
  ['a number without digits before the point', '[[.5,2,3,4,5,6]]'],
  ['a plus sign', '[[+1,2,3,4,5,6]]'],
  ['a bare minus', '[[-,2,3,4,5,6]]'],
  ['an exponent without digits', '[[1e,2,3,4,5,6]]'],
  ['two points', '[[1.2.3,2,3,4,5,6]]'],
  ['five numbers', '[[1,2,3,4,5]]'],
  ['seven numbers', '[[1,2,3,4,5,6,7]]'],
  ['a later row of seven', '[[1,2,3,4,5,6],[1,2,3,4,5,6,7]]'],
  ['null', '[[1,2,3,4,5,null]]'],
  ['a number in quotes', '[[1,2,3,4,5,"6"]]'],
  ['no rows', '[]'],
  ['a key twice', '[{"time":1,"time":2,"open":3,"high":4,"low":5,"close":6}]'],
  [
    'another order of keys in a later row',
    '[{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6},{"b":1,"a":2,"c":3,"d":4,"e":5,"f":6}]',
  ],
  ['a comma behind the last row', '[[1,2,3,4,5,6],]'],
  ['a byte order mark', '\uFEFF[[1,2,3,4,5,6]]'],
  ['a key with an escape', '[{"\\u0061":1,"b":2,"c":3,"d":4,"e":5,"f":6}]'],
  ['rows without a comma between them', '[[1,2,3,4,5,6][1,2,3,4,5,6]]'],
  [
    'objects without a comma between them',
    '[{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}]',
  ],
  ['a number whose exponent stands behind a thousand digits', `[[1,2,3,4,5,6],[1,2,3,4,5,6${'0'.repeat(1030)}e-1030]]`],
  ['a thousand digits with a second point behind', `[[1,2,3,4,5,6],[1,2,3,4,5,6.${'0'.repeat(1030)}.1]]`],
])('%s is left to JSON.parse', (_, text) => {
  expect(plainRows(Buffer.from(text))).toBeNull();
});

test('what stands behind the file in its memory is no part of it', () => {
  const text = JSON.stringify(rows(3));
  for (const behind of ['\0'.repeat(64), '1'.repeat(64), `,${text.slice(1)}`, '', '\0'.repeat(15)]) {
    const memory = Buffer.from(new Uint8Array(Buffer.from(text + behind)).buffer);
    expect(plainRows(memory.subarray(0, text.length))?.columns[0]).toHaveLength(3);
    expect(plainRows(memory.subarray(0, text.length - 1))).toBeNull();
    expect(plainRows(memory.subarray(0, text.length - 2))).toBeNull();
  }
});

test('the file before leaves no trace: a comma more or another key is noticed', () => {
  expect(plainRows(Buffer.from('[[1,2,3,4,5,6],[1,2,3,4,5,6]]'))?.columns[0]).toHaveLength(2);
  expect(plainRows(Buffer.from('[[1,2,3,4,5,6],,[1,2,3,4,5,6]]'))).toBeNull();
  expect(plainRows(Buffer.from('[{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}]'))?.keys).toContain('a');
  expect(plainRows(Buffer.from('[{"x":1,"b":2,"c":3,"d":4,"e":5,"f":6}]'))?.keys).toContain('x');
});

test('a file of one row says nothing of what stands between the rows of the next', () => {
  expect(plainRows(Buffer.from('[[1,2,3,4,5,6]]'))?.columns[0]).toHaveLength(1);
  expect(plainRows(Buffer.from('[[1,2,3,4,5,6][7,8,9,10,11,12]]'))).toBeNull();
  expect(plainRows(Buffer.from('[[1,2,3,4,5,6], [7,8,9,10,11,12]]'))?.columns[0]).toHaveLength(2);
});

test('keys stand in the order of their columns, also one that is a number', () => {
  const plain = plainRows(Buffer.from('[{"a":1,"b":2,"7":3,"d":4,"e":5,"f":6}]'));
  expect(plain?.keys).toEqual(['a', 'b', '7', 'd', 'e', 'f']);
  expect(plain?.columns.map(([value]) => value)).toEqual([1, 2, 3, 4, 5, 6]);
});

/** What every format says of the bytes, one after the other, until one takes them. */
async function byParsing(bytes: Buffer): Promise<FormatReading | null> {
  const source: Source = {
    bytes,
    json: () => readJson(bytes),
    text: () => bytes.toString('utf8'),
    chosen: false,
  };
  for (const { content, parse } of FORMATS) {
    const reading = content === 'json' ? await parse(source, named) : null;
    if (reading !== null) return reading;
  }
  return null;
}

function byPlainRows(bytes: Buffer): FormatReading | null {
  const plain = plainRows(bytes);
  if (plain === null) return null;
  return FORMATS.map(({ fromPlain }) => fromPlain?.(plain, named) ?? null).find((reading) => reading !== null) ?? null;
}

describeWithShared('candles', 'recorded files', () => {
  test('give the same columns both ways', async () => {
    const files = ['perps-2026-01', 'multi-exchange-1h', 'bybit-futures', 'freqtrade-futures'].flatMap((folder) =>
      readdirSync(sharedPath('candles', folder))
        .filter((file) => file.endsWith('.json'))
        // Every third shows all writers, in a third of the time.
        .filter((_, index) => index % 3 === 0)
        .map((file) => sharedPath('candles', folder, file)),
    );
    let plain = 0;
    for (const file of files) {
      const bytes = readFileSync(file);
      const reading = byPlainRows(bytes);
      if (reading === null) continue;
      plain++;
      expect(reading, file).toEqual(await byParsing(bytes));
    }
    expect(plain).toBeGreaterThan(files.length / 2);
  });
});
