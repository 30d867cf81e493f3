/** One market of the feed as a zod schema. */
import { z } from 'zod';
import type { MarketRow } from '../core/market-row.ts';
import { count, known, price, tier, time, timeframe, type SameShape } from './schema-fields.ts';

const seriesRow = z.strictObject({
  venue: z.string().nullable().describe('whose numbers these are, also the name of a stand-in; null without a series'),
  value: known.describe("in the market's own denomination; funding in percent per native interval; a ratio as is"),
  value_usd: known.describe('at the price of its bucket; null where it cannot be converted'),
  change_pct: known.describe('open interest only: change over 24 h, percent'),
  percentile: z.number().min(0).max(1).nullable().describe('0..1 among its own history'),
  percentile_of: z.enum(['change_24h', 'value', 'net_3h']).describe('what was ranked'),
  n: count.nullable().describe('how many values it was ranked among; null when nothing was ranked'),
  as_of: time.nullable().describe('end of the newest bucket used, ms UTC'),
  stale: z.boolean().describe("true: buckets closed by the candle's close are still missing"),
  status: z.enum(['used', 'neutral']),
  reason: z.string().nullable().describe('why it is neutral; null when it is used'),
});

const snapshot = z
  .strictObject({
    source: z.string(),
    at: time,
    mark_price: known,
    open_interest_usd: known,
    funding_pct: known.describe('percent per interval'),
    funding_interval_h: known,
    interval_assumed: z.boolean(),
    funding_8h_pct: known,
    next_funding_at: time.nullable(),
    turnover_24h_usd: known,
    change_24h_pct: known,
  })
  .describe("the venue's own numbers of the whole market");

export const marketRowSchema = z
  .strictObject({
    exchange: z.string(),
    symbol: z.string().describe("the exchange's own spelling"),
    unified_symbol: z
      .string()
      .nullable()
      .describe("ccxt's unified symbol, e.g. BTC/USDT:USDT; null: name not understood"),
    coin: z.string().describe('ticker without multiplier; the symbol itself when its name was not understood'),
    multiplier: z.number().positive().describe('coins that one unit of the price means, e.g. 1000 for 1000PEPE'),
    timeframe: timeframe.nullable(),
    closed_at: time.nullable().describe('close time of the last closed candle, ms UTC'),
    price: price.nullable().describe('close of the last closed candle'),
    change_24h_pct: known.describe("always the candles'"),
    change_7d_pct: known,
    atr_pct: known.describe('ATR14 in percent of the price'),
    turnover_24h_usd: known.describe('null until a quote volume or a venue says it'),
    tier: tier.describe('how the market maps to Coinalyze'),
    venue: z.string().nullable().describe("where its series come from, also a stand-in's name"),
    coinalyze_symbol: z.string().nullable(),
    open_interest_usd: known.describe(
      "the market's own; null where only a stand-in's is known, as in the fields below",
    ),
    oi_change_24h_pct: known,
    funding_pct: known.describe('percent per native interval'),
    funding_interval_h: known.describe("null until a venue's snapshot says it"),
    funding_8h_pct: known.describe('null while the interval is not known'),
    long_short_ratio: known.describe('longs / shorts, by account'),
    liquidations_24h_usd: known.describe('long and short ones of the last 24 h'),
    from_snapshot: z.array(z.string()).describe("names of the fields above that a venue's snapshot filled"),
    snapshot: snapshot.nullable(),
    series: z
      .strictObject({
        open_interest: seriesRow,
        funding_rate: seriesRow,
        long_short_ratio: seriesRow,
        liquidations: seriesRow.describe('value: long minus short of the last 3 h'),
      })
      .describe('the four histories, also those of a stand-in, which is named'),
  })
  .describe("one market: its own numbers, or null; a stand-in's stand only under series, with its name");

/** Does not compile when the schema and the vocabulary drift apart in either direction. */
true satisfies SameShape<z.output<typeof marketRowSchema>, MarketRow>;
