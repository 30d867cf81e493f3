/** One market as the feed shows it: its own numbers, or null. A stand-in's numbers stand under `series` only, with its name. */
import type { Tier } from './market.ts';
import type { SeriesKind } from './series.ts';
import type { Timeframe } from './time.ts';

/** What one series says of the market's last candle. */
export interface SeriesRow {
  /** Whose numbers these are; null when there is no series. */
  readonly venue: string | null;
  /** Current value; open interest and liquidations (net long, 3 h) in the market's denomination, funding in percent per interval, ratio as is. */
  readonly value: number | null;
  /** Where it can be converted, at the price of its bucket. */
  readonly value_usd: number | null;
  /** Open interest only: change over 24 h, percent. */
  readonly change_pct: number | null;
  /** 0..1 among the history. */
  readonly percentile: number | null;
  /** What was ranked: `change_24h` of open interest, `value` of funding and long/short, `net_3h` of liquidations. */
  readonly percentile_of: 'change_24h' | 'value' | 'net_3h';
  /** Values that it was ranked among; null when nothing was ranked. */
  readonly n: number | null;
  /** End of the newest bucket used, ms UTC. */
  readonly as_of: number | null;
  /** True when buckets that are closed by the candle's close are still missing. */
  readonly stale: boolean;
  readonly status: 'used' | 'neutral';
  /** Why it is neutral, e.g. `OI_UNAVAILABLE:deferred`; null when it is used. */
  readonly reason: string | null;
}

/** A venue's own numbers of the whole market; filled by `scan pull` and snapshots. */
export interface MarketSnapshot {
  readonly source: string;
  readonly at: number;
  readonly mark_price: number | null;
  readonly open_interest_usd: number | null;
  readonly funding_pct: number | null;
  readonly funding_interval_h: number | null;
  readonly interval_assumed: boolean;
  readonly funding_8h_pct: number | null;
  readonly next_funding_at: number | null;
  readonly turnover_24h_usd: number | null;
  readonly change_24h_pct: number | null;
}

export interface MarketRow {
  readonly exchange: string;
  readonly symbol: string;
  /** Null when the name was not understood. */
  readonly unified_symbol: string | null;
  readonly coin: string;
  /** Coins that one unit of the price means, e.g. 1000 for 1000PEPE. */
  readonly multiplier: number;
  readonly timeframe: Timeframe | null;
  /** Close time of the last closed candle, ms UTC. */
  readonly closed_at: number | null;
  readonly price: number | null;
  readonly change_24h_pct: number | null;
  readonly change_7d_pct: number | null;
  /** ATR14 in percent of the price. */
  readonly atr_pct: number | null;
  /** Null until a quote volume or a venue says it. */
  readonly turnover_24h_usd: number | null;
  readonly tier: Tier;
  /** Of the series; also a stand-in's name. */
  readonly venue: string | null;
  readonly coinalyze_symbol: string | null;
  /** These six are the market's own: null where a stand-in's are all there is. */
  readonly open_interest_usd: number | null;
  readonly oi_change_24h_pct: number | null;
  /** Percent per native interval. */
  readonly funding_pct: number | null;
  readonly funding_interval_h: number | null;
  readonly funding_8h_pct: number | null;
  readonly long_short_ratio: number | null;
  /** Long and short liquidations of the last 24 h. */
  readonly liquidations_24h_usd: number | null;
  /** Names of the fields above that a venue's snapshot filled. */
  readonly from_snapshot: readonly string[];
  readonly snapshot: MarketSnapshot | null;
  readonly series: Readonly<Record<SeriesKind, SeriesRow>>;
}
