/** Fading exhaustion where the crowd leans one way (strategies.md 1.4, rulings.md 19). */
import type { CandleSeries } from '../core/candles.ts';
import type { Observable, Strategy } from '../core/strategy.ts';
import { DAY_MS } from '../core/time.ts';
import type { Columns } from './columns.ts';
import { columnsOf } from './columns.ts';
import type { Facts, Recent } from './crowding-facts.ts';
import { PARAMETERS, best, factsOf } from './crowding-facts.ts';
import type { ExternalUse } from './external-block.ts';
import { externalBlock, kindsOf } from './external-block.ts';
import type { PriceBlock } from './scoring.ts';
import { closeLocation, decimals, digits, known, ramp, signOf, step, unmeasured } from './scoring.ts';
import type { Condition, Gate, SideAnswer } from './verdict.ts';
import { chooseSide, compared, gateOf, scored, setupOf, withoutRange } from './verdict.ts';

/** For longs the crowd was long and has been flushed out: funding and ratio low, long liquidations high, open interest down. */
const CROWDING: readonly ExternalUse[] = [
  { kind: 'open_interest', weight: 0.2, speaksFor: { long: 'low', short: 'low' } },
  { kind: 'funding_rate', weight: 0.4, speaksFor: { long: 'low', short: 'high' } },
  { kind: 'long_short_ratio', weight: 0.2, speaksFor: { long: 'low', short: 'high' } },
  { kind: 'liquidations', weight: 0.2, speaksFor: { long: 'high', short: 'low' } },
];

function stretch(facts: Facts): PriceBlock {
  const deviations = best(facts, (recent) => recent.stretch);
  const rsi = Math.min(...facts.recent.map((recent) => recent.rsi));
  const long = facts.side === 'long';
  return {
    component: 'stretch',
    parts: [
      ramp('stretch_deviations', deviations, 1.5, 3, 15),
      long ? ramp('rsi14', rsi, 35, 20, 15) : ramp('rsi14', 100 - rsi, 65, 80, 15),
    ],
    max: 30,
    code: long ? 'STRETCH_BELOW_MEAN' : 'STRETCH_ABOVE_MEAN',
    text: () =>
      `in 3 bars up to ${decimals(deviations)} deviations ${long ? 'below' : 'above'} the 20-bar mean, ` +
      `RSI ${long ? 'down' : 'up'} to ${decimals(long ? rsi : 100 - rsi)}`,
  };
}

function exhaustion(facts: Facts): PriceBlock {
  const range = best(facts, (recent) => recent.rangeRatio);
  const volume = best(facts, (recent) => recent.volumeRatio);
  const wick = best(facts, (recent) => recent.wick);
  return {
    component: 'exhaustion',
    parts: [
      ramp('range_atr', range, 1, 3, 8),
      ramp('volume_ratio', volume, 1, 3, 6),
      ramp('wick_share', wick, 0.2, 0.6, 6),
    ],
    max: 20,
    code: 'EXHAUSTION_THREE_BARS',
    text: () =>
      `in 3 bars: range up to ${decimals(range)} ATR, volume up to ${decimals(volume)} times the average, ` +
      `${facts.side === 'long' ? 'lower' : 'upper'} wick up to ${decimals(wick)} of the range`,
  };
}

function confirmation({ bar, band, atr }: Facts): PriceBlock {
  const location = closeLocation(bar);
  const inside = bar.close > band;
  return {
    component: 'confirmation',
    parts: [
      step('close_inside_band_atr', (bar.close - band) / atr, 0, 5),
      step('body_with_side_atr', (bar.close - bar.open) / atr, 0, 5),
      ramp('close_location', location, 0.5, 0.8, 5),
    ],
    max: 15,
    code: inside ? 'CONFIRMATION_INSIDE_BAND' : 'CONFIRMATION_OUTSIDE_BAND',
    text: () =>
      `close ${inside ? 'inside' : 'outside'} the band ${digits(Math.abs(band))}, candle ` +
      `${bar.close > bar.open ? 'with' : 'against'} the side, close ${decimals(location)} of the range towards it`,
  };
}

function regime({ side, adx, slope }: Facts): PriceBlock {
  const young = Number.isNaN(slope);
  const slow = ramp('ema200_slope_24_bars_atr', slope, -1, 0, 7);
  return {
    component: 'regime',
    parts: [ramp('adx14', adx, 45, 25, 8), young ? unmeasured(slow) : slow],
    max: 15,
    code: young ? 'REGIME_NO_EMA200' : 'REGIME_TREND',
    text: () =>
      young
        ? `ADX ${decimals(adx)}; fewer than 224 candles, so no slope of EMA200: its part counts half`
        : `ADX ${decimals(adx)}, EMA200 moved ${decimals(signOf(side) * slope)} ATR in 24 bars`,
  };
}

function isStretched({ stretch: deviations, rsi }: Recent): boolean {
  return deviations >= PARAMETERS.band_deviations && rsi <= PARAMETERS.rsi_extreme;
}

/** Both must hold in one and the same bar: one in which they do, else the one that went furthest. */
function stretchDemands(facts: Facts, deepest: number): readonly Condition[] {
  const { side, recent } = facts;
  const long = side === 'long';
  const shown = recent.find(isStretched) ?? recent.find((one) => one.stretch === deepest)!;
  const { band_deviations: deviations, rsi_extreme: extreme } = PARAMETERS;
  const code = 'NO_GATE_NOT_STRETCHED';
  const text = (): string =>
    `none of 3 bars was 2 deviations ${long ? 'below' : 'above'} the mean with RSI ${long ? '32 or less' : '68 or more'} ` +
    `(best ${decimals(deepest)})`;
  return [
    {
      holds: shown.stretch >= deviations,
      code,
      measure: 'stretch_deviations',
      value: shown.stretch,
      needs: '>=',
      threshold: deviations,
      text,
    },
    {
      holds: shown.rsi <= extreme,
      code,
      measure: 'rsi14_of_that_bar',
      value: long ? shown.rsi : 100 - shown.rsi,
      needs: long ? '<=' : '>=',
      threshold: long ? extreme : 100 - extreme,
      text,
    },
  ];
}

/** What the candle itself must show: inside the band, turned, closed well. */
function turnDemands({ side, bar, previousClose, band, backInside }: Facts): readonly Condition[] {
  const price = digits(Math.abs(bar.close));
  const location = closeLocation(bar);
  return [
    {
      holds: bar.close > band,
      code: 'NO_GATE_STILL_OUTSIDE',
      ...compared(side, 'close', bar.close, '>', backInside),
      text: () => `close ${price} is still outside the band ${digits(Math.abs(band))}`,
    },
    {
      holds: bar.close > previousClose,
      code: 'NO_GATE_NO_TURN',
      ...compared(side, 'close', bar.close, '>', previousClose),
      text: () => `close ${price} has not turned: the one before was ${digits(Math.abs(previousClose))}`,
    },
    {
      holds: location >= PARAMETERS.min_close_location,
      code: 'NO_GATE_WEAK_CLOSE',
      ...compared(side, 'close', bar.close, '>=', bar.low + PARAMETERS.min_close_location * (bar.high - bar.low)),
      text: () => `close at ${decimals(location)} of the candle's range, 0.5 needed`,
    },
  ];
}

function gate(facts: Facts): Gate {
  const { side, bar, mean, stop, atr } = facts;
  const long = side === 'long';
  const room = mean - bar.close;
  const deepest = best(facts, (one) => one.stretch);
  return gateOf(
    [
      ...stretchDemands(facts, deepest),
      ...turnDemands(facts),
      {
        holds: room >= stop,
        code: 'NO_GATE_NO_ROOM',
        measure: 'room_atr',
        value: room / atr,
        needs: '>=',
        threshold: stop / atr,
        text: () => `${decimals(room / atr)} ATR to the mean, less than the ${decimals(stop / atr)} ATR to the stop`,
      },
    ],
    () => ({
      reason: {
        code: 'GATE_REVERSAL',
        text:
          `back inside the band after ${decimals(deepest)} deviations ${long ? 'below' : 'above'} the mean, ` +
          `${decimals(room / atr)} ATR to the mean ${digits(Math.abs(mean))}`,
      },
      setup: setupOf(side, Math.abs(bar.close), stop, room, PARAMETERS.max_bars),
    }),
  );
}

function judge(facts: Facts): SideAnswer {
  return { blocks: [stretch(facts), exhaustion(facts), confirmation(facts), regime(facts)], gate: gate(facts) };
}

function indicatorsOf(candles: CandleSeries, columns: Columns, facts: Facts): Observable {
  const t = candles.length - 1;
  const mean = columns.sma20(t);
  const reach = PARAMETERS.band_deviations * columns.deviation20(t);
  return {
    rsi14: known(columns.rsi14[t]),
    atr14: facts.atr,
    adx14: known(facts.adx),
    ema200: known(columns.ema200[t]),
    ema200_slope_atr: known(signOf(facts.side) * facts.slope),
    bollinger: { middle: mean, upper: mean + reach, lower: mean - reach },
    stretch: best(facts, (recent) => recent.stretch),
    volume_ratio: known(facts.recent[0]?.volumeRatio),
  };
}

export const crowdingReversal = {
  id: 'crowding-reversal',
  summary:
    'turn back to the 20-bar mean after an exhausted move, with funding, long/short, liquidations and open interest',
  warmup: 100,
  settledAt: 500,
  series: kindsOf(CROWDING),
  parameters: PARAMETERS,
  evaluate: (input) => {
    const { candles } = input;
    const columns = columnsOf(candles);
    const failure = withoutRange(columns.atr14[candles.length - 1]!);
    if (failure) return failure;

    const facts = { long: factsOf(candles, columns, 'long'), short: factsOf(candles, columns, 'short') };
    const verdict = chooseSide(judge(facts.long), judge(facts.short));
    const external = externalBlock(input, CROWDING, verdict.side, DAY_MS);
    return scored(verdict, external, {
      indicators: indicatorsOf(candles, columns, facts[verdict.side]),
      trendlines: [],
      quadrant: external.quadrant,
    });
  },
} as const satisfies Strategy;
