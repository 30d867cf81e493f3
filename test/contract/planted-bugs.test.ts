import { describe, expect, it } from 'vitest';
import type { Strategy } from '../../src/core/strategy.ts';
import { lookAhead, sampleBars, unconfirmedPivots } from './checks.ts';
import { syntheticHistory } from './markets.ts';
import { bucketNotYetClosed, centredWindow, pivotsFromTheFuture, pivotsTooEarly } from './planted-bugs.ts';

describe('planted look-ahead bugs are caught', () => {
  const history = syntheticHistory(1, 700);
  const bars = (strategy: Strategy): readonly number[] => sampleBars(strategy, history);

  it.each([
    ['pivots without confirmation', pivotsFromTheFuture],
    ['a bucket that is not closed yet', bucketNotYetClosed],
    ['a centred window', centredWindow],
  ])('%s', (_, planted) => {
    expect(lookAhead(planted, history, bars(planted))).not.toEqual([]);
  });

  it('pivots before their fifth bar, even where no future can be read', () => {
    expect(lookAhead(pivotsTooEarly, history, bars(pivotsTooEarly))).toEqual([]);
    expect(unconfirmedPivots(pivotsTooEarly, history, bars(pivotsTooEarly))).not.toEqual([]);
  });
});
