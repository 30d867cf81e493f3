/** Which series can be had for a market, and what is known of one before anything was asked. */
import type { Resolution } from '../core/market.ts';
import type { FailureCode } from '../core/outcome.ts';
import { SERIES_KINDS, type SeriesKind } from '../core/series.ts';

/** The kinds that can be had for a market at all: those that Coinalyze flags as missing would only cost calls. */
export function kindsToAsk(resolution: Resolution): readonly SeriesKind[] {
  if (resolution.tier === 'neutral') return [];
  return resolution.listed.hasLongShortRatio ? SERIES_KINDS : WITHOUT_RATIO;
}

const WITHOUT_RATIO = SERIES_KINDS.filter((kind) => kind !== 'long_short_ratio');

/** Why a series is missing before it is asked for: what cannot be had is final, what was not asked for is pending. */
export function causeBefore(resolution: Resolution, kind: SeriesKind): FailureCode {
  if (resolution.tier !== 'neutral') return kindsToAsk(resolution).includes(kind) ? 'deferred' : 'not-listed';
  if (resolution.reason === 'no-provider' || resolution.reason === 'deferred') return resolution.reason;
  if (resolution.reason === 'unreadable-row') return 'bad-payload';
  return resolution.reason === 'no-index' ? 'upstream' : 'not-listed';
}
