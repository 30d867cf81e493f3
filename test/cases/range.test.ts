/** Amounts and prices that no market has: refused at the door with a reason, and never the fault of a strategy. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sliceColumns } from '../../src/core/candles.ts';
import type { Feed } from '../../src/core/feed.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { feedProblems } from '../../src/feed/check.ts';
import { createJudge, isStrategyFault } from '../../src/processor/judging.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { candlesOf, generator } from '../contract/markets.ts';
import { workplace } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { SAMPLE } from '../support/places.ts';

const KEY = 'CANARY-range-71c2';
const SYMBOL = 'BTCUSDT_PERP.A';
const place = workplace();
const CANDLES = place.path('candles');

type WireRow = Record<string, number>;
/** Changes the rows of one symbol in the answers of one path. */
interface Spoilt {
  readonly path: string;
  readonly spoil: (rows: WireRow[]) => void;
}

let sandbox: Sandbox;
let between: Server;
let url: string;
/** Of answers as they are. */
let healthy: Feed;
let spoilt: Spoilt | null = null;

beforeAll(async () => {
  mkdirSync(CANDLES);
  for (const name of readdirSync(SAMPLE).filter((one) => /^BINANCE_(?:BTC|ETH|SOL)USDT/.test(one)))
    cpSync(path.join(SAMPLE, name), path.join(CANDLES, name));
  sandbox = await startSandbox({ now: () => SAMPLE_AS_OF, quotaCalls: 1000, quotaWindowMs: 150, key: KEY });
  between = createServer((request, response) => void passOn(request.url!, response));
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(between.address() as AddressInfo).port}${new URL(sandbox.url).pathname}`;
  healthy = await scanWith(null);
});
afterAll(async () => {
  await new Promise((resolve) => between.close(resolve));
  await sandbox.close();
  place.remove();
});

async function passOn(wanted: string, response: ServerResponse): Promise<void> {
  const answer = await fetch(new URL(wanted, sandbox.url), { headers: { api_key: KEY } });
  const body = (await answer.json()) as { readonly symbol?: string; readonly history?: WireRow[] }[];
  if (spoilt !== null && wanted.includes(spoilt.path))
    for (const { symbol, history } of body) if (symbol === SYMBOL) spoilt.spoil(history!);
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

let runs = 0;

async function scanWith(change: Spoilt | null): Promise<Feed> {
  spoilt = change;
  runs += 1;
  const output = `${runs}.json`;
  const args = [CANDLES, '--as-of', String(SAMPLE_AS_OF), '--detail', 'full', '--output', output];
  await runHere(place, args, {
    env: {
      COINALYZE_API_KEY: KEY,
      COINALYZE_BASE_URL: url,
      SCAN_QUOTA_CALLS: '1000',
      SCAN_QUOTA_WINDOW_MS: '150',
      SCAN_QUOTA_MIN_SPACING_MS: '0',
      SCAN_CACHE_DIR: place.path(`cache-${runs}`),
    },
  });
  const feed = JSON.parse(readFileSync(place.path(output), 'utf8')) as Feed;
  expect(feedProblems(feed, output)).toEqual([]);
  return feed;
}

const seriesOf = ({ markets }: Feed) => markets.find(({ symbol }) => symbol === 'BTCUSDT')!.series;

function all(values: WireRow): (rows: WireRow[]) => void {
  return (rows) => {
    for (const row of rows) Object.assign(row, values);
  };
}

describe('an amount out of range', () => {
  it.each([
    [
      'every open interest of 1e308',
      'open-interest-history',
      all({ o: 1e308, h: 1e308, l: 1e308, c: 1e308 }),
      'OI_UNAVAILABLE:bad-payload',
      'open_interest',
    ],
    [
      'every ratio of 1e18',
      'long-short-ratio-history',
      all({ r: 1e18 }),
      'LONG_SHORT_UNAVAILABLE:bad-payload',
      'long_short_ratio',
    ],
    [
      'every liquidation of 1e300',
      'liquidation-history',
      all({ l: 1e300, s: 1e300 }),
      'LIQUIDATIONS_UNAVAILABLE:bad-payload',
      'liquidations',
    ],
    [
      'every funding rate of 1e18 %',
      'funding-rate-history',
      all({ o: 1e18, h: 1e18, l: 1e18, c: 1e18 }),
      'FUNDING_UNAVAILABLE:bad-payload',
      'funding_rate',
    ],
  ] as const)('%s: the series is neutral with a reason, and nothing else is', async (_, at, spoil, reason, kind) => {
    const feed = await scanWith({ path: at, spoil });
    expect(seriesOf(feed)[kind]).toMatchObject({
      status: 'neutral',
      reason,
      value: null,
      value_usd: null,
      change_pct: null,
    });
    expect({ ...seriesOf(feed), [kind]: null }).toEqual({ ...seriesOf(healthy), [kind]: null });
    expect(feed.summary.signals.error).toBe(0);
    expect(feed.run.degraded_reasons.map(({ code }) => code)).not.toContain('strategy-threw');
  });

  it('one bucket alone is left out, and the one before it stands for it', async () => {
    const newest = seriesOf(healthy).open_interest.as_of!;
    const spoil = (rows: WireRow[]): void => {
      for (const row of rows) if (row['t'] === (newest - HOUR_MS) / 1000) row['c'] = 1e308;
    };
    const feed = await scanWith({ path: 'open-interest-history', spoil });
    expect(seriesOf(feed).open_interest).toMatchObject({ status: 'used', as_of: newest - HOUR_MS });
    expect(seriesOf(feed).open_interest.value_usd).toBeLessThan(1e12);
    expect(feed.summary.signals.error).toBe(0);
  });

  it('a change that no number says is neutral, and its value stays', async () => {
    const spoil = (rows: WireRow[]): void => rows.slice(0, -5).forEach((row) => void Object.assign(row, { c: 1e-300 }));
    const feed = await scanWith({ path: 'open-interest-history', spoil });
    expect(feed.summary.signals.error).toBe(0);
    expect(seriesOf(feed).open_interest).toMatchObject({
      status: 'neutral',
      reason: 'OI_UNAVAILABLE:out-of-range',
      change_pct: null,
    });
    expect(seriesOf(feed).open_interest.value_usd).toBeGreaterThan(0);
  });
});

type Candle = readonly [number, number, number, number, number, number];

const AT_MOST = 1e18 * (1 - 2 ** -53);
const START = Math.floor(SAMPLE_AS_OF / (4 * HOUR_MS)) * 4 * HOUR_MS - 600 * 4 * HOUR_MS;

/** Leaps over hundreds of powers of ten, standstill, no volume or all that is in range. */
function wildCandles(seed: number): readonly Candle[] {
  const random = generator(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const calm = pick([0, 0.5, 0.9, 0.99]);
  const isThin = pick([true, false]);
  let price = 1;
  return Array.from({ length: 600 }, (_, i): Candle => {
    const open = price;
    if (random() > calm) price = pick([5e-324, 1e-300, 1e-100, 1e-9, 1, 1e9, AT_MOST, price * 1.01, price / 2]);
    price = Math.min(AT_MOST, Math.max(5e-324, price));
    const volume = isThin ? (i % 50 === 49 ? AT_MOST : 5e-324) : pick([0, 5e-324, 1, AT_MOST, Number.NaN]);
    return [START + i * 4 * HOUR_MS, open, Math.max(open, price), Math.min(open, price), price, volume];
  });
}

describe('candles', () => {
  it('of any prices and volumes in range are never the fault of a strategy', () => {
    const judge = createJudge({ strategies: STRATEGIES, asOf: START + 600 * 4 * HOUR_MS, detail: 'full' });
    const seen = { scored: 0, unscored: 0 };
    for (let seed = 1; seed <= 300; seed += 1) {
      const rows = wildCandles(seed).map(([, ...values]) => values);
      const series = candlesOf(rows, '4h', START);
      for (const length of [150, 151, 400, 600]) {
        const cut = sliceColumns(series, 0, length);
        const { facts, answers } = judge({
          kind: 'series',
          series: cut,
          resampledFrom: null,
          cut: false,
          stale: false,
        });
        expect(Number.isFinite(facts!.price)).toBe(true);
        for (const answer of answers) {
          seen[answer.kind] += 1;
          if (answer.kind === 'unscored')
            expect(isStrategyFault(answer.reason.code), `${seed} ${answer.reason.text}`).toBe(false);
        }
      }
    }
    expect(Math.min(seen.scored, seen.unscored)).toBeGreaterThan(100);
  });

  it('out of range cost their own row, and their file when they are more than a slip', async () => {
    const sound = Array.from({ length: 300 }, (_, i): Candle => [
      START + (i + 300) * 4 * HOUR_MS,
      100,
      102,
      99,
      101,
      10 + i,
    ]);
    const withHighs = (count: number): string =>
      JSON.stringify(sound.map((row, i) => (i < count ? row.with(2, 1e18) : row)));
    const withVolumes = (count: number): string =>
      JSON.stringify(sound.map((row, i) => (i < count ? row.with(5, 1e308) : row)));
    const folder = place.path('rows');
    mkdirSync(folder);
    for (const [name, text] of Object.entries({
      A: withHighs(3),
      B: withVolumes(3),
      C: withHighs(4),
      D: withVolumes(4),
    }))
      writeFileSync(path.join(folder, `BINANCE_${name}USDT_4h.json`), text);
    const args = [folder, '--as-of', String(SAMPLE_AS_OF), '--provider', 'none', '--output', 'rows.json'];
    await runHere(place, args);
    const { summary } = JSON.parse(readFileSync(place.path('rows.json'), 'utf8')) as Feed;
    expect(summary.candles).toMatchObject({ impossible: 6, not_finite: 0, no_volume: 0 });
    expect(summary.files_skipped).toEqual(
      ['C', 'D'].map((name) => ({
        file: `BINANCE_${name}USDT_4h.json`,
        reason: 'bad-series',
        detail:
          '4 of 300 rows have impossible prices or volumes (not positive, outside high and low, or 1e18 and more)',
      })),
    );
  });
});
