/** A feed in which every view has something to show: own series and stand-ins, new and older directions, triggers, a negative record. */
import type { Feed } from '../../src/core/feed.ts';
import type { MarketRow } from '../../src/core/market-row.ts';
import type { ExplainedSignal, LeanSignal, Signal } from '../../src/core/signal.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import {
  CLOSED_AT,
  explainedSignal,
  feedOf,
  leanSignal,
  marketRow,
  neutralSeries,
  unscoredSignal,
  usedSeries,
} from '../feed/fixtures.ts';

const own = marketRow();

export const BTC = marketRow();
export const BTC_BYBIT = marketRow({
  exchange: 'BYBIT',
  price: 93_044,
  venue: 'Bybit',
  coinalyze_symbol: 'BTCUSDT.6',
  open_interest_usd: 900_000_000,
  oi_change_24h_pct: -8.25,
  funding_pct: 0.0312,
  funding_interval_h: 8,
  funding_8h_pct: 0.0312,
  series: {
    ...own.series,
    open_interest: usedSeries({ venue: 'Bybit', change_pct: -8.25, percentile_of: 'change_24h', percentile: 0.02 }),
    funding_rate: usedSeries({ venue: 'Bybit', value: 0.0312, value_usd: null, n: 180, percentile: 0.97 }),
  },
});
/** A stand-in's numbers stand under series only. */
export const CAKE = marketRow({
  exchange: 'KUCOIN',
  symbol: 'CAKEUSDTM',
  coin: 'CAKE',
  price: 2.1,
  atr_pct: 3.4,
  tier: 'aggregated',
  venue: 'Binance',
  coinalyze_symbol: 'CAKEUSDT_PERP.A',
  open_interest_usd: null,
  oi_change_24h_pct: null,
  funding_pct: null,
  liquidations_24h_usd: null,
  series: {
    ...own.series,
    open_interest: usedSeries({
      venue: 'Binance',
      value: 9_000_000,
      value_usd: 18_900_000,
      change_pct: 41.3,
      percentile_of: 'change_24h',
      percentile: 1,
    }),
    funding_rate: usedSeries({ venue: 'Binance', value: -0.2134, value_usd: null, n: 180, percentile: 0 }),
  },
});
export const PEPE = marketRow({
  exchange: 'BINANCE',
  symbol: '1000PEPEUSDT',
  coin: 'PEPE',
  multiplier: 1000,
  unified_symbol: '1000PEPE/USDT:USDT',
  price: 0.012_345_6,
  open_interest_usd: 56_000_000,
  oi_change_24h_pct: 12.5,
  funding_pct: 0.01,
  venue: 'Binance',
  coinalyze_symbol: '1000PEPEUSDT_PERP.A',
});
export const ETH = marketRow({ symbol: 'ETHUSDT', price: 3_012.5 });
export const NEUTRAL = marketRow({
  exchange: 'MEXC',
  symbol: 'NEWUSDT',
  price: 0.5,
  tier: 'neutral',
  venue: null,
  coinalyze_symbol: null,
  open_interest_usd: null,
  oi_change_24h_pct: null,
  funding_pct: null,
  liquidations_24h_usd: null,
  series: {
    open_interest: neutralSeries({ percentile_of: 'change_24h', reason: 'OI_UNAVAILABLE:not-listed' }),
    funding_rate: neutralSeries({ reason: 'FUNDING_UNAVAILABLE:not-listed' }),
    long_short_ratio: neutralSeries(),
    liquidations: neutralSeries({ percentile_of: 'net_3h', reason: 'LIQ_UNAVAILABLE:not-listed' }),
  },
});

const of = ({ exchange, symbol, coin, price }: MarketRow) => ({ exchange, symbol, coin, price });

/** The first component makes up for what the score is changed to. */
export function explained(market: MarketRow, changes: Partial<ExplainedSignal> = {}): ExplainedSignal {
  const signal = explainedSignal({ ...of(market), unified_symbol: market.unified_symbol, market, ...changes });
  const [first, ...others] = signal.score_breakdown;
  if (first === undefined || signal.score === null) return signal;
  const told = signal.score_breakdown.reduce((sum, { points }) => sum + points, 0);
  const points = Math.round(100 * (first.points + signal.score - told)) / 100;
  const parts = first.parts.map((part) => ({ ...part, points }));
  return { ...signal, score_breakdown: [{ ...first, points, parts }, ...others] };
}

export function lean(market: MarketRow, changes: Partial<LeanSignal> = {}): LeanSignal {
  const { score = 73.5 } = changes;
  return leanSignal({ ...of(market), ...(score === null ? {} : { score_bounds: [score, score] }), ...changes });
}

const [above, below] = [explained(BTC).conditions!.long[0]!, explained(BTC).conditions!.short[0]!];
const short = {
  direction: 'short',
  conditions: { long: [{ ...above, holds: false }], short: [{ ...below, holds: true }] },
  score_side: 'short',
  triggers: { long: null, short: null },
  unmet: { long: ['CLOSE_ABOVE_CHANNEL'], short: [] },
} as const;

export const SIGNALS: readonly Signal[] = [
  explained(BTC),
  explained(BTC_BYBIT, { rank_in_strategy: 2, score: 70.2, score_bounds: [60.2, 80.2] }),
  explained(CAKE, {
    ...short,
    rank_in_strategy: 3,
    score: 61.4,
    score_bounds: [61.4, 61.4],
    since: CLOSED_AT - 8 * HOUR_MS,
    setup: { entry: 2.1, stop_loss: 2.243, take_profit: 1.814, risk_reward: 2, max_bars: 48 },
    oi_metadata: { ...explained(CAKE).oi_metadata, tier: 'aggregated', status: 'aggregated', venue: 'Binance' },
  }),
  explained(PEPE, {
    ...short,
    strategy: 'crowding-reversal',
    score: 66.1,
    score_bounds: [56.1, 76.1],
    warmed_up: false,
    setup: { entry: 0.012_345_6, stop_loss: 0.013_45, take_profit: 0.010_1, risk_reward: 2.03, max_bars: 24 },
  }),
  lean(ETH, {
    rank_in_strategy: 4,
    score: 58.2,
    triggers: { long: { price: 3_019.4, distance_pct: 0.229_046, distance_atr: 0.21 }, short: null },
  }),
  lean(NEUTRAL, {
    rank_in_strategy: 5,
    score: 44,
    score_side: 'short',
    triggers: { long: null, short: null },
    oi_metadata: { status: 'neutral', score: 10 },
  }),
  lean(ETH, {
    strategy: 'crowding-reversal',
    rank_in_strategy: 2,
    score: 31.5,
    score_side: 'short',
    triggers: { long: null, short: { price: 3_001.1, distance_pct: -0.378_423, distance_atr: -0.34 } },
  }),
  unscoredSignal('insufficient_data', { ...of(NEUTRAL), strategy: 'crowding-reversal' }),
];

export const RICH: Feed = feedOf({
  signals: SIGNALS,
  markets: [PEPE, BTC_BYBIT, BTC, ETH, CAKE, NEUTRAL],
  run: { strategies: ['crowding-reversal', 'squeeze-break', 'trend-breakout'] },
});
