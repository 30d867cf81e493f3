// What somebody would write instead: every file read, made into 4h candles, the same indicators, one score, one file. The packages
// differ in the indicators alone; the score is a toy.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const FOUR_HOURS = 4 * 3_600_000;

function resample(rows) {
  const candles = { high: [], low: [], close: [], volume: [] };
  let bucket = -1;
  for (const [time, , high, low, close, volume] of rows) {
    const own = Math.floor(time / FOUR_HOURS);
    const last = candles.close.length - 1;
    if (own !== bucket) {
      bucket = own;
      candles.high.push(high);
      candles.low.push(low);
      candles.close.push(close);
      candles.volume.push(volume);
      continue;
    }
    if (high > candles.high[last]) candles.high[last] = high;
    if (low < candles.low[last]) candles.low[last] = low;
    candles.close[last] = close;
    candles.volume[last] += volume;
  }
  return candles;
}

/** `last` answers with the last value of each indicator, which is what a score needs. */
export function scanWith(last) {
  const [folder, output] = process.argv.slice(2);
  const signals = [];
  for (const name of readdirSync(folder)) {
    const candles = resample(JSON.parse(readFileSync(path.join(folder, name), 'utf8')));
    const close = candles.close.at(-1);
    const { ema20, ema50, ema200, atr, adx, rsi, sma20, deviation, highest, lowest } = last(candles);
    const trend = close > (ema200 ?? ema50) ? 20 : 0;
    const strength = Math.min(20, Math.max(0, adx - 15));
    const breakout = close >= highest ? 20 : Math.max(0, 20 - (10 * (highest - close)) / atr);
    const calm = Math.max(0, 20 - Math.abs(rsi - 50) / 2);
    const stretch = Math.max(0, 20 - 5 * Math.abs((close - sma20) / deviation));
    const score = trend + strength + breakout + calm + stretch;
    const direction = close > ema20 && close >= highest ? 'long' : close < ema20 && close <= lowest ? 'short' : 'none';
    signals.push({ symbol: name.split('_')[1], exchange: name.split('_')[0], price: close, score, direction });
  }
  signals.sort((one, other) => other.score - one.score);
  writeFileSync(output, JSON.stringify({ signals }));
}
