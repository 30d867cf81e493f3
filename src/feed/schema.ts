/** The feed as a zod schema: what `scan schema` prints, what reading back and `scan schema --check` demand. */
import { z } from 'zod';
import { SCHEMA_VERSION, type Feed } from '../core/feed.ts';
import { marketRowSchema } from './market-row-schema.ts';
import { count, known, price, recordStatus, side, time, type SameShape } from './schema-fields.ts';
import { explainedSignalSchema, leanSignalSchema } from './signal-schema.ts';

const tierCounts = z.strictObject({ resolved: count, aggregated: count, neutral: count });

const skipReason = z.enum([
  'empty-file',
  'no-candles',
  'truncated-json',
  'invalid-json',
  'truncated-gzip',
  'invalid-gzip',
  'truncated-zip',
  'invalid-zip',
  'damaged-file',
  'missing-package',
  'unsupported-format',
  'unknown-name',
  'unknown-timeframe',
  'not-candles',
  'bad-series',
  'too-large',
  'not-a-file',
  'unreadable',
  'changed-while-reading',
]);

const degradedReason = z.strictObject({
  code: z.enum([
    'series-unavailable',
    'deadline',
    'strategy-threw',
    'markets-gone',
    'stale-candles',
    'clock-jumped',
    'market-index-unavailable',
    'market-list-unreadable',
  ]),
  text: z.string(),
});

const inputs = z
  .strictObject({
    paths: z.array(z.string()).describe('absolute'),
    symbol: z.string().nullable().describe('names separated by commas'),
    exchange: z.string().nullable().describe('names separated by commas'),
    exclude: z.string().nullable().describe('names of coins and markets that were left out'),
    limit: count.nullable(),
    format: z.string().nullable().describe('the only format that files were read as; null for all'),
    sample: z.boolean().describe('true when the run is on the shipped, made-up sample'),
  })
  .describe('what was asked for: two feeds are compared only when their inputs are equal');

const goal = z.strictObject({
  kind: z.enum(['actionable', 'top', 'min-score', 'all', 'none']),
  top: count.nullable().describe('how many of each strategy'),
  min_score: known,
  met: z.boolean().describe('nothing that is still pending can change what the goal asks for'),
  pending_signals: count.describe('signals that keep it from being met'),
  waiting: count.describe(
    'of those, how many asking cannot make final now: failed, not published upstream yet, or asked within 15 minutes',
  ),
});

const planCost = z.strictObject({ calls: count, requests: count });

const plan = z
  .strictObject({
    kinds: z.strictObject({
      open_interest: planCost,
      funding_rate: planCost,
      long_short_ratio: planCost,
      liquidations: planCost,
    }),
    phases: z.strictObject({ market_list: planCost, goal: planCost, remaining: planCost }),
    saved: z.strictObject({ final: count, fresh: count }).describe('(symbol, series) pairs that the cache had'),
    changed: z
      .strictObject({ signals: count, largest: z.number().min(0).describe('points'), entered_top_20: count })
      .describe('against the feed before anything was sent'),
  })
  .describe('where the calls went and what they changed');

const run = z.strictObject({
  id: z.string(),
  scanner_version: z.string(),
  as_of: time.describe('time that everything was computed for, ms UTC'),
  timeframe: z.string().describe("the feed's timeframe, or auto"),
  strategies: z.array(z.string()),
  inputs,
  provider: z.enum(['coinalyze', 'sandbox', 'none']).describe('where series come from; sandbox data are made up'),
  detail: z.enum(['lean', 'full']).describe('lean: signals with a direction are explained; full: every signal is'),
  stage: z
    .enum(['price', 'goal', 'complete'])
    .describe('price: nothing was fetched yet; goal: what the goal asks for is final; complete: the run is over'),
  goal,
  plan,
  degraded: z.boolean(),
  degraded_reasons: z.array(degradedReason),
  input_hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('sha256 of candles, settings and series that went in'),
  duration_ms: z.number().min(0).describe('wall time of the run'),
  attribution: z.string().nullable().describe('whose data the series are; null without series'),
});

const candles = z
  .strictObject({
    disordered: count,
    duplicates: count,
    missing: count,
    not_finite: count,
    impossible: count,
    off_grid: count,
    future: count.describe('dated in the future, or alone behind a gap longer than all before'),
    naive_times: count.describe('times without a zone, read as UTC'),
    shifted: count.describe('times that label the end of a candle, moved to its start'),
    widened: count.describe('open is the close before it, outside high and low: these were widened'),
    no_volume: count.describe('candles without a volume; their prices count'),
    cut_series: count.describe('series cut at a break by the continuity guard'),
    resampled_markets: count.describe('markets whose timeframe was made from a finer one'),
    merged_files: count.describe('files of one market and timeframe that were merged into another'),
    newest_close: time.nullable().describe('close of the newest candle of all markets, ms UTC'),
    stale_markets: count.describe('markets whose candles are too old for a signal'),
  })
  .describe('repairs over all files, in rows unless described otherwise');

const external = z
  .strictObject({
    distinct_symbols: count,
    fetched: count.describe('received in this run'),
    cached: count.describe('from the cache, whatever its age'),
    stale: count.describe('used although newer buckets are closed'),
    missing: count.describe('not to be had'),
    deferred: count.describe('not reached within the budget'),
    requests: count,
    calls: count.describe('symbols in those requests: what the quota counts'),
  })
  .describe('counts of (symbol, series) pairs, except distinct_symbols, requests and calls');

const interval = z.tuple([z.number(), z.number()]).nullable().describe('90 %, over calendar months');

const record = z
  .strictObject({
    status: recordStatus,
    excess_r: known.describe('mean against random entries of the same market, side and exits, in R'),
    interval,
    net_r: known.describe('mean after costs, in R, the distance to the stop'),
    net_interval: interval,
    n: count.describe('trades'),
    period: z.string().nullable(),
  })
  .describe('what was measured of the strategy; it says nothing of a single signal');

const share = z.number().min(0).max(1).nullable();

const summary = z.strictObject({
  markets: count,
  files: count.describe('candle files found, the skipped ones included'),
  files_skipped: z.array(z.strictObject({ file: z.string(), reason: skipReason, detail: z.string() })),
  candles,
  resolution: tierCounts.describe('how markets map to Coinalyze'),
  data_status: tierCounts.describe('what fed the open-interest component, counted over signals'),
  external,
  breadth: z
    .strictObject({ long: share, short: share })
    .describe(
      "share of coins whose trend-breakout conditions hold, or held within the last 3 candles; null: it wasn't run",
    ),
  listings: z
    .strictObject({ listed: z.array(z.string()), delisted: z.array(z.string()) })
    .describe('since the last snapshot of the venues'),
  signals: z.strictObject({
    total: count,
    long: count,
    short: count,
    none: count.describe('ok without a direction'),
    insufficient_data: count,
    stale: count,
    error: count,
  }),
  by_strategy: z
    .record(z.string(), z.strictObject({ long: count, short: count, none: count, record }))
    .describe('signals that are ok, and what was measured of the strategy'),
});

const recent = z.strictObject({
  id: z.string(),
  exchange: z.string(),
  symbol: z.string(),
  coin: z.string(),
  strategy: z.string(),
  direction: side,
  fired_at: time,
  entry: price,
  stop_loss: price,
  take_profit: price,
  state: z.string(),
  r_now: known,
  bars_ago: count,
});

export const feedSchema = z
  .strictObject({
    schema_version: z.literal(SCHEMA_VERSION),
    last_updated: time.describe('when the file was written, ms UTC'),
    run,
    summary,
    markets: z.array(marketRowSchema).describe('by exchange, then symbol'),
    recent: z.array(recent).describe('what became of earlier signals; empty without a history'),
    signals: z
      .array(z.union([explainedSignalSchema, leanSignalSchema]))
      .describe('one for each market and strategy: with a direction, then ok without one, then those without a score'),
  })
  .describe('perpscan master feed');

/** Does not compile when the schema and the vocabulary drift apart in either direction. */
true satisfies SameShape<z.output<typeof feedSchema>, Feed>;

/** JSON Schema (draft 2020-12) of a feed that this version writes. */
export function feedJsonSchema(): object {
  return z.toJSONSchema(feedSchema);
}
