/** What the external histories said, in the feed's words (rulings.md 14). */
import type { Resolution } from '../core/market.ts';
import type { ExternalFields, OiMetadata, SignalExternal, SignalStatus } from '../core/signal.ts';
import type { ExternalReading, SeriesReading } from '../core/strategy.ts';
import { SECOND_MS } from '../core/time.ts';
import { round2 } from './score.ts';

const NEUTRAL_SCORE = 10;

/** `closeTime`: close of the last candle, ms UTC; ages are counted from it. */
export function oiMetadataOf(resolution: Resolution, external: ExternalReading, closeTime: number): OiMetadata {
  const reading = external.components.open_interest;
  const used = reading.status === 'used';
  return {
    ...mappingOf(resolution),
    status: used ? resolution.tier : 'neutral',
    score: used ? round2(external.openInterestScore) : NEUTRAL_SCORE,
    as_of: reading.as_of,
    age_s: reading.as_of === null ? null : Math.round((closeTime - reading.as_of) / SECOND_MS),
    stale: reading.stale,
    reason: used ? null : (unmappedReason(resolution) ?? reading.reason),
  };
}

/** Of a signal that has no score, so that nothing fed it. */
export function oiMetadataWithoutScore(resolution: Resolution, status: Exclude<SignalStatus, 'ok'>): OiMetadata {
  return {
    ...mappingOf(resolution),
    status: 'neutral',
    score: NEUTRAL_SCORE,
    as_of: null,
    age_s: null,
    stale: false,
    reason: unmappedReason(resolution) ?? `NOT_SCORED:${status}`,
  };
}

function mappingOf(resolution: Resolution): Pick<OiMetadata, 'tier' | 'coinalyze_symbol' | 'venue'> {
  const { tier } = resolution;
  if (tier === 'neutral') return { tier, coinalyze_symbol: null, venue: null };
  return { tier, coinalyze_symbol: resolution.listed.symbol, venue: resolution.listed.venue };
}

/** Why the market has no Coinalyze symbol says more than that its series are absent. */
function unmappedReason(resolution: Resolution): string | null {
  return resolution.tier === 'neutral' ? `OI_UNAVAILABLE:${resolution.reason}` : null;
}

export function externalOf({ score, components }: ExternalReading): SignalExternal {
  return {
    score: round2(score),
    open_interest: fieldsOf(components.open_interest),
    funding_rate: fieldsOf(components.funding_rate),
    long_short_ratio: fieldsOf(components.long_short_ratio),
    liquidations: fieldsOf(components.liquidations),
  };
}

/** Field by field: what else a strategy's object may carry is not the feed's. */
function fieldsOf(reading: SeriesReading): ExternalFields {
  const { value, value_usd, change_pct, percentile, as_of, stale, status, reason } = reading;
  return { value, value_usd, change_pct, percentile, as_of, stale, status, reason };
}
