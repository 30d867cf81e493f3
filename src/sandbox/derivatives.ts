/** Open interest, funding and long/short ratio of made-up markets: pure, and moved by the coin's price. */
import { HOUR_MS, MINUTE_MS } from '../core/time.ts';
import type { Instrument, Span } from './generator.ts';
import { scaleFor } from './generator.ts';
import { fractal, growth, unit, worldKey } from './noise.ts';
import { STEP_MS, dayChange, prices, scenarioOffset, unitFactor } from './price.ts';

/** A value over a bucket that starts at `time`, ms UTC. */
export interface OhlcPoint {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** Longs and shorts in percent of the accounts, to 2 decimals; ratio to 4. */
export interface RatioPoint {
  readonly time: number;
  readonly ratio: number;
  readonly longs: number;
  readonly shorts: number;
}

/** Changes of about 3 % within a day. */
const OPEN_INTEREST_MOOD = { shortest: 1, longest: 1024, amplitude: 0.0035 } as const;

/** A value at the points of a grid: index 0 is at `start` ms UTC. */
interface Levels {
  readonly start: number;
  readonly step: number;
  readonly values: Float64Array;
}

function bucketsOf(span: Span): { readonly first: number; readonly count: number } {
  const first = Math.ceil(span.from / span.interval) * span.interval;
  const last = Math.floor(Math.min(span.to, span.now - MINUTE_MS) / span.interval) * span.interval;
  return { first, count: Math.max(0, (last - first) / span.interval + 1) };
}

/** Levels on the grid of 15 minutes, with minutes in straight lines between when the interval is finer. */
function levelsOf(
  first: number,
  end: number,
  interval: number,
  at: (from: number, count: number) => Float64Array,
): Levels {
  const from = Math.floor(first / STEP_MS);
  const values = at(from, Math.ceil(end / STEP_MS) - from + 1);
  if (interval >= STEP_MS) return { start: from * STEP_MS, step: STEP_MS, values };
  const perStep = STEP_MS / MINUTE_MS;
  const minutes = new Float64Array((values.length - 1) * perStep + 1);
  for (let i = 0; i < minutes.length; i++) {
    const cell = Math.floor(i / perStep);
    const left = values[cell]!;
    minutes[i] = left + ((values[cell + 1] ?? left) - left) * (i / perStep - cell);
  }
  return { start: from * STEP_MS, step: MINUTE_MS, values: minutes };
}

/** Open, high, low and close of the levels in each bucket of the span, the bucket that `now` falls into up to then. */
function ohlc(span: Span, scale: number, at: (from: number, count: number) => Float64Array): readonly OhlcPoint[] {
  const { interval, now } = span;
  const { first, count } = bucketsOf(span);
  if (count === 0) return [];
  const levels = levelsOf(first, first + count * interval, interval, at);
  const rounded = levels.values.map((value) => Math.round(value * scale) / scale);
  const lastKnown = Math.floor((now - levels.start) / levels.step);
  return Array.from({ length: count }, (_, bucket) => {
    const time = first + bucket * interval;
    const from = (time - levels.start) / levels.step;
    const to = Math.max(from, Math.min(from + interval / levels.step, lastKnown));
    let [high, low] = [rounded[from]!, rounded[from]!];
    for (let i = from + 1; i <= to; i++) {
      high = Math.max(high, rounded[i]!);
      low = Math.min(low, rounded[i]!);
    }
    return { time, open: rounded[from]!, high, low, close: rounded[to]! };
  });
}

/** Open interest in coins as a share of the usual: grows with the price and has a life of its own on every venue. */
function held(instrument: Instrument, from: number, price: Float64Array): Float64Array {
  const { coin, venue } = instrument;
  const own = fractal(worldKey('open interest', coin.ticker, venue), from, price.length, OPEN_INTEREST_MOOD);
  return own.map(
    (log, i) => growth(log + scenarioOffset(coin, 'openInterest', from + i)) * (0.7 + (0.3 * price[i]!) / coin.price),
  );
}

/** Decimals that keep six digits of an amount of typically `usd` in the market's denomination. */
function amountScale(instrument: Instrument, usd: number, inUsd: boolean): number {
  const { coin, multiplier } = instrument;
  return inUsd ? 10_000 : scaleFor(usd / (coin.price * multiplier) / 100);
}

/** Open interest in the market's denomination, or in USD. */
export function openInterest(instrument: Instrument, span: Span, toUsd: boolean): readonly OhlcPoint[] {
  const { coin, share, multiplier } = instrument;
  const inUsd = toUsd || instrument.denomination !== 'BASE_ASSET';
  const usual = coin.openInterestUsd * share;
  return ohlc(span, amountScale(instrument, usual, inUsd), (from, count) => {
    const price = prices(coin, from, count);
    const units = usual / coin.price;
    return held(instrument, from, price).map((level, i) =>
      inUsd ? level * units * price[i]! : (level * units) / (multiplier * unitFactor(coin, from + i)),
    );
  });
}

/** Rate of Binance's formula: premium plus interest, which wins unless the premium is far from it. Percent per 8 hours. */
function fundingOf(premium: number): number {
  const interest = 0.01;
  return premium + Math.max(-0.05, Math.min(0.05, interest - premium));
}

/** Funding rate, percent per native interval. `ahead` 1 gives the prediction for the interval after. */
export function funding(instrument: Instrument, span: Span, ahead: 0 | 1): readonly OhlcPoint[] {
  const { coin, fundingHours } = instrument;
  const period = fundingHours * HOUR_MS;
  const { first, count } = bucketsOf(span);
  if (count === 0) return [];
  const from = Math.floor(first / period) + ahead;
  const periods = Math.ceil((first + count * span.interval) / period) + ahead - from;
  const mood = fractal(worldKey('funding', coin.ticker, instrument.venue), from, periods, {
    shortest: 1,
    longest: 256,
    amplitude: 0.006 * Math.sqrt(fundingHours),
  });
  const stepsPerPeriod = period / STEP_MS;
  const change = dayChange(coin, from * stepsPerPeriod, (periods - 1) * stepsPerPeriod + 1);
  const rates = mood.map((own, i) => {
    const step = (from + i) * stepsPerPeriod;
    const premium = own + 0.6 * change[i * stepsPerPeriod]! + scenarioOffset(coin, 'premium', step);
    return Math.round(((fundingOf(premium) * fundingHours) / 8) * 1e6) / 1e6;
  });
  return Array.from({ length: count }, (_, bucket) => {
    const time = first + bucket * span.interval;
    const end = Math.min(time + span.interval, span.now);
    const settled = rates.subarray(Math.floor(time / period) + ahead - from, Math.ceil(end / period) + ahead - from);
    return { time, open: settled[0]!, high: Math.max(...settled), low: Math.min(...settled), close: settled.at(-1)! };
  });
}

/** How long after its end a bucket of the long/short ratio appears, ms (measured: 134 s at 5 and 15 minutes, else 1,034 s). */
function ratioLag(interval: number): number {
  return interval >= 30 * MINUTE_MS ? 1_034_000 : 134_000;
}

/** Longs against shorts by account at the end of each bucket that is closed and published by `now`. The crowd buys falls. */
export function longShortRatio(instrument: Instrument, span: Span): readonly RatioPoint[] {
  const { coin } = instrument;
  const { interval } = span;
  const { first, count } = bucketsOf({ ...span, to: Math.min(span.to, span.now - ratioLag(interval) - interval) });
  if (count === 0) return [];
  const key = worldKey('long/short', coin.ticker, instrument.venue);
  const levels = levelsOf(first, first + count * interval, interval, (from, points) => {
    const own = fractal(key, from, points, { shortest: 1, longest: 1024, amplitude: 0.006 });
    const change = dayChange(coin, from, points);
    return own.map(
      (log, i) =>
        (1.1 + 0.9 * unit(key, 0)) * growth(log - 1.5 * change[i]! + scenarioOffset(coin, 'longShort', from + i)),
    );
  });
  return Array.from({ length: count }, (_, bucket) => {
    const time = first + bucket * interval;
    const level = levels.values[(time + interval - levels.start) / levels.step]!;
    const longs = Math.round((1e4 * level) / (1 + level)) / 100;
    const shorts = Math.round(1e4 - 100 * longs) / 100;
    return { time, ratio: Math.round((1e4 * longs) / shorts) / 1e4, longs, shorts };
  });
}
