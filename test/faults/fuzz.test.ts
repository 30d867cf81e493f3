import { describe, expect, it } from 'vitest';
import type { ReadResult } from '../../src/candles/reader.ts';
import { figure, rounds } from './figures.ts';
import { breachOf, fuzz } from './fuzz-process.ts';
import { freshSeed } from './random.ts';

const PROCESSES = 2;

describe('whatever the bytes of a candle file', () => {
  it('the reader neither throws nor hangs nor gives a series that is not sound', async () => {
    const each = rounds(1_500, 500_000);
    const first = freshSeed();
    const seeds = Array.from({ length: PROCESSES }, (_, n) => first + n * each);
    const reports = await Promise.all(seeds.map((seed) => fuzz(seed, each)));
    const sum = (of: 'done' | 'read' | 'refused'): number => reports.reduce((all, report) => all + report[of], 0);
    const breaches = reports.flatMap((report) => report.breaches);
    figure(
      'C',
      `${sum('done')} fuzzed byte strings: ${sum('read')} read, ${sum('refused')} refused, ${breaches.length} escapes, ` +
        `slowest ${Math.max(...reports.map(({ slowestMs }) => slowestMs))} ms`,
    );
    expect(breaches, 'seed: what was broken').toEqual([]);
    // Files that are all refused would test nothing but the first byte.
    expect(sum('read')).toBeGreaterThan(sum('done') / 20);
  });

  it.each([
    ['a price that is no number', [1, 2, 3], [1, Number.NaN, 1], 'row 1 is not finite'],
    ['an infinite price', [1, 2, 3], [1, 1, Infinity], 'row 2 is not finite'],
    ['rows out of order', [1, 3, 2], [1, 1, 1], 'row 2 is not after the one before'],
    ['two rows of one time', [1, 2, 2], [1, 1, 1], 'row 2 is not after the one before'],
    ['a column that is too short', [1, 2, 3], [1, 1], 'column length'],
    ['no candle', [], [], 'a series without candles'],
  ])('%s would be noticed', (_, time, price, breach) => {
    const column = Float64Array.from(price);
    const series = {
      length: time.length,
      time: Float64Array.from(time),
      open: column,
      high: column,
      low: column,
      close: column,
      volume: column,
    };
    expect(breachOf({ ok: true, series: [{ series, findings: {} }], refused: [] } as unknown as ReadResult)).toBe(
      breach,
    );
  });
});
