import { describe, expect, it } from 'vitest';
import type { ProviderName, RunInputs } from '../../src/core/feed.ts';
import { feedText } from '../../src/feed/writer.ts';
import { longSignal, makeFeed, unscoredSignal } from './fixtures.ts';
import { marketsGone, readPrevious, type FeedFile, type PreviousFeed } from '../../src/feed/previous.ts';

const INPUTS: RunInputs = { paths: ['a', 'b'], symbol: null, exchange: null, limit: null, sample: false };

function previous(symbols: readonly string[], inputs = INPUTS, provider: ProviderName = 'none'): PreviousFeed {
  return { run: { inputs, provider }, markets: symbols.map((symbol) => ({ exchange: 'BINANCE', symbol })) };
}

function next(symbols: readonly string[]): Parameters<typeof marketsGone>[1] {
  const markets = symbols.map((symbol) => ({ market: { exchange: 'BINANCE', symbol } }));
  return { inputs: INPUTS, provider: 'none', candles: { markets } };
}

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

  it.each([
    ['provider', previous(['A', 'B', 'C'], INPUTS, 'sandbox')],
    ['paths', previous(['A', 'B', 'C'], { ...INPUTS, paths: ['a', 'c'] })],
    ['number of paths', previous(['A', 'B', 'C'], { ...INPUTS, paths: ['a'] })],
    ['symbol', previous(['A', 'B', 'C'], { ...INPUTS, symbol: 'BTC' })],
    ['exchange', previous(['A', 'B', 'C'], { ...INPUTS, exchange: 'KUCOIN' })],
    ['limit', previous(['A', 'B', 'C'], { ...INPUTS, limit: 3 })],
    ['sample', previous(['A', 'B', 'C'], { ...INPUTS, sample: true })],
  ])('a feed of another %s is not compared', (_, feed) => {
    expect(marketsGone(feed, next([]))).toEqual([]);
  });

  it('without a previous feed nothing is gone', () => {
    expect(marketsGone(null, next([]))).toEqual([]);
  });
});

describe('the previous feed is read', () => {
  const markets = [
    { symbol: 'BTCUSDT', exchange: 'BINANCE' },
    { symbol: '龙"\\USDT', exchange: 'GATE\u202EIO' },
  ];
  const feed = makeFeed(markets.flatMap((market) => [longSignal(market), unscoredSignal('stale', market)]));
  const fileOf = (bytes: Buffer): FeedFile => ({
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  });
  const bytesOf = (text: string): FeedFile => fileOf(Buffer.from(text));

  it('by the heads of its lines, with the same answer as when it is parsed', () => {
    const known = readPrevious(bytesOf(feedText(feed)), 'feed.json');
    const parsed = readPrevious(bytesOf(JSON.stringify(feed, null, 2)), 'feed.json');
    expect(known).toEqual({ ok: true, feed: { run: feed.run, markets } });
    expect(parsed).toEqual(known);
  });

  it('and refused when it is cut, whatever is missing', () => {
    const whole = Buffer.from(feedText(feed));
    for (let length = 0; length < whole.length - 1; length += 97) {
      expect(readPrevious(fileOf(whole.subarray(0, length)), 'feed.json'), String(length)).toMatchObject({ ok: false });
    }
  });

  it('and refused when its head breaks the schema', () => {
    const text = feedText(feed).replace('"provider":"', '"provider":"un');
    expect(readPrevious(bytesOf(text), 'feed.json')).toMatchObject({ ok: false });
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
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1 << 20);
  });

  it('in pieces, wherever one ends', () => {
    const signals = Array.from({ length: 700 }, (_, i) =>
      longSignal({ symbol: `${'L'.repeat(i)}${i}`, exchange: 'E' }),
    );
    const many = makeFeed(signals);
    const text = feedText(many);
    expect(text.length).toBeGreaterThan(1 << 20);
    const sizes: number[] = [];
    const { size, read } = bytesOf(text);
    const counted: FeedFile = { size, read: (offset, length) => (sizes.push(length), read(offset, length)) };
    const expected = signals.map(({ symbol, exchange }) => ({ symbol, exchange }));
    expect(readPrevious(counted, 'feed.json')).toEqual({ ok: true, feed: { run: many.run, markets: expected } });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1 << 20);
    expect(sizes.length).toBeGreaterThan(3);
  });
});
