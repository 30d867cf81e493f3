/** Donchian breakout with trend, volume and new money (strategies.md 1.3). */
import type { CandleSeries } from '../core/candles.ts';
import type { Observable, Side, Strategy } from '../core/strategy.ts';
import { DAY_MS } from '../core/time.ts';
import type { Columns } from './columns.ts';
import { columnsOf } from './columns.ts';
import { NEW_MONEY, externalBlock, kindsOf } from './external-block.ts';
import { bestTrendlines, latestPivots } from './observables.ts';
import type { Bar, PriceBlock } from './scoring.ts';
import {
  barAt,
  closeLocation,
  decimals,
  digits,
  known,
  ramp,
  signOf,
  step,
  unmeasured,
  volumeRatio,
} from './scoring.ts';
import type { SideAnswer } from './verdict.ts';
import { chooseSide, compared, gateOf, scored, setupOf, withoutRange } from './verdict.ts';

const PARAMETERS = {
  channel_bars: 20,
  stop_atr: 2,
  target_atr: 4,
  max_bars: 48,
} as const;

/** What the rules look at, as the side sees it: for shorts all prices are negated, so a channel's bottom becomes its top. */
interface Facts {
  readonly side: Side;
  readonly bar: Bar;
  readonly previousClose: number;
  /** The channel of the 20 candles before this one. */
  readonly top: number;
  readonly bottom: number;
  /** The top of the channel that the previous close stood against. */
  readonly previousTop: number;
  readonly ema20: number;
  readonly ema50: number;
  readonly ema50Before: number;
  /** NaN below 200 candles. */
  readonly ema200: number;
  readonly atr: number;
  readonly adx: number;
  /** Directional movement with the side and against it. */
  readonly diWith: number;
  readonly diAgainst: number;
  readonly volume: number;
}

function factsOf(candles: CandleSeries, columns: Columns, side: Side): Facts {
  const t = candles.length - 1;
  const long = side === 'long';
  const sign = signOf(side);
  const tops = long ? columns.highest20 : columns.lowest20;
  const bottoms = long ? columns.lowest20 : columns.highest20;
  return {
    side,
    bar: barAt(candles, t, side),
    previousClose: sign * candles.close[t - 1]!,
    top: sign * tops(t - 1),
    bottom: sign * bottoms(t - 1),
    previousTop: sign * tops(t - 2),
    ema20: sign * columns.ema20[t]!,
    ema50: sign * columns.ema50[t]!,
    ema50Before: sign * columns.ema50[t - 10]!,
    ema200: sign * columns.ema200[t]!,
    atr: columns.atr14[t]!,
    adx: columns.adx14[t]!,
    diWith: (long ? columns.plusDi14 : columns.minusDi14)[t]!,
    diAgainst: (long ? columns.minusDi14 : columns.plusDi14)[t]!,
    volume: volumeRatio(candles, columns.volume20, t),
  };
}

function trend({ side, bar, ema20, ema50, ema50Before, ema200, atr }: Facts): PriceBlock {
  const young = Number.isNaN(ema200);
  const overSlow = step('close_over_ema200_atr', (bar.close - ema200) / atr, 0, 8);
  const slowStack = step('ema50_over_ema200_atr', (ema50 - ema200) / atr, 0, 7);
  const above = bar.close > ema200 === (side === 'long');
  return {
    component: 'trend',
    parts: [
      young ? unmeasured(overSlow) : overSlow,
      young ? unmeasured(slowStack) : slowStack,
      step('ema20_over_ema50_atr', (ema20 - ema50) / atr, 0, 5),
      step('ema50_gain_10_bars_atr', (ema50 - ema50Before) / atr, 0, 5),
    ],
    max: 25,
    code: young ? 'TREND_NO_EMA200' : above ? 'TREND_ABOVE_EMA200' : 'TREND_BELOW_EMA200',
    text: () =>
      young
        ? 'fewer than 200 candles, so no EMA200: its part counts half'
        : `close ${digits(Math.abs(bar.close))} ${above ? 'above' : 'below'} EMA200 ${digits(Math.abs(ema200))}, ` +
          `EMA20 ${digits(Math.abs(ema20))}, EMA50 ${digits(Math.abs(ema50))}`,
  };
}

function breakout({ side, bar, top, bottom, atr }: Facts): PriceBlock {
  const distance = (bar.close - top) / atr;
  const width = (top - bottom) / atr;
  const location = closeLocation(bar);
  const outside = distance > 0;
  return {
    component: 'breakout',
    parts: [
      ramp('distance_atr', distance, 0, 0.5, 10),
      // Too far is too late: what the distance has earned in full by then goes down to 4.
      ramp('distance_too_far_atr', distance, 1.5, 3, -6),
      ramp('close_location', location, 0.5, 0.9, 8),
      ramp('channel_width_atr', width, 10, 4, 7),
    ],
    max: 25,
    code: outside ? (side === 'long' ? 'BREAKOUT_ABOVE_CHANNEL' : 'BREAKOUT_BELOW_CHANNEL') : 'BREAKOUT_INSIDE_CHANNEL',
    text: () =>
      `close ${decimals(Math.abs(distance))} ATR ${outside ? 'outside' : 'inside'} a channel ${decimals(width)} ATR wide, ` +
      `at ${decimals(location)} of the candle's range`,
  };
}

function strength({ adx, diWith, diAgainst }: Facts): PriceBlock {
  const withSide = diWith > diAgainst;
  return {
    component: 'strength',
    // Negative when the movement is against the side: then it earns nothing, however strong.
    parts: [ramp('adx14_with_side', withSide ? adx : -adx, 15, 35, 15)],
    max: 15,
    code: withSide ? 'STRENGTH_WITH_SIDE' : 'STRENGTH_AGAINST_SIDE',
    text: () => `ADX ${decimals(adx)}, DI ${decimals(diWith)} with the side and ${decimals(diAgainst)} against it`,
  };
}

function volume({ volume: ratio }: Facts): PriceBlock {
  return {
    component: 'volume',
    parts: [ramp('volume_ratio', ratio, 1, 2.5, 15)],
    max: 15,
    code: 'VOLUME_RATIO',
    text: () => `volume ${decimals(ratio)} times the 20-bar average`,
  };
}

function judge(facts: Facts): SideAnswer {
  const { side, bar, previousClose, top, previousTop, atr } = facts;
  const edge = side === 'long' ? 'above the 20-bar high' : 'below the 20-bar low';
  const gate = gateOf(
    [
      {
        holds: bar.close > top,
        ...compared(side, 'close', bar.close, '>', top),
        code: 'NO_GATE_INSIDE_CHANNEL',
        text: () =>
          `close ${digits(Math.abs(bar.close))} is not ${edge} ${digits(Math.abs(top))}: ` +
          `${decimals((top - bar.close) / atr)} ATR short of it`,
      },
      {
        holds: !(previousClose > previousTop),
        ...compared(side, 'close_before', previousClose, '<=', previousTop),
        code: 'NO_GATE_ALREADY_OUTSIDE',
        text: () => `the close before was ${edge} already (${digits(Math.abs(previousTop))}): not the first`,
      },
    ],
    () => ({
      reason: {
        code: 'GATE_BREAKOUT',
        text: `first close ${edge}: ${digits(Math.abs(bar.close))} against ${digits(Math.abs(top))}`,
      },
      setup: setupOf(
        side,
        Math.abs(bar.close),
        PARAMETERS.stop_atr * atr,
        PARAMETERS.target_atr * atr,
        PARAMETERS.max_bars,
      ),
    }),
  );
  return { blocks: [trend(facts), breakout(facts), strength(facts), volume(facts)], gate };
}

function indicatorsOf(candles: CandleSeries, columns: Columns, facts: Facts): Observable {
  const t = candles.length - 1;
  const high = columns.highest20(t - 1);
  const low = columns.lowest20(t - 1);
  return {
    ema20: known(columns.ema20[t]),
    ema50: known(columns.ema50[t]),
    ema200: known(columns.ema200[t]),
    atr14: facts.atr,
    adx14: known(facts.adx),
    plus_di14: known(columns.plusDi14[t]),
    minus_di14: known(columns.minusDi14[t]),
    donchian: { high, low, width_atr: (high - low) / facts.atr },
    volume_ratio: facts.volume,
    breakout_distance_atr: (facts.bar.close - facts.top) / facts.atr,
  };
}

export const trendBreakout = {
  id: 'trend-breakout',
  summary: 'first close outside the 20-bar channel, with trend, strength, volume and rising open interest',
  warmup: 100,
  settledAt: 500,
  series: kindsOf(NEW_MONEY),
  parameters: PARAMETERS,
  evaluate: (input) => {
    const { candles } = input;
    const columns = columnsOf(candles);
    const t = candles.length - 1;
    const failure = withoutRange(columns.atr14[t]!);
    if (failure) return failure;

    const facts = { long: factsOf(candles, columns, 'long'), short: factsOf(candles, columns, 'short') };
    const verdict = chooseSide(judge(facts.long), judge(facts.short));
    const external = externalBlock(input, NEW_MONEY, verdict.side, DAY_MS);
    const fired = verdict.direction !== 'none';
    return scored(verdict, external, {
      indicators: indicatorsOf(candles, columns, facts[verdict.side]),
      trendlines: fired ? bestTrendlines(candles, columns.atr14[t]!) : [],
      pivots: fired ? latestPivots(candles) : [],
      quadrant: external.quadrant,
    });
  },
} as const satisfies Strategy;
