import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CoinalyzeSymbol, FutureMarketRow, Resolution } from '../../src/core/market.ts';
import { AMBIGUOUS_TICKERS } from '../../src/symbols/ambiguous.ts';
import { buildMarketIndex } from '../../src/symbols/market-index.ts';
import type { MarketIndex } from '../../src/symbols/market-index.ts';
import { DEFAULT_REFERENCE_VENUES } from '../../src/core/venues.ts';
import { resolveMarket, unknownVenues, unresolved } from '../../src/symbols/resolver.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { listing, row, ROWS, VENUES } from './listing.ts';
import { PERPS_2026_01 } from './perps-2026-01.ts';

const options = { referenceVenues: DEFAULT_REFERENCE_VENUES };
const realistic = buildMarketIndex(listing());

function resolve(exchange: string, symbol: string, index: MarketIndex = realistic): Resolution {
  return resolveMarket({ exchange, symbol }, index, options);
}

/** `tier symbol`, or the reason of a neutral one. */
function short(resolution: Resolution): string {
  return resolution.tier === 'neutral' ? resolution.reason : `${resolution.tier} ${resolution.listed.symbol}`;
}

function indexOf(...rows: FutureMarketRow[]): MarketIndex {
  return buildMarketIndex(listing(rows));
}

describe('on its own venue a market is resolved', () => {
  test.each([
    ['BINANCE', 'BTCUSDT', 'BTCUSDT_PERP.A'],
    ['BINANCE', 'BTC/USDT:USDT', 'BTCUSDT_PERP.A'],
    ['binanceusdm', 'BTC_USDT_USDT', 'BTCUSDT_PERP.A'],
    ['BINANCE', 'BTCUSDC', 'BTCUSDC_PERP.A'],
    ['BINANCE', 'BTCUSD_PERP', 'BTCUSD_PERP.A'],
    ['BINANCE', '1000PEPEUSDT', '1000PEPEUSDT_PERP.A'],
    ['BINANCE', '1MBABYDOGEUSDT', '1MBABYDOGEUSDT_PERP.A'],
    ['BYBIT', 'BTCUSDT', 'BTCUSDT.6'],
    ['BYBIT', 'BTCPERP', 'BTCPERP.6'],
    ['BYBIT', 'BTCUSD', 'BTCUSD.6'],
    ['BYBIT', 'SHIB1000USDT', 'SHIB1000USDT.6'],
    ['OKX', 'BTC-USDT-SWAP', 'BTCUSDT_PERP.3'],
    ['OKX', 'BTC-USD-SWAP', 'BTCUSD_PERP.3'],
    ['OKEX', 'BTCUSDT', 'BTCUSDT_PERP.3'],
    ['GATEIO', 'BTC_USDT', 'BTC_USDT.Y'],
    ['gate', 'BTC_USD', 'BTC_USD.Y'],
    ['HYPERLIQUID', 'BTCUSDT', 'BTC.H'],
    ['HYPERLIQUID', 'BTC', 'BTC.H'],
    ['HYPERLIQUID', 'BTC/USDC:USDC', 'BTC.H'],
    ['HYPERLIQUID', 'BTCUSD', 'BTC.H'],
    ['HYPERLIQUID', 'kPEPEUSDT', 'kPEPE.H'],
    ['HYPERLIQUID', 'KPEPE_USDC_USDC', 'kPEPE.H'],
    ['DERIBIT', 'BTC-PERPETUAL', 'BTC-PERPETUAL.2'],
    ['DERIBIT', 'BTC_USDC-PERPETUAL', 'BTC_USDC-PERPETUAL.2'],
    ['BITMEX', 'XBTUSDT', 'BTCUSDT_PERP.0'],
    ['BITMEX', 'XBTUSD', 'BTCUSD_PERP.0'],
    ['HTX', 'BTC-USDT', 'BTCUSDT_PERP.4'],
    ['KRAKENFUTURES', 'PF_XBTUSD', 'pf_xbtusd.K'],
    ['KRAKEN', 'PI_XBTUSD', 'pi_xbtusd.K'],
    ['BITFINEX', 'BTCF0:USTF0', 'BTCUSDT_PERP.F'],
    ['PHEMEX', 'cETHUSD', 'cETHUSD.7'],
    ['WOOX', 'PERP_BTC_USDT', 'PERP_BTC_USDT.W'],
    ['DYDX', 'BTC-USD', 'BTC-USD.8'],
    ['DYDX', 'BTCUSDT', 'BTC-USD.8'],
    ['VERTEX', 'BTC-PERP', 'BTC-PERP.V'],
    ['ASTER', 'BTCUSDT', 'BTCUSDT.S'],
    ['ASTER', 'BTCUSD1', 'BTCUSD1.S'],
    ['LIGHTER', 'BTC', '1.T'],
    ['LIGHTER', 'BTCUSDT', '1.T'],
    ['COINBASEINTERNATIONAL', 'BTC-PERP', 'BTC-PERP.C'],
    ['POLONIEX', 'BTC_USDT_PERP', 'BTC_USDT_PERP.P'],
  ])('%s %s is %s', (exchange, symbol, expected) => {
    expect(short(resolve(exchange, symbol))).toBe(`resolved ${expected}`);
  });

  test("the exchange's own symbol finds a coin that is listed under another ticker", () => {
    expect(short(resolve('BYBIT', 'PUMPFUNUSDT'))).toBe('resolved PUMPFUNUSDT.6');
  });

  test('a number that is a market of Lighter is not taken for a coin, nor the coin for the number', () => {
    expect(short(resolve('LIGHTER', '4USDT'))).toBe('aggregated 4USDT_PERP.A');
    expect(short(resolve('LIGHTER', '1'))).toBe('not-listed');
  });

  test('what the row says is handed on', () => {
    expect(resolve('HYPERLIQUID', 'kPEPEUSDT')).toEqual({
      tier: 'resolved',
      name: { base: 'PEPE', quote: 'USDT', multiplier: 1000, unified: '1000PEPE/USDT:USDT' },
      listed: {
        symbol: 'kPEPE.H',
        venue: 'Hyperliquid',
        denomination: 'BASE_ASSET',
        multiplier: 1000,
        hasLongShortRatio: false,
      },
    });
  });

  test('an ambiguous ticker is not ambiguous on its own venue', () => {
    expect(short(resolve('HYPERLIQUID', 'kNEIROUSDT'))).toBe('resolved kNEIRO.H');
    expect(short(resolve('BINANCE', 'NEIROUSDT'))).toBe('resolved NEIROUSDT_PERP.A');
  });

  test('what others build on Hyperliquid is resolved where it is listed, and never by a coin of the same letters', () => {
    const onBinance = row('TSLAUSDT_PERP.A', 'TSLAUSDT', 'TSLA');
    const ask = (...rows: FutureMarketRow[]): readonly string[] =>
      ['XYZ:TSLA', 'xyz:TSLA', 'XYZ-TSLA/USDC:USDC'].map((symbol) =>
        short(resolve('HYPERLIQUID', symbol, indexOf(onBinance, ...rows))),
      );
    expect(ask()).toEqual(['not-listed', 'not-listed', 'not-listed']);
    expect(ask(row('ABC:TSLA.H', 'abc:TSLA', 'abc:TSLA', { quoteAsset: 'USD' }))[0]).toBe('not-listed');
    for (const base of ['xyz:TSLA', 'TSLA']) {
      const listed = row('xyz:TSLA.H', 'xyz:TSLA', base, { quoteAsset: 'USD' });
      expect(ask(listed)).toEqual(['resolved xyz:TSLA.H', 'resolved xyz:TSLA.H', 'resolved xyz:TSLA.H']);
      expect(short(resolve('HYPERLIQUID', 'TSLAUSDT', indexOf(onBinance, listed)))).toBe('aggregated TSLAUSDT_PERP.A');
    }
  });

  test('of two multipliers the one in the name is meant', () => {
    expect(short(resolve('BINANCE', 'BOBUSDT'))).toBe('resolved BOBUSDT_PERP.A');
    expect(short(resolve('BINANCE', '1000000BOBUSDT'))).toBe('resolved 1000000BOBUSDT_PERP.A');
    expect(short(resolve('BINANCE', 'BOB/USDT:USDT'))).toBe('resolved BOBUSDT_PERP.A');
    expect(short(resolve('BINANCE', '1000000BOB/USDT:USDT'))).toBe('resolved 1000000BOBUSDT_PERP.A');
    expect(short(resolve('BINANCE', '1000BOB/USDT:USDT'))).toBe('ambiguous-market');
  });

  test('one row of another multiplier is the coin, and says its multiplier', () => {
    expect(resolve('BINANCE', 'PEPEUSDT')).toMatchObject({
      tier: 'resolved',
      name: { multiplier: 1 },
      listed: { symbol: '1000PEPEUSDT_PERP.A', multiplier: 1000 },
    });
  });

  test('two rows that match leave it neutral, even where a reference venue would do', () => {
    const index = indexOf(
      row('XUSDT.6', 'XUSDT', 'X'),
      row('XUSDT2.6', 'XUSDT-2', 'X'),
      row('X_PERP.A', 'XXUSDT', 'X'),
    );
    expect(short(resolve('BYBIT', 'X/USDT:USDT', index))).toBe('ambiguous-market');
  });

  test('a row that contradicts itself on the multiplier leaves it neutral', () => {
    const index = indexOf(row('ODD.A', '10000CATSUSDT', '1000CATS'));
    expect(short(resolve('BINANCE', '1000CATSUSDT', index))).toBe('multiplier-mismatch');
    expect(short(resolve('MEXC', 'CATSUSDT', index))).toBe('multiplier-mismatch');
  });
});

describe('what never matches', () => {
  test.each([
    ['a dated future', row('BTCUSDT_261225.A', 'BTCUSDT', 'BTC', { perpetual: false, expireAt: 1_798_156_800_000 })],
    ['a perpetual with an expiry', row('BTCUSDT_261225.A', 'BTCUSDT', 'BTC', { expireAt: 1_798_156_800_000 })],
    ['spot', row('BTCUSDT.A', 'BTCUSDT', 'BTC', { perpetual: false })],
    [
      'a coin-margined contract in USD',
      row('BTCUSD_PERP.A', 'BTCUSD_PERP', 'BTC', { quoteAsset: 'USD', margined: 'COIN' }),
    ],
    ['a coin-margined contract in USDT', row('BTCUSDT_PERP.A', 'BTCUSDT', 'BTC', { margined: 'COIN' })],
    ['another quote', row('BTCUSDC_PERP.A', 'BTCUSDC', 'BTC', { quoteAsset: 'USDC' })],
    ['a longer ticker', row('BTCDOMUSDT_PERP.A', 'BTCDOMUSDT', 'BTCDOM')],
  ])('%s does not feed BTC in USDT', (_, other) => {
    for (const exchange of ['BINANCE', 'MEXC', 'BYBIT']) {
      expect(short(resolve(exchange, 'BTCUSDT', indexOf(other)))).toBe('not-listed');
    }
  });

  test('a coin-margined market takes no USDT contract', () => {
    expect(short(resolve('MEXC', 'ETH_USD'))).toBe('not-listed');
    expect(short(resolve('MEXC', 'BTC_USD'))).toBe('aggregated BTCUSD_PERP.A');
    expect(short(resolve('BINANCE', 'ONLYCOINUSDT'))).toBe('not-listed');
  });

  test('dollars are one on venues with one settlement unit, and nowhere else', () => {
    const tether = indexOf(row('BTCUSDT.6', 'BTCUSDT', 'BTC'));
    expect(short(resolve('BYBIT', 'BTC/USDC:USDC', tether))).toBe('not-listed');
    const dollar = indexOf(row('BTC.H', 'BTC', 'BTC', { quoteAsset: 'USD' }));
    expect(short(resolve('HYPERLIQUID', 'BTCUSDC', dollar))).toBe('resolved BTC.H');
    const coinMargined = indexOf(row('9.T', 'PEPEUSDT', 'PEPE', { quoteAsset: 'USD', margined: 'COIN' }));
    expect(short(resolve('LIGHTER', 'PEPEUSDT', coinMargined))).toBe('not-listed');
    expect(short(resolveMarket({ exchange: 'MEXC', symbol: 'BTCUSDT' }, tether, { referenceVenues: ['Bybit'] }))).toBe(
      'aggregated BTCUSDT.6',
    );
  });

  test('a tokenised share is neither the share nor a coin', () => {
    expect(short(resolve('MEXC', 'NKEONUSDT'))).toBe('not-listed');
  });
});

describe('another settlement is another market', () => {
  test.each([
    ['OKX', 'BTC-USD_UM-SWAP'],
    ['BYBIT', 'BTC_USD_USD'],
    ['BINANCE', 'BTC_USDT_USDC'],
    ['BYBIT', 'BTC_USDC_USDT'],
    ['BITFINEX', 'BTCUSD'],
    ['BITSTAMP', 'BTCUSD'],
    ['GEMINI', 'BTC-USD'],
    ['BINANCEUS', 'BTC_USD'],
  ])('%s %s', (exchange, symbol) => {
    expect(short(resolve(exchange, symbol))).toBe('not-listed');
  });

  test('where there is one unit all dollars mean it', () => {
    expect(short(resolve('HYPERLIQUID', 'BTC_USDT_USDC'))).toBe('resolved BTC.H');
  });
});

describe('on reference venues a market is aggregated', () => {
  test.each([
    ['MEXC', 'BTCUSDT', 'BTCUSDT_PERP.A'],
    ['KUCOIN', 'XBTUSDTM', 'BTCUSDT_PERP.A'],
    ['BITGET', 'BTCUSDT', 'BTCUSDT_PERP.A'],
    ['BINGX', 'BTC-USDT', 'BTCUSDT_PERP.A'],
    ['BINANCEUS', 'BTCUSDT', 'BTCUSDT_PERP.A'],
    ['MEXC', 'OKBUSDT', 'OKBUSDT_PERP.3'],
    ['MEXC', 'PUMPUSDT', 'PUMPUSDT_PERP.A'],
    ['MEXC', 'DEEPCOINUSDT', 'DEEPCOIN_USDT.Y'],
    ['DERIBIT', 'ETH_USDT_USDT', 'ETHUSDT_PERP.A'],
    ['BITGET', 'BTCPERP', 'BTCUSDC_PERP.A'],
  ])('%s %s borrows %s', (exchange, symbol, expected) => {
    expect(short(resolve(exchange, symbol))).toBe(`aggregated ${expected}`);
  });

  test('the venues are asked in the configured order', () => {
    const order = (...referenceVenues: string[]): string =>
      short(resolveMarket({ exchange: 'MEXC', symbol: 'BTCUSDT' }, realistic, { referenceVenues }));
    expect(order('OKX', 'Binance')).toBe('aggregated BTCUSDT_PERP.3');
    expect(order('gateio', 'Binance')).toBe('aggregated BTC_USDT.Y');
    expect(order('No Such Venue', 'Bybit')).toBe('aggregated BTCUSDT.6');
    expect(order()).toBe('not-listed');
  });

  test('PEPE and 1000PEPE are the same coin, and the answer says which', () => {
    expect(resolve('MEXC', 'PEPEUSDT')).toMatchObject({
      tier: 'aggregated',
      name: { multiplier: 1 },
      listed: { symbol: '1000PEPEUSDT_PERP.A', venue: 'Binance', multiplier: 1000 },
    });
    expect(resolve('MEXC', 'MOGUSDT')).toMatchObject({ listed: { symbol: '1000000MOGUSDT.6', multiplier: 1e6 } });
    expect(resolve('KUCOIN', '1MBABYDOGEUSDTM')).toMatchObject({
      name: { multiplier: 1e6 },
      listed: { multiplier: 1e6 },
    });
  });

  test('a venue with two rows of one coin ends the search: they may be two coins', () => {
    const index = indexOf(
      row('TWINUSDT_PERP.A', 'TWINUSDT', 'TWIN'),
      row('1000TWINUSDT_PERP.A', '1000TWINUSDT', '1000TWIN'),
      row('TWINUSDT.6', 'TWINUSDT', 'TWIN'),
    );
    expect(short(resolve('MEXC', 'TWINUSDT', index))).toBe('ambiguous-market');
  });

  test.each([...AMBIGUOUS_TICKERS.keys()])('%s takes no data of another venue', (ticker) => {
    const index = indexOf(row(`${ticker}USDT_PERP.A`, `${ticker}USDT`, ticker));
    expect(short(resolve('MEXC', `${ticker}USDT`, index))).toBe('ambiguous-ticker');
    expect(short(resolve('BINANCE', `${ticker}USDT`, index))).toBe(`resolved ${ticker}USDT_PERP.A`);
  });

  test('every ambiguous ticker has a reason', () => {
    for (const { reason } of AMBIGUOUS_TICKERS.values()) expect(reason.length).toBeGreaterThan(10);
  });
});

describe('the index', () => {
  test('codes are whatever the listing says they are', () => {
    const swapped = VENUES.map(({ code, name }) => ({ code: { A: '6', 6: 'A' }[code] ?? code, name }));
    const index = buildMarketIndex(listing(ROWS, swapped));
    expect(resolve('BYBIT', 'ETHUSDT', index)).toMatchObject({ tier: 'resolved', listed: { venue: 'Bybit' } });
    expect(resolve('BINANCE', 'PUMPFUNUSDT', index)).toMatchObject({
      listed: { symbol: 'PUMPFUNUSDT.6', venue: 'Binance' },
    });
  });

  test('a venue that is listed one day is found by its name', () => {
    const rows = [row('BTC_USDT.X', 'BTC_USDT', 'BTC')];
    const index = buildMarketIndex(listing(rows, [{ code: 'X', name: 'MEXC' }]));
    expect(short(resolve('MEXC', 'BTCUSDT', index))).toBe('resolved BTC_USDT.X');
  });

  test('two venues of one name are a doubt', () => {
    const rows = [row('BTCUSDT_PERP.4', 'BTC-USDT', 'BTC'), row('BTCUSDT_PERP.X', 'BTC-USDT', 'BTC')];
    const names = [
      { code: '4', name: 'Huobi' },
      { code: 'X', name: 'HTX' },
    ];
    expect(short(resolve('HTX', 'BTC-USDT', buildMarketIndex(listing(rows, names))))).toBe('ambiguous-market');
  });

  test('rows that cannot be used are counted', () => {
    const index = buildMarketIndex(
      listing([
        row('A.A', 'AUSDT', 'A'),
        row('A.A', 'AUSDT', 'A'),
        row('B.A', 'BUSDT', 'B', { perpetual: false }),
        row('C.Q', 'CUSDT', 'C'),
        row('D.A', 'DUSDT', '\u001B[2J'),
      ]),
    );
    expect(index.size).toBe(1);
    expect(index.unusable).toEqual({ notPerpetual: 1, unreadableName: 1, duplicate: 1 });
    expect(index.unreadableRows).toBe(1);
    expect(short(resolve('BINANCE', 'AUSDT', index))).toBe('resolved A.A');
  });

  test('names of object members are ordinary names', () => {
    const hostile = ['__proto__', 'constructor', 'hasOwnProperty', 'toString'];
    const index = buildMarketIndex({
      venues: hostile.map((name) => ({ code: name, name })),
      markets: hostile.map((name) => row(`${name}.${name}`, name, name, { venueCode: name, quoteAsset: name })),
      fetchedAt: 0,
    });
    for (const name of hostile) {
      expect(short(resolve(name, name, index))).toBe('unknown-name');
      expect(short(resolve(name, 'BTCUSDT', index))).toBe('not-listed');
      expect(short(resolveMarket({ exchange: 'MEXC', symbol: 'BTCUSDT' }, index, { referenceVenues: hostile }))).toBe(
        'not-listed',
      );
    }
  });

  test('a reference venue that the list does not know is named with the nearest one, in whatever spelling', () => {
    expect(unknownVenues(realistic, ['binance', 'gateio', 'OKX'])).toEqual([]);
    expect(unknownVenues(realistic, ['Binanse', 'NYSE'])).toEqual([
      { name: 'Binanse', nearest: 'Binance' },
      { name: 'NYSE', nearest: null },
    ]);
  });

  test('without an index the name is still told', () => {
    expect(unresolved({ exchange: 'KUCOIN', symbol: 'XBTUSDTM' }, 'no-provider')).toEqual({
      tier: 'neutral',
      reason: 'no-provider',
      name: { base: 'BTC', quote: 'USDT', multiplier: 1, unified: 'BTC/USDT:USDT' },
    });
  });
});

describe('any listing and any name', () => {
  const tickers = fc.constantFrom('BTC', 'XBT', 'PEPE', '1000PEPE', 'kPEPE', '1MPEPE', 'NEIRO', '4', '__proto__', '');
  const anyRow = fc
    .record({
      symbol: fc.string({ minLength: 1, maxLength: 4 }),
      venueCode: fc.constantFrom('A', '6', 'H', 'T', 'Q'),
      baseAsset: tickers,
      quoteAsset: fc.constantFrom('USDT', 'USDC', 'USD', 'U', ''),
      perpetual: fc.boolean(),
      expireAt: fc.option(fc.integer({ min: 1 }), { freq: 8 }),
      margined: fc.constantFrom('STABLE', 'COIN'),
      suffix: fc.constantFrom('USDT', 'USD_PERP', 'PERP', ''),
    })
    .map(({ symbol, suffix, ...rest }) =>
      row(symbol, `${rest.baseAsset}${suffix}`, rest.baseAsset, rest as Partial<FutureMarketRow>),
    );
  const anyMarket = fc.record({
    exchange: fc.constantFrom('BINANCE', 'BYBIT', 'HYPERLIQUID', 'LIGHTER', 'MEXC', 'KUCOIN'),
    symbol: fc
      .tuple(tickers, fc.constantFrom('USDT', 'USDC', 'USD', 'USDTM', '', 'PERP', '_PERP'))
      .map(([ticker, suffix]) => `${ticker}${suffix}`),
  });

  test('an answer is a listed perpetual of the right venue, and a USDT market never gets a coin-margined one', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 20 }), anyMarket, (rows, market) => {
        const resolution = resolveMarket(market, buildMarketIndex(listing(rows)), options);
        if (resolution.tier === 'neutral') return;
        const found = rows.find(({ symbol, perpetual, expireAt, venueCode }) => {
          const venue = VENUES.find(({ code }) => code === venueCode)?.name;
          return (
            symbol === resolution.listed.symbol && perpetual && expireAt === null && venue === resolution.listed.venue
          );
        });
        expect(found).toBeDefined();
        if (resolution.name.quote !== 'USD') expect(found?.margined).toBe('STABLE');
        const own = resolution.listed.venue.toUpperCase() === market.exchange;
        expect(resolution.tier).toBe(own ? 'resolved' : 'aggregated');
        if (!own) expect(found?.quoteAsset).toBe(resolution.name.quote);
      }),
      { numRuns: 3000 },
    );
  });

  test('the order of the rows changes nothing', () => {
    const unique = fc.uniqueArray(anyRow, { maxLength: 12, selector: ({ symbol }) => symbol });
    fc.assert(
      fc.property(unique, anyMarket, (rows, market) => {
        const forward = resolveMarket(market, buildMarketIndex(listing(rows)), options);
        expect(resolveMarket(market, buildMarketIndex(listing([...rows].reverse())), options)).toEqual(forward);
      }),
    );
  });
});

describe('the markets of perps-2026-01', () => {
  /** Every coin of the table on Binance and on Hyperliquid, so that only the rules decide. */
  const everywhere = buildMarketIndex(
    listing(
      [...new Set(PERPS_2026_01.map(({ base }) => base))].flatMap((base) => [
        row(`${base}USDT_PERP.A`, `${base}USDT`, base),
        row(`${base}.H`, base, base, { quoteAsset: 'USD' }),
      ]),
    ),
  );

  test('Hyperliquid is resolved, MEXC and KuCoin are aggregated at best', () => {
    for (const { exchange, symbol, base } of PERPS_2026_01) {
      const expected = AMBIGUOUS_TICKERS.has(base) ? 'ambiguous-ticker' : `aggregated ${base}USDT_PERP.A`;
      expect(short(resolve(exchange, symbol, everywhere)), `${exchange} ${symbol}`).toBe(
        exchange === 'HYPERLIQUID' ? `resolved ${base}.H` : expected,
      );
    }
  });

  test('four of the tickers are ambiguous', () => {
    const ambiguous = PERPS_2026_01.filter(
      ({ exchange, base }) => exchange !== 'HYPERLIQUID' && AMBIGUOUS_TICKERS.has(base),
    );
    expect(ambiguous.map(({ base }) => base).sort()).toEqual(['BROCCOLI', 'EPIC', 'LIT', 'LUNA']);
  });
});

describeWithShared('coinalyze', 'recorded listings', () => {
  const read = (name: string): unknown => JSON.parse(readFileSync(sharedPath('coinalyze', name), 'utf8'));
  type Venue = { code: string; name: string };

  test.each(['exchanges_2025-06-22_recorded.json', 'exchanges_2026-06-10_reconstructed.json'])(
    '%s with the recorded rows of Binance answers BTC in USDT, USDC and USD',
    (file) => {
      const rows = read('future-markets_3rows_2025-06-22_recorded.json') as Record<string, never>[];
      const index = buildMarketIndex({
        venues: read(file) as Venue[],
        fetchedAt: 0,
        markets: rows.map((wire) => ({
          symbol: wire['symbol']! as CoinalyzeSymbol,
          venueCode: wire['exchange']!,
          symbolOnExchange: wire['symbol_on_exchange']!,
          baseAsset: wire['base_asset']!,
          quoteAsset: wire['quote_asset']!,
          perpetual: wire['is_perpetual']!,
          expireAt: wire['expire_at']!,
          margined: wire['margined']!,
          denomination: wire['oi_lq_vol_denominated_in']!,
          hasLongShortRatio: wire['has_long_short_ratio_data']!,
        })),
      });
      expect(index.size).toBe(3);
      expect(short(resolve('BINANCE', 'BTCUSDT', index))).toBe('resolved BTCUSDT_PERP.A');
      expect(short(resolve('BINANCE', 'BTCUSDC', index))).toBe('resolved BTCUSDC_PERP.A');
      expect(short(resolve('BINANCE', 'BTCUSD_PERP', index))).toBe('resolved BTCUSD_PERP.A');
      expect(short(resolve('KUCOIN', 'XBTUSDTM', index))).toBe('aggregated BTCUSDT_PERP.A');
    },
  );

  test('the venues of the hand-made listing are the 28 of June 2026', () => {
    const names = (venues: readonly Venue[]): string[] => venues.map(({ code, name }) => `${code} ${name}`).sort();
    expect(names(VENUES)).toEqual(names(read('exchanges_2026-06-10_reconstructed.json') as Venue[]));
  });
});
