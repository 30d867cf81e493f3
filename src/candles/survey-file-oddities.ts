/** What can be odd about a file that was read. Pure. */
import { timeText, type Objection, type Oddity } from './survey-problem.ts';
import type { SurveyedFile } from './survey.ts';

/** Worst first. */
export const FILE_ODDITIES: readonly Oddity<SurveyedFile>[] = [
  {
    kind: 'future-candles',
    severity: 'error',
    title: 'Files with candles dated in the future, dropped',
    remedy: 'the clock here or the one of their writer is wrong, or their times are in another unit',
    judge: ({ findings }) => rows(findings.future, 'rows'),
  },
  {
    kind: 'dropped-rows',
    severity: 'warn',
    title: 'Files with rows that are no candle, dropped',
    remedy: 'download them again: such rows come from broken writers',
    judge: ({ findings }) => judgeDropped(findings),
  },
  {
    kind: 'times-without-zone',
    severity: 'warn',
    title: 'Files with times without a zone, read as UTC',
    remedy: 'where they are local times every candle is hours off: write them with Z or an offset',
    judge: ({ findings }) => rows(findings.naiveTimes, 'rows'),
  },
  {
    kind: 'shifted-times',
    severity: 'note',
    title: 'Files with times that label the end of a candle, moved to its start',
    remedy: null,
    judge: ({ findings }) => rows(findings.shifted, 'rows'),
  },
  {
    kind: 'widened-candles',
    severity: 'note',
    title: 'Files with an open outside high and low, widened: it is the close before',
    remedy: null,
    judge: ({ findings }) => rows(findings.widened, 'rows'),
  },
  {
    kind: 'no-volume',
    severity: 'warn',
    title: 'Files with candles without a volume, whose prices count',
    remedy: 'get them with their volumes: until then what volume decides of a score counts half',
    judge: ({ findings, candles }) => rows(findings.noVolume, `of ${candles} candles`),
  },
  {
    kind: 'duplicate-rows',
    severity: 'note',
    title: 'Files that say a time twice, of which the last counts',
    remedy: null,
    judge: ({ findings }) => rows(findings.duplicates, 'rows'),
  },
  {
    kind: 'disordered-rows',
    severity: 'note',
    title: 'Files not in order of time, sorted',
    remedy: null,
    judge: ({ findings }) => rows(findings.disordered, 'rows out of order'),
  },
  {
    kind: 'unfinished-candles',
    severity: 'note',
    title: 'Files written while their last candle was open, which is left out',
    remedy: null,
    judge: ({ unfinished, lastOpen }) =>
      unfinished ? { weight: lastOpen, detail: `the last whole one is ${timeText(lastOpen)}` } : null,
  },
];

function rows(count: number, text: string): Objection {
  return count === 0 ? null : { weight: count, detail: `${count} ${text}` };
}

function judgeDropped({ notFinite, impossible, offGrid }: SurveyedFile['findings']): Objection {
  const kinds = [
    [notFinite, 'without finite prices'],
    [impossible, 'with impossible prices or volumes'],
    [offGrid, 'off the grid of the timeframe'],
  ] as const;
  const told = kinds.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`);
  return told.length === 0 ? null : { weight: notFinite + impossible + offGrid, detail: told.join(', ') };
}
