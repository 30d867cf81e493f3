import { expect, it } from 'vitest';
import { sliceColumns } from '../../src/core/candles.ts';
import type { ExternalInput, ExternalInputs } from '../../src/core/strategy.ts';
import { TIMEFRAME_MS } from '../../src/core/time.ts';
import { crowdingReversal } from '../../src/strategies/crowding-reversal.ts';
import type { Scored } from '../contract/checks.ts';
import { scored } from '../contract/checks.ts';
import { describeWithShared } from '../support/shared.ts';
import { bybitCandles, recordedSeries } from './recorded.ts';

describeWithShared('candles/derivatives/coinalyze/api-shape-utc', 'BTC in the summer of 2024', () => {
  const available = (kind: 'open_interest' | 'long_short_ratio' | 'liquidations'): ExternalInput => ({
    state: 'available',
    series: recordedSeries('BTC', kind),
  });

  /** The candle of four hours that closes at `iso`. */
  function closingAt(iso: string): Scored {
    const external: ExternalInputs = {
      open_interest: available('open_interest'),
      funding_rate: { state: 'absent', code: 'no-data' },
      long_short_ratio: available('long_short_ratio'),
      liquidations: available('liquidations'),
    };
    const candles = bybitCandles('BTC', '4h');
    const bar = candles.time.indexOf(Date.parse(iso) - TIMEFRAME_MS['4h']);
    const seen = sliceColumns(candles, Math.max(0, bar - 599), bar + 1);
    return scored(crowdingReversal, {
      candles: seen,
      external,
      amounts: { denomination: 'BASE_ASSET', baseFactor: 1 },
    });
  }

  it('2024-08-05 08:00: the crowd is flushed out, the price has not turned', () => {
    const { direction, side, reasons, external, components, observability } = closingAt('2024-08-05T08:00Z');
    expect({ direction, side }).toEqual({ direction: 'none', side: 'long' });
    expect(reasons[0]?.code).toBe('NO_GATE_STILL_OUTSIDE');
    // Open interest fell more than at any of the 500 hours before: all of its 4 points.
    expect(external.components.open_interest).toMatchObject({ value: 77_464.006, percentile: 0, stale: false });
    expect(external.components.open_interest.change_pct).toBeCloseTo(-9.84, 2);
    expect(external.components.open_interest.value_usd).toBeCloseTo(77_464.006 * 52_644.6, 0);
    expect(external.openInterestScore).toBe(20);
    // 05:00 to 08:00: long less short liquidations, in BTC.
    expect(external.components.liquidations.value).toBeCloseTo(151.761, 3);
    expect(external.components.liquidations.percentile).toBe(0.984);
    // The accounts were still long: nothing for the ratio.
    expect(external.components.long_short_ratio.value).toBe(2.4722);
    expect(components.find(({ component }) => component === 'long_short_ratio')?.points).toBeLessThan(0.2);
    expect(external.components.funding_rate.reason).toBe('FUNDING_UNAVAILABLE:no-data');
    expect(observability['quadrant']).toBe('long_liquidation');
  });

  it('2024-08-05 16:00: turned, but the mean is nearer than the stop', () => {
    const { reasons, external } = closingAt('2024-08-05T16:00Z');
    expect(reasons[0]?.code).toBe('NO_GATE_NO_ROOM');
    expect(external.components.open_interest.change_pct).toBeCloseTo(-16.12, 2);
    // By then shorts were liquidated.
    expect(external.components.liquidations.percentile).toBeLessThan(0.02);
  });

  it('2024-07-05 00:00: the largest liquidations of the record, in a history too short to be final', () => {
    const { external, components } = closingAt('2024-07-05T00:00Z');
    expect(external.components.liquidations).toMatchObject({ percentile: 1, stale: true });
    expect(external.components.liquidations.value).toBeCloseTo(741.224, 3);
    expect(components.find(({ component }) => component === 'liquidations')).toMatchObject({
      points: 4,
      low: 0,
      high: 4,
    });
  });
});
