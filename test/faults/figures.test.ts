import { describe, expect, it } from 'vitest';
import { verdict } from './reporter.ts';

describe('figures', () => {
  it('a promise is green when all that was measured for it passed', () => {
    const { lines } = verdict([
      { id: 'A2', text: 'one', passed: true },
      { id: 'A2', text: 'two', passed: true },
      { id: 'A10', text: 'three', passed: false },
    ]);
    expect(lines).toContain('green  A2   one; two');
    expect(lines).toContain('RED    A10  three');
  });

  it('a promise without a figure is red', () => {
    const { lines, red } = verdict([]);
    expect(lines).toContain('RED    A20  no figure');
    expect(red).toBe(22);
    expect(lines.at(-1)).toBe('0 green, 22 red');
  });

  it('lines come in the order of the promises', () => {
    const { lines } = verdict([{ id: 'F1', text: 'x', passed: true }]);
    const ids = lines.slice(0, -1).map((line) => line.slice(7, 11).trim());
    expect(ids.slice(0, 3)).toEqual(['A1', 'A2', 'A3']);
    expect(ids.slice(-4)).toEqual(['A20', 'B', 'C', 'F1']);
  });
});
