/** What another program imports: the types of the feed, and what a strategy of one's own needs. The command line is cli.ts. */
export type { CandleColumns, CandleSeries } from './core/candles.ts';
export type * from './core/feed.ts';
export type * from './core/market-row.ts';
export type * from './core/signal.ts';
export type * from './core/strategy.ts';
export type { Tier } from './core/market.ts';
export type { Timeframe } from './core/time.ts';
export { SCHEMA_VERSION } from './core/feed.ts';
export { SERIES_KINDS, type SeriesKind } from './core/series.ts';
export { isExplained } from './core/signal.ts';
export { SIDES } from './core/strategy.ts';
