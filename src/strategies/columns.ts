/** The indicators that strategies read. Conventions: strategies.md 2. */
import type { CandleSeries } from '../core/candles.ts';
import { deviationAt } from '../indicators/deviation.ts';
import { highestAt, lowestAt } from '../indicators/extremes.ts';
import { fillAverages, fillMovement } from '../indicators/fused.ts';
import { smaAt } from '../indicators/sma.ts';

/** The value at a candle, NaN before the first valid one. */
type At = (bar: number) => number;

/**
 * Recursions are columns, NaN before their first valid index; they may be longer than the candles, and what stands behind those
 * means nothing. Windows are computed where they are read, which is at a few of the last candles.
 */
export interface Columns {
  readonly ema20: Float64Array;
  readonly ema50: Float64Array;
  readonly ema200: Float64Array;
  readonly atr14: Float64Array;
  readonly adx14: Float64Array;
  readonly plusDi14: Float64Array;
  readonly minusDi14: Float64Array;
  readonly rsi14: Float64Array;
  readonly sma20: At;
  /** Population standard deviation of the last 20 closes. */
  readonly deviation20: At;
  readonly trueRange: At;
  /** Highest high and lowest low of the 20 candles that end at the index, itself included. */
  readonly highest20: At;
  readonly lowest20: At;
  /** Mean volume of the last 20 candles. */
  readonly volume20: At;
}

const WINDOW = 20;

/** One market's worth of memory, used for all of them. */
let memory = recursions(0);
let latest: { readonly candles: CandleSeries; readonly columns: Columns } | null = null;

/**
 * The columns of `candles`, valid until those of others are asked for. The strategies of one market ask one after the other, so
 * the last answer is kept; the result depends on nothing but the argument.
 */
export function columnsOf(candles: CandleSeries): Columns {
  if (latest?.candles !== candles) {
    // Whoever is cut off in here must not leave half of one market under the name of another.
    latest = null;
    latest = { candles, columns: compute(candles) };
  }
  return latest.columns;
}

function compute(candles: CandleSeries): Columns {
  const { high, low, close, volume, length } = candles;
  if (memory.ema20.length < length) memory = recursions(length);
  fillAverages(close, length, memory);
  fillMovement(candles, memory);
  const { ema20, ema50, ema200, atr14, adx14, plusDi14, minusDi14, rsi14 } = memory;
  return {
    ema20,
    ema50,
    ema200,
    atr14,
    adx14,
    plusDi14,
    minusDi14,
    rsi14,
    sma20: (bar) => smaAt(close, bar, WINDOW),
    deviation20: (bar) => deviationAt(close, bar, WINDOW),
    trueRange: (bar) => Math.max(high[bar]!, close[bar - 1]!) - Math.min(low[bar]!, close[bar - 1]!),
    highest20: (bar) => highestAt(high, bar, WINDOW),
    lowest20: (bar) => lowestAt(low, bar, WINDOW),
    volume20: (bar) => smaAt(volume, bar, WINDOW),
  };
}

function recursions(length: number) {
  const column = (): Float64Array => new Float64Array(length);
  return {
    ema20: column(),
    ema50: column(),
    ema200: column(),
    atr14: column(),
    adx14: column(),
    plusDi14: column(),
    minusDi14: column(),
    rsi14: column(),
  };
}
