/** A small strategy to begin with, as `scan strategies new` writes it. */

export function skeleton(id: string): string {
  return TEXT.replace('my-idea', id).replaceAll('LIBRARY', `'perpscan'`);
}

/** With LIBRARY for what it imports from. */
const TEXT = `/** Long on the first close above the EMA50, short on the first one below it. The rules of this file are yours to change. */
import { LEVELS_ABOVE_ZERO, same, signOf, strategyOf, UNMEASURED } from LIBRARY;
import type { ComponentRule, ConditionRule, Entry, MarketView, Side } from LIBRARY;

const PARAMETERS = { stop_atr: 2, target_atr: 4, max_bars: 24 };

/** What is read at one candle. */
interface Reading {
  readonly close: number;
  readonly previousClose: number;
  readonly mean: number;
  readonly previousMean: number;
  readonly slow: number;
  readonly atr: number;
}

/** The same as one side sees it: for shorts prices are negated, so that every rule is written once, for longs. */
type Facts = Entry & Reading;

function readAt({ candles, indicators }: MarketView, bar: number): Reading {
  return {
    close: candles.close[bar]!,
    previousClose: candles.close[bar - 1]!,
    mean: indicators.ema50[bar]!,
    previousMean: indicators.ema50[bar - 1]!,
    slow: indicators.ema200[bar]!,
    atr: indicators.atr14[bar]!,
  };
}

function entryOf(reading: Reading, side: Side): Facts {
  const sign = signOf(side);
  return {
    side,
    close: sign * reading.close,
    previousClose: sign * reading.previousClose,
    mean: sign * reading.mean,
    previousMean: sign * reading.previousMean,
    slow: sign * reading.slow,
    atr: reading.atr,
    // Distances from the close.
    stop: PARAMETERS.stop_atr * reading.atr,
    target: PARAMETERS.target_atr * reading.atr,
  };
}

/** A side whose conditions all hold is the direction. Candles alone decide it. */
const CONDITIONS: readonly ConditionRule<Facts>[] = [
  {
    code: { long: 'CLOSE_ABOVE_EMA50', short: 'CLOSE_BELOW_EMA50' },
    measure: same('close'),
    value: ({ close }) => close,
    needs: '>',
    threshold: ({ mean }) => mean,
    shortFrom: 0,
    text: ({ side }) => \`the close is not \${side === 'long' ? 'above' : 'below'} the EMA50\`,
  },
  {
    code: same('FIRST_CLOSE_BEYOND_EMA50'),
    measure: same('close_before'),
    value: ({ previousClose }) => previousClose,
    needs: '<=',
    threshold: ({ previousMean }) => previousMean,
    shortFrom: 0,
    text: () => 'the close before was beyond the EMA50 already',
  },
  // Stop and target must be prices.
  LEVELS_ABOVE_ZERO,
];

/** The 80 points that candles decide; a part earns nothing at zeroAt, all at fullAt and its share in between. */
const COMPONENTS: readonly ComponentRule<Facts>[] = [
  {
    component: 'distance',
    max: 50,
    parts: [
      { part: 'distance_atr', value: ({ close, mean, atr }) => (close - mean) / atr, zeroAt: 0, fullAt: 1, max: 50 },
    ],
    code: () => 'DISTANCE_FROM_EMA50',
    text: ({ close, mean, atr }) => \`close \${((close - mean) / atr).toFixed(2)} ATR beyond the EMA50\`,
  },
  {
    component: 'trend',
    max: 30,
    // NaN before there is an EMA200: counts half.
    parts: [
      {
        part: 'close_over_ema200_atr',
        value: ({ close, slow, atr }) => (close - slow) / atr,
        zeroAt: 0,
        fullAt: 0,
        max: 30,
        missing: 'half',
      },
    ],
    code: ({ slow }) => (Number.isNaN(slow) ? 'TREND_NO_EMA200' : 'TREND_EMA200'),
    text: ({ close, slow }) => (close > slow ? 'on its side of the EMA200' : 'not on its side of the EMA200'),
  },
];

export const strategy = strategyOf<Reading, Facts, Facts>({
  id: 'my-idea',
  summary: 'first close beyond the EMA50, better with the EMA200 behind it',
  record: UNMEASURED,
  /** Below so many closed candles it is not asked; from so many on the start of history no longer matters. */
  warmup: 100,
  warmedUpAt: 500,
  parameters: PARAMETERS,
  /** The other 20 points: a high or a low percentile of a series speaks for a side. The weights add up to 1. */
  series: [{ kind: 'open_interest', weight: 1, speaksFor: { long: 'high', short: 'high' } }],
  maxBars: PARAMETERS.max_bars,
  conditions: CONDITIONS,
  components: COMPONENTS,
  readAt,
  entryOf,
  factsOf: (_view, reading) => ({ long: entryOf(reading, 'long'), short: entryOf(reading, 'short') }),
  entryReason: ({ side }) => ({
    code: 'ENTRY_EMA50',
    text: \`first close \${side === 'long' ? 'above' : 'below'} the EMA50\`,
  }),
  /** The close of the next candle from which the conditions hold, as the side sees it; NaN where no close can do it. */
  edgeOf: (_view, reading, side) => {
    const { close, mean } = entryOf(reading, side);
    return close > mean ? Number.NaN : mean;
  },
  /** The stretch over which the change of open interest counts. */
  spanMs: () => 24 * 3_600_000,
  observe: (_view, { mean, atr }) => ({ ema50: Math.abs(mean), atr14: atr }),
});
`;
