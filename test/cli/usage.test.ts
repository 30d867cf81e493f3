import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { runProcess, workplace } from '../support/cli.ts';
import { ROOT, SAMPLE } from '../support/places.ts';
import { runHere } from '../support/in-process.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

const place = workplace();
afterAll(() => place.remove());

function folderWith(name: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(place.path(name), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(place.path(name, file), text);
  return place.path(name);
}

/** 120 closed hourly candles around 100, the last one an hour ago. */
function candles(count = 120): string {
  const hour = 3_600_000;
  const last = Math.floor(Date.now() / hour) * hour - hour;
  const rows = Array.from({ length: count }, (_, index) => {
    const price = 100 + Math.sin(index / 3);
    return [last - (count - 1 - index) * hour, price, price + 1, price - 1, price + 0.5, 10 + (index % 7)];
  });
  return JSON.stringify(rows);
}

describe('wrong use', () => {
  it.each([
    [['no/such/folder'], 2, /no\/such\/folder/],
    [[], 2, /Examples:/],
    [[SAMPLE, '--strategy', 'trend-brekout'], 2, /Did you mean trend-breakout\? Known are .*squeeze-break/],
    [[SAMPLE, '--timeframe', '5h'], 2, /--timeframe: "5h"/],
    [[SAMPLE, '--budget', 'soon'], 2, /--budget: "soon"/],
    [[SAMPLE, '--as-of', 'yesterday'], 2, /--as-of: "yesterday"/],
    [[SAMPLE, '--as-of', '1768842000'], 2, /ms UTC/],
    [[SAMPLE, '--as-of', '2026-02-30'], 2, /--as-of: "2026-02-30"/],
    [[SAMPLE, '--as-of', '9999999999999999'], 2, /--as-of/],
    [[SAMPLE, '--budget', '600h'], 2, /at most 24h/],
    [['sandbox', '--host', '0.0.0.0'], 2, /use 127\.0\.0\.1/],
    [[SAMPLE, '--limit', '0'], 2, /--limit: "0"/],
    [[SAMPLE, '--exchange', 'NYSE'], 2, /there are BINANCE/],
    [[SAMPLE, '--symbol', 'BTCC'], 2, /did you mean BTC/],
    [[SAMPLE, '--provider', 'coinalyze'], 2, /the sample is made up/],
    [[SAMPLE, '--strateg', 'all'], 2, /did you mean --strategy\?/],
    [['show', 'missing.json'], 2, /missing\.json: there is no such file; write a feed with/],
    [['sandbox', '--port', '99999999'], 2, /whole number from 0 to 65535/],
  ] as const)('%j ends with %i and says what is wrong', async (args, code, text) => {
    const result = await runHere(place, args);
    expect(result.stderr).toMatch(text);
    expect(result.stderr).not.toMatch(/^ +at /m);
    expect(result.stdout).toBe('');
    expect(result.code).toBe(code);
  });

  it('an unknown setting in the environment ends with 78 and the nearest name', async () => {
    const { code, stderr } = await runHere(place, [SAMPLE], { env: { SCAN_BUDGT: '1m' } });
    expect(stderr).toContain('did you mean SCAN_BUDGET?');
    expect(code).toBe(78);
  });

  it('provider coinalyze without a key ends with 78 and names the variable', async () => {
    const folder = folderWith('hourly', { 'BINANCE_BTCUSDT_1h.json': candles() });
    const { code, stderr } = await runHere(place, [folder, '--timeframe', '1h', '--provider', 'coinalyze']);
    expect(stderr).toContain('COINALYZE_API_KEY');
    expect(code).toBe(78);
  });

  it('a folder without readable candles ends with 4 and leaves the old feed as it was', async () => {
    const folder = folderWith('broken', { 'BINANCE_BTCUSDT_4h.json': '[[1,2' });
    writeFileSync(place.path('old.json'), '{"schema_version":"old"}');
    const { code, stderr } = await runHere(place, [folder, '--output', 'old.json']);
    expect(stderr).toContain('none of 1 files could be read');
    expect(stderr).toContain('BINANCE_BTCUSDT_4h.json');
    expect(code).toBe(4);
    expect(readFileSync(place.path('old.json'), 'utf8')).toBe('{"schema_version":"old"}');
  });
});

describe("a scan of the user's own candles", () => {
  it('without a key hints once, is neutral, and ends with 0', async () => {
    const folder = folderWith('own', { 'BINANCE_BTCUSDT_1h.json': candles(), 'MEXC_ETHUSDT_1h.json': candles() });
    const { code, stderr } = await runHere(place, [folder, '--timeframe', '1h', '--output', 'own.json']);
    expect(code).toBe(0);
    expect(stderr.match(/COINALYZE_API_KEY/g)).toHaveLength(1);
    const feed = JSON.parse(readFileSync(place.path('own.json'), 'utf8')) as {
      readonly markets: readonly { readonly tier: string }[];
      readonly signals: readonly { readonly oi_metadata: object; readonly score_bounds: readonly number[] | null }[];
    };
    expect(feed.markets.map(({ tier }) => tier)).toEqual(['neutral', 'neutral']);
    expect(feed.signals).toHaveLength(2 * STRATEGIES.length);
    for (const { oi_metadata, score_bounds } of feed.signals) {
      expect(oi_metadata).toMatchObject({ status: 'neutral', score: 10 });
      if (score_bounds !== null) expect(score_bounds[0]).toBe(score_bounds[1]);
    }
  });

  it('leaves the sample out and says so', async () => {
    const folder = folderWith('mixed', { 'BINANCE_BTCUSDT_1h.json': candles() });
    const { stderr } = await runHere(place, [folder, SAMPLE, '--timeframe', '1h', '--output', 'mixed.json']);
    expect(stderr).toContain('Left out the made-up sample');
    expect(stderr).toContain('Found 1 data files (1 markets)');
  });

  it('never reads its own output', async () => {
    const folder = folderWith('again', { 'BINANCE_BTCUSDT_1h.json': candles() });
    const args = [folder, '--timeframe', '1h', '--output', 'again/master_feed.json'];
    await runHere(place, args);
    const { stderr, code } = await runHere(place, args);
    expect(code).toBe(0);
    expect(stderr).toContain('Found 1 data files (1 markets)');
  });

  it('a single file is shown as a table, at the time of the clock, and writes no feed', async () => {
    const folder = folderWith('single', { 'BINANCE_BTCUSDT_1h.json': candles() });
    const before = Date.now();
    const args = [`${folder}/BINANCE_BTCUSDT_1h.json`, '--timeframe', '1h', '--json'];
    const { code, stdout, stderr } = await runHere(place, args);
    expect(code).toBe(0);
    expect(stderr).not.toContain('[SUCCESS]');
    const { run } = JSON.parse(stdout) as { readonly run: { readonly as_of: number } };
    expect(run.as_of).toBeGreaterThanOrEqual(before);
  });

  it('a log pipe that closes early costs no feed', async () => {
    const launcher = path.join(ROOT, 'bin', 'scan.cjs');
    const line = `"${process.execPath}" "${launcher}" "${SAMPLE}" --output piped.json 2>&1 >/dev/null | head -1`;
    const env = { PATH: '/usr/bin:/bin', HOME: place.folder, SCAN_CACHE_DIR: place.path('cache') };
    const { stdout } = await runProcess('/bin/sh', ['-c', line], place.folder, env);
    expect(stdout).toContain('[DIRECTORY MODE]');
    expect(existsSync(place.path('piped.json'))).toBe(true);
  });

  it('a cache that another process holds costs a note, not the run', async () => {
    mkdirSync(place.path('held'));
    const held = new DatabaseSync(place.path('held', 'perpscan.sqlite'));
    held.exec('PRAGMA journal_mode = WAL; CREATE TABLE taken (x); BEGIN IMMEDIATE; INSERT INTO taken VALUES (1)');
    const env = { SCAN_CACHE_DIR: place.path('held') };
    const { code } = await runHere(place, [SAMPLE, '--symbol', 'BTC'], { env });
    held.close();
    expect(code).toBe(0);
  });

  it('an output that cannot be written ends with 4 and says why', async () => {
    const folder = folderWith('unwritable', { 'BINANCE_BTCUSDT_1h.json': candles() });
    mkdirSync(place.path('taken.json'));
    const { code, stderr } = await runHere(place, [folder, '--timeframe', '1h', '--output', 'taken.json']);
    expect(code).toBe(4);
    expect(stderr).toMatch(/taken\.json.*folder/);
  });

  it('never reads the default feed of its root either', async () => {
    const root = folderWith('rooted', { 'scan.config.json': '{}' });
    folderWith('rooted/data', { 'BINANCE_BTCUSDT_1h.json': candles(), 'master_feed.json': '{"signals": []}' });
    const { code, stderr } = await place.scan(['data', '--timeframe', '1h', '--output', 'elsewhere.json'], {
      cwd: root,
    });
    expect(code).toBe(0);
    expect(stderr).toContain('Found 1 data files (1 markets)');
  });

  it('a part of the market is shown as a table, and written only with --output', async () => {
    const { code, stdout, stderr } = await runHere(place, [SAMPLE, '--symbol', 'btc'], { cwd: place.folder });
    expect(code).toBe(0);
    expect(stdout).toContain('trend-breakout');
    expect(stderr).not.toContain('[SUCCESS]');
  });

  it('--json prints the feed and nothing else on stdout, --quiet nothing at all', async () => {
    const json = await runHere(place, [SAMPLE, '--limit', '3', '--json']);
    expect((JSON.parse(json.stdout) as { signals: unknown[] }).signals).toHaveLength(3 * STRATEGIES.length);
    const quiet = await runHere(place, [SAMPLE, '--quiet', '--output', 'quiet.json']);
    expect(quiet).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(place.path('quiet.json'))).toBe(true);
  });

  it('becomes degraded when more than half of the previous markets are gone', async () => {
    const all = {
      'BINANCE_BTCUSDT_1h.json': candles(),
      'BINANCE_ETHUSDT_1h.json': candles(),
      'BINANCE_SOLUSDT_1h.json': candles(),
    };
    const folder = folderWith('shrinking', all);
    const args = [folder, '--timeframe', '1h', '--output', 'shrinking.json'];
    expect((await runHere(place, args)).code).toBe(0);
    const { rmSync } = await import('node:fs');
    for (const name of Object.keys(all).slice(1)) rmSync(place.path('shrinking', name));
    const second = await runHere(place, args);
    expect(second.code).toBe(3);
    expect(second.stdout).toContain('2 of the 3 markets of the previous feed are gone');
    expect((await runHere(place, [...args.slice(0, 3), '--output', 'shrinking.json', '--allow-degraded'])).code).toBe(
      0,
    );
  });
});
