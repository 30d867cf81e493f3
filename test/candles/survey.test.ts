import { describe, expect, it } from 'vitest';
import type { ParsedSeries } from '../../src/candles/reader.ts';
import type { Problem } from '../../src/candles/survey-problem.ts';
import { findProblems } from '../../src/candles/survey-problems.ts';
import { surveyCandles, type Doubt, type Survey } from '../../src/candles/survey.ts';
import type { CandleColumns, CandleFindings, SkippedFile } from '../../src/core/candles.ts';
import type { Market } from '../../src/core/market.ts';
import { continuousTail } from '../../src/processor/continuity.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);
const BTC: Market = { exchange: 'BYBIT', symbol: 'BTCUSDT' };
const CLEAN: CandleFindings = {
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
const WARMUPS = [
  { id: 'short-idea', warmup: 100 },
  { id: 'long-idea', warmup: 150 },
];

type Row = readonly [time: number, open: number, high: number, low: number, close: number, volume: number];

/** Hourly candles that all differ. */
function rows(count: number): Row[] {
  return Array.from({ length: count }, (_, i) => [START + i * HOUR, 100 + i, 102 + i, 99 + i, 101 + i, 10 + i]);
}

/** The candle of `row` at another time, its prices times `factor`. */
function at(time: number, [, open, high, low, close, volume]: Row, factor = 1): Row {
  return [time, open * factor, high * factor, low * factor, close * factor, volume];
}

function columns(list: readonly Row[]): CandleColumns {
  const column = (at: number): Float64Array => Float64Array.from(list, (row) => row[at]!);
  const [time, open, high, low, close, volume] = [0, 1, 2, 3, 4, 5].map(column);
  return {
    length: list.length,
    time: time!,
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    volume: volume!,
  };
}

function file(name: string, list: readonly Row[], also: Partial<ParsedSeries> = {}): ParsedSeries {
  return {
    file: name,
    format: 'arrays',
    series: { market: BTC, timeframe: '1h', ...columns(list) },
    findings: { ...CLEAN, rows: list.length },
    modifiedAt: START,
    spot: false,
    marked: 'name',
    kindOfRows: null,
    written: 'BTCUSDT',
    unfinished: false,
    ...also,
  };
}

interface Given {
  readonly skipped?: readonly SkippedFile[];
  /** Hours after the start; far enough that nothing is open, and nothing is stale by default. */
  readonly hours?: number;
  readonly doubt?: (market: Market) => Doubt | null;
}

function survey(parsed: readonly ParsedSeries[], { skipped = [], hours, doubt = () => null }: Given = {}): Survey {
  const newest = Math.max(START, ...parsed.map(({ series }) => series.time.at(-1)!));
  const now = hours === undefined ? newest + HOUR : START + hours * HOUR;
  return surveyCandles({ parsed, skipped, unnamed: [] }, { now, guard: (series) => continuousTail(series), doubt });
}

function problems(parsed: readonly ParsedSeries[], given: Given = {}): ReadonlyMap<string, Problem> {
  return new Map(findProblems(survey(parsed, given), WARMUPS, []).map((problem) => [problem.kind, problem]));
}

function detailsOf(found: ReadonlyMap<string, Problem>, kind: string): readonly string[] {
  return found.get(kind)?.cases.map(({ detail }) => detail) ?? [];
}

describe('a survey of candle files', () => {
  it('finds nothing wrong with sound, fresh candles', () => {
    const found = survey([file('a.json', rows(200))]);
    expect(findProblems(found, WARMUPS, [])).toEqual([]);
    expect(found.series[0]).toMatchObject({ candles: 200, usable: 200, stale: false, open: false, files: ['a.json'] });
  });

  it('a file whose every eighth candle is real and the rest repeats it is told with the length of the runs', () => {
    const filled = rows(800).map((row, i, all): Row => at(row[0], all[i - (i % 8)]!));
    expect(detailsOf(problems([file('a.json', filled)]), 'repeated-candles')).toEqual([
      '87.5 % of 800 candles repeat the one before (8 equal ones in a row)',
    ]);
  });

  it('candles that repeat by chance are no oddity, flat ones without volume are another', () => {
    const twice = rows(200);
    twice[50] = at(twice[50]![0], twice[49]!);
    expect([...problems([file('a.json', twice)]).keys()]).toEqual([]);
    const flat = rows(200).map((row, i): Row => (i % 4 === 0 ? [row[0], 50, 50, 50, 50, 0] : row));
    const found = problems([file('a.json', flat)]);
    expect(detailsOf(found, 'flat-candles')).toEqual(['50 of 200 candles (25 %)']);
    expect(found.has('repeated-candles')).toBe(false);
  });

  it('without volumes candles that repeat are repeated, flat ones flat, and files that agree in price agree', () => {
    const without = (list: readonly Row[]): Row[] =>
      list.map(([time, open, high, low, close]) => [time, open, high, low, close, NaN]);
    const filled = without(rows(800).map((row, i, all): Row => at(row[0], all[i - (i % 8)]!)));
    expect(detailsOf(problems([file('a.json', filled)]), 'repeated-candles')).toEqual([
      '87.5 % of 800 candles repeat the one before (8 equal ones in a row)',
    ]);
    const flat = without(rows(200).map((row, i): Row => (i % 4 === 0 ? [row[0], 50, 50, 50, 50, 0] : row)));
    expect(detailsOf(problems([file('a.json', flat)]), 'flat-candles')).toEqual(['50 of 200 candles (25 %)']);
    const found = problems([file('a.json', rows(200)), file('b.json', without(rows(200)))]);
    expect([...found.keys()]).toEqual(['overlapping-files']);
  });

  it('a redenomination behind a gap is a jump in price, and says how many candles are missing', () => {
    const list = rows(300).map((row, i): Row => {
      return i < 200 ? row : at(row[0] + 97 * HOUR, row, 1_000);
    });
    const found = problems([file('a.json', list)]);
    expect(detailsOf(found, 'price-breaks')[0]).toMatch(/^2026-01-13 09:00 UTC: price x\d+, 97 candles missing$/);
    expect(found.has('gap-breaks')).toBe(false);
    expect(detailsOf(found, 'too-short')).toEqual([
      '100 closed candles behind the last cut, of 300 in all; needed by long-idea 150',
    ]);
  });

  it('a long gap at an ordinary price is a gap, and a short one is neither', () => {
    const shifted = (by: number) =>
      rows(400).map((row, i): Row => (i < 200 ? row : [row[0] + by * HOUR, row[1], row[2], row[3], row[4], row[5]]));
    const long = problems([file('a.json', shifted(25))]);
    expect(detailsOf(long, 'gap-breaks')).toEqual(['2026-01-10 09:00 UTC: 25 candles missing']);
    const short = problems([file('a.json', shifted(24))]);
    expect([...short.keys()]).toEqual(['gaps']);
    expect(detailsOf(short, 'gaps')).toEqual(['24 missing in one place']);
  });

  it('every break is found, the newest first', () => {
    const list = rows(300).map((row, i): Row => {
      const factor = i < 100 ? 1 : i < 200 ? 10 : 100;
      return at(row[0], row, factor);
    });
    expect(survey([file('a.json', list)]).series[0]!.breaks.map(({ at }) => at)).toEqual([
      START + 200 * HOUR,
      START + 100 * HOUR,
    ]);
  });

  it('stale begins after two timeframes from the last close, as for a scan', () => {
    const list = rows(200);
    expect(problems([file('a.json', list)], { hours: 202 }).has('stale')).toBe(false);
    expect(detailsOf(problems([file('a.json', list)], { hours: 203 }), 'stale')).toEqual([
      'newest candle 2026-01-09 07:00 UTC, 3 h old',
    ]);
  });

  it('a last candle that is not closed is told and not counted as usable', () => {
    const found = survey([file('a.json', rows(200))], { hours: 199.5 });
    expect(found.series[0]).toMatchObject({ open: true, usable: 199, stale: false });
    expect(detailsOf(problems([file('a.json', rows(200))], { hours: 199.5 }), 'open-candles')).toHaveLength(1);
  });
});

describe('several files of one market and timeframe', () => {
  it('are one series; where they agree that is a note with the number of shared candles', () => {
    const all = rows(300);
    const found = problems([file('a.json', all.slice(0, 200)), file('b.json', all.slice(150))]);
    expect(detailsOf(found, 'overlapping-files')).toEqual(['50 shared candles: a.json, b.json']);
    expect(found.get('overlapping-files')!.severity).toBe('note');
    expect(survey([file('a.json', all.slice(0, 200)), file('b.json', all.slice(150))]).series).toHaveLength(1);
  });

  it('that differ are an error with the number of differing candles', () => {
    const all = rows(300);
    const other = all
      .slice(150)
      .map((row, i): Row => (i < 7 ? [row[0], row[1], row[2] + 1, row[3], row[4], row[5]] : row));
    const found = problems([file('a.json', all.slice(0, 200)), file('b.json', other)]);
    expect(detailsOf(found, 'differing-files')).toEqual(['7 of 50 shared candles differ: a.json, b.json']);
    expect(found.has('overlapping-files')).toBe(false);
  });

  it('a price written with fewer digits is the same price', () => {
    const all = rows(200).map((row): Row => [row[0], row[1] / 3, row[2] / 3, row[3] / 3, row[4] / 3, row[5]]);
    const short = (value: number): number => Number(value.toPrecision(9));
    const rounded = all.map((row) =>
      at(row[0], [row[0], short(row[1]), short(row[2]), short(row[3]), short(row[4]), row[5]]),
    );
    expect(problems([file('a.json', all), file('b.json', rounded)]).has('differing-files')).toBe(false);
  });

  it('spot candles beside perpetual ones are left out and told; alone they are told as such', () => {
    const spot = file('spot.json', rows(200), { spot: true });
    const both = survey([file('perp.json', rows(200)), spot]);
    expect(both.series.map(({ files, spot: isSpot }) => [files, isSpot])).toEqual([[['perp.json'], false]]);
    expect(problems([file('perp.json', rows(200)), spot]).get('spot-beside-perpetual')!.cases).toHaveLength(1);
    expect(problems([spot]).get('spot')!.cases).toEqual([{ where: 'BYBIT BTCUSDT 1h', detail: 'spot.json' }]);
  });
});

describe('problems', () => {
  it('what the reader found in a file is told by file, worst kind first', () => {
    const findings = {
      ...CLEAN,
      duplicates: 2,
      disordered: 3,
      impossible: 1,
      offGrid: 4,
      future: 5,
      naiveTimes: 200,
      noVolume: 8,
    };
    const found = problems([file('a.json', rows(200), { findings, unfinished: true })]);
    expect([...found.keys()]).toEqual([
      'future-candles',
      'dropped-rows',
      'times-without-zone',
      'no-volume',
      'duplicate-rows',
      'disordered-rows',
      'unfinished-candles',
    ]);
    expect(detailsOf(found, 'dropped-rows')).toEqual([
      '1 with impossible prices or volumes, 4 off the grid of the timeframe',
    ]);
    expect([...found.values()].map(({ severity }) => severity)).toEqual([
      'error',
      'warn',
      'warn',
      'warn',
      'note',
      'note',
      'note',
    ]);
    expect(detailsOf(found, 'no-volume')).toEqual(['8 of 200 candles']);
  });

  it('skipped files are errors by reason, except those that hold something else', () => {
    const skip = (name: string, reason: SkippedFile['reason']): SkippedFile => ({
      file: name,
      reason,
      detail: 'why',
      market: null,
    });
    const skipped = [skip('a', 'not-candles'), skip('b', 'truncated-json'), skip('c', 'truncated-json')];
    const found = findProblems(survey([], { skipped, hours: 0 }), WARMUPS, [{ file: 'm', holds: 'mark prices' }]);
    expect(found.map(({ kind, severity, cases }) => [kind, severity, cases.length])).toEqual([
      ['truncated-json', 'error', 2],
      ['not-candles', 'note', 1],
      ['side-files', 'note', 1],
    ]);
  });

  describe('of files that nobody needs', () => {
    const skipped = (reason: SkippedFile['reason'], market: Market | null = BTC): SkippedFile => ({
      file: `${reason}.json`,
      reason,
      detail: 'why',
      market,
    });
    const ETH: Market = { exchange: 'BYBIT', symbol: 'ETHUSDT' };
    /** Hourly rows, each of `hours`. */
    const every = (hours: number, count: number): Row[] =>
      rows(count).map((row, i) => at(START + (i - count) * hours * HOUR, row));
    const series = (name: string, timeframe: '15m' | '1h' | '4h' | '1d', list: readonly Row[]): ParsedSeries =>
      file(name, list, { series: { market: BTC, timeframe, ...columns(list) } });
    const asked = (parsed: readonly ParsedSeries[], given: Given = {}): readonly string[] =>
      findProblems(survey(parsed, { hours: 0, ...given }), WARMUPS, [], '4h').map(
        ({ severity, kind }) => `${severity} ${kind}`,
      );
    const fresh = series('a_4h.json', '4h', every(4, 200));

    it('are notes and come last: other timeframes beside a fresh one, and skipped files of a market that is scanned', () => {
      const old = series('a_1d.json', '1d', every(24, 50).slice(0, 40).toSpliced(20, 1));
      const others = { skipped: [skipped('truncated-json'), skipped('unknown-timeframe'), skipped('empty-file', ETH)] };
      expect(asked([fresh, old], others)).toEqual([
        'error empty-file',
        'note gaps',
        'note truncated-json',
        'note unknown-timeframe',
        'note stale',
        'note too-short',
      ]);
    });

    it('are errors and warnings where the market has nothing else', () => {
      const old = series('a_1d.json', '1d', every(24, 50).slice(0, 40));
      expect(asked([old], { skipped: [skipped('truncated-json'), skipped('unknown-timeframe')] })).toEqual([
        'error truncated-json',
        'error unknown-timeframe',
        'warn stale',
        'warn too-short',
      ]);
      const stale = series('a_4h.json', '4h', every(4, 200).slice(0, 190));
      expect(asked([stale, old], { skipped: [skipped('truncated-json')] })).toContain('error truncated-json');
    });

    it('so is a stale series of the timeframe that was asked for, where a finer one stands in', () => {
      const stale = series('a_4h.json', '4h', every(4, 200).slice(0, 190));
      expect(asked([stale, series('a_1h.json', '1h', every(1, 400))])).toEqual(['note stale']);
      expect(asked([stale, series('a_1h.json', '1h', every(1, 399))])).toEqual(['warn stale']);
    });

    it('and skipped files are notes too where a finer series is long enough to stand in', () => {
      const missing = { skipped: [skipped('truncated-json')] };
      expect(asked([series('a_1h.json', '1h', every(1, 400))], missing)).toEqual(['note truncated-json']);
      expect(asked([series('a_1h.json', '1h', every(1, 399))], missing)).toEqual(['error truncated-json']);
    });
  });

  it('a doubt about a name is told for every market, also one without a readable file', () => {
    const skipped: SkippedFile = {
      file: 'x',
      reason: 'empty-file',
      detail: 'it is empty',
      market: { exchange: 'MEXC', symbol: '???' },
    };
    const doubt = ({ symbol }: Market): Doubt | null =>
      symbol === '???' ? { kind: 'unknown-coin', detail: 'not understood' } : null;
    const found = problems([file('a.json', rows(200))], { skipped: [skipped], doubt });
    expect(found.get('unknown-coin')!.cases).toEqual([{ where: 'MEXC ???', detail: 'not understood' }]);
  });
});
