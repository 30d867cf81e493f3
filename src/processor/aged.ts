/** What becomes of a judged market when its last candle closed too long ago. */
import type { Reason } from '../core/strategy.ts';
import { TIMEFRAME_MS } from '../core/time.ts';
import type { CandleFacts, KnownMarket, StrategyAnswer } from './known-market.ts';
import { isOld } from './select.ts';

export function tooOld({ closedAt, timeframe }: Pick<CandleFacts, 'closedAt' | 'timeframe'>, asOf: number): Reason {
  const age = (asOf - closedAt) / TIMEFRAME_MS[timeframe];
  const text = `its last candle closed ${age.toFixed(1)} times ${timeframe} before the time of the scan`;
  return { code: 'old-candles', text };
}

/** The market as if it had been judged at `asOf`, later than it was. */
export function agedTo(known: KnownMarket, asOf: number): KnownMarket {
  const { facts, answers, scores } = known;
  if (facts === null || !isOld(facts, asOf)) return known;
  const stale: StrategyAnswer = { kind: 'unscored', status: 'stale', reason: tooOld(facts, asOf) };
  return {
    ...known,
    facts: { ...facts, stale: true },
    answers: answers.map((answer) => (answer.kind === 'scored' || answer.status === 'stale' ? stale : answer)),
    scores: scores.map(() => null),
  };
}
