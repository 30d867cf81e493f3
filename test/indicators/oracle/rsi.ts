import { wilder } from './wilder.ts';

/**
 * Wilder's relative strength index, 0..100. First value at index `period`, NaN before it. Without any movement 50: neither
 * side is strong (TA-Lib says 0, TradingView 100).
 */
export function rsi(close: Float64Array, period: number): Float64Array {
  const n = close.length;
  const gains = new Float64Array(n);
  const losses = new Float64Array(n);
  for (let i = 1; i < n; i++) {
    const change = close[i]! - close[i - 1]!;
    // Math.max keeps a NaN, so a broken close cannot pass for "no movement".
    gains[i] = Math.max(change, 0);
    losses[i] = Math.max(-change, 0);
  }
  const up = wilder(gains, period, 1);
  const down = wilder(losses, period, 1);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const movement = up[i]! + down[i]!;
    out[i] = movement === 0 ? 50 : (100 * up[i]!) / movement;
  }
  return out;
}
