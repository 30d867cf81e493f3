import { expect, it } from 'vitest';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { THREE } from '../support/strategies.ts';

// As measured: 4h candles of 539 perpetuals, 2024-01 to 2026-03, intervals of 90 % over blocks of months.
it.each([
  ['trend-breakout', 'inconclusive', 38_837, 0.05, [-0.03, 0.13], 0.041, [-0.038, 0.122], 100, 500],
  ['crowding-reversal', 'negative', 16_339, -0.039, [-0.122, 0.051], -0.09, [-0.169, -0.003], 100, 500],
  ['squeeze-break', 'inconclusive', 8_822, 0.086, [-0.026, 0.208], 0.083, [-0.029, 0.205], 150, 500],
] as const)(
  '%s has the record that was measured',
  (id, status, n, excess, interval, net, netInterval, warmup, warm) => {
    const strategy = STRATEGIES.find((one) => one.id === id)!;
    expect(strategy.record).toEqual({
      status,
      n,
      excess_r: excess,
      interval,
      net_r: net,
      net_interval: netInterval,
      period: '2024-01 to 2026-03',
    });
    expect([strategy.warmup, strategy.warmedUpAt]).toEqual([warmup, warm]);
  },
);

it('each has its parameters', () => {
  expect(Object.fromEntries(THREE.map(({ id, parameters }) => [id, parameters]))).toEqual({
    'trend-breakout': {
      channel_bars: 20,
      calm_bars: 400,
      calm_min_bars: 100,
      stop_atr: 2,
      target_atr: 4,
      max_bars: 48,
    },
    'crowding-reversal': {
      recent_bars: 3,
      band_deviations: 2,
      rsi_extreme: 32,
      min_close_location: 0.5,
      stop_margin_atr: 0.5,
      min_stop_atr: 1,
      slope_bars: 24,
      max_bars: 24,
    },
    'squeeze-break': {
      min_squeeze_bars: 6,
      width_bars: 120,
      trendline_exclude_bars: 3,
      min_stop_atr: 1,
      max_stop_atr: 2,
      target_stops: 2,
      max_bars: 48,
    },
  });
});
