/** Series by hand: each puts exactly so many of its earlier values below the current one. */
import type { Series, SeriesKind } from '../../../src/core/series.ts';
import { SERIES_INTERVAL_MS, SERIES_WINDOW_MS } from '../../../src/core/series.ts';
import { seriesOf } from '../../contract/markets.ts';

/** `absent`: there is none, for certain. `pending`: a later answer may bring it. */
type Known =
  | { readonly state: 'available'; readonly series: Series }
  | { readonly state: 'absent' }
  | { readonly state: 'pending' };

/** What is known at a candle's close. */
export type KnownAt = (closeTime: number) => Known;

export const ABSENT: KnownAt = () => ({ state: 'absent' });
export const PENDING: KnownAt = () => ({ state: 'pending' });

interface Options {
  /** Buckets that are left out, counted back from the newest, which is 0. */
  readonly without?: readonly number[];
  /** Buckets that upstream has not published by the close: the newest ones, left out, and the series is not final. */
  readonly late?: number;
  /** How many buckets were asked for, where that is less than 30 days: then the series is not final. */
  readonly asked?: number;
}

/** The newest bucket ends at the close, the others lie before it without a gap. Negative liquidations are those of shorts. */
function buckets(
  kind: SeriesKind,
  values: readonly number[],
  { without = [], late = 0, asked }: Options = {},
): KnownAt {
  return (closeTime) => {
    const interval = SERIES_INTERVAL_MS[kind];
    const points = values
      .map((value, index) => ({ value, back: values.length - 1 - index }))
      .filter(({ back }) => back >= late && !without.includes(back));
    const series = seriesOf(
      kind,
      points.map(({ back }) => closeTime - (back + 1) * interval),
      points.map(({ value }) => (kind === 'liquidations' ? Math.max(value, 0) : value)),
      points.map(({ value }) => Math.max(-value, 0)),
      closeTime - (asked === undefined ? SERIES_WINDOW_MS : asked * interval),
      closeTime - late * interval,
    );
    return { state: 'available', series };
  };
}

function counted(count: number, valueAt: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => valueAt(index));
}

/**
 * 720 hours in which 1000 grows by 1 an hour, so that every change over `hours` is smaller than the one before:
 * hours / (1000 - hours + i) at hour i. Of the 500 before the last one, exactly `below` are below it.
 */
export function openInterest(below: number, hours = 24, options: Options = {}): KnownAt {
  const last = (1719 - hours) * (1 + hours / (1718.5 - hours - below));
  return buckets('open_interest', [...counted(719, (index) => 1000 + index), last], options);
}

/** 180 rates of 4 h, rising; of the 179 before the last one exactly `below` are below it. */
export function funding(below: number, options: Options = {}): KnownAt {
  return buckets('funding_rate', [...counted(179, (index) => 0.001 * index), 0.001 * (below - 0.5)], options);
}

/** 720 ratios, rising; of the 719 before the last one exactly `below` are below it. */
export function longShort(below: number, options: Options = {}): KnownAt {
  return buckets(
    'long_short_ratio',
    [...counted(719, (index) => 1 + 0.001 * index), 1 + 0.001 * (below - 0.5)],
    options,
  );
}

/**
 * 720 hours in which i longs are liquidated at hour i: 3 i - 3 in three hours. The last hour brings the sum to where exactly
 * `below` of the 500 sums before it are below.
 */
export function liquidations(below: number, options: Options = {}): KnownAt {
  const sum = 3 * (219 + below) - 3 - 1.5;
  return buckets('liquidations', [...counted(719, (index) => index), sum - 717 - 718], options);
}

/** Longs of 10 are liquidated in one hour `back` hours before the last one, and nothing else. */
export function oneLiquidation(back: number, asked?: number): KnownAt {
  return buckets(
    'liquidations',
    counted(back + 1, (index) => (index === 0 ? 10 : 0)),
    {
      without: counted(back, (index) => index),
      ...(asked === undefined ? {} : { asked }),
    },
  );
}

/** The newest `count` buckets, of which the last one is 2 and all others are 1: whatever is ranked, it is above all before it. */
export function risen(kind: SeriesKind, count: number): KnownAt {
  return buckets(
    kind,
    counted(count, (index) => (index === count - 1 ? 2 : 1)),
  );
}
