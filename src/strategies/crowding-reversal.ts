/** Fading exhaustion where the crowd leans one way (strategies.md 1.4, rulings.md 19). */
import type { CandleSeries } from '../core/candles.ts';
import type { Observable, Side, Strategy } from '../core/strategy.ts';
import { DAY_MS } from '../core/time.ts';
import type { Columns } from './columns.ts';
import { columnsOf } from './columns.ts';
import type { ExternalUse } from './external-block.ts';
import { externalBlock, kindsOf } from './external-block.ts';
import type { Bar, PriceBlock } from './scoring.ts';
import {
  barAt,
  closeLocation,
  decimals,
  digits,
  known,
  lin,
  lowerWick,
  ratio,
  signOf,
  volumeRatio,
} from './scoring.ts';
import type { Gate, SideAnswer } from './verdict.ts';
import { chooseSide, gateOf, scored, setupOf, withoutRange } from './verdict.ts';

const PARAMETERS = {
  recent_bars: 3,
  band_deviations: 2,
  rsi_extreme: 32,
  min_close_location: 0.5,
  stop_margin_atr: 0.5,
  min_stop_atr: 1,
  slope_bars: 24,
  max_bars: 24,
} as const;

/** For longs the crowd was long and has been flushed out: funding and ratio low, long liquidations high, open interest down. */
const CROWDING: readonly ExternalUse[] = [
  { kind: 'open_interest', weight: 0.2, speaksFor: { long: 'low', short: 'low' } },
  { kind: 'funding_rate', weight: 0.4, speaksFor: { long: 'low', short: 'high' } },
  { kind: 'long_short_ratio', weight: 0.2, speaksFor: { long: 'low', short: 'high' } },
  { kind: 'liquidations', weight: 0.2, speaksFor: { long: 'high', short: 'low' } },
];

/** One of the last three candles. Shorts see prices negated and the RSI as 100 - RSI. */
interface Recent {
  /** How far the close lies below the mean, in standard deviations. */
  readonly stretch: number;
  readonly rsi: number;
  readonly rangeRatio: number;
  readonly volumeRatio: number;
  readonly wick: number;
  readonly low: number;
}

interface Facts {
  readonly side: Side;
  readonly bar: Bar;
  readonly previousClose: number;
  readonly recent: readonly Recent[];
  readonly mean: number;
  /** The band below the mean. */
  readonly band: number;
  readonly atr: number;
  readonly adx: number;
  /** Change of EMA200 over 24 candles in ATR; NaN below 224 candles. */
  readonly slope: number;
  /** From the close to the stop, price units. */
  readonly stop: number;
}

function recentOf(candles: CandleSeries, columns: Columns, side: Side, q: number): Recent {
  const bar = barAt(candles, q, side);
  const rsi = columns.rsi14[q]!;
  return {
    stretch: ratio(signOf(side) * columns.sma20[q]! - bar.close, columns.deviation20[q]!),
    rsi: side === 'long' ? rsi : 100 - rsi,
    rangeRatio: ratio(columns.trueRange[q]!, columns.atr14[q - 1]!),
    volumeRatio: volumeRatio(candles, columns.volume20, q),
    wick: lowerWick(bar),
    low: bar.low,
  };
}

function factsOf(candles: CandleSeries, columns: Columns, side: Side): Facts {
  const t = candles.length - 1;
  const sign = signOf(side);
  const bar = barAt(candles, t, side);
  const atr = columns.atr14[t]!;
  const mean = sign * columns.sma20[t]!;
  const recent = Array.from({ length: PARAMETERS.recent_bars }, (_, back) =>
    recentOf(candles, columns, side, t - back),
  );
  const lowest = Math.min(...recent.map(({ low }) => low));
  return {
    side,
    bar,
    previousClose: sign * candles.close[t - 1]!,
    recent,
    mean,
    band: mean - PARAMETERS.band_deviations * columns.deviation20[t]!,
    atr,
    adx: columns.adx14[t]!,
    slope: (sign * (columns.ema200[t]! - (columns.ema200[t - PARAMETERS.slope_bars] ?? Number.NaN))) / atr,
    stop: Math.max(bar.close - lowest + PARAMETERS.stop_margin_atr * atr, PARAMETERS.min_stop_atr * atr),
  };
}

function best(facts: Facts, of: (recent: Recent) => number): number {
  return Math.max(...facts.recent.map(of));
}

function stretch(facts: Facts): PriceBlock {
  const deviations = best(facts, (recent) => recent.stretch);
  const rsi = Math.min(...facts.recent.map((recent) => recent.rsi));
  const long = facts.side === 'long';
  return {
    component: 'stretch',
    points: 15 * lin(deviations, 1.5, 3) + 15 * lin(rsi, 35, 20),
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
    points: 8 * lin(range, 1, 3) + 6 * lin(volume, 1, 3) + 6 * lin(wick, 0.2, 0.6),
    max: 20,
    code: 'EXHAUSTION_THREE_BARS',
    text: () =>
      `in 3 bars: range up to ${decimals(range)} ATR, volume up to ${decimals(volume)} times the average, ` +
      `${facts.side === 'long' ? 'lower' : 'upper'} wick up to ${decimals(wick)} of the range`,
  };
}

function confirmation({ bar, band }: Facts): PriceBlock {
  const location = closeLocation(bar);
  const inside = bar.close > band;
  return {
    component: 'confirmation',
    points: (inside ? 5 : 0) + (bar.close > bar.open ? 5 : 0) + 5 * lin(location, 0.5, 0.8),
    max: 15,
    code: inside ? 'CONFIRMATION_INSIDE_BAND' : 'CONFIRMATION_OUTSIDE_BAND',
    text: () =>
      `close ${inside ? 'inside' : 'outside'} the band ${digits(Math.abs(band))}, candle ` +
      `${bar.close > bar.open ? 'with' : 'against'} the side, close ${decimals(location)} of the range towards it`,
  };
}

function regime({ side, adx, slope }: Facts): PriceBlock {
  const young = Number.isNaN(slope);
  return {
    component: 'regime',
    points: 8 * lin(adx, 45, 25) + (young ? 3.5 : 7 * lin(slope, -1, 0)),
    max: 15,
    code: young ? 'REGIME_NO_EMA200' : 'REGIME_TREND',
    text: () =>
      young
        ? `ADX ${decimals(adx)}; fewer than 224 candles, so no slope of EMA200: its part counts half`
        : `ADX ${decimals(adx)}, EMA200 moved ${decimals(signOf(side) * slope)} ATR in 24 bars`,
  };
}

function gate(facts: Facts): Gate {
  const { side, bar, previousClose, recent, mean, band, stop, atr } = facts;
  const long = side === 'long';
  const location = closeLocation(bar);
  const room = mean - bar.close;
  const price = digits(Math.abs(bar.close));
  const deepest = best(facts, (one) => one.stretch);
  return gateOf(
    [
      {
        holds: recent.some((one) => one.stretch >= PARAMETERS.band_deviations && one.rsi <= PARAMETERS.rsi_extreme),
        code: 'NO_GATE_NOT_STRETCHED',
        text: () =>
          `none of 3 bars was 2 deviations ${long ? 'below' : 'above'} the mean with RSI ${long ? '32 or less' : '68 or more'} ` +
          `(best ${decimals(deepest)})`,
      },
      {
        holds: bar.close > band,
        code: 'NO_GATE_STILL_OUTSIDE',
        text: () => `close ${price} is still outside the band ${digits(Math.abs(band))}`,
      },
      {
        holds: bar.close > previousClose,
        code: 'NO_GATE_NO_TURN',
        text: () => `close ${price} has not turned: the one before was ${digits(Math.abs(previousClose))}`,
      },
      {
        holds: location >= PARAMETERS.min_close_location,
        code: 'NO_GATE_WEAK_CLOSE',
        text: () => `close at ${decimals(location)} of the candle's range, 0.5 needed`,
      },
      {
        holds: room >= stop,
        code: 'NO_GATE_NO_ROOM',
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
  const mean = columns.sma20[t]!;
  const reach = PARAMETERS.band_deviations * columns.deviation20[t]!;
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
