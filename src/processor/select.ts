/** Which candles of a market its strategies see. */
import { sliceColumns, type CandleSeries } from '../core/candles.ts';
import { AUTO_TIMEFRAMES, TIMEFRAME_MS, type Timeframe } from '../core/time.ts';
import { closedCandles, closeOfLast } from './closed.ts';
import { continuousTail } from './continuity.ts';
import { canResample, createResampler } from './resample.ts';

/** Strategies see at most this many candles, so that a longer file changes nothing. */
export const WINDOW_CANDLES = 600;

/** A last close older than this many timeframes is stale. */
const STALE_TIMEFRAMES = 2;

/** What a market has been resampled to stands in the same memory for all markets. */
const resampler = createResampler(WINDOW_CANDLES);

export interface SelectedSeries {
  readonly kind: 'series';
  /** Closed, after the last break, at most 600, at least 1. What was resampled lasts until the next market is selected. */
  readonly series: CandleSeries;
  /** The finer timeframe it was made from, null when the market has a file of its own. */
  readonly resampledFrom: Timeframe | null;
  /** True when the continuity guard cut inside the window. */
  readonly cut: boolean;
  readonly stale: boolean;
}

export type Selection =
  | SelectedSeries
  /**
   * `unreadable`: no file of the market could be read. `no-timeframe`: none has the timeframe, and none finer gives it
   * with enough candles. `no-closed-candles`: its candles are all unfinished at as_of.
   */
  | { readonly kind: 'none'; readonly reason: 'unreadable' | 'no-closed-candles' | 'no-timeframe' };

export interface SelectOptions {
  readonly timeframe: Timeframe | 'auto';
  /** ms UTC. */
  readonly asOf: number;
  /** Closed candles a series must have to stand in for the one that was asked for. */
  readonly warmup: number;
}

/** @param files the readable series of one market, at most one per timeframe */
export function selectSeries(files: readonly CandleSeries[], options: SelectOptions): Selection {
  resampler.reset();
  if (files.length === 0) return { kind: 'none', reason: 'unreadable' };
  const { timeframe, asOf, warmup } = options;
  const selected =
    timeframe === 'auto' ? firstUsable(files, asOf, warmup) : forTimeframe(files, timeframe, asOf, warmup);
  if (selected !== null) return selected;
  const hasOwn = files.some((series) => series.timeframe === timeframe);
  const anyClosed = files.some((series) => closedCandles(series, asOf).length > 0);
  return { kind: 'none', reason: hasOwn || !anyClosed ? 'no-closed-candles' : 'no-timeframe' };
}

/** `auto`: the first timeframe that is fresh and warm; without one, the first that there is. */
function firstUsable(files: readonly CandleSeries[], asOf: number, warmup: number): SelectedSeries | null {
  const candidates = AUTO_TIMEFRAMES.map((timeframe) => forTimeframe(files, timeframe, asOf, warmup)).filter(
    (candidate) => candidate !== null,
  );
  return candidates.find((candidate) => !candidate.stale && candidate.series.length >= warmup) ?? candidates[0] ?? null;
}

/** The market's own file; when that is missing or stale, a finer one that is fresher and reaches the warm-up. */
function forTimeframe(
  files: readonly CandleSeries[],
  timeframe: Timeframe,
  asOf: number,
  warmup: number,
): SelectedSeries | null {
  const own = files.find((series) => series.timeframe === timeframe);
  const primary = own === undefined ? null : prepare(closedCandles(own, asOf), null, false, asOf);
  if (primary !== null && !primary.stale) return primary;
  let best = primary;
  for (const finer of files) {
    if (!canResample(finer.timeframe, timeframe)) continue;
    const candidate = resampled(finer, timeframe, asOf);
    if (candidate === null || candidate.series.length < warmup) continue;
    if (best === null || isBetter(candidate, best)) best = candidate;
  }
  return best;
}

/** Fresher; among equally fresh stand-ins the longer one. An equally fresh file of the market's own is never replaced. */
function isBetter(candidate: SelectedSeries, best: SelectedSeries): boolean {
  const gain = lastOpen(candidate.series) - lastOpen(best.series);
  if (gain !== 0 || best.resampledFrom === null) return gain > 0;
  const longer = candidate.series.length - best.series.length;
  return longer > 0 || (longer === 0 && TIMEFRAME_MS[candidate.resampledFrom!] > TIMEFRAME_MS[best.resampledFrom]);
}

function resampled(finer: CandleSeries, timeframe: Timeframe, asOf: number): SelectedSeries | null {
  // A break inside a bucket would vanish in it, so the finer candles are cut first; gaps count in the coarser bars. More candles than
  // the window are not made: whether there was a break before it is nobody's concern.
  const continuous = continuousTail(closedCandles(finer, asOf), TIMEFRAME_MS[timeframe]);
  return prepare(resampler.resample(continuous.series, timeframe), finer.timeframe, continuous.cut, asOf);
}

/** Null when nothing is left. */
function prepare(
  closed: CandleSeries,
  resampledFrom: Timeframe | null,
  cutBefore: boolean,
  asOf: number,
): SelectedSeries | null {
  if (closed.length === 0) return null;
  const continuous = continuousTail(closed);
  const { length } = continuous.series;
  const series =
    length > WINDOW_CANDLES ? sliceColumns(continuous.series, length - WINDOW_CANDLES, length) : continuous.series;
  return {
    kind: 'series',
    series,
    resampledFrom,
    // A break before the window is nobody's concern: a longer file must change nothing.
    cut: (cutBefore || continuous.cut) && length < WINDOW_CANDLES,
    stale: isOld({ closedAt: closeOfLast(series), timeframe: series.timeframe }, asOf),
  };
}

/** Of a last candle: whether it closed too long ago for a signal. */
export function isOld(
  { closedAt, timeframe }: { readonly closedAt: number; readonly timeframe: Timeframe },
  asOf: number,
): boolean {
  return asOf - closedAt > STALE_TIMEFRAMES * TIMEFRAME_MS[timeframe];
}

function lastOpen(series: CandleSeries): number {
  return series.time[series.length - 1]!;
}
