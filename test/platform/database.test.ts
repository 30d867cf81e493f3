import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { inspectLedger, openLedger } from '../../src/platform/ledger.ts';
import { inspectStore, openStore } from '../../src/platform/store.ts';

const base = mkdtempSync(path.join(os.tmpdir(), 'perpscan-database-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const HOUR = 3_600_000;
const LIMITS = { calls: 40, windowMs: 60_000, minSpacingMs: 0, requestTimeoutMs: 1_000 };

describe('a look at cache and ledger', () => {
  it('counts the entries of a cache, also while a run has it open', async () => {
    const file = path.join(base, 'cache.sqlite');
    const store = openStore(file, { clock: systemClock, note: () => undefined });
    await store.cache('series').set('a', '1', HOUR);
    expect(inspectStore(file)).toMatchObject({ kind: 'sound', value: 1 });
    store.close();
    expect(inspectStore(file)).toMatchObject({ kind: 'sound', value: 1 });
  });

  it('says what a ledger holds and until when the key is silent', () => {
    const file = path.join(base, 'quota.sqlite');
    const opened = openLedger(file, LIMITS, systemClock);
    if (!opened.ok) throw new Error(opened.detail);
    const now = systemClock.now();
    opened.ledger.reserve(7);
    opened.ledger.pause(HOUR / 2);
    opened.ledger.close();
    const state = inspectLedger(file, LIMITS, systemClock);
    if (state.kind !== 'sound') throw new Error(state.kind);
    expect(state.value.spent.map(({ calls }) => calls)).toEqual([7]);
    expect(state.value.silentUntil - now - HOUR / 2).toBeGreaterThanOrEqual(0);
    expect(state.value.silentUntil - now - HOUR / 2).toBeLessThan(5_000);
    expect(state.value.notBefore).toBe(state.value.silentUntil);
  });

  it('a ledger that was removed, emptied or cut is not one that has spent nothing', () => {
    const file = path.join(base, 'gone', 'quota.sqlite');
    expect(inspectLedger(file, LIMITS, systemClock)).toEqual({ kind: 'missing' });
    const opened = openLedger(file, LIMITS, systemClock);
    opened.ledger.close();
    expect(inspectLedger(file, LIMITS, systemClock)).toMatchObject({ kind: 'sound', value: { spent: [] } });
    rmSync(file);
    expect(inspectLedger(file, LIMITS, systemClock)).toEqual({ kind: 'damaged', bytes: 0 });
    for (const text of ['', 'x']) {
      writeFileSync(file, text);
      expect(inspectLedger(file, LIMITS, systemClock)).toEqual({ kind: 'damaged', bytes: text.length });
      expect(readFileSync(file, 'utf8')).toBe(text);
    }
  });

  it('a damaged file is called damaged and left as it is', () => {
    const file = path.join(base, 'damaged.sqlite');
    const bytes = 'no database '.repeat(1_000);
    writeFileSync(file, bytes);
    expect(inspectStore(file)).toEqual({ kind: 'damaged', bytes: bytes.length });
    expect(readFileSync(file, 'utf8')).toBe(bytes);
  });

  it('a missing file is missing, and a folder or a foreign database is no reason to throw', () => {
    expect(inspectStore(path.join(base, 'none.sqlite'))).toEqual({ kind: 'missing' });
    expect(inspectStore(base)).toMatchObject({ kind: 'unknown' });
    writeFileSync(path.join(base, 'empty.sqlite'), '');
    expect(inspectStore(path.join(base, 'empty.sqlite'))).toMatchObject({ kind: 'unknown' });
  });
});
