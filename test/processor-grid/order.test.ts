import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Signal } from '../../src/core/signal.ts';
import { orderSignals } from '../../src/processor/order.ts';
import { AS_OF, evaluateMarket, marketInput, strategy } from './fixtures.ts';

const base = evaluateMarket(marketInput(), [strategy('s')], AS_OF)[0]!;

function signal(changes: Partial<Signal>): Signal {
  return { ...base, ...changes };
}

const without = { direction: 'none', action: 'WAIT', setup: null } as const;
const failed = { ...without, status: 'stale', score: null, score_bounds: null } as const;

describe('orderSignals', () => {
  it('a direction comes before a higher score, and any score before none', () => {
    const ordered = orderSignals([
      signal({ ...failed, symbol: 'STALE' }),
      signal({ ...without, score: 99, symbol: 'WAIT' }),
      signal({ score: 10, symbol: 'LOW' }),
      signal({ direction: 'short', score: 50, symbol: 'SHORT' }),
    ]);
    expect(ordered.map(({ symbol }) => symbol)).toEqual(['SHORT', 'LOW', 'WAIT', 'STALE']);
    expect(ordered.map((s) => s.rank_in_strategy)).toEqual([1, 2, 3, null]);
  });

  it('ties go by exchange, symbol, strategy, by code unit', () => {
    const ordered = orderSignals([
      signal({ exchange: 'b', symbol: 'A' }),
      signal({ exchange: 'B', symbol: 'b', strategy: 'a' }),
      signal({ exchange: 'B', symbol: 'a', strategy: 'b' }),
      signal({ exchange: 'B', symbol: 'a', strategy: 'a' }),
      signal({ exchange: 'B', symbol: 'Z', strategy: 'a' }),
    ]);
    expect(ordered.map((s) => `${s.exchange}${s.symbol}${s.strategy}`)).toEqual(['BZa', 'Baa', 'Bab', 'Bba', 'bAs']);
  });

  it('ranks count within a strategy', () => {
    const ordered = orderSignals([
      signal({ strategy: 'a', score: 90 }),
      signal({ strategy: 'b', score: 80 }),
      signal({ strategy: 'a', score: 70 }),
      signal({ strategy: 'b', score: 60 }),
    ]);
    expect(ordered.map((s) => [s.strategy, s.rank_in_strategy])).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['b', 2],
    ]);
  });

  it('bounds change nothing', () => {
    const ordered = orderSignals([
      signal({ symbol: 'A', score: 50, score_bounds: [50, 90] }),
      signal({ symbol: 'B', score: 51, score_bounds: [30, 51] }),
    ]);
    expect(ordered.map(({ symbol }) => symbol)).toEqual(['B', 'A']);
  });

  it('the order does not depend on the order before, and nothing is lost', () => {
    const any = fc.record({
      kind: fc.constantFrom('long', 'none', 'stale'),
      score: fc.integer({ min: 0, max: 3 }),
      exchange: fc.constantFrom('A', 'B'),
      symbol: fc.constantFrom('X', 'Y', 'Z'),
      strategy: fc.constantFrom('s', 't'),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(any, { selector: (a) => `${a.exchange}${a.symbol}${a.strategy}` }),
        fc.integer(),
        (rows, seed) => {
          const signals = rows.map(({ kind, score, ...names }) => {
            if (kind === 'stale') return signal({ ...failed, ...names });
            return signal({ ...(kind === 'none' ? without : {}), score, ...names });
          });
          const shuffled = signals
            .map((item, index) => ({ item, key: Math.imul(index + 1, seed | 1) }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
          expect(orderSignals(shuffled)).toEqual(orderSignals(signals));
          expect(orderSignals(signals)).toHaveLength(signals.length);
        },
      ),
    );
  });
});
