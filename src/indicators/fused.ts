/**
 * Several recursive indicators in one pass over the candles. Each step of a recursion waits for the one before, and recursions that go
 * side by side wait together. Readable forms of each are the oracle of the tests: every value is theirs bit for bit.
 */

type Column = Float64Array;

/** NaN before their first valid index; they may be longer than the candles, and what stands behind those means nothing. */
export interface Recursions {
  readonly ema20: Column;
  readonly ema50: Column;
  readonly ema200: Column;
  readonly rsi14: Column;
  readonly atr14: Column;
  readonly adx14: Column;
  readonly plusDi14: Column;
  readonly minusDi14: Column;
}

/** Wilder's averages behind RSI and DI at the last candle: no column holds them. */
interface Averages {
  gain: number;
  loss: number;
  plus: number;
  minus: number;
}

/** From here on every average has begun. */
const ALL_BEGUN = 200;

/** All columns of the first `length` candles. */
export function fillRecursions(candles: Candles, length: number, out: Recursions): Averages {
  fillAverages(candles.close, length, out);
  return fillMovement(candles, length, out);
}

/** The candle at `at` behind those that the columns hold already; `before` belongs to the last of them. */
export function stepRecursions(candles: Candles, at: number, out: Recursions, before: Averages): void {
  out.ema20[at] = nextAverage(candles.close, at, out.ema20, 20);
  out.ema50[at] = nextAverage(candles.close, at, out.ema50, 50);
  out.ema200[at] = nextAverage(candles.close, at, out.ema200, 200);
  if (at < 2 * PERIOD) fillMovement(candles, at + 1, out);
  else continueMovement(candles, at, at + 1, out, before);
}

function nextAverage(values: Column, at: number, average: Column, period: number): number {
  if (at < period) return seedOf(values, at + 1, period);
  const before = average[at - 1]!;
  return before + (2 / (period + 1)) * (values[at]! - before);
}

/** EMA20, EMA50 and EMA200 (`ema`). */
function fillAverages(values: Column, length: number, out: Recursions): void {
  const { ema20, ema50, ema200 } = out;
  let fast = seedOf(values, length, 20);
  let middle = seedOf(values, length, 50);
  const slow = seedOf(values, length, 200);
  const allBegun = Math.min(length, ALL_BEGUN);
  for (let i = 0; i < allBegun; i++) {
    const value = values[i]!;
    if (i >= 20) fast += (2 / 21) * (value - fast);
    if (i >= 50) middle += (2 / 51) * (value - middle);
    ema20[i] = i < 19 ? NaN : fast;
    ema50[i] = i < 49 ? NaN : middle;
    ema200[i] = i < 199 ? NaN : slow;
  }
  continueAverages(values, allBegun, length, out);
}

function continueAverages(values: Column, from: number, to: number, { ema20, ema50, ema200 }: Recursions): void {
  let fast = ema20[from - 1]!;
  let middle = ema50[from - 1]!;
  let slow = ema200[from - 1]!;
  for (let at = from; at < to; at++) {
    const value = values[at]!;
    fast += (2 / 21) * (value - fast);
    middle += (2 / 51) * (value - middle);
    slow += (2 / 201) * (value - slow);
    ema20[at] = fast;
    ema50[at] = middle;
    ema200[at] = slow;
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
}

/** RSI, ATR, ADX and both DI over 14 candles (`rsi`, `atr`, `adx`). */
function fillMovement(candles: Candles, length: number, out: Recursions): Averages {
  return continueMovement(candles, 2 * PERIOD, length, out, warmUp(candles, length, out));
}

function continueMovement(
  { high, low, close }: Candles,
  from: number,
  to: number,
  { rsi14, atr14, adx14, plusDi14, minusDi14 }: Recursions,
  averages: Averages,
): Averages {
  let { gain, loss, plus, minus } = averages;
  let range = atr14[from - 1]!;
  let trend = adx14[from - 1]!;
  let before = close[from - 1]!;
  let topBefore = high[from - 1]!;
  let bottomBefore = low[from - 1]!;
  for (let i = from; i < to; i++) {
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
    range += WEIGHT * (Math.max(top, before) - Math.min(bottom, before) - range);
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
  return { gain, loss, plus, minus };
}

/** The first 28 candles, in which every mean has its beginning: it is counted from the first of its values, as `smooth` does. */
function warmUp({ high, low, close }: Candles, length: number, out: Recursions): Averages {
  const { rsi14, atr14, adx14, plusDi14, minusDi14 } = out;
  const mean = { gain: 0, loss: 0, range: 0, plus: 0, minus: 0, trend: 0 };
  const first = { ...mean };
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
  const { gain, loss, plus, minus } = mean;
  return { gain, loss, plus, minus };
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
