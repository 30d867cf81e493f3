/** `scan doctor <folder> --json`: everything, per file and per market. Times are ms UTC, ages and shares say their unit. */
import type { SurveyedFile, SurveyedSeries } from '../candles/survey.ts';
import { groupSeries, type SeriesGroup } from './doctor-groups.ts';
import type { FolderReport } from './doctor-report.ts';

/** Keys are snake_case and stable; only added ones are expected. */
export function folderJson(report: FolderReport): object {
  const { version, paths, survey, ignored, problems } = report;
  const { now, series, files, skipped, leftOut, markets } = survey;
  return {
    doctor: 'folder',
    version,
    paths,
    as_of: now,
    summary: summaryJson(report),
    groups: groupSeries(series).map(groupJson),
    problems: problems.map(({ kind, severity, title, remedy, cases }) => ({
      kind,
      severity,
      title,
      remedy,
      count: cases.length,
      cases,
    })),
    markets: markets.map(({ market: { exchange, symbol }, doubt }) => ({
      exchange,
      symbol,
      doubt,
      series: series.filter(({ market }) => market.exchange === exchange && market.symbol === symbol).map(seriesJson),
    })),
    files: files.map(fileJson),
    skipped: skipped.map(({ file, reason, detail, market }) => ({
      file,
      reason,
      detail,
      exchange: market?.exchange ?? null,
      symbol: market?.symbol ?? null,
    })),
    spot_left_out: leftOut.map(({ file, market }) => ({
      file,
      exchange: market?.exchange ?? null,
      symbol: market?.symbol ?? null,
    })),
    side_files: ignored,
  };
}

function summaryJson({ survey, ignored, sampleLeftOut, problems }: FolderReport): object {
  const { series, files, skipped, leftOut, markets } = survey;
  const count = (severity: string): number => problems.filter((problem) => problem.severity === severity).length;
  return {
    markets: markets.length,
    series: series.length,
    files_read: new Set(files.map(({ file }) => file)).size,
    files_skipped: skipped.length,
    spot_left_out: leftOut.length,
    side_files: ignored.length,
    sample_files_left_out: sampleLeftOut,
    candles: series.reduce((sum, { candles }) => sum + candles, 0),
    newest_open: series.reduce<number | null>((last, { lastOpen }) => Math.max(last ?? lastOpen, lastOpen), null),
    problems: { error: count('error'), warn: count('warn'), note: count('note') },
  };
}

function groupJson({ exchange, timeframe, markets, files, candles, from, to, stale, missing }: SeriesGroup): object {
  return { exchange, timeframe, markets, files, candles, first_open: from, last_open: to, stale, missing };
}

function seriesJson(series: SurveyedSeries): object {
  const { timeframe, files, spot, candles, firstOpen, lastOpen, ageMs, stale, open, usable } = series;
  return {
    timeframe,
    files,
    spot,
    candles,
    usable,
    first_open: firstOpen,
    last_open: lastOpen,
    age_s: Math.round(ageMs / 1_000),
    stale,
    open,
    missing: series.gaps.missing,
    gaps: series.gaps.count,
    longest_gap: series.gaps.longest,
    breaks: series.breaks.map(({ at, kind, ratio, missing }) => ({ at, kind, price_ratio: ratio, missing })),
    flat: series.monotony.flat,
    repeated: series.monotony.repeated,
    repeat_run: series.monotony.runLength,
    shared: series.overlap.shared,
    differing: series.overlap.differing,
  };
}

function fileJson({ file, format, market, timeframe, spot, candles, findings, ...times }: SurveyedFile): object {
  return {
    file,
    format,
    exchange: market.exchange,
    symbol: market.symbol,
    timeframe,
    spot,
    candles,
    first_open: times.firstOpen,
    last_open: times.lastOpen,
    modified_at: times.modifiedAt,
    unfinished: times.unfinished,
    rows: findings.rows,
    disordered: findings.disordered,
    duplicates: findings.duplicates,
    missing: findings.missing,
    not_finite: findings.notFinite,
    impossible: findings.impossible,
    off_grid: findings.offGrid,
    future: findings.future,
    naive_times: findings.naiveTimes,
    shifted: findings.shifted,
    widened: findings.widened,
    no_volume: findings.noVolume,
  };
}
