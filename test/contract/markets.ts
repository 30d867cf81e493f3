import { readFileSync } from 'node:fs';
import type { CandleColumns, CandleSeries } from '../../src/core/candles.ts';
import { sliceColumns } from '../../src/core/candles.ts';
import type { LiquidationSeries, Series, SeriesKind, ValueSeries } from '../../src/core/series.ts';
import { SERIES_INTERVAL_MS, SERIES_KINDS, SERIES_WINDOW_MS } from '../../src/core/series.ts';
import type { ExternalInput, ExternalInputs, StrategyInput } from '../../src/core/strategy.ts';
import type { Timeframe } from '../../src/core/time.ts';
import { DAY_MS, TIMEFRAME_MS, floorTo } from '../../src/core/time.ts';

/** Candles a strategy sees at most (rulings.md 3). */
const SEEN = 600;

/** A market with a past and a future; strategies are asked at bars in between. */
export interface History {
  readonly name: string;
  readonly candles: CandleSeries;
  readonly external: ExternalInputs;
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
  const candles = syntheticCandles(seed, length);
  return { name: `seed ${seed}`, candles, external: syntheticExternal(candles, seed) };
}

/** Slowly wandering series for all four kinds, from 30 days before the first candle to 10 days after the last. */
export function syntheticExternal(candles: CandleSeries, seed: number): ExternalInputs {
  const from = candles.time[0]! - SERIES_WINDOW_MS;
  const to = candles.time[candles.length - 1]! + 10 * DAY_MS;
  const available = (kind: SeriesKind, index: number): ExternalInput => ({
    state: 'available',
    series: randomSeries(kind, from, to, generator(seed * 10 + index), 0.02),
  });
  const [openInterest, funding, longShort, liquidations] = SERIES_KINDS.map(available);
  return {
    open_interest: openInterest!,
    funding_rate: funding!,
    long_short_ratio: longShort!,
    liquidations: liquidations!,
  };
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

export function allAbsent(): ExternalInputs {
  const absent: ExternalInput = { state: 'absent', code: 'no-data' };
  return { open_interest: absent, funding_rate: absent, long_short_ratio: absent, liquidations: absent };
}

export function mapExternal(external: ExternalInputs, change: (series: Series) => Series): ExternalInputs {
  const changed = (input: ExternalInput): ExternalInput =>
    input.state === 'available' ? { state: 'available', series: change(input.series) } : input;
  return {
    open_interest: changed(external.open_interest),
    funding_rate: changed(external.funding_rate),
    long_short_ratio: changed(external.long_short_ratio),
    liquidations: changed(external.liquidations),
  };
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

/** What a strategy sees at `bar`: a view on the history's memory, with the whole external series. */
export function viewAt({ candles, external }: History, bar: number, seen = SEEN): StrategyInput {
  return { candles: sliceColumns(candles, Math.max(0, bar + 1 - seen), bar + 1), external, amounts: null };
}
