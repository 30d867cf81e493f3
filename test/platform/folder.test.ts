import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../src/platform/atomic-file.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { errnoOf, inspectFolder, makeFolder } from '../../src/platform/folder.ts';
import { openLedger } from '../../src/platform/ledger.ts';
import { openStore } from '../../src/platform/store.ts';

const base = mkdtempSync(path.join(os.tmpdir(), 'perpscan-folder-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

function codeOf(work: () => void): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return errnoOf(error);
  }
}

describe('making a folder', () => {
  it('makes what is missing with the mode asked for, and takes what is there', () => {
    const folder = path.join(base, 'a', 'b', 'c');
    makeFolder(folder, 0o700);
    makeFolder(folder, 0o700);
    expect(statSync(path.join(base, 'a')).mode & 0o777).toBe(0o700);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('follows a link to a folder', () => {
    symlinkSync(base, path.join(base, 'link'));
    makeFolder(path.join(base, 'link', 'through'));
    expect(existsSync(path.join(base, 'through'))).toBe(true);
  });

  it('says when a file is in the way', () => {
    writeFileSync(path.join(base, 'file'), '');
    expect(codeOf(() => makeFolder(path.join(base, 'file')))).toBe('EEXIST');
    expect(codeOf(() => makeFolder(path.join(base, 'file', 'below')))).toBe('EEXIST');
  });
});

describe.runIf(existsSync('/proc/self'))('a folder that refuses members as if it were missing (/proc)', () => {
  it('ends the making, instead of trying for ever', () => {
    expect(codeOf(() => makeFolder('/proc/nope/deeper'))).toBe('ENOENT');
  });

  it('ends ledger, store and feed with a reason', async () => {
    const limits = { calls: 40, windowMs: 60_000, minSpacingMs: 0, requestTimeoutMs: 1_000 };
    const opened = openLedger('/proc/nope/quota.sqlite', limits, systemClock);
    expect(opened).toMatchObject({ ok: false, detail: expect.stringContaining('SCAN_STATE_DIR') });
    const notes: string[] = [];
    openStore('/proc/nope/perpscan.sqlite', { clock: systemClock, note: (text) => notes.push(text) }).close();
    expect(notes.join()).toContain('cannot be used');
    expect(await writeFileAtomic('/proc/nope/feed.json', '{}')).toMatchObject({
      ok: false,
      code: 'ENOENT',
      detail: expect.stringContaining('choose another place'),
    });
  });

  it('is told beforehand', () => {
    expect(inspectFolder('/proc/nope/deeper')).toEqual({ ok: false, nearest: '/proc', code: 'EPERM' });
  });
});

describe('looking at a folder', () => {
  it('one that is there has free space', () => {
    const state = inspectFolder(base);
    expect(state).toMatchObject({ ok: true, exists: true, nearest: base });
    expect(state.ok && state.freeBytes).toBeGreaterThan(0);
  });

  it('one that would be made names the nearest above it, and is not made', () => {
    const folder = path.join(base, 'later', 'on');
    expect(inspectFolder(folder)).toMatchObject({ ok: true, exists: false, nearest: base });
    expect(existsSync(path.join(base, 'later'))).toBe(false);
  });

  it('a file in its place is told', () => {
    writeFileSync(path.join(base, 'place'), '');
    expect(inspectFolder(path.join(base, 'place', 'cache'))).toMatchObject({ ok: false, code: 'ENOTDIR' });
  });

  it.skipIf(process.getuid?.() === 0)('one that may not be written is told (not as superuser)', () => {
    const folder = path.join(base, 'readonly');
    makeFolder(folder);
    chmodSync(folder, 0o500);
    expect(inspectFolder(folder)).toEqual({ ok: false, nearest: folder, code: 'EACCES' });
  });
});
