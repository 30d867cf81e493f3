/** What becomes of a judged market when its last candle closed too long ago. */
import { tooOld } from './judging.ts';
import type { KnownMarket, StrategyAnswer } from './known-market.ts';
import { isOld } from './select.ts';

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
