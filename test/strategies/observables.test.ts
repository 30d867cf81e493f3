/** What the feed shows beside points, worked out by hand. In a base of 100 +- 1 ATR14 is 2 and nothing moves up or down. */
import { describe, expect, it } from 'vitest';
import type { CandleSeries } from '../../src/core/candles.ts';
import type { Strategy } from '../../src/core/strategy.ts';
import { TIMEFRAME_MS } from '../../src/core/time.ts';
import { crowdingReversal } from '../../src/strategies/crowding-reversal.ts';
import { bestTrendlines, latestPivots } from '../../src/strategies/observables.ts';
import { squeezeBreak } from '../../src/strategies/squeeze-break.ts';
import { trendBreakout } from '../../src/strategies/trend-breakout.ts';
import { answerOf } from '../contract/checks.ts';
import { candlesOf } from '../contract/markets.ts';
import type { Candle } from './tables/candles.ts';
import { bandOf, ema200, flat, wilder } from './tables/candles.ts';
import { A_ADX, A_CLOSES, FALL, RISE, TURN, TURN_DOWN } from './tables/crowding-scenes.ts';
import { BURST, BURST_ATR, turned, wick, wicksAt } from './tables/squeeze-scenes.ts';
import { UP } from './tables/trend-scenes.ts';

function shown(strategy: Strategy, candles: readonly Candle[]) {
  return answerOf(strategy, candlesOf(candles)).explanation.observability;
}

/** Numbers to nine digits, everything else as it is. */
function expectShown(actual: unknown, expected: unknown): void {
  const near = (value: unknown): unknown => {
    if (typeof value === 'number' && !Number.isInteger(value)) return expect.closeTo(value, 9);
    if (Array.isArray(value)) return value.map(near);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, near(one)]));
  };
  expect(actual).toEqual(near(expected));
}

function timeAt(candles: CandleSeries, bar: number): number {
  return candles.time[0]! + bar * TIMEFRAME_MS['4h'];
}

const low = (price: number): Candle => [100, 101, price, 100, 10];

describe('pivots', () => {
  /** Highs of 110 and more and lows of 90 and less, one candle each. */
  function withPivots(count: number, highs: readonly number[], lows: readonly number[]): CandleSeries {
    const candles = flat(count);
    highs.forEach((bar, index) => (candles[bar] = wick(110 + index)));
    lows.forEach((bar, index) => (candles[bar] = low(90 - index)));
    return candlesOf(candles);
  }

  it('are known five candles later, and look back 240 candles', () => {
    const candles = withPivots(300, [58, 294], [59, 295]);
    expect(latestPivots(candles)).toEqual([
      { side: 'high', time: timeAt(candles, 294), price: 111, confirmed_at: timeAt(candles, 299) },
      { side: 'low', time: timeAt(candles, 59), price: 90, confirmed_at: timeAt(candles, 64) },
    ]);
  });

  it('are the newest ten of a side, oldest first', () => {
    const bars = Array.from({ length: 11 }, (_, index) => 80 + 15 * index);
    const candles = withPivots(
      300,
      bars,
      bars.slice(1, 10).map((bar) => bar + 7),
    );
    const pivots = latestPivots(candles) as readonly { side: string; time: number; price: number }[];
    expect(pivots.filter(({ side }) => side === 'high').map(({ price }) => price)).toEqual(
      Array.from({ length: 10 }, (_, index) => 111 + index),
    );
    expect(pivots.filter(({ side }) => side === 'low').map(({ price }) => price)).toEqual(
      Array.from({ length: 9 }, (_, index) => 90 - index),
    );
  });
});

describe('trendlines of trend-breakout', () => {
  it('a touch is known with the candle before the last, and no line is shown where there is none', () => {
    const known = candlesOf([...flat(250), ...wicksAt(103, 20, 20, 7)]);
    const bars = [250, 270, 290];
    const touch = (bar: number) => ({ time: timeAt(known, bar), price: 103 });
    expectShown(bestTrendlines(known, 2), [
      {
        side: 'resistance',
        i: touch(250),
        j: touch(290),
        slope_per_bar: 0,
        value_now: 103,
        touches: bars.map(touch),
        span_bars: 40,
        tolerance: 0.5,
        score: 3040,
        confirmed_at: timeAt(known, 295),
        broken_by_atr: -1.5,
        broken: false,
      },
    ]);
    expect(bestTrendlines(candlesOf([...flat(250), ...wicksAt(103, 20, 20, 6)]), 2)).toEqual([]);
  });

  it('a rising support shows the lows that it touches', () => {
    const candles = flat(300, { price: 110, range: 2 });
    for (const [index, bar] of [240, 260, 280].entries()) candles[bar] = [110, 111, 102 + 2 * index, 110, 10];
    const series = candlesOf([...candles, [110, 110, 106, 106, 10]]);
    const touch = (bar: number, price: number) => ({ time: timeAt(series, bar), price });
    // A tenth per candle from 102 at 240: 108 at 300, 2 above the close, which is one ATR of 2.
    expectShown(bestTrendlines(series, 2), [
      {
        side: 'support',
        i: touch(240, 102),
        j: touch(280, 106),
        slope_per_bar: 0.1,
        value_now: 108,
        touches: [touch(240, 102), touch(260, 104), touch(280, 106)],
        span_bars: 40,
        tolerance: 0.5,
        score: 3040,
        confirmed_at: timeAt(series, 285),
        broken_by_atr: 1,
        broken: true,
      },
    ]);
  });
});

describe('trend-breakout', () => {
  const smooth = (bars: number, close: number): number => 100 + (2 / (bars + 1)) * (close - 100);

  it('shows its averages, the channel and where the close stands', () => {
    // The high rises by 1 and the low as well: DI+ is 1 / 14 of 2, DX 100 after a base of 0.
    expectShown(shown(trendBreakout, [...flat(450), UP]), {
      indicators: {
        ema20: smooth(20, 102),
        ema50: smooth(50, 102),
        ema200: smooth(200, 102),
        atr14: 2,
        adx14: 100 / 14,
        plus_di14: 100 / 14 / 2,
        minus_di14: 0,
        donchian: { high: 101, low: 99, width_atr: 1 },
        volume_ratio: 1,
        breakout_distance_atr: 0.5,
        calm_percentile: 0,
      },
      trendlines: [],
      pivots: [],
    });
  });

  it('a short shows prices as they are; what has no value yet is null', () => {
    const candles = candlesOf([...flat(104), wick(103), ...flat(8), [100, 100, 98.9, 98.9, NaN]]);
    const atr = wilder(2, [4, ...Array.from({ length: 8 }, () => 2), 1.1]);
    // DI+ comes from the wick, two more than 101, nine candles ago; DI- from the last candle.
    const plus = 2 * (13 / 14) ** 9;
    expectShown(answerOf(trendBreakout, candles).explanation.observability, {
      indicators: {
        ema20: smooth(20, 98.9),
        ema50: smooth(50, 98.9),
        ema200: null,
        atr14: atr,
        adx14: wilder(0, [...Array.from({ length: 9 }, () => 100), (100 * (plus - 0.1)) / (plus + 0.1)]),
        plus_di14: (100 * plus) / 14 / atr,
        minus_di14: (100 * 0.1) / 14 / atr,
        donchian: { high: 103, low: 99, width_atr: 4 / atr },
        volume_ratio: null,
        breakout_distance_atr: 0.1 / atr,
        calm_percentile: null,
      },
      trendlines: [],
      pivots: [{ side: 'high', time: timeAt(candles, 104), price: 103, confirmed_at: timeAt(candles, 109) }],
    });
  });
});

describe('crowding-reversal', () => {
  const atr = wilder(2, [5, 5, 5, 5, 5, 4.5]);
  const [gain, loss] = [3.5 / 14, wilder(0, [4, 4, 4, 4, 4, 0])];
  const { mean, deviation } = bandOf(...A_CLOSES);
  // At 84; at 80 it is 17 of 6.56, which is less.
  const stretch = 14 / Math.sqrt(20);
  const moved = ema200(100, A_CLOSES) - 100;

  it('shows the band and how far three candles went', () => {
    expectShown(shown(crowdingReversal, [...flat(400), ...FALL, TURN]), {
      indicators: {
        rsi14: (100 * gain) / (gain + loss),
        atr14: atr,
        adx14: A_ADX,
        ema200: 100 + moved,
        ema200_slope_atr: moved / atr,
        bollinger: { middle: mean, upper: mean + 2 * deviation, lower: mean - 2 * deviation },
        stretch,
        volume_ratio: 1,
      },
      trendlines: [],
    });
  });

  it('a short shows the same market as it is: RSI, average and slope upwards', () => {
    expectShown(shown(crowdingReversal, [...flat(400), ...RISE, TURN_DOWN]), {
      indicators: {
        rsi14: (100 * loss) / (gain + loss),
        atr14: atr,
        adx14: A_ADX,
        ema200: 100 - moved,
        ema200_slope_atr: -moved / atr,
        bollinger: { middle: 200 - mean, upper: 200 - mean + 2 * deviation, lower: 200 - mean - 2 * deviation },
        stretch,
        volume_ratio: 1,
      },
      trendlines: [],
    });
  });

  it('223 candles have an EMA200 and no slope, and the volume is that of the last candle alone', () => {
    const last: Candle = [TURN[0], TURN[1], TURN[2], TURN[3], NaN];
    expect(shown(crowdingReversal, [...flat(217), ...FALL, last])).toMatchObject({
      indicators: { ema200: expect.closeTo(100 + moved, 9), ema200_slope_atr: null, volume_ratio: null },
    });
  });
});

describe('squeeze-break', () => {
  /** Weight of the last of 20 values in their least-squares end value. */
  const weight = 1 / 20 + 9.5 ** 2 / 665;
  // The last close is 14 above the base; the middle between 114.5 and 99 is 106.75, the mean of 20 closes 100.7.
  const momentum = weight * (114 - (106.75 + 100.7) / 2);
  const indicators = {
    atr14: BURST_ATR,
    band_width: 4 * bandOf(114).deviation,
    band_width_percentile: 0.5,
    keltner: {
      middle: 100 + (2 / 21) * 14,
      upper: 100 + (2 / 21) * 14 + 1.5 * BURST_ATR,
      lower: 100 + (2 / 21) * 14 - 1.5 * BURST_ATR,
    },
    momentum,
    volume_ratio: 1,
  };

  it('shows the run and the line that the close broke', () => {
    const rows = [...flat(310), ...wicksAt(103, 20, 20, 20, 30), BURST];
    const candles = candlesOf(rows);
    const touch = (bar: number) => ({ time: timeAt(candles, bar), price: 103 });
    const { indicators: measured, ...others } = answerOf(squeezeBreak, candles).explanation.observability;
    const { atr14: atr } = measured as { readonly atr14: number };
    expectShown(others, {
      squeeze: { on: false, length: 381, start_time: timeAt(candles, 19), end_time: timeAt(candles, 399) },
      run: { high: 103, low: 99 },
      trendlines: [
        {
          side: 'resistance',
          i: touch(310),
          j: touch(370),
          slope_per_bar: 0,
          value_now: 103,
          touches: [310, 330, 350, 370].map(touch),
          span_bars: 60,
          tolerance: atr / 4,
          score: 4060,
          confirmed_at: timeAt(candles, 375),
          broken_by_atr: 11 / atr,
          broken: true,
        },
      ],
    });
  });

  it('a long and a short show momentum as it is', () => {
    expectShown(shown(squeezeBreak, [...flat(400), BURST])['indicators'], indicators);
    const { upper, lower, middle } = indicators.keltner;
    expectShown(shown(squeezeBreak, [...flat(400), ...turned([BURST])])['indicators'], {
      ...indicators,
      keltner: { middle: 200 - middle, upper: 200 - lower, lower: 200 - upper },
      momentum: -momentum,
    });
  });

  it('without a run there is nothing of one', () => {
    expect(shown(squeezeBreak, flat(400))).toMatchObject({
      indicators: { band_width_percentile: null },
      squeeze: { on: true, length: null, start_time: null, end_time: null },
      run: null,
      trendlines: [],
    });
  });
});
