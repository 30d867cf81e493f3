import { wilder } from './wilder.ts';

/** Wilder's true range in price units: the bar's range, widened to reach the previous close. NaN at 0, which has none. */
export function trueRange(high: Float64Array, low: Float64Array, close: Float64Array): Float64Array {
  const out = new Float64Array(close.length).fill(NaN);
  for (let i = 1; i < close.length; i++) {
    const previousClose = close[i - 1]!;
    out[i] = Math.max(high[i]!, previousClose) - Math.min(low[i]!, previousClose);
  }
  return out;
}

/** Average true range: Wilder's average of the true range, in price units. First value at index `period`, NaN before it (as TA-Lib). */
export function atr(high: Float64Array, low: Float64Array, close: Float64Array, period: number): Float64Array {
  return wilder(trueRange(high, low, close), period, 1);
}
