/** One signal of the feed as a zod schema. */
import { z } from 'zod';
import type { Signal } from '../core/signal.ts';
import type { Observable } from '../core/strategy.ts';
import { TIMEFRAMES } from '../core/time.ts';

/** As far as a Date reaches. */
export const LAST_TIME = 8.64e15;
export const time = z.int().min(0).max(LAST_TIME).describe('ms UTC');
const tier = z
  .enum(['resolved', 'aggregated', 'neutral'])
  .describe("resolved: the market's own exchange; aggregated: a reference venue stands in; neutral: none");

const price = z.number().positive();

const reason = z.strictObject({ code: z.string().describe('stable'), text: z.string() });

const setup = z
  .strictObject({
    entry: price,
    stop_loss: price,
    take_profit: price,
    risk_reward: z.number().positive().describe('(target - entry) / (entry - stop), before costs'),
    max_bars: z.int().positive().describe('candles after which the idea has expired'),
  })
  .describe("prices in the candles' quote currency");

const part = z
  .strictObject({
    part: z.string().describe('what was measured, with its unit; distances and leads count towards the side'),
    value: z.number().nullable().describe('null when it could not be measured'),
    zero_at: z.number().describe('here it earns nothing'),
    full_at: z.number().describe('here it earns max; the same as zero_at: all beyond, nothing up to there'),
    points: z.number().describe('rounded to 2 decimals; the parts add up to the component'),
    max: z.number().describe('negative for a deduction'),
  })
  .describe('since 1.1.0');

const gateCondition = z.strictObject({
  code: z.string().describe('stable; of the reason when it is the first that does not hold'),
  measure: z.string().describe('what is compared, with its unit; close: of the last candle'),
  value: z.number(),
  needs: z.enum(['>', '>=', '<', '<=']),
  threshold: z
    .number()
    .nullable()
    .describe('of a close: where it would have to be, all else unchanged; null while another demand decides it'),
  holds: z.boolean(),
});

const gate = z
  .strictObject({ long: z.array(gateCondition), short: z.array(gateCondition) })
  .describe('what each side demands; a side that has everything is the direction. Since 1.1.0');

const scoreComponent = z.strictObject({
  component: z.string(),
  points: z.number().min(0).describe('rounded to 2 decimals; the components add up to the score'),
  max: z.number().min(0),
  code: z.string().describe('stable'),
  text: z.string(),
  parts: z.array(part),
});

const oiMetadata = z
  .strictObject({
    tier: tier.describe('how the market maps to Coinalyze'),
    status: tier.describe("what fed this score's open-interest component"),
    score: z.number().min(0).max(20).describe("10 when neutral; before the strategy's weight"),
    coinalyze_symbol: z.string().nullable(),
    venue: z.string().nullable(),
    as_of: time.nullable().describe('end of the newest open-interest bucket used, ms UTC'),
    age_s: z.number().nullable().describe("seconds from that end to the candle's close"),
    stale: z.boolean().describe("true: buckets closed by the candle's close were still missing"),
    reason: z.string().nullable().describe('why it is neutral; null when it is not'),
  })
  .describe('where the open interest of this score came from');

const externalFields = z.strictObject({
  value: z.number().nullable().describe('null when there is none'),
  value_usd: z.number().nullable().describe('null where it cannot be converted'),
  change_pct: z.number().nullable().describe('open interest only, percent'),
  percentile: z.number().min(0).max(1).nullable().describe('0..1 among its own history'),
  as_of: time.nullable().describe('end of the newest bucket used, ms UTC'),
  stale: z.boolean(),
  status: z.enum(['used', 'neutral']),
  reason: z.string().nullable().describe('why it is neutral; null when used'),
});

const external = z.strictObject({
  score: z.number().min(0).max(20).describe('10 when neutral'),
  open_interest: externalFields.describe("in the market's own denomination"),
  funding_rate: externalFields.describe('percent per native funding interval'),
  long_short_ratio: externalFields.describe('longs / shorts, by account'),
  liquidations: externalFields.describe("long minus short, in the market's own denomination"),
});

const observable: z.ZodType<Observable> = z
  .lazy(() =>
    z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(observable), z.record(z.string(), observable)]),
  )
  .meta({ id: 'observable' });

const points = z.number().min(0).max(100);

export const signalSchema = z
  .strictObject({
    id: z.string().describe('EXCHANGE:SYMBOL:timeframe:strategy:candle_time'),
    symbol: z.string().describe("the exchange's own name, as in the candle file"),
    exchange: z.string(),
    unified_symbol: z.string().nullable().describe("ccxt's unified symbol, e.g. BTC/USDT:USDT"),
    timeframe: z.enum(TIMEFRAMES).nullable(),
    candle_time: time.nullable().describe('open time of the last closed candle, ms UTC'),
    strategy: z.string(),
    status: z.enum(['ok', 'insufficient_data', 'stale', 'error']),
    status_reason: reason.nullable().describe('null when ok'),
    direction: z.enum(['long', 'short', 'none']),
    action: z.enum(['LONG', 'SHORT', 'WAIT']),
    score: points.nullable().describe('0..100; null unless ok. It ranks within a strategy; it is no probability'),
    score_side: z.enum(['long', 'short']).nullable().describe('the side the score is for; null unless ok. Since 1.1.0'),
    score_bounds: z.tuple([points, points]).nullable().describe('what values not yet known could make of the score'),
    settled: z.boolean().describe('false: the score still depends a little on where history starts'),
    rank_in_strategy: z.int().positive().nullable().describe('1 is the best; null unless ok'),
    price: price.nullable().describe('close of the last closed candle'),
    setup: setup.nullable().describe('null without a direction'),
    score_breakdown: z.array(scoreComponent),
    gate: gate.nullable().describe('null unless ok'),
    reasons: z.array(reason),
    oi_metadata: oiMetadata,
    external: external.nullable().describe('null unless ok'),
    observability: z
      .record(z.string(), observable)
      .readonly()
      .describe('what the strategy saw; for looking, not for trading'),
  })
  .superRefine((signal, context) => {
    const message = contradictionIn(signal);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

const ACTION = { long: 'LONG', short: 'SHORT', none: 'WAIT' } as const;

/** What fits each field alone but not together: a reader who trusts one of them would trade on it. */
export function contradictionIn(signal: Signal): string | null {
  const { status, direction, score, score_bounds: bounds, setup: levels } = signal;
  if (signal.action !== ACTION[direction]) return `action ${signal.action} with direction ${direction}`;
  if ((direction === 'none') !== (levels === null)) return `direction ${direction} with${levels ? '' : 'out'} a setup`;
  if ((status === 'ok') !== (signal.status_reason === null)) return `status ${status} and its reason disagree`;
  if (status !== 'ok') {
    const scored = direction !== 'none' || score !== null || bounds !== null || signal.rank_in_strategy !== null;
    return scored ? `status ${status} with a direction, score, bounds or rank` : null;
  }
  if (score === null || bounds === null || signal.rank_in_strategy === null) return 'ok without score, bounds or rank';
  if (bounds[0] > score || score > bounds[1]) return `score ${score} outside its bounds ${bounds.join(' to ')}`;
  const sum = signal.score_breakdown.reduce((total, component) => total + component.points, 0);
  return Math.abs(sum - score) < 0.005 ? null : `the components add up to ${sum.toFixed(2)}, not to the score ${score}`;
}
