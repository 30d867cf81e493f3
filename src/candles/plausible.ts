/** What the rows of a file say about themselves: their step, the order of their columns, dates that cannot be. */
import { TIMEFRAME_MS, timeframeOf, TIMEFRAMES, type Timeframe } from '../core/time.ts';
import { failed, type Failure } from './bytes.ts';
import type { CandleColumns } from '../core/candles.ts';
import { isSoundTime } from './times.ts';

/** More impossible rows than this share are no accident: the columns are mixed up or the data made up. */
const IMPOSSIBLE_SHARE = 0.01;
const IMPOSSIBLE_FROM_ROWS = 100;
/** Fewer rows in another order of columns may be an accident. */
const SWAPPED_FROM_ROWS = 3;
/** Steps from close to open that are looked at, that say anything, and the share of them that settles it. */
const SWAPS_TO_SEE = 200;
const SWAPS_TO_JUDGE = 20;
const SWAPPED_SHARE = 0.95;
/** Of the rows before them: more that stand apart are a market that paused, not a slip. */
const ALONE_SHARE = 0.01;
/** A sixth column that lies between low and high almost always holds prices. */
const PRICES_SHARE = 0.95;
const PRICES_FROM_ROWS = 10;
/** Equal times whose closes are further apart are not two readings of one candle. */
const OTHER_MARKET_RATIO = 1.5;
/** Of the rows: fewer are slips of the writer. */
const OTHER_MARKET_SHARE = 0.01;
const OTHER_MARKET_FROM_ROWS = 3;
/** Of the rows: fewer that open elsewhere are what an exchange has corrected between two downloads. */
const OTHER_OPENS_SHARE = 0.2;
const OTHER_OPENS_FROM_ROWS = 30;
/** Fewer steps than this say nothing about the timeframe. */
const STEPS_TO_JUDGE = 3;

type Step = { readonly ok: true; readonly timeframe: Timeframe } | Failure;

/** @param named as the file is named; null when only the times can tell */
export function stepOf(time: Float64Array, named: Timeframe | null): Step {
  const step = medianStep(time);
  if (step === null) {
    if (named !== null) return { ok: true, timeframe: named };
    const detail =
      'it has too few candles to tell their timeframe: call it e.g. BINANCE_BTCUSDT_4h, or scan it alone with --timeframe 4h';
    return failed('unknown-timeframe', detail);
  }
  const found = timeframeOf(step);
  const words = found ?? `${step / 1000} s`;
  if (named !== null && step !== TIMEFRAME_MS[named]) {
    return failed('bad-series', `its name says ${named} but its candles are ${words} apart: rename or replace it`);
  }
  if (found !== null) return { ok: true, timeframe: found };
  const detail = `its candles are ${words} apart; known are ${TIMEFRAMES.join(' ')}`;
  return failed('unknown-timeframe', detail);
}

/**
 * Why the impossible rows are no accident, or null when they may be one.
 *
 * @param counts with what `orderDetail` said of all rows
 */
export function impossibleDetail(counts: { rows: number; impossible: number; order: string | null }): string | null {
  const { rows, impossible, order } = counts;
  const isMost = impossible > rows / 2 && rows >= SWAPPED_FROM_ROWS;
  if (isMost && order !== null) return `${order}: put them in the order time, open, high, low, close, volume`;
  if (!isMost && (rows < IMPOSSIBLE_FROM_ROWS || impossible <= rows * IMPOSSIBLE_SHARE)) return null;
  return `${impossible} of ${rows} rows have impossible prices or volumes (not positive, outside high and low, or 1e18 and more)`;
}

/**
 * Why the rows that are left are another series, because so many were dropped; null when they are not. Without the dropped rows the file
 * would be refused for the same: indicators must not run over so many holes.
 */
export function holesDetail(left: Float64Array, rows: number, timeframe: Timeframe): string | null {
  const step = medianStep(left);
  if (step === null || step === TIMEFRAME_MS[timeframe]) return null;
  return `${rows - left.length} of its ${rows} rows are no candles, and those that are left stand more than ${timeframe} apart`;
}

/** Why the volumes are none, or null when they may be: Kraken writes an average price before the volume. */
export function volumeDetail({
  length,
  high,
  low,
  volume,
}: Pick<CandleColumns, 'length' | 'high' | 'low' | 'volume'>): string | null {
  let judged = 0;
  let prices = 0;
  // So many volumes settle it, whatever the rest is.
  const enough = length * (1 - PRICES_SHARE) + 1;
  for (let i = 0; i < length && judged - prices <= enough; i++) {
    if (!(volume[i]! > 0 && high[i]! > low[i]!)) continue;
    judged++;
    if (volume[i]! >= low[i]! && volume[i]! <= high[i]!) prices++;
  }
  if (judged < PRICES_FROM_ROWS || prices < judged * PRICES_SHARE) return null;
  return 'its sixth column holds prices, not volumes (Kraken writes an average price there): put them in the order time, open, high, low, close, volume';
}

/**
 * Why rows of equal times cannot be of one market, or null when they can: a candle that is written again while it grows keeps its open.
 * Rows sorted by time.
 */
export function severalMarketsDetail({
  length,
  time,
  open,
  close,
}: Pick<CandleColumns, 'length' | 'time' | 'open' | 'close'>): string | null {
  let far = 0;
  let opens = 0;
  for (let i = 1; i < length; i++) {
    if (time[i] !== time[i - 1]) continue;
    const ratio = close[i]! / close[i - 1]!;
    if (Math.max(ratio, 1 / ratio) > OTHER_MARKET_RATIO) far++;
    if (open[i] !== open[i - 1]) opens++;
  }
  const tell = 'rows tell another price for the same time, as of several markets, exchanges or timeframes';
  if (far >= OTHER_MARKET_FROM_ROWS && far >= length * OTHER_MARKET_SHARE) {
    return `${far} of its ${length} ${tell}: write one file for each`;
  }
  if (opens < OTHER_OPENS_FROM_ROWS || opens < length * OTHER_OPENS_SHARE) return null;
  return `${opens} of its ${length} ${tell}: write one file for each`;
}

/** In which other order the columns of nearly all rows would be candles; null when in none that is known. */
export function orderDetail({ length, open, high, low, close }: Omit<CandleColumns, 'time' | 'volume'>): string | null {
  const fits = (o: Float64Array, h: Float64Array, l: Float64Array, c: Float64Array): boolean => {
    let count = 0;
    for (let i = 0; i < length; i++) {
      const isIn = h[i]! >= Math.max(o[i]!, c[i]!) && l[i]! <= Math.min(o[i]!, c[i]!);
      if (isIn && l[i]! > 0) count++;
    }
    return count >= length * (1 - IMPOSSIBLE_SHARE);
  };
  if (fits(open, low, close, high)) {
    return 'its columns stand as time, open, close, high, low, volume (as KuCoin and Jesse write them)';
  }
  return fits(low, high, open, close)
    ? 'its columns stand as time, low, high, open, close, volume (as Coinbase writes them)'
    : null;
}

/**
 * Why open and close are not what they are called; null when they may be. A candle opens where the one before it closed, or near.
 * Rows sorted by time.
 */
export function swappedDetail({
  length,
  open,
  close,
}: Pick<CandleColumns, 'length' | 'open' | 'close'>): string | null {
  const most = Math.min(length, SWAPS_TO_SEE);
  let swapped = 0;
  let others = 0;
  for (let i = 1; i < most && others <= most * (1 - SWAPPED_SHARE); i++) {
    const apart = Math.abs(open[i]! - close[i - 1]!);
    const crossed = Math.abs(close[i]! - open[i - 1]!);
    if (crossed < apart) swapped++;
    else if (crossed > apart) others++;
  }
  if (swapped < SWAPS_TO_JUDGE || swapped < (swapped + others) * SWAPPED_SHARE) return null;
  return "each of its candles closes where the one before it opens: open and close stand in each other's place (time, open, high, low, close, volume is right), or its times run backwards";
}

/**
 * How many of the last rows are dated beyond `latest`, or stand alone: at most one in a hundred, behind a gap longer than
 * everything before it. Either is a slip of the writer, and would make all else look old.
 */
export function countFuture(time: Float64Array, latest: number): number {
  let kept = time.length;
  while (kept > 0 && time[kept - 1]! > latest) kept--;
  const most = Math.floor(kept * ALONE_SHARE);
  for (let i = kept - 1; i >= kept - most; i--) {
    if (time[i]! - time[i - 1]! > time[i - 1]! - time[0]!) return time.length - i;
  }
  return time.length - kept;
}

/** Of the different times; null when there are too few steps to judge. */
function medianStep(time: Float64Array): number | null {
  const sound = time.filter(isSoundTime).sort();
  const different = sound.filter((at, i) => at !== sound[i - 1]);
  const steps = different.length - 1;
  if (steps < STEPS_TO_JUDGE) return null;
  return Float64Array.from({ length: steps }, (_, i) => different[i + 1]! - different[i]!).sort()[steps >> 1]!;
}
