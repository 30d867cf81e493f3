import { readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exchangeId } from '../../src/symbols/exchanges.ts';
import { isCoinMargined, parseMarketName, parseTicker } from '../../src/symbols/naming.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { PERPS_2026_01 } from './perps-2026-01.ts';

/** exchange, symbol, unified name. The unified name holds base, multiplier, quote and settlement. */
const REAL: readonly (readonly [string, string, string])[] = [
  ['BINANCE', 'BTCUSDT', 'BTC/USDT:USDT'],
  ['BINANCE', 'BTCUSDC', 'BTC/USDC:USDC'],
  ['BINANCE', 'BTCFDUSD', 'BTC/FDUSD:FDUSD'],
  ['BINANCE', 'ETHBUSD', 'ETH/BUSD:BUSD'],
  ['BINANCE', 'BTCUSD1', 'BTC/USD1:USD1'],
  ['BINANCE', 'BTCUSD_PERP', 'BTC/USD:BTC'],
  ['BINANCE', 'BNBUSD_PERP', 'BNB/USD:BNB'],
  ['BINANCE', 'BTCUSDT.P', 'BTC/USDT:USDT'],
  ['BINANCE', 'BTCUSDT_PERP', 'BTC/USDT:USDT'],
  ['BINANCE', '1000PEPEUSDT', '1000PEPE/USDT:USDT'],
  ['BINANCE', '1000SATSUSDT', '1000SATS/USDT:USDT'],
  ['BINANCE', '1000000BOBUSDT', '1000000BOB/USDT:USDT'],
  ['BINANCE', '1MBABYDOGEUSDT', '1000000BABYDOGE/USDT:USDT'],
  ['BINANCE', '1INCHUSDT', '1INCH/USDT:USDT'],
  ['BINANCE', '4USDT', '4/USDT:USDT'],
  ['BINANCE', 'USDCUSDT', 'USDC/USDT:USDT'],
  ['BINANCE', 'AUSDT', 'A/USDT:USDT'],
  ['BINANCE', 'BROCCOLI714USDT', 'BROCCOLI714/USDT:USDT'],
  ['BINANCE', '币安人生USDT', '币安人生/USDT:USDT'],
  ['BINANCEUSDM', 'BTC/USDT:USDT', 'BTC/USDT:USDT'],
  ['binanceusdm', '1000BONK/USDT:USDT', '1000BONK/USDT:USDT'],
  ['BINANCECOINM', 'BTC/USD:BTC', 'BTC/USD:BTC'],
  ['BYBIT', 'BTCPERP', 'BTC/USDC:USDC'],
  ['BYBIT', '1000PEPEPERP', '1000PEPE/USDC:USDC'],
  ['BYBIT', 'BTC-PERP', 'BTC/USDC:USDC'],
  ['BYBIT', 'PERPUSDT', 'PERP/USDT:USDT'],
  ['BYBIT', 'PERP_USDT_USDT', 'PERP/USDT:USDT'],
  ['BYBIT', 'SHIB1000USDT', '1000SHIB/USDT:USDT'],
  ['BYBIT', '10000LADYSUSDT', '10000LADYS/USDT:USDT'],
  ['BYBIT', '1000000MOGUSDT', '1000000MOG/USDT:USDT'],
  ['BYBIT', '1000XUSDT', '1000X/USDT:USDT'],
  ['BYBIT', 'BTCUSD', 'BTC/USD:BTC'],
  ['BYBIT', 'DOTUSD', 'DOT/USD:DOT'],
  ['BYBIT', 'BNBUSD', 'BNB/USD:BNB'],
  ['BYBIT', 'BTC_USDT_USDT', 'BTC/USDT:USDT'],
  ['OKX', 'BTC-USDT-SWAP', 'BTC/USDT:USDT'],
  ['OKX', 'BTCUSDTSWAP', 'BTC/USDT:USDT'],
  ['OKX', 'BTC-USD-SWAP', 'BTC/USD:BTC'],
  ['OKX', 'SATS-USDT-SWAP', 'SATS/USDT:USDT'],
  ['GATE', 'BTC_USDT', 'BTC/USDT:USDT'],
  ['GATE', 'PERP_USDT', 'PERP/USDT:USDT'],
  ['GATEIO', 'BTC_USD', 'BTC/USD:BTC'],
  ['MEXC', '0GUSDT', '0G/USDT:USDT'],
  ['MEXC', 'NKEONUSDT', 'NKEON/USDT:USDT'],
  ['MEXC', 'KAS_USDT', 'KAS/USDT:USDT'],
  ['XT', 'btc_usdt', 'BTC/USDT:USDT'],
  ['XT', 'kava_usdt', 'KAVA/USDT:USDT'],
  ['KUCOIN', 'XBTUSDTM', 'BTC/USDT:USDT'],
  ['KUCOIN', 'XBTUSDM', 'BTC/USD:BTC'],
  ['KUCOIN', 'XBTUSDCM', 'BTC/USDC:USDC'],
  ['KUCOINFUTURES', '1000BONKUSDTM', '1000BONK/USDT:USDT'],
  ['kucoin_perpetual', 'KGENUSDTM', 'KGEN/USDT:USDT'],
  ['KUCOIN', 'BTC_USDT_USDT', 'BTC/USDT:USDT'],
  ['BITGET', 'BTCUSDT_UMCBL', 'BTC/USDT:USDT'],
  ['BITGET', 'BTCUSD_DMCBL', 'BTC/USD:BTC'],
  ['BITGET', 'BTCPERP', 'BTC/USDC:USDC'],
  ['BINGX', 'BTC-USDT', 'BTC/USDT:USDT'],
  ['HUOBI', 'BTC-USDT', 'BTC/USDT:USDT'],
  ['HYPERLIQUID', 'kPEPEUSDT', '1000PEPE/USDT:USDT'],
  ['HYPERLIQUID', 'kPEPE', '1000PEPE/USDC:USDC'],
  ['HYPERLIQUID', 'KPEPE_USDC_USDC', '1000PEPE/USDC:USDC'],
  ['HYPERLIQUID', 'KAITOUSDT', 'KAITO/USDT:USDT'],
  ['HYPERLIQUID', 'KASUSDT', 'KAS/USDT:USDT'],
  ['HYPERLIQUID', 'BTC', 'BTC/USDC:USDC'],
  ['HYPERLIQUID', 'BTC/USDC:USDC', 'BTC/USDC:USDC'],
  ['HYPERLIQUID', 'xyz:TSLA', 'XYZ-TSLA/USDC:USDC'],
  ['HYPERLIQUID', 'XYZ-TSLA_USDC_USDC', 'XYZ-TSLA/USDC:USDC'],
  ['HYPERLIQUID', 'flx:GOLD', 'FLX-GOLD/USDC:USDC'],
  ['HYPERLIQUID', 'HYNA-BTC_USDE_USDE', 'HYNA-BTC/USDE:USDE'],
  ['LIGHTER', 'BTC', 'BTC/USDC:USDC'],
  ['DYDX', 'BTC-USD', 'BTC/USD:USD'],
  ['VERTEX', 'BTC-PERP', 'BTC/USDC:USDC'],
  ['COINBASE', 'BTC-PERP', 'BTC/USDC:USDC'],
  ['COINBASEINTERNATIONAL', 'BTC-PERP-INTX', 'BTC/USDC:USDC'],
  ['PARADEX', 'BTC/USD:USDC', 'BTC/USD:USDC'],
  ['PARADEX', 'BTC-USD-PERP', 'BTC/USD:USD'],
  ['KRAKENFUTURES', 'PF_XBTUSD', 'BTC/USD:USD'],
  ['KRAKEN', 'pf_xbtusd', 'BTC/USD:USD'],
  ['KRAKEN', 'PI_XBTUSD', 'BTC/USD:BTC'],
  ['KRAKEN', 'PF_XDGUSD', 'DOGE/USD:USD'],
  ['BITMEX', 'XBTUSD', 'BTC/USD:BTC'],
  ['BITMEX', 'ETHUSD', 'ETH/USD:BTC'],
  ['BITMEX', 'XBTUSDT', 'BTC/USDT:USDT'],
  ['DERIBIT', 'BTC-PERPETUAL', 'BTC/USD:BTC'],
  ['DERIBIT', 'BTC_USDC-PERPETUAL', 'BTC/USDC:USDC'],
  ['BITFINEX', 'BTCF0:USTF0', 'BTC/USDT:USDT'],
  ['BITFINEX', 'tBTCF0USTF0', 'BTC/USDT:USDT'],
  ['PHEMEX', 'cETHUSD', 'ETH/USD:ETH'],
  ['PHEMEX', 'u1000SHIBUSD', '1000SHIB/USD:USD'],
  ['PHEMEX', 'BTCUSD', 'BTC/USD:BTC'],
  ['WOOX', 'PERP_BTC_USDT', 'BTC/USDT:USDT'],
  ['WOO X', 'PERPBTCUSDT', 'BTC/USDT:USDT'],
  ['WOOX', 'PERP_USDE_USDT', 'USDE/USDT:USDT'],
  ['WOOFIPRO', 'PERP_BTC_USDC', 'BTC/USDC:USDC'],
  ['BACKPACK', 'BTC_USDC_PERP', 'BTC/USDC:USDC'],
  ['POLONIEX', 'BTC_USDT_PERP', 'BTC/USDT:USDT'],
];

const UNREADABLE: readonly (readonly [string, string])[] = [
  ['BINANCE', 'BTCUSDT_240628'],
  ['BINANCE', 'BTC/USDT:USDT-241227'],
  ['BYBIT', 'BTC-27DEC24'],
  ['BYBIT', 'BTCUSDT-27DEC24'],
  ['OKX', 'BTC-USDT-250328'],
  ['HUOBI', 'BTC-USDT-CW'],
  ['DERIBIT', 'BTC-27DEC24-60000-C'],
  ['DERIBIT', 'BTC-27DEC24'],
  ['KUCOIN', 'XBTMZ24'],
  ['BITMEX', 'XBTZ24'],
  ['KRAKEN', 'FI_XBTUSD_241227'],
  ['BINANCE', 'XBTUSDTM'],
  ['BINANCE', 'BTC'],
  ['BINANCE', 'BTCPERP'],
  ['BINANCE', 'USDT'],
  ['BINANCE', 'USDT/USDT:USDT'],
  ['BINANCE', 'ETHBTC'],
  ['HYPERLIQUID', '@107'],
  ['BINANCE', ''],
  ['BINANCE', '../BTCUSDT'],
  ['BINANCE', 'BTC\u0000USDT'],
  ['BINANCE', 'BTC\u001B[31mUSDT'],
  ['BINANCE', '__proto__'],
  ['BINANCE', 'constructor'],
  ['BINANCE', 'ВТСUSDT'],
  ['BINANCE', 'ıNCHUSDT'],
  ['BINANCE', `${'A'.repeat(10_000)}USDT`],
];

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
