import { mkdirSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { takeRunLock } from '../../src/platform/lock.ts';
import { ping } from '../../src/wire-ping.ts';
import { AS_OF, copyMarkets } from '../faults/market-folder.ts';
import { LAUNCHER, workplace, type CliResult } from '../support/cli.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { runHere } from '../support/in-process.ts';
import { candlesUntil } from '../support/old-candles.ts';
import { SAMPLE } from '../support/places.ts';
import {
  REFUSING_URL,
  silence,
  startScriptedServer,
  status,
  type Script,
  type ScriptedServer,
} from '../support/scripted-server.ts';

const KEY = 'a-key-no-ping-may-see-0123456789';
const NEVER = new AbortController().signal;
const place = workplace();
let watcher: ScriptedServer;

beforeAll(async () => {
  watcher = await startScriptedServer();
  mkdirSync(place.path('dead'));
  writeFileSync(place.path('dead', 'BINANCE_BTCUSDT_4h.json'), candlesUntil(Date.UTC(2025, 2, 1, 4)));
  mkdirSync(place.path('broken'));
  writeFileSync(place.path('broken', 'BINANCE_BTCUSDT_4h.json'), '[[1,2');
});
afterEach(() => {
  watcher.play(status(200));
});
afterAll(async () => {
  await watcher.close();
  place.remove();
});

/** Runs a scan that pings, and answers with what the watcher was asked for meanwhile. */
async function watched(
  args: readonly string[],
  url = `${watcher.url}/id?rid=7`,
): Promise<CliResult & { readonly pings: readonly string[] }> {
  const before = watcher.requests.length;
  const result = await runHere(place, [...args, '--output', 'feed.json', '--ping-url', url], {
    env: { COINALYZE_API_KEY: KEY },
  });
  const asked = watcher.requests.slice(before);
  expect(JSON.stringify(asked.map(({ headers }) => headers))).not.toContain(KEY);
  return { ...result, pings: asked.map(({ url: { pathname, search } }) => pathname + search) };
}

const NONE = ['--provider', 'none'];
const SUCCESS = '/v1/id?rid=7';
const FAIL = '/v1/id/fail?rid=7';

describe('after a run the ping', () => {
  it('tells success of a feed that is complete, once, with its query and without the key', async () => {
    watcher.play(status(200));
    expect(await watched([SAMPLE, ...NONE])).toMatchObject({ code: 0, pings: [SUCCESS] });
  });

  it.each<[string, number, readonly string[]]>([
    ['is degraded', 3, ['dead', ...NONE]],
    ['is degraded, also where that is allowed', 0, ['dead', ...NONE, '--allow-degraded']],
    ['wrote no feed', 4, ['broken', ...NONE]],
    ['found no folder', 2, ['no-such-folder', ...NONE]],
    ['names a strategy that does not exist', 2, ['dead', ...NONE, '--strategy', 'moon']],
  ])('tells failure of a run that %s', async (_, code, [folder, ...flags]) => {
    watcher.play(status(200));
    expect(await watched([place.path(folder!), ...flags])).toMatchObject({ code, pings: [FAIL] });
  });

  it('tells failure where the key of the provider is missing (78)', async () => {
    watcher.play(status(200));
    const before = watcher.requests.length;
    const env = { SCAN_PING_URL: `${watcher.url}/id/` };
    const { code } = await runHere(place, [place.path('dead'), '--provider', 'coinalyze'], { env });
    expect(code).toBe(78);
    expect(watcher.requests.slice(before).map(({ url }) => url.pathname)).toEqual(['/v1/id/fail']);
  });

  it('is left to the other run where one is at work (75)', async () => {
    const lock = await takeRunLock(place.path('cache'), {
      clock: systemClock,
      waitMs: 0,
      abort: NEVER,
      onWait: () => undefined,
    });
    expect(await watched([SAMPLE, ...NONE])).toMatchObject({ code: 75, pings: [] });
    if (lock.state === 'held') lock.release();
  });

  it('is not sent where no feed was to be written', async () => {
    const before = watcher.requests.length;
    const env = { SCAN_PING_URL: `${watcher.url}/id` };
    expect((await runHere(place, [SAMPLE, ...NONE, '--symbol', 'BTC'], { env })).code).toBe(0);
    expect((await runHere(place, [SAMPLE, '--dry-run'], { env })).code).toBe(0);
    expect(watcher.requests.length).toBe(before);
  });

  it('an empty setting turns off one that is set elsewhere', async () => {
    const { code, pings } = await watched([SAMPLE, ...NONE], '');
    expect([code, pings]).toEqual([0, []]);
  });
});

describe('a ping that is not heard', () => {
  /** The lines that speak of it. */
  const warnings = ({ stderr }: CliResult): readonly string[] =>
    stderr.split('\n').filter((line) => line.includes('ping'));

  it.each<[string, Script, string]>([
    ['is refused by the service', status(404), 'answered 404'],
    [
      'is sent elsewhere',
      status(302, { location: 'http://127.0.0.1:2/' }),
      'answered with a redirect (302), which is not followed',
    ],
    ['is cut off', (request) => request.socket.destroy(), 'the connection was closed before the answer was complete'],
  ])('because it %s is one line without the path, and the exit code stays', async (_, script, why) => {
    watcher.play(script);
    const result = await watched([SAMPLE, ...NONE]);
    const { host } = new URL(watcher.url);
    expect(result.code).toBe(0);
    expect(warnings(result)).toEqual([`[WARN] the ping was not heard: ${host}: ${why}`]);
  });

  it('because nobody listens is one line, and the exit code stays', async () => {
    for (const [folder, code] of [
      [SAMPLE, 0],
      [place.path('dead'), 3],
    ] as const) {
      const result = await watched([folder, ...NONE], `${REFUSING_URL}/secret-id`);
      expect(result.code).toBe(code);
      expect(warnings(result)).toEqual(['[WARN] the ping was not heard: 127.0.0.1:2: connection refused']);
    }
  });

  it('is given up after 10 seconds, and after 1.5 where the run was told to end', async () => {
    watcher.play(silence);
    const { host } = new URL(watcher.url);
    const clock = new FakeClock();
    const start = clock.monotonic();
    const hung = ping(`${watcher.url}/id`, true, { version: '0', clock, interrupt: NEVER });
    expect(await clock.until(hung)).toBe(`${host}: no complete answer within 10000 ms`);
    expect(clock.monotonic() - start).toBe(10_000);
    const short = ping(`${watcher.url}/id`, false, { version: '0', clock, interrupt: AbortSignal.abort() });
    expect(await clock.until(short)).toBe(`${host}: no complete answer within 1500 ms`);
  });

  it('is given up when the run, which has its feed, is told to end', async () => {
    watcher.play(silence);
    const end = new AbortController();
    const hung = ping(`${watcher.url}/id`, true, { version: '0', clock: systemClock, interrupt: end.signal });
    end.abort();
    expect(await hung).toContain('given up');
  });

  it.each(['ftp://host/id', 'host/id', 'https://user:word@host/id'])(
    '%s is refused without being shown',
    async (url) => {
      const { code, stderr } = await watched([SAMPLE, ...NONE], url);
      expect(code).toBe(2);
      expect(stderr).toContain('--ping-url: its value is not understood; expected an http:// or https:// address');
      expect(stderr).not.toContain(url);
    },
  );

  it('scan doctor shows its host alone', async () => {
    const env = { SCAN_PING_URL: 'https://hc-ping.com/0123-secret' };
    const { stdout } = await runHere(place, ['doctor', '--offline', '--json'], { env });
    expect(stdout).toContain('https://hc-ping.com/...');
    expect(stdout).not.toContain('0123-secret');
  });
});

describe('a run that is ended by SIGTERM', () => {
  it('tells failure, ends with 143, and is not held up by a service that hangs', async () => {
    const upstream = await startScriptedServer();
    const asked = new Promise<void>((resolve) => {
      upstream.play(() => resolve());
    });
    watcher.play(silence);
    copyMarkets(place.path('fresh'), 3);
    const before = watcher.requests.length;
    const args = [
      place.path('fresh'),
      '--as-of',
      AS_OF,
      '--provider',
      'coinalyze',
      '--output',
      'killed.json',
      '--ping-url',
      `${watcher.url}/id`,
    ];
    const child = spawn(process.execPath, [LAUNCHER, ...args], {
      cwd: place.folder,
      env: {
        PATH: '/usr/bin:/bin',
        HOME: place.folder,
        COINALYZE_API_KEY: KEY,
        COINALYZE_BASE_URL: upstream.url,
        SCAN_CACHE_DIR: place.path('killed'),
      },
      stdio: 'ignore',
    });
    await asked;
    const start = systemClock.monotonic();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([143, null]);
    expect(systemClock.monotonic() - start).toBeLessThan(8_000);
    expect(watcher.requests.slice(before).map(({ url }) => url.pathname)).toEqual(['/v1/id/fail']);
    await upstream.close();
  });
});
