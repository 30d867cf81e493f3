/** What can be measured in one series. Pure. */
import { sliceColumns, type CandleColumns, type CandleSeries } from '../core/candles.ts';
import { TIMEFRAME_MS, type Timeframe } from '../core/time.ts';

/** Where history is cut, because no one could have traded over it. */
export interface Break {
  /** Open time of the first candle behind it, ms UTC. */
  readonly at: number;
  /** Its open divided by the close before it. */
  readonly ratio: number;
  /** Candles missing before it. */
  readonly missing: number;
  /** `gap`: more candles are missing in a row than a scan bridges. `price`: a jump such as a redenomination makes. */
  readonly kind: 'price' | 'gap';
}

/** The guard that a scan uses: the candles after the last break. */
export type Guard = (series: CandleSeries) => { readonly series: CandleSeries; readonly cut: boolean };

/** Every break, newest first. */
export function breaksIn(series: CandleSeries, guard: Guard): readonly Break[] {
  const breaks: Break[] = [];
  let rest = series;
  for (let found = guard(rest); found.cut; found = guard(rest)) {
    const at = rest.length - found.series.length;
    breaks.push(breakAt(rest, at, guard));
    rest = sliceColumns(rest, 0, at);
  }
  return breaks;
}

function breakAt(series: CandleSeries, at: number, guard: Guard): Break {
  const { time, open, close, timeframe } = series;
  const stepMs = TIMEFRAME_MS[timeframe];
  const ratio = open[at]! / close[at - 1]!;
  const missing = Math.round((time[at]! - time[at - 1]!) / stepMs) - 1;
  // Would the guard cut here as well if nothing were missing?
  const pair = sliceColumns(series, at - 1, at + 1);
  const closedUp = guard({ ...pair, time: Float64Array.of(time[at]! - stepMs, time[at]!) });
  return { at: time[at]!, ratio, missing, kind: closedUp.cut ? 'price' : 'gap' };
}

export interface Gaps {
  /** Places where at least one candle is missing. */
  readonly count: number;
  /** Candles missing in all. */
  readonly missing: number;
  /** Candles missing in a row at the worst place. */
  readonly longest: number;
}

export function gapsIn({ time, length }: CandleColumns, timeframe: Timeframe): Gaps {
  const stepMs = TIMEFRAME_MS[timeframe];
  const gaps = { count: 0, missing: 0, longest: 0 };
  for (let i = 1; i < length; i++) {
    const missing = Math.round((time[i]! - time[i - 1]!) / stepMs) - 1;
    if (missing === 0) continue;
    gaps.count++;
    gaps.missing += missing;
    gaps.longest = Math.max(gaps.longest, missing);
  }
  return gaps;
}

export interface Monotony {
  /** Candles that are flat and of which no trade was measured. */
  readonly flat: number;
  /** Other candles whose five values are those of the candle before: no market repeats itself, a filled-up file does. */
  readonly repeated: number;
  /** How many equal candles stand in a row where candles repeat, most often; null where none does. */
  readonly runLength: number | null;
}

export function monotonyOf(series: CandleColumns): Monotony {
  const { length, open, high, low, volume } = series;
  const runs = new Map<number, number>();
  let flat = 0;
  let repeated = 0;
  let run = 1;
  const endRun = (): void => {
    if (run > 1) runs.set(run, (runs.get(run) ?? 0) + 1);
    run = 1;
  };
  for (let i = 0; i < length; i++) {
    if (!(volume[i]! > 0) && high[i] === low[i] && open[i] === high[i]) {
      flat++;
      endRun();
    } else if (i > 0 && repeats(series, i)) {
      repeated++;
      run++;
    } else endRun();
  }
  endRun();
  const [commonest] = [...runs].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  return { flat, repeated, runLength: commonest?.[0] ?? null };
}

function repeats({ open, high, low, close, volume }: CandleColumns, i: number): boolean {
  return (
    close[i] === close[i - 1] &&
    open[i] === open[i - 1] &&
    high[i] === high[i - 1] &&
    low[i] === low[i - 1] &&
    Object.is(volume[i], volume[i - 1])
  );
}

export interface Overlap {
  /** Times that more than one file has a candle for. */
  readonly shared: number;
  /** Of those, times at which files say different prices or volumes. */
  readonly differing: number;
}

/** How far series of one market and timeframe tell the same. */
export function overlapOf(series: readonly CandleSeries[]): Overlap {
  const first = new Map<
    number,
    { readonly of: CandleSeries; readonly row: number; state: 'alone' | 'same' | 'other' }
  >();
  for (const of of series) {
    for (let row = 0; row < of.length; row++) {
      const known = first.get(of.time[row]!);
      if (known === undefined) first.set(of.time[row]!, { of, row, state: 'alone' });
      else if (!sameCandle(known.of, known.row, of, row)) known.state = 'other';
      else if (known.state === 'alone') known.state = 'same';
    }
  }
  const states = [...first.values()].map(({ state }) => state);
  const count = (wanted: string): number => states.filter((state) => state === wanted).length;
  return { shared: count('same') + count('other'), differing: count('other') };
}

/** Prices written with fewer digits are the same prices. */
const ROUNDING = 1e-6;

function sameCandle(a: CandleSeries, i: number, b: CandleSeries, j: number): boolean {
  const near = (x: number, y: number): boolean => Math.abs(x - y) <= ROUNDING * Math.max(Math.abs(x), Math.abs(y));
  return (
    near(a.open[i]!, b.open[j]!) &&
    near(a.high[i]!, b.high[j]!) &&
    near(a.low[i]!, b.low[j]!) &&
    near(a.close[i]!, b.close[j]!) &&
    !(Math.abs(a.volume[i]! - b.volume[j]!) > ROUNDING * Math.max(a.volume[i]!, b.volume[j]!))
  );
}
