/** One cache entry as text: exact to the last bit; 30 days of an hourly series of the API take 2 to 6 kB, of liquidations at most 12 kB. */
import { SERIES_INTERVAL_MS } from '../core/series.ts';
import type { Series, SeriesKind } from '../core/series.ts';
import { isPackedColumn, packColumn, Scratch, unpackColumn, type PackedColumn } from './packed-column.ts';

/** What one answer said of one symbol. Times ms UTC, as in core's `Series`. */
export type Entry =
  /** `emptyAt`: when upstream last answered without all of the buckets that there must be by then; null when they came with the last answer. */
  | { readonly kind: 'series'; readonly series: Series; readonly emptyAt: number | null }
  | {
      readonly kind: 'empty';
      readonly code: 'no-data' | 'absent-once' | 'not-listed';
      readonly detail: string;
      readonly coveredFrom: number;
      readonly completeTo: number;
      readonly fetchedAt: number;
    };

type EmptyEntry = Extract<Entry, { readonly kind: 'empty' }>;

/** `runs` alternates between buckets present and missing, from `start` on. */
interface SeriesText extends Pick<Series, 'kind' | 'coveredFrom' | 'completeTo' | 'fetchedAt'> {
  readonly emptyAt: number | null;
  readonly start: number;
  readonly runs: readonly number[];
  readonly packed: readonly PackedColumn[];
}

export function encodeEntry(entry: Entry): string {
  if (entry.kind === 'empty') return JSON.stringify(entry);
  const { series } = entry;
  const columns = series.kind === 'liquidations' ? [series.long, series.short] : [series.value];
  const text: SeriesText = {
    kind: series.kind,
    coveredFrom: series.coveredFrom,
    completeTo: series.completeTo,
    fetchedAt: series.fetchedAt,
    emptyAt: entry.emptyAt,
    start: series.time[0]!,
    runs: runsOf(series.time, SERIES_INTERVAL_MS[series.kind]),
    packed: columns.map(packColumn),
  };
  return JSON.stringify(text);
}

/** Null when the text is not an entry of `kind`: a miss, not an error. Never throws. */
export type Decoder = (text: string, kind: SeriesKind) => Entry | null;

/**
 * For many entries, one after the other. Series of the same hours share their column of times: nobody may write to it. Texts are
 * checked by hand, because a run reads thousands of them.
 */
export function createDecoder(): Decoder {
  const tools = { timesOf: sharedTimes(), scratch: new Scratch() };
  return (text, kind) => {
    const value = parseJson(text);
    if (typeof value !== 'object' || value === null) return null;
    const fields: Fields = value;
    if (fields.kind === 'empty') return toEmpty(fields);
    if (fields.kind !== kind || !isSeriesText(fields)) return null;
    const series = toSeries(fields, tools);
    return series === null ? null : { kind: 'series', series, emptyAt: fields.emptyAt };
  };
}

interface Tools {
  readonly timesOf: (start: number, runs: readonly number[], interval: number) => Float64Array;
  readonly scratch: Scratch;
}

/** Series of one kind mostly have the same times. */
function sharedTimes(): Tools['timesOf'] {
  let latest: { readonly key: string; readonly times: Float64Array } | null = null;
  return (start, runs, interval) => {
    const key = `${start} ${interval} ${runs.join()}`;
    if (latest?.key !== key) latest = { key, times: newTimes(start, runs, interval) };
    return latest.times;
  };
}

/** Anything that JSON can hold, under the names of both forms. */
type Fields = Readonly<Partial<Record<keyof SeriesText | keyof EmptyEntry, unknown>>>;

function toEmpty({ code, detail, coveredFrom, completeTo, fetchedAt }: Fields): Entry | null {
  if (code !== 'no-data' && code !== 'absent-once' && code !== 'not-listed') return null;
  if (typeof detail !== 'string' || !isWhole(coveredFrom) || !isWhole(completeTo) || !isWhole(fetchedAt)) return null;
  return { kind: 'empty', code, detail, coveredFrom, completeTo, fetchedAt };
}

function isSeriesText(fields: Fields): fields is SeriesText {
  const { coveredFrom, completeTo, fetchedAt, emptyAt, start, runs, packed } = fields;
  return (
    [coveredFrom, completeTo, fetchedAt, start].every(isWhole) &&
    (emptyAt === null || isWhole(emptyAt)) &&
    Array.isArray(runs) &&
    runs.length > 0 &&
    runs.every((run) => isWhole(run) && run > 0) &&
    Array.isArray(packed) &&
    packed.every(isPackedColumn)
  );
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function toSeries(text: SeriesText, { timesOf, scratch }: Tools): Series | null {
  const { kind, coveredFrom, completeTo, fetchedAt, start, runs, packed } = text;
  const [first, second, ...more] = packed.map((column) => unpackColumn(column, scratch));
  if (first === undefined || first === null || second === null || more.length > 0) return null;
  const length = first.length;
  if (length !== presentIn(runs) || (second !== undefined && second.length !== length)) return null;
  const time = timesOf(start, runs, SERIES_INTERVAL_MS[kind]);
  const base = { length, time, coveredFrom, completeTo, fetchedAt };
  if (kind !== 'liquidations') return second === undefined ? { kind, ...base, value: first } : null;
  return second === undefined ? null : { kind, ...base, long: first, short: second };
}

function runsOf(times: Float64Array, interval: number): number[] {
  const runs: number[] = [];
  let present = 0;
  for (const [i, at] of times.entries()) {
    const missing = i === 0 ? 0 : (at - times[i - 1]!) / interval - 1;
    if (missing > 0) {
      runs.push(present, missing);
      present = 0;
    }
    present += 1;
  }
  return [...runs, present];
}

function presentIn(runs: readonly number[]): number {
  return runs.reduce((sum, run, i) => (i % 2 === 0 ? sum + run : sum), 0);
}

function newTimes(start: number, runs: readonly number[], interval: number): Float64Array {
  const times = new Float64Array(presentIn(runs));
  let slot = 0;
  let at = start;
  for (const [i, run] of runs.entries()) {
    if (i % 2 === 1) at += run * interval;
    else for (let end = slot + run; slot < end; slot += 1, at += interval) times[slot] = at;
  }
  return times;
}

/** Undefined when the text is not JSON, which no JSON text stands for. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
