import { describe, expect, it } from 'vitest';
import type { Feed, ProviderName, RunInputs } from '../../src/core/feed.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import {
  comparable,
  marketNameOf,
  marketsGone,
  readPrevious,
  sinceOf,
  type FeedFile,
  type PreviousFeed,
} from '../../src/feed/previous.ts';
import { feedText } from '../../src/feed/writer.ts';
import { CANDLE_TIME, CLOSED_AT, explainedSignal, feedOf, leanSignal, marketRow, RECENT, RUN } from './fixtures.ts';

function previous(symbols: readonly string[], run: Partial<PreviousFeed['run']> = {}): PreviousFeed {
  return {
    run: { ...RUN, ...run },
    markets: new Set(symbols.map((symbol) => `BINANCE ${symbol}`)),
    signals: new Map(),
  };
}
function next(symbols: readonly string[]): Parameters<typeof marketsGone>[1] {
  return { ...RUN, markets: new Set(symbols.map((symbol) => `BINANCE ${symbol}`)) };
}
const inputs = (changes: Partial<RunInputs>): { readonly inputs: RunInputs } => ({
  inputs: { ...RUN.inputs, ...changes },
});

const OTHERS: readonly (readonly [string, Partial<PreviousFeed['run']>])[] = [
  ['provider', { provider: 'sandbox' satisfies ProviderName }],
  ['timeframe', { timeframe: '1h' }],
  ['strategies', { strategies: ['squeeze-break'] }],
  ['number of strategies', { strategies: [] }],
  ['paths', inputs({ paths: ['/other'] })],
  ['number of paths', inputs({ paths: ['/candles', '/other'] })],
  ['symbol', inputs({ symbol: 'BTC' })],
  ['exchange', inputs({ exchange: 'KUCOIN' })],
  ['exclusion', inputs({ exclude: 'LUNA' })],
  ['limit', inputs({ limit: 3 })],
  ['format', inputs({ format: 'csv' })],
  ['sample', inputs({ sample: true })],
];

describe('feeds are compared', () => {
  it('when they were asked for the same, in whatever order the strategies stand and however far the runs came', () => {
    expect(comparable(previous([]), RUN)).toBe(true);
    const strategies = ['a', 'b'];
    const other = previous([], { id: 'x', stage: 'price', strategies });
    expect(comparable(other, { ...RUN, strategies: strategies.toReversed() })).toBe(true);
  });

  it.each(OTHERS)('never with one of another %s', (_name, run) => {
    expect(comparable(previous([], run), RUN)).toBe(false);
    expect(marketsGone(previous(['A', 'B', 'C'], run), next([]))).toEqual([]);
  });
});

describe('markets of the previous feed', () => {
  it('more than half of them gone is a reason; exactly half is not', () => {
    expect(marketsGone(previous(['A', 'B', 'C']), next(['A']))).toEqual([
      { code: 'markets-gone', text: expect.stringContaining('2 of the 3 markets') as string },
    ]);
    expect(marketsGone(previous(['A', 'B', 'C', 'D']), next(['A', 'B']))).toEqual([]);
  });

  it('new ones in their place do not hide it', () => {
    expect(marketsGone(previous(['A', 'B', 'C']), next(['X', 'Y', 'Z']))).toHaveLength(1);
  });

  it('without a previous feed nothing is gone', () => {
    expect(marketsGone(null, next([]))).toEqual([]);
  });

  it('are known by their unified symbol, also where a file spells it in another way', () => {
    const unified = { exchange: 'KUCOIN', unified_symbol: 'BTC/USDT:USDT' };
    expect(marketNameOf({ ...unified, symbol: 'XBTUSDTM' })).toBe(marketNameOf({ ...unified, symbol: 'BTCUSDT' }));
    expect(marketNameOf({ exchange: 'KUCOIN', unified_symbol: null, symbol: 'X' })).toBe('KUCOIN X');
  });
});

describe('since', () => {
  const BEFORE = CLOSED_AT - 40 * HOUR_MS;
  const signal = {
    strategy: 'trend-breakout',
    exchange: 'BINANCE',
    symbol: 'BTCUSDT',
    unified_symbol: 'BTC/USDT:USDT',
    direction: 'long',
    candle_time: CANDLE_TIME,
    timeframe: '4h',
  } as const;
  const before = (changes: object = {}): PreviousFeed => ({
    ...previous([]),
    signals: new Map([
      [
        'trend-breakout BINANCE BTC/USDT:USDT',
        { direction: 'long', since: BEFORE, candle_time: CANDLE_TIME - 4 * HOUR_MS, timeframe: '4h', ...changes },
      ],
    ]),
  });

  it.each<[string, PreviousFeed | null, number]>([
    ['goes on from the candle before', before(), BEFORE],
    ['goes on within the same candle', before({ candle_time: CANDLE_TIME }), BEFORE],
    ['begins anew with another direction', before({ direction: 'short' }), CLOSED_AT],
    ['begins anew after a candle that nobody looked at', before({ candle_time: CANDLE_TIME - 8 * HOUR_MS }), CLOSED_AT],
    [
      'begins anew when the previous feed is of a later candle',
      before({ candle_time: CANDLE_TIME + 4 * HOUR_MS }),
      CLOSED_AT,
    ],
    ['begins anew with another timeframe', before({ timeframe: '1h' }), CLOSED_AT],
    ['begins with this candle when there is no previous feed', null, CLOSED_AT],
    ['begins with this candle when the previous feed had no direction', previous([]), CLOSED_AT],
  ])('%s', (_name, feed, since) => {
    expect(sinceOf(feed, signal)).toBe(since);
  });

  it('is of one strategy and market', () => {
    expect(sinceOf(before(), { ...signal, strategy: 'squeeze-break' })).toBe(CLOSED_AT);
    expect(sinceOf(before(), { ...signal, exchange: 'OKX' })).toBe(CLOSED_AT);
    expect(sinceOf(before(), { ...signal, symbol: 'BTC-USDT' })).toBe(BEFORE);
  });
});

const fileOf = (bytes: Buffer): FeedFile => ({
  size: bytes.length,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});
const bytesOf = (text: string): FeedFile => fileOf(Buffer.from(text));
const PIECE = 1 << 18;

/** What has to be known of a feed. */
function knownOf({ markets, run, signals }: Feed): PreviousFeed {
  const { id, inputs: asked, provider, stage, strategies, timeframe } = run;
  const directed = signals.flatMap((signal) => ('since' in signal && signal.direction !== 'none' ? [signal] : []));
  return {
    run: { id, inputs: asked, provider, stage, strategies, timeframe },
    markets: new Set(markets.map(marketNameOf)),
    signals: new Map(
      directed.map(({ candle_time, direction, since, timeframe: of, ...names }) => [
        `${names.strategy} ${marketNameOf(names)}`,
        { direction: direction as 'long', since: since!, candle_time: candle_time!, timeframe: of! },
      ]),
    ),
  };
}

describe('the previous feed is read', () => {
  const markets = [
    { symbol: 'BTCUSDT', exchange: 'BINANCE' },
    { symbol: '龙"\\USDT', exchange: 'GATE\u202EIO' },
    { symbol: 'X', exchange: 'OKX', unified_symbol: null },
  ];
  const feed = feedOf({
    signals: [
      ...markets.map((market) => explainedSignal(market)),
      explainedSignal({ symbol: 'ETHUSDT', direction: 'short', strategy: 'crowding-reversal' }),
      ...markets.map((market) => leanSignal({ symbol: market.symbol, exchange: market.exchange, rank_in_strategy: 2 })),
    ],
    recent: [RECENT],
  });

  it('line by line, with the same answer as when it is parsed', () => {
    const known = { ok: true, feed: knownOf(feed) };
    expect(knownOf(feed).signals.size).toBe(4);
    expect(readPrevious(bytesOf(feedText(feed)), 'feed.json')).toEqual(known);
    expect(readPrevious(bytesOf(JSON.stringify(feed, null, 2)), 'feed.json')).toEqual(known);
    expect(readPrevious(bytesOf(JSON.stringify(feed)), 'feed.json')).toEqual(known);
  });

  it('and its lines are: nothing behind the first signal without a direction is looked at', () => {
    const lines = feedText(feed).split('\n');
    const broken = lines.with(lines.length - 3, 'no JSON').join('\n');
    expect(readPrevious(bytesOf(broken), 'feed.json')).toEqual({ ok: true, feed: knownOf(feed) });
  });

  it('and of a row as it is written only its head is: its end may be anything', () => {
    const plain = feedOf({ signals: [explainedSignal(), leanSignal({ symbol: 'ETHUSDT' })] });
    const lines = feedText(plain).split('\n');
    const cut = lines.map((line) => (line.startsWith('{"') ? `${line.slice(0, -40)}no JSON` : line));
    expect(cut.filter((line) => line.endsWith('no JSON'))).toHaveLength(4);
    expect(readPrevious(bytesOf(cut.join('\n')), 'feed.json')).toEqual({ ok: true, feed: knownOf(plain) });
  });

  it('also with fields in another order, and with every signal explained', () => {
    const turned = (row: object): object => Object.fromEntries(Object.entries(row).toReversed());
    const full = feedOf({ signals: [explainedSignal(), explainedSignal({ symbol: 'ETHUSDT', direction: 'none' })] });
    expect(readPrevious(bytesOf(feedText(full)), 'feed.json')).toEqual({ ok: true, feed: knownOf(full) });
    const other = { ...feed, markets: feed.markets.map(turned), signals: feed.signals.map(turned) } as Feed;
    expect(readPrevious(bytesOf(feedText(other)), 'feed.json')).toEqual({ ok: true, feed: knownOf(feed) });
  });

  it('and refused when it is cut, whatever is missing', () => {
    const whole = Buffer.from(feedText(feed));
    for (let length = 0; length < whole.length - 1; length += 97) {
      expect(readPrevious(fileOf(whole.subarray(0, length)), 'feed.json'), String(length)).toMatchObject({ ok: false });
    }
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['a feed of 1.x', (text) => text.replace('"2.0.0"', '"1.2.0"'), /^feed\.json has schema_version 1\.2\.0, older/],
    ['a feed of 3.x', (text) => text.replace('"2.0.0"', '"3.0.0"'), /^feed\.json has schema_version 3\.0\.0, newer/],
    ['no feed', () => '{}', /no perpscan feed/],
    ['no JSON', () => 'x', /is not JSON/],
    ['another provider', (text) => text.replace('"provider":"', '"provider":"un'), /is damaged/],
    ['another stage', (text) => text.replace('"stage":"complete"', '"stage":"exact"'), /is damaged/],
    ['inputs without paths', (text) => text.replace('"paths":["/candles"]', '"paths":["/candles",1]'), /is damaged/],
    ['no id', (text) => text.replace('"id":"run-1"', '"id":7'), /is damaged/],
    ['a market without a name', (text) => text.replace('{"exchange":"BINANCE","symbol"', '{"symbol"'), /is damaged/],
    ['a signal without since', (text) => text.replace('"since":', '"until":'), /is damaged/],
    [
      'a signal of an unknown timeframe',
      (text) => text.replace('"timeframe":"4h","candle_time"', '"timeframe":"7h","candle_time"'),
      /is damaged/,
    ],
    ['signals that are no list', (text) => text.replace(/"signals":\[[^]*/, '"signals":{}}'), /is damaged/],
  ])('and refused with a sentence: %s', (_name, change, detail) => {
    const changed = change(feedText(feed));
    expect(changed).not.toBe(feedText(feed));
    const read = readPrevious(bytesOf(changed), 'feed.json');
    expect(read.ok ? 'read' : read.detail).toMatch(detail);
  });

  it('and refused when it is cut while it is read, without asking for ever more', () => {
    const whole = Buffer.from(feedText(feed));
    const sizes: number[] = [];
    const cut: FeedFile = {
      size: whole.length,
      read: (offset, length) => {
        const bytes = sizes.length === 0 ? whole : whole.subarray(0, 99);
        sizes.push(length);
        return bytes.subarray(offset, offset + length);
      },
    };
    expect(readPrevious(cut, 'feed.json')).toMatchObject({ ok: false });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(PIECE);
  });

  it('in pieces, wherever one ends', () => {
    const signals = Array.from({ length: 700 }, (_, index) =>
      explainedSignal({ symbol: `${'L'.repeat(index)}${index}`, exchange: 'E' }),
    );
    const many = feedOf({ signals });
    const text = feedText(many);
    expect(text.length).toBeGreaterThan(4 * PIECE);
    const sizes: number[] = [];
    const { size, read } = bytesOf(text);
    const counted: FeedFile = { size, read: (offset, length) => (sizes.push(length), read(offset, length)) };
    expect(readPrevious(counted, 'feed.json')).toEqual({ ok: true, feed: knownOf(many) });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(PIECE);
    expect(sizes.length).toBeGreaterThan(3);
  });

  it('with a line that is longer than a piece', () => {
    const name = 'N'.repeat(2 * PIECE);
    const long = feedOf({ signals: [explainedSignal({ exchange: name })], markets: [marketRow({ exchange: name })] });
    expect(readPrevious(bytesOf(feedText(long)), 'feed.json')).toEqual({ ok: true, feed: knownOf(long) });
  });
});
