import { describe, expect, it } from 'vitest';
import type { Evaluation, Strategy, StrategyInput } from '../../src/core/strategy.ts';
import { runWithin } from '../../src/platform/time-limit.ts';
import { isStrategyFault, type MarketInput } from '../../src/processor/evaluate.ts';
import { createGrid, type TimeLimit } from '../../src/processor/grid.ts';
import { answer, AS_OF, evaluateMarket, marketInput, MARKET, series, strategy } from './fixtures.ts';

const LIMIT_MS = 40;
const limit: TimeLimit = (work) => runWithin(LIMIT_MS, work);

/** Market `index`, told apart by the first volume of its candles. */
function market(index: number): MarketInput {
  const own = { ...MARKET, symbol: `C${index}USDT` };
  const candles = { ...series(150, () => 1_000 + index), market: own };
  return marketInput({
    market: own,
    selection: { kind: 'series', series: candles, resampledFrom: null, cut: false, stale: false },
  });
}

function indexOf({ candles }: StrategyInput): number {
  return candles.volume[0]! - 1_000;
}

/** Never ends on the markets that `hangs` names; swallows whatever can be caught. */
function hanging(id: string, hangs: (index: number) => boolean, onAsked: () => void = () => undefined): Strategy {
  return strategy(id, (input): Evaluation => {
    onAsked();
    while (hangs(indexOf(input))) {
      try {
        for (;;);
      } catch {
        continue;
      }
    }
    return answer();
  });
}

const markets = Array.from({ length: 12 }, (_, index) => market(index));

describe('the grid of markets and strategies', () => {
  it('gives what each strategy says of each market, in their order', () => {
    const strategies = [strategy('a'), strategy('b'), strategy('c')];
    const signals = createGrid(strategies, AS_OF, limit).evaluate(markets);
    expect(signals).toEqual(markets.map((input) => evaluateMarket(input, strategies, AS_OF)));
  });

  it('a strategy that hangs is cut off on its markets, and every other signal stays as it was', () => {
    const strategies = [strategy('a'), hanging('b', (index) => index === 3 || index === 7), strategy('c')];
    const signals = createGrid(strategies, AS_OF, limit).evaluate(markets);
    const whole = createGrid([strategy('a'), strategy('b'), strategy('c')], AS_OF, limit).evaluate(markets);
    for (const [index, [a, b, c]] of signals.entries()) {
      expect([a, c]).toEqual([whole[index]![0], whole[index]![2]]);
      if (index !== 3 && index !== 7) expect(b).toEqual(whole[index]![1]);
      else {
        expect(b).toMatchObject({ status: 'error', score: null, status_reason: { code: 'strategy-timeout' } });
        expect(isStrategyFault(b!)).toBe(true);
      }
    }
  });

  it('is not asked any more after three markets, over all calls of a run', () => {
    let asked = 0;
    const grid = createGrid(
      [
        hanging(
          'b',
          () => true,
          () => (asked += 1),
        ),
      ],
      AS_OF,
      limit,
    );
    const signals = [...grid.evaluate(markets.slice(0, 2)), ...grid.evaluate(markets.slice(2))];
    expect(signals.map(([b]) => b!.status_reason!.code)).toEqual(markets.map(() => 'strategy-timeout'));
    // Each of the three within the whole and once more alone.
    expect(asked).toBe(6);
  });

  it('a machine that stood still for a moment makes no error', () => {
    const strategies = [strategy('a'), strategy('b')];
    let struck = false;
    const stuttering: TimeLimit = (work) => {
      if (struck) return limit(work);
      struck = true;
      return false;
    };
    const signals = createGrid(strategies, AS_OF, stuttering).evaluate(markets);
    expect(signals).toEqual(markets.map((input) => evaluateMarket(input, strategies, AS_OF)));
  });

  it('a limit that strikes right after the last answer loses none', () => {
    const late: TimeLimit = (work) => {
      work();
      return false;
    };
    const signals = createGrid([strategy('a')], AS_OF, late).evaluate(markets);
    expect(signals).toEqual(markets.map((input) => evaluateMarket(input, [strategy('a')], AS_OF)));
  });

  it('what the program itself throws is not swallowed', () => {
    expect(() =>
      runWithin(LIMIT_MS, () => {
        throw new RangeError('planted');
      }),
    ).toThrow('planted');
  });
});
