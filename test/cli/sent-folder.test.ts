/** A folder that somebody sends, scanned by a user with a key: which of two servers on this machine hears of the key. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answer as sandboxAnswer } from '../../src/sandbox/api.ts';
import { workplace, type CliResult } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { json, startScriptedServer, type Script, type ScriptedServer } from '../support/scripted-server.ts';

const KEY = 'CANARY-of-a-sent-folder';
const place = workplace();
let own: ScriptedServer;
let foreign: ScriptedServer;

const world: Script = (request, response, url) => {
  const known = sandboxAnswer(url.pathname.slice('/v1/'.length), url.searchParams, Date.now());
  json(known.ok ? known.rows() : [])(request, response, url);
};

beforeAll(async () => {
  [own, foreign] = await Promise.all([startScriptedServer(), startScriptedServer()]);
  for (const server of [own, foreign]) server.play(world);
  // What a folder says would go before this.
  const config = place.path('.config', 'perpscan');
  mkdirSync(config, { recursive: true });
  writeFileSync(path.join(config, '.env'), `COINALYZE_API_KEY=${KEY}\nCOINALYZE_BASE_URL=${own.url}\n`, {
    mode: 0o600,
  });
});
afterAll(async () => {
  await Promise.all([own.close(), foreign.close()]);
  place.remove();
});

let heardBefore = 0;
beforeEach(() => {
  heardBefore = foreign.requests.length;
});

/** What the server of the folder heard in this test. */
function heard(): number {
  return foreign.requests.length - heardBefore;
}

/** 160 closed hourly candles of one market. */
function sentFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(place.path('sent-'));
  const hour = 3_600_000;
  const last = Math.floor(Date.now() / hour) * hour - hour;
  const rows = Array.from({ length: 160 }, (_, at) => {
    const price = 100 + Math.sin(at / 3);
    return [last - (159 - at) * hour, price, price + 1, price - 1, price + 0.5, 10 + (at % 7)];
  });
  writeFileSync(path.join(folder, 'BINANCE_BTCUSDT_1h.json'), JSON.stringify(rows));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text, { mode: 0o600 });
  }
  return folder;
}

function scanIn(cwd: string, env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  const settings = {
    SCAN_QUOTA_CALLS: '1000',
    SCAN_QUOTA_MIN_SPACING_MS: '0',
    SCAN_CACHE_DIR: path.join(cwd, 'cache'),
  };
  return runHere(place, [cwd, '--timeframe', '1h', '--output', 'feed.json'], { cwd, env: { ...settings, ...env } });
}

/** The files of a folder that wants the key, and what it is told. */
const ATTACKS: Readonly<Record<string, (url: string) => Readonly<Record<string, string>>>> = {
  'a config file with an address': (url) => ({ 'scan.config.json': JSON.stringify({ base_url: url }) }),
  'a .env with an address': (url) => ({ 'scan.config.json': '{}', '.env': `COINALYZE_BASE_URL=${url}\n` }),
  'a .env behind a mark of UTF-8': (url) => ({ 'scan.config.json': '{}', '.env': `\uFEFFCOINALYZE_BASE_URL=${url}\n` }),
  'both, and a log level that hides warnings': (url) => ({
    'scan.config.json': JSON.stringify({ base_url: url, log_level: 'error' }),
    '.env': `export COINALYZE_BASE_URL="${url}"\nSCAN_LOG_LEVEL=error\n`,
  }),
};

describe('a folder that wants the key', () => {
  it.each(Object.entries(ATTACKS))('%s: its server hears nothing, and the refusal is told', async (_, files) => {
    const before = own.requests.length;
    const { stderr, code } = await scanIn(sentFolder(files(foreign.url)));
    expect(heard()).toBe(0);
    expect(own.requests.length).toBeGreaterThan(before);
    expect(own.requests.at(-1)!.headers['api_key']).toBe(KEY);
    const [first, second] = stderr.split('\n');
    expect(first).toMatch(
      /^\[HOST\] The key goes to 127\.0\.0\.1:\d+, not to Coinalyze \(COINALYZE_BASE_URL in .*\.env\)$/,
    );
    expect(second).toMatch(
      /^\[WARN\] (base_url|COINALYZE_BASE_URL) in .* is refused: a folder may not set it; it belongs/,
    );
    expect(code).toBeLessThan(4);
  });

  it('a config file above the candles, or behind a link, is one of a folder', async () => {
    const above = sentFolder({ 'scan.config.json': JSON.stringify({ base_url: foreign.url }), 'candles/x.txt': '' });
    const { stderr } = await runHere(place, [above, '--timeframe', '1h', '--output', 'a.json'], {
      cwd: path.join(above, 'candles'),
      env: { SCAN_QUOTA_MIN_SPACING_MS: '0' },
    });
    expect(stderr).toContain(`base_url in ${path.join(above, 'scan.config.json')} is refused`);
    const linked = sentFolder({ 'hidden/settings': JSON.stringify({ base_url: foreign.url }) });
    symlinkSync('hidden/settings', path.join(linked, 'scan.config.json'));
    expect((await scanIn(linked)).stderr).toContain('base_url in ');
    expect(heard()).toBe(0);
  });

  it('an exported key does not go to an address in a file, whoever wrote it', async () => {
    const folder = sentFolder({ 'scan.config.json': '{}' });
    const sent = own.requests.length + foreign.requests.length;
    const { code, stderr } = await scanIn(folder, { COINALYZE_API_KEY: KEY });
    expect(code).toBe(78);
    expect(stderr).toMatch(
      /^scan: COINALYZE_BASE_URL in .*perpscan\/\.env names .* the key comes from the environment/,
    );
    expect(own.requests.length + foreign.requests.length).toBe(sent);
  });

  it('a key that the folder brings with its address is refused beside the address of the user', async () => {
    const folder = sentFolder({ '.env': `COINALYZE_API_KEY=theirs-0123\nCOINALYZE_BASE_URL=${foreign.url}\n` });
    const { code } = await scanIn(folder);
    expect(code).toBe(78);
    expect(heard()).toBe(0);
  });

  it('a server named beside the key in the environment is asked, and said first', async () => {
    const env = { COINALYZE_API_KEY: KEY, COINALYZE_BASE_URL: foreign.url };
    const { stderr } = await scanIn(sentFolder({}), env);
    expect(stderr).toMatch(/^\[HOST\] The key goes to 127\.0\.0\.1:\d+, not to Coinalyze \(COINALYZE_BASE_URL\)\n/);
    expect(foreign.requests.at(-1)!.headers['api_key']).toBe(KEY);
  });
});

describe('what a folder may not place', () => {
  it('scan show says why it reads another feed', async () => {
    const folder = sentFolder({ 'scan.config.json': JSON.stringify({ output: '../../etc/feed.json' }) });
    const { stderr } = await runHere(place, ['show'], { cwd: folder });
    expect(stderr).toContain('output in ');
    expect(stderr).toContain('leads out of');
  });

  it('the doctor says where each setting comes from, what was looked at and what was refused', async () => {
    const folder = sentFolder({
      'scan.config.json': JSON.stringify({ base_url: foreign.url, timeframe: '1h', output: '../x.json' }),
    });
    const { stdout, code } = await runHere(place, ['doctor', '--offline'], {
      cwd: folder,
      columns: 80,
      env: { NO_COLOR: '1' },
    });
    const words = stdout.replaceAll(/\s+/g, ' ');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^timeframe +scan\.config\.json +1h$/m);
    expect(stdout).toMatch(/^base_url +\.env /m);
    expect(stdout).toMatch(/^output +default /m);
    expect(words).toContain(`From ${folder}/scan.config.json: timeframe`);
    expect(words).toContain(`From ${place.path('.config', 'perpscan', '.env')}: base_url`);
    expect(words).toContain('warn settings');
    expect(stdout.replaceAll(/\s+/g, '')).toContain(`base_urlin${folder}/scan.config.jsonisrefused`);
    expect(stdout.replaceAll(/\s+/g, '')).toContain(`outputin${folder}/scan.config.jsonisrefused:itleadsoutof`);
    expect(stdout.replaceAll(/\s+/g, '')).toContain(`notthere:`);
  });

  it('with the log level debug a scan says which files were looked at', async () => {
    const folder = sentFolder({ 'scan.config.json': '{}' });
    const { stderr } = await runHere(
      place,
      [folder, '--provider', 'none', '--timeframe', '1h', '--log-level', 'debug', '--output', 'f.json'],
      {
        cwd: folder,
      },
    );
    expect(stderr).toContain(`[DEBUG] settings: not there file="${path.join(folder, '.env')}"`);
    expect(stderr).toContain(`[DEBUG] settings: read file="${path.join(folder, 'scan.config.json')}"`);
  });
});
