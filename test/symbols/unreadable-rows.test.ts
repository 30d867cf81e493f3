import { describe, expect, it } from 'vitest';
import type { UnreadableRow } from '../../src/core/market.ts';
import { buildMarketIndex } from '../../src/symbols/market-index.ts';
import { resolveMarket } from '../../src/symbols/resolver.ts';
import { listing, row, VENUES } from './listing.ts';

const NOTHING: UnreadableRow = {
  symbol: null,
  venueCode: null,
  symbolOnExchange: null,
  baseAsset: null,
  quoteAsset: null,
};
const BINANCE_ETH = row('ETHUSDT_PERP.A', 'ETHUSDT', 'ETH');
const BYBIT_BTC = row('BTCUSDT.6', 'BTCUSDT', 'BTC');

function resolved(exchange: string, symbol: string, unreadable: Partial<UnreadableRow>, rows = [BINANCE_ETH]): string {
  const index = buildMarketIndex({ ...listing(rows), unreadable: [{ ...NOTHING, ...unreadable }] });
  const found = resolveMarket({ exchange, symbol }, index, { referenceVenues: ['Binance', 'Bybit'] });
  return found.tier === 'neutral' ? found.reason : `${found.tier} ${found.listed.symbol}`;
}

describe('a row of the market list that cannot be read', () => {
  it.each<[string, Partial<UnreadableRow>]>([
    ['its coin and quote', { venueCode: 'A', baseAsset: 'BTC', quoteAsset: 'USDT' }],
    ['its coin alone', { venueCode: 'A', baseAsset: 'BTC' }],
    ['the symbol of its exchange', { venueCode: 'A', symbolOnExchange: 'BTCUSDT' }],
    ['its Coinalyze symbol', { symbol: 'BTCUSDT_PERP.A' }],
    [
      'all but one thing',
      { venueCode: 'A', symbol: 'BTCUSDT_PERP.A', symbolOnExchange: 'BTCUSDT', quoteAsset: 'USDT' },
    ],
  ])('is known by %s, and no stand-in takes the place of its market', (_, hints) => {
    expect(resolved('BINANCE', 'BTCUSDT', hints, [BINANCE_ETH, BYBIT_BTC])).toBe('unreadable-row');
    expect(resolved('BINANCE', 'ETHUSDT', hints)).toBe('resolved ETHUSDT_PERP.A');
    expect(resolved('BINANCE', 'XRPUSDT', hints)).toBe('not-listed');
    // Elsewhere another venue may stand in; where none does, nobody knows whether Binance would.
    expect(resolved('MEXC', 'BTCUSDT', hints, [BINANCE_ETH, BYBIT_BTC])).toBe('aggregated BTCUSDT.6');
    expect(resolved('MEXC', 'BTCUSDT', hints)).toBe('unreadable-row');
  });

  it('is none of another quote, venue or coin', () => {
    expect(resolved('BINANCE', 'BTCUSDT', { venueCode: 'A', baseAsset: 'BTC', quoteAsset: 'USDC' })).toBe('not-listed');
    expect(resolved('OKX', 'BTCUSDT', { venueCode: '2', baseAsset: 'BTC', quoteAsset: 'USDT' })).toBe('not-listed');
    expect(resolved('BINANCE', 'BTCUSDT', { venueCode: 'A', baseAsset: 'BTCDOM' })).toBe('not-listed');
    expect(resolved('BINANCE', 'BTCUSDT', {})).toBe('not-listed');
  });

  it('is of a dollar that means another where an exchange settles in one unit', () => {
    const hints = { symbol: 'BTC.H', venueCode: 'H', symbolOnExchange: 'BTC', baseAsset: 'BTC', quoteAsset: 'USD' };
    for (const symbol of ['BTC', 'BTCUSDT', 'BTC-USD', 'BTC/USDC:USDC'])
      for (const part of [hints, { ...hints, baseAsset: null }, { ...hints, symbolOnExchange: null, symbol: null }])
        expect(resolved('HYPERLIQUID', symbol, part, [BINANCE_ETH, BYBIT_BTC]), symbol).toBe('unreadable-row');
    expect(resolved('HYPERLIQUID', 'ETHUSDT', hints)).toBe('aggregated ETHUSDT_PERP.A');
  });

  it('may be of any venue when nothing says of which', () => {
    expect(resolved('BINANCE', 'BTCUSDT', { baseAsset: 'BTC', quoteAsset: 'USDT' })).toBe('unreadable-row');
  });
});

describe.each([
  ['whose name cannot be read', VENUES.map(({ code, name }) => ({ code, name: code === 'H' ? '' : name }))],
  ['that is missing in the list of venues', VENUES.filter(({ code }) => code !== 'H')],
])('a venue %s', (_, venues) => {
  const rows = [row('BTC.H', 'BTC', 'BTC', { quoteAsset: 'USD' }), BYBIT_BTC];
  const index = buildMarketIndex(listing(rows, venues));
  const resolve = (exchange: string, symbol: string) =>
    resolveMarket({ exchange, symbol }, index, { referenceVenues: ['Bybit'] });

  it('makes its markets neutral, and no others', () => {
    for (const symbol of ['BTC', 'BTCUSDT'])
      expect(resolve('HYPERLIQUID', symbol), symbol).toMatchObject({ tier: 'neutral', reason: 'unreadable-row' });
    expect(resolve('BYBIT', 'BTCUSDT')).toMatchObject({ tier: 'resolved' });
    expect(resolve('BINANCE', 'BTCUSDT')).toMatchObject({ tier: 'aggregated' });
    expect(index).toMatchObject({ unreadableRows: 1, rows: 2 });
  });
});

describe('a word for the margin that is new', () => {
  const resolve = (exchange: string, symbol: string, other: Parameters<typeof row>): string => {
    const index = buildMarketIndex(listing([row(...other)]));
    const found = resolveMarket({ exchange, symbol }, index, { referenceVenues: [] });
    return found.tier === 'neutral' ? found.reason : found.listed.symbol;
  };

  it('costs nothing where the quote says that it is a dollar coin', () => {
    const unknown = { margined: 'unknown' } as const;
    expect(resolve('BINANCE', 'BTCUSDT', ['BTCUSDT_PERP.A', 'BTCUSDT', 'BTC', unknown])).toBe('BTCUSDT_PERP.A');
    expect(resolve('HYPERLIQUID', 'BTCUSDT', ['BTC.H', 'BTC', 'BTC', { ...unknown, quoteAsset: 'USD' }])).toBe('BTC.H');
  });

  it('is a row that cannot be read where a coin may be the margin', () => {
    const inUsd = { margined: 'unknown', quoteAsset: 'USD' } as const;
    const other: Parameters<typeof row> = ['BTCUSD_PERP.A', 'BTCUSD_PERP', 'BTC', inUsd];
    expect(resolve('BINANCE', 'BTCUSD_PERP', other)).toBe('unreadable-row');
    expect(resolve('BINANCE', 'BTCUSDT', other)).toBe('not-listed');
  });
});
