/** The four external histories. */
import { DAY_MS, HOUR_MS } from './time.ts';

export const SERIES_KINDS = ['open_interest', 'funding_rate', 'long_short_ratio', 'liquidations'] as const;
export type SeriesKind = (typeof SERIES_KINDS)[number];

/** Bucket length each kind is asked with, ms: `1hour`, funding `4hour`. */
export const SERIES_INTERVAL_MS: Readonly<Record<SeriesKind, number>> = {
  open_interest: HOUR_MS,
  funding_rate: 4 * HOUR_MS,
  long_short_ratio: HOUR_MS,
  liquidations: HOUR_MS,
};

/** Every perpetual has these at any time: what an answer leaves out has not arrived yet, or was lost on the way. */
export function hasNoHoles(kind: SeriesKind): boolean {
  return kind === 'open_interest' || kind === 'funding_rate';
}

/** Only buckets that start within this span before the candle's close are used. */
export const SERIES_WINDOW_MS = 30 * DAY_MS;

interface SeriesBase {
  /** Buckets, oldest first. */
  readonly length: number;
  /** Start of each bucket, ms UTC, strictly increasing, multiples of the kind's interval. */
  readonly time: Float64Array;
  /** The history was asked from here on, ms UTC: buckets before it are unknown. */
  readonly coveredFrom: number;
  /**
   * Every bucket that ends at or before this time (ms UTC) is either present or known to be absent upstream.
   * For a candle that closes at tc the series is final when this reaches the last bucket end at or before tc.
   */
  readonly completeTo: number;
  /** When the answer was received, ms UTC of the data clock. */
  readonly fetchedAt: number;
}

/**
 * `open_interest`: close of the bucket in the market's own denomination. `funding_rate`: percent per native funding
 * interval (0.01 is 0.01 %). `long_short_ratio`: longs / shorts, by account.
 */
export interface ValueSeries extends SeriesBase {
  readonly kind: 'open_interest' | 'funding_rate' | 'long_short_ratio';
  readonly value: Float64Array;
}

/** Liquidated amounts of the bucket in the market's own denomination. Buckets without liquidations are absent. */
export interface LiquidationSeries extends SeriesBase {
  readonly kind: 'liquidations';
  readonly long: Float64Array;
  readonly short: Float64Array;
}

export type Series = ValueSeries | LiquidationSeries;

/** How far an answer reaches, which is what stays of it when its columns are let go. */
export type SeriesReach = Pick<Series, 'kind' | 'coveredFrom' | 'completeTo'>;

/** What one run asks for. */
export interface Window {
  /** First bucket start to ask for, ms UTC. */
  readonly from: number;
  /** Last bucket start to ask for, ms UTC (inclusive). */
  readonly to: number;
  /** Latest candle close that any market of the run has, ms UTC: a series that holds every bucket closed by then is final. */
  readonly closedBy: number;
}

/** True when no later answer can change what a candle that closes at `closeTime` sees of the series. */
export function isFinalFor(series: SeriesReach, closeTime: number): boolean {
  const interval = SERIES_INTERVAL_MS[series.kind];
  return (
    series.completeTo >= Math.floor(closeTime / interval) * interval &&
    series.coveredFrom <= closeTime - SERIES_WINDOW_MS
  );
}
