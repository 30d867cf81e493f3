/** The indicator columns that strategies read. Conventions: strategies.md 2. */
import type { CandleSeries } from '../core/candles.ts';
import { adx } from '../indicators/adx.ts';
import { atr, trueRange } from '../indicators/atr.ts';
import { standardDeviation } from '../indicators/deviation.ts';
import { ema } from '../indicators/ema.ts';
import { highest, lowest } from '../indicators/extremes.ts';
import { rsi } from '../indicators/rsi.ts';
import { sma } from '../indicators/sma.ts';

/** Each column has the length of the candles and is NaN before its first valid index. */
export interface Columns {
  readonly ema20: Float64Array;
  readonly ema50: Float64Array;
  readonly ema200: Float64Array;
  readonly sma20: Float64Array;
  /** Population standard deviation of the last 20 closes. */
  readonly deviation20: Float64Array;
  readonly trueRange: Float64Array;
  readonly atr14: Float64Array;
  readonly adx14: Float64Array;
  readonly plusDi14: Float64Array;
  readonly minusDi14: Float64Array;
  readonly rsi14: Float64Array;
  /** Highest high and lowest low of the 20 candles that end at the index, itself included. */
  readonly highest20: Float64Array;
  readonly lowest20: Float64Array;
  /** Mean volume of the last 20 candles. */
  readonly volume20: Float64Array;
}

let latest: { readonly candles: CandleSeries; readonly columns: Columns } | null = null;

/**
 * The columns of `candles`. The strategies of one market ask one after the other, so the last answer is kept: one market's
 * worth of memory, and the result depends on nothing but the argument.
 */
export function columnsOf(candles: CandleSeries): Columns {
  if (latest?.candles !== candles) latest = { candles, columns: compute(candles) };
  return latest.columns;
}

function compute({ high, low, close, volume }: CandleSeries): Columns {
  const directional = adx(high, low, close, 14);
  return {
    ema20: ema(close, 20),
    ema50: ema(close, 50),
    ema200: ema(close, 200),
    sma20: sma(close, 20),
    deviation20: standardDeviation(close, 20),
    trueRange: trueRange(high, low, close),
    atr14: atr(high, low, close, 14),
    adx14: directional.adx,
    plusDi14: directional.plusDi,
    minusDi14: directional.minusDi,
    rsi14: rsi(close, 14),
    highest20: highest(high, 20),
    lowest20: lowest(low, 20),
    volume20: sma(volume, 20),
  };
}
