import { ADX, ATR, EMA, Highest, Lowest, RSI, SD, SMA } from 'technicalindicators';
import { scanWith } from './job.mjs';

scanWith(({ high, low, close }) => ({
  ema20: EMA.calculate({ period: 20, values: close }).at(-1),
  ema50: EMA.calculate({ period: 50, values: close }).at(-1),
  ema200: EMA.calculate({ period: 200, values: close }).at(-1),
  atr: ATR.calculate({ high, low, close, period: 14 }).at(-1),
  adx: ADX.calculate({ high, low, close, period: 14 }).at(-1).adx,
  rsi: RSI.calculate({ period: 14, values: close }).at(-1),
  sma20: SMA.calculate({ period: 20, values: close }).at(-1),
  deviation: SD.calculate({ period: 20, values: close }).at(-1),
  highest: Highest.calculate({ period: 20, values: high }).at(-1),
  lowest: Lowest.calculate({ period: 20, values: low }).at(-1),
}));
