import { readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exchangeId } from '../../src/symbols/exchanges.ts';
import { isCoinMargined, marketSymbol, parseMarketName, parseTicker } from '../../src/symbols/naming.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { PERPS_2026_01 } from './perps-2026-01.ts';
import { REAL, UNREADABLE } from './real-names.ts';

describe('names of perpetuals', () => {
  test.each(REAL)('%s %s is %s', (exchange, symbol, unified) => {
    expect(parseMarketName(exchange, symbol)?.unified).toBe(unified);
  });

  test.each(UNREADABLE)('%s %j is not understood', (exchange, symbol) => {
    expect(parseMarketName(exchange, symbol)).toBeNull();
  });

  test.each(PERPS_2026_01)('$exchange $symbol is $multiplier of $base', ({ exchange, symbol, base, multiplier }) => {
    const count = multiplier === 1 ? '' : String(multiplier);
    expect(parseMarketName(exchange, symbol)).toEqual({
      base,
      quote: 'USDT',
      multiplier,
      unified: `${count}${base}/USDT:USDT`,
    });
  });

  test('a market that others build on Hyperliquid keeps its builder in the coin, and is none elsewhere', () => {
    for (const symbol of ['xyz:EUR', 'XYZ:EUR', 'XYZ-EUR_USDC_USDC', 'XYZ-EUR/USDC:USDC']) {
      expect(parseMarketName('HYPERLIQUID', symbol)?.base).toBe('XYZ-EUR');
    }
    expect(parseMarketName('HYPERLIQUID', 'xyz_TSLA')?.unified).toBe('XYZ-TSLA/USDC:USDC');
    expect(parseMarketName('HYPERLIQUID', 'xyz_BTCUSDT')).toBeNull();
    expect(parseMarketName('HYPERLIQUID', 'BTC-USD')?.base).toBe('BTC');
    expect(parseMarketName('BINANCE', 'xyz:TSLA')).toBeNull();
    expect(marketSymbol('HYPERLIQUID', 'XYZ-TSLA_USDC_USDC')).toBe('XYZ:TSLA');
  });

  test('a long name is refused before it is taken apart', () => {
    for (const text of ['A'.repeat(1e6), `${'_'.repeat(1e6)}USDT`, `PERP_${'A_'.repeat(1e5)}`]) {
      expect(parseMarketName('WOOX', text)).toBeNull();
    }
  });
});

describe('tickers', () => {
  test.each([
    '1INCH',
    '0G',
    '4',
    '2Z',
    'KAS',
    'KAVA',
    'KGEN',
    'K',
    'KSM',
    '1000X',
    'MOG',
    'M',
    '1MX',
    '1MXY',
    '100PEPE',
    'KAITO',
  ])('%s carries no multiplier', (ticker) => {
    expect(parseTicker(exchangeId('HYPERLIQUID'), ticker)).toEqual({ base: ticker, multiplier: 1 });
  });

  test('an upper-case K counts thousands on Hyperliquid alone', () => {
    expect(parseTicker(exchangeId('HYPERLIQUID'), 'KBONK')).toEqual({ base: 'BONK', multiplier: 1000 });
    expect(parseTicker(exchangeId('BINANCE'), 'KBONK')).toEqual({ base: 'KBONK', multiplier: 1 });
  });

  test('a lower-case k counts only before an upper-case coin', () => {
    expect(parseTicker(exchangeId('XT'), 'kas')).toEqual({ base: 'KAS', multiplier: 1 });
    expect(parseTicker(exchangeId('HYPERLIQUID'), 'kDOGS')).toEqual({ base: 'DOGS', multiplier: 1000 });
  });
});

const exchanges = fc.constantFrom(...new Set(REAL.map(([exchange]) => exchange)), 'NEWEXCHANGE', '__proto__', '');
const symbols = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...REAL.map(([, symbol]) => symbol)),
  fc
    .array(
      fc.constantFrom(
        'BTC',
        'k',
        'PEPE',
        '1000',
        '1M',
        'USD',
        'USDT',
        'M',
        'PERP',
        '_',
        '-',
        '/',
        ':',
        'SWAP',
        '.P',
        '4',
      ),
      {
        maxLength: 8,
      },
    )
    .map((parts) => parts.join('')),
);

describe('any name', () => {
  test('parsing never throws, and a name that is understood is well formed', () => {
    fc.assert(
      fc.property(exchanges, symbols, (exchange, symbol) => {
        const name = parseMarketName(exchange, symbol);
        if (name === null) return;
        expect(name.base).toMatch(/^([A-Z0-9]+-)?[A-Z0-9\p{Lo}]+$/u);
        expect(name.quote).toMatch(/^[A-Z0-9]+$/);
        expect([1, 1e3, 1e4, 1e5, 1e6]).toContain(name.multiplier);
        expect(
          name.unified.startsWith(`${name.multiplier === 1 ? '' : name.multiplier}${name.base}/${name.quote}:`),
        ).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('the unified name of a name means the same again', () => {
    fc.assert(
      fc.property(exchanges, symbols, (exchange, symbol) => {
        const name = parseMarketName(exchange, symbol);
        if (name !== null) expect(parseMarketName(exchange, name.unified)).toEqual(name);
      }),
      { numRuns: 2000 },
    );
  });

  test('every multiplier and coin comes back as it was put together', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 1000, 10_000, 100_000, 1_000_000),
        fc.stringMatching(/^[A-Z]{3,10}$/).filter((coin) => coin !== 'XBT' && coin !== 'XDG' && !coin.includes('USD')),
        (multiplier, coin) => {
          const name = parseMarketName('BINANCE', `${multiplier === 1 ? '' : multiplier}${coin}USDT`);
          expect(name).toMatchObject({ base: coin, multiplier, quote: 'USDT' });
        },
      ),
    );
  });

  test('a USDT name is never coin-margined', () => {
    for (const { exchange, symbol } of PERPS_2026_01)
      expect(isCoinMargined(parseMarketName(exchange, symbol)!)).toBe(false);
    expect(isCoinMargined(parseMarketName('BINANCE', 'BTCUSD_PERP')!)).toBe(true);
    expect(isCoinMargined(parseMarketName('BITMEX', 'ETHUSD')!)).toBe(true);
    expect(isCoinMargined(parseMarketName('DYDX', 'BTC-USD')!)).toBe(false);
    expect(isCoinMargined(parseMarketName('PARADEX', 'BTC/USD:USDC')!)).toBe(false);
  });
});

describe('exchange ids', () => {
  test.each([
    ['binanceusdm', 'Binance'],
    ['BINANCE', 'Binance'],
    ['binance_perpetual', 'Binance'],
    ['okex5', 'OKX'],
    ['okex-swap', 'OKX'],
    ['GATE', 'Gate.io'],
    ['gateio', 'Gate.io'],
    ['krakenfutures', 'Kraken'],
    ['HTX', 'Huobi'],
    ['huobi-dm-linear-swap', 'Huobi'],
    ['BITMEX', 'BitMEX'],
    ['woo', 'WOO X'],
    ['dydx', 'dYdX'],
    ['hyperliquid', 'Hyperliquid'],
    ['coinbaseinternational', 'Coinbase'],
    ['ASTERDEX', 'Aster'],
  ])('%s is %s', (inFiles, onCoinalyze) => {
    expect(exchangeId(inFiles)).toBe(exchangeId(onCoinalyze));
  });

  test('Binance US is another exchange', () => {
    expect(exchangeId('BINANCEUS')).not.toBe(exchangeId('BINANCE'));
  });
});

describeWithShared('candles/perps-2026-01', 'the recorded folder', () => {
  test('its file names are the 210 markets of the table', () => {
    const found = readdirSync(sharedPath('candles', 'perps-2026-01'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.replace(/_[^_]+\.json$/, ''));
    const listed = PERPS_2026_01.map(({ exchange, symbol }) => `${exchange}_${symbol}`);
    expect(listed).toHaveLength(210);
    expect([...new Set(found)].sort()).toEqual([...listed].sort());
  });
});
