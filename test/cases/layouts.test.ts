/** Real candles under the names and in the folders of other tools give the same feed. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { workplace } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';

const place = workplace();
afterAll(() => place.remove());

/** Exchange, symbol as the recorded files have it, coin. */
const MARKETS = [
  ['HYPERLIQUID', 'BTCUSDT', 'BTC'],
  ['HYPERLIQUID', 'KASUSDT', 'KAS'],
  ['MEXC', 'AAVEUSDT', 'AAVE'],
  ['MEXC', 'DOGEUSDT', 'DOGE'],
] as const;

type Name = (exchange: string, symbol: string, coin: string, timeframe: string) => string;
const minutes = (timeframe: string): number => (timeframe === '4h' ? 240 : 15);

const LAYOUTS: Readonly<Record<string, Name>> = {
  TradingView: (exchange, symbol, _, timeframe) => `${exchange}_${symbol}.P, ${minutes(timeframe)}_1a2b3.json`,
  Hummingbot: (exchange, _, coin, timeframe) =>
    `candles_${exchange.toLowerCase()}_perpetual_${coin}-USDT_${timeframe}.json`,
  "Hummingbot's quants-lab": (exchange, _, coin, timeframe) =>
    `cache/candles/${exchange.toLowerCase()}_perpetual|${coin}-USDT|${timeframe}.json`,
  CryptoDataDownload: (exchange, symbol, _, timeframe) => `${symbol}_${exchange}_futures_UM_${timeframe}.json`,
  Freqtrade: (exchange, _, coin, timeframe) =>
    `user_data/data/${exchange.toLowerCase()}/futures/${coin}_USDT_USDT-${timeframe}-futures.json`,
  ccxt: (exchange, _, coin, timeframe) => `${exchange.toLowerCase()}_${coin}_USDT:USDT_${timeframe}.json`,
  'dashes between all parts': (exchange, _, coin, timeframe) =>
    `${exchange.toLowerCase()}-${coin}-USDT-SWAP-${timeframe}.json`,
  'folders by timeframe': (exchange, symbol, _, timeframe) => `${exchange}/${timeframe}/${symbol}.json`,
  'folders by symbol': (exchange, symbol, _, timeframe) => `${exchange}/${symbol}/${timeframe}.json`,
  'folders by kind': (exchange, symbol, _, timeframe) => `${exchange}/linear/${symbol}_${timeframe}.json`,
  'exchange and kind in one folder': (exchange, symbol, _, timeframe) =>
    `${exchange.toLowerCase()}_futures/${symbol}-${timeframe}-data.json`,
  'folders by year below data': (exchange, symbol, _, timeframe) =>
    `${exchange}/data/2026/01/${symbol}-${timeframe}-data (2).json`,
  'timeframe first': (exchange, symbol, _, timeframe) => `${timeframe}_${exchange}_${symbol}.json`,
  'exchange last': (exchange, symbol, _, timeframe) => `${symbol}_${timeframe}_${exchange.toLowerCase()}.json`,
  MetaTrader: (exchange, symbol, _, timeframe) => `${exchange}_${symbol}_${timeframe === '4h' ? 'H4' : 'M15'}.json`,
  minutes: (exchange, symbol, _, timeframe) => `${exchange}_${symbol}_${minutes(timeframe)}min.json`,
  'second copies': (exchange, symbol, _, timeframe) => `${exchange}_${symbol}_${timeframe} (1).json`,
};

async function scan(folder: string, provider: string): Promise<unknown> {
  const output = path.join(folder, '..', 'feed.json');
  const flags = ['--as-of', '2026-01-19T17:00:00Z', '--detail', 'full', '--allow-degraded', '--output', output];
  const { code, stderr } = await runHere(place, ['run', folder, '--provider', provider, ...flags]);
  expect(code, stderr).toBe(0);
  const { markets, signals, summary } = JSON.parse(readFileSync(output, 'utf8')) as Feed;
  expect(summary.files_skipped).toEqual([]);
  return { markets, signals };
}

let folders = 0;

function laidOut(name: Name): string {
  const folder = place.path(`as-${folders++}`, 'in');
  for (const [exchange, symbol, coin] of MARKETS) {
    for (const timeframe of ['15m', '4h']) {
      const to = path.join(folder, name(exchange, symbol, coin, timeframe));
      mkdirSync(path.dirname(to), { recursive: true });
      copyFileSync(sharedPath('candles', 'perps-2026-01', `${exchange}_${symbol}_${timeframe}.json`), to);
    }
  }
  return folder;
}

const asRecorded: Name = (exchange, symbol, _, timeframe) => `${exchange}_${symbol}_${timeframe}.json`;

describeWithShared('candles/perps-2026-01', 'the same candles as other tools lay them out', () => {
  test.each(Object.entries(LAYOUTS))('%s', async (_, name) => {
    for (const provider of ['none', 'sandbox']) {
      expect(await scan(laidOut(name), provider)).toEqual(await scan(laidOut(asRecorded), provider));
    }
  });
});
