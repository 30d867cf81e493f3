import { ADX, ATR, BollingerBands, DonchianChannels, EMA, RSI, SMA } from 'trading-signals';
import { scanWith } from './job.mjs';

scanWith(({ high, low, close }) => {
  const [ema20, ema50, ema200, sma20, rsi] = [new EMA(20), new EMA(50), new EMA(200), new SMA(20), new RSI(14)];
  // Holds the deviation: its upper band is one away from the mean.
  const bands = new BollingerBands(20, 1);
  const [atr, adx, channel] = [new ATR(14), new ADX(14), new DonchianChannels(20)];
  for (let i = 0; i < close.length; i++) {
    const candle = { high: high[i], low: low[i], close: close[i] };
    for (const one of [ema20, ema50, ema200, sma20, rsi, bands]) one.update(close[i], false);
    for (const one of [atr, adx, channel]) one.update(candle, false);
  }
  const { upper, middle } = bands.getResult();
  const { upper: highest, lower: lowest } = channel.getResult();
  const value = (one) => one.getResult() ?? undefined;
  return {
    ema20: value(ema20),
    ema50: value(ema50),
    ema200: value(ema200),
    atr: value(atr),
    adx: value(adx),
    rsi: value(rsi),
    sma20: value(sma20),
    deviation: upper - middle,
    highest,
    lowest,
  };
});
