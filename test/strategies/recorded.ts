import { readFileSync } from 'node:fs';
import type { CandleSeries } from '../../src/core/candles.ts';
import type { Series, SeriesKind } from '../../src/core/series.ts';
import { SERIES_INTERVAL_MS } from '../../src/core/series.ts';
import type { Timeframe } from '../../src/core/time.ts';
import { candlesOf, seriesOf } from '../contract/markets.ts';
import { sharedPath } from '../support/shared.ts';

/** Rows `[ms, o, h, l, c, v]`. */
export function bybitCandles(coin: string, timeframe: Timeframe): CandleSeries {
  const file = sharedPath('candles', 'bybit-futures', `${coin}_USDT_USDT-${timeframe}-futures.json`);
  const rows = JSON.parse(readFileSync(file, 'utf8')) as [number, number, number, number, number, number][];
  return {
    ...candlesOf(
      rows.map(([, ...row]) => row),
      timeframe,
    ),
    market: { exchange: 'BYBIT', symbol: `${coin}USDT` },
    time: Float64Array.from(rows, ([time]) => time),
  };
}

const RECORDED = {
  open_interest: { file: 'open-interest', first: 'c', second: 'c' },
  long_short_ratio: { file: 'long-short-ratio', first: 'r', second: 'r' },
  liquidations: { file: 'liquidation', first: 'l', second: 's' },
} as const;

/** Binance's recorded history as an answer that was received when it ended. */
export function recordedSeries(coin: string, kind: Exclude<SeriesKind, 'funding_rate'>): Series {
  const { file, first, second } = RECORDED[kind];
  const folder = sharedPath('candles', 'derivatives', 'coinalyze', 'api-shape-utc', '1hour');
  const text = readFileSync(`${folder}/${coin}USDT_PERP.A_${file}-history.json`, 'utf8');
  const [answer] = JSON.parse(text) as { history: Record<string, number>[] }[];
  const rows = answer!.history;
  const time = rows.map((row) => row['t']! * 1000);
  const values = (key: string): readonly number[] => rows.map((row) => row[key]!);
  return seriesOf(kind, time, values(first), values(second), time[0]!, time.at(-1)! + SERIES_INTERVAL_MS[kind]);
}
