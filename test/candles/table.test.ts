/** Lines and fields of text have limits: reading costs no more than the file's size. All files here are hand-made. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../src/candles/formats/table.ts';
import { toNumber, toTextTime } from '../../src/candles/values.ts';
import { readOne, rows, rowsOf, skipOf } from './support.ts';

const NAME = 'BINANCE_BTCUSDT_1h.csv';
const HEADER = 'time,open,high,low,close,volume\n';
const LIST = rows(6);
const BODY = LIST.map((row) => `${row.join(',')}\n`).join('');
const MIB = 1024 * 1024;

describe('a CSV that is one line, or millions of nothing, is refused for it', () => {
  test.each([
    ['a line of separators', HEADER + ','.repeat(8 * MIB), 'longer than 16 KiB'],
    ['a line of quotes', '"'.repeat(8 * MIB), 'longer than 16 KiB'],
    ['a field of digits', `${HEADER}${'1'.repeat(8 * MIB)},1,1,1,1,1\n`, 'longer than 16 KiB'],
    ['a line behind sound ones', HEADER + BODY + 'x'.repeat(20 * 1024), 'longer than 16 KiB'],
    ['lines of one digit', '1\n'.repeat(4 * MIB), 'too short for candles'],
    ['blank lines', '\n'.repeat(8 * MIB), 'it is empty'],
    ['blank lines before some letters', `${'\n'.repeat(8 * MIB)}letters`, 'it begins with "letters"'],
    ['fields of blanks', HEADER + `${' '.repeat(16_000)}x,1,1,1,1,1\n`.repeat(300), 'its times are such as "x"'],
  ])('%s', async (_what, text, words) => {
    expect((await skipOf(NAME, text)).detail).toContain(words);
  });

  test('packed as well', async () => {
    expect((await skipOf(`${NAME}.gz`, gzipSync(HEADER + ','.repeat(8 * MIB)))).detail).toContain('longer than 16 KiB');
  });

  test('as one of twelve columns', async () => {
    const klines = `${'1,'.repeat(11)}1\n${','.repeat(MIB)}`;
    expect((await skipOf('BTCUSDT-1h-2026-01.csv', klines)).detail).toContain('longer than 16 KiB');
  });

  test('no number and no time is longer than 1 KiB', () => {
    expect(toNumber(`${'0'.repeat(1023)}1`)).toBe(1);
    expect(toNumber(`${'0'.repeat(1024)}1`)).toBeNaN();
    expect(toTextTime(`${' '.repeat(1024)}2026-01-01`).time).toBeNaN();
  });
});

test('lines end as they do anywhere, and blank ones are none', async () => {
  for (const text of [
    BODY,
    BODY.replaceAll('\n', '\r\n'),
    BODY.replaceAll('\n', '\r'),
    BODY.replaceAll('\n', '\n \n\n'),
  ]) {
    expect(rowsOf((await readOne(NAME, HEADER + text)).series)).toEqual(LIST);
  }
});

test('a line is open when no break follows it, whatever blanks do', () => {
  const isOpen = (text: string) => {
    const table = readTable(text);
    return 'open' in table ? table.open : null;
  };
  expect(['a', 'a ', 'a\n', 'a\r', 'a \n ', '\na', ''].map(isOpen)).toEqual([
    true,
    true,
    false,
    false,
    false,
    true,
    true,
  ]);
});
