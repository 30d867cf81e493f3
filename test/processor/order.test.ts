import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StrategyAnswer } from '../../src/processor/known-market.ts';
import { orderSignals } from '../../src/processor/order.ts';
import { judged, known, record } from './known.ts';

const STALE: StrategyAnswer = { kind: 'unscored', status: 'stale', reason: { code: 'old-candles', text: 'old' } };

/** A judged answer with so many price points, to which open interest adds 10. */
function points(count: number, direction: 'long' | 'none' = 'long'): ReturnType<typeof judged> {
  return judged({ direction, points: [{ component: 'trend', points: count, max: 80 }] });
}

function names(
  rows: readonly (readonly (ReturnType<typeof judged> | StrategyAnswer)[])[],
  records: readonly ReturnType<typeof record>[],
): readonly string[] {
  const markets = rows.map((answers, index) => known(answers, { symbol: `M${index}`, coin: `M${index}` }));
  const strategies = records.map((own, index) => ({ id: `s${index}`, record: own }));
  return orderSignals(markets, strategies).map(
    ({ market, strategy, rank }) => `M${market} s${strategy} ${rank ?? '-'}`,
  );
}

describe('the order of the feed', () => {
  it('stands with a direction first, the best of each strategy before the second of any, negative records last', () => {
    const order = names(
      [
        [points(50), points(70)],
        [points(60), points(20)],
        [points(10, 'none'), points(79, 'none')],
      ],
      [record('inconclusive'), record('negative')],
    );
    expect(order).toEqual(['M1 s0 1', 'M0 s0 2', 'M0 s1 1', 'M1 s1 2', 'M2 s0 3', 'M2 s1 3']);
  });

  it('puts a positive record before all others by what it earned, not by its rank', () => {
    const order = names(
      [
        [points(80), points(1), points(2)],
        [points(70), points(3), points(4)],
      ],
      [record('inconclusive'), record('positive', 0.1), record('positive', 0.2)],
    );
    expect(order).toEqual(['M1 s2 1', 'M0 s2 2', 'M1 s1 1', 'M0 s1 2', 'M0 s0 1', 'M1 s0 2']);
  });

  it('breaks equal ranks by record, then by the name of the strategy', () => {
    const order = names(
      [[points(1), points(2), points(3)]],
      [record('unmeasured'), record('inconclusive'), record('inconclusive')],
    );
    expect(order).toEqual(['M0 s1 1', 'M0 s2 1', 'M0 s0 1']);
  });

  it('puts a positive record first even where it earned nothing, or nobody knows what', () => {
    const order = names(
      [[points(1), points(2), points(3), points(4)]],
      [
        record('inconclusive', 0.9),
        record('positive', -0.01),
        { ...record('positive'), net_r: null },
        record('positive', 0.01),
      ],
    );
    expect(order).toEqual(['M0 s3 1', 'M0 s2 1', 'M0 s1 1', 'M0 s0 1']);
  });

  it('without a direction or a score stands by record, then by the name of the strategy, then by exchange and symbol', () => {
    const records = (['negative', 'unmeasured', 'inconclusive', 'positive', 'positive'] as const).map((status) =>
      record(status),
    );
    const byRecord = ['s3', 's4', 's2', 's1', 's0'];
    const undirected = Array.from({ length: 5 }, () => points(7, 'none'));
    expect(names([undirected], records)).toEqual(byRecord.map((own) => `M0 ${own} 1`));
    const stale = Array.from({ length: 5 }, () => STALE);
    expect(names([stale, stale, stale], records)).toEqual(
      byRecord.flatMap((own) => ['M0', 'M1', 'M2'].map((market) => `${market} ${own} -`)),
    );
  });

  it('breaks equal scores by exchange and symbol', () => {
    expect(names([[points(50)], [points(50)], [points(51)]], [record('inconclusive')])).toEqual([
      'M2 s0 1',
      'M0 s0 2',
      'M1 s0 3',
    ]);
  });

  it('ranks those with a direction before all others, whatever the score, and none without a score', () => {
    expect(names([[points(79, 'none')], [points(1)], [STALE]], [record('inconclusive')])).toEqual([
      'M1 s0 1',
      'M0 s0 2',
      'M2 s0 -',
    ]);
  });

  it('holds every signal once, and ranks of a strategy are 1, 2, 3', () => {
    const answer = fc.oneof(
      fc.integer({ min: 0, max: 80 }).map((count) => points(count)),
      fc.integer({ min: 0, max: 80 }).map((count) => points(count, 'none')),
      fc.constant(STALE),
    );
    const statuses = fc.constantFrom('positive' as const, 'inconclusive' as const, 'negative' as const);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(answer, answer), { maxLength: 12 }),
        fc.tuple(statuses, statuses),
        (rows, given) => {
          const order = names(
            rows,
            given.map((status) => record(status)),
          );
          expect(new Set(order.map((name) => name.split(' ').slice(0, 2).join(' '))).size).toBe(2 * rows.length);
          for (const strategy of ['s0', 's1']) {
            const ranks = order.filter((name) => name.includes(strategy) && !name.endsWith('-'));
            expect(ranks.map((name) => Number(name.split(' ')[2])).sort((a, b) => a - b)).toEqual(
              ranks.map((_, index) => index + 1),
            );
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
