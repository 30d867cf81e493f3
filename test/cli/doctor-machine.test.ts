import { DatabaseSync } from 'node:sqlite';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CommandContext } from '../../src/commands/context.ts';
import type { Check, Runtime } from '../../src/commands/doctor-checks.ts';
import { examine, type MachineFlags } from '../../src/commands/doctor-machine.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { ledgerFile, openLedger } from '../../src/platform/ledger.ts';
import { takeRunLock } from '../../src/platform/lock.ts';
import { CACHE_FILE, openStore } from '../../src/platform/store.ts';
import { workplace } from '../support/cli.ts';
import { ROOT, SAMPLE } from '../support/places.ts';
import { listing, row } from '../symbols/listing.ts';
import { selfSigned } from '../support/certificate.ts';
import { startProxy } from '../support/proxy-server.ts';
import { answer, startRawServer } from '../support/raw-server.ts';
import {
  json,
  REFUSING_URL,
  startScriptedServer,
  status,
  text,
  type Script,
  type ScriptedServer,
} from '../support/scripted-server.ts';
import { MAY_MOUNT, mountDisk, unmountDisk } from '../support/small-disk.ts';

const KEY = 'a-key-nobody-may-see-0123456789';
const RUNTIME: Runtime = { node: '24.21.0', execPath: '/usr/bin/node', sqlite: '3.51.3', platform: 'linux x64' };
const VENUES = [{ code: 'A', name: 'Binance' }];

let place = workplace();
let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());
afterEach(() => {
  place.remove();
  place = workplace();
});

/** A root of its own for settings, `.env` and output. */
function contextWith(env: Readonly<Record<string, string>> = {}): CommandContext {
  if (!existsSync(place.path('scan.config.json'))) writeFileSync(place.path('scan.config.json'), '{}');
  return {
    version: '1.2.3',
    packageRoot: ROOT,
    cwd: place.folder,
    env: { HOME: place.folder, SCAN_STATE_DIR: place.path('state'), ...env },
    stdout: process.stdout,
    stderr: process.stderr,
  };
}

function withKey(env: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { COINALYZE_API_KEY: KEY, COINALYZE_BASE_URL: server.url, SCAN_QUOTA_MIN_SPACING_MS: '0', ...env };
}

async function checks(
  env: Readonly<Record<string, string>> = {},
  flags: MachineFlags = {},
  runtime = RUNTIME,
): Promise<ReadonlyMap<string, Check>> {
  const report = await examine(flags, contextWith(env), runtime);
  expect(JSON.stringify(report)).not.toContain(KEY);
  return new Map(report.checks.map((check) => [check.name, check]));
}

const DOCUMENT = z.strictObject({
  doctor: z.literal('machine'),
  version: z.string(),
  checks: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
      status: z.enum(['ok', 'warn', 'fail']),
      fact: z.string().min(1),
      remedy: z.string().min(1).nullable(),
      data: z.record(z.string().regex(/^[a-z]+(_[a-z]+)*$/), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
  ),
  settings: z.array(
    z.strictObject({
      name: z.string(),
      value: z.union([z.string(), z.number(), z.array(z.string())]),
      unit: z.literal('ms').nullable(),
      source: z.enum(['flag', 'environment', '.env', 'scan.config.json', 'default']),
      path: z.string().nullable(),
      flag: z.string().nullable(),
      environment: z.string(),
    }),
  ),
  summary: z.strictObject({ ok: z.int(), warn: z.int(), fail: z.int() }),
});

describe('the program and its settings', () => {
  it('a sound machine without a key has one warning, for the key, and nothing is made on it', async () => {
    const report = DOCUMENT.parse(await examine({}, contextWith(), RUNTIME));
    expect(report.checks.filter((check) => check.status !== 'ok').map(({ name }) => name)).toEqual(['key']);
    expect(report.checks.map(({ name }) => name)).toEqual([
      'node',
      'sqlite',
      'settings',
      'key',
      'cache',
      'ledger',
      'disk',
      'output',
    ]);
    expect(report.summary).toEqual({ ok: 7, warn: 1, fail: 0 });
    expect(existsSync(place.path('state'))).toBe(false);
    expect(existsSync(place.path('cache'))).toBe(false);
  });

  it("tells the project's own Node from the machine's", async () => {
    const own = { ...RUNTIME, execPath: `${ROOT}/node_modules/node/bin/node` };
    expect((await checks({}, {}, own)).get('node')!.fact).toContain("the project's own");
    expect((await checks()).get('node')!.fact).toBe("24.21.0 on linux x64, the machine's: /usr/bin/node");
  });

  it.each([
    ['3.51.2', 'warn'],
    ['3.50.9', 'warn'],
    ['3.51.3', 'ok'],
    ['3.100.0', 'ok'],
    ['4.0.0', 'ok'],
  ])('SQLite %s: %s', async (sqlite, expected) => {
    expect((await checks({}, {}, { ...RUNTIME, sqlite })).get('sqlite')!.status).toBe(expected);
  });

  it('every setting has its value, its source and its names', async () => {
    writeFileSync(place.path('scan.config.json'), JSON.stringify({ budget: '90s', quota: { calls: 20 } }));
    writeFileSync(place.path('.env'), 'SCAN_TIMEFRAME=1h\n');
    const { settings } = await examine({}, contextWith({ SCAN_PROVIDER: 'none' }), RUNTIME);
    const told = new Map(settings.map(({ name, value, source }) => [name, [value, source]]));
    expect(told.get('budget')).toEqual([90_000, 'scan.config.json']);
    expect(settings.filter(({ name, unit }) => unit === null && /budget|_ms$/.test(name))).toEqual([]);
    expect(told.get('quota.calls')).toEqual([20, 'scan.config.json']);
    expect(told.get('timeframe')).toEqual(['1h', '.env']);
    expect(told.get('provider')).toEqual(['none', 'environment']);
    expect(told.get('log_format')).toEqual(['text', 'default']);
    expect(settings.find(({ name }) => name === 'budget')).toMatchObject({
      flag: '--budget',
      environment: 'SCAN_BUDGET',
    });
  });

  it('broken settings are one failure with the reason, and the program is still looked at', async () => {
    writeFileSync(place.path('scan.config.json'), '{"budgt": "1m"}');
    const found = await checks();
    expect([...found.keys()]).toEqual(['node', 'sqlite', 'settings']);
    expect(found.get('settings')).toMatchObject({
      status: 'fail',
      fact: expect.stringContaining('did you mean budget?'),
    });
  });

  it('an .env file with the key that others may read fails with the command that helps, as a scan refuses it', async () => {
    const file = place.path('.env');
    writeFileSync(file, `COINALYZE_API_KEY=${KEY}\n`, { mode: 0o644 });
    chmodSync(file, 0o644);
    const open = await checks({}, { offline: true });
    expect(open.get('env-file')).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining(`chmod 600 ${file}`),
    });
    expect(open.get('key')!.fact).toBe(`set (from ${file}), not tried (--offline)`);
    chmodSync(file, 0o600);
    expect((await checks({}, { offline: true })).get('env-file')!.status).toBe('ok');
    writeFileSync(file, 'SCAN_TIMEFRAME=1h\n');
    chmodSync(file, 0o644);
    expect((await checks({}, { offline: true })).get('env-file')!.status, 'no key in it').toBe('ok');
  });
});

describe('the key', () => {
  it('is tried with one request of one call, which the ledger counts', async () => {
    server.play(json(VENUES));
    const before = server.requests.length;
    const found = await checks(withKey());
    expect(found.get('key')).toMatchObject({
      status: 'ok',
      data: { set: true, source: 'environment', answer: 'accepted' },
    });
    expect(server.requests.slice(before).map(({ url }) => url.pathname)).toEqual(['/v1/exchanges']);
    expect((await checks(withKey(), { offline: true })).get('ledger')!.data['calls']).toBe(1);
    expect(server.requests).toHaveLength(before + 1);
  });

  it('that is refused fails and names the variable', async () => {
    server.play(status(401, {}, { message: `Invalid API key ${KEY}` }));
    const found = await checks(withKey());
    expect(found.get('key')).toMatchObject({ status: 'fail', remedy: expect.stringContaining('COINALYZE_API_KEY') });
  });

  it('that is over its quota is a warning, and the key is silent afterwards', async () => {
    server.play(status(429, { 'retry-after': '40' }));
    expect((await checks(withKey())).get('key')).toMatchObject({ status: 'warn', data: { answer: 'limited' } });
    const later = await checks(withKey());
    expect(later.get('ledger')!.fact).toMatch(/silent for [\d.]+ s more after a 429/);
    expect(later.get('key')).toMatchObject({ status: 'warn', data: { answer: 'not-sent' } });
  });

  it('is not judged by a network that cannot be reached', async () => {
    const found = await checks(withKey({ COINALYZE_BASE_URL: REFUSING_URL }));
    expect(found.get('key')).toMatchObject({ status: 'warn', data: { answer: 'unreachable' } });
    expect(found.has('clock')).toBe(false);
  });

  it.each([
    [0, 'ok', /the same second|1 s (behind|ahead of)/],
    [90, 'warn', /(89|90|91) s behind/],
    [-90, 'warn', /(89|90|91) s ahead of/],
  ])('a server clock %i s ahead: %s', async (seconds, expected, fact) => {
    server.play((request, response, url) => {
      response.setHeader('date', new Date(systemClock.now() + seconds * 1_000).toUTCString());
      json(VENUES)(request, response, url);
    });
    const clock = (await checks(withKey())).get('clock')!;
    expect(clock.status).toBe(expected);
    expect(clock.fact).toMatch(fact);
  });
});

describe('the places a scan writes to', () => {
  it('a cache says its size, and a damaged one is told and left as it is', async () => {
    mkdirSync(place.path('cache'));
    const store = openStore(place.path('cache', CACHE_FILE), { clock: systemClock, note: () => undefined });
    await store.cache('series').set('a', '1', 60_000);
    store.close();
    expect((await checks()).get('cache')).toMatchObject({ status: 'ok', data: { state: 'sound', entries: 1 } });
    writeFileSync(place.path('cache', CACHE_FILE), 'no database');
    const damaged = (await checks()).get('cache');
    expect(damaged).toMatchObject({ status: 'warn', remedy: expect.stringContaining('costs one refetch') });
    expect(readFileSync(place.path('cache', CACHE_FILE), 'utf8')).toBe('no database');
  });

  it('what the key has spent is counted in the ledger', async () => {
    const limits = { calls: 40, windowMs: 60_000, minSpacingMs: 0, requestTimeoutMs: 1_000 };
    const opened = openLedger(ledgerFile(place.path('state'), server.url, KEY), limits, systemClock);
    if (!opened.ok) throw new Error(opened.detail);
    opened.ledger.reserve(17);
    opened.ledger.close();
    const found = await checks(withKey(), { offline: true });
    expect(found.get('ledger')!.fact).toContain('17 of 40 calls spent in the last 1 min');
  });

  it('a ledger that a process holds is busy, with what helps', async () => {
    const file = ledgerFile(place.path('state'), server.url, KEY);
    const limits = { calls: 40, windowMs: 60_000, minSpacingMs: 0, requestTimeoutMs: 1_000 };
    const opened = openLedger(file, limits, systemClock);
    if (!opened.ok) throw new Error(opened.detail);
    opened.ledger.close();
    const holder = new DatabaseSync(file);
    holder.exec('BEGIN IMMEDIATE');
    const found = (await checks(withKey(), { offline: true })).get('ledger')!;
    holder.exec('ROLLBACK');
    holder.close();
    expect(found).toMatchObject({ status: 'warn', remedy: expect.stringContaining(`fuser ${file}`) });
    expect(found.fact).toBe(`${file} is busy`);
    expect((await checks(withKey(), { offline: true })).get('ledger')!.fact).toContain('0 of 40 calls');
  });

  it('places that take no files: the cache warns, ledger and output fail, and nothing hangs', async () => {
    writeFileSync(place.path('file'), '');
    const found = await checks({
      COINALYZE_API_KEY: KEY,
      COINALYZE_BASE_URL: server.url,
      SCAN_CACHE_DIR: place.path('file', 'cache'),
      SCAN_STATE_DIR: '/proc/nope',
      SCAN_OUTPUT: place.path('file', 'feed.json'),
    });
    expect(found.get('cache')).toMatchObject({ status: 'warn', remedy: expect.stringContaining('SCAN_CACHE_DIR') });
    expect(found.get('ledger')).toMatchObject({ status: 'fail', remedy: expect.stringContaining('SCAN_STATE_DIR') });
    expect(found.get('output')).toMatchObject({ status: 'fail', remedy: expect.stringContaining('SCAN_OUTPUT') });
    expect(found.get('key')).toMatchObject({ status: 'warn', data: { answer: 'not-sent' } });
  });

  it('an output that is a folder or a link to itself fails, a feed that is none warns', async () => {
    mkdirSync(place.path('out'));
    expect((await checks({ SCAN_OUTPUT: place.path('out') })).get('output')!.status).toBe('fail');
    symlinkSync('circle.json', place.path('circle.json'));
    const circle = (await checks({ SCAN_OUTPUT: place.path('circle.json') })).get('output')!;
    expect(circle).toMatchObject({ status: 'fail', fact: expect.stringContaining('leads in a circle') as string });
    writeFileSync(place.path('feed.json'), '{"schema_version": "2.0.0", "signals": [');
    const found = await checks({ SCAN_OUTPUT: place.path('feed.json') });
    expect(found.get('feed')).toMatchObject({ status: 'warn', fact: expect.stringContaining('feed.json is not JSON') });
  });

  it('free space is told for every place', async () => {
    const disk = (await checks()).get('disk')!;
    expect(Object.keys(disk.data)).toEqual(['output_free_bytes', 'cache_free_bytes', 'state_free_bytes']);
    expect(disk.data['output_free_bytes']).toBeGreaterThan(0);
  });

  it.skipIf(!MAY_MOUNT)('a disk that is nearly full is told (needs the right to mount one)', async () => {
    mountDisk(place.path('small'), 4_096);
    const disk = (await checks({ SCAN_CACHE_DIR: place.path('small', 'cache') })).get('disk')!;
    unmountDisk(place.path('small'));
    expect(disk).toMatchObject({ status: 'warn', remedy: expect.stringContaining('free some space') });
    expect(disk.fact).toContain('free for cache');
    expect(disk.data['cache_free_bytes']).toBeLessThan(4_096 * 1_024 + 1);
  });

  it('a run that holds the lock is named; before the first run there is nothing to say', async () => {
    expect((await checks()).has('lock')).toBe(false);
    const abort = new AbortController().signal;
    const taken = await takeRunLock(place.path('cache'), {
      clock: systemClock,
      waitMs: 0,
      abort,
      onWait: () => undefined,
    });
    if (taken.state !== 'held') throw new Error(taken.state);
    expect((await checks()).get('lock')).toMatchObject({ status: 'ok', data: { held: true, pid: process.pid } });
    taken.release();
    expect((await checks()).get('lock')!.data['held']).toBe(false);
  });
});

describe('as a program', () => {
  it('prints a report and ends with 0, or with 78 when a check fails', async () => {
    const [fine, failing] = await Promise.all([
      place.scan(['doctor', '--offline'], { env: { COINALYZE_API_KEY: KEY } }),
      place.scan(['doctor', '--json'], { env: { SCAN_OUTPUT: '/proc/nope/feed.json' } }),
    ]);
    expect([fine.code, failing.code]).toEqual([0, 78]);
    expect(fine.stdout).toMatch(/^ok +node /m);
    expect(fine.stdout).toMatch(/^quota\.calls +default +40$/m);
    expect(fine.stdout + fine.stderr).not.toContain(KEY);
    expect(DOCUMENT.parse(JSON.parse(failing.stdout)).summary.fail).toBe(1);
    expect(failing.stderr).toBe('');
  });
});

describe('what stands between this machine and Coinalyze', () => {
  it('the proxy that is used is named, with the variable and without its password', async () => {
    const env = withKey({
      COINALYZE_BASE_URL: 'https://api.example/v1',
      HTTPS_PROXY: 'http://me:secret-word@proxy.example:3128',
    });
    const found = (await checks(env, { offline: true })).get('proxy');
    expect(found).toMatchObject({
      status: 'ok',
      fact: 'http://proxy.example:3128 (HTTPS_PROXY) for api.example',
      remedy: null,
    });
    expect(JSON.stringify(found)).not.toContain('secret-word');
    const exempt = (await checks({ ...env, NO_PROXY: '.example' }, { offline: true })).get('proxy');
    expect(exempt).toMatchObject({
      status: 'ok',
      fact: 'none for api.example: NO_PROXY exempts it from HTTPS_PROXY',
      data: { used: false },
    });
    const unusable = (await checks({ ...env, HTTPS_PROXY: 'ftp://me:secret-word@p' }, { offline: true })).get('proxy');
    expect(unusable).toMatchObject({ status: 'fail', remedy: expect.stringContaining('HTTPS_PROXY=http://host:port') });
    expect(JSON.stringify(unusable)).not.toContain('secret-word');
    expect((await checks(withKey(), { offline: true })).has('proxy')).toBe(false);
  });

  it.each<[string, Script, RegExp, RegExp]>([
    [
      'a page with 403',
      text('<html>Attention Required!</html>', 'text/html', 403),
      /403: blocked by .*not refused/,
      /firewall can say why/,
    ],
    ['451', status(451), /legal reasons/, /firewall can say why/],
    ['407', status(407), /asks for a name and a password/, /mend the variable/],
  ])('%s is a block, not a refused key, and no other host is suggested', async (_, script, fact, remedy) => {
    server.play(script);
    const key = (await checks(withKey())).get('key')!;
    expect(key).toMatchObject({
      status: 'warn',
      fact: expect.stringMatching(fact),
      remedy: expect.stringMatching(remedy),
    });
    expect(key.remedy).not.toMatch(/BASE_URL|https?:|host other|another/);
  });

  it.each([403, 451])('a proxy that refuses with %i: no way past it is told', async (code) => {
    const proxy = await startProxy();
    proxy.refuse(code);
    const { stdout } = await place.scan(['doctor', '--json'], {
      env: {
        COINALYZE_API_KEY: KEY,
        COINALYZE_BASE_URL: 'https://api.example/v1',
        HTTPS_PROXY: `http://${proxy.host}`,
      },
    });
    const report = JSON.parse(stdout) as { readonly checks: readonly Check[] };
    const key = report.checks.find(({ name }) => name === 'key')!;
    expect(key).toMatchObject({
      status: 'warn',
      fact: expect.stringContaining(`refused to connect (${code})`) as string,
    });
    expect(key.fact + key.remedy!).not.toMatch(/NO_PROXY|BASE_URL|not tried|another/);
    await proxy.close();
  });

  it('a 403 of the API itself is a refused key', async () => {
    server.play(status(403, {}, { message: 'Invalid/Missing API key' }));
    expect((await checks(withKey())).get('key')).toMatchObject({
      status: 'fail',
      fact: expect.stringMatching(/refused/),
    });
  });

  it('a certificate of a private authority has the remedy of Node, and with it TLS works through a real proxy', async () => {
    const certificate = selfSigned(new Date(Date.UTC(2020, 0, 1)), new Date(Date.UTC(2045, 0, 1)));
    const secure = await startRawServer(certificate);
    secure.play(answer(200, JSON.stringify(VENUES)));
    const proxy = await startProxy();
    const base = {
      COINALYZE_API_KEY: KEY,
      COINALYZE_BASE_URL: secure.url,
      HTTPS_PROXY: `http://me:secret-word@${proxy.host}`,
    };
    contextWith();
    const refused = await place.scan(['doctor'], { env: base });
    expect(refused.stdout.replaceAll(/\s+/g, ' ')).toMatch(/NODE_EXTRA_CA_CERTS=<file.pem> names a private authority/);
    writeFileSync(place.path('authority.pem'), certificate.cert);
    const trusted = await place.scan(['doctor', '--json'], {
      env: { ...base, NODE_EXTRA_CA_CERTS: place.path('authority.pem') },
    });
    const report = JSON.parse(trusted.stdout) as { readonly checks: readonly Check[] };
    expect(report.checks.find(({ name }) => name === 'key')).toMatchObject({
      status: 'ok',
      data: { answer: 'accepted' },
    });
    expect(report.checks.find(({ name }) => name === 'proxy')).toMatchObject({
      data: { proxy: `http://${proxy.host}`, used: true },
    });
    expect(proxy.asked.map(({ line }) => line)).toEqual(
      Array.from({ length: 2 }, () => `CONNECT ${new URL(secure.url).host}`),
    );
    expect(proxy.asked.map(({ credentials }) => credentials)).toEqual(['me:secret-word', 'me:secret-word']);
    for (const shown of [
      refused.stdout,
      refused.stderr,
      trusted.stdout,
      trusted.stderr,
      ...proxy.asked.map(({ headers }) => headers),
    ]) {
      expect(shown).not.toContain(KEY);
      expect(shown).not.toContain('secret-word');
    }
    await proxy.close();
    await secure.close();
  });

  it('the built-in server is asked directly, whatever proxy leads out of this machine', async () => {
    contextWith();
    const env = { HTTP_PROXY: 'http://127.0.0.1:2', HTTPS_PROXY: 'http://127.0.0.1:2' };
    const { code } = await place.scan([SAMPLE, '--limit', '2', '--strategy', 'all'], { env });
    expect(code).toBe(0);
  });
});

describe('the cached market list', () => {
  it('is told with its age, and rows that could not be read with what helps', async () => {
    expect((await checks(withKey(), { offline: true })).has('market-list')).toBe(false);
    const env = withKey();
    const store = openStore(place.path('cache', CACHE_FILE), { clock: systemClock, note: () => undefined });
    const cached = listing([row('BTCUSDT_PERP.A', 'BTCUSDT', 'BTC')]);
    const unreadable = [{ symbol: 'X.A', venueCode: 'A', symbolOnExchange: null, baseAsset: null, quoteAsset: null }];
    const keep = (text: object): Promise<void> =>
      store.cache('markets').set(`market-index:1:coinalyze ${server.url}`, JSON.stringify(text), 1e9);
    await keep({ storedAt: systemClock.now() - 7_200_000, listing: cached });
    const found = { ...env, SCAN_CACHE_DIR: place.path('cache') };
    expect((await checks(found, { offline: true })).get('market-list')).toMatchObject({
      status: 'ok',
      fact: '1 perpetuals in 1 rows, 2 h old',
      remedy: null,
    });
    await keep({ storedAt: systemClock.now(), listing: { ...cached, unreadable } });
    expect((await checks(found, { offline: true })).get('market-list')).toMatchObject({
      status: 'warn',
      fact: expect.stringMatching(/in 2 rows, .*; 1 cannot be read$/),
      remedy: expect.stringMatching(/--refresh markets/),
      data: { rows: 2, unreadable_rows: 1 },
    });
    store.close();
  });
});
