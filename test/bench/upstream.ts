/** A server that answers like Coinalyze for the corpus, as fast as it can: it only fills the cache that scans are measured with. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { coinOf, EXCHANGES } from './corpus.ts';

const VENUES = ['Binance', 'Bybit', 'KuCoin'] as const;
const HOUR_S = 3_600;
const PATHS: Readonly<Record<string, number>> = {
  'open-interest-history': 1,
  'funding-rate-history': 4,
  'long-short-ratio-history': 1,
  'liquidation-history': 1,
};

interface FakeUpstream {
  readonly url: string;
  readonly close: () => void;
}

/** Lists the first `symbols` perpetuals of the corpus, by exchange; the rest has to be stood in for. */
export async function startUpstream(coins: number, symbols: number): Promise<FakeUpstream> {
  const listed = Array.from({ length: symbols }, (_, index) => {
    const exchange = Math.floor(index / coins) % EXCHANGES.length;
    const base = coinOf(index % coins);
    return {
      symbol: `${base}USDT_PERP.${exchange}`,
      exchange: String(exchange),
      symbol_on_exchange: `${base}USDT`,
      base_asset: base,
      quote_asset: 'USDT',
      expire_at: null,
      is_perpetual: true,
      margined: 'STABLE',
      oi_lq_vol_denominated_in: 'BASE_ASSET',
      has_long_short_ratio_data: true,
      has_ohlcv_data: true,
      has_buy_sell_data: true,
    };
  });
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const name = url.pathname.slice(1);
    const body =
      name === 'exchanges'
        ? VENUES.map((venue, code) => ({ name: venue, code: String(code) }))
        : name === 'future-markets'
          ? listed
          : histories(name, url.searchParams);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}

function histories(name: string, parameters: URLSearchParams): readonly object[] {
  const step = (PATHS[name] ?? 1) * HOUR_S;
  const from = Math.ceil(Number(parameters.get('from')) / step) * step;
  const to = Number(parameters.get('to'));
  const length = Math.max(0, Math.floor((to - from) / step) + 1);
  return (parameters.get('symbols') ?? '').split(',').map((symbol) => ({
    symbol,
    history: Array.from({ length }, (_, index) => rowOf(name, from + index * step, hashOf(symbol))).filter(isThere),
  }));
}

/** Few hours have liquidations; such rows are left out. */
function isThere(row: { readonly l?: number; readonly s?: number; readonly o?: number; readonly r?: number }): boolean {
  return row.o !== undefined || row.r !== undefined || row.l !== 0 || row.s !== 0;
}

function rowOf(name: string, t: number, seed: number): { t: number; o?: number; l?: number; s?: number; r?: number } {
  const noise = (Math.imul(seed ^ (t / HOUR_S), 0x9e3779b1) >>> 0) / 2 ** 32;
  if (name === 'long-short-ratio-history') return { t, r: Math.round(1e4 * (0.8 + noise)) / 1e4 };
  if (name === 'liquidation-history') {
    const amount = noise < 0.7 ? 0 : Math.round(1e5 * noise) / 100;
    return noise > 0.85 ? { t, l: amount, s: 0 } : { t, l: 0, s: amount };
  }
  const value =
    name === 'funding-rate-history' ? Math.round(1e4 * (noise - 0.4)) / 1e6 : Math.round(1e9 + 1e8 * noise) / 100;
  return Object.assign({ t }, { o: value, h: value, l: value, c: value });
}

function hashOf(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
