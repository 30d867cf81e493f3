/** What is wrong or odd in the files that were surveyed, grouped by kind, worst first. Pure. */
import type { FileSkipReason } from '../core/candles.ts';
import { DAY_MS, HOUR_MS } from '../core/time.ts';
import { formatDuration } from '../platform/text.ts';
import type { IgnoredFile } from './discover.ts';
import type { Survey, SurveyedFile, SurveyedSeries, SurveyedUnnamed } from './survey.ts';

/**
 * `error`: candles are lost or wrong until someone acts. `warn`: a scan works, but its answer is worse than it could be.
 * `note`: good to know.
 */
export type Severity = 'error' | 'warn' | 'note';

export interface Case {
  /** A file as reports name it, or a market with its timeframe. */
  readonly where: string;
  readonly detail: string;
}

export interface Problem {
  /** Stable kebab-case name: a reason why files are skipped, or one of the kinds below. */
  readonly kind: string;
  readonly severity: Severity;
  readonly title: string;
  /** Null where each case says it, or nothing is to be done. */
  readonly remedy: string | null;
  /** Never empty; the worst first where there is a worse. */
  readonly cases: readonly Case[];
}

export interface Warmup {
  readonly id: string;
  readonly warmup: number;
}

/** Below this share repetition and flat candles are what quiet markets have. */
const ODD_SHARE = 0.05;

const SKIP_TITLES: Partial<Readonly<Record<FileSkipReason, string>>> = {
  'truncated-json': 'Files that end in the middle',
  'truncated-gzip': 'Archives that end in the middle',
  'truncated-zip': 'Archives that end in the middle',
  'unknown-name': 'Files that do not say whose candles they hold',
  'unknown-timeframe': 'Files of a timeframe that is not used',
  'unsupported-format': 'Files of a type that is not read',
  'bad-series': 'Files whose candles do not add up',
  'no-candles': 'Files without a single candle',
  'empty-file': 'Empty files',
  'missing-package': 'Files that need a package which is not installed',
  'not-candles': 'Files that hold something else than candles',
};

/** @param ignored files left out by their names */
export function findProblems(
  survey: Survey,
  warmups: readonly Warmup[],
  ignored: readonly IgnoredFile[],
): readonly Problem[] {
  const found = [
    ...skipProblems(survey),
    ...seriesProblems(survey.series, warmups),
    ...fileProblems(survey.files),
    ...spotProblems(survey),
    ...doubtProblems(survey),
    sideFiles(ignored),
  ].filter(({ cases }) => cases.length > 0);
  const rank = { error: 0, warn: 1, note: 2 };
  return found.sort((a, b) => rank[a.severity] - rank[b.severity]);
}

function skipProblems({ skipped, unnamed }: Survey): readonly Problem[] {
  const held = new Map(unnamed.map((one) => [one.file, `${heldText(one)}; `]));
  return [...Map.groupBy(skipped, ({ reason }) => reason)]
    .map(([reason, files]): Problem => ({
      kind: reason,
      severity: reason === 'not-candles' ? 'note' : 'error',
      title: SKIP_TITLES[reason] ?? 'Files that cannot be read',
      remedy: null,
      cases: files.map(({ file, detail }) => ({ where: file, detail: `${held.get(file) ?? ''}${detail}` })),
    }))
    .sort((a, b) => b.cases.length - a.cases.length);
}

function heldText({ timeframe, candles, firstOpen, lastOpen, gaps, monotony }: SurveyedUnnamed): string {
  const { repeated, flat } = monotony;
  const told = [
    `it holds ${candles} candles of ${timeframe}, ${isoTime(firstOpen)} to ${isoTime(lastOpen)}`,
    ...(gaps.missing === 0 ? [] : [`${gaps.missing} missing`]),
    ...(repeated / candles < ODD_SHARE ? [] : [repeatText(monotony, candles)]),
    ...(flat / candles < ODD_SHARE ? [] : [`${percent(flat / candles)} flat without volume`]),
  ];
  return told.join(', ');
}

type Judge<T> = (one: T) => { readonly weight: number; readonly detail: string } | null;

/** Cases of everything that `judge` objects to, the heaviest first. */
function casesOf<T>(all: readonly T[], where: (one: T) => string, judge: Judge<T>): readonly Case[] {
  return all
    .flatMap((one) => {
      const objection = judge(one);
      return objection === null ? [] : [{ where: where(one), ...objection }];
    })
    .sort((a, b) => b.weight - a.weight)
    .map(({ where: place, detail }) => ({ where: place, detail }));
}

function seriesName({ market, timeframe }: SurveyedSeries): string {
  return `${market.exchange} ${market.symbol} ${timeframe}`;
}

function seriesProblems(series: readonly SurveyedSeries[], warmups: readonly Warmup[]): readonly Problem[] {
  const of = (
    kind: string,
    severity: Severity,
    title: string,
    remedy: string | null,
    judge: Judge<SurveyedSeries>,
  ) => ({
    kind,
    severity,
    title,
    remedy,
    cases: casesOf(series, seriesName, judge),
  });
  return [
    of(
      'repeated-candles',
      'error',
      'Series filled up by repeating the candle before',
      'get candles of the timeframe that the name says, or name the file after the one that they are',
      judgeRepeats,
    ),
    of(
      'differing-files',
      'error',
      'Series in several files that tell different prices',
      'keep one of the files: where they differ the later-modified counts',
      ({ overlap: { shared, differing }, files }) =>
        differing === 0
          ? null
          : { weight: differing, detail: `${differing} of ${shared} shared candles differ: ${files.join(', ')}` },
    ),
    of(
      'price-breaks',
      'warn',
      'Series with a jump that no one could trade, such as a redenomination',
      'nothing: history before the last one is not used; candles from one source that adjusts them have none',
      ({ breaks }) => judgeBreaks(breaks.filter(({ kind }) => kind === 'price')),
    ),
    of(
      'flat-candles',
      'warn',
      'Series with many flat candles without volume',
      'a market that trades so little, or a test network, gives scores that mean nothing: leave it out',
      ({ monotony: { flat }, candles }) =>
        flat / candles < ODD_SHARE
          ? null
          : { weight: flat / candles, detail: `${flat} of ${candles} candles (${percent(flat / candles)})` },
    ),
    of(
      'gap-breaks',
      'warn',
      'Series with a gap of more than 24 candles',
      'fill the gap from the source; until then history before it is not used',
      ({ breaks }) => judgeBreaks(breaks.filter(({ kind }) => kind === 'gap')),
    ),
    of(
      'stale',
      'warn',
      'Series that end more than two timeframes ago, whose signals are stale',
      'refresh the files; for a look at the past scan with --as-of',
      ({ stale, ageMs, lastOpen }) =>
        stale ? { weight: ageMs, detail: `newest candle ${isoTime(lastOpen)}, ${formatDuration(ageMs)} old` } : null,
    ),
    of(
      'too-short',
      'warn',
      'Series too short for a strategy',
      'longer files, at least 500 candles; finer files of the same market are resampled where they reach further',
      (one) => judgeLength(one, warmups),
    ),
    of('gaps', 'note', 'Series with missing candles', null, judgeGaps),
    of('overlapping-files', 'note', 'Series in several files that agree', null, (one) =>
      one.files.length > 1 && one.overlap.differing === 0
        ? { weight: one.overlap.shared, detail: `${one.overlap.shared} shared candles: ${one.files.join(', ')}` }
        : null,
    ),
    of('open-candles', 'note', 'Series that end in a candle not closed yet', null, ({ open, lastOpen }) =>
      open ? { weight: lastOpen, detail: `opened ${isoTime(lastOpen)}; it is not used before it is closed` } : null,
    ),
  ];
}

function judgeRepeats({ monotony, candles }: SurveyedSeries): ReturnType<Judge<unknown>> {
  const share = monotony.repeated / candles;
  return share < ODD_SHARE ? null : { weight: share, detail: repeatText(monotony, candles) };
}

function repeatText({ repeated, runLength }: SurveyedSeries['monotony'], candles: number): string {
  const runs = runLength === null ? '' : ` (${runLength} equal ones in a row)`;
  return `${percent(repeated / candles)} of ${candles} candles repeat the one before${runs}`;
}

function judgeBreaks(breaks: SurveyedSeries['breaks']): ReturnType<Judge<unknown>> {
  const [last] = breaks;
  if (last === undefined) return null;
  const jump = last.kind === 'price' ? [`price x${Number(last.ratio.toPrecision(3))}`] : [];
  const gap = last.missing > 0 ? [`${last.missing} candles missing`] : [];
  const more = breaks.length > 1 ? [`${breaks.length - 1} more before`] : [];
  return { weight: breaks.length, detail: `${isoTime(last.at)}: ${[...jump, ...gap, ...more].join(', ')}` };
}

function judgeLength({ usable, candles }: SurveyedSeries, warmups: readonly Warmup[]): ReturnType<Judge<unknown>> {
  const lacking = warmups.filter(({ warmup }) => usable < warmup).map(({ id, warmup }) => `${id} ${warmup}`);
  if (lacking.length === 0) return null;
  const cut = usable < candles - 1 ? ` behind the last cut (${candles} in all)` : '';
  return { weight: -usable, detail: `${usable} closed candles${cut}; needed by ${lacking.join(', ')}` };
}

function judgeGaps({ gaps: { count, missing, longest } }: SurveyedSeries): ReturnType<Judge<unknown>> {
  if (missing === 0) return null;
  const places = count === 1 ? 'in one place' : `in ${count} places, at most ${longest} in a row`;
  return { weight: missing, detail: `${missing} missing ${places}` };
}

function fileProblems(files: readonly SurveyedFile[]): readonly Problem[] {
  const of = (kind: string, severity: Severity, title: string, remedy: string | null, judge: Judge<SurveyedFile>) => ({
    kind,
    severity,
    title,
    remedy,
    cases: casesOf(files, fileName(files), judge),
  });
  const rows = (count: number, text: string): ReturnType<Judge<unknown>> =>
    count === 0 ? null : { weight: count, detail: `${count} ${text}` };
  return [
    of(
      'future-candles',
      'error',
      'Files with candles dated in the future, dropped',
      'the clock here or the one of their writer is wrong, or their times are in another unit',
      ({ findings }) => rows(findings.future, 'rows'),
    ),
    of(
      'dropped-rows',
      'warn',
      'Files with rows that are no candle, dropped',
      'download them again: such rows come from broken writers',
      ({ findings }) => judgeDropped(findings),
    ),
    of(
      'times-without-zone',
      'warn',
      'Files with times without a zone, read as UTC',
      'where they are local times every candle is hours off: write them with Z or an offset',
      ({ findings }) => rows(findings.naiveTimes, 'rows'),
    ),
    of('duplicate-rows', 'note', 'Files that say a time twice, of which the last counts', null, ({ findings }) =>
      rows(findings.duplicates, 'rows'),
    ),
    of('disordered-rows', 'note', 'Files not in order of time, sorted', null, ({ findings }) =>
      rows(findings.disordered, 'rows out of order'),
    ),
    of(
      'unfinished-candles',
      'note',
      'Files written while their last candle was open, which is left out',
      null,
      (file) =>
        file.unfinished ? { weight: file.lastOpen, detail: `the last whole one is ${isoTime(file.lastOpen)}` } : null,
    ),
  ];
}

/** A file of several markets is named with the market. */
function fileName(files: readonly SurveyedFile[]): (file: SurveyedFile) => string {
  const parts = Map.groupBy(files, ({ file }) => file);
  return ({ file, market }) => (parts.get(file)!.length > 1 ? `${file} (${market.symbol})` : file);
}

function judgeDropped({ notFinite, impossible, offGrid }: SurveyedFile['findings']): ReturnType<Judge<unknown>> {
  const kinds = [
    [notFinite, 'without finite numbers'],
    [impossible, 'with impossible prices'],
    [offGrid, 'off the grid of the timeframe'],
  ] as const;
  const told = kinds.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`);
  return told.length === 0 ? null : { weight: notFinite + impossible + offGrid, detail: told.join(', ') };
}

function spotProblems({ series, leftOut }: Survey): readonly Problem[] {
  return [
    {
      kind: 'spot',
      severity: 'warn',
      title: 'Series of the spot market, scored as the perpetual',
      remedy: 'get the candles of the perpetual',
      cases: series.filter(({ spot }) => spot).map((one) => ({ where: seriesName(one), detail: one.files.join(', ') })),
    },
    {
      kind: 'spot-beside-perpetual',
      severity: 'note',
      title: 'Files of spot candles beside perpetual ones, left out',
      remedy: null,
      cases: leftOut.map(({ file, detail }) => ({ where: file, detail })),
    },
  ];
}

function doubtProblems({ markets }: Survey): readonly Problem[] {
  const of = (wanted: string): readonly Case[] =>
    markets.flatMap(({ market, doubt }) =>
      doubt?.kind === wanted ? [{ where: `${market.exchange} ${market.symbol}`, detail: doubt.detail }] : [],
    );
  return [
    {
      kind: 'unknown-coin',
      severity: 'warn',
      title: 'Markets whose name says no coin, always neutral',
      remedy: "name the files by the exchange's own symbol, e.g. BTCUSDT",
      cases: of('unknown-coin'),
    },
    {
      kind: 'ambiguous-ticker',
      severity: 'note',
      title: 'Markets whose ticker means several coins, for which no other venue stands in',
      remedy: null,
      cases: of('ambiguous-ticker'),
    },
  ];
}

function sideFiles(ignored: readonly IgnoredFile[]): Problem {
  return {
    kind: 'side-files',
    severity: 'note',
    title: 'Files that stand beside candles, not opened',
    remedy: null,
    cases: ignored.map(({ file, holds }) => ({ where: file, detail: holds })),
  };
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function isoTime(ms: number): string {
  const text = new Date(ms).toISOString();
  return ms % DAY_MS === 0
    ? text.slice(0, 10)
    : `${text.slice(0, ms % HOUR_MS === 0 ? 13 : 16).replace('T', ' ')}${ms % HOUR_MS === 0 ? ':00' : ''} UTC`;
}
