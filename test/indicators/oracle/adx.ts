import { atr } from './atr.ts';
import { wilder } from './wilder.ts';

/** All 0..100; NaN until the first valid index: `period` for the DI lines, `2 * period - 1` for ADX. */
export interface DirectionalMovement {
  readonly adx: Float64Array;
  readonly plusDi: Float64Array;
  readonly minusDi: Float64Array;
}

/**
 * Wilder's average directional index with +DI and -DI. The first smoothed values cover the full `period` (Wilder's own form;
 * TA-Lib starts from `period - 1`, which differs by up to 5 % at first and by less than 1e-6 after 250 bars). Wilder's sums
 * and his averages differ by the factor `period`, which cancels in every ratio. Without any movement all three are 0.
 */
export function adx(high: Float64Array, low: Float64Array, close: Float64Array, period: number): DirectionalMovement {
  const n = close.length;
  const plusMovement = new Float64Array(n);
  const minusMovement = new Float64Array(n);
  for (let i = 1; i < n; i++) {
    const up = high[i]! - high[i - 1]!;
    const down = low[i - 1]! - low[i]!;
    plusMovement[i] = up > down && up > 0 ? up : 0;
    minusMovement[i] = down > up && down > 0 ? down : 0;
  }
  const range = atr(high, low, close, period);
  const plusAverage = wilder(plusMovement, period, 1);
  const minusAverage = wilder(minusMovement, period, 1);
  const plusDi = new Float64Array(n);
  const minusDi = new Float64Array(n);
  const dx = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const plus = percent(plusAverage[i]!, range[i]!);
    const minus = percent(minusAverage[i]!, range[i]!);
    plusDi[i] = plus;
    minusDi[i] = minus;
    dx[i] = percent(Math.abs(plus - minus), plus + minus);
  }
  return { adx: wilder(dx, period, period), plusDi, minusDi };
}

/** `part` in percent of `whole`; 0 when there is no whole. */
function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}
