/** Signals and market rows that are in order, see fixtures.ts. */
import type { RecentSignal } from '../../src/core/feed.ts';
import type { MarketRow, SeriesRow } from '../../src/core/market-row.ts';
import type { ExplainedSignal, LeanSignal, ScoreComponent, SignalBase, SignalStatus } from '../../src/core/signal.ts';
import type { Condition, Setup, StrategyRecord } from '../../src/core/strategy.ts';
import { HOUR_MS, TIMEFRAME_MS } from '../../src/core/time.ts';

/** Open time of the newest candle. */
export const CANDLE_TIME = Date.UTC(2026, 0, 19, 12);
export const CLOSED_AT = CANDLE_TIME + 4 * HOUR_MS;
export const AS_OF = CLOSED_AT + HOUR_MS;

export const RECORDS: Readonly<Record<string, StrategyRecord>> = {
  'trend-breakout': {
    status: 'inconclusive',
    excess_r: 0.05,
    interval: [-0.03, 0.13],
    net_r: 0.041,
    net_interval: [-0.038, 0.122],
    n: 38_837,
    period: '2024-01 to 2026-03',
  },
  'crowding-reversal': {
    status: 'negative',
    excess_r: -0.039,
    interval: [-0.122, 0.051],
    net_r: -0.09,
    net_interval: [-0.169, -0.003],
    n: 16_339,
    period: '2024-01 to 2026-03',
  },
};

export const UNMEASURED: StrategyRecord = {
  status: 'unmeasured',
  excess_r: null,
  interval: null,
  net_r: null,
  net_interval: null,
  n: 0,
  period: null,
};

export function usedSeries(changes: Partial<SeriesRow> = {}): SeriesRow {
  return {
    venue: 'Hyperliquid',
    value: 22_600,
    value_usd: 2_100_692_600,
    change_pct: null,
    percentile: 0.66,
    percentile_of: 'value',
    n: 500,
    as_of: CLOSED_AT,
    stale: false,
    status: 'used',
    reason: null,
    ...changes,
  };
}

export function neutralSeries(changes: Partial<SeriesRow> = {}): SeriesRow {
  return {
    venue: null,
    value: null,
    value_usd: null,
    change_pct: null,
    percentile: null,
    percentile_of: 'value',
    n: null,
    as_of: null,
    stale: false,
    status: 'neutral',
    reason: 'LS_UNAVAILABLE:not-listed',
    ...changes,
  };
}

function coinOf(symbol: string): string {
  return symbol.replace(/USDT$/, '');
}

export function marketRow(changes: Partial<MarketRow> = {}): MarketRow {
  const symbol = changes.symbol ?? 'BTCUSDT';
  const coin = changes.coin ?? coinOf(symbol);
  return {
    exchange: 'HYPERLIQUID',
    symbol,
    unified_symbol: `${coin}/USDT:USDT`,
    coin,
    multiplier: 1,
    timeframe: '4h',
    closed_at: CLOSED_AT,
    price: 92_951,
    change_24h_pct: 1.2,
    change_7d_pct: 4,
    atr_pct: 1.1,
    turnover_24h_usd: null,
    tier: 'resolved',
    venue: 'Hyperliquid',
    coinalyze_symbol: `${coin}.H`,
    open_interest_usd: 2_100_692_600,
    oi_change_24h_pct: 3.4,
    funding_pct: 0.00125,
    funding_interval_h: null,
    funding_8h_pct: null,
    long_short_ratio: null,
    liquidations_24h_usd: 120_450,
    from_snapshot: [],
    snapshot: null,
    series: {
      open_interest: usedSeries({ change_pct: 3.4, percentile_of: 'change_24h' }),
      funding_rate: usedSeries({ value: 0.00125, value_usd: null, n: 180, percentile: 0.31 }),
      long_short_ratio: neutralSeries(),
      liquidations: usedSeries({ value: -12.5, value_usd: -1_161_887.5, percentile_of: 'net_3h', percentile: 0.4 }),
    },
    ...changes,
  };
}

const SETUPS: Readonly<Record<'long' | 'short', Setup>> = {
  long: { entry: 92_951, stop_loss: 91_430, take_profit: 95_993, risk_reward: 2, max_bars: 48 },
  short: { entry: 92_951, stop_loss: 94_472, take_profit: 89_909, risk_reward: 2, max_bars: 48 },
};

function idOf({ exchange, symbol, timeframe, strategy, candle_time: time }: Omit<SignalBase, 'id'>): string {
  return [exchange, symbol, timeframe ?? '-', strategy, time ?? '-'].join(':');
}

function base(changes: Partial<SignalBase>, usual: 'long' | 'none'): SignalBase {
  const { status = 'ok' } = changes;
  const isOk = status === 'ok';
  const direction = isOk ? (changes.direction ?? usual) : 'none';
  const symbol = changes.symbol ?? 'BTCUSDT';
  const score = changes.score ?? 73.5;
  const long = { price: 94_000, distance_pct: 1.1285085, distance_atr: 1.02 };
  const signal = {
    symbol,
    exchange: 'HYPERLIQUID',
    coin: coinOf(symbol),
    timeframe: '4h' as const,
    candle_time: CANDLE_TIME,
    strategy: 'trend-breakout',
    status,
    status_reason: isOk ? null : { code: 'WARM_UP', text: '42 closed candles, 100 needed' },
    direction,
    score: isOk ? score : null,
    score_side: !isOk ? null : direction === 'none' ? ('long' as const) : direction,
    score_bounds: isOk ? ([score, score] as const) : null,
    rank_in_strategy: isOk ? 1 : null,
    price: 92_951,
    triggers: { long: isOk && direction === 'none' ? long : null, short: null },
    unmet: isOk
      ? {
          long: direction === 'long' ? [] : ['CLOSE_ABOVE_CHANNEL'],
          short: direction === 'short' ? [] : ['CLOSE_BELOW_CHANNEL', 'RSI_NOT_STRETCHED'],
        }
      : null,
    ...changes,
  };
  return { id: idOf(signal), ...signal };
}

/** Status ok without a direction, unless told otherwise. */
export function leanSignal(changes: Partial<LeanSignal> = {}): LeanSignal {
  const isOk = (changes.status ?? 'ok') === 'ok';
  const oi = isOk ? { status: 'resolved', score: 13.2 } : { status: 'neutral', score: 10 };
  return { ...base(changes, 'none'), oi_metadata: oi as LeanSignal['oi_metadata'], ...changes };
}

/** Without a score. */
export function unscoredSignal(
  status: Exclude<SignalStatus, 'ok'>,
  changes: Partial<Omit<LeanSignal, 'status'>> = {},
): LeanSignal {
  return leanSignal({ ...changes, status });
}

const BREAKDOWN: readonly ScoreComponent[] = [
  component('calm', 20, 30, 'CALM', 'ATR14 at the 43rd percentile of its last 400', [0.433_333_33, 0.9, 0.2]),
  component('breakout', 12.3, 20, 'BREAKOUT', '0.62 ATR beyond the channel', [0.615, 0, 1]),
  component('trend', 20, 20, 'TREND_ABOVE_EMA200', 'close above the EMA of 200 candles', [1.25, 0, 0]),
  component('volume', 8, 10, 'VOLUME', '2.2 times the usual volume', [2.2, 1, 2.5]),
  component('open_interest', 13.2, 20, 'OI_PERCENTILE', 'open interest +3.4 % over 24 h', [0.66, 0, 1]),
];

function component(
  name: string,
  points: number,
  max: number,
  code: string,
  text: string,
  [value, zero_at, full_at]: readonly [number, number, number],
): ScoreComponent {
  return { component: name, points, max, code, text, parts: [{ part: name, value, zero_at, full_at, points, max }] };
}

/** Of another score each component has its share of the most it can have. */
function breakdownOf(score: number): readonly ScoreComponent[] {
  if (score === 73.5) return BREAKDOWN;
  let left = score;
  return BREAKDOWN.map((part, index) => {
    const share = index === BREAKDOWN.length - 1 ? left : (part.max * score) / 100;
    const points = Math.round(share * 100) / 100;
    left -= points;
    const [measured] = part.parts;
    return Object.assign({}, part, { points, parts: [{ ...measured!, points }] });
  });
}

const above: Condition = {
  code: 'CLOSE_ABOVE_CHANNEL',
  measure: 'close',
  value: 92_951,
  needs: '>',
  threshold: 92_100,
  holds: true,
};
const below: Condition = { ...above, code: 'CLOSE_BELOW_CHANNEL', needs: '<', threshold: 88_000, holds: false };
const rsi: Condition = {
  code: 'RSI_NOT_STRETCHED',
  measure: 'rsi14',
  value: 61.2,
  needs: '>=',
  threshold: null,
  holds: false,
};

/** A long, unless told otherwise. */
export function explainedSignal(changes: Partial<ExplainedSignal> = {}): ExplainedSignal {
  const signal = base(changes, 'long');
  const { direction, symbol, exchange, coin, timeframe, price, candle_time: time } = signal;
  const isOk = signal.status === 'ok';
  const unified = changes.unified_symbol === undefined ? `${coin}/USDT:USDT` : changes.unified_symbol;
  const closedAt = timeframe === null || time === null ? null : time + TIMEFRAME_MS[timeframe];
  return {
    ...signal,
    unified_symbol: unified,
    since: direction === 'none' ? null : closedAt,
    warmed_up: true,
    record: RECORDS[signal.strategy]?.status ?? 'unmeasured',
    edge: null,
    breadth: direction === 'none' ? null : direction === 'long' ? 0.04 : 0.12,
    setup: direction === 'none' ? null : SETUPS[direction],
    score_breakdown: isOk ? breakdownOf(signal.score ?? 73.5) : [],
    conditions: isOk
      ? {
          long: [{ ...above, holds: direction === 'long' }],
          short: [
            { ...below, holds: direction === 'short' },
            { ...rsi, holds: direction === 'short' },
          ],
        }
      : null,
    reasons: isOk ? [{ code: 'BREAKOUT', text: 'first close above the 20-bar high 92100' }] : [],
    oi_metadata: {
      tier: 'resolved',
      status: isOk ? 'resolved' : 'neutral',
      score: isOk ? 13.2 : 10,
      coinalyze_symbol: `${coin}.H`,
      venue: 'Hyperliquid',
      as_of: isOk ? CLOSED_AT : null,
      lag_s: isOk ? 0 : null,
      stale: false,
      reason: isOk ? null : 'OI_UNAVAILABLE:deferred',
    },
    market: marketRow({ symbol, exchange, coin, unified_symbol: unified, timeframe, price, closed_at: closedAt }),
    observability: { indicators: { rsi14: 61.2, missing: null }, trendlines: [], pivots: [], quadrant: 'new_longs' },
    ...changes,
  };
}

export const RECENT: RecentSignal = {
  id: `HYPERLIQUID:BTCUSDT:4h:trend-breakout:${CANDLE_TIME - 4 * HOUR_MS}`,
  exchange: 'HYPERLIQUID',
  symbol: 'BTCUSDT',
  coin: 'BTC',
  strategy: 'trend-breakout',
  direction: 'long',
  fired_at: CANDLE_TIME,
  entry: 91_000,
  stop_loss: 89_500,
  take_profit: 94_000,
  state: 'open',
  r_now: 1.3,
  bars_ago: 1,
};
