import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LISTED_COINS } from '../../src/sandbox/coins.ts';
import { FUTURES, SPOT_MARKETS } from '../../src/sandbox/listing.ts';
import { EXCHANGES } from '../../src/sandbox/venues.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';

const rows = [...FUTURES.values()].map(({ row }) => row);

function repeated(values: readonly string[]): readonly string[] {
  return values.filter((value, at) => values.indexOf(value) !== at);
}

describe('listing', () => {
  it('no symbol is listed twice, and every symbol ends in the code of its exchange', () => {
    expect(repeated([...rows.map(({ symbol }) => symbol), ...SPOT_MARKETS.map(({ symbol }) => symbol)])).toEqual([]);
    for (const { symbol, exchange } of rows) expect(symbol.slice(symbol.lastIndexOf('.') + 1)).toBe(exchange);
  });

  it('no two different markets share a symbol: as many rows as were made', () => {
    const keys = rows.map((row) => `${row.exchange} ${row.symbol_on_exchange} ${row.quote_asset} ${row.margined}`);
    expect(repeated(keys)).toEqual([]);
  });

  it('no coin stands in the world twice', () => {
    expect(repeated(LISTED_COINS.map(({ ticker }) => ticker))).toEqual([]);
  });

  it.each([
    ['BTCUSDT_PERP.A', 'BTCUSDT', 'BTC', 'USDT', 'STABLE', 'BASE_ASSET'],
    ['BTCUSDC_PERP.A', 'BTCUSDC', 'BTC', 'USDC', 'STABLE', 'BASE_ASSET'],
    ['BTCUSD_PERP.A', 'BTCUSD_PERP', 'BTC', 'USD', 'COIN', 'QUOTE_ASSET'],
    ['1000PEPEUSDT_PERP.A', '1000PEPEUSDT', '1000PEPE', 'USDT', 'STABLE', 'BASE_ASSET'],
    ['1MBABYDOGEUSDT_PERP.A', '1MBABYDOGEUSDT', '1MBABYDOGE', 'USDT', 'STABLE', 'BASE_ASSET'],
    ['BTCUSDT.6', 'BTCUSDT', 'BTC', 'USDT', 'STABLE', 'BASE_ASSET'],
    ['BTCPERP.6', 'BTCPERP', 'BTC', 'USDC', 'STABLE', 'BASE_ASSET'],
    ['BTCUSD.6', 'BTCUSD', 'BTC', 'USD', 'COIN', 'QUOTE_ASSET'],
    ['BTCUSDT_PERP.3', 'BTC-USDT-SWAP', 'BTC', 'USDT', 'STABLE', 'BASE_ASSET'],
    ['PEPEUSDT_PERP.3', 'PEPE-USDT-SWAP', 'PEPE', 'USDT', 'STABLE', 'BASE_ASSET'],
    ['BTC.H', 'BTC', 'BTC', 'USD', 'STABLE', 'BASE_ASSET'],
    ['kPEPE.H', 'kPEPE', 'kPEPE', 'USD', 'STABLE', 'BASE_ASSET'],
    ['BTC_USDT.Y', 'BTC_USDT', 'BTC', 'USDT', 'STABLE', 'BASE_ASSET'],
    ['BTC-PERPETUAL.2', 'BTC-PERPETUAL', 'BTC', 'USD', 'COIN', 'QUOTE_ASSET'],
    ['BTC_USDC-PERPETUAL.2', 'BTC_USDC-PERPETUAL', 'BTC', 'USDC', 'STABLE', 'BASE_ASSET'],
    ['BTCUSDT_PERP.0', 'XBTUSDT', 'BTC', 'USDT', 'STABLE', 'CONTRACTS'],
    ['BTCUSDT_PERP.4', 'BTC-USDT', 'BTC', 'USDT', 'STABLE', 'BASE_ASSET'],
    ['pf_xbtusd.K', 'pf_xbtusd', 'BTC', 'USD', 'STABLE', 'BASE_ASSET'],
    ['BTCUSDT_PERP.F', 'BTCF0:USTF0', 'BTC', 'USDT', 'STABLE', 'BASE_ASSET'],
    ['BTCUSD.7', 'BTCUSD', 'BTC', 'USD', 'COIN', 'QUOTE_ASSET'],
    ['cETHUSD.7', 'cETHUSD', 'ETH', 'USD', 'COIN', 'QUOTE_ASSET'],
    ['PERP_BTC_USDT.W', 'PERP_BTC_USDT', 'BTC', 'USDT', 'STABLE', 'BASE_ASSET'],
    ['BTC-USD.8', 'BTC-USD', 'BTC', 'USD', 'STABLE', 'BASE_ASSET'],
    ['BTCUSDT.S', 'BTCUSDT', 'BTC', 'USDT', 'STABLE', 'BASE_ASSET'],
    ['1.T', 'BTC', 'BTC', 'USD', 'STABLE', 'BASE_ASSET'],
    ['0.T', 'ETH', 'ETH', 'USD', 'STABLE', 'BASE_ASSET'],
    ['BTC-PERP.C', 'BTC-PERP', 'BTC', 'USDC', 'STABLE', 'BASE_ASSET'],
  ])('%s is written as its venue does', (symbol, onExchange, base, quote, margined, denomination) => {
    expect(FUTURES.get(symbol)?.row).toMatchObject({
      symbol_on_exchange: onExchange,
      base_asset: base,
      quote_asset: quote,
      margined,
      oi_lq_vol_denominated_in: denomination,
      is_perpetual: true,
      expire_at: null,
    });
  });

  it('Binance is A, and there is no code for MEXC, KuCoin, Bitget or BingX', () => {
    expect(EXCHANGES.find(({ code }) => code === 'A')?.name).toBe('Binance');
    expect(EXCHANGES.filter(({ name }) => /mexc|kucoin|bitget|bingx/i.test(name))).toEqual([]);
  });

  it('futures use 16 of the 28 codes, all of them exchanges', () => {
    const codes = new Set(EXCHANGES.map(({ code }) => code));
    expect(codes.size).toBe(28);
    const used = new Set(rows.map(({ exchange }) => exchange));
    expect(used.size).toBe(16);
    expect([...used].filter((code) => !codes.has(code))).toEqual([]);
  });

  it('dated futures share coin and quote with a perpetual and are told apart by their flag alone', () => {
    const dated = rows.filter(({ is_perpetual: perpetual }) => !perpetual);
    expect(dated.length).toBeGreaterThan(3);
    for (const row of dated) {
      expect(row.expire_at).toBe(Date.UTC(2027, 11, 31, 8));
      const twin = rows.find(
        (other) =>
          other.is_perpetual &&
          other.exchange === row.exchange &&
          other.base_asset === row.base_asset &&
          other.quote_asset === row.quote_asset,
      );
      expect(twin, row.symbol).toBeDefined();
    }
  });

  it('the long/short ratio is there on Binance and Bybit, nowhere on Hyperliquid', () => {
    const withRatio = new Set(rows.filter((row) => row.has_long_short_ratio_data).map(({ exchange }) => exchange));
    expect(withRatio).toEqual(new Set(['A', '6']));
  });
});

describeWithShared('coinalyze', 'listing against recorded rows', () => {
  const recorded = (file: string): readonly object[] =>
    JSON.parse(readFileSync(sharedPath('coinalyze', file), 'utf8')) as readonly object[];

  it('a row has exactly the recorded fields, and Binance rows are equal', () => {
    const known = recorded('future-markets_3rows_2025-06-22_recorded.json');
    expect(rows).toEqual(expect.arrayContaining([...known]));
    expect(known).toHaveLength(3);
  });

  it('the exchanges are the 28 of mid-2026', () => {
    const known = recorded('exchanges_2026-06-10_reconstructed.json');
    expect(EXCHANGES).toEqual(expect.arrayContaining([...known]));
    expect(EXCHANGES).toHaveLength(known.length);
  });
});

describeWithShared('candles/perps-2026-01', 'listing against real market names', () => {
  it('most of the coins are listed, some are not', () => {
    const bases = new Set(LISTED_COINS.map(({ ticker }) => ticker));
    const files = readdirSync(sharedPath('candles/perps-2026-01')).filter((file) => file.endsWith('.json'));
    const markets = new Set(files.map((file) => file.split('_').slice(0, 2).join('_')));
    const listed = [...markets].filter((market) => {
      const symbol = market.split('_')[1]!.replace(/USDTM?$/, '');
      return bases.has(symbol === 'XBT' ? 'BTC' : symbol.replace(/^(k(?=[A-Z])|1000|1M)/, ''));
    });
    expect(markets.size).toBe(210);
    expect(listed.length).toBeGreaterThan(160);
    expect(listed.length).toBeLessThan(200);
  });
});
