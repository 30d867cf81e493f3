/** What upstream answers: the sandbox's world, made once for the whole span and cut to what was published. */
import type { CoinalyzeSymbol } from '../../../src/core/market.ts';
import { SERIES_INTERVAL_MS, type Series, type SeriesKind, type Window } from '../../../src/core/series.ts';
import { MINUTE_MS, SECOND_MS } from '../../../src/core/time.ts';
import { completeTo } from '../../../src/external/publication.ts';
import { funding, longShortRatio, openInterest } from '../../../src/sandbox/derivatives.ts';
import type { Span } from '../../../src/sandbox/generator.ts';
import { liquidations } from '../../../src/sandbox/liquidations.ts';
import type { Source } from './world.ts';

/**
 * How long after a candle's close an answer can be final, ms: when scan believes a last bucket, and for the long/short ratio when
 * it appears upstream.
 */
export const PUBLISHED_AFTER_MS: Readonly<Record<SeriesKind, number>> = {
  open_interest: 2 * MINUTE_MS,
  funding_rate: 2 * MINUTE_MS,
  long_short_ratio: 1_034 * SECOND_MS,
  liquidations: 3 * MINUTE_MS,
};

export type Answer = Series | 'absent';

/** What upstream answers at `fetchedAt`, ms UTC. */
export type AnswerOf = (kind: SeriesKind, symbol: CoinalyzeSymbol, window: Window, fetchedAt: number) => Answer;

interface Columns {
  readonly time: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** Answers to windows within [from, to], ms UTC. */
export function createAnswers(
  sources: ReadonlyMap<CoinalyzeSymbol, Source>,
  { from, to }: { readonly from: number; readonly to: number },
): AnswerOf {
  const made = new Map<string, Columns>();
  const columnsOf = (kind: SeriesKind, symbol: CoinalyzeSymbol): Columns => {
    const key = `${kind} ${symbol}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const interval = SERIES_INTERVAL_MS[kind];
    const columns = generate(kind, sources.get(symbol)!, { interval, from, to, now: to + interval + DAY_AFTER_MS });
    made.set(key, columns);
    return columns;
  };
  return (kind, symbol, window, fetchedAt) => cut(kind, columnsOf(kind, symbol), window, fetchedAt);
}

/** Beyond all publication. */
const DAY_AFTER_MS = 24 * 60 * MINUTE_MS;

function generate(kind: SeriesKind, { instrument, hasLiquidations, hasLongShortRatio }: Source, span: Span): Columns {
  if (kind === 'open_interest') return valueColumns(openInterest(instrument, span, false), ({ close }) => close);
  if (kind === 'funding_rate') return valueColumns(funding(instrument, span, 0), ({ close }) => close);
  if (kind === 'long_short_ratio') {
    return valueColumns(hasLongShortRatio ? longShortRatio(instrument, span) : [], ({ ratio }) => ratio);
  }
  const points = hasLiquidations ? liquidations(instrument, span, false) : [];
  return { ...valueColumns(points, ({ longs }) => longs), second: Float64Array.from(points, ({ shorts }) => shorts) };
}

function valueColumns<Point extends { readonly time: number }>(
  points: readonly Point[],
  valueOf: (point: Point) => number,
): Columns {
  return {
    time: Float64Array.from(points, ({ time }) => time),
    first: Float64Array.from(points, valueOf),
    second: new Float64Array(0),
  };
}

function cut(kind: SeriesKind, { time, first, second }: Columns, window: Window, fetchedAt: number): Answer {
  const interval = SERIES_INTERVAL_MS[kind];
  const lag = kind === 'long_short_ratio' ? PUBLISHED_AFTER_MS[kind] : 0;
  const start = lowerBound(time, window.from);
  const end = lowerBound(time, Math.min(window.to + 1, fetchedAt - lag - interval + 1));
  if (end <= start) return 'absent';
  const base = {
    length: end - start,
    time: time.subarray(start, end),
    coveredFrom: window.from,
    completeTo: completeTo(kind, window, fetchedAt, time[end - 1]! + interval),
    fetchedAt,
  };
  const own = first.subarray(start, end);
  return kind === 'liquidations'
    ? { kind, ...base, long: own, short: second.subarray(start, end) }
    : { kind, ...base, value: own };
}

/** Index of the first time at or after `least`. */
function lowerBound(time: Float64Array, least: number): number {
  let [low, high] = [0, time.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
