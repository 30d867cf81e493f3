import { readFileSync } from 'node:fs';
import type { CandleColumns, CandleSeries } from '../../src/core/candles.ts';
import { sliceColumns } from '../../src/core/candles.ts';
import type { LiquidationSeries, Series, SeriesKind, ValueSeries } from '../../src/core/series.ts';
import { SERIES_INTERVAL_MS } from '../../src/core/series.ts';
import type { Timeframe } from '../../src/core/time.ts';
import { TIMEFRAME_MS, floorTo } from '../../src/core/time.ts';

/** Candles a strategy sees at most. */
const SEEN = 600;

/** A market with a past and a future; strategies are asked at bars in between. */
export interface History {
  readonly name: string;
  readonly candles: CandleSeries;
}

/** mulberry32: the same numbers on every machine. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export type Row = readonly [open: number, high: number, low: number, close: number, volume: number];

const START = Date.UTC(2025, 0, 1);

export function candlesOf(rows: readonly Row[], timeframe: Timeframe = '4h', start = START): CandleSeries {
  const column = (index: 0 | 1 | 2 | 3 | 4): Float64Array => Float64Array.from(rows, (row) => row[index]);
  return {
    market: { exchange: 'TEST', symbol: 'TESTUSDT' },
    timeframe,
    length: rows.length,
    time: Float64Array.from(rows, (_, index) => start + index * TIMEFRAME_MS[timeframe]),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: column(4),
  };
}

/** Trends, calm stretches, crashes and recoveries around 4096. Prices are multiples of 1/64, so that K - p is exact. */
function syntheticCandles(seed: number, length: number, timeframe: Timeframe = '4h'): CandleSeries {
  const random = generator(seed);
  const onGrid = (price: number): number => Math.round(price * 64) / 64;
  const rows: Row[] = [];
  let price = 4096;
  let left = 0;
  let drift = 0;
  let width = 10;
  while (rows.length < length) {
    if (left === 0) {
      left = 8 + Math.floor(random() * 40);
      const mood = random();
      width = mood < 0.35 ? 2 + 3 * random() : 10 + 20 * random();
      drift = mood < 0.35 ? 0 : (random() - 0.5) * width * (mood > 0.8 ? 4 : 1);
      if (mood > 0.8) left = 4 + Math.floor(random() * 5);
    }
    left -= 1;
    const open = price;
    // A pull back to the start keeps every price well away from zero and from twice the start.
    price = onGrid(open + drift + width * normal(random) + (4096 - open) * 0.01);
    const high = onGrid(Math.max(open, price) + width * Math.abs(normal(random)) * 0.6);
    const low = onGrid(Math.min(open, price) - width * Math.abs(normal(random)) * 0.6);
    const moved = Math.abs(price - open) / width;
    rows.push([open, high, low, price, Math.round(1000 * (0.4 + random() + moved * moved))]);
  }
  return candlesOf(rows, timeframe);
}

/** A candle file of objects with times in ms and numbers, without its unfinished last row. */
export function recordedCandles(file: string): CandleSeries {
  const rows = JSON.parse(readFileSync(file, 'utf8')) as Readonly<
    Record<'time' | 'open' | 'high' | 'low' | 'close' | 'volume', number>
  >[];
  const closed = rows.slice(0, -1);
  return {
    ...candlesOf(closed.map(({ open, high, low, close, volume }) => [open, high, low, close, volume] as const)),
    time: Float64Array.from(closed, ({ time }) => time),
  };
}

export function syntheticHistory(seed: number, length: number): History {
  return { name: `seed ${seed}`, candles: syntheticCandles(seed, length) };
}

/** Buckets between `from` and `to`, complete up to `to`; `missing` is the share of buckets that upstream left out. */
export function randomSeries(
  kind: SeriesKind,
  from: number,
  to: number,
  random: () => number,
  missing: number,
): Series {
  const interval = SERIES_INTERVAL_MS[kind];
  const time: number[] = [];
  const first: number[] = [];
  const second: number[] = [];
  let level = kind === 'open_interest' ? 50_000 : 1;
  for (let start = Math.ceil(from / interval) * interval; start + interval <= to; start += interval) {
    level *= 1 + 0.01 * normal(random);
    const value = kind === 'funding_rate' ? 0.01 * normal(random) : level;
    const other = random() * 10;
    if (random() < missing) continue;
    time.push(start);
    first.push(kind === 'liquidations' ? random() * 10 : value);
    second.push(other);
  }
  return seriesOf(kind, time, first, second, from, floorTo(to, interval));
}

export function seriesOf(
  kind: SeriesKind,
  time: readonly number[],
  first: readonly number[],
  second: readonly number[],
  coveredFrom: number,
  completeTo: number,
): Series {
  const base = { length: time.length, time: Float64Array.from(time), coveredFrom, completeTo, fetchedAt: completeTo };
  return kind === 'liquidations'
    ? ({ ...base, kind, long: Float64Array.from(first), short: Float64Array.from(second) } satisfies LiquidationSeries)
    : ({ ...base, kind, value: Float64Array.from(first) } satisfies ValueSeries);
}

/** The same columns in memory of their own: nothing lies behind the last candle. */
export function copied(candles: CandleSeries): CandleSeries {
  const columns: CandleColumns = {
    length: candles.length,
    time: Float64Array.from(candles.time),
    open: Float64Array.from(candles.open),
    high: Float64Array.from(candles.high),
    low: Float64Array.from(candles.low),
    close: Float64Array.from(candles.close),
    volume: Float64Array.from(candles.volume),
  };
  return { ...candles, ...columns };
}

export function closeTimeAt(candles: CandleSeries, bar: number): number {
  return candles.time[bar]! + TIMEFRAME_MS[candles.timeframe];
}

/** What a strategy sees at `bar`: a cut of the history's memory, with the future behind it. */
export function seenAt({ candles }: History, bar: number, seen = SEEN): CandleSeries {
  return sliceColumns(candles, Math.max(0, bar + 1 - seen), bar + 1);
}

/** The market upside down: p becomes K - p. */
export function mirrored(candles: CandleSeries, mirror: number): CandleSeries {
  const turn = (column: Float64Array): Float64Array => column.map((price) => mirror - price);
  const { open, high, low, close } = candles;
  return { ...candles, open: turn(open), high: turn(low), low: turn(high), close: turn(close) };
}

/** One candle more: it opens at the last close, reaches from there to `close` and has the average of the volumes measured in the last 20. */
export function withNext(candles: CandleSeries, close: number): CandleSeries {
  const { length, timeframe } = candles;
  const open = candles.close[length - 1]!;
  const measured = candles.volume.subarray(length - 20, length).filter((one) => !Number.isNaN(one));
  const volume = measured.reduce((sum, one) => sum + one, 0) / measured.length;
  const add = (column: Float64Array, value: number): Float64Array => {
    const longer = new Float64Array(length + 1);
    longer.set(column.subarray(0, length));
    longer[length] = value;
    return longer;
  };
  return {
    ...candles,
    length: length + 1,
    time: add(candles.time, candles.time[length - 1]! + TIMEFRAME_MS[timeframe]),
    open: add(candles.open, open),
    high: add(candles.high, Math.max(open, close)),
    low: add(candles.low, Math.min(open, close)),
    close: add(candles.close, close),
    volume: add(candles.volume, volume),
  };
}
