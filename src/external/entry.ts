/** One cache entry as text: exact to the last bit; 30 days of an hourly series of the API take 2 to 6 kB, of liquidations at most 12 kB. */
import { z } from 'zod';
import { SERIES_INTERVAL_MS, SERIES_KINDS } from '../core/series.ts';
import type { Series, SeriesKind } from '../core/series.ts';
import { packColumn, packedColumn, unpackColumn } from './packed-column.ts';

/** What one answer said of one symbol. Times ms UTC, as in core's `Series`. */
export type Entry =
  /** `emptyAt`: when upstream last had nothing to add to it; null when it came with the last answer. */
  | { readonly kind: 'series'; readonly series: Series; readonly emptyAt: number | null }
  | {
      readonly kind: 'empty';
      readonly code: 'no-data' | 'not-listed';
      readonly detail: string;
      readonly coveredFrom: number;
      readonly completeTo: number;
      readonly fetchedAt: number;
    };

const time = z.int();
const emptyText = z.object({
  kind: z.literal('empty'),
  code: z.enum(['no-data', 'not-listed']),
  detail: z.string(),
  coveredFrom: time,
  completeTo: time,
  fetchedAt: time,
});
/** `runs` alternates between buckets present and missing, from `start` on. */
const seriesText = z.object({
  kind: z.enum(SERIES_KINDS),
  coveredFrom: time,
  completeTo: time,
  fetchedAt: time,
  emptyAt: time.nullable(),
  start: time,
  runs: z.array(z.int().positive()).min(1),
  packed: z.array(packedColumn),
});
/** Compiled: a run reads thousands of entries, and checking them took as long as all else of it. */
const entryText = z.compile(z.union([seriesText, emptyText]));
type SeriesText = z.infer<typeof seriesText>;

export function encodeEntry(entry: Entry): string {
  if (entry.kind === 'empty') return JSON.stringify(entry satisfies z.infer<typeof emptyText>);
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

/** Null when the text is not an entry of `kind`: a miss, not an error. */
export function decodeEntry(text: string, kind: SeriesKind): Entry | null {
  const parsed = entryText.safeParse(parseJson(text));
  if (!parsed.success) return null;
  if (parsed.data.kind === 'empty') return parsed.data;
  if (parsed.data.kind !== kind) return null;
  const series = toSeries(parsed.data);
  return series === null ? null : { kind: 'series', series, emptyAt: parsed.data.emptyAt };
}

function toSeries({ kind, coveredFrom, completeTo, fetchedAt, start, runs, packed }: SeriesText): Series | null {
  const [first, second, ...more] = packed.map(unpackColumn);
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

let latest: { readonly key: string; readonly times: Float64Array } | null = null;

/** Those of one kind mostly have the same times: then they share one column, which nobody may write to. */
function timesOf(start: number, runs: readonly number[], interval: number): Float64Array {
  const key = `${start} ${interval} ${runs.join()}`;
  if (latest?.key !== key) latest = { key, times: newTimes(start, runs, interval) };
  return latest.times;
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
