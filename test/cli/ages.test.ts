import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { workplace, type CliResult } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { candlesUntil } from '../support/old-candles.ts';
import { ofThree } from '../support/strategies.ts';

const place = workplace();
/** Close of the last candle of the files. */
const DIED = Date.UTC(2025, 2, 1, 4);
const AT_THE_TIME = '2025-03-01T05:00:00Z';

afterAll(() => place.remove());

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
      Array.from({ length: 3 }, () => candlesUntil(DIED)),
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
    folderOf('now', [candlesUntil(DIED)]);
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
  const cut = candlesUntil(DIED).slice(0, 400);

  it('is degraded when they are more than half of the markets: 60 of 63', async () => {
    folderOf('cut', [...Array.from({ length: 60 }, () => cut), ...Array.from({ length: 3 }, () => candlesUntil(DIED))]);
    const { code, stderr } = await scan('cut', '--as-of', AT_THE_TIME);
    expect(code).toBe(3);
    expect(stderr).toContain('60 of 63 markets are stale or unreadable (0 stale, 60 unreadable)');
    expect(feed('cut').summary).toMatchObject({ markets: 63, candles: { newest_close: DIED, stale_markets: 0 } });
  });

  it('is degraded although other timeframes of those markets can be read, too short to stand in', async () => {
    folderOf('finer', [cut, cut, candlesUntil(DIED)]);
    const hourly = candlesUntil(DIED).replaceAll(/\[(\d+),/g, (_, time) => `[${DIED - (DIED - Number(time)) / 4},`);
    for (const coin of ['C00', 'C01']) writeFileSync(place.path('finer', `BINANCE_${coin}USDT_1h.json`), hourly);
    const { code, stderr } = await scan('finer', '--as-of', AT_THE_TIME);
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('2 of 3 markets are stale or unreadable (0 stale, 2 un'),
    ]);
  });

  it('is not when they are half', async () => {
    folderOf('half', [cut, candlesUntil(DIED - 24 * HOUR_MS), candlesUntil(DIED), candlesUntil(DIED)]);
    expect((await scan('half', '--as-of', AT_THE_TIME)).code).toBe(0);
    expect(feed('half').run.degraded_reasons).toEqual([]);
    expect(feed('half').summary.candles).toMatchObject({ newest_close: DIED, stale_markets: 1 });
  });
});

describe('who looks at a feed or a folder', () => {
  it('scan show tells the age of the candles, not of the file alone', async () => {
    folderOf('shown', [candlesUntil(DIED), candlesUntil(DIED)]);
    await scan('shown');
    const { stdout } = await runHere(place, ['show', place.path('shown.feed.json')]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /^Written .* ago .*; 4h candles up to 2025-03-01 04:00 UTC, \d+ d.* ago; markets: 2 \(2 stale\); series: none Degraded \(stale-candles\)/,
    );
    const json = await runHere(place, ['show', place.path('shown.feed.json'), '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ candles: { newest_close: DIED, stale_markets: 2 } });
  });

  it('scan doctor warns of a feed that is of today and whose candles are not', async () => {
    folderOf('checked', [candlesUntil(DIED), candlesUntil(DIED)]);
    const checkOf = async (...args: readonly string[]): Promise<object | undefined> => {
      await scan('checked', ...ofThree(args));
      const env = { SCAN_OUTPUT: place.path('checked.feed.json') };
      const { stdout } = await runHere(place, ['doctor', '--offline', '--json'], { env });
      const { checks } = JSON.parse(stdout) as { readonly checks: readonly { readonly name: string }[] };
      return checks.find(({ name }) => name === 'feed');
    };
    const old =
      /^written .* ago; 4h candles up to 2025-03-01 04:00 UTC, \d+ d.* ago; markets: 2 \(2 stale\); 6 signals/;
    expect(await checkOf()).toMatchObject({
      status: 'warn',
      fact: expect.stringMatching(old) as string,
      remedy: expect.stringMatching(/^degraded \(stale-candles\): 2 of 2 markets/) as string,
      data: { newest_close: DIED, stale_markets: 2 },
    });
    // A look at the past is whole, and old all the same.
    expect(await checkOf('--as-of', AT_THE_TIME)).toMatchObject({
      status: 'warn',
      remedy: 'its candles are old: refresh the files',
      data: { newest_close: DIED, stale_markets: 0 },
    });
  });

  it('scan doctor of a folder says that a scan now is degraded, and which --as-of is not', async () => {
    folderOf('doctored', [candlesUntil(DIED), candlesUntil(DIED), candlesUntil(DIED).slice(0, 400)]);
    const { stdout } = await runHere(place, ['doctor', place.path('doctored')]);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/error Markets that are stale or unreadable, more than half of 3: .* 3 \(stale-candles\)/);
    expect(text).toMatch(/BINANCE C00USDT, BINANCE C01USDT: the newest candle closed at 2025-03-01 04:00 UTC, \d+ d/);
    expect(text).toContain('BINANCE C02USDT: no file of it can be read');
    expect(text).toContain('What helps: refresh the files; scan --as-of 2025-03-01T00:00:00Z looks at the past');
    const then = await runHere(place, ['doctor', place.path('doctored'), '--as-of', AT_THE_TIME]);
    expect(then.stdout).not.toContain('stale-candles');
  });
});
