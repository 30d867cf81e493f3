/** Fading exhaustion where the crowd leans one way. */
import type { MarketView, Observable, SeriesUse, Side } from '../core/strategy.ts';
import { DAY_MS } from '../core/time.ts';
import type { ConditionRule } from './conditions.ts';
import { LEVELS_ABOVE_ZERO, same } from './conditions.ts';
import type { Facts, Reading, ReversalEntry } from './crowding-facts.ts';
import {
  PARAMETERS,
  closeOnBand,
  deepest,
  entryOf,
  factsOf,
  isStretched,
  judgedStretch,
  readAt,
} from './crowding-facts.ts';
import type { ComponentRule } from './parts.ts';
import { closeLocation, signOf, volumeRatio } from './sides.ts';
import { strategyOf } from './strategy-of.ts';
import { decimals, known, NO_VOLUME, price } from './texts.ts';

/** For longs the crowd was long and has been flushed out: funding and ratio low, long liquidations high, open interest down. */
const CROWDING: readonly SeriesUse[] = [
  { kind: 'open_interest', weight: 0.2, speaksFor: { long: 'low', short: 'low' } },
  { kind: 'funding_rate', weight: 0.4, speaksFor: { long: 'low', short: 'high' } },
  { kind: 'long_short_ratio', weight: 0.2, speaksFor: { long: 'low', short: 'high' } },
  { kind: 'liquidations', weight: 0.2, speaksFor: { long: 'high', short: 'low' } },
];

function notStretched(entry: ReversalEntry): string {
  const long = entry.side === 'long';
  return (
    `none of 3 bars was 2 deviations ${long ? 'below' : 'above'} the mean with RSI ${long ? '32 or less' : '68 or more'} ` +
    `(best ${decimals(deepest(entry))})`
  );
}

const CONDITIONS: readonly ConditionRule<ReversalEntry>[] = [
  {
    code: { long: 'STRETCHED_BELOW_MEAN', short: 'STRETCHED_ABOVE_MEAN' },
    measure: same('stretch_deviations'),
    value: (entry) => judgedStretch(entry).deviations,
    needs: '>=',
    threshold: () => PARAMETERS.band_deviations,
    text: notStretched,
  },
  {
    code: { long: 'RSI_OVERSOLD', short: 'RSI_OVERBOUGHT' },
    measure: same('rsi14_of_that_bar'),
    value: (entry) => judgedStretch(entry).rsi,
    needs: '<=',
    threshold: () => PARAMETERS.rsi_extreme,
    shortFrom: 100,
    text: notStretched,
  },
  {
    code: same('CLOSE_INSIDE_BAND'),
    measure: same('close'),
    value: ({ close }) => close,
    needs: '>',
    threshold: ({ band }) => band,
    shown: { value: ({ close }) => close, threshold: ({ backInside }) => backInside() },
    shortFrom: 0,
    text: ({ close, band }) => `close ${price(close)} is still outside the band ${price(band)}`,
  },
  {
    code: { long: 'CLOSE_TURNED_UP', short: 'CLOSE_TURNED_DOWN' },
    measure: same('close'),
    value: ({ close }) => close,
    needs: '>',
    threshold: ({ previousClose }) => previousClose,
    shortFrom: 0,
    text: ({ close, previousClose }) =>
      `close ${price(close)} has not turned: the one before was ${price(previousClose)}`,
  },
  {
    code: { long: 'CLOSE_IN_UPPER_HALF', short: 'CLOSE_IN_LOWER_HALF' },
    measure: same('close'),
    value: ({ bar }) => closeLocation(bar),
    needs: '>=',
    threshold: () => PARAMETERS.min_close_location,
    shown: {
      value: ({ close }) => close,
      threshold: ({ bar }) => bar.low + PARAMETERS.min_close_location * (bar.high - bar.low),
    },
    shortFrom: 0,
    text: ({ bar }) => `close at ${decimals(closeLocation(bar))} of the candle's range, 0.5 needed`,
  },
  {
    code: same('ROOM_TO_MEAN'),
    measure: same('room_atr'),
    value: ({ target }) => target,
    needs: '>=',
    threshold: ({ stop }) => stop,
    shown: { value: ({ target, atr }) => target / atr, threshold: ({ stop, atr }) => stop / atr },
    text: ({ target, stop, atr }) =>
      `${decimals(target / atr)} ATR to the mean, less than the ${decimals(stop / atr)} ATR to the stop`,
  },
  LEVELS_ABOVE_ZERO,
];

const STRETCH: ComponentRule<Facts> = {
  component: 'stretch',
  max: 30,
  parts: [
    { part: 'stretch_deviations', value: deepest, zeroAt: 1.5, fullAt: 3, max: 15 },
    { part: 'rsi14', value: lowestRsi, zeroAt: 35, fullAt: 20, max: 15, shortFrom: 100 },
  ],
  code: ({ side }) => (side === 'long' ? 'STRETCH_BELOW_MEAN' : 'STRETCH_ABOVE_MEAN'),
  text: (facts) => {
    const long = facts.side === 'long';
    const rsi = lowestRsi(facts);
    return (
      `in 3 bars up to ${decimals(deepest(facts))} deviations ${long ? 'below' : 'above'} the 20-bar mean, ` +
      `RSI ${long ? 'down' : 'up'} to ${decimals(long ? rsi : 100 - rsi)}`
    );
  },
};

function lowestRsi({ recent }: Facts): number {
  let least = Infinity;
  for (const { rsi } of recent) least = Math.min(least, rsi);
  return least;
}

const EXHAUSTION: ComponentRule<Facts> = {
  component: 'exhaustion',
  max: 20,
  parts: [
    { part: 'range_atr', value: ({ rangeRatio }) => rangeRatio, zeroAt: 1, fullAt: 3, max: 8 },
    { part: 'volume_ratio', value: (facts) => facts.volumeRatio, zeroAt: 1, fullAt: 3, max: 6, missing: 'half' },
    { part: 'wick_share', value: ({ wick }) => wick, zeroAt: 0.2, fullAt: 0.6, max: 6 },
  ],
  code: () => 'EXHAUSTION_THREE_BARS',
  text: (facts) =>
    `in 3 bars: range up to ${decimals(facts.rangeRatio)} ATR, ` +
    `${Number.isNaN(facts.volumeRatio) ? NO_VOLUME : `volume up to ${decimals(facts.volumeRatio)} times the average`}, ` +
    `${facts.side === 'long' ? 'lower' : 'upper'} wick up to ${decimals(facts.wick)} of the range`,
};

const CONFIRMATION: ComponentRule<Facts> = {
  component: 'confirmation',
  max: 15,
  parts: [
    {
      part: 'close_inside_band_atr',
      value: ({ close, band, atr }) => (close - band) / atr,
      zeroAt: 0,
      fullAt: 0,
      max: 5,
    },
    { part: 'body_with_side_atr', value: ({ bar, atr }) => (bar.close - bar.open) / atr, zeroAt: 0, fullAt: 0, max: 5 },
    { part: 'close_location', value: ({ bar }) => closeLocation(bar), zeroAt: 0.5, fullAt: 0.8, max: 5 },
  ],
  code: ({ close, band }) => (close > band ? 'CONFIRMATION_INSIDE_BAND' : 'CONFIRMATION_OUTSIDE_BAND'),
  text: ({ bar, band }) =>
    `close ${bar.close > band ? 'inside' : 'outside'} the band ${price(band)}, candle ` +
    `${bar.close > bar.open ? 'with' : 'against'} the side, close ${decimals(closeLocation(bar))} of the range towards it`,
};

const REGIME: ComponentRule<Facts> = {
  component: 'regime',
  max: 15,
  parts: [
    { part: 'adx14', value: ({ adx }) => adx, zeroAt: 45, fullAt: 25, max: 8 },
    { part: 'ema200_slope_24_bars_atr', value: ({ slope }) => slope, zeroAt: -1, fullAt: 0, max: 7, missing: 'half' },
  ],
  code: ({ slope }) => (Number.isNaN(slope) ? 'REGIME_NO_EMA200' : 'REGIME_TREND'),
  text: ({ side, adx, slope }) =>
    Number.isNaN(slope)
      ? `ADX ${decimals(adx)}; fewer than 224 candles, so no slope of EMA200: its part counts half`
      : `ADX ${decimals(adx)}, EMA200 moved ${decimals(signOf(side) * slope)} ATR in 24 bars`,
};

/**
 * A candle that is stretched itself is outside the band, so one of the last two must have been. The next close must then be beyond the
 * last one and inside the band.
 */
function edgeOf({ candles }: MarketView, reading: Reading, side: Side): number {
  const { close, recent } = entryOf(reading, side);
  if (!recent.slice(0, -1).some(isStretched)) return Number.NaN;
  return Math.max(close, closeOnBand(candles.close, candles.length, side));
}

function observe({ candles, indicators }: MarketView, facts: Facts): { readonly [key: string]: Observable } {
  const bar = candles.length - 1;
  const mean = indicators.sma20(bar);
  const reach = PARAMETERS.band_deviations * indicators.deviation20(bar);
  return {
    indicators: {
      rsi14: known(indicators.rsi14[bar]),
      atr14: facts.atr,
      adx14: known(facts.adx),
      ema200: known(indicators.ema200[bar]),
      ema200_slope_atr: known(signOf(facts.side) * facts.slope),
      bollinger: { middle: mean, upper: mean + reach, lower: mean - reach },
      stretch: deepest(facts),
      volume_ratio: known(volumeRatio(candles, indicators.volume20, bar)),
    },
    trendlines: [],
  };
}

export const crowdingReversal = strategyOf<Reading, ReversalEntry, Facts>({
  id: 'crowding-reversal',
  summary:
    'turn back to the 20-bar mean after an exhausted move, with funding, long/short, liquidations and open interest',
  record: {
    status: 'negative',
    excess_r: -0.039,
    interval: [-0.122, 0.051],
    net_r: -0.09,
    net_interval: [-0.169, -0.003],
    n: 16_339,
    period: '2024-01 to 2026-03',
  },
  warmup: 100,
  warmedUpAt: 500,
  parameters: PARAMETERS,
  series: CROWDING,
  maxBars: PARAMETERS.max_bars,
  conditions: CONDITIONS,
  components: [STRETCH, EXHAUSTION, CONFIRMATION, REGIME],
  readAt,
  entryOf,
  factsOf,
  entryReason: (entry) => ({
    code: 'ENTRY_REVERSAL',
    text:
      `back inside the band after ${decimals(deepest(entry))} deviations ${entry.side === 'long' ? 'below' : 'above'} ` +
      `the mean, ${decimals(entry.target / entry.atr)} ATR to the mean ${price(entry.mean)}`,
  }),
  edgeOf,
  spanMs: () => DAY_MS,
  observe,
});
