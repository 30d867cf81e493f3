import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../src/core/config-error.ts';
import { SERIES_KINDS } from '../src/core/series.ts';
import type { SeriesKey } from '../src/job/upstream.ts';
import { openKept, openUpstream } from '../src/wire.ts';
import { runProcess } from './support/cli.ts';
import { ROOT } from './support/places.ts';
import { keysOf, optionsFor } from './wire-options.ts';

const NEVER = new AbortController().signal;
const base = mkdtempSync(path.join(tmpdir(), 'perpscan-wire-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let folder: string;
let notes: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(base, 'run-'));
  notes = [];
});

/** Asks for everything, a request at a time. */
async function fetchAll(keys: readonly SeriesKey[]): Promise<{ requests: number; calls: number }> {
  const upstream = openUpstream('sandbox', optionsFor(folder, notes));
  for (let wanted = keys; wanted.length > 0;) {
    const [offer] = upstream.offers(wanted);
    const outcomes = await upstream.fetch(offer!, NEVER);
    expect(outcomes).toHaveLength(offer!.brings.length);
    wanted = wanted.filter((key) => !offer!.brings.includes(key));
  }
  const spent = upstream.spent();
  await upstream.close();
  return spent;
}

describe('what an upstream offers', () => {
  it('of each kind the first ones that fit into a request, one call each', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `C${i}USDT_PERP.A`);
    const wanted = keysOf(names).filter(({ kind }, at) => kind !== 'liquidations' || at < 8);
    const upstream = openKept('sandbox', optionsFor(folder, notes));
    const offers = upstream.offers(wanted);
    expect(offers.map(({ calls }) => calls)).toEqual([20, 20, 20, 2]);
    expect(offers.map(({ brings }) => brings[0]!.kind)).toEqual(SERIES_KINDS);
    for (const { brings } of offers) {
      const ofKind = wanted.filter(({ kind }) => kind === brings[0]!.kind);
      expect(brings).toEqual(ofKind.slice(0, 20));
      // The very objects, by which the planner knows them.
      expect(brings.every((key, at) => key === ofKind[at])).toBe(true);
    }
    expect(upstream.offers([])).toEqual([]);
    await upstream.close();
  });

  it('no more at once than the quota allows', async () => {
    const upstream = openKept('sandbox', optionsFor(folder, notes, { quotaCalls: 7 }));
    const wanted = keysOf(Array.from({ length: 9 }, (_, i) => `C${i}USDT_PERP.A`));
    expect(upstream.offers(wanted).map(({ calls }) => calls)).toEqual([7, 7, 7, 7]);
    await upstream.close();
  });
});

describe('an upstream of made-up data', () => {
  it('brings what was asked for, commits it, and asks for nothing that is final', async () => {
    const keys = keysOf();
    expect(await fetchAll(keys)).toEqual({ requests: 4, calls: 12 });
    const upstream = openUpstream('sandbox', optionsFor(folder, notes));
    // In the order of the keys, whatever their kinds.
    const mixed = [...keys].reverse();
    const kept = await upstream.peek(mixed);
    expect(kept.map(({ state }) => state)).toEqual(mixed.map(() => 'final'));
    expect(kept.map(({ answer }) => answer?.ok === true && answer.value.kind)).toEqual(mixed.map(({ kind }) => kind));
    expect(upstream.spent()).toEqual({ requests: 0, calls: 0 });
    expect(upstream.oddities()).toEqual({ droppedRows: 0, foreignSymbols: 0 });
    await upstream.close();
    expect(notes).toEqual([]);
  });

  it('lists its markets for two calls', async () => {
    const upstream = openUpstream('sandbox', optionsFor(folder, notes));
    expect(await upstream.listing(NEVER)).toMatchObject({ ok: true });
    expect(upstream.spent()).toEqual({ requests: 2, calls: 2 });
    await upstream.close();
  });

  it('knows by when the quota lets a request through', async () => {
    const upstream = openUpstream('sandbox', optionsFor(folder, notes));
    expect(upstream.estimateMs(0)).toBe(0);
    expect(upstream.estimateMs(100)).toBeGreaterThan(100);
    expect(upstream.canSend(20, performance.now() + 1_000)).toBe(true);
    expect(upstream.canSend(2_000, performance.now() + 1_000)).toBe(false);
    upstream.endBy(performance.now() - 1);
    const [offer] = upstream.offers(keysOf());
    expect(await upstream.fetch(offer!, NEVER)).toMatchObject(offer!.brings.map(() => ({ code: 'deferred' })));
    expect(upstream.spent()).toEqual({ requests: 0, calls: 0 });
    await upstream.close();
  });
});

describe('an upstream', () => {
  it('without a key is refused with exit code 78, and can be looked at', async () => {
    expect(() => openUpstream('coinalyze', optionsFor(folder, notes))).toThrow(ConfigError);
    const kept = openKept('coinalyze', optionsFor(folder, notes));
    expect(kept.knowsSpending).toBe(false);
    expect((await kept.peek(keysOf())).map(({ state, answer }) => [state, answer])).toEqual(
      keysOf().map(() => ['absent', null]),
    );
    await kept.close();
    expect(existsSync(path.join(folder, 'cache'))).toBe(false);
  });

  it('with a key that has spent nothing knows so, and made-up data are not seen by it', async () => {
    await fetchAll(keysOf());
    const kept = openKept('coinalyze', optionsFor(folder, notes, { apiKey: 'k' }));
    expect(kept.knowsSpending).toBe(true);
    expect(kept.estimateMs(40)).toBe(2_200);
    expect((await kept.peek(keysOf())).every(({ state }) => state === 'absent')).toBe(true);
    await kept.close();
  });
});

/** What is of no use to a run that sends nothing. */
const FOR_SENDING = ['undici', 'bottleneck', 'zod', 'p-map', 'coinalyze/api.ts', 'coinalyze/schema.ts', 'src/sandbox/'];

interface Loaded {
  readonly states: readonly string[];
  readonly spent: { readonly requests: number };
  readonly loaded: readonly string[];
}

async function loadedBy(mode: 'peek' | 'fetch'): Promise<Loaded> {
  const script = path.join(import.meta.dirname, 'wire-process.ts');
  const env = { PATH: '/usr/bin:/bin', NODE_NO_WARNINGS: '1' };
  const { code, stdout, stderr } = await runProcess(process.execPath, [script, folder, mode], ROOT, env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Loaded;
}

describe('a run whose series are all final', () => {
  it('loads nothing of what sends requests', async () => {
    await fetchAll(keysOf());
    const { states, spent, loaded } = await loadedBy('peek');
    expect({ states, requests: spent.requests }).toEqual({ states: ['final'], requests: 0 });
    expect(loaded.filter((url) => FOR_SENDING.some((part) => url.includes(part)))).toEqual([]);
  });

  it('is told from one that asks, which loads all of it', async () => {
    const { spent, loaded } = await loadedBy('fetch');
    expect(spent.requests).toBe(4);
    for (const part of FOR_SENDING)
      expect(
        loaded.some((url) => url.includes(part)),
        part,
      ).toBe(true);
  });
});
