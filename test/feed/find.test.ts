import { describe, expect, it } from 'vitest';
import { collapse, findByName, nearestName, unifiedNames } from '../../src/feed/find.ts';
import { explainedSignal, leanSignal, marketRow, unscoredSignal } from './fixtures.ts';

const btc = explainedSignal();
const btcBybit = leanSignal({ exchange: 'BYBIT' });
const btcUsdc = leanSignal({ exchange: 'OKX', symbol: 'BTCUSDC', coin: 'BTC' });
const pepe = leanSignal({ symbol: 'kPEPEUSDT', coin: 'PEPE' });
const unknown = leanSignal({ symbol: 'WEIRD', coin: 'WEIRD' });
const ALL = [btc, btcBybit, btcUsdc, pepe, unknown];
const NAMES = unifiedNames([
  marketRow(),
  marketRow({ exchange: 'BYBIT' }),
  marketRow({ exchange: 'OKX', symbol: 'BTCUSDC', coin: 'BTC', unified_symbol: 'BTC/USDC:USDC' }),
  marketRow({ symbol: 'kPEPEUSDT', coin: 'PEPE', unified_symbol: '1000PEPE/USDT:USDT' }),
  marketRow({ symbol: 'WEIRD', coin: 'WEIRD', unified_symbol: null }),
]);

describe('collapse', () => {
  it('one coin on several venues is the best of them and how many others', () => {
    const all = ALL.map((signal) => ({ ...signal, direction: 'long' as const }));
    expect(collapse(all).map(({ best, others }) => [best.symbol, others])).toEqual([
      ['BTCUSDT', 2],
      ['kPEPEUSDT', 0],
      ['WEIRD', 0],
    ]);
  });

  it('opposite directions, other strategies and what has no score stay apart', () => {
    const signals = [
      btc,
      explainedSignal({ exchange: 'BYBIT', direction: 'short' }),
      explainedSignal({ exchange: 'BYBIT', strategy: 'squeeze-break' }),
      leanSignal({ exchange: 'OKX' }),
      unscoredSignal('stale', { exchange: 'GATE' }),
    ];
    expect(collapse(signals).map(({ others }) => others)).toEqual([0, 0, 0, 0, 0]);
  });

  it('two contracts of a coin on one venue are one venue', () => {
    expect(collapse([btc, explainedSignal({ symbol: 'BTCUSDC', coin: 'BTC' })])).toEqual([{ best: btc, others: 0 }]);
  });
});

describe('findByName', () => {
  it.each([
    ['btc', [btc, btcBybit, btcUsdc]],
    ['BTCUSDT', [btc, btcBybit]],
    ['BTC/USDC:USDC', [btcUsdc]],
    ['1000pepe/usdt:usdt', [pepe]],
    ['bybit:btcusdt', [btcBybit]],
    [' PEPE ', [pepe]],
    ['kpepeusdt', [pepe]],
    ['WEIRD', [unknown]],
    ['BT', []],
    ['', []],
  ])('%s', (query, expected) => {
    expect(findByName(ALL, query, NAMES)).toEqual(expected);
  });

  it('a near miss is named', () => {
    expect(nearestName(ALL, 'BTCUSTD', NAMES)).toBe('BTCUSDT');
    expect(nearestName(ALL, 'DOGE', NAMES)).toBeNull();
  });
});
