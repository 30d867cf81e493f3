import { describe, expect, it } from 'vitest';
import { sliceColumns, type CandleSeries } from '../../src/core/candles.ts';
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import type { LiquidationSeries, ValueSeries } from '../../src/core/series.ts';
import { createInputHash, seriesDigest, type InputHash } from '../../src/feed/input-hash.ts';

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
  (hash) => hash.addCandles('BYBIT:BTCUSDT', candles('BYBIT')),
  (hash) => hash.addCandles('BINANCE:BTCUSDT', candles('BINANCE')),
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
      withStep(2, (hash) => hash.addCandles('BYBIT:BTCUSDT', candles('BYBIT', 3.000_000_1))),
      withStep(2, (hash) => hash.addCandles('OKX:BTCUSDT', candles('OKX'))),
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
    expect(withStep(2, (hash) => hash.addCandles('BYBIT:BTCUSDT', view))).toBe(hashOf(ADD));
  });

  it('columns that are longer than what they hold count for what they hold', () => {
    const columns = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
    const grown = Object.fromEntries(columns.map((name) => [name, column(...candles('BYBIT')[name], 9, 9)]));
    const reused = { ...candles('BYBIT'), ...grown };
    expect(withStep(2, (hash) => hash.addCandles('BYBIT:BTCUSDT', reused))).toBe(hashOf(ADD));
  });

  it('what stands in reused columns afterwards does not matter', () => {
    const hash = createInputHash();
    const reused = candles('BYBIT');
    for (const [index, step] of ADD.entries()) {
      if (index === 2) hash.addCandles('BYBIT:BTCUSDT', reused);
      else step(hash);
    }
    reused.close.fill(0);
    expect(hash.digest()).toBe(hashOf(ADD));
  });

  it('a digest stands in for its series', () => {
    const digest = createInputHash().addSeries(symbol, interest);
    expect(seriesDigest(symbol, interest)).toBe(digest);
    expect(withStep(4, (hash) => hash.addDigest(digest))).toBe(hashOf(ADD));
  });

  it('a copy goes its own way: stages share what they have in common', () => {
    const shared = createInputHash();
    for (const step of ADD.slice(0, 4)) step(shared);
    const before = shared.digest();
    const stage = shared.copy();
    for (const step of ADD.slice(4)) step(stage);
    expect(stage.digest()).toBe(hashOf(ADD));
    expect(shared.digest()).toBe(before);
    shared.addSetting('more', 1);
    expect(stage.digest()).toBe(hashOf(ADD));
  });
});
