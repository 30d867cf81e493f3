import { IndicatorsSync } from '@ixjb94/indicators';
import { scanWith } from './job.mjs';

const ta = new IndicatorsSync();

scanWith(({ high, low, close }) => ({
  ema20: ta.ema(close, 20).at(-1),
  ema50: ta.ema(close, 50).at(-1),
  ema200: ta.ema(close, 200).at(-1),
  atr: ta.atr(high, low, close, 14).at(-1),
  adx: ta.adx(high, low, 14).at(-1),
  rsi: ta.rsi(close, 14).at(-1),
  sma20: ta.sma(close, 20).at(-1),
  deviation: ta.stddev(close, 20).at(-1),
  highest: ta.max(high, 20).at(-1),
  lowest: ta.min(low, 20).at(-1),
}));
