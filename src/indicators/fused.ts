/**
 * Several recursive indicators in one pass over the candles. Each step of a recursion waits for the one before, and recursions that go
 * side by side wait together. The readable forms in the files beside this one are the oracle: every value is theirs bit for bit.
 */

type Column = Float64Array;

/** EMA20, EMA50 and EMA200 of the first `length` values (`ema`). */
export function fillAverages(
  values: Column,
  length: number,
  out: { ema20: Column; ema50: Column; ema200: Column },
): void {
  const { ema20, ema50, ema200 } = out;
  let fast = seedOf(values, length, 20);
  let middle = seedOf(values, length, 50);
  let slow = seedOf(values, length, 200);
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (i >= 20) fast += (2 / 21) * (value - fast);
    if (i >= 50) middle += (2 / 51) * (value - middle);
    if (i >= 200) slow += (2 / 201) * (value - slow);
    ema20[i] = i < 19 ? NaN : fast;
    ema50[i] = i < 49 ? NaN : middle;
    ema200[i] = i < 199 ? NaN : slow;
  }
}

/** As `smooth` begins: the mean of the first `period` values, NaN when there are fewer. */
function seedOf(values: Column, length: number, period: number): number {
  if (length < period) return NaN;
  const first = values[0]!;
  let excess = 0;
  for (let i = 0; i < period; i++) excess += values[i]! - first;
  return first + excess / period;
}

const PERIOD = 14;
const WEIGHT = 1 / PERIOD;

interface Candles {
  readonly high: Column;
  readonly low: Column;
  readonly close: Column;
  readonly length: number;
}

interface Movement {
  readonly rsi14: Column;
  readonly atr14: Column;
  readonly adx14: Column;
  readonly plusDi14: Column;
  readonly minusDi14: Column;
}

/** RSI, ATR, ADX and both DI over 14 candles (`rsi`, `atr`, `adx`). */
export function fillMovement({ high, low, close, length }: Candles, out: Movement): void {
  const { rsi14, atr14, adx14, plusDi14, minusDi14 } = out;
  for (let i = 0; i < length && i < 2 * PERIOD; i++) rsi14[i] = atr14[i] = adx14[i] = plusDi14[i] = minusDi14[i] = NaN;
  // The first of each kind is where its mean is counted from.
  let [gain0, loss0, range0, plus0, minus0, dx0] = [0, 0, 0, 0, 0, 0];
  let [gain, loss, range, plus, minus, trend] = [0, 0, 0, 0, 0, 0];
  for (let i = 1; i < length; i++) {
    const before = close[i - 1]!;
    const change = close[i]! - before;
    const top = high[i]!;
    const bottom = low[i]!;
    const up = top - high[i - 1]!;
    const down = low[i - 1]! - bottom;
    const wide = (top > before ? top : before) - (bottom < before ? bottom : before);
    const won = change > 0 ? change : 0;
    const lost = change < 0 ? -change : 0;
    const rose = up > down && up > 0 ? up : 0;
    const fell = down > up && down > 0 ? down : 0;
    if (i > PERIOD) {
      gain += WEIGHT * (won - gain);
      loss += WEIGHT * (lost - loss);
      range += WEIGHT * (wide - range);
      plus += WEIGHT * (rose - plus);
      minus += WEIGHT * (fell - minus);
    } else {
      if (i === 1) [gain0, loss0, range0, plus0, minus0] = [won, lost, wide, rose, fell];
      gain += won - gain0;
      loss += lost - loss0;
      range += wide - range0;
      plus += rose - plus0;
      minus += fell - minus0;
      if (i < PERIOD) continue;
      gain = gain0 + gain / PERIOD;
      loss = loss0 + loss / PERIOD;
      range = range0 + range / PERIOD;
      plus = plus0 + plus / PERIOD;
      minus = minus0 + minus / PERIOD;
    }
    const movement = gain + loss;
    rsi14[i] = movement === 0 ? 50 : (100 * gain) / movement;
    atr14[i] = range;
    const plusDi = range === 0 ? 0 : (100 * plus) / range;
    const minusDi = range === 0 ? 0 : (100 * minus) / range;
    plusDi14[i] = plusDi;
    minusDi14[i] = minusDi;
    const both = plusDi + minusDi;
    const dx = both === 0 ? 0 : (100 * Math.abs(plusDi - minusDi)) / both;
    if (i >= 2 * PERIOD) trend += WEIGHT * (dx - trend);
    else {
      if (i === PERIOD) dx0 = dx;
      trend += dx - dx0;
      if (i < 2 * PERIOD - 1) continue;
      trend = dx0 + trend / PERIOD;
    }
    adx14[i] = trend;
  }
}
