import { afterAll, expect, it } from 'vitest';
import { openOwnStrategy } from '../../src/own-strategies/remote.ts';
import { syntheticHistory } from '../contract/markets.ts';
import { workplace } from '../support/cli.ts';
import { writeStrategy } from './files.ts';

const place = workplace();
afterAll(() => place.remove());
const { candles } = syntheticHistory(1, 100);

it('a strategy is given up at the deadline of the run, counted from its first market', () => {
  writeStrategy(place.path('mine.ts'));
  let now = 5_000;
  const opened = openOwnStrategy({
    file: place.path('mine.ts'),
    taken: [],
    timeoutMs: 20_000,
    deadlineMs: 1_000_000,
    explain: 'directed',
    clock: { monotonic: () => now },
  });
  if (!opened.ok) throw new Error(opened.detail);
  const { ask, close } = opened.own;
  expect(ask(candles).judgement.kind).toBe('judged');
  now += 500_000;
  expect(ask(candles).judgement.kind).toBe('judged');
  now += 500_000;
  const reason = { kind: 'failed', code: 'strategy-given-up', text: 'given up for this run: the deadline has passed' };
  expect(ask(candles).judgement).toEqual(reason);
  now = 0;
  expect(ask(candles).judgement).toEqual(reason);
  close();
});
