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
export { SIDES, UNMEASURED } from './core/strategy.ts';
export { readFeed, scan, type ScanOptions } from './library.ts';
export { LEVELS_ABOVE_ZERO, same, type ConditionRule, type Entry } from './strategies/conditions.ts';
export type { ComponentRule } from './strategies/parts.ts';
export { signOf, type BySide } from './strategies/sides.ts';
export { strategyOf, type Rules } from './strategies/strategy-of.ts';
