/** The rules of samples, bucket by bucket, with nothing done for speed. */
import { OUT_OF_RANGE } from '../../../src/core/range.ts';
import type { LiquidationSeries, Series, ValueSeries } from '../../../src/core/series.ts';
import { SERIES_INTERVAL_MS } from '../../../src/core/series.ts';
import { DAY_MS, HOUR_MS } from '../../../src/core/time.ts';

export interface PlainSample {
  readonly cause: 'too-old' | 'short-history' | null;
  readonly asOf: number | null;
  readonly value: number | null;
  readonly statistic: number | null;
  readonly history: readonly number[];
}

const MOST = { open_interest: 500, funding_rate: 180, long_short_ratio: 720, liquidations: 500 } as const;
const NONE = { asOf: null, value: null, statistic: null, history: [] } as const;

export function plainSample(series: Series, close: number, spanMs: number): PlainSample {
  return series.kind === 'liquidations' ? ofLiquidations(series, close) : ofValues(series, close, spanMs);
}

function ofValues({ kind, time, value, length }: ValueSeries, close: number, spanMs: number): PlainSample {
  const step = SERIES_INTERVAL_MS[kind];
  const known = new Map<number, number>();
  for (let i = 0; i < length; i++)
    if (time[i]! >= close - 30 * DAY_MS && time[i]! + step <= close) known.set(time[i]!, value[i]!);
  const newest = Math.max(...known.keys());
  if (known.size === 0 || close - (newest + step) > 2 * step) return { cause: 'too-old', ...NONE };
  const reach = kind === 'funding_rate' ? [0] : [0, 1, 2];
  const level = (start: number): number =>
    known.get(reach.map((n) => start - n * step).find((at) => known.has(at))!) ?? NaN;
  const lag = Math.floor(spanMs / step) * step;
  const ranked = (start: number): number => {
    if (kind !== 'open_interest') return level(start);
    const base = level(start - lag);
    return base > 0 ? level(start) / base - 1 : NaN;
  };
  const history: number[] = [];
  for (let n = MOST[kind]; n >= 1; n--) history.push(ranked(newest - n * step));
  return {
    cause: null,
    asOf: newest + step,
    value: known.get(newest)!,
    // A change counts up to the candle's close, though its newest value may be carried there.
    statistic: ranked(kind === 'open_interest' ? Math.floor(close / step) * step - step : newest),
    // Neither what is not known nor what no number says.
    history: history.filter((one) => one < OUT_OF_RANGE),
  };
}

function ofLiquidations(series: LiquidationSeries, close: number): PlainSample {
  const last = Math.floor(Math.min(close, series.completeTo) / HOUR_MS) * HOUR_MS - HOUR_MS;
  if (close - (last + HOUR_MS) > 2 * HOUR_MS) return { cause: 'too-old', ...NONE };
  const from = Math.max(close - 30 * DAY_MS, series.coveredFrom);
  const net = (start: number): number => {
    if (start < from) return NaN;
    const at = series.time.subarray(0, series.length).indexOf(start);
    return at < 0 ? 0 : series.long[at]! - series.short[at]!;
  };
  const sum = (start: number): number => net(start - 2 * HOUR_MS) + net(start - HOUR_MS) + net(start);
  if (Number.isNaN(sum(last))) return { cause: 'short-history', ...NONE };
  const history: number[] = [];
  for (let n = MOST.liquidations; n >= 1; n--) history.push(sum(last - n * HOUR_MS));
  return {
    cause: null,
    asOf: last + HOUR_MS,
    value: sum(last),
    statistic: sum(last),
    history: history.filter((one) => !Number.isNaN(one)),
  };
}
