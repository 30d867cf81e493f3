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
  const allBegun = Math.min(length, 200);
  for (let i = 0; i < allBegun; i++) {
    const value = values[i]!;
    if (i >= 20) fast += (2 / 21) * (value - fast);
    if (i >= 50) middle += (2 / 51) * (value - middle);
    ema20[i] = i < 19 ? NaN : fast;
    ema50[i] = i < 49 ? NaN : middle;
    ema200[i] = i < 199 ? NaN : slow;
  }
  for (let i = allBegun; i < length; i++) {
    const value = values[i]!;
    fast += (2 / 21) * (value - fast);
    middle += (2 / 51) * (value - middle);
    slow += (2 / 201) * (value - slow);
    ema20[i] = fast;
    ema50[i] = middle;
    ema200[i] = slow;
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
export function fillMovement(candles: Candles, out: Movement): void {
  const { high, low, close, length } = candles;
  const { rsi14, atr14, adx14, plusDi14, minusDi14 } = out;
  let { gain, loss, range, plus, minus, trend } = warmUp(candles, out);
  let before = close[2 * PERIOD - 1]!;
  let topBefore = high[2 * PERIOD - 1]!;
  let bottomBefore = low[2 * PERIOD - 1]!;
  for (let i = 2 * PERIOD; i < length; i++) {
    const last = close[i]!;
    const top = high[i]!;
    const bottom = low[i]!;
    const change = last - before;
    const size = Math.abs(change);
    const up = top - topBefore;
    const down = bottomBefore - bottom;
    // Without branches, which candles make unpredictable: (|x| + x) / 2 is x or 0, to the last bit.
    gain += WEIGHT * (0.5 * (size + change) - gain);
    loss += WEIGHT * (0.5 * (size - change) - loss);
    range += WEIGHT * ((top > before ? top : before) - (bottom < before ? bottom : before) - range);
    plus += WEIGHT * (0.5 * (Math.abs(up) + up) * Number(up > down) - plus);
    minus += WEIGHT * (0.5 * (Math.abs(down) + down) * Number(down > up) - minus);
    const movement = gain + loss;
    rsi14[i] = movement === 0 ? 50 : (100 * gain) / movement;
    atr14[i] = range;
    const plusDi = percent(plus, range);
    const minusDi = percent(minus, range);
    plusDi14[i] = plusDi;
    minusDi14[i] = minusDi;
    trend += WEIGHT * (percent(Math.abs(plusDi - minusDi), plusDi + minusDi) - trend);
    adx14[i] = trend;
    before = last;
    topBefore = top;
    bottomBefore = bottom;
  }
}

/** The first 28 candles, in which every mean has its beginning: it is counted from the first of its values, as `smooth` does. */
function warmUp({ high, low, close, length }: Candles, out: Movement) {
  const { rsi14, atr14, adx14, plusDi14, minusDi14 } = out;
  const first = { gain: 0, loss: 0, range: 0, plus: 0, minus: 0, trend: 0 };
  const mean = { gain: 0, loss: 0, range: 0, plus: 0, minus: 0, trend: 0 };
  for (let i = 0; i < length && i < 2 * PERIOD; i++) {
    rsi14[i] = atr14[i] = adx14[i] = plusDi14[i] = minusDi14[i] = NaN;
    if (i === 0) continue;
    const before = close[i - 1]!;
    const gain = Math.max(close[i]! - before, 0);
    const loss = Math.max(before - close[i]!, 0);
    const range = Math.max(high[i]!, before) - Math.min(low[i]!, before);
    const up = high[i]! - high[i - 1]!;
    const down = low[i - 1]! - low[i]!;
    const plus = up > down && up > 0 ? up : 0;
    const minus = down > up && down > 0 ? down : 0;
    if (i === 1) Object.assign(first, { gain, loss, range, plus, minus });
    mean.gain = nextMean(mean.gain, gain, first.gain, i);
    mean.loss = nextMean(mean.loss, loss, first.loss, i);
    mean.range = nextMean(mean.range, range, first.range, i);
    mean.plus = nextMean(mean.plus, plus, first.plus, i);
    mean.minus = nextMean(mean.minus, minus, first.minus, i);
    if (i < PERIOD) continue;
    const movement = mean.gain + mean.loss;
    const plusDi = percent(mean.plus, mean.range);
    const minusDi = percent(mean.minus, mean.range);
    const trend = percent(Math.abs(plusDi - minusDi), plusDi + minusDi);
    if (i === PERIOD) first.trend = trend;
    mean.trend = nextMean(mean.trend, trend, first.trend, i - PERIOD + 1);
    rsi14[i] = movement === 0 ? 50 : (100 * mean.gain) / movement;
    atr14[i] = mean.range;
    plusDi14[i] = plusDi;
    minusDi14[i] = minusDi;
    if (i === 2 * PERIOD - 1) adx14[i] = mean.trend;
  }
  return mean;
}

/** With its `count`th value: until there are enough, `mean` is a sum of distances from the first one. */
function nextMean(mean: number, value: number, first: number, count: number): number {
  if (count > PERIOD) return mean + WEIGHT * (value - mean);
  const sum = mean + (value - first);
  return count < PERIOD ? sum : first + sum / PERIOD;
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}
