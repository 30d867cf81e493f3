import { describe, expect, it } from 'vitest';
import type { Strategy } from '../../src/core/strategy.ts';
import { createViewer } from '../../src/processor/view.ts';
import { answerIn, differences, lookAhead, sampleBars, unconfirmedPivots } from './checks.ts';
import { seenAt, syntheticHistory } from './markets.ts';
import { centredWindow, keepsTheColumns, pivotsFromTheFuture, pivotsTooEarly } from './planted-bugs.ts';

describe('planted bugs are caught', () => {
  const history = syntheticHistory(1, 700);
  const bars = (strategy: Strategy): readonly number[] => sampleBars(strategy, history);

  it.each([
    ['pivots without confirmation', pivotsFromTheFuture],
    ['a centred window', centredWindow],
  ])('%s', (_, planted) => {
    expect(lookAhead(planted, history, bars(planted))).not.toEqual([]);
  });

  it('pivots before their fifth bar, even where no future can be read', () => {
    expect(lookAhead(pivotsTooEarly, history, bars(pivotsTooEarly))).toEqual([]);
    expect(unconfirmedPivots(pivotsTooEarly, history, bars(pivotsTooEarly))).not.toEqual([]);
  });

  it('an answer that refers to the view', () => {
    const view = createViewer();
    const answer = answerIn(keepsTheColumns, view(seenAt(history, 650)));
    const before = structuredClone(answer);
    view(seenAt(history, 500));
    expect(differences(before, answer)).not.toEqual([]);
  });
});
