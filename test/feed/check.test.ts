import { describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import type { MarketRow } from '../../src/core/market-row.ts';
import type { ExplainedSignal, LeanSignal, Signal } from '../../src/core/signal.ts';
import type { Condition } from '../../src/core/strategy.ts';
import { feedProblems } from '../../src/feed/check.ts';
import { explainedSignal, feedOf, leanSignal, marketRow, RECORDS, unscoredSignal } from './fixtures.ts';

const linesOf = (feed: unknown): readonly string[] =>
  feedProblems(feed, 'feed.json').map(({ path, message }) => `${path}: ${message}`);

const BTC = { symbol: 'BTCUSDT' };
const ETH = { symbol: 'ETHUSDT' };
const SOL = { symbol: 'SOLUSDT' };
const CROWDING = { strategy: 'crowding-reversal' };

/** Two strategies on three markets: all kinds of signals, in the feed's order. */
const SIGNALS: readonly Signal[] = [
  explainedSignal({ ...ETH, rank_in_strategy: 1 }),
  explainedSignal({ ...BTC, ...CROWDING, direction: 'short', rank_in_strategy: 1 }),
  leanSignal({ ...ETH, ...CROWDING, score: 80, score_bounds: [70, 80], rank_in_strategy: 2 }),
  leanSignal({ ...BTC, score: 60.25, score_bounds: [60, 61], rank_in_strategy: 2 }),
  unscoredSignal('stale', SOL),
  unscoredSignal('error', { ...SOL, ...CROWDING }),
];
const inOrder = (signals: readonly Signal[]): readonly Signal[] => [
  signals[0]!,
  signals[1]!,
  signals[3]!,
  signals[2]!,
  ...signals.slice(4),
];
const FEED = feedOf({ signals: inOrder(SIGNALS) });

/** The feed with one signal changed; what is counted is not counted anew. */
function withSignal(index: number, changes: Partial<ExplainedSignal> | Partial<LeanSignal>): Feed {
  return { ...FEED, signals: FEED.signals.with(index, { ...FEED.signals[index]!, ...changes }) };
}
function withMarket(index: number, changes: Partial<MarketRow>): Feed {
  return { ...FEED, markets: FEED.markets.with(index, { ...FEED.markets[index]!, ...changes }) };
}
const first = FEED.signals[0] as ExplainedSignal;

describe('a feed that is in order', () => {
  it('has no problems', () => {
    expect(linesOf(FEED)).toEqual([]);
    expect(linesOf(feedOf())).toEqual([]);
    expect(linesOf(feedOf({ signals: [] }))).toEqual([]);
  });

  it('may be of a newer minor version, with fields that this one does not know', () => {
    const added = { ...FEED, schema_version: '2.1.0', news: [], signals: FEED.signals.map((s) => ({ ...s, heat: 1 })) };
    expect(linesOf(added)).toEqual([]);
    expect(linesOf({ ...added, schema_version: '2.0.0' }).length).toBe(1 + FEED.signals.length);
  });

  it('may hold a trigger at the price as it is shown, and a condition that only its last digits decide', () => {
    const price = FEED.signals[2]!.price!;
    const triggers = { long: { price, distance_pct: 0, distance_atr: 0.5 }, short: null };
    expect(linesOf(withSignal(2, { triggers }))).toEqual([]);
    const [condition, ...others] = first.conditions!.long;
    const close = { ...condition!, value: 1 + 2e-16, threshold: 1 + 4e-16 };
    const changed = (long: readonly Condition[]): Feed => withSignal(0, { conditions: { ...first.conditions!, long } });
    expect(linesOf(changed([close, ...others]))).toEqual([]);
    expect(linesOf(changed([{ ...close, threshold: 1.5 }, ...others]))).toEqual([
      expect.stringContaining('has more than 8 significant digits') as string,
    ]);
  });

  it('with detail full explains every signal', () => {
    const signals = [explainedSignal(), explainedSignal({ ...ETH, direction: 'none', rank_in_strategy: 2 })];
    expect(linesOf(feedOf({ signals, run: { detail: 'full' } }))).toEqual([]);
    const unscored = explainedSignal({ ...ETH, status: 'stale' });
    expect(linesOf(feedOf({ signals: [explainedSignal(), unscored], run: { detail: 'full' } }))).toEqual([]);
  });
});

describe('a planted fault is named with its path', () => {
  const brokenParts = first.score_breakdown.with(1, { ...first.score_breakdown[1]!, points: 12.4 });
  it.each<[string, unknown, string]>([
    ['no feed', [], '.schema_version: feed.json is no perpscan feed'],
    ['an older version', { schema_version: '1.2.0' }, '.schema_version: feed.json has schema_version 1.2.0, older'],
    ['a newer version', { schema_version: '3.0.0' }, '.schema_version: feed.json has schema_version 3.0.0, newer'],
    ['a missing field', { ...FEED, last_updated: undefined }, '.last_updated: '],
    ['an unknown field', { ...FEED, news: 1 }, '.news: is no field of the schema'],
    ['an unknown field of a signal', withSignal(2, { extra: 1 } as never), '.signals[2].extra: is no field'],
    [
      'a wrong type deep inside',
      withSignal(0, { setup: { ...first.setup!, entry: 'x' as never } }),
      '.signals[0].setup.entry: ',
    ],
    ['a text that is no signal', { ...FEED, signals: ['x'] }, '.signals[0]: '],
    ['signals that are no list', { ...FEED, signals: {} }, '.signals: '],
    [
      'ok with a reason against it',
      withSignal(2, { status_reason: { code: 'A', text: 'b' } }),
      '.signals[2].status_reason: given with status ok',
    ],
    [
      'stale without a reason',
      withSignal(4, { status_reason: null }),
      '.signals[4].status_reason: null with status stale',
    ],
    ['stale with a score', withSignal(4, { score: 50 }), '.signals[4].score: given with status stale'],
    [
      'stale with a trigger',
      withSignal(4, { triggers: FEED.signals[2]!.triggers }),
      '.signals[4].triggers.long: given with status stale',
    ],
    ['stale with a direction', withSignal(4, { direction: 'long' }), '.signals[4].direction: long with status stale'],
    [
      'ok without a rank',
      withSignal(2, { rank_in_strategy: null }),
      '.signals[2].rank_in_strategy: null with status ok',
    ],
    ['ok without a price', withSignal(2, { price: null }), '.signals[2].price: null with status ok'],
    ['ok without a candle', withSignal(2, { candle_time: null }), '.signals[2].candle_time: null with status ok'],
    [
      'a score below its bounds',
      withSignal(2, { score_bounds: [60.3, 61] }),
      '.signals[2].score_bounds: 60.3 to 61 do not contain the score 60.25',
    ],
    [
      'a score above its bounds',
      withSignal(2, { score_bounds: [60, 60.2] }),
      '.signals[2].score_bounds: 60 to 60.2 do not',
    ],
    [
      'the score of another side',
      withSignal(0, { score_side: 'short' }),
      '.signals[0].score_side: short with direction long',
    ],
    [
      'a trigger with a direction',
      withSignal(0, { triggers: FEED.signals[2]!.triggers }),
      '.signals[0].triggers.long: given with direction',
    ],
    [
      'a trigger on the wrong side of the price',
      withSignal(2, { triggers: { long: { price: 90_000, distance_pct: 1, distance_atr: 1 }, short: null } }),
      '.signals[2].triggers.long: its distances have another sign',
    ],
    [
      'a trigger at the price and some percent away',
      withSignal(2, {
        triggers: { long: { price: FEED.signals[2]!.price!, distance_pct: 1, distance_atr: 0 }, short: null },
      }),
      '.signals[2].triggers.long: its distances have another sign',
    ],
    [
      'unmet conditions of the direction',
      withSignal(0, { unmet: { long: ['A'], short: ['B'] } }),
      '.signals[0].unmet.long: not empty with direction long',
    ],
    [
      'nothing unmet without a direction',
      withSignal(2, { unmet: { long: [], short: ['B'] } }),
      '.signals[2].unmet.long: empty without a direction',
    ],
    [
      'unmet codes that no condition has',
      withSignal(0, { unmet: { long: [], short: ['B'] } }),
      '.signals[0].unmet.short: B, but the conditions',
    ],
    ['a direction without a setup', withSignal(0, { setup: null }), '.signals[0].setup: null with direction long'],
    [
      'a stop beyond the entry',
      withSignal(0, { setup: { ...first.setup!, stop_loss: 93_000 } }),
      '.signals[0].setup: a long from 92951',
    ],
    [
      'no conditions with status ok',
      withSignal(0, { conditions: null }),
      '.signals[0].conditions: null with status ok',
    ],
    [
      'a breakdown that does not add up',
      withSignal(0, { score: 73.49, score_bounds: [0, 100] }),
      '.signals[0].score: 73.49, but its breakdown adds up to 73.50',
    ],
    [
      'more points than there are',
      withSignal(0, { score_breakdown: first.score_breakdown.with(1, { ...first.score_breakdown[1]!, max: 12 }) }),
      '.signals[0].score_breakdown[1].points: 12.3 of at most 12',
    ],
    [
      'parts that do not add up',
      withSignal(0, { score_breakdown: brokenParts }),
      '.signals[0].score_breakdown[1].points: 12.4, but its parts add up to 12.30',
    ],
    [
      'a market twice',
      { ...FEED, markets: [...FEED.markets, FEED.markets[2]!] },
      '.markets[3]: HYPERLIQUID:SOLUSDT stands there twice',
    ],
    [
      'markets out of order',
      { ...FEED, markets: FEED.markets.toReversed() },
      '.markets[1]: HYPERLIQUID:ETHUSDT stands behind HYPERLIQUID:SOLUSDT',
    ],
    ['an id twice', withSignal(3, { id: FEED.signals[2]!.id }), '.signals[3].id: '],
    ['an id of another market', withSignal(2, { id: FEED.signals[2]!.id.replace('BTC', 'XBT') }), '.signals[2].id: '],
    [
      'a second signal',
      { ...FEED, signals: [...FEED.signals, FEED.signals[5]!] },
      '.signals[6]: a second signal of HYPERLIQUID:SOLUSDT crowding-reversal',
    ],
    [
      'a missing signal',
      { ...FEED, signals: FEED.signals.slice(0, 5) },
      '.markets[2]: HYPERLIQUID:SOLUSDT has no signal of crowding-reversal',
    ],
    [
      'a strategy that was not run',
      { ...FEED, run: { ...FEED.run, strategies: ['crowding-reversal'] } },
      '.signals[0].strategy: trend-breakout is not among .run.strategies',
    ],
    [
      'a market without a row',
      { ...FEED, markets: FEED.markets.slice(0, 2) },
      '.signals[4]: HYPERLIQUID:SOLUSDT is not among .markets',
    ],
    [
      'a lean signal with a direction',
      withSignal(2, {
        direction: 'short',
        score_side: 'short',
        triggers: { long: null, short: null },
        unmet: { long: ['A'], short: [] },
      }),
      '.signals[2]: is not explained, with direction short and detail lean',
    ],
    [
      'lean signals with detail full',
      { ...FEED, run: { ...FEED.run, detail: 'full' } },
      '.signals[2]: is not explained, with direction none and detail full',
    ],
    [
      'an explained signal without a direction',
      {
        ...FEED,
        signals: FEED.signals.with(2, explainedSignal({ ...BTC, direction: 'none', score: 73.5, rank_in_strategy: 2 })),
      },
      '.signals[2]: is explained, with direction none and detail lean',
    ],
    [
      'a row that differs inside the signal',
      withMarket(1, { price: 92_952 }),
      ".signals[0].market: differs from its market's row",
    ],
    [
      'another unified symbol',
      withSignal(0, { unified_symbol: 'X' }),
      '.signals[0].unified_symbol: X, but its market has ETH/USDT:USDT',
    ],
    [
      'another record',
      withSignal(0, { record: 'positive' }),
      '.signals[0].record: positive, but .summary.by_strategy says inconclusive',
    ],
    [
      'another breadth',
      withSignal(0, { breadth: 0.05 }),
      '.signals[0].breadth: 0.05, but .summary.breadth.long is 0.04',
    ],
    ['too many digits', withMarket(2, { atr_pct: 1.123_456_78 }), '.markets[2].atr_pct: 1.12345678 has more than 8'],
    [
      'degraded without a reason',
      { ...FEED, run: { ...FEED.run, degraded: true } },
      '.run.degraded: true with 0 reasons',
    ],
  ])('%s', (_name, feed, line) => {
    expect(linesOf(feed).filter((text) => text.startsWith(line))).not.toEqual([]);
  });

  it('each count of the summary that is one too high', () => {
    const countsIn = (value: object, path: readonly string[]): readonly (readonly string[])[] =>
      Object.entries(value).flatMap(([name, member]) => (typeof member === 'number' ? [[...path, name]] : []));
    const { summary } = FEED;
    const counts = [
      ['markets'],
      ['candles', 'newest_close'],
      ['candles', 'stale_markets'],
      ...countsIn(summary.resolution, ['resolution']),
      ...countsIn(summary.data_status, ['data_status']),
      ...countsIn(summary.signals, ['signals']),
      ...Object.keys(RECORDS).flatMap((id) => countsIn(summary.by_strategy[id]!, ['by_strategy', id])),
    ];
    expect(counts).toHaveLength(3 + 3 + 3 + 7 + 6);
    for (const path of counts) {
      const copy = structuredClone(FEED);
      let parent = copy.summary as unknown as Record<string, unknown>;
      for (const name of path.slice(0, -1)) parent = parent[name] as Record<string, unknown>;
      parent[path.at(-1)!] = path.at(-1) === 'stale_markets' ? 0 : (parent[path.at(-1)!] as number) + 1;
      const [line, ...others] = linesOf(copy);
      expect(line).toContain(path.at(-1));
      expect(others, path.join('.')).toEqual([]);
    }
  });

  it('a strategy without its counts', () => {
    const { 'trend-breakout': _, ...others } = FEED.summary.by_strategy;
    const feed = { ...FEED, summary: { ...FEED.summary, by_strategy: others } };
    expect(linesOf(feed)).toContain('.summary.by_strategy["trend-breakout"]: is missing');
  });
});

describe('order and ranks', () => {
  const orderLines = (signals: readonly Signal[], changes: Parameters<typeof feedOf>[0] = {}): readonly string[] =>
    linesOf(feedOf({ signals, ...changes })).filter((line) => /stands behind a signal|it is number/.test(line));
  const at = (symbol: string, rank: number, changes: Partial<LeanSignal> = {}): LeanSignal =>
    leanSignal({ symbol, rank_in_strategy: rank, ...changes });
  const long = (symbol: string, rank: number, changes: Partial<ExplainedSignal> = {}): ExplainedSignal =>
    explainedSignal({ symbol, rank_in_strategy: rank, ...changes });

  it.each<[string, readonly Signal[]]>([
    [
      'a direction stands before a higher score without one',
      [long('A', 1), at('B', 2, { score: 99, score_bounds: [99, 99] })],
    ],
    [
      'ties go by exchange, then symbol',
      [at('Z', 1, { exchange: 'A' }), at('A', 2, { exchange: 'B' }), at('B', 3, { exchange: 'B' })],
    ],
    ['a negative record stands last among directions', [long('A', 1), long('B', 2), long('A', 1, CROWDING)]],
    [
      'of one rank the better record stands first',
      [at('A', 1), at('A', 1, CROWDING), at('B', 2), at('B', 2, CROWDING)],
    ],
    [
      'what is not ok goes by record, strategy, exchange and symbol',
      [
        at('C', 1),
        unscoredSignal('stale', { symbol: 'A' }),
        unscoredSignal('error', { symbol: 'B' }),
        unscoredSignal('stale', { symbol: 'A', ...CROWDING }),
      ],
    ],
  ])('%s', (_name, signals) => {
    expect(orderLines(signals)).toEqual([]);
    for (let index = 1; index < signals.length; index += 1) {
      const swapped = signals.with(index - 1, signals[index]!).with(index, signals[index - 1]!);
      expect(orderLines(swapped), `${index - 1} and ${index} swapped`).toContain(
        `.signals[${index}]: stands behind a signal that it should stand before`,
      );
    }
  });

  it('positive records go first, by what they earned', () => {
    const record = (net: number): Feed['summary']['by_strategy'][string] => ({
      ...FEED.summary.by_strategy['trend-breakout']!,
      record: { ...RECORDS['trend-breakout']!, status: 'positive', net_r: net },
    });
    const by_strategy = { ...FEED.summary.by_strategy, good: record(0.1), better: record(0.2) };
    const summary = { ...FEED.summary, by_strategy };
    const signals = [
      long('A', 1, { strategy: 'better' }),
      long('B', 2, { strategy: 'better' }),
      long('A', 1, { strategy: 'good' }),
      long('A', 1),
    ];
    expect(orderLines(signals, { summary })).toEqual([]);
    expect(orderLines([signals[2]!, ...signals.slice(0, 2), signals[3]!], { summary })).toHaveLength(1);
  });

  it('ranks are by direction, then score', () => {
    expect(orderLines([long('A', 1), long('B', 2, { score: 70 })])).toEqual([]);
    expect(orderLines([long('B', 1, { score: 70 }), long('A', 2)])).toEqual([
      '.signals[1].rank_in_strategy: 2, but it is number 1 of trend-breakout',
      '.signals[0].rank_in_strategy: 1, but it is number 2 of trend-breakout',
    ]);
    expect(orderLines([at('A', 1, { score: 99, score_bounds: [99, 99] }), long('B', 2)])).toHaveLength(3);
  });

  it('bounds have no say', () => {
    expect(orderLines([at('A', 1, { score_bounds: [0, 100] }), at('B', 2, { score_bounds: [73.5, 100] })])).toEqual([]);
  });

  it('a market row is looked up by exchange and symbol', () => {
    const row = marketRow({ exchange: 'BYBIT' });
    const signals = [explainedSignal({ exchange: 'BYBIT' }), leanSignal({ rank_in_strategy: 2 })];
    expect(linesOf(feedOf({ signals, markets: [row, marketRow()] }))).toEqual([]);
  });
});
