import path from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCandleName } from '../../src/candles/names.ts';
import { readPlainName } from '../../src/candles/plain-name.ts';

const folder = fc.constantFrom('/c/', '/c/spot/', '/spot/futures/', '/data/binance-spot/', '/c/1h/');
const exchange = fc.oneof(
  fc.constantFrom(
    'HYPERLIQUID',
    'BINANCE',
    'GATE',
    'DATA',
    'SPOT',
    'SOL',
    'BTC',
    'BTCUSDT',
    'NEW',
    'A',
    'AB',
    'binance',
    '1A',
  ),
  fc.stringMatching(/^[A-Z0-9]{1,17}$/),
);
const symbol = fc.oneof(
  fc.constantFrom(
    'BTCUSDT',
    'kPEPEUSDT',
    '1000PEPEUSDT',
    'USDT',
    'FDUSD',
    'XBTUSDTM',
    'BTC_USDT',
    'BTCPERP',
    '240927',
    'PYUSDX',
  ),
  fc.stringMatching(/^[A-Z0-9]{1,8}USDT$/),
);
const timeframe = fc.oneof(
  fc.constantFrom('1m', '15m', '1h', '4h', '1d', '60m', '1h', '4h', '7h', '24h', '1d', '7d', '1w', '1M', '4H', '04h'),
  fc.stringMatching(/^\d{1,3}[mhdw]$/),
);
const extension = fc.constantFrom(
  '.json',
  '.json',
  '.json',
  '.json',
  '.json',
  '.json.gz',
  '.JSON',
  '.csv',
  '.json ',
  'json',
);

test('a plain name is read as every name is, or left to that reading', () => {
  let plain = 0;
  fc.assert(
    fc.property(folder, exchange, symbol, timeframe, extension, (at, ...words) => {
      const base = `${words[0]}_${words[1]}_${words[2]}${words[3]}`;
      const named = readPlainName(at, base);
      if (named === null) return;
      plain++;
      expect({ ok: true, named }).toEqual(readCandleName(path.join(at, base)));
    }),
    { numRuns: 5_000 },
  );
  expect(plain).toBeGreaterThan(100);
});

test('the names that most files have are plain', () => {
  expect(readPlainName('/c/', 'HYPERLIQUID_BTCUSDT_4h.json')).toEqual({
    exchange: 'HYPERLIQUID',
    symbol: 'BTCUSDT',
    timeframe: '4h',
    spot: false,
    marked: null,
  });
  expect(readPlainName('/c/spot/', 'BINANCE_1000PEPEUSDT_15m.json')).toMatchObject({ timeframe: '15m', spot: true });
  expect(readPlainName('/c/', 'BINANCE_BTC_USDT_4h.json')).toBeNull();
});
