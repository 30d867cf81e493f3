/** What the read files of a folder hold: `scan doctor <folder>`. Pure: reading is done before, time is an argument. */
import type { CandleFindings, CandleSeries, SkippedFile } from '../core/candles.ts';
import { marketKey, type Market } from '../core/market.ts';
import { TIMEFRAME_MS, TIMEFRAMES, type Timeframe } from '../core/time.ts';
import { keyOfMarket } from './groups.ts';
import { settleKinds } from './kinds.ts';
import { mergeSeries } from './merge.ts';
import type { ParsedSeries, UnnamedCandles } from './reader.ts';
import {
  breaksIn,
  gapsIn,
  monotonyOf,
  overlapOf,
  type Break,
  type Gaps,
  type Guard,
  type Monotony,
  type Overlap,
} from './survey-series.ts';

export interface SurveyInput {
  readonly parsed: readonly ParsedSeries[];
  /** By discovery and by reading. */
  readonly skipped: readonly SkippedFile[];
  /** Of skipped files, those whose candles are sound. */
  readonly unnamed: readonly UnnamedCandles[];
}

export interface SurveyOptions {
  /** ms UTC: ages are told from here. */
  readonly now: number;
  readonly guard: Guard;
  /** Why the market can get no series, or not those of another venue; null when nothing is wrong with its name. */
  readonly doubt: (market: Market) => Doubt | null;
}

export interface Doubt {
  readonly kind: 'unknown-coin' | 'ambiguous-ticker';
  readonly detail: string;
}

/** One series of one file, as the reader took it. */
export interface SurveyedFile {
  readonly file: string;
  readonly format: string;
  readonly market: Market;
  readonly timeframe: Timeframe;
  readonly spot: boolean;
  readonly candles: number;
  /** Open times, ms UTC. */
  readonly firstOpen: number;
  readonly lastOpen: number;
  readonly modifiedAt: number;
  /** A last candle was left out because it was unfinished when the file was written. */
  readonly unfinished: boolean;
  readonly findings: CandleFindings;
}

/** The files of one market and timeframe together, as a scan sees them. */
export interface SurveyedSeries {
  readonly market: Market;
  readonly timeframe: Timeframe;
  readonly files: readonly string[];
  /** True when nothing but spot candles stand for the market. */
  readonly spot: boolean;
  readonly candles: number;
  readonly firstOpen: number;
  readonly lastOpen: number;
  /** From the close of the last candle to now, ms; negative while it is open. */
  readonly ageMs: number;
  /** The last close is more than two timeframes ago. */
  readonly stale: boolean;
  /** The last candle is not closed yet. */
  readonly open: boolean;
  readonly gaps: Gaps;
  readonly breaks: readonly Break[];
  /** Closed candles after the last break: what strategies see, up to 600. */
  readonly usable: number;
  readonly monotony: Monotony;
  readonly overlap: Overlap;
}

export interface SurveyedUnnamed {
  readonly file: string;
  readonly timeframe: Timeframe;
  readonly candles: number;
  /** Open times, ms UTC. */
  readonly firstOpen: number;
  readonly lastOpen: number;
  readonly naiveTimes: number;
  readonly gaps: Gaps;
  readonly monotony: Monotony;
}

export interface Survey {
  readonly now: number;
  readonly files: readonly SurveyedFile[];
  /** By exchange, symbol, timeframe. */
  readonly series: readonly SurveyedSeries[];
  readonly skipped: readonly SkippedFile[];
  /** What skipped files hold whose only fault is that nothing says the market. */
  readonly unnamed: readonly SurveyedUnnamed[];
  /** Spot files left out because the market has perpetual candles. */
  readonly leftOut: readonly SkippedFile[];
  /** Every market, also those of which no file could be read, with the doubt about its name. */
  readonly markets: readonly { readonly market: Market; readonly doubt: Doubt | null }[];
}

/** A last close older than this many timeframes is stale. */
const STALE_TIMEFRAMES = 2;

export function surveyCandles({ parsed: read, skipped, unnamed }: SurveyInput, options: SurveyOptions): Survey {
  const parsed = settleKinds(read);
  const merged = mergeSeries(parsed);
  const leftOut = new Set(merged.leftOut.map(({ file, market }) => partKey(file, market)));
  const counted = parsed.filter(({ file, series, spot }) => !spot || !leftOut.has(partKey(file, series.market)));
  const groups = Map.groupBy(counted, ({ series }) => seriesKey(series));
  return {
    now: options.now,
    files: parsed.map(surveyedFile),
    series: merged.series
      .map((series) => surveyedSeries(series, groups.get(seriesKey(series)) ?? [], options))
      .sort(bySeries),
    skipped: [...skipped, ...merged.refused],
    unnamed: unnamed.map(surveyedUnnamed),
    leftOut: merged.leftOut,
    markets: marketsOf(parsed, skipped).map((market) => ({ market, doubt: options.doubt(market) })),
  };
}

function partKey(file: string, market: Market | null): string {
  return JSON.stringify([file, market?.exchange, market?.symbol]);
}

function seriesKey({ market, timeframe }: Pick<CandleSeries, 'market' | 'timeframe'>): string {
  return `${keyOfMarket(market)}:${timeframe}`;
}

function surveyedFile({ file, format, series, spot, modifiedAt, unfinished, findings }: ParsedSeries): SurveyedFile {
  const { market, timeframe, length, time } = series;
  const [firstOpen, lastOpen] = [time[0]!, time[length - 1]!];
  return {
    file,
    format,
    market,
    timeframe,
    spot,
    candles: length,
    firstOpen,
    lastOpen,
    modifiedAt,
    unfinished,
    findings,
  };
}

function surveyedUnnamed({ file, timeframe, columns, naiveTimes }: UnnamedCandles): SurveyedUnnamed {
  const { length, time } = columns;
  return {
    file,
    timeframe,
    candles: length,
    firstOpen: time[0]!,
    lastOpen: time[length - 1]!,
    naiveTimes,
    gaps: gapsIn(columns, timeframe),
    monotony: monotonyOf(columns),
  };
}

function surveyedSeries(
  series: CandleSeries,
  parts: readonly ParsedSeries[],
  { now, guard }: SurveyOptions,
): SurveyedSeries {
  const { market, timeframe, length, time } = series;
  const timeframeMs = TIMEFRAME_MS[timeframe];
  const lastOpen = time[length - 1]!;
  const ageMs = now - (lastOpen + timeframeMs);
  const open = ageMs < 0;
  const breaks = breaksIn(series, guard);
  const from = breaks[0] === undefined ? 0 : time.indexOf(breaks[0].at);
  return {
    market,
    timeframe,
    files: parts.map(({ file }) => file),
    spot: parts.some(({ spot }) => spot),
    candles: length,
    firstOpen: time[0]!,
    lastOpen,
    ageMs,
    stale: ageMs > STALE_TIMEFRAMES * timeframeMs,
    open,
    gaps: gapsIn(series, timeframe),
    breaks,
    usable: time.subarray(from).filter((at) => at + timeframeMs <= now).length,
    monotony: monotonyOf(series),
    overlap: parts.length < 2 ? { shared: 0, differing: 0 } : overlapOf(parts.map((part) => part.series)),
  };
}

function bySeries(a: SurveyedSeries, b: SurveyedSeries): number {
  return (
    compareText(a.market.exchange, b.market.exchange) ||
    compareText(a.market.symbol, b.market.symbol) ||
    TIMEFRAMES.indexOf(a.timeframe) - TIMEFRAMES.indexOf(b.timeframe)
  );
}

function marketsOf(parsed: readonly ParsedSeries[], skipped: readonly SkippedFile[]): readonly Market[] {
  const named = skipped.flatMap(({ market }) => (market === null ? [] : [market]));
  const all = [...parsed.map(({ series }) => series.market), ...named];
  const unique = new Map(all.map((market) => [marketKey(market), market]));
  return [...unique.values()].sort((a, b) => compareText(a.exchange, b.exchange) || compareText(a.symbol, b.symbol));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
