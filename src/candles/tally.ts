/** Counts that run along while candle files are read: of ten thousand files none is remembered. */
import type { CandleFindings, SkippedFile } from '../core/candles.ts';
import type { ParsedSeries, ReadResult } from './reader.ts';

export interface ReadTally {
  /** Files that were looked at, readable or not. */
  files: number;
  /** Of every series that was read: the rows of each kind. */
  readonly rows: Record<keyof CandleFindings, number>;
  /** Series that have rows of that kind at all; nearly every file holds one series. */
  readonly filesWith: Record<keyof CandleFindings, number>;
  /** Files merged into another's series. */
  mergedFiles: number;
  /** Files of spot candles that stand for a market which has no perpetual ones. */
  spotFiles: number;
  /** Files and parts of files that could not be used. In no order that means anything: reports sort them by name. */
  readonly skipped: SkippedFile[];
}

const KINDS = [
  'rows',
  'disordered',
  'duplicates',
  'missing',
  'notFinite',
  'impossible',
  'offGrid',
  'future',
  'naiveTimes',
  'shifted',
  'widened',
  'noVolume',
] as const satisfies readonly (keyof CandleFindings)[];

function noFindings(): Record<keyof CandleFindings, number> {
  return {
    rows: 0,
    disordered: 0,
    duplicates: 0,
    missing: 0,
    notFinite: 0,
    impossible: 0,
    offGrid: 0,
    future: 0,
    naiveTimes: 0,
    shifted: 0,
    widened: 0,
    noVolume: 0,
  };
}

export function createTally(): ReadTally {
  return {
    files: 0,
    rows: noFindings(),
    filesWith: noFindings(),
    mergedFiles: 0,
    spotFiles: 0,
    skipped: [],
  };
}

/** Takes in what reading one file gave. */
export function countFile(tally: ReadTally, result: ReadResult): void {
  tally.files++;
  if (!result.ok) {
    tally.skipped.push(result.skipped);
    return;
  }
  for (const refused of result.refused) tally.skipped.push(refused);
  for (const series of result.series) countFindings(tally, series);
}

function countFindings({ rows, filesWith }: ReadTally, { findings }: ParsedSeries): void {
  for (const kind of KINDS) {
    const count = findings[kind];
    if (count === 0) continue;
    rows[kind] += count;
    filesWith[kind]++;
  }
}
