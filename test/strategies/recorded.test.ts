import { expect, it } from 'vitest';
import { sliceColumns } from '../../src/core/candles.ts';
import { DAY_MS, TIMEFRAME_MS } from '../../src/core/time.ts';
import type { Finding, Findings } from '../../src/processor/finding.ts';
import { memoOf } from '../../src/processor/price-memo.ts';
import { findSeries, missingFinding } from '../../src/processor/series-findings.ts';
import type { Quadrant } from '../../src/processor/series-score.ts';
import { quadrantOf, scoreSeries } from '../../src/processor/series-score.ts';
import { findingReason } from '../../src/processor/series-texts.ts';
import { crowdingReversal } from '../../src/strategies/crowding-reversal.ts';
import type { Answer } from '../contract/checks.ts';
import { answerOf } from '../contract/checks.ts';
import { describeWithShared } from '../support/shared.ts';
import { bybitCandles, recordedSeries } from './recorded.ts';

interface Closing extends Answer {
  readonly findings: Findings;
  readonly quadrant: Quadrant | null;
}

describeWithShared('candles/derivatives/coinalyze/api-shape-utc', 'BTC in the summer of 2024', () => {
  /** The candle of four hours that closes at `iso`. */
  function closingAt(iso: string): Closing {
    const candles = bybitCandles('BTC', '4h');
    const bar = candles.time.indexOf(Date.parse(iso) - TIMEFRAME_MS['4h']);
    const seen = sliceColumns(candles, Math.max(0, bar - 599), bar + 1);
    const price = memoOf(seen, [DAY_MS]);
    const amounts = { denomination: 'BASE_ASSET', baseFactor: 1 } as const;
    const of = (kind: 'open_interest' | 'long_short_ratio' | 'liquidations'): Finding =>
      findSeries(recordedSeries('BTC', kind), price, amounts, DAY_MS);
    const findings: Findings = {
      open_interest: of('open_interest'),
      funding_rate: missingFinding('funding_rate', 'no-data', DAY_MS),
      long_short_ratio: of('long_short_ratio'),
      liquidations: of('liquidations'),
    };
    const quadrant = quadrantOf(price, price.closeAtSpan[0]!, findings.open_interest);
    return { ...answerOf(crowdingReversal, seen), findings, quadrant };
  }

  const pointsOf = ({ judged, findings }: Closing) =>
    Object.fromEntries(
      scoreSeries(crowdingReversal.series, judged.side, findings).map((points) => [points.kind, points]),
    );

  it('2024-08-05 08:00: the crowd is flushed out, the price has not turned', () => {
    const closing = closingAt('2024-08-05T08:00Z');
    const { judged, explanation, findings, quadrant } = closing;
    expect(judged).toMatchObject({ direction: 'none', side: 'long' });
    expect(explanation.reasons[0]?.code).toBe('CLOSE_INSIDE_BAND');
    // Open interest fell more than at any of the 500 hours before: all of its 4 points.
    expect(findings.open_interest).toMatchObject({ value: 77_464.006, percentile: 0, n: 500, stale: false });
    expect(findings.open_interest.changePct).toBeCloseTo(-9.84, 2);
    expect(findings.open_interest.valueUsd).toBeCloseTo(77_464.006 * 52_644.6, 0);
    expect(pointsOf(closing)['open_interest']).toMatchObject({ points: 4, unweighted: 20 });
    // 05:00 to 08:00: long less short liquidations, in BTC.
    expect(findings.liquidations.value).toBeCloseTo(151.761, 3);
    expect(findings.liquidations.percentile).toBe(0.984);
    // The accounts were still long: nothing for the ratio.
    expect(findings.long_short_ratio.value).toBe(2.4722);
    expect(pointsOf(closing)['long_short_ratio']!.points).toBeLessThan(0.2);
    expect(findingReason(findings.funding_rate, null).code).toBe('FUNDING_UNAVAILABLE:no-data');
    expect(quadrant).toBe('long_liquidation');
  });

  it('2024-08-05 16:00: turned, but the mean is nearer than the stop', () => {
    const { explanation, findings } = closingAt('2024-08-05T16:00Z');
    expect(explanation.reasons[0]?.code).toBe('ROOM_TO_MEAN');
    expect(findings.open_interest.changePct).toBeCloseTo(-16.12, 2);
    // By then shorts were liquidated.
    expect(findings.liquidations.percentile).toBeLessThan(0.02);
  });

  it('2024-07-05 00:00: the largest liquidations of the record, in a history too short to be final', () => {
    const closing = closingAt('2024-07-05T00:00Z');
    expect(closing.findings.liquidations).toMatchObject({ percentile: 1, stale: true, final: false });
    expect(closing.findings.liquidations.value).toBeCloseTo(741.224, 3);
    expect(pointsOf(closing)['liquidations']).toMatchObject({ points: 4, low: 0, high: 4 });
  });
});
