/** One signal of the feed as a zod schema: lean, or with its explanation. */
import { z } from 'zod';
import type { ExplainedSignal, LeanSignal } from '../core/signal.ts';
import type { Observable } from '../core/strategy.ts';
import { marketRowSchema } from './market-row-schema.ts';
import { known, price, recordStatus, side, tier, time, timeframe, type SameShape } from './schema-fields.ts';

const points = z.number().min(0).max(100);
const share = z.number().min(0).max(1);
const reason = z.strictObject({ code: z.string().describe('stable'), text: z.string() });

const trigger = z
  .strictObject({
    price: price.describe('a close of the next candle from here on makes all conditions of the side hold'),
    distance_pct: z.number().describe('signed, from the last close'),
    distance_atr: z.number().describe('signed, in ATR14'),
  })
  .nullable();

const base = {
  id: z
    .string()
    .describe('EXCHANGE:SYMBOL:timeframe:strategy:candle_time, with spot before the timeframe of spot markets'),
  symbol: z.string().describe("the exchange's own spelling"),
  exchange: z.string(),
  coin: z.string().describe('ticker without multiplier; the symbol itself when its name was not understood'),
  timeframe: timeframe.nullable(),
  candle_time: time.nullable().describe('open time of the last closed candle, ms UTC'),
  strategy: z.string(),
  status: z.enum(['ok', 'insufficient_data', 'stale', 'error']),
  status_reason: reason.nullable().describe('null when ok'),
  direction: z.enum(['long', 'short', 'none']),
  score: points.nullable().describe('0..100; null unless ok. It ranks within a strategy; it is no probability'),
  score_side: side.nullable().describe('the direction, or without one the better side; null unless ok'),
  score_bounds: z.tuple([points, points]).nullable().describe('what values not yet known could make of the score'),
  rank_in_strategy: z.int().positive().nullable().describe('1 is the best; null unless ok'),
  price: price.nullable().describe('close of the last closed candle'),
  triggers: z
    .strictObject({ long: trigger, short: trigger })
    .describe('null of a side where something else than the close is missing too, and with a direction'),
  unmet: z
    .strictObject({ long: z.array(z.string()), short: z.array(z.string()) })
    .nullable()
    .describe('codes of the conditions that do not hold, of a side; empty: all hold. Null unless ok'),
};

const setup = z
  .strictObject({
    entry: price,
    stop_loss: price,
    take_profit: price,
    risk_reward: z.number().positive().describe('(target - entry) / (entry - stop), before costs'),
    max_bars: z.int().positive().describe('candles after which the idea has expired'),
  })
  .describe("prices in the candles' quote currency");

const part = z.strictObject({
  part: z.string().describe('what was measured, with its unit; distances and leads count towards the side'),
  value: known.describe('null when it could not be measured'),
  zero_at: z.number().describe('here it earns nothing'),
  full_at: z.number().describe('here it earns max; the same as zero_at: all beyond, nothing up to there'),
  points: z.number().describe('rounded to 2 decimals; the parts add up to the component'),
  max: z.number().describe('negative for a deduction'),
});

const scoreComponent = z.strictObject({
  component: z.string(),
  points: z.number().min(0).describe('rounded to 2 decimals; the components add up to the score'),
  max: z.number().min(0),
  code: z.string().describe('stable'),
  text: z.string(),
  parts: z.array(part),
});

const condition = z.strictObject({
  code: z.string().describe('stable, named by what it demands'),
  measure: z.string().describe('what is compared, with its unit; close: of the last candle'),
  value: z.number(),
  needs: z.enum(['>', '>=', '<', '<=']),
  threshold: known.describe('null while it depends on a condition that does not hold'),
  holds: z.boolean(),
});

const leanOi = {
  status: tier.describe("what fed this score's open-interest component"),
  score: z.number().min(0).max(20).describe("10 when neutral; before the strategy's weight"),
};

const oiMetadata = z.strictObject({
  ...leanOi,
  tier: tier.describe('how the market maps to Coinalyze'),
  coinalyze_symbol: z.string().nullable(),
  venue: z.string().nullable(),
  as_of: time.nullable().describe('end of the newest open-interest bucket used, ms UTC'),
  lag_s: known.describe("seconds from that end to the candle's close"),
  stale: z.boolean().describe("true: buckets closed by the candle's close are still missing"),
  reason: z.string().nullable().describe('why it is neutral; null when it is not'),
});

const observable: z.ZodType<Observable> = z
  .lazy(() =>
    z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(observable), z.record(z.string(), observable)]),
  )
  .meta({ id: 'observable' });

export const leanSignalSchema = z
  .strictObject({ ...base, oi_metadata: z.strictObject(leanOi) })
  .describe('a signal without a direction');

export const explainedSignalSchema = z
  .strictObject({
    ...base,
    unified_symbol: z.string().nullable().describe("ccxt's unified symbol, e.g. BTC/USDT:USDT"),
    since: time.nullable().describe('close at which this direction began, as far as the feeds before know, ms UTC'),
    warmed_up: z.boolean().describe('false: the score still depends a little on where history starts'),
    record: recordStatus,
    edge: z.null().describe("measured on the user's own candles; null without such a calibration"),
    breadth: share.nullable().describe('share of the coins with the same direction; null without one'),
    setup: setup.nullable().describe('null without a direction'),
    score_breakdown: z.array(scoreComponent),
    conditions: z
      .strictObject({ long: z.array(condition), short: z.array(condition) })
      .nullable()
      .describe('what each side demands; a side whose conditions all hold is the direction. Null unless ok'),
    reasons: z.array(reason).describe('the entry, and what the derivatives data say'),
    oi_metadata: oiMetadata,
    market: marketRowSchema,
    observability: z
      .record(z.string(), observable)
      .readonly()
      .describe('what the strategy saw; for looking, not for trading'),
  })
  .describe('a signal with a direction; with --detail full every signal');

/** Do not compile when the schema and the vocabulary drift apart in either direction. */
true satisfies SameShape<z.output<typeof leanSignalSchema>, LeanSignal>;
true satisfies SameShape<z.output<typeof explainedSignalSchema>, ExplainedSignal>;
