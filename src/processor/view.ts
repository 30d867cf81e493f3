/**
 * One market as strategies see it: its candles beside the indicators that all strategies share, in memory that the next market takes
 * over. Behind the last candle one slot is free for a candle that has not happened: `next` steps every recursion once into it.
 */
import type { CandleColumns, CandleSeries } from '../core/candles.ts';
import type { Indicators, MarketView } from '../core/strategy.ts';
import { TIMEFRAME_MS } from '../core/time.ts';
import { fillRecursions, stepRecursions, type Recursions } from '../indicators/fused.ts';
import { deviationAt, highestAt, lowestAt, meanOfKnownAt, smaAt } from '../indicators/windows.ts';

const WINDOW = 20;
/** The 600 candles that a strategy sees at most, and two more. */
const USUAL_CAPACITY = 602;

type PriceColumns = Omit<CandleColumns, 'length'>;

/** Memory of one market. */
interface Arena {
  readonly capacity: number;
  readonly columns: PriceColumns;
  readonly recursions: Recursions;
  readonly indicators: Indicators;
  readonly own: (length: number) => CandleColumns;
  readonly extended: (length: number) => CandleColumns;
}

/** A function that shows one market after another. What it answers is valid until it is called again. */
export function createViewer(): (candles: CandleSeries) => MarketView {
  let arena = arenaOf(0);
  return (candles) => {
    if (candles.length + 1 > arena.capacity) arena = arenaOf(Math.max(USUAL_CAPACITY, candles.length + 1));
    return viewOf(candles, arena);
  };
}

function arenaOf(capacity: number): Arena {
  const column = (): Float64Array => new Float64Array(capacity);
  const columns = {
    time: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  const recursions = {
    ema20: column(),
    ema50: column(),
    ema200: column(),
    atr14: column(),
    adx14: column(),
    plusDi14: column(),
    minusDi14: column(),
    rsi14: column(),
  };
  const { high, low, close, volume } = columns;
  const indicators: Indicators = {
    ...recursions,
    sma20: (bar) => smaAt(close, bar, WINDOW),
    deviation20: (bar) => deviationAt(close, bar, WINDOW),
    trueRange: (bar) => Math.max(high[bar]!, close[bar - 1]!) - Math.min(low[bar]!, close[bar - 1]!),
    highest20: (bar) => highestAt(high, bar, WINDOW),
    lowest20: (bar) => lowestAt(low, bar, WINDOW),
    volume20: (bar) => meanOfKnownAt(volume, bar, WINDOW),
  };
  return { capacity, columns, recursions, indicators, own: cutter(columns), extended: cutter(columns) };
}

/** The first candles of the columns. Most markets have the same number of them, so the cut of the one before serves again. */
function cutter(columns: PriceColumns): (length: number) => CandleColumns {
  let latest = cut(columns, 0);
  return (length) => {
    if (length !== latest.length) latest = cut(columns, length);
    return latest;
  };
}

function cut({ time, open, high, low, close, volume }: PriceColumns, length: number): CandleColumns {
  return {
    length,
    time: time.subarray(0, length),
    open: open.subarray(0, length),
    high: high.subarray(0, length),
    low: low.subarray(0, length),
    close: close.subarray(0, length),
    volume: volume.subarray(0, length),
  };
}

function viewOf(candles: CandleSeries, arena: Arena): MarketView {
  const { length, market, timeframe } = candles;
  const { columns, recursions, indicators, own, extended } = arena;
  take(candles, columns);
  const averages = fillRecursions(columns, length, recursions);
  // All of its candles stand in the same memory, so there is one for every close.
  let after: MarketView | null = null;
  const next = (close: number): MarketView => {
    append(arena, length, close, TIMEFRAME_MS[timeframe]);
    stepRecursions(columns, length, recursions, averages);
    after ??= { candles: { ...extended(length + 1), market, timeframe }, indicators, next: noFurther };
    return after;
  };
  return { candles: { ...own(length), market, timeframe }, indicators, next };
}

function take(from: CandleSeries, into: PriceColumns): void {
  for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const) into[name].set(from[name]);
}

function append({ columns, indicators }: Arena, at: number, close: number, stepMs: number): void {
  const open = columns.close[at - 1]!;
  columns.time[at] = columns.time[at - 1]! + stepMs;
  columns.open[at] = open;
  columns.high[at] = Math.max(open, close);
  columns.low[at] = Math.min(open, close);
  columns.close[at] = close;
  columns.volume[at] = indicators.volume20(at - 1);
}

function noFurther(): never {
  throw new RangeError('only one hypothetical candle can be looked at');
}
