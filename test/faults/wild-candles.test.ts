import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { feedProblems } from '../../src/feed/check.ts';
import { feedText } from '../../src/feed/writer.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { workplace } from '../support/cli.ts';
import { figure, rounds } from './figures.ts';
import { fuzzFile } from './mutations.ts';
import { alone, copyMarkets, scanFolder } from './market-folder.ts';
import { createRandom, freshSeed, type Random } from './random.ts';

const STEP_MS = 4 * HOUR_MS;
const CANDLES = 620;
const SOUND = 3;
const place = workplace();
const folder = place.path('candles');
let names: readonly string[];
let sound: Feed;

beforeAll(async () => {
  names = copyMarkets(folder, SOUND);
  sound = await scanFolder(folder, { detail: 'full' });
});
afterAll(() => place.remove());

/** A price between the smallest that a double holds and the largest that is no mistake. */
function anyPrice(random: Random): number {
  return random.pick([5e-324, 1e-300, 1e-100, 1e-9, 1, 1e9, 1e13, 9e17]) * (1 + random.next() / 20);
}

/** What a candle can be and no market is: leaps over hundreds of powers of ten, standstill, no volume, none measured or all there is. */
function wildRows(random: Random): readonly (readonly (number | null)[])[] {
  const end = Math.floor(SAMPLE_AS_OF / STEP_MS);
  const calm = random.pick([0, 0.5, 0.9, 0.99, 1]);
  const step = random.pick([1, 1 + Number.EPSILON, 1.01, 1.5, 10]);
  let price = anyPrice(random);
  return Array.from({ length: CANDLES }, (_, index) => {
    const open = price;
    if (random.next() > calm) price = random.pick([anyPrice(random), price * step, price / step, price]);
    price = Math.min(9.9e17, Math.max(Number.MIN_VALUE, price));
    const volume = random.pick([0, 5e-324, 1, 9.9e17, null]);
    return [(end - CANDLES + index) * STEP_MS, open, Math.max(open, price), Math.min(open, price), price, volume];
  });
}

function ofSound({ markets, signals }: Feed): readonly string[] {
  const isIn = ({ exchange, symbol }: { readonly exchange: string; readonly symbol: string }): boolean =>
    names.includes(`${exchange}_${symbol}_4h.json`);
  return [...markets.filter(isIn).map((row) => JSON.stringify(row)), ...signals.filter(isIn).map(alone)].sort();
}

/** One scan of the sound markets beside what `write` puts there. */
async function scanBeside(write: () => void, where: string): Promise<Feed> {
  rmSync(folder, { recursive: true });
  copyMarkets(folder, SOUND);
  write();
  const feed = await scanFolder(folder, { detail: 'full' });
  expect(feedProblems(feed, 'the feed'), where).toEqual([]);
  expect(() => feedText(feed), where).not.toThrow();
  expect(ofSound(feed), where).toEqual(ofSound(sound));
  return feed;
}

describe('beside sound markets', () => {
  it('candles that no market has never cost the feed, nor a signal of another market', async () => {
    const random = createRandom(freshSeed());
    const scans = rounds(10, 200);
    const counts = { ok: 0, insufficient_data: 0, stale: 0, error: 0 };
    for (let scan = 0; scan < scans; scan += 1) {
      const write = (): void => {
        for (let market = 0; market < 6; market += 1)
          writeFileSync(path.join(folder, `BYBIT_WILD${market}USDT_4h.json`), JSON.stringify(wildRows(random)));
      };
      const where = `seed ${random.seed}, scan ${scan}`;
      const { signals } = await scanBeside(write, where);
      const scored = JSON.stringify(signals.filter(({ status }) => status === 'ok'));
      expect(scored.match(/.{0,80}\b(?:NaN|Infinity)\b/g), where).toBeNull();
      for (const { status, symbol } of signals) if (symbol.startsWith('WILD')) counts[status] += 1;
    }
    expect(counts.ok).toBeGreaterThan(0);
    expect(counts.error).toBeGreaterThan(0);
    figure(
      'A7',
      `${scans} scans beside candles from 5e-324 to 1e18: ${JSON.stringify(counts)}, 0 feeds lost, 0 other signals changed`,
    );
  });

  it('files of any bytes never cost the feed, nor a signal of another market', async () => {
    const random = createRandom(freshSeed());
    const scans = rounds(10, 300);
    let files = 0;
    for (let scan = 0; scan < scans; scan += 1) {
      const write = (): void => {
        for (let n = 0; n < 12; n += 1) {
          const { name, bytes } = fuzzFile(random);
          const own = path.join(folder, String(n), name);
          mkdirSync(path.dirname(own), { recursive: true });
          writeFileSync(own, bytes);
          files += 1;
        }
      };
      await scanBeside(write, `seed ${random.seed}, scan ${scan}`);
    }
    figure('C', `${files} fuzzed files in ${scans} whole scans: 0 feeds lost, 0 other signals changed`);
  });
});
