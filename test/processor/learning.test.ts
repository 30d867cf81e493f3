import { describe, expect, it } from 'vitest';
import { SERIES_KINDS, SERIES_WINDOW_MS, type Series } from '../../src/core/series.ts';
import type { Resolution } from '../../src/core/market.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import { DAY_MS, HOUR_MS } from '../../src/core/time.ts';
import { sharedRanks, unfetched, withSeries } from '../../src/processor/learning.ts';
import { seriesOf } from '../contract/markets.ts';
import { CLOSE_TIME, MARKET, NO_PROVIDER, RESOLVED, judged, judgeWith, selected, strategy } from './known.ts';

/** Open interest of 720 hours that grows by one an hour: 281 to 1,000. */
const HOURS = Array.from({ length: 720 }, (_, index) => index);
const GROWING = seriesOf(
  'open_interest',
  HOURS.map((hour) => CLOSE_TIME - (720 - hour) * HOUR_MS),
  HOURS.map((hour) => 281 + hour),
  [],
  CLOSE_TIME - SERIES_WINDOW_MS,
  CLOSE_TIME,
);
const HAD: Outcome<Series> = {
  ok: true,
  value: GROWING,
  asOf: CLOSE_TIME,
  fetchedAt: CLOSE_TIME,
  stale: false,
  origin: 'fetched',
};
const STRATEGIES = [
  strategy('a day', () => judged()),
  strategy('two days', () => judged({ seriesSpanMs: 2 * DAY_MS })),
];

function market(stale = false) {
  return unfetched(MARKET, judgeWith(STRATEGIES, selected({ stale })), RESOLVED, STRATEGIES);
}

describe('what a series adds to a market', () => {
  it('before it arrives, every kind counts half', () => {
    const { findings, scores } = market();
    expect(SERIES_KINDS.map((kind) => findings[kind].percentile)).toEqual([null, null, null, null]);
    expect(scores).toEqual([
      { score: 63, low: 53, high: 73, openInterest: 10 },
      { score: 63, low: 53, high: 73, openInterest: 10 },
    ]);
  });

  it('open interest is measured over each strategy’s own span, and shown over a day', () => {
    const found = withSeries(market(), 'open_interest', HAD, null, STRATEGIES);
    // From 976 to 1,000 in a day, from 952 in two.
    expect(found.findings.open_interest.changePct).toBeCloseTo((100 * 24) / 976, 9);
    expect(found.ownFindings.map(({ open_interest: own }) => own.changePct)).toEqual([
      expect.closeTo((100 * 24) / 976, 9),
      expect.closeTo((100 * 48) / 952, 9),
    ]);
    // It grows by ever smaller shares: the newest change is the smallest of all.
    expect(found.scores.map((one) => one!.score)).toEqual([53, 53]);
  });

  it('amounts are converted by the multipliers of both names, where the quote is a dollar', () => {
    const usd = (resolution: Resolution): number | null => {
      const known = unfetched(MARKET, judgeWith(STRATEGIES, selected()), resolution, STRATEGIES);
      return withSeries(known, 'open_interest', HAD, null, STRATEGIES).findings.open_interest.valueUsd;
    };
    // 1,000 PEPE; the candle's price of 10.599 is that of 1,000 of them.
    expect(usd(RESOLVED)).toBeCloseTo(10.599, 9);
    expect(usd({ ...RESOLVED, listed: { ...RESOLVED.listed, multiplier: 1_000 } })).toBeCloseTo(10_599, 6);
    expect(usd({ ...RESOLVED, name: { ...RESOLVED.name, quote: 'BTC' } })).toBeNull();
    expect(usd(NO_PROVIDER)).toBeNull();
  });

  it('shared ranks are the same ranks', () => {
    const alone = withSeries(market(), 'open_interest', HAD, null, STRATEGIES);
    const rankOf = sharedRanks(GROWING);
    expect(withSeries(market(), 'open_interest', HAD, rankOf, STRATEGIES)).toEqual(alone);
    expect(rankOf(CLOSE_TIME, DAY_MS)).toBe(rankOf(CLOSE_TIME, DAY_MS));
    expect(rankOf(CLOSE_TIME, 2 * DAY_MS)).not.toBe(rankOf(CLOSE_TIME, DAY_MS));
  });

  it('other kinds are the same for every span', () => {
    const missing: Outcome<Series> = { ok: false, code: 'no-data', detail: 'nothing' };
    const found = withSeries(market(), 'funding_rate', missing, null, STRATEGIES);
    expect(found.ownFindings.map((own) => own.funding_rate)).toEqual([
      found.findings.funding_rate,
      found.findings.funding_rate,
    ]);
    expect(found.findings.funding_rate.cause).toBe('no-data');
    expect(found.ownFindings[1]!.open_interest).toEqual(market().ownFindings[1]!.open_interest);
  });

  it('a market that is not scored learns nothing', () => {
    const stale = market(true);
    expect(withSeries(stale, 'open_interest', HAD, null, STRATEGIES)).toBe(stale);
  });
});
