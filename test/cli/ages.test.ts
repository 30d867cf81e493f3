import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { workplace, type CliResult } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';

const place = workplace();
/** Close of the last candle of the files. */
const DIED = Date.UTC(2025, 2, 1, 4);
const AT_THE_TIME = '2025-03-01T05:00:00Z';

afterAll(() => place.remove());

/** 160 candles of 4h, the last of which closes then. */
function candles(closedAt: number): string {
  const rows = Array.from({ length: 160 }, (_, index) => {
    const open = 100 + 5 * Math.sin(index / 9);
    return [closedAt - (160 - index) * 4 * HOUR_MS, open, open + 2, open - 2, open + 1, 10 + (index % 5)];
  });
  return JSON.stringify(rows);
}

/** A folder of markets of Binance, each with its file's content. */
function folderOf(name: string, contents: readonly string[]): string {
  mkdirSync(place.path(name));
  for (const [index, content] of contents.entries()) {
    writeFileSync(place.path(name, `BINANCE_C${String(index).padStart(2, '0')}USDT_4h.json`), content);
  }
  return name;
}

function scan(folder: string, ...args: readonly string[]): Promise<CliResult> {
  return runHere(place, [place.path(folder), '--provider', 'none', '--output', `${folder}.feed.json`, ...args]);
}

function feed(folder: string): Feed {
  return JSON.parse(readFileSync(place.path(`${folder}.feed.json`), 'utf8')) as Feed;
}

describe('a scan of candles that died long ago', () => {
  it('is degraded, says so last of all, and names the --as-of that looks at them', async () => {
    folderOf(
      'dead',
      Array.from({ length: 3 }, () => candles(DIED)),
    );
    const { code, stderr, stdout } = await scan('dead');
    expect(code).toBe(3);
    expect(stderr.trim().split('\n').at(-1)).toMatch(
      /^\[ERROR\] degraded: 3 of 3 markets are stale or unreadable \(3 stale, 0 unreadable\): the newest stale candle closed at 2025-03-01 04:00 UTC, .* d.* before the scan\./,
    );
    expect(stdout).toContain('Degraded (stale-candles): 3 of 3 markets are stale or unreadable');
    const { run, summary } = feed('dead');
    expect(run.degraded_reasons.map((reason) => reason.code)).toEqual(['stale-candles']);
    expect(summary.candles).toMatchObject({ newest_close: DIED, stale_markets: 3 });
    const named = /--as-of (\S+)/.exec(run.degraded_reasons[0]!.text)![1]!;
    expect(named).toBe('2025-03-01T00:00:00Z');
    expect((await scan('dead', '--as-of', named)).code).toBe(0);
    expect(feed('dead').summary.signals.stale).toBe(0);
  });

  it('is at the time of the machine with every provider', async () => {
    folderOf('now', [candles(DIED)]);
    for (const provider of ['sandbox', 'none']) {
      const before = Date.now();
      expect((await scan('now', '--provider', provider)).code).toBe(3);
      const { as_of: asOf } = feed('now').run;
      expect(asOf).toBeGreaterThanOrEqual(before);
      expect(asOf).toBeLessThanOrEqual(Date.now());
    }
  });
});

describe('a scan of files that were cut short', () => {
  const cut = candles(DIED).slice(0, 400);

  it('is degraded when they are more than half of the markets: 60 of 63', async () => {
    folderOf('cut', [...Array.from({ length: 60 }, () => cut), ...Array.from({ length: 3 }, () => candles(DIED))]);
    const { code, stderr } = await scan('cut', '--as-of', AT_THE_TIME);
    expect(code).toBe(3);
    expect(stderr).toContain('60 of 63 markets are stale or unreadable (0 stale, 60 unreadable)');
    expect(feed('cut').summary).toMatchObject({ markets: 63, candles: { newest_close: DIED, stale_markets: 0 } });
  });

  it('is not when they are half', async () => {
    folderOf('half', [cut, candles(DIED - 24 * HOUR_MS), candles(DIED), candles(DIED)]);
    expect((await scan('half', '--as-of', AT_THE_TIME)).code).toBe(0);
    expect(feed('half').run.degraded_reasons).toEqual([]);
    expect(feed('half').summary.candles).toMatchObject({ newest_close: DIED, stale_markets: 1 });
  });
});
