/** What is said of a series: codes are stable, texts are for people. */
import type { NeutralReason } from '../core/market.ts';
import type { SeriesKind } from '../core/series.ts';
import type { Reason } from '../core/strategy.ts';
import { HOUR_MS } from '../core/time.ts';
import { decimals, digits } from '../strategies/texts.ts';
import type { Finding } from './finding.ts';

const CODE: Readonly<Record<SeriesKind, string>> = {
  open_interest: 'OI',
  funding_rate: 'FUNDING',
  long_short_ratio: 'LONG_SHORT',
  liquidations: 'LIQUIDATIONS',
};

const NAME: Readonly<Record<SeriesKind, string>> = {
  open_interest: 'open interest',
  funding_rate: 'funding rate',
  long_short_ratio: 'long/short ratio',
  liquidations: 'net long liquidations of 3 h',
};

export function hoursOf(ms: number): string {
  return `${digits(ms / HOUR_MS)} h`;
}

/** Stable, e.g. `OI_UNAVAILABLE:deferred`. */
export function unavailableCode(kind: SeriesKind, cause: NonNullable<Finding['cause']> | NeutralReason): string {
  return `${CODE[kind]}_UNAVAILABLE:${cause}`;
}

/**
 * Why its points are what they are: `OI_PERCENTILE`, or `OI_UNAVAILABLE:deferred` with the cause of a neutral one.
 *
 * @param standIn the venue whose numbers stand in for the market's own; null for its own
 */
export function findingReason(finding: Finding, standIn: string | null): Reason {
  const { kind, cause, detail, percentile, n } = finding;
  if (percentile === null) {
    return { code: unavailableCode(kind, cause!), text: `${NAME[kind]} counts as neutral: ${detail}` };
  }
  const rank = `percentile ${decimals(percentile)} of ${n} values`;
  return { code: `${CODE[kind]}_PERCENTILE`, text: `${ofVenue(standIn)}${describe(finding)}: ${rank}` };
}

/** Whose number it is, where it is not the market's own. */
function ofVenue(standIn: string | null): string {
  return standIn === null ? '' : `${standIn}'s `;
}

function describe({ kind, value, changePct, spanMs }: Finding): string {
  if (kind === 'open_interest') {
    const change = changePct!;
    return `${NAME[kind]} ${change < 0 ? '' : '+'}${decimals(change)} % in ${hoursOf(spanMs)}`;
  }
  return `${NAME[kind]} ${digits(value!)}${kind === 'funding_rate' ? ' %' : ''}`;
}

/** Where a finding stands in time: `OI_CURRENT` or `OI_STALE`; one that is neutral says why instead. */
export function findingStatus(finding: Finding, closeTime: number, standIn: string | null): Reason {
  const { kind, status, asOf, stale } = finding;
  if (status === 'neutral' || asOf === null) return findingReason(finding, standIn);
  const age = `${ofVenue(standIn)}${NAME[kind]}: newest bucket ended ${hoursOf(closeTime - asOf)} before the candle's close`;
  return stale
    ? { code: `${CODE[kind]}_STALE`, text: `${age}, others are still missing` }
    : { code: `${CODE[kind]}_CURRENT`, text: age };
}
