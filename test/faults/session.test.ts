import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isExplained } from '../../src/core/signal.ts';
import { parseFeed } from '../../src/feed/parse.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { takeRunLock } from '../../src/platform/lock.ts';
import { workplace, type Workplace } from '../support/cli.ts';
import { figure, FULL, rounds } from './figures.ts';
import { AS_OF, copyMarkets } from './market-folder.ts';
import { startScan, type Ended, type ScanProcess, type ScanSettings } from './scan-process.ts';
import { NEVER_ANSWERED, startWorldServer, type Asked, type WorldServer } from './world-server.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

const MARKETS = 12;
/** Two lists, then one for each of the four kinds of series. */
const REQUESTS = 6;
const NEVER = new AbortController().signal;

/** The short form does the first two: SQLite calls them malformed, and no database. */
const DAMAGES: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  'all pages but the first': (bytes) => bytes.fill(0x55, 16_384),
  'another file': () => Buffer.from('{"no":"database"}'.repeat(4_096)),
  'the header': (bytes) => bytes.fill(0x55, 0, 100),
  'half of it': (bytes) => bytes.subarray(0, bytes.length / 2),
};

let place: Workplace;
let server: WorldServer;
const running = new Set<ScanProcess>();

beforeEach(async () => {
  place = workplace();
  copyMarkets(place.path('candles'), MARKETS);
  mkdirSync(place.path('out'));
  server = await startWorldServer();
});
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  running.clear();
  await server.close();
  place.remove();
});

function start(settings: Partial<ScanSettings> & { readonly output?: string } = {}): ScanProcess {
  const { output = 'out/feed.json', args = [], ...rest } = settings;
  const scan = startScan(place, { url: server.url, args: ['--output', output, ...args], ...rest });
  running.add(scan);
  return scan;
}

async function finish(settings: Parameters<typeof start>[0] = {}): Promise<Ended> {
  return start(settings).ended;
}

/** Resolves when request number `n` has come in, which is then never answered; those before it are. */
function holdFrom(n: number): Promise<void> {
  return new Promise((resolve) => {
    server.hold(() => {
      if (server.asked.length < n) return Promise.resolve();
      resolve();
      return NEVER_ANSWERED;
    });
  });
}

function seriesOf(asked: readonly Asked[]): readonly string[] {
  return asked.flatMap(({ path, symbols }) => (symbols.length === 0 ? [path] : symbols.map((one) => `${path} ${one}`)));
}

function feedText(name = 'out/feed.json'): string {
  return readFileSync(place.path(name), 'utf8');
}

function wholeFeed(name?: string): Extract<ReturnType<typeof parseFeed>, { readonly ok: true }>['feed'] {
  const parsed = parseFeed(feedText(name), 'feed');
  if (!parsed.ok) throw new Error(parsed.detail);
  expect(parsed.feed.signals).toHaveLength(STRATEGIES.length * MARKETS);
  return parsed.feed;
}

describe('a second scan', () => {
  it('ends with 75 at once, says who runs, and touches nothing', async () => {
    const lock = await takeRunLock(place.path('cache'), {
      clock: systemClock,
      waitMs: 0,
      abort: NEVER,
      onWait: () => undefined,
    });
    const before = readdirSync(place.path('cache'));
    const losers = [await finish()];
    // Beside other work a bare start alone may take longer than that.
    let startMs = 0;
    for (; losers.length < 5 && losers.at(-1)!.ms >= 1_000 + startMs; losers.push(await finish())) {
      const begun = performance.now();
      await place.scan(['--version']);
      startMs = performance.now() - begun;
    }
    const { code, stderr, stdout, ms } = losers.at(-1)!;
    expect({ code, stdout }).toEqual({ code: 75, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(
        `^\\[HOST\\] [^\\n]+\\n\\[ERROR\\] scan: another scan runs \\(pid ${process.pid}, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC\\); ` +
          'it holds .*/cache/run\\.lock\\. Wait for it with --wait-lock, or use another SCAN_CACHE_DIR\\n$',
      ),
    );
    expect(ms).toBeLessThan(1_000 + startMs);
    expect(readdirSync(place.path('cache'))).toEqual(before);
    expect(readdirSync(place.path('out'))).toEqual([]);
    expect(server.asked).toEqual([]);
    expect(existsSync(place.path('state'))).toBe(false);
    const waiting = start({ args: ['--wait-lock'] });
    await new Promise<void>((resolve) => {
      let heard = '';
      waiting.child.stderr!.on('data', (chunk: Buffer) => {
        heard += chunk.toString();
        if (heard.includes('another scan runs')) resolve();
      });
    });
    if (lock.state === 'held') lock.release();
    const waited = await waiting.ended;
    expect(waited.stderr).toContain(`another scan runs (pid ${process.pid}`);
    expect(waited.code).toBe(0);
    wholeFeed();
    figure('A11', `the loser's exit ${code} after ${Math.round(ms)} ms; --wait-lock runs when the lock is free`);
  });

  it('may run beside the first when it neither fetches nor writes, and where no lock can be kept it says so', async () => {
    await takeRunLock(place.path('cache'), { clock: systemClock, waitMs: 0, abort: NEVER, onWait: () => undefined });
    writeFileSync(place.path('blocker'), '');
    const [looking, lockless] = await Promise.all([
      place.scan(['candles', '--provider', 'none', '--as-of', AS_OF, '--limit', '1']),
      finish({ env: { SCAN_CACHE_DIR: place.path('blocker', 'cache') } }),
    ]);
    expect(looking).toMatchObject({ code: 0 });
    expect(lockless.stderr).toMatch(/no run lock: .*blocker.*nothing keeps a second scan from running/);
    expect(lockless.code).toBe(0);
    wholeFeed();
  });
});

describe('SIGINT and SIGTERM', () => {
  it('at any moment leave the old feed or a whole new one, no temp and no lock', async () => {
    const times = rounds(2, 100);
    const first = await finish();
    const whole = first.ms;
    const seen = new Map<string, number>();
    let longest = 0;
    for (let time = 0; time < times; time += 1) {
      const before = feedText();
      rmSync(place.path('cache'), { recursive: true, force: true });
      server.hold(() => sleep(20));
      const name = time % 2 === 0 ? 'SIGTERM' : 'SIGINT';
      const scan = start();
      await sleep(Math.random() * whole * 1.2);
      const sent = performance.now();
      scan.child.kill(name);
      const { code, signal, stderr } = await scan.ended;
      longest = Math.max(longest, performance.now() - sent);
      const how = String(signal ?? code);
      seen.set(how, (seen.get(how) ?? 0) + 1);
      const finished = stderr.includes('[TIMESTAMP]');
      // By the signal itself only before the program has begun, or while Node takes itself apart after all has been said.
      expect(signal === null || stderr === '' || finished, stderr).toBe(true);
      expect(['SIGTERM', 'SIGINT', '143', '130', '0']).toContain(how);
      wholeFeed();
      // Of a run that was ended only a stage may stand there.
      if (!finished && feedText() !== before) expect(feedText()).toMatch(/"stage":"(price|goal)"/);
      expect(readdirSync(place.path('out'))).toEqual(['feed.json']);
      expect(existsSync(place.path('cache', 'run.lock.json'))).toBe(false);
    }
    expect(longest).toBeLessThan(10_000);
    const ends = [...seen].map(([how, count]) => `${count} x ${how}`).join(', ');
    figure(
      'A12',
      `${times} signals at random moments: ${ends}; longest end ${Math.round(longest)} ms, 0 broken feeds, 0 temps`,
    );
  });

  it('the request in flight is waited for, also when the signal comes twice at once, and what it brings is kept', async () => {
    const held = Promise.withResolvers<void>();
    const arrived = new Promise<void>((resolve) => {
      server.hold(() => {
        if (server.asked.length < 4) return Promise.resolve();
        resolve();
        return held.promise;
      });
    });
    const scan = start();
    await arrived;
    scan.child.kill('SIGTERM');
    // As one signal to the group comes when it is passed on as well.
    await sleep(20);
    scan.child.kill('SIGTERM');
    await sleep(200);
    held.resolve();
    const { code, stderr } = await scan.ended;
    expect(code).toBe(143);
    expect(stderr).toContain('interrupted by SIGTERM: the feed is that of the stage price');
    expect(readdirSync(place.path('out'))).toEqual(['feed.json']);
    expect(feedText()).toContain('"stage":"price"');
    const received = seriesOf(server.asked);
    expect(server.asked).toHaveLength(4);
    server.forget();
    expect((await finish()).code).toBe(0);
    expect(seriesOf(server.asked).filter((one) => received.includes(one))).toEqual([]);
    wholeFeed();
    figure(
      'A12',
      `the answer in flight (${received.length} series and lists so far) was kept, 0 of them asked for again`,
    );
  });

  it('a second one ends at once, also when the request in flight is never answered', async () => {
    const arrived = holdFrom(3);
    const scan = start();
    await arrived;
    scan.child.kill('SIGINT');
    // Later than an echo of the first.
    await sleep(400);
    expect(scan.child.exitCode).toBeNull();
    const sent = performance.now();
    scan.child.kill('SIGINT');
    expect(await scan.ended).toMatchObject({ code: 130, signal: null });
    expect(performance.now() - sent).toBeLessThan(1_000);
  });

  it.runIf(FULL)('a request that is never answered holds the end up by 5 s at most', async () => {
    const arrived = holdFrom(3);
    const scan = start();
    await arrived;
    const sent = performance.now();
    scan.child.kill('SIGTERM');
    expect(await scan.ended).toMatchObject({ code: 143, signal: null });
    const ms = performance.now() - sent;
    expect(ms).toBeGreaterThan(4_500);
    expect(ms).toBeLessThan(8_000);
    figure('A12', `with a server that hangs the run ended ${Math.round(ms)} ms after SIGTERM`);
  });
});

describe('the deadline', () => {
  it('ends a run whose server hangs, or whose quota is slow, with a feed that says what is missing', async () => {
    const deadline = rounds(600, 3_000);
    const args = ['--deadline', `${deadline}ms`, '--budget', '1h'];
    const other = await startWorldServer();
    server.hold(async () => {
      if (server.asked.length > 2) await NEVER_ANSWERED;
    });
    const env = {
      SCAN_QUOTA_CALLS: '10',
      SCAN_QUOTA_WINDOW_MS: '3600000',
      SCAN_STATE_DIR: place.path('slow-state'),
      SCAN_CACHE_DIR: place.path('slow-cache'),
    };
    const [hanging, slow] = await Promise.all([
      finish({ args, output: 'out/hanging.json' }),
      finish({ args, env, url: other.url, output: 'out/slow.json' }),
    ]);
    await other.close();
    const results = { hanging, slow };
    for (const [name, { code, ms }] of Object.entries(results)) {
      const { run, summary } = wholeFeed(`out/${name}.json`);
      expect(code, name).toBe(3);
      // Less than the 5 s that a request in flight would get of a signal.
      expect(ms, name).toBeLessThan(deadline + 4_000);
      expect(
        run.degraded_reasons.map((reason) => reason.code),
        name,
      ).toContain('deadline');
      expect(summary.external.deferred, name).toBeGreaterThan(0);
    }
    const late = Math.max(hanging.ms, slow.ms) - deadline;
    figure(
      'A9',
      `a run always ends: server that hangs and quota of 10 an hour, over ${Math.round(late)} ms after the deadline, exit 3`,
    );
  });

  it('an API that never answers leaves the candles: every market has its signals, exit 3', async () => {
    await finish({ output: 'out/before.json' });
    server.hold(() => NEVER_ANSWERED);
    const patience = FULL ? {} : { SCAN_DEADLINE: '600ms' };
    const env = { SCAN_REQUEST_TIMEOUT_MS: '300', ...patience };
    const [{ code, ms }, warm] = await Promise.all([
      finish({ env: { ...env, SCAN_CACHE_DIR: place.path('cold') } }),
      finish({ env, output: 'out/warm.json' }),
    ]);
    expect(code).toBe(3);
    expect(ms).toBeLessThan(60_000);
    const { signals } = wholeFeed();
    const known = wholeFeed('out/before.json').signals;
    const pricePart = (all: typeof signals): object =>
      Object.fromEntries(
        all.map((one) => {
          const { id, status, direction, triggers, unmet } = one;
          return [id, { status, direction, triggers, unmet, setup: isExplained(one) ? one.setup : null }];
        }),
      );
    expect(pricePart(signals)).toEqual(pricePart(known));
    expect(wholeFeed('out/warm.json').signals).toEqual(known);
    figure(
      'A20',
      `API that never answers: ${signals.length} signals from candles after ${Math.round(ms)} ms, exit ${code}; ` +
        `with the cache of before all ${known.length} as before, exit ${warm.code}`,
    );
  });
});

describe('a damaged cache', () => {
  it('costs one warning and one refetch: the same feed, and the run after asks for nothing', async () => {
    expect((await finish()).code).toBe(0);
    const { signals, markets } = wholeFeed();
    const first = seriesOf(server.asked).length;
    const file = place.path('cache', 'perpscan.sqlite');
    const damages = Object.entries(DAMAGES).slice(0, rounds(2, Infinity));
    for (const [name, damage] of damages) {
      writeFileSync(file, damage(readFileSync(file)));
      server.forget();
      const { code, stderr } = await finish();
      expect(code, name).toBe(0);
      expect(
        stderr.split('\n').filter((line) => line.startsWith('[WARN]')),
        name,
      ).toEqual([
        expect.stringMatching(
          /^\[WARN\] cache: .*perpscan\.sqlite is damaged \(.*\); moved to .*\.corrupt, series are fetched again$/,
        ),
      ]);
      expect(wholeFeed(), name).toMatchObject({ signals, markets });
      expect(seriesOf(server.asked), name).toHaveLength(first);
      expect(existsSync(`${file}.corrupt`), name).toBe(true);
      server.forget();
      const after = await finish();
      expect([after.code, server.asked, after.stderr.includes('[WARN]')], name).toEqual([0, [], false]);
      expect(wholeFeed(), name).toMatchObject({ signals, markets });
    }
    figure(
      'A19',
      `${damages.length} whole scans on a damaged cache: one warning each, ${first} series and lists fetched again once, 0 by the run after`,
    );
  });
});

describe('after a kill', () => {
  it('the next run asks for nothing that was received', async () => {
    const times = rounds(1, 25);
    let received = 0;
    let again = 0;
    for (let time = 0; time < times; time += 1) {
      rmSync(place.path('cache'), { recursive: true, force: true });
      server.forget();
      const inFlight = 3 + Math.floor(Math.random() * (REQUESTS - 2));
      const arrived = holdFrom(inFlight);
      const scan = start();
      await arrived;
      scan.child.kill('SIGKILL');
      await scan.ended;
      const known = seriesOf(server.asked.slice(0, inFlight - 1));
      server.forget();
      server.hold(() => Promise.resolve());
      expect(await finish()).toMatchObject({ code: 0 });
      wholeFeed();
      received += known.length;
      again += seriesOf(server.asked).filter((one) => known.includes(one)).length;
      expect(inFlight - 1 + server.asked.length).toBe(REQUESTS);
    }
    expect(again).toBe(0);
    figure(
      'A3',
      `nothing received is asked for again: ${times} kill -9 in a request, ${received} series and lists received, ${again} asked for again`,
    );
  });
});
