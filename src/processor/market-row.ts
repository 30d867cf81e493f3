/** The feed's row of one market: its own numbers only; a stand-in's stand under `series`, with its name. */
import { shown } from '../core/digits.ts';
import type { MarketRow, SeriesRow } from '../core/market-row.ts';
import type { Resolution } from '../core/market.ts';
import type { SeriesKind } from '../core/series.ts';
import type { Finding } from './finding.ts';
import type { KnownMarket } from './known-market.ts';
import { unavailableCode } from './series-texts.ts';

const RANKED: Readonly<Record<SeriesKind, SeriesRow['percentile_of']>> = {
  open_interest: 'change_24h',
  funding_rate: 'value',
  long_short_ratio: 'value',
  liquidations: 'net_3h',
};

export function marketRow(known: KnownMarket): MarketRow {
  const { market, facts, resolution, findings } = known;
  const { open_interest: interest, funding_rate: funding, long_short_ratio: ratio, liquidations } = findings;
  const isOwn = resolution.tier === 'resolved';
  const own = (value: number | null): number | null => (isOwn ? shown(value) : null);
  return {
    exchange: market.exchange,
    symbol: market.symbol,
    unified_symbol: market.unified,
    coin: market.coin,
    multiplier: market.multiplier,
    timeframe: facts?.timeframe ?? null,
    closed_at: facts?.closedAt ?? null,
    price: shown(facts?.price ?? null),
    change_24h_pct: shown(facts?.change24hPct ?? null),
    change_7d_pct: shown(facts?.change7dPct ?? null),
    atr_pct: shown(facts?.atrPct ?? null),
    turnover_24h_usd: null,
    tier: resolution.tier,
    venue: venueOf(resolution),
    coinalyze_symbol: resolution.tier === 'neutral' ? null : resolution.listed.symbol,
    open_interest_usd: own(interest.valueUsd),
    oi_change_24h_pct: own(interest.changePct),
    funding_pct: own(funding.value),
    funding_interval_h: null,
    funding_8h_pct: null,
    long_short_ratio: own(ratio.value),
    liquidations_24h_usd: own(liquidations.sum24hUsd),
    from_snapshot: [],
    snapshot: null,
    series: {
      open_interest: seriesRow(interest, resolution),
      funding_rate: seriesRow(funding, resolution),
      long_short_ratio: seriesRow(ratio, resolution),
      liquidations: seriesRow(liquidations, resolution),
    },
  };
}

function venueOf(resolution: Resolution): string | null {
  return resolution.tier === 'neutral' ? null : resolution.listed.venue;
}

function seriesRow(finding: Finding, resolution: Resolution): SeriesRow {
  const { kind, value, valueUsd, changePct, percentile, n, asOf, stale, status } = finding;
  return {
    venue: asOf === null ? null : venueOf(resolution),
    value: shown(value),
    value_usd: shown(valueUsd),
    change_pct: shown(changePct),
    percentile: shown(percentile),
    percentile_of: RANKED[kind],
    n,
    as_of: asOf,
    stale,
    status,
    reason: status === 'used' ? null : seriesReason(finding, resolution),
  };
}

/** Why the market has no Coinalyze symbol says more than that its series are absent. */
export function seriesReason({ kind, cause }: Finding, resolution: Resolution): string {
  return unavailableCode(kind, resolution.tier === 'neutral' ? resolution.reason : (cause ?? 'no-data'));
}
