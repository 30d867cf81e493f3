import { describe, expect, it } from 'vitest';
import { sliceColumns, type CandleSeries } from '../../src/core/candles.ts';
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import type { LiquidationSeries, ValueSeries } from '../../src/core/series.ts';
import { createInputHash, type InputHash } from '../../src/feed/input-hash.ts';

const column = (...values: number[]): Float64Array => Float64Array.from(values);
const symbol = 'BTC.H' as CoinalyzeSymbol;

function candles(exchange: string, lastClose = 3): CandleSeries {
  return {
    market: { exchange, symbol: 'BTCUSDT' },
    timeframe: '4h',
    length: 2,
    time: column(0, 14_400_000),
    open: column(1, 2),
    high: column(3, 4),
    low: column(1, 1),
    close: column(2, lastClose),
    volume: column(5, 6),
  };
}

const interest: ValueSeries = {
  kind: 'open_interest',
  length: 2,
  time: column(0, 3_600_000),
  value: column(1, 2),
  coveredFrom: 0,
  completeTo: 7_200_000,
  fetchedAt: 7_300_000,
};
const liquidations: LiquidationSeries = {
  kind: 'liquidations',
  length: 1,
  time: column(0),
  long: column(1),
  short: column(2),
  coveredFrom: 0,
  completeTo: 0,
  fetchedAt: 0,
};

const ADD: readonly ((hash: InputHash) => void)[] = [
  (hash) => hash.addSetting('as_of', 1_768_842_000_000),
  (hash) => hash.addSetting('strategies', ['a', 'b']),
  (hash) => hash.addCandles(candles('BYBIT')),
  (hash) => hash.addCandles(candles('BINANCE')),
  (hash) => hash.addSeries(symbol, interest),
  (hash) => hash.addSeries(symbol, liquidations),
  (hash) => hash.addMissing(symbol, 'funding_rate', 'deferred'),
];

function hashOf(steps: readonly ((hash: InputHash) => void)[]): string {
  const hash = createInputHash();
  for (const step of steps) step(hash);
  return hash.digest();
}

/** The same with step `index` replaced. */
function withStep(index: number, step: (hash: InputHash) => void): string {
  return hashOf(ADD.with(index, step));
}

describe('input hash', () => {
  it('is a sha256 that does not depend on the order', () => {
    expect(hashOf(ADD)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOf([...ADD].reverse())).toBe(hashOf(ADD));
    expect(hashOf([...ADD.slice(3), ...ADD.slice(0, 3)])).toBe(hashOf(ADD));
  });

  it('changes with every input', () => {
    const others = [
      ...ADD.map((_, index) => hashOf(ADD.toSpliced(index, 1))),
      withStep(0, (hash) => hash.addSetting('as_of', 1_768_842_000_001)),
      withStep(0, (hash) => hash.addSetting('as_of', '1768842000000')),
      withStep(1, (hash) => hash.addSetting('strategies', ['a,b'])),
      withStep(2, (hash) => hash.addCandles(candles('BYBIT', 3.000_000_1))),
      withStep(2, (hash) => hash.addCandles(candles('OKX'))),
      withStep(4, (hash) => hash.addSeries(symbol, { ...interest, value: column(1, 3) })),
      ...[column(1, 3_600_001), column(0, 3_600_001), column(0, 7_200_000)].map((time) =>
        withStep(4, (hash) => hash.addSeries(symbol, { ...interest, time })),
      ),
      ...[column(0, 1, 2, 3), column(0, 1, 2, 4), column(0, 1, 3, 4), column(0, 2, 3, 4)].map((time) =>
        withStep(4, (hash) => hash.addSeries(symbol, { ...interest, length: 4, time, value: column(1, 2, 3, 4) })),
      ),
      withStep(4, (hash) => hash.addSeries(symbol, { ...interest, kind: 'long_short_ratio' })),
      withStep(5, (hash) =>
        hash.addSeries(symbol, { ...liquidations, long: liquidations.short, short: liquidations.long }),
      ),
      withStep(6, (hash) => hash.addMissing(symbol, 'funding_rate', 'no-data')),
    ];
    expect(new Set([...others, hashOf(ADD)]).size).toBe(others.length + 1);
  });

  it('when a series was received does not matter', () => {
    const later = { ...interest, fetchedAt: 9_999_999, completeTo: 9_000_000 };
    expect(withStep(4, (hash) => hash.addSeries(symbol, later))).toBe(hashOf(ADD));
  });

  it('a view into a larger buffer counts for what it shows', () => {
    const longer = { ...candles('BYBIT'), length: 3 };
    const columns = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
    const grown = Object.fromEntries(columns.map((name) => [name, column(7, ...candles('BYBIT')[name])]));
    const view = sliceColumns({ ...longer, ...grown }, 1, 3);
    expect(withStep(2, (hash) => hash.addCandles(view))).toBe(hashOf(ADD));
  });
});
