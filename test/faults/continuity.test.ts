import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { isExplained } from '../../src/core/signal.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { parseFeed } from '../../src/feed/parse.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { workplace, type Workplace } from '../support/cli.ts';
import { figure, rounds } from './figures.ts';
import { copyMarkets } from './market-folder.ts';
import { startScan, type Ended } from './scan-process.ts';
import { startWorldServer, type WorldServer } from './world-server.ts';

const MARKETS = 12;
const CANDLE_MS = 4 * HOUR_MS;

let place: Workplace;
let server: WorldServer;
let names: readonly string[];

beforeEach(async () => {
  place = workplace();
  names = copyMarkets(place.path('candles'), MARKETS);
  server = await startWorldServer();
});
afterEach(async () => {
  await server.close();
  place.remove();
});

async function scan(args: readonly string[], url = server.url): Promise<Ended> {
  return startScan(place, { url, args: ['--output', 'out/feed.json', '--detail', 'full', ...args] }).ended;
}

function feed(): Feed {
  const parsed = parseFeed(readFileSync(place.path('out', 'feed.json'), 'utf8'), 'feed');
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.feed;
}

/** The candle files as they were some candles ago. */
function candlesOf(folder: string, missing: number): void {
  mkdirSync(place.path(folder));
  for (const name of names) {
    const rows = JSON.parse(readFileSync(place.path('candles', name), 'utf8')) as unknown[];
    writeFileSync(place.path(folder, name), JSON.stringify(rows.slice(0, rows.length - missing)));
  }
}

function seats({ signals }: Feed): readonly string[] {
  return signals.map(({ exchange, symbol, strategy }) => `${exchange} ${symbol} ${strategy}`).sort();
}

describe('what is old', () => {
  it('is called so: without new candles every signal turns stale within a day, and none disappears', async () => {
    await scan([]);
    const first = feed();
    const fresh = first.signals.filter(({ status }) => status === 'ok').length;
    expect(fresh).toBeGreaterThan(0);
    const steps = rounds(1, 6);
    const staleAfter: number[] = [];
    await server.close();
    for (let step = 1; step <= steps; step += 1) {
      const asOf = SAMPLE_AS_OF + (step * 24 * HOUR_MS) / steps;
      await scan(['--as-of', String(asOf)]);
      const { signals, run } = feed();
      expect(seats(feed())).toEqual(seats(first));
      for (const { status, candle_time: open } of signals) {
        if (status === 'ok') expect(run.as_of - (open! + CANDLE_MS)).toBeLessThanOrEqual(2 * CANDLE_MS);
      }
      staleAfter.push(signals.filter(({ status }) => status === 'stale').length);
    }
    expect(feed().signals.filter(({ status }) => status === 'ok')).toEqual([]);
    expect(staleAfter.at(-1)).toBeGreaterThanOrEqual(fresh);
    figure(
      'A10',
      `nothing old is shown as fresh: ${fresh} fresh signals, 24 h later ${staleAfter.at(-1)} stale, 0 fresh, 0 gone`,
    );
    server = await startWorldServer();
  });

  it('is called so: series that do not reach a new candle are never shown as fresh', async () => {
    candlesOf('earlier', 1);
    renameSync(place.path('candles'), place.path('now'));
    renameSync(place.path('earlier'), place.path('candles'));
    await scan(['--as-of', String(SAMPLE_AS_OF - CANDLE_MS)]);
    const known = feed().signals.filter(({ oi_metadata: oi }) => oi.status !== 'neutral');
    expect(known.length).toBeGreaterThan(0);
    rmSync(place.path('candles'), { recursive: true });
    renameSync(place.path('now'), place.path('candles'));
    const url = server.url;
    await server.close();
    const { code } = await scan(['--deadline', '700ms'], url);
    server = await startWorldServer();
    expect(code).toBe(3);
    const scored = feed()
      .signals.filter(isExplained)
      .filter(({ status }) => status === 'ok');
    const parts = scored.flatMap(({ candle_time: open, market, oi_metadata: oi }) => {
      const close = open! + CANDLE_MS;
      if (oi.as_of !== null && oi.as_of < close) expect(oi.stale).toBe(true);
      return Object.values(market.series).map((part) => ({ part, close }));
    });
    const short = parts.filter(({ part, close }) => part.as_of === null || part.as_of < close);
    const fresh = short.filter(({ part }) => !part.stale && part.value !== null);
    expect(short.length).toBeGreaterThan(parts.length / 2);
    expect(fresh).toEqual([]);
    figure(
      'A10',
      `API down for a candle: ${short.length} of ${parts.length} series end before it, ${fresh.length} of them shown as fresh`,
    );
  });
});

describe('markets that vanish', () => {
  it('degrade the feed when more than half are gone, and never replace it when all are', async () => {
    await scan(['--provider', 'none']);
    const before = readFileSync(place.path('out', 'feed.json'), 'utf8');
    renameSync(place.path('candles'), place.path('mounted'));
    const unmounted = await scan(['--provider', 'none']);
    mkdirSync(place.path('candles'));
    const empty = await scan(['--provider', 'none']);
    expect([unmounted.code, empty.code]).toEqual([2, 4]);
    expect(readFileSync(place.path('out', 'feed.json'), 'utf8')).toBe(before);
    const left = 5;
    for (const name of names.slice(0, left)) renameSync(place.path('mounted', name), place.path('candles', name));
    const { code } = await scan(['--provider', 'none']);
    const { run, summary } = feed();
    expect(code).toBe(3);
    expect(run.degraded_reasons.map((reason) => reason.code)).toEqual(['markets-gone']);
    figure(
      'A13',
      `${MARKETS - summary.markets} of ${MARKETS} markets gone: degraded, exit ${code}; all gone: exit ${unmounted.code} and ${empty.code}, old feed as it was`,
    );
  });
});
