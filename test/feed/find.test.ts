import { describe, expect, it } from 'vitest';
import { coinOf, collapse, findSignals, nearestName } from '../../src/feed/find.ts';
import { longSignal, unscoredSignal } from './fixtures.ts';

const btc = longSignal();
const btcBybit = longSignal({ exchange: 'BYBIT' });
const btcUsdc = longSignal({ exchange: 'OKX', symbol: 'BTCUSDC', unified_symbol: 'BTC/USDC:USDC' });
const pepe = longSignal({ symbol: 'kPEPEUSDT', unified_symbol: '1000PEPE/USDT:USDT' });
const unknown = longSignal({ symbol: 'WEIRD', unified_symbol: null });
const ALL = [btc, btcBybit, btcUsdc, pepe, unknown];

describe('coinOf', () => {
  it.each([
    ['BTC/USDT:USDT', 'BTC'],
    ['1000PEPE/USDT:USDT', 'PEPE'],
    ['1000000MOG/USDT:USDT', 'MOG'],
    ['1INCH/USDT:USDT', '1INCH'],
    ['100X/USDT:USDT', '100X'],
    [null, 'BTCUSDT'],
  ])('%s is %s', (unified_symbol, coin) => {
    expect(coinOf(longSignal({ unified_symbol }))).toBe(coin);
  });
});

describe('collapse', () => {
  it('one coin on several venues is the best of them and how many others', () => {
    expect(collapse(ALL).map(({ best, others }) => [best.symbol, others])).toEqual([
      ['BTCUSDT', 2],
      ['kPEPEUSDT', 0],
      ['WEIRD', 0],
    ]);
  });

  it('opposite directions, other strategies and what has no score stay apart', () => {
    const signals = [
      btc,
      longSignal({ exchange: 'BYBIT', direction: 'short' }),
      longSignal({ exchange: 'BYBIT', strategy: 'squeeze-break' }),
      longSignal({ exchange: 'OKX', direction: 'none' }),
      unscoredSignal('stale', { exchange: 'GATE' }),
    ];
    expect(collapse(signals).map(({ others }) => others)).toEqual([0, 0, 0, 0, 0]);
  });

  it('two contracts of a coin on one venue are one venue', () => {
    expect(collapse([btc, longSignal({ symbol: 'BTCUSDC' })])).toEqual([{ best: btc, others: 0 }]);
  });
});

describe('findSignals', () => {
  it.each([
    ['btc', [btc, btcBybit, btcUsdc]],
    ['BTCUSDT', [btc, btcBybit]],
    ['BTC/USDC:USDC', [btcUsdc]],
    ['bybit:btcusdt', [btcBybit]],
    [' PEPE ', [pepe]],
    ['kpepeusdt', [pepe]],
    ['WEIRD', [unknown]],
    ['BT', []],
    ['', []],
  ])('%s', (query, expected) => {
    expect(findSignals(ALL, query)).toEqual(expected);
  });

  it('a near miss is named', () => {
    expect(nearestName(ALL, 'BTCUSTD')).toBe('BTCUSDT');
    expect(nearestName(ALL, 'DOGE')).toBeNull();
  });
});
