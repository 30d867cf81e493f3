import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/core/time.ts';
import { coinRows } from '../../src/show/coins.ts';
import { AS_OF, CLOSED_AT, marketRow } from '../feed/fixtures.ts';

const btc = (exchange: string, changes: Parameters<typeof marketRow>[0] = {}) =>
  marketRow({ exchange, coinalyze_symbol: `BTC.${exchange}`, ...changes });

describe('one row a coin', () => {
  it('by coin, with the gap between its dearest and its cheapest market and the sum of open interest', () => {
    const rows = coinRows(
      [
        marketRow({ symbol: 'ETHUSDT', price: 3_000 }),
        btc('BYBIT', { price: 101, open_interest_usd: 5 }),
        btc('OKX', { price: 100, open_interest_usd: 7 }),
        btc('GATE', { price: 100.5, open_interest_usd: null }),
      ],
      AS_OF,
    );
    expect(rows.map(({ coin, markets }) => [coin, markets])).toEqual([
      ['BTC', 3],
      ['ETH', 1],
    ]);
    expect(rows[0]).toMatchObject({ price_gap_pct: 1, open_interest_usd: 12 });
    expect(rows[1]).toMatchObject({ price_gap_pct: null });
  });

  it('prices are per coin, whatever a contract’s name multiplies', () => {
    const [pepe] = coinRows(
      [
        marketRow({ symbol: 'PEPEUSDT', price: 0.000_01 }),
        marketRow({ exchange: 'BINANCE', symbol: '1000PEPEUSDT', coin: 'PEPE', multiplier: 1_000, price: 0.010_2 }),
      ],
      AS_OF,
    );
    expect(pepe!.price_gap_pct).toBeCloseTo(2, 6);
  });

  it('prices of another time or in another quote have no gap', () => {
    const gapOf = (other: Parameters<typeof marketRow>[0]): number | null =>
      coinRows([btc('BYBIT', { price: 100 }), btc('OKX', { price: 150, ...other })], AS_OF)[0]!.price_gap_pct;
    expect(gapOf({})).toBe(50);
    expect(gapOf({ closed_at: CLOSED_AT - 4 * HOUR_MS })).toBeNull();
    expect(gapOf({ closed_at: CLOSED_AT - 400 * HOUR_MS })).toBeNull();
    expect(gapOf({ closed_at: null, price: null })).toBeNull();
    expect(gapOf({ unified_symbol: 'BTC/ETH:ETH' })).toBeNull();
    expect(gapOf({ unified_symbol: 'BTC/USDC:USDC' })).toBe(50);
  });

  it('stale markets have no gap even among themselves', () => {
    const old = { closed_at: AS_OF - 9 * HOUR_MS };
    expect(
      coinRows([btc('BYBIT', { ...old, price: 1 }), btc('OKX', { ...old, price: 2 })], AS_OF)[0]!.price_gap_pct,
    ).toBeNull();
  });

  it('funding is compared only where the interval is known', () => {
    const rowsOf = (...fundings: readonly (number | null)[]) =>
      coinRows(
        fundings.map((funding_8h_pct, n) => btc(`X${n}`, { funding_8h_pct })),
        AS_OF,
      )[0]!;
    expect(rowsOf(0.01, null, -0.02)).toMatchObject({
      funding_8h_min_pct: -0.02,
      funding_8h_max_pct: 0.01,
      funding_spread_8h_pct: 0.03,
    });
    expect(rowsOf(0.01, null)).toMatchObject({ funding_8h_min_pct: 0.01, funding_spread_8h_pct: null });
    expect(rowsOf(null)).toMatchObject({ funding_8h_min_pct: null, funding_8h_max_pct: null });
  });

  it('two names of one perpetual are one open interest; no market has one is null', () => {
    const usdc = btc('HYPERLIQUID', {
      symbol: 'BTCUSDC',
      coin: 'BTC',
      unified_symbol: 'BTC/USDC:USDC',
      open_interest_usd: 9,
    });
    expect(coinRows([btc('HYPERLIQUID', { open_interest_usd: 9 }), usdc], AS_OF)[0]).toMatchObject({
      markets: 2,
      open_interest_usd: 9,
    });
    expect(coinRows([btc('OKX', { open_interest_usd: null })], AS_OF)[0]!.open_interest_usd).toBeNull();
  });
});
