import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layTable, leftOutLines, paragraph, tableLines, wrap, type Column } from '../../src/feed/layout.ts';
import { displayWidth } from '../../src/platform/text.ts';

type Row = readonly [string, string, string];
const COLUMNS: readonly Column<Row>[] = [
  { title: 'NAME', align: 'left', text: ([name]) => name },
  { title: 'N', align: 'right', text: ([, n]) => n, dispensable: 1 },
  { title: 'WHY', align: 'left', text: ([, , why]) => why },
];
const at = (width: number) => ({ colour: false, width });

describe('tableLines', () => {
  it('aligns left and right, and wide characters too', () => {
    const rows: Row[] = [
      ['币安', '1', 'x'],
      ['BTC', '100', 'y'],
    ];
    expect(tableLines(COLUMNS, rows, at(80))).toEqual(['NAME    N  WHY', '币安    1  x', 'BTC   100  y']);
  });

  it('leaves out what is dispensable when the width is short, and says what and from which width on it is shown', () => {
    const row: Row = ['BTC', '100', 'abc'];
    expect(tableLines(COLUMNS, [row], at(14))).toEqual(['NAME    N  WHY', 'BTC   100  abc']);
    expect(layTable(COLUMNS, [row], at(13))).toEqual({
      lines: ['NAME  WHY', 'BTC   abc'],
      leftOut: ['N'],
      fullWidth: 14,
    });
    expect(tableLines(COLUMNS, [row], at(13)).slice(2).join(' ').replaceAll(/ +/g, ' ')).toBe(
      'Left out at 13 columns: N (shown from 14 columns on; --json has all)',
    );
  });

  it('several tables have one line for what they left out', () => {
    const narrow = layTable(COLUMNS, [['BTC', '100', 'abc']], at(13));
    const wide = layTable(COLUMNS, [['BTC', '100', 'a longer text']], at(13));
    expect(leftOutLines([narrow, wide], at(80))).toEqual([
      'Left out at 80 columns: N (shown from 24 columns on; --json has all)',
    ]);
    expect(leftOutLines([layTable(COLUMNS, [['a', 'b', 'c']], at(80))], at(80))).toEqual([]);
  });

  it('a last column that wraps costs no other column', () => {
    const columns = COLUMNS.map((column) => (column.title === 'WHY' ? { ...column, wraps: 16 } : column));
    const { leftOut, lines } = layTable(columns, [['BTC', '100', 'close above the average of 200 candles']], at(27));
    expect(leftOut).toEqual([]);
    expect(lines).toHaveLength(4);
  });

  it('a column without text is left out', () => {
    expect(tableLines(COLUMNS, [['BTC', '', 'abc']], at(80))).toEqual(['NAME  WHY', 'BTC   abc']);
  });

  it('the last column goes on below itself', () => {
    const rows: Row[] = [['BTC', '', 'close above the average of 200 candles']];
    expect(tableLines(COLUMNS, rows, at(30))).toEqual([
      'NAME  WHY',
      'BTC   close above the average',
      '      of 200 candles',
    ]);
  });
});

describe('wrap', () => {
  it('lines are never too wide and no word is lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 20 }), (text, width) => {
        const lines = wrap(text, width);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });

  it('a word longer than a line is broken', () => {
    expect(wrap('a 123456 b', 4)).toEqual(['a', '1234', '56 b']);
    expect(wrap('FIRST_CLOSE_BELOW_CHANNEL', 22)).toEqual(['FIRST_CLOSE_BELOW_', 'CHANNEL']);
    expect(wrap('____', 2)).toEqual(['__', '__']);
  });
});

describe('paragraph', () => {
  it('indents its first line and the others', () => {
    expect(paragraph('one two three', at(9), [2, 4])).toEqual(['  one', '    two', '    three']);
    expect(paragraph('a\nb', at(80))).toEqual([String.raw`a\nb`]);
  });
});
