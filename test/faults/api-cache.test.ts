import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Series } from '../../src/core/series.ts';
import { DAY_MS, HOUR_MS } from '../../src/core/time.ts';
import { createCached } from '../../src/external/cached.ts';
import type { Reply, SeriesProvider } from '../../src/external/provider.ts';
import { completeTo } from '../../src/external/publication.ts';
import { openStore } from '../../src/platform/store.ts';
import { failed, fetched, hourly, NEVER, providerOf, statesOf, symbols } from '../external/support.ts';
import { runProcess } from '../support/cli.ts';
import { ROOT } from '../support/places.ts';
import { answer, startRawServer } from '../support/raw-server.ts';
import type { RawScript, RawServer } from '../support/raw-server.ts';
import { ASKED, good, ohlc, outcomeOf, symbolsOf } from './api-rows.ts';
import { CLOSE, keepsOldSeries, KEY, keyOf, NOW, OLD, openWorld, SteppedClock, WINDOW } from './api-world.ts';
import { figure, rounds } from './figures.ts';
import { createRandom, freshSeed } from './random.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'perpscan-api-cache-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('one symbol that many want', () => {
  let server: RawServer;
  beforeAll(async () => {
    server = await startRawServer();
  });
  afterAll(() => server.close());

  it('is asked for once by a hundred callers at the same time', async () => {
    const world = await openWorld({ baseUrl: server.url });
    server.play(good);
    const before = server.requests.length;
    const [wanted] = ASKED;
    const all = await Promise.all(Array.from({ length: 100 }, () => world.fetch([wanted!])));
    expect(all.map(([reply]) => outcomeOf(reply!))).toEqual(all.map(() => 'ok'));
    const requests = server.requests.length - before;
    expect(requests).toBe(1);
    figure('A17', `${all.length} callers of one cold symbol: ${requests} request`);
    await world.close();
  });

  /** Every hourly bucket that the request asks for and that is over. */
  const every: RawScript = (socket, request) => {
    const [from, to] = ['from', 'to'].map((name) => Math.floor(Number(request.url.searchParams.get(name)) / 3_600));
    const history = Array.from({ length: to! - from! + 1 }, (_, hour) => ohlc(1, (from! + hour) * 3_600));
    const body = symbolsOf(request).map((symbol) => ({ symbol, history }));
    answer(200, JSON.stringify(body))(socket, request);
  };

  async function call(file: string): Promise<{ readonly outcome: string; readonly grownKb: number }> {
    const script = path.join(import.meta.dirname, 'api-process.ts');
    const env = { PATH: '/usr/bin:/bin', NODE_NO_WARNINGS: '1' };
    const { code, stdout, stderr } = await runProcess(process.execPath, [script, server.url, file, KEY], ROOT, env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as { readonly outcome: string; readonly grownKb: number };
  }

  it('is asked for at most twice by two processes, and not at all by a third', async () => {
    server.play(every);
    const counts: number[] = [];
    for (let round = 0; round < rounds(1, 5); round += 1) {
      const file = path.join(folder, `shared-${round}.sqlite`);
      const before = server.requests.length;
      await Promise.all([call(file), call(file)]);
      counts.push(server.requests.length - before);
      expect(await call(file)).toMatchObject({ outcome: 'cache' });
      expect(server.requests.length - before).toBe(counts.at(-1));
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(2);
    figure('A17', `${counts.length} times two processes at once: ${Math.max(...counts)} requests at most, a third 0`);
  });

  it('whose answer is a compressed bomb takes no more memory than the limit of an answer', async () => {
    const tenMegabytes = gzipSync(Buffer.alloc(10_000_000));
    const bomb = Buffer.concat(Array.from({ length: 40 }, () => tenMegabytes));
    server.play(answer(200, bomb, { 'content-encoding': 'gzip' }));
    const { outcome, grownKb } = await call(path.join(folder, 'bomb.sqlite'));
    expect(outcome).toBe('bad-payload');
    expect(grownKb).toBeLessThan(100_000);
    figure('B', `gzip bomb: ${bomb.length} bytes that unpack to 400 MB took ${Math.round(grownKb / 1_000)} MB`);
  });
});

describe('a cache that was damaged', () => {
  const names = symbols(...Array.from({ length: 24 }, (_, i) => `S${String(i).padStart(2, '0')}USDT_PERP.A`));
  const clock = new SteppedClock();
  /** Bytes of a page of the database. */
  const PAGE = 16_384;

  /** What upstream says of a symbol: another value for each, and nothing for every sixth. */
  function truth(symbol: string): Reply<Series> {
    const index = Number(symbol.slice(1, 3));
    if (index % 6 === 5) return { ok: false, code: 'no-data', detail: 'none' };
    const series = hourly(CLOSE, 200, NOW, WINDOW);
    return fetched({ ...series, value: series.value.map((value) => value + index * 1_000) });
  }

  function told(reply: Reply<Series>): string {
    // Of a damaged entry nothing is left, so that an absence counts as the first again.
    if (!reply.ok) return reply.code === 'absent-once' ? 'no-data' : reply.code;
    return reply.value.kind === 'open_interest' ? [...reply.value.time, ...reply.value.value].join() : 'another kind';
  }

  const expected = names.map((symbol) => told(truth(symbol)));

  async function readThrough(
    file: string,
    note: (text: string) => void = () => undefined,
  ): Promise<{ readonly asked: number; readonly wrong: readonly string[] }> {
    const next = providerOf(truth);
    const store = openStore(file, { clock, note });
    try {
      const cached = createCached(next, { cache: store.cache('series'), scope: 'test', dataClock: clock });
      const replies = await cached.fetch('open_interest', names, WINDOW, NEVER);
      const wrong = names.filter((_, i) => told(replies[i]!) !== expected[i]);
      return { asked: next.calls.flat().length, wrong };
    } finally {
      store.close();
    }
  }

  it('in one byte costs one refetch at most, and never gives a wrong value', async () => {
    const file = path.join(folder, 'flipped.sqlite');
    expect(await readThrough(file)).toEqual({ asked: names.length, wrong: [] });
    expect(await readThrough(file)).toEqual({ asked: 0, wrong: [] });
    const sound = readFileSync(file);
    const random = createRandom(freshSeed());
    const flips = rounds(40, 1_000);
    const tally = { restarts: 0, lasting: 0 };
    for (let flip = 0; flip < flips; flip += 1) {
      // The header and the page of the tables get their share, however large the file is.
      const offset = random.below([sound.length, sound.length, PAGE, 100][flip % 4]!);
      const bytes = Buffer.from(sound);
      bytes[offset] = bytes[offset]! ^ (1 + random.below(255));
      for (const suffix of ['', '-wal', '-shm', '.corrupt']) rmSync(file + suffix, { force: true });
      writeFileSync(file, bytes);
      const where = `seed ${random.seed}, flip ${flip}, byte ${offset}: ${sound[offset]} became ${bytes[offset]}`;
      const notes: string[] = [];
      const first = await readThrough(file, (text) => notes.push(text));
      expect.soft(first.wrong, where).toEqual([]);
      expect.soft(first.asked, where).toBeLessThanOrEqual(names.length);
      expect.soft(notes, where).toHaveLength(first.asked > 0 ? 1 : 0);
      // Whoever asks again has moved the damaged file aside.
      expect.soft(existsSync(`${file}.corrupt`), where).toBe(first.asked > 0);
      const again = await readThrough(file);
      expect.soft(again.wrong, `${where}; the next run`).toEqual([]);
      expect.soft(again.asked, `${where}; the next run`).toBe(0);
      if (again.asked > 0) tally.lasting += 1;
      if (first.asked > 0) tally.restarts += 1;
    }
    expect(tally.restarts).toBeGreaterThan(0);
    expect(tally.lasting).toBe(0);
    figure(
      'A19',
      `${flips} flipped bytes of a store of ${names.length} entries: 0 crashes, 0 wrong values, ${tally.restarts} times fetched again, ${tally.lasting} times also by the run after`,
    );
  });

  it('in the index by which entries are found, at any of them, costs one refetch', async () => {
    const file = path.join(folder, 'astray.sqlite');
    await readThrough(file);
    const end = endOfIndex(file);
    const sound = readFileSync(file);
    for (const name of names) {
      const bytes = Buffer.from(sound);
      // The second letter of `series`: the entry then sorts behind all others, and a search turns the wrong way at it.
      bytes[sound.lastIndexOf(`series::test|open_interest|${name}`, end) + 1] = 0x9b;
      writeFileSync(file, bytes);
      expect(await readThrough(file), name).toEqual({ asked: names.length, wrong: [] });
      expect(await readThrough(file), `${name}; the next run`).toEqual({ asked: 0, wrong: [] });
    }
  });

  /** The end of the one page that the index has, in bytes from the beginning of the file. */
  function endOfIndex(file: string): number {
    const db = new DatabaseSync(file);
    const index = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get('sqlite_autoindex_kept_1');
    db.close();
    return (index as { rootpage: number }).rootpage * PAGE;
  }

  it('so that two entries have changed places is fetched again', async () => {
    const file = path.join(folder, 'swapped.sqlite');
    await readThrough(file);
    const db = new DatabaseSync(file);
    const keys = db.prepare('SELECT key FROM kept ORDER BY key LIMIT 2').all() as { key: string }[];
    const rename = db.prepare('UPDATE kept SET key = ? WHERE key = ?');
    for (const [to, from] of [
      ['x', keys[0]!.key],
      [keys[0]!.key, keys[1]!.key],
      [keys[1]!.key, 'x'],
    ])
      rename.run(to!, from!);
    db.close();
    expect(await readThrough(file)).toEqual({ asked: names.length, wrong: [] });
    expect(await readThrough(file)).toEqual({ asked: 0, wrong: [] });
  });

  it('is told in one warning, and the last damaged file stays to be looked at', async () => {
    const file = path.join(folder, 'warned.sqlite');
    await readThrough(file);
    const bytes = readFileSync(file);
    bytes.fill(0x55, PAGE);
    writeFileSync(file, bytes);
    const notes: string[] = [];
    await readThrough(file, (text) => notes.push(text));
    expect(notes).toEqual([
      expect.stringMatching(/^cache: .*warned\.sqlite is damaged \(.*\); moved to .*\.corrupt, /),
    ]);
    expect(readFileSync(`${file}.corrupt`).equals(bytes)).toBe(true);
  });
});

describe('the cache and the clock', () => {
  /** Has not got the newest bucket yet, as far as its own clock tells. */
  function lacking(clock: SteppedClock): SeriesProvider & { readonly calls: readonly unknown[] } {
    return providerOf(() => {
      const series = hourly(CLOSE - HOUR_MS, 700, clock.now(), WINDOW);
      return fetched({ ...series, completeTo: completeTo('open_interest', WINDOW, clock.now(), null) });
    });
  }

  it.each([
    ['back an hour', -HOUR_MS, 2],
    ['back a day', -DAY_MS, 2],
    ['back ten seconds', -10_000, 1],
    ['ahead ten minutes', 600_000, 1],
    ['ahead a day', DAY_MS, 2],
  ])('that goes %s: what cannot be dated is asked for again, once', async (_, jump, asked) => {
    const clock = new SteppedClock();
    clock.wall = CLOSE + 60_000;
    const next = lacking(clock);
    const store = openStore(':memory:', { clock, note: () => undefined });
    const cached = createCached(next, { cache: store.cache('series'), scope: 't', dataClock: clock });
    await cached.fetch('open_interest', [OLD], WINDOW, NEVER);
    clock.wall += jump;
    for (let i = 0; i < 3; i += 1) {
      const [reply] = await cached.fetch('open_interest', [OLD], WINDOW, NEVER);
      expect(reply!.ok).toBe(true);
    }
    expect(next.calls).toHaveLength(asked);
    store.close();
  });

  it('that was a day ahead has left nothing that is believed to be final', async () => {
    const clock = new SteppedClock();
    clock.wall = NOW + DAY_MS;
    const tomorrow = { ...WINDOW, to: CLOSE + DAY_MS, closedBy: CLOSE + DAY_MS };
    const next = providerOf(() => {
      const series = hourly(CLOSE, 700, clock.now(), WINDOW);
      return fetched({ ...series, completeTo: completeTo('open_interest', tomorrow, clock.now(), null) });
    });
    const store = openStore(':memory:', { clock, note: () => undefined });
    const cached = createCached(next, { cache: store.cache('series'), scope: 't', dataClock: clock });
    await cached.fetch('open_interest', [OLD], tomorrow, NEVER);
    expect(await statesOf(cached, 'open_interest', [OLD], tomorrow)).toEqual(['final']);
    clock.wall = NOW + 4 * HOUR_MS;
    const later = { ...WINDOW, to: CLOSE + 4 * HOUR_MS, closedBy: CLOSE + 4 * HOUR_MS };
    expect(await statesOf(cached, 'open_interest', [OLD], later)).toEqual(['absent']);
    store.close();
  });

  it('the check for the older entry is not blind', async () => {
    const server = await startRawServer();
    const world = await openWorld({ baseUrl: server.url });
    expect(await keepsOldSeries(world)).toBe(true);
    const text = (await world.cache.get(keyOf(OLD)))!;
    await world.cache.set(
      keyOf(OLD),
      text.replace(/"words":"./, (words) => words.slice(0, -1) + (words.endsWith('B') ? 'A' : 'B')),
      HOUR_MS,
    );
    expect(await keepsOldSeries(world)).toBe(false);
    await world.cache.set(keyOf(OLD), JSON.stringify(failed('timeout', 'again')), HOUR_MS);
    expect(await keepsOldSeries(world)).toBe(false);
    await server.close();
    await world.close();
  });
});
