/** What is wrong or odd in the files that were surveyed, grouped by kind, worst first. Pure. */
import type { FileSkipReason, SkippedFile } from '../core/candles.ts';
import type { Market } from '../core/market.ts';
import { TIMEFRAME_MS, type Timeframe } from '../core/time.ts';
import { isKnownVenue } from '../core/venues.ts';
import type { IgnoredFile } from './discover.ts';
import { keyOfMarket } from './groups.ts';
import { FILE_ODDITIES } from './survey-file-oddities.ts';
import {
  FLAT_SHARE,
  REPEATED_SHARE,
  percent,
  problemOf,
  repeatText,
  timeText,
  type Case,
  type Oddity,
  type Problem,
} from './survey-problem.ts';
import { seriesOddities, type Warmup } from './survey-series-oddities.ts';
import type { Survey, SurveyedFile, SurveyedSeries, SurveyedUnnamed } from './survey.ts';

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

/**
 * What is odd about files without which their market is scanned all the same comes last, as notes.
 *
 * @param ignored files left out by their names
 * @param timeframe of the feed; with `auto` every one is asked for
 */
export function findProblems(
  survey: Survey,
  warmups: readonly Warmup[],
  ignored: readonly IgnoredFile[],
  timeframe: Timeframe | 'auto' = 'auto',
): readonly Problem[] {
  const rank = { error: 0, warn: 1, note: 2 };
  const isSpare = spareIn(survey, timeframe, warmups);
  const problems = (wanted: boolean): readonly Problem[] => {
    const part = <T extends Held>(all: readonly T[]): readonly T[] => all.filter((one) => isSpare(one) !== wanted);
    const found = <T extends Held>(oddity: Oddity<T>, all: readonly T[], where: (one: T) => string): Problem =>
      // What is a note of all is told once.
      problemOf(oddity, oddity.severity !== 'note' ? part(all) : wanted ? all : [], where);
    return [
      ...skipProblems(part(survey.skipped), survey.unnamed),
      ...seriesOddities(warmups).map((oddity) => found(oddity, survey.series, seriesName)),
      ...FILE_ODDITIES.map((oddity) => found(oddity, survey.files, fileName(survey.files))),
    ];
  };
  return [
    ...problems(true),
    ...spotProblems(survey),
    ...doubtProblems(survey),
    sideFiles(ignored),
    ...problems(false).map(asNote),
  ]
    .filter(({ cases }) => cases.length > 0)
    .sort((a, b) => rank[a.severity] - rank[b.severity]);
}

function asNote({ kind, title, remedy, cases }: Problem): Problem {
  return { kind, severity: 'note', title: `${title}, of markets that are scanned without them`, remedy, cases };
}

/** A file or a series; what was skipped has no timeframe. */
interface Held {
  readonly market: Market | null;
  readonly timeframe?: Timeframe;
}

/**
 * Whether nobody needs it: a series of a timeframe that its market has no use for beside a fresh one of the feed's, a series of the
 * feed's or a skipped file without which the market is scanned all the same from a finer series that is long enough.
 */
function spareIn({ series }: Survey, asked: Timeframe | 'auto', warmups: readonly Warmup[]): (held: Held) => boolean {
  const needed = Math.min(...warmups.map(({ warmup }) => warmup));
  const keys = (wanted: (one: SurveyedSeries) => boolean): ReadonlySet<string> =>
    new Set(series.filter(wanted).map(({ market }) => keyOfMarket(market)));
  const served = keys(({ timeframe, stale, usable }) => isAsked(timeframe, asked) && !stale && usable > 0);
  const resampled = keys(({ timeframe, ageMs, usable }) => {
    const [fine, coarse] = [TIMEFRAME_MS[timeframe], asked === 'auto' ? 0 : TIMEFRAME_MS[asked]];
    return fine < coarse && coarse % fine === 0 && ageMs <= 2 * coarse && usable * fine >= needed * coarse;
  });
  return ({ market, timeframe }) => {
    if (market === null) return false;
    const key = keyOfMarket(market);
    if (timeframe === undefined) return served.has(key) || resampled.has(key);
    return isAsked(timeframe, asked) ? resampled.has(key) && !served.has(key) : served.has(key);
  };
}

function isAsked(timeframe: Timeframe, asked: Timeframe | 'auto'): boolean {
  return asked === 'auto' || timeframe === asked;
}

function seriesName({ market, timeframe }: SurveyedSeries): string {
  return `${market.exchange} ${market.symbol} ${timeframe}`;
}

/** A file of several markets is named with the market. */
function fileName(files: readonly SurveyedFile[]): (file: SurveyedFile) => string {
  const parts = Map.groupBy(files, ({ file }) => file);
  return ({ file, market }) => (parts.get(file)!.length > 1 ? `${file} (${market.symbol})` : file);
}

function skipProblems(skipped: readonly SkippedFile[], unnamed: readonly SurveyedUnnamed[]): readonly Problem[] {
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

function heldText({ timeframe, candles, firstOpen, lastOpen, naiveTimes, gaps, monotony }: SurveyedUnnamed): string {
  const { repeated, flat } = monotony;
  const told = [
    `it holds ${candles} candles of ${timeframe}, ${timeText(firstOpen)} to ${timeText(lastOpen)}`,
    ...(gaps.missing === 0 ? [] : [`${gaps.missing} missing`]),
    ...(repeated / candles < REPEATED_SHARE ? [] : [repeatText(monotony, candles)]),
    ...(flat / candles < FLAT_SHARE ? [] : [`${percent(flat / candles)} flat without volume`]),
    ...(naiveTimes === 0 ? [] : ['its times name no zone and were read as UTC']),
  ];
  return told.join(', ');
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
  const strange = new Set(markets.map(({ market }) => market.exchange).filter((exchange) => !isKnownVenue(exchange)));
  return [
    {
      kind: 'unknown-exchange',
      severity: 'warn',
      title: 'Exchanges that are not known: perhaps another word of a name was taken for one',
      remedy: 'name the files like BINANCE_BTCUSDT_4h.json; an exchange that does exist is read all the same',
      cases: [...strange].map((exchange) => {
        const own = markets.filter(({ market }) => market.exchange === exchange);
        return { where: exchange, detail: `${own.length} markets, e.g. ${own[0]!.market.symbol}` };
      }),
    },
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
