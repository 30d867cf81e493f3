import { rollingSum } from './rolling.ts';

/**
 * Simple moving average in the unit of `values`. First value at `period - 1`; NaN before it and wherever the window holds a
 * NaN. A window of equal values gives exactly that value. O(n).
 */
export function sma(values: Float64Array, period: number): Float64Array {
  const out = rollingSum(values, period);
  let equalRun = 0;
  for (let i = 0; i < values.length; i++) {
    equalRun = values[i] === values[i - 1] ? equalRun + 1 : 1;
    // Twenty times 0.1 over twenty is not 0.1: in a flat market price would stand an ulp off its own average.
    out[i] = equalRun >= period ? values[i]! : out[i]! / period;
  }
  return out;
}
