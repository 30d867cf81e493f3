/** Donchian breakout out of calm, with trend, volume and new money. */
import type { MarketView, Observable, Side } from '../core/strategy.ts';
import { DAY_MS } from '../core/time.ts';
import type { BreakoutEntry, Facts, Reading } from './breakout-facts.ts';
import { PARAMETERS, distanceAtr, entryOf, factsOf, readAt } from './breakout-facts.ts';
import type { ConditionRule } from './conditions.ts';
import { LEVELS_ABOVE_ZERO, same } from './conditions.ts';
import { NEW_MONEY } from './new-money.ts';
import { bestTrendlines, latestPivots } from './observables.ts';
import type { ComponentRule } from './parts.ts';
import { signOf } from './sides.ts';
import { strategyOf } from './strategy-of.ts';
import { decimals, known, NO_VOLUME, price, volumeCode } from './texts.ts';

function edgeWords(side: Side): string {
  return side === 'long' ? 'above the 20-bar high' : 'below the 20-bar low';
}

const CONDITIONS: readonly ConditionRule<BreakoutEntry>[] = [
  {
    code: { long: 'CLOSE_ABOVE_CHANNEL', short: 'CLOSE_BELOW_CHANNEL' },
    measure: same('close'),
    value: ({ close }) => close,
    needs: '>',
    threshold: ({ top }) => top,
    shortFrom: 0,
    text: (entry) =>
      `close ${price(entry.close)} is not ${edgeWords(entry.side)} ${price(entry.top)}: ` +
      `${decimals(-distanceAtr(entry))} ATR short of it`,
  },
  {
    code: { long: 'FIRST_CLOSE_ABOVE_CHANNEL', short: 'FIRST_CLOSE_BELOW_CHANNEL' },
    measure: same('close_before'),
    value: ({ previousClose }) => previousClose,
    needs: '<=',
    threshold: ({ previousTop }) => previousTop,
    shortFrom: 0,
    text: ({ side, previousTop }) =>
      `the close before was ${edgeWords(side)} already (${price(previousTop)}): not the first`,
  },
  LEVELS_ABOVE_ZERO,
];

const COMPONENTS: readonly ComponentRule<Facts>[] = [
  {
    component: 'calm',
    max: 30,
    parts: [
      {
        part: 'atr_share_percentile',
        value: ({ calm }) => calm.percentile,
        zeroAt: 0.9,
        fullAt: 0.2,
        max: 30,
        missing: 'half',
      },
    ],
    code: ({ calm }) => (Number.isNaN(calm.percentile) ? 'CALM_SHORT_HISTORY' : 'CALM_PERCENTILE'),
    text: ({ calm: { bars, percentile } }) =>
      Number.isNaN(percentile)
        ? `${bars} earlier values of ATR14 / close, ${PARAMETERS.calm_min_bars} needed: counts half`
        : `ATR14 / close: percentile ${decimals(percentile)} of the ${bars} values before it`,
  },
  {
    component: 'breakout',
    max: 20,
    parts: [{ part: 'distance_atr', value: distanceAtr, zeroAt: 0, fullAt: 1, max: 20 }],
    code: (facts) => {
      if (!(distanceAtr(facts) > 0)) return 'BREAKOUT_INSIDE_CHANNEL';
      return facts.side === 'long' ? 'BREAKOUT_ABOVE_CHANNEL' : 'BREAKOUT_BELOW_CHANNEL';
    },
    text: (facts) => {
      const distance = distanceAtr(facts);
      return `close ${decimals(Math.abs(distance))} ATR ${distance > 0 ? 'outside' : 'inside'} the 20-bar channel`;
    },
  },
  {
    component: 'trend',
    max: 20,
    parts: [
      {
        part: 'close_over_ema200_atr',
        value: ({ close, ema200, atr }) => (close - ema200) / atr,
        zeroAt: 0,
        fullAt: 0,
        max: 20,
        missing: 'half',
      },
    ],
    code: (facts) => {
      if (Number.isNaN(facts.ema200)) return 'TREND_NO_EMA200';
      return isAboveSlow(facts) ? 'TREND_ABOVE_EMA200' : 'TREND_BELOW_EMA200';
    },
    text: (facts) =>
      Number.isNaN(facts.ema200)
        ? 'fewer than 200 candles, so no EMA200: counts half'
        : `close ${price(facts.close)} ${isAboveSlow(facts) ? 'above' : 'below'} EMA200 ${price(facts.ema200)}`,
  },
  {
    component: 'volume',
    max: 10,
    parts: [{ part: 'volume_ratio', value: ({ volume }) => volume, zeroAt: 1, fullAt: 2.5, max: 10, missing: 'half' }],
    code: ({ volume }) => volumeCode(volume),
    text: ({ volume }) => (Number.isNaN(volume) ? NO_VOLUME : `volume ${decimals(volume)} times the 20-bar average`),
  },
];

/** As the chart shows it, whichever side looks at it. */
function isAboveSlow({ side, close, ema200 }: Facts): boolean {
  return signOf(side) * (close - ema200) > 0;
}

/** The first close beyond the channel that ends with this candle; none is the first when this one is outside its own. */
function edgeOf({ candles, indicators }: MarketView, reading: Reading, side: Side): number {
  const { close, top } = entryOf(reading, side);
  if (close > top) return Number.NaN;
  const bar = candles.length - 1;
  return side === 'long' ? indicators.highest20(bar) : -indicators.lowest20(bar);
}

function observe(view: MarketView, facts: Facts): { readonly [key: string]: Observable } {
  const { candles, indicators } = view;
  const bar = candles.length - 1;
  const { high, low } = readAt(view, bar);
  return {
    indicators: {
      ema20: known(indicators.ema20[bar]),
      ema50: known(indicators.ema50[bar]),
      ema200: known(indicators.ema200[bar]),
      atr14: facts.atr,
      adx14: known(indicators.adx14[bar]),
      plus_di14: known(indicators.plusDi14[bar]),
      minus_di14: known(indicators.minusDi14[bar]),
      donchian: { high, low, width_atr: (high - low) / facts.atr },
      volume_ratio: known(facts.volume),
      breakout_distance_atr: distanceAtr(facts),
      calm_percentile: known(facts.calm.percentile),
    },
    trendlines: bestTrendlines(candles, facts.atr),
    pivots: latestPivots(candles),
  };
}

export const trendBreakout = strategyOf<Reading, BreakoutEntry, Facts>({
  id: 'trend-breakout',
  summary: 'first close outside the 20-bar channel, better out of calm, with trend, volume and rising open interest',
  record: {
    status: 'inconclusive',
    excess_r: 0.05,
    interval: [-0.03, 0.13],
    net_r: 0.041,
    net_interval: [-0.038, 0.122],
    n: 38_837,
    period: '2024-01 to 2026-03',
  },
  warmup: 100,
  warmedUpAt: 500,
  parameters: PARAMETERS,
  series: NEW_MONEY,
  maxBars: PARAMETERS.max_bars,
  conditions: CONDITIONS,
  components: COMPONENTS,
  readAt,
  entryOf,
  factsOf,
  entryReason: ({ side, close, top }) => ({
    code: 'ENTRY_BREAKOUT',
    text: `first close ${edgeWords(side)}: ${price(close)} against ${price(top)}`,
  }),
  edgeOf,
  spanMs: () => DAY_MS,
  observe,
});
