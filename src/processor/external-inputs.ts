/** What the strategies are told about the external histories of one market. */
import type { Resolution } from '../core/market.ts';
import { isKnownAbsence, type Outcome } from '../core/outcome.ts';
import { SERIES_KINDS, type Series, type SeriesKind } from '../core/series.ts';
import type { ExternalInput, ExternalInputs } from '../core/strategy.ts';

/** The kinds that can be had for a market at all: those that Coinalyze flags as missing would only cost units. */
export function kindsToAsk(resolution: Resolution): readonly SeriesKind[] {
  if (resolution.tier === 'neutral') return [];
  return SERIES_KINDS.filter((kind) => kind !== 'long_short_ratio' || resolution.listed.hasLongShortRatio);
}

/**
 * `outcomeOf` answers undefined for what was not asked for (yet). What cannot be had is known to be neutral; what was not
 * fetched or failed keeps the score's bounds open (rulings.md 13).
 */
export function externalInputs(
  resolution: Resolution,
  outcomeOf: (kind: SeriesKind) => Outcome<Series> | undefined,
): ExternalInputs {
  const asked = kindsToAsk(resolution);
  const inputOf = (kind: SeriesKind): ExternalInput => {
    if (resolution.tier === 'neutral') {
      if (resolution.reason === 'no-provider') return { state: 'absent', code: 'no-provider' };
      if (resolution.reason === 'deferred') return { state: 'open', code: 'deferred' };
      if (resolution.reason === 'no-index') return { state: 'open', code: 'upstream' };
      return { state: 'absent', code: 'not-listed' };
    }
    if (!asked.includes(kind)) return { state: 'absent', code: 'not-listed' };
    const outcome = outcomeOf(kind);
    if (outcome === undefined) return { state: 'open', code: 'deferred' };
    if (outcome.ok) return { state: 'available', series: outcome.value };
    return { state: isKnownAbsence(outcome.code) ? 'absent' : 'open', code: outcome.code };
  };
  return {
    open_interest: inputOf('open_interest'),
    funding_rate: inputOf('funding_rate'),
    long_short_ratio: inputOf('long_short_ratio'),
    liquidations: inputOf('liquidations'),
  };
}
