/** Donchian breakout out of calm, with trend, volume and new money. */
import type { CandleSeries } from '../core/candles.ts';
import type { Observable, Side, Strategy } from '../core/strategy.ts';
import { DAY_MS } from '../core/time.ts';
import { percentileRank } from '../indicators/percentile.ts';
import type { Columns } from './columns.ts';
import { columnsOf } from './columns.ts';
import { NEW_MONEY, externalBlock, kindsOf } from './external-block.ts';
import { bestTrendlines, latestPivots } from './observables.ts';
import type { Bar, PriceBlock } from './scoring.ts';
import { barAt, decimals, digits, known, ramp, signOf, step, unmeasured, volumeRatio } from './scoring.ts';
import type { SideAnswer } from './verdict.ts';
import { chooseSide, compared, gateOf, scored, setupOf, withoutRange } from './verdict.ts';

const PARAMETERS = {
  channel_bars: 20,
  calm_bars: 400,
  calm_min_bars: 100,
  stop_atr: 2,
  target_atr: 4,
  max_bars: 48,
} as const;

/** Where ATR14 / close of the last candle stands among the values before it; the same for both sides. */
interface Calm {
  /** Values it is ranked among, at most 400. */
  readonly bars: number;
  /** 0..1; null when there are too few values to rank among. */
  readonly percentile: number | null;
}

/** What the rules look at, as the side sees it: for shorts all prices are negated, so a channel's bottom becomes its top. */
interface Facts {
  readonly side: Side;
  readonly bar: Bar;
  readonly previousClose: number;
  /** The top of the channel of the 20 candles before this one. */
  readonly top: number;
  /** The top of the channel that the previous close stood against. */
  readonly previousTop: number;
  /** NaN below 200 candles. */
  readonly ema200: number;
  readonly atr: number;
  readonly volume: number;
  readonly calm: Calm;
}

function factsOf(candles: CandleSeries, columns: Columns, calm: Calm, side: Side): Facts {
  const t = candles.length - 1;
  const sign = signOf(side);
  const tops = side === 'long' ? columns.highest20 : columns.lowest20;
  return {
    side,
    bar: barAt(candles, t, side),
    previousClose: sign * candles.close[t - 1]!,
    top: sign * tops(t - 1),
    previousTop: sign * tops(t - 2),
    ema200: sign * columns.ema200[t]!,
    atr: columns.atr14[t]!,
    volume: volumeRatio(candles, columns.volume20, t),
    calm,
  };
}

function calmOf({ close, length }: CandleSeries, { atr14 }: Columns): Calm {
  const share = (bar: number): number => atr14[bar]! / close[bar]!;
  const t = length - 1;
  const from = Math.max(0, t - PARAMETERS.calm_bars);
  const before = Array.from({ length: t - from }, (_, index) => share(from + index)).filter((value) => value >= 0);
  const enough = before.length >= PARAMETERS.calm_min_bars;
  return { bars: before.length, percentile: enough ? percentileRank(before, share(t)) : null };
}

function calmPoints({ calm: { bars, percentile } }: Facts): PriceBlock {
  const part = ramp('atr_share_percentile', percentile ?? Number.NaN, 0.9, 0.2, 30);
  return {
    component: 'calm',
    parts: [percentile === null ? unmeasured(part) : part],
    max: 30,
    code: percentile === null ? 'CALM_SHORT_HISTORY' : 'CALM_PERCENTILE',
    text: () =>
      percentile === null
        ? `${bars} earlier values of ATR14 / close, ${PARAMETERS.calm_min_bars} needed: counts half`
        : `ATR14 / close: percentile ${decimals(percentile)} of the ${bars} values before it`,
  };
}

function breakout({ side, bar, top, atr }: Facts): PriceBlock {
  const distance = (bar.close - top) / atr;
  const outside = distance > 0;
  return {
    component: 'breakout',
    parts: [ramp('distance_atr', distance, 0, 1, 20)],
    max: 20,
    code: outside ? (side === 'long' ? 'BREAKOUT_ABOVE_CHANNEL' : 'BREAKOUT_BELOW_CHANNEL') : 'BREAKOUT_INSIDE_CHANNEL',
    text: () => `close ${decimals(Math.abs(distance))} ATR ${outside ? 'outside' : 'inside'} the 20-bar channel`,
  };
}

function trend({ side, bar, ema200, atr }: Facts): PriceBlock {
  const young = Number.isNaN(ema200);
  const over = step('close_over_ema200_atr', (bar.close - ema200) / atr, 0, 20);
  const above = signOf(side) * (bar.close - ema200) > 0;
  return {
    component: 'trend',
    parts: [young ? unmeasured(over) : over],
    max: 20,
    code: young ? 'TREND_NO_EMA200' : above ? 'TREND_ABOVE_EMA200' : 'TREND_BELOW_EMA200',
    text: () =>
      young
        ? 'fewer than 200 candles, so no EMA200: counts half'
        : `close ${digits(Math.abs(bar.close))} ${above ? 'above' : 'below'} EMA200 ${digits(Math.abs(ema200))}`,
  };
}

function volume({ volume: ratio }: Facts): PriceBlock {
  return {
    component: 'volume',
    parts: [ramp('volume_ratio', ratio, 1, 2.5, 10)],
    max: 10,
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
  return { blocks: [calmPoints(facts), breakout(facts), trend(facts), volume(facts)], gate };
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
    adx14: known(columns.adx14[t]),
    plus_di14: known(columns.plusDi14[t]),
    minus_di14: known(columns.minusDi14[t]),
    donchian: { high, low, width_atr: (high - low) / facts.atr },
    volume_ratio: facts.volume,
    breakout_distance_atr: (facts.bar.close - facts.top) / facts.atr,
    calm_percentile: facts.calm.percentile,
  };
}

export const trendBreakout = {
  id: 'trend-breakout',
  summary: 'first close outside the 20-bar channel, better out of calm, with trend, volume and rising open interest',
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

    const calm = calmOf(candles, columns);
    const facts = { long: factsOf(candles, columns, calm, 'long'), short: factsOf(candles, columns, calm, 'short') };
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
