import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { feedProblems } from '../../src/feed/check.ts';
import { feedText } from '../../src/feed/writer.ts';
import { workplace } from '../support/cli.ts';
import { FAULTY_FILES, GONE } from './faulty-files.ts';
import { figure } from './figures.ts';
import { copyMarkets, scanFolder } from './market-folder.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

const place = workplace();
const folder = place.path('markets');
const MARKETS = 4;
let names: readonly string[];
let whole: Feed;

beforeAll(async () => {
  names = copyMarkets(folder, MARKETS);
  whole = await scanFolder(folder);
});
afterAll(() => place.remove());

const ofFile = (feed: Feed, name: string): readonly object[] =>
  feed.signals.filter(({ exchange, symbol }) => name.startsWith(`${exchange}_${symbol}_`));

/** A scan in which the second file is spoiled. */
async function scanSpoiled(spoil: (file: string) => void): Promise<Feed> {
  rmSync(folder, { recursive: true });
  copyMarkets(folder, MARKETS);
  spoil(path.join(folder, names[1]!));
  return scanFolder(folder);
}

describe('what the feed says of a candle file', () => {
  it.each(FAULTY_FILES)('with $name: $expected', async ({ spoil, expected }) => {
    const name = names[1]!;
    const feed = await scanSpoiled(spoil);
    expect(feedProblems(feed, 'the feed')).toEqual([]);
    expect(feedText(feed)).not.toMatch(/polluted|\bNaN\b|\bInfinity\b/);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(feed.signals).toHaveLength(MARKETS * STRATEGIES.length);
    const { files_skipped: skipped, candles } = feed.summary;
    const own = ofFile(feed, name);
    if (typeof expected === 'object' && 'refused' in expected) {
      expect(skipped).toEqual([
        { file: name, reason: expected.refused, detail: expect.stringMatching(/.{10}/) as string },
      ]);
      for (const signal of own)
        expect(signal).toMatchObject({ status: 'insufficient_data', status_reason: { code: 'unreadable' } });
      expect(own).toHaveLength(STRATEGIES.length);
      return;
    }
    expect(skipped).toEqual([]);
    if (typeof expected === 'object') expect(candles[expected.repaired]).toBeGreaterThan(0);
    if (expected === 'same') expect(own).toEqual(ofFile(whole, name));
  });

  it.each(GONE)('with $name: its market is not there', async ({ spoil }) => {
    const feed = await scanSpoiled(spoil);
    expect(feed.summary.markets).toBe(MARKETS - 1);
    expect(feed.summary.files_skipped).toEqual([]);
  });

  it('is there for every fault', () => {
    const refused = FAULTY_FILES.filter(({ expected }) => typeof expected === 'object' && 'refused' in expected);
    figure(
      'C',
      `${FAULTY_FILES.length + GONE.length} faults of candle files: ${refused.length} refused by name and reason, the others read or repaired and counted`,
    );
    expect(new Set(FAULTY_FILES.map(({ name }) => name)).size).toBe(FAULTY_FILES.length);
  });
});
