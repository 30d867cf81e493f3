import { describe, expect, it } from 'vitest';
import type { Feed, ProviderName, RunInputs } from '../../src/core/feed.ts';
import { marketsGone } from '../../src/feed/previous.ts';

const INPUTS: RunInputs = { paths: ['a', 'b'], symbol: null, exchange: null, limit: null, sample: false };

function previous(symbols: readonly string[], inputs = INPUTS, provider: ProviderName = 'none'): Feed {
  const signals = symbols.flatMap((symbol) => Array.from({ length: 3 }, () => ({ exchange: 'BINANCE', symbol })));
  return { run: { inputs, provider }, signals } as unknown as Feed;
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
