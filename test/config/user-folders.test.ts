import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, type Config } from '../../src/config.ts';
import { homeFolder } from '../../src/platform/folder.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'perpscan-user-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the user's home", () => {
  const none = (): string => {
    throw new Error('no entry');
  };
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, () => string, string | null])[] = [
    ['is HOME', { HOME: '/home/a' }, () => '/root', '/home/a'],
    ['is what the system knows when HOME is not set', {}, () => '/root', '/root'],
    ['or is empty', { HOME: ' ' }, () => '/root', '/root'],
    ['or depends on the current folder', { HOME: 'a' }, () => '/root', '/root'],
    ['is none where neither is known', {}, none, null],
    ['nor a relative one of the system', {}, () => '', null],
  ];

  it.each(cases)('%s', (_, env, writtenDown, home) => {
    expect(homeFolder(env, writtenDown)).toBe(home);
  });

  it('is really asked of the system', () => {
    expect(homeFolder({})).toBe(os.userInfo().homedir);
  });
});

describe('ledger and cache', () => {
  /** As installed, started in a folder of its own. */
  const load = (env: Readonly<Record<string, string>>): Config =>
    loadConfig({ flags: {}, env, cwd: folder, packageRoot: folder });

  it('pass over a relative XDG folder, as each working folder would have its own', () => {
    const config = load({ HOME: folder, XDG_STATE_HOME: 'state', XDG_CACHE_HOME: './cache' });
    expect(config.stateDir).toBe(path.join(folder, '.local/state/perpscan'));
    expect(config.cacheDir).toBe(path.join(folder, '.cache/perpscan'));
  });

  it('stand in the home that the system knows when HOME is not set, never in the current folder', () => {
    const { homedir } = os.userInfo();
    expect(load({}).stateDir).toBe(path.join(homedir, '.local/state/perpscan'));
    expect(load({ HOME: '', STATE_DIRECTORY: '/var/lib/x' }).cacheDir).toBe(path.join(homedir, '.cache/perpscan'));
  });
});
