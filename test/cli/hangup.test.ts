import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AS_OF, copyMarkets } from '../faults/market-folder.ts';
import { startWorldServer, type WorldServer } from '../faults/world-server.ts';
import { LAUNCHER, workplace } from '../support/cli.ts';
import { BIN, ROOT } from '../support/places.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

const place = workplace();
let server: WorldServer;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  copyMarkets(place.path('candles'), 3);
  server = await startWorldServer();
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});
afterAll(async () => {
  await server.close();
  place.remove();
});

interface HungUp {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

const NODE = process.execPath;
const SCAN = ['candles', '--as-of', AS_OF, '--output', 'feed.json'];

/** Starts a program that scans, hangs up its whole group while a request is in flight, and then lets the request be answered. */
async function hangUp(program: string, args: readonly string[], input: number | 'ignore' = 'ignore'): Promise<HungUp> {
  const answer = Promise.withResolvers<void>();
  const arrived = new Promise<void>((resolve) => {
    server.hold(() => {
      resolve();
      return answer.promise;
    });
  });
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: place.folder,
    COINALYZE_API_KEY: 'CANARY-hangup-51c2',
    COINALYZE_BASE_URL: server.url,
    SCAN_CACHE_DIR: place.path(`cache-${performance.now()}`),
    SCAN_STATE_DIR: place.path('state'),
    SCAN_QUOTA_CALLS: '100000',
    SCAN_QUOTA_MIN_SPACING_MS: '0',
  };
  place.guard(env);
  const child = spawn(program, args, { cwd: place.folder, env, detached: true, stdio: [input, 'ignore', 'pipe'] });
  running.add(child);
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<HungUp>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
  await arrived;
  process.kill(-child.pid!, 'SIGHUP');
  // Long enough for the signal, which comes before the answer.
  setTimeout(() => answer.resolve(), 300);
  return ended;
}

/** Started by a Node that the launcher takes for one that is too old, so that it starts another. */
function relaunched(): readonly string[] {
  const root = place.path('relaunched');
  cpSync(BIN, path.join(root, 'bin'), { recursive: true });
  mkdirSync(path.join(root, 'node_modules', 'node', 'bin'), { recursive: true });
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  const real = JSON.stringify(path.join(ROOT, 'dist', 'cli.cjs'));
  writeFileSync(path.join(root, 'dist', 'cli.cjs'), `module.exports = require(${real});`);
  writeFileSync(path.join(root, 'dist', 'build.json'), '{"version":"0.1.0"}');
  writeFileSync(path.join(root, 'package.json'), '{}');
  const node = path.join(root, 'node_modules', 'node', 'bin', 'node');
  writeFileSync(node, `#!/bin/sh\nexec "${NODE}" "$@"\n`);
  chmodSync(node, 0o755);
  const pretend = place.path('old-node.cjs');
  const old =
    "if (!process.env.PERPSCAN_RELAUNCHED) Object.defineProperty(process.versions, 'node', { value: '20.20.2' });";
  writeFileSync(pretend, old);
  return ['--require', pretend, path.join(root, 'bin', 'scan.cjs')];
}

describe('a hangup', () => {
  it('ends a scan in order with 129, and what was in flight is kept', async () => {
    const { code, signal, stderr } = await hangUp(NODE, [LAUNCHER, ...SCAN]);
    expect([code, signal]).toEqual([129, null]);
    expect(stderr).toContain('interrupted by SIGHUP: the feed is that of the stage price; what was fetched is cached');
  });

  it('ends it so through the launcher of an old Node as well', async () => {
    expect(await hangUp(NODE, [...relaunched(), ...SCAN])).toMatchObject({
      code: 129,
      stderr: expect.stringContaining('interrupted by SIGHUP') as string,
    });
  });

  const survived = {
    code: 0,
    signal: null,
    stderr: expect.stringContaining(`[SUCCESS] Saved ${3 * STRATEGIES.length} signals`) as string,
  };

  it('is survived under nohup', async () => {
    expect(await hangUp('bash', ['-c', 'nohup "$0" "$@"', NODE, LAUNCHER, ...SCAN])).toEqual(survived);
  });

  it('is survived under nohup through the launcher of an old Node', async () => {
    expect(await hangUp('bash', ['-c', 'nohup "$0" "$@"', NODE, ...relaunched(), ...SCAN])).toEqual(survived);
  });

  it.runIf(process.platform === 'linux')('is survived by a scan in a script under nohup', async () => {
    const script = ['-c', '"$0" "$@"; exit $?', NODE, LAUNCHER, ...SCAN];
    expect(await hangUp('env', ['-u', '_', 'nohup', 'sh', ...script])).toEqual(survived);
  });

  it.runIf(process.platform === 'linux')('is survived where nohup has closed the terminal as input', async () => {
    const input = openSync('/dev/null', 'w');
    expect(await hangUp(NODE, [LAUNCHER, ...SCAN], input)).toEqual(survived);
  });
});
