import { expect, it } from 'vitest';
import { HOUR_MS } from '../../src/core/time.ts';
import { agedTo } from '../../src/processor/aged.ts';
import { CLOSE_TIME, judged, known } from './known.ts';

const QUIET = { kind: 'unscored', status: 'stale', reason: { code: 'no-volume', text: 'quiet' } } as const;
const FAILED = { kind: 'unscored', status: 'error', reason: { code: 'ATR_ZERO', text: 'none' } } as const;

it('a market whose last candle closed up to two timeframes ago stays as it was', () => {
  const market = known([judged(), FAILED]);
  expect(agedTo(market, CLOSE_TIME + 8 * HOUR_MS)).toBe(market);
  const empty = { ...market, facts: null };
  expect(agedTo(empty, CLOSE_TIME + 100 * HOUR_MS)).toBe(empty);
});

it('an older one is stale: what was scored, or stale for its volume, is so by its age; what could not be scored stays', () => {
  const market = known([judged(), QUIET, FAILED]);
  const aged = agedTo(market, CLOSE_TIME + 10 * HOUR_MS);
  const old = { code: 'old-candles', text: 'its last candle closed 2.5 times 4h before the time of the scan' };
  const stale = { kind: 'unscored', status: 'stale', reason: old };
  expect(aged.answers).toEqual([stale, stale, FAILED]);
  expect(aged.scores).toEqual([null, null, null]);
  expect(aged.facts).toEqual({ ...market.facts, stale: true });
  expect(market.facts!.stale).toBe(false);
});
