import { describe, expect, it } from 'vitest';
import { breadthOf } from '../../src/processor/breadth.ts';
import { judged, known } from './known.ts';

const held = (long: 0 | 1 | 2 | null, short: 0 | 1 | 2 | null = null) =>
  judged({ direction: 'none', heldAgo: { long, short } });

describe('breadth', () => {
  it('is the share of coins whose conditions hold or held within three candles', () => {
    const markets = [
      known([held(0)], { coin: 'A' }),
      known([held(2)], { coin: 'B' }),
      known([held(null, 1)], { coin: 'C' }),
      known([held(null)], { coin: 'D' }),
    ];
    expect(breadthOf(markets, 0)).toEqual({ long: 0.5, short: 0.25 });
  });

  it('counts a coin once however many venues list it, and as soon as one of them breaks out', () => {
    const markets = [
      known([held(0)], { coin: 'A' }),
      known([held(null)], { coin: 'A' }),
      known([held(null)], { coin: 'B' }),
    ];
    expect(breadthOf(markets, 0)).toEqual({ long: 0.5, short: 0 });
  });

  it('leaves out what has no score, and is null without the strategy', () => {
    const stale = { kind: 'unscored', status: 'stale', reason: { code: 'old-candles', text: 'old' } } as const;
    expect(breadthOf([known([held(1)], { coin: 'A' }), known([stale], { coin: 'B' })], 0)).toEqual({
      long: 1,
      short: 0,
    });
    expect(breadthOf([known([held(1)])], -1)).toEqual({ long: null, short: null });
  });

  it('is written with four decimals', () => {
    const markets = ['A', 'B', 'C'].map((coin, index) => known([held(index === 0 ? 0 : null)], { coin }));
    expect(breadthOf(markets, 0).long).toBe(0.3333);
  });
});
