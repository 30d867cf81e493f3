/** What can be odd about a series. Pure. */
import { formatDuration } from '../platform/text.ts';
import {
  FLAT_SHARE,
  percent,
  REPEATED_SHARE,
  repeatText,
  timeText,
  type Objection,
  type Oddity,
} from './survey-problem.ts';
import type { SurveyedSeries } from './survey.ts';

export interface Warmup {
  readonly id: string;
  /** Closed candles below which the strategy gives no answer. */
  readonly warmup: number;
}

/** Worst first. */
export function seriesOddities(warmups: readonly Warmup[]): readonly Oddity<SurveyedSeries>[] {
  return [...LOST, ...CUT, STALE, tooShort(warmups), ...HARMLESS];
}

const LOST: readonly Oddity<SurveyedSeries>[] = [
  {
    kind: 'repeated-candles',
    severity: 'error',
    title: 'Series filled up by repeating the candle before',
    remedy: 'get candles of the timeframe that the name says, or name the file after the one that they are',
    judge: ({ monotony, candles }) => {
      const share = monotony.repeated / candles;
      return share < REPEATED_SHARE ? null : { weight: share, detail: repeatText(monotony, candles) };
    },
  },
  {
    kind: 'differing-files',
    severity: 'error',
    title: 'Series in several files that tell different prices',
    remedy: 'keep one of the files: where they differ the later-modified counts',
    judge: ({ overlap: { shared, differing }, files }) =>
      differing === 0
        ? null
        : { weight: differing, detail: `${differing} of ${shared} shared candles differ: ${files.join(', ')}` },
  },
  {
    kind: 'flat-candles',
    severity: 'warn',
    title: 'Series with many flat candles without volume',
    remedy: 'a market that trades so little, or a test network, gives scores that mean nothing: leave it out',
    judge: ({ monotony: { flat }, candles }) => {
      const share = flat / candles;
      return share < FLAT_SHARE ? null : { weight: share, detail: `${flat} of ${candles} candles (${percent(share)})` };
    },
  },
];

const CUT: readonly Oddity<SurveyedSeries>[] = [
  {
    kind: 'price-breaks',
    severity: 'warn',
    title: 'Series with a jump that no one could trade, such as a redenomination',
    remedy: 'history before the last jump is not used; a source that adjusts its candles has none',
    judge: ({ breaks }) => judgeBreaks(breaks.filter(({ kind }) => kind === 'price')),
  },
  {
    kind: 'gap-breaks',
    severity: 'warn',
    title: 'Series with a gap of more than 24 candles',
    remedy: 'fill the gap from the source; until then history before it is not used',
    judge: ({ breaks }) => judgeBreaks(breaks.filter(({ kind }) => kind === 'gap')),
  },
];

const STALE: Oddity<SurveyedSeries> = {
  kind: 'stale',
  severity: 'warn',
  title: 'Series that end more than two timeframes ago',
  remedy: 'refresh the files; for a look at the past scan with --as-of',
  judge: ({ stale, ageMs, lastOpen }) =>
    stale ? { weight: ageMs, detail: `newest candle ${timeText(lastOpen)}, ${formatDuration(ageMs)} old` } : null,
};

function tooShort(warmups: readonly Warmup[]): Oddity<SurveyedSeries> {
  return {
    kind: 'too-short',
    severity: 'warn',
    title: 'Series too short for a strategy',
    remedy: 'longer files, at least 500 candles; finer files of the same market stand in where they reach further',
    judge: ({ usable, candles, breaks }) => {
      const lacking = warmups.filter(({ warmup }) => usable < warmup).map(({ id, warmup }) => `${id} ${warmup}`);
      const cut = breaks.length > 0 ? ` behind the last cut, of ${candles} in all` : '';
      const detail = `${usable} closed candles${cut}; needed by ${lacking.join(', ')}`;
      return lacking.length === 0 ? null : { weight: -usable, detail };
    },
  };
}

const HARMLESS: readonly Oddity<SurveyedSeries>[] = [
  {
    kind: 'gaps',
    severity: 'note',
    title: 'Series with missing candles',
    remedy: null,
    judge: ({ gaps: { count, missing, longest } }) => {
      const places = count === 1 ? 'in one place' : `in ${count} places, at most ${longest} in a row`;
      return missing === 0 ? null : { weight: missing, detail: `${missing} missing ${places}` };
    },
  },
  {
    kind: 'overlapping-files',
    severity: 'note',
    title: 'Series in several files that agree',
    remedy: null,
    judge: ({ files, overlap: { shared, differing } }) =>
      files.length > 1 && differing === 0
        ? { weight: shared, detail: `${shared} shared candles: ${files.join(', ')}` }
        : null,
  },
  {
    kind: 'open-candles',
    severity: 'note',
    title: 'Series that end in a candle not closed yet',
    remedy: null,
    judge: ({ open, lastOpen }) =>
      open ? { weight: lastOpen, detail: `opened ${timeText(lastOpen)}; not used before it is closed` } : null,
  },
];

function judgeBreaks(breaks: SurveyedSeries['breaks']): Objection {
  const [last] = breaks;
  if (last === undefined) return null;
  const told = [
    ...(last.kind === 'price' ? [`price x${Number(last.ratio.toPrecision(3))}`] : []),
    ...(last.missing > 0 ? [`${last.missing} candles missing`] : []),
    ...(breaks.length > 1 ? [`${breaks.length - 1} more before`] : []),
  ];
  return { weight: breaks.length, detail: `${timeText(last.at)}: ${told.join(', ')}` };
}
