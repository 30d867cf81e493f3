import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/places.ts';
import { PROMISES } from './promises.ts';
import { verdict } from './reporter.ts';

describe('figures', () => {
  it('a promise is green when all that was measured for it passed', () => {
    const { lines } = verdict([
      { id: 'A2', text: 'one', passed: true },
      { id: 'A2', text: 'two', passed: true },
      { id: 'A10', text: 'three', passed: false },
    ]);
    expect(lines.find((line) => line.includes(' A2 '))).toMatch(/^green .*: one; two$/);
    expect(lines.find((line) => line.includes(' A10 '))).toMatch(/^RED .*: three$/);
  });

  it('a promise without a figure is red', () => {
    const { lines, red } = verdict([]);
    expect(lines[0]).toMatch(/^RED {4}A1 .*: no figure$/);
    expect(red).toBe(PROMISES.length);
    expect(lines.at(-1)).toBe(`0 green, ${PROMISES.length} red`);
  });

  it('the short form speaks of what it has measured', () => {
    const { lines, red } = verdict([{ id: 'A2', text: 'one', passed: true }], true);
    expect(lines).toEqual([expect.stringMatching(/^green .* A2 .*: one$/), '1 green, 0 red']);
    expect(red).toBe(0);
  });

  it('a figure for no promise is a slip', () => {
    expect(() => verdict([{ id: 'A21', text: 'x', passed: true }])).toThrow('A21');
  });

  it('every promise stands in the room’s README with its words and a figure', () => {
    const readme = readFileSync(path.join(ROOT, 'test', 'faults', 'README.md'), 'utf8');
    const rows = [...readme.matchAll(/^\| ([ABCF]\d*) \| ([^|]+) \| ([^|]+) \|$/gm)];
    expect(rows.map(([, id, words]) => ({ id, words }))).toEqual(PROMISES);
    for (const [row, , , figure] of rows) expect(figure, row).toMatch(/\d/);
  });
});
