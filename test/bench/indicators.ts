/**
 * The indicators that the strategies read, over the whole corpus: ours and the same set from packages that people use. Each is
 * given the candles in the form that it wants before the clock starts.
 */
import type { CandleSeries } from '../../src/core/candles.ts';
import { candlesOf } from './corpus.ts';

const MARKETS = 366;

/** Computes the set for every market; answers with a number that depends on all of it. */
type Compute = () => number;

/** Number arrays, as all peers want them. */
interface Lists {
  readonly high: number[];
  readonly low: number[];
  readonly close: number[];
  readonly volume: number[];
}

function lists(): readonly Lists[] {
  return Array.from({ length: MARKETS }, (_, index) => {
    const rows = candlesOf(3 * index, '4h');
    return {
      high: rows.map(([, , high]) => high),
      low: rows.map(([, , , low]) => low),
      close: rows.map(([, , , , close]) => close),
      volume: rows.map(([, , , , , volume]) => volume),
    };
  });
}

async function ours(): Promise<Compute> {
  const { createViewer } = await import('../../src/processor/view.ts');
  const view = createViewer();
  const markets = Array.from({ length: MARKETS }, (_, index): CandleSeries => {
    const rows = candlesOf(3 * index, '4h');
    const column = (at: number): Float64Array => Float64Array.from(rows, (row) => row[at]!);
    const market = { exchange: 'BINANCE', symbol: String(index) };
    const [time, open, high, low, close, volume] = [0, 1, 2, 3, 4, 5].map(column);
    return {
      market,
      timeframe: '4h',
      length: rows.length,
      time: time!,
      open: open!,
      high: high!,
      low: low!,
      close: close!,
      volume: volume!,
    };
  });
  return () => {
    let sum = 0;
    for (const market of markets) {
      const { indicators: columns } = view(market);
      sum += columns.ema200[market.length - 1]!;
      // Windows are computed where strategies read them: momentum over 20 bars looks at the most.
      const t = market.length - 1;
      for (let bar = t - 20; bar <= t; bar++)
        sum += columns.sma20(bar) + columns.highest20(bar) + columns.lowest20(bar);
      for (let bar = t - 3; bar <= t; bar++)
        sum += columns.deviation20(bar) + columns.trueRange(bar) + columns.volume20(bar);
    }
    return sum;
  };
}

async function technicalindicators(): Promise<Compute> {
  const { ADX, ATR, EMA, Highest, Lowest, RSI, SD, SMA, TrueRange } = await import('technicalindicators');
  const markets = lists();
  return () => {
    let sum = 0;
    for (const { high, low, close, volume } of markets) {
      for (const period of [20, 50, 200]) sum += EMA.calculate({ period, values: close }).at(-1)!;
      sum += SMA.calculate({ period: 20, values: close }).length;
      sum += SD.calculate({ period: 20, values: close }).length;
      sum += TrueRange.calculate({ high, low, close }).length;
      sum += ATR.calculate({ high, low, close, period: 14 }).length;
      sum += ADX.calculate({ high, low, close, period: 14 }).length;
      sum += RSI.calculate({ values: close, period: 14 }).length;
      sum += Highest.calculate({ values: high, period: 20 }).length;
      sum += Lowest.calculate({ values: low, period: 20 }).length;
      sum += SMA.calculate({ period: 20, values: volume }).length;
    }
    return sum;
  };
}

async function tradingSignals(): Promise<Compute> {
  const { ADX, ATR, BollingerBands, DonchianChannels, EMA, RSI, SMA, TR } = await import('trading-signals');
  const markets = lists().map(({ high, low, close: closes, volume }) => ({
    candles: closes.map((close, i) => ({ high: high[i]!, low: low[i]!, close })),
    volume,
  }));
  return () => {
    let sum = 0;
    for (const { candles, volume } of markets) {
      const ofClose = [new EMA(20), new EMA(50), new EMA(200), new RSI(14)];
      // Holds the mean and the deviation.
      const bands = new BollingerBands(20, 1);
      const ofCandles = [new TR(), new ATR(14), new ADX(14)];
      const channel = new DonchianChannels(20);
      const ofVolume = new SMA(20);
      for (const [i, candle] of candles.entries()) {
        for (const one of ofClose) one.update(candle.close, false);
        bands.update(candle.close, false);
        for (const one of ofCandles) one.update(candle, false);
        channel.update(candle, false);
        ofVolume.update(volume[i]!, false);
      }
      sum += ofClose[2]!.getResult() ?? 0;
    }
    return sum;
  };
}

async function ixjb94(): Promise<Compute> {
  const { IndicatorsSync } = await import('@ixjb94/indicators');
  const ta = new IndicatorsSync();
  const markets = lists();
  return () => {
    let sum = 0;
    for (const { high, low, close, volume } of markets) {
      for (const period of [20, 50, 200]) sum += ta.ema(close, period).at(-1)!;
      sum += ta.sma(close, 20).length;
      sum += ta.stddev(close, 20).length;
      sum += ta.tr(high, low, close).length;
      sum += ta.atr(high, low, close, 14).length;
      sum += ta.adx(high, low, 14).length;
      sum += ta.di(high, low, close, 14).length;
      sum += ta.rsi(close, 14).length;
      sum += ta.max(high, 20).length;
      sum += ta.min(low, 20).length;
      sum += ta.sma(volume, 20).length;
    }
    return sum;
  };
}

export const contenders: Readonly<Record<string, () => Promise<Compute>>> = {
  ours,
  technicalindicators,
  'trading-signals': tradingSignals,
  '@ixjb94/indicators': ixjb94,
};
