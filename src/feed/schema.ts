/** The feed as a zod schema: what is checked before writing, what `scan schema` prints, what reading back demands. */
import { z } from 'zod';
import { SCHEMA_VERSION, type Feed } from '../core/feed.ts';
import { signalSchema, time } from './signal-schema.ts';

const count = z.int().min(0);

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
  code: z.enum(['series-unavailable', 'deadline', 'strategy-threw', 'markets-gone', 'market-index-unavailable']),
  text: z.string(),
});

const inputs = z
  .strictObject({
    paths: z.array(z.string()).describe('the paths as given on the command line'),
    symbol: z.string().nullable(),
    exchange: z.string().nullable(),
    limit: count.nullable(),
    sample: z.boolean().describe('true when the run is on the shipped, made-up sample'),
  })
  .describe('what was asked for');

const planCost = z.strictObject({ units: count, requests: count });

const exactness = z.strictObject({
  goal: z.enum(['actionable', 'top', 'min-score', 'all', 'none']),
  top: count.nullable(),
  min_score: z.number().nullable(),
  met: z.boolean().describe('nothing that is still open can change what the goal asks for'),
  open_signals: count.describe('signals that keep it from being met'),
  waiting: count.describe(
    'of those, how many asking cannot settle now: failed, not published upstream yet, or asked within 15 minutes',
  ),
});

const plan = z.strictObject({
  kinds: z.strictObject({
    open_interest: planCost,
    funding_rate: planCost,
    long_short_ratio: planCost,
    liquidations: planCost,
  }),
  phases: z.strictObject({ market_list: planCost, goal: planCost, rest: planCost }),
  saved: z.strictObject({ final: count, fresh: count }).describe('(symbol, series) pairs that the cache had'),
  changed: z
    .strictObject({ signals: count, largest: z.number().min(0).describe('points'), entered_top_20: count })
    .describe('against the feed before anything was sent'),
});

const run = z.strictObject({
  id: z.string(),
  scanner_version: z.string(),
  as_of: time.describe('time that everything was computed for, ms UTC'),
  timeframe: z.string().describe("the feed's timeframe, or auto"),
  strategies: z.array(z.string()),
  inputs,
  provider: z.enum(['coinalyze', 'sandbox', 'none']).describe('where series come from; sandbox data are made up'),
  stage: z
    .enum(['price', 'exact', 'complete'])
    .describe('price: nothing was fetched yet; exact: the goal is met; complete: the run is over (since 1.2.0)'),
  exactness: exactness.nullable().describe('null in feeds before 1.2.0'),
  plan: plan.nullable().describe('where the units went and what they changed; null in feeds before 1.2.0'),
  degraded: z.boolean(),
  degraded_reasons: z.array(degradedReason),
  input_hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('sha256 of candles, settings and series that went in'),
  duration_ms: z.number().min(0).describe('wall time of the run'),
});

const candleRepairs = z
  .strictObject({
    disordered: count,
    duplicates: count,
    missing: count,
    not_finite: count,
    impossible: count,
    off_grid: count,
    future: count.describe('dated in the future, or alone behind a gap longer than all before (since 1.1.0)'),
    naive_times: count.describe('times without a zone, read as UTC (since 1.1.0)'),
    cut_series: count.describe('series cut at a break by the continuity guard'),
    resampled_markets: count.describe('markets whose timeframe was made from a finer one'),
    merged_files: count.describe('files of one market and timeframe that were merged into another'),
  })
  .describe('repairs over all files, in rows unless described otherwise');

const external = z
  .strictObject({
    distinct_symbols: count,
    fresh: count,
    cached: count,
    stale: count,
    missing: count,
    deferred: count.describe('not reached within the budget'),
    requests: count,
    units: count.describe('symbols in those requests: what the quota counts'),
  })
  .describe('counts of (symbol, series) pairs, except distinct_symbols, requests and units');

const signalCounts = z.strictObject({
  total: count,
  long: count,
  short: count,
  none: count.describe('ok without a direction'),
  insufficient_data: count,
  stale: count,
  error: count,
});

const summary = z.strictObject({
  markets: count,
  files: count.describe('candle files found, the skipped ones included'),
  files_skipped: z.array(z.strictObject({ file: z.string(), reason: skipReason, detail: z.string() })),
  candles: candleRepairs,
  resolution: tierCounts.describe('how markets map to Coinalyze'),
  data_status: tierCounts.describe('what fed the open-interest component, counted over signals'),
  external,
  signals: signalCounts,
});

export const feedSchema = z
  .strictObject({
    schema_version: z.literal(SCHEMA_VERSION),
    last_updated: time.describe('when the file was written, ms UTC'),
    run,
    summary,
    signals: z.array(signalSchema),
  })
  .describe('perpscan master feed');

/** `observability` is recursive, and the same type on both sides as it is. */
type DeepReadonly<T> = T extends object
  ? { readonly [K in keyof T]: K extends 'observability' ? T[K] : DeepReadonly<T[K]> }
  : T;
type Equal<A, B> = [A, B] extends [B, A] ? true : false;

/** Does not compile when the schema and the vocabulary drift apart in either direction. */
true satisfies Equal<DeepReadonly<z.output<typeof feedSchema>>, DeepReadonly<Feed>>;

/** JSON Schema (draft 2020-12) of a feed that this version writes. */
export function feedJsonSchema(): object {
  return z.toJSONSchema(feedSchema);
}
