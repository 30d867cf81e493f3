import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, type Config, type ConfigInput } from '../../src/config.ts';
import { ConfigError } from '../../src/core/config-error.ts';
import { homeFolder } from '../../src/platform/folder.ts';
import { canStartAsNobody, ROOT } from '../support/places.ts';
import { FOLDER_MAY_SET, SETTINGS, type SettingName } from '../../src/settings.ts';

let top: string;
let home: string;
let clone: string;
let user: string;
let folder: string;

beforeEach(() => {
  top = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'perpscan-places-')));
  home = path.join(top, 'home');
  clone = path.join(top, 'clone');
  user = path.join(home, '.config', 'perpscan');
  folder = path.join(top, 'sent');
  for (const one of [clone, user, folder]) mkdirSync(one, { recursive: true });
  writeFileSync(path.join(clone, 'tsconfig.json'), '{}');
});
afterEach(() => {
  rmSync(top, { recursive: true });
});

function load({ env, ...input }: Partial<ConfigInput> = {}): Config {
  return loadConfig({ flags: {}, env: { HOME: home, ...env }, cwd: folder, packageRoot: clone, ...input });
}

function put(where: string, text: unknown): void {
  mkdirSync(path.dirname(where), { recursive: true });
  writeFileSync(where, typeof text === 'string' ? text : JSON.stringify(text), { mode: 0o600 });
}

function failure(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ConfigError && error.exitCode === 78) return error.message;
    throw error;
  }
  throw new Error('no error was raised');
}

/** A value of each setting that is not the default, careful where a folder may only be careful. A new one has to be added. */
const VALUES: Readonly<Record<SettingName, string>> = {
  strategies: 'squeeze-break',
  strategyTimeoutMs: '2s',
  timeframe: '1h',
  provider: 'none',
  fetch: 'none',
  budgetMs: '1m',
  deadlineMs: '2m',
  output: 'out/feed.json',
  detail: 'full',
  pingUrl: 'https://hc.example/ping',
  logLevel: 'debug',
  logFormat: 'json',
  apiKeyFile: 'key.txt',
  baseUrl: 'http://127.0.0.1:9/v1',
  quotaCalls: '39',
  quotaWindowMs: '60001',
  quotaMinSpacingMs: '2201',
  requestTimeoutMs: '14000',
  referenceVenues: 'Gate.io,Binance',
  cacheDir: 'kept',
  stateDir: 'ledgers',
};

/** What only the user may set. Everything that is still to come stands here until somebody finds it harmless. */
const NEVER_BY_A_FOLDER: readonly string[] = ['apiKeyFile', 'baseUrl', 'pingUrl', 'stateDir'];

const NAMES = Object.keys(SETTINGS) as SettingName[];

const PLACES = {
  environment: () => null,
  '.env of the clone': () => path.join(clone, '.env'),
  'scan.config.json of the clone': () => path.join(clone, 'scan.config.json'),
  ".env of the user's": () => path.join(user, '.env'),
  "scan.config.json of the user's": () => path.join(user, 'scan.config.json'),
  '.env of a folder': () => path.join(folder, '.env'),
  'scan.config.json of a folder': () => path.join(folder, 'scan.config.json'),
} as const;

/** Dotted names stand in groups. */
function configWith(name: SettingName, value: string): object {
  return SETTINGS[name].file.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as object;
}

function setAt(place: keyof typeof PLACES, name: SettingName, value = VALUES[name]): Config {
  const file = PLACES[place]();
  for (const one of ['key.txt', 'clone/key.txt', 'home/.config/perpscan/key.txt']) put(path.join(top, one), 'k\n');
  put(path.join(folder, 'key.txt'), 'k\n');
  if (file === null)
    return load({ env: { [SETTINGS[name].env]: value }, cwd: place.includes('folder') ? folder : clone });
  put(file, file.endsWith('.env') ? `${SETTINGS[name].env}=${value}\n` : configWith(name, value));
  // The config file of the clone is in force for who works in it.
  return load({ cwd: place.includes('clone') ? clone : folder });
}

describe('which place may set what', () => {
  it('is said for every setting that there is', () => {
    expect(Object.keys(VALUES).sort()).toEqual([...NAMES].sort());
    const refused = NAMES.filter((name) => FOLDER_MAY_SET[name] === undefined);
    expect(refused.sort()).toEqual([...NEVER_BY_A_FOLDER].sort());
  });

  const cells = NAMES.flatMap((name) =>
    (Object.keys(PLACES) as (keyof typeof PLACES)[]).map((place) => {
      const counts = !(place.endsWith('of a folder') && NEVER_BY_A_FOLDER.includes(name));
      return [name, place, counts] as const;
    }),
  );

  it.each(cells)('%s in the %s counts: %s', (name, place, counts) => {
    const config = setAt(place, name);
    const file = PLACES[place]();
    const kind = file === null ? 'environment' : path.basename(file);
    if (counts) {
      expect([config.sources[name], config.files[name], config.refused]).toEqual([kind, file, []]);
    } else {
      expect([config.sources[name], config.files[name]]).toEqual(['default', null]);
      expect(config.refused).toHaveLength(1);
      expect(config.refused[0]).toContain(kind === '.env' ? SETTINGS[name].env : SETTINGS[name].file);
      expect(config.refused[0]).toContain(file);
    }
  });

  it.each(NAMES.filter((name) => SETTINGS[name].flag !== null))('%s as a flag counts', (name) => {
    expect(load({ flags: { [name]: VALUES[name] } }).sources[name]).toBe('flag');
  });

  it.each([
    ['strategies', './mine.ts', 'no file to run'],
    ['strategies', 'trend-breakout,mine.ts', 'no file to run'],
    ['strategies', '/etc/x', 'no file to run'],
    ['output', '../feed.json', 'leads out of'],
    ['output', '/etc/cron.d/x', 'leads out of'],
    ['output', '~/.bashrc', 'leads out of'],
    ['output', 'a/../../feed.json', 'leads out of'],
    ['cacheDir', '../home', 'leads out of'],
    ['cacheDir', '~', 'leads out of'],
    ['quotaCalls', '41', 'may lower it'],
    ['quotaWindowMs', '59999', 'may raise it'],
    ['quotaMinSpacingMs', '0', 'may raise it'],
  ] as const)('%s: %s from a folder is refused', (name, value, why) => {
    const plain = load();
    for (const place of ['.env of a folder', 'scan.config.json of a folder'] as const) {
      const config = setAt(place, name, value);
      expect(config.refused.some((text) => text.includes(why))).toBe(true);
      expect(config.sources[name]).toBe('default');
      rmSync(PLACES[place]());
    }
    expect(load()).toEqual(plain);
  });

  it("a folder's file goes before the user's own, which goes before the default", () => {
    put(path.join(user, 'scan.config.json'), { timeframe: '1h', detail: 'full', quota: { calls: 20 } });
    put(path.join(folder, 'scan.config.json'), { timeframe: '1d' });
    expect(load()).toMatchObject({ timeframe: '1d', detail: 'full', quotaCalls: 20, refused: [] });
    put(path.join(folder, 'scan.config.json'), { quota: { calls: 30 } });
    expect(load(), 'more than the user has for it').toMatchObject({ quotaCalls: 20 });
    put(path.join(folder, 'scan.config.json'), { quota: { calls: 10 } });
    expect(load()).toMatchObject({ quotaCalls: 10, refused: [] });
  });

  it('a relative XDG_CONFIG_HOME is nobody, an absolute one is the user', () => {
    put(path.join(folder, 'own', 'perpscan', 'scan.config.json'), { state_dir: 'ledgers' });
    expect(load({ env: { XDG_CONFIG_HOME: 'own' } }).sources.stateDir).toBe('default');
    const env = { XDG_CONFIG_HOME: path.join(folder, 'own') };
    expect(load({ env }).stateDir).toBe(path.join(folder, 'own', 'perpscan', 'ledgers'));
  });

  it('a name in small letters is a slip that is told, in a folder as elsewhere', () => {
    put(path.join(folder, '.env'), 'coinalyze_base_url=http://127.0.0.1:9/v1\n');
    expect(failure(load)).toContain('coinalyze_base_url; did you mean COINALYZE_BASE_URL?');
    rmSync(path.join(folder, '.env'));
    put(path.join(folder, 'scan.config.json'), { Base_URL: 'http://127.0.0.1:9/v1' });
    expect(failure(load)).toContain('unknown setting "Base_URL"; did you mean base_url?');
  });
});

describe('links and nested folders', () => {
  it.each(['a\0b', `${'x'.repeat(300)}/feed.json`, 'circle/feed.json', 'a-file/feed.json'])(
    'a path that cannot be looked at is refused by name: %j',
    (output) => {
      symlinkSync('circle', path.join(folder, 'circle'));
      put(path.join(folder, 'a-file'), '');
      put(path.join(folder, 'scan.config.json'), { output });
      if (output.includes('\0')) expect(failure(load)).toMatch(/^output in scan\.config\.json: .*expected a path/);
      else expect(load()).toMatchObject({ refused: [expect.stringContaining('leads out of')] });
    },
  );

  it.each(['feed.json', 'dir/feed.json', 'new/feed.json'])(
    'output %s that leaves its folder by a link is refused',
    (output) => {
      symlinkSync(path.join(home, 'profile'), path.join(folder, 'feed.json'));
      symlinkSync(home, path.join(folder, 'dir'));
      symlinkSync(path.join(home, 'not-yet'), path.join(folder, 'new'));
      put(path.join(folder, 'scan.config.json'), { output });
      expect(load()).toMatchObject({
        refused: [expect.stringContaining('leads out of')],
        sources: { output: 'default' },
      });
    },
  );

  it('a link that stays in the folder is none to speak of', () => {
    mkdirSync(path.join(folder, 'real'));
    symlinkSync('real', path.join(folder, 'dir'));
    put(path.join(folder, 'scan.config.json'), { output: 'dir/feed.json' });
    expect(load()).toMatchObject({ refused: [], output: path.join(folder, 'dir', 'feed.json') });
  });

  it('default places of a folder that lead out of it are refused with the variable that helps', () => {
    put(path.join(folder, 'scan.config.json'), '{}');
    symlinkSync(home, path.join(folder, 'data'));
    expect(failure(load)).toMatch(/leads out of .* by a link: say with SCAN_OUTPUT/);
    const env = { SCAN_OUTPUT: path.join(home, 'feed.json') };
    expect(load({ env }).output).toBe(path.join(home, 'feed.json'));
    expect(failure(() => load({ env: { SCAN_OUTPUT: 'data/feed.json' } }))).toContain('by a link');
    symlinkSync(home, path.join(folder, 'cache'));
    expect(failure(() => load({ env }))).toContain('SCAN_CACHE_DIR');
  });

  it('a cache with a link out of the folder in it is refused: it might be any database of the user', () => {
    mkdirSync(path.join(folder, 'kept'));
    symlinkSync(path.join(home, 'cookies.sqlite'), path.join(folder, 'kept', 'cache.sqlite'));
    put(path.join(folder, 'scan.config.json'), { cache_dir: 'kept' });
    expect(load()).toMatchObject({ refused: [expect.stringContaining('leads out of')] });
    symlinkSync('kept', path.join(folder, 'cache'));
    expect(failure(load)).toContain('SCAN_CACHE_DIR');
  });

  it("a folder's config is what it is through a link too, and the clone's through a link to the clone", () => {
    put(path.join(top, 'elsewhere.json'), { state_dir: 'ledgers' });
    symlinkSync(path.join(top, 'elsewhere.json'), path.join(folder, 'scan.config.json'));
    expect(load().refused).toHaveLength(1);
    put(path.join(clone, 'scan.config.json'), { state_dir: 'ledgers' });
    rmSync(path.join(folder, 'scan.config.json'));
    symlinkSync(path.join(clone, 'scan.config.json'), path.join(folder, 'scan.config.json'));
    expect(load().refused, 'the folder says it').toHaveLength(1);
    symlinkSync(clone, path.join(top, 'alias'));
    expect(load({ cwd: path.join(top, 'alias') })).toMatchObject({
      refused: [],
      sources: { stateDir: 'scan.config.json' },
    });
  });

  it('a config file above the candles is one of a folder', () => {
    put(path.join(top, 'scan.config.json'), { base_url: 'http://127.0.0.1:9/v1', timeframe: '1d' });
    const config = load({ env: { COINALYZE_API_KEY: 'k' } });
    expect(config).toMatchObject({ root: top, timeframe: '1d', foreignHost: null });
    expect(config.refused).toHaveLength(1);
  });

  it('a clone in a folder that was sent is not written to, nor told anything by it', () => {
    put(path.join(top, 'scan.config.json'), {
      output: 'clone/bin/scan.cjs',
      cache_dir: 'home/.config/perpscan',
      state_dir: 'x',
    });
    const config = load({ cwd: clone });
    expect(config.refused.map((text) => text.split(' ')[0])).toEqual(['output', 'cache_dir', 'state_dir']);
    expect(config).toMatchObject({
      output: path.join(top, 'data', 'master_feed.json'),
      cacheDir: path.join(top, 'cache'),
    });
  });

  it('a folder that was sent and lies in the clone says no more than any other', () => {
    const inside = path.join(clone, 'data', 'sent');
    put(path.join(inside, 'scan.config.json'), { state_dir: 'x', output: 'feed.json' });
    put(path.join(inside, '.env'), 'COINALYZE_BASE_URL=http://127.0.0.1:9/v1\n');
    const config = load({ cwd: inside });
    expect(config.refused).toHaveLength(2);
    expect(config.output).toBe(path.join(inside, 'feed.json'));
  });
});

describe('the key', () => {
  const EVIL = 'http://127.0.0.1:18999/v1';

  it('stands in any .env: that of the config in force, of the clone, of the current folder, of the user', () => {
    put(path.join(user, '.env'), 'COINALYZE_API_KEY=users\n');
    expect(load()).toMatchObject({ apiKey: 'users', keyPlace: { file: path.join(user, '.env') } });
    put(path.join(folder, '.env'), 'COINALYZE_API_KEY=current\n');
    expect(load().apiKey).toBe('current');
    put(path.join(clone, '.env'), 'COINALYZE_API_KEY=clones\n');
    expect(load().apiKey).toBe('clones');
    put(path.join(folder, 'scan.config.json'), '{}');
    expect(load().apiKey, 'beside the config in force').toBe('current');
    expect(load({ env: { COINALYZE_API_KEY: 'given' } })).toMatchObject({ apiKey: 'given', keyPlace: { file: null } });
  });

  it('a .env without a key hides no other, and only the one in force sets more', () => {
    put(path.join(folder, 'scan.config.json'), '{}');
    put(path.join(folder, '.env'), 'SCAN_TIMEFRAME=1d\n');
    put(path.join(clone, '.env'), 'COINALYZE_API_KEY=clones\nSCAN_DETAIL=full\n');
    expect(load()).toMatchObject({ apiKey: 'clones', timeframe: '1d', detail: 'lean' });
  });

  it('which files were looked at is known', () => {
    put(path.join(clone, '.env'), '');
    expect(load().lookedAt).toEqual([
      { file: path.join(clone, '.env'), found: true },
      { file: path.join(folder, '.env'), found: false },
      { file: path.join(user, '.env'), found: false },
      { file: path.join(user, 'scan.config.json'), found: false },
    ]);
  });

  it('goes to another host only where both are named in one place', () => {
    const both = { COINALYZE_API_KEY: 'k', COINALYZE_BASE_URL: EVIL };
    const foreign = { host: '127.0.0.1:18999', namedBy: 'COINALYZE_BASE_URL' };
    expect(load({ env: both }).foreignHost).toEqual(foreign);
    const file = path.join(clone, '.env');
    put(file, `COINALYZE_API_KEY=k\nCOINALYZE_BASE_URL=${EVIL}\n`);
    expect(load().foreignHost).toEqual({ ...foreign, namedBy: `COINALYZE_BASE_URL in ${file}` });
    expect(failure(() => load({ env: { COINALYZE_API_KEY: 'k' } }))).toMatch(
      /COINALYZE_BASE_URL in .*clone\/\.env names 127\.0\.0\.1:18999, .* the key comes from the environment: put both/,
    );
    put(file, 'COINALYZE_API_KEY=k\n');
    expect(failure(() => load({ env: { COINALYZE_BASE_URL: EVIL } }))).toMatch(
      /^COINALYZE_BASE_URL names .* comes from .*clone\/\.env/,
    );
    put(path.join(user, 'scan.config.json'), { base_url: EVIL });
    expect(failure(load)).toMatch(/base_url in .*perpscan\/scan\.config\.json names .*clone\/\.env/);
    rmSync(file);
    expect(load(), 'nothing to send').toMatchObject({ apiKey: null, baseUrl: EVIL });
  });

  it('in a file that the same place names, it may go to the host named there', () => {
    put(path.join(user, 'key.txt'), 'from-file\n');
    put(path.join(user, 'scan.config.json'), { api_key_file: 'key.txt', base_url: EVIL });
    expect(load()).toMatchObject({ apiKey: 'from-file', foreignHost: { host: '127.0.0.1:18999' } });
  });

  it("that a folder gives goes to Coinalyze, never to the folder's host", () => {
    put(path.join(folder, '.env'), `COINALYZE_API_KEY=k\nCOINALYZE_BASE_URL=${EVIL}\n`);
    expect(load()).toMatchObject({ apiKey: 'k', foreignHost: null, baseUrl: SETTINGS.baseUrl.fallback });
  });

  it.each(['https://api.coinalyze.net/v1', 'https://API.coinalyze.net:443/v1/', 'https://api.coinalyze.net'])(
    '%s is Coinalyze, wherever it is named',
    (url) => {
      put(path.join(clone, 'scan.config.json'), { base_url: url });
      expect(load({ cwd: clone, env: { COINALYZE_API_KEY: 'k' } }).foreignHost).toBeNull();
    },
  );

  it.each([
    'http://api.coinalyze.net@evil.example/v1',
    'https://api.coinalyze.net@evil.example/v1',
    'https://api.coinalyze.net:443@evil.example/v1',
    'https://:password@api.coinalyze.net/v1',
    'https://@api.coinalyze.net/v1',
    'https://api.coinalyze.net./v1',
    'https://api.coinalyze.net/v1?',
    'https://api.coinalyze.net/v1?a=b',
    'https://api.coinalyze.net/v1#',
    'https://api.coinalyze.net/v1#x',
    String.raw`https:\\api.coinalyze.net\v1`,
    String.raw`https://evil.example\@api.coinalyze.net/v1`,
    'https:api.coinalyze.net/v1',
    'https:///api.coinalyze.net/v1',
    'https://%61pi.coinalyze.net/v1',
    'https://api.coinalyze.net%2eevil.example/v1',
    'https://api.coinalyze.net/%761',
    'https://api.coinalyze.net//v1',
    ' https://api.coinalyze.net/v1',
    'http://127.0.0.1@evil.example/v1',
    'http://127.0.0.1.evil.example/v1',
    'http://localhost./v1',
    'http://evil.example/v1',
    'ftp://api.coinalyze.net/v1',
    'file:///etc/passwd',
  ])('%s is no address for it, and is not shown', (url) => {
    const message = failure(() => load({ env: { COINALYZE_API_KEY: 'k', COINALYZE_BASE_URL: url } }));
    expect(message).toMatch(/^COINALYZE_BASE_URL: its value is not understood; expected an https:\/\/ address/);
    expect(message).not.toContain('evil');
  });

  it.each([
    'https://api.coinalyze.net.evil.example/v1',
    'https://api-coinalyze.net/v1',
    'https://api.coinalyze.net:8443/v1',
  ])('%s is another host', (url) => {
    expect(load({ env: { COINALYZE_API_KEY: 'k', COINALYZE_BASE_URL: url } }).foreignHost!.host).toBe(
      new URL(url).host,
    );
  });
});

describe('a key in a file of its own', () => {
  it('is read without what surrounds it, also behind ~/ and a mark of UTF-8', () => {
    put(path.join(home, 'key'), '\uFEFF  from-file \n');
    expect(load({ env: { COINALYZE_API_KEY_FILE: '~/key' } }).apiKey).toBe('from-file');
    expect(load({ env: { COINALYZE_API_KEY_FILE: '~/key', COINALYZE_API_KEY: 'direct' } }).apiKey).toBe('direct');
    expect(load({ env: { COINALYZE_API_KEY_FILE: '' } }).apiKey).toBeNull();
  });

  it.each([
    ['missing', null, /missing: cannot be read \(there is no such file/],
    ['empty', ' \n', /empty: is empty, and COINALYZE_API_KEY_FILE says/],
    ['two-lines', 'a\nb\n', /two-lines \(COINALYZE_API_KEY_FILE\) holds characters that no key has/],
    ['a-dotenv', 'COINALYZE_API_KEY=k\n', /a-dotenv \(COINALYZE_API_KEY_FILE\) holds .* without anything around it/],
    ['quoted', '"k"\n', /quoted \(COINALYZE_API_KEY_FILE\) holds .* without anything around it/],
    ['utf16', 'k\0e\0y\0', /utf16: is UTF-16.*save it as UTF-8/],
  ])('%s: it is refused by name', (name, content, says) => {
    if (content !== null) put(path.join(home, name), content);
    expect(failure(() => load({ env: { COINALYZE_API_KEY_FILE: path.join(home, name) } }))).toMatch(says);
  });

  it('a device or a pipe is not read: that might never end', () => {
    expect(failure(() => load({ env: { COINALYZE_API_KEY_FILE: '/dev/zero' } }))).toContain('a pipe or a device');
  });
});

describe('what editors make of a file', () => {
  const utf16 = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);

  it('a mark of UTF-8 in front of .env or the config file changes nothing, and an open mode is noticed', () => {
    put(path.join(clone, '.env'), '\uFEFFCOINALYZE_API_KEY=k\r\nSCAN_DETAIL=full\r\n');
    put(path.join(folder, 'scan.config.json'), '\uFEFF{"timeframe": "1d"}');
    expect(load()).toMatchObject({ apiKey: 'k', detail: 'full', timeframe: '1d' });
    rmSync(path.join(clone, '.env'));
    writeFileSync(path.join(clone, '.env'), '\uFEFFCOINALYZE_API_KEY=k\n', { mode: 0o644 });
    expect(failure(load)).toMatch(/open to other users \(mode 644\): chmod 600/);
    expect(load({ acceptOpenKeyFile: true }).openKeyFiles).toEqual([{ file: path.join(clone, '.env'), mode: '644' }]);
  });

  it.each([
    ['as PowerShell writes it', utf16('COINALYZE_API_KEY=k\n')],
    ['the other way round', utf16('COINALYZE_API_KEY=k\n').swap16()],
    ['without a mark', Buffer.from('COINALYZE_API_KEY=k\n', 'utf16le')],
  ])('UTF-16 %s is refused with what helps', (_, content) => {
    writeFileSync(path.join(clone, '.env'), content, { mode: 0o600 });
    expect(failure(load)).toMatch(/clone\/\.env: is UTF-16.*save it as UTF-8/);
    rmSync(path.join(clone, '.env'));
    writeFileSync(path.join(folder, 'scan.config.json'), content);
    expect(failure(load)).toMatch(/scan\.config\.json: is UTF-16.*save it as UTF-8/);
  });
});

describe('a key that is written down and would not be read', () => {
  it.each([
    'COINALYZE_API_KEY: k',
    'set COINALYZE_API_KEY=k',
    '$env:COINALYZE_API_KEY="k"',
    'declare -x COINALYZE_API_KEY="k"',
    'export\tCOINALYZE_API_KEY=k',
    '- COINALYZE_API_KEY=k',
    '\u200BCOINALYZE_API_KEY=k',
    'COINALYZE_API_KEY\u00A0=k',
    // Two files put together, the second with a mark.
    'SCAN_DETAIL=full\n\uFEFFCOINALYZE_API_KEY=k',
    'SCAN_DETAIL=full\rCOINALYZE_API_KEY=k\r',
  ])('%j is refused with its line', (text) => {
    for (const at of [path.join(clone, '.env'), path.join(folder, '.env'), path.join(user, '.env')]) {
      put(path.join(clone, '.env'), 'SCAN_DETAIL=full\n');
      put(at, text);
      expect(failure(load)).toMatch(
        /\.env: line [12] names COINALYZE_API_KEY and is not read; write COINALYZE_API_KEY=/,
      );
      expect(failure(load)).not.toMatch(/=k|"k"/);
      rmSync(at);
    }
  });

  it('a name with dashes is a slip', () => {
    put(path.join(clone, '.env'), 'COINALYZE-API-KEY=k\n');
    expect(failure(load)).toContain('did you mean COINALYZE_API_KEY?');
  });

  it.each([
    '# COINALYZE_API_KEY=k',
    'OTHER=1 # COINALYZE_API_KEY: see there',
    ' export  COINALYZE_API_KEY = k',
    'MY_SCAN_X: 1',
  ])('%j is none', (text) => {
    put(path.join(clone, '.env'), text);
    expect(load().apiKey).toBe(text.startsWith(' ') ? 'k' : null);
  });

  it.each(['gone', '.env', 'scan.config.json'])(
    'a link to %s where settings are looked for is refused by name',
    (to) => {
      for (const name of ['.env', 'scan.config.json']) {
        symlinkSync(to, path.join(folder, name));
        const other = to !== 'gone' && to !== name;
        if (!other)
          expect(failure(load)).toMatch(
            new RegExp(`sent/${name.replaceAll('.', '\\.')}: cannot be read \\((there is no|.*link)`),
          );
        rmSync(path.join(folder, name));
      }
    },
  );
});

describe('places that settings name', () => {
  it.each(['output', 'cacheDir', 'stateDir'] as const)('%s may start with ~/', (name) => {
    expect(load({ env: { [SETTINGS[name].env]: '~/a/b' } })[name]).toBe(path.join(home, 'a', 'b'));
    put(path.join(user, 'scan.config.json'), configWith(name, '~/c'));
    expect(load()[name]).toBe(path.join(home, 'c'));
  });

  it.each(['$HOME/feed.json', '${HOME}/feed.json', '~nobody/feed.json'])(
    '%s would be a folder of that name',
    (text) => {
      put(path.join(clone, 'scan.config.json'), { output: text });
      expect(failure(() => load({ cwd: clone }))).toMatch(
        /^output in scan\.config\.json: .* only ~\/ at its start stands for a folder/,
      );
      expect(load({ env: { SCAN_OUTPUT: `./${text}` } }).output).toBe(path.join(clone, text));
    },
  );

  it('a flag too; ~ inside a path is a letter', () => {
    expect(load({ flags: { output: '~/feed.json' } }).output).toBe(path.join(home, 'feed.json'));
    expect(load({ flags: { output: 'a/~/~b' } }).output).toBe(path.join(folder, 'a', '~', '~b'));
  });

  it('in a file start where the file is', () => {
    put(path.join(user, 'scan.config.json'), { cache_dir: 'kept' });
    expect(load().cacheDir).toBe(path.join(user, 'kept'));
  });

  it('relative XDG paths are ignored', () => {
    const env = { XDG_STATE_HOME: 'state', XDG_CACHE_HOME: './cache' };
    rmSync(path.join(clone, 'tsconfig.json'));
    expect(load({ env })).toMatchObject({
      stateDir: path.join(home, '.local/state/perpscan'),
      cacheDir: path.join(home, '.cache/perpscan'),
    });
  });

  it('without HOME the system knows the home', () => {
    const { stateDir } = loadConfig({ flags: {}, env: {}, cwd: folder, packageRoot: clone });
    expect(homeFolder({})).toBe(os.userInfo().homedir);
    expect(stateDir).toBe(path.join(os.userInfo().homedir, '.local/state/perpscan'));
  });
});

describe.skipIf(!canStartAsNobody())(
  'a user whom the system does not know (needs root, and folders open to others)',
  () => {
    function stateDirWith(env: Readonly<Record<string, string>>): string {
      const script = `
      import { loadConfig } from ${JSON.stringify(path.join(ROOT, 'src', 'config.ts'))};
      const where = { flags: {}, env: process.env, cwd: '/', packageRoot: '/nowhere' };
      try { console.log(loadConfig(where).stateDir); } catch (error) { console.log(error.exitCode, error.message); }`;
      const args = ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', script];
      const { stdout, stderr } = spawnSync(process.execPath, args, { uid: 54_321, gid: 54_321, env, encoding: 'utf8' });
      return stdout.trim() || stderr;
    }

    it('has its ledger where systemd says, and nowhere without it', () => {
      expect(stateDirWith({ STATE_DIRECTORY: '/var/lib/perpscan:/var/lib/more' })).toBe('/var/lib/perpscan');
      expect(stateDirWith({ HOME: '/home/somebody' })).toBe('/home/somebody/.local/state/perpscan');
      expect(stateDirWith({})).toMatch(
        /^78 there is no place for files of this user: HOME is not set.*Set SCAN_CACHE_DIR|SCAN_STATE_DIR/,
      );
      expect(stateDirWith({ HOME: 'relative' })).toMatch(/^78 there is no place/);
    });

    it('that asks for ~/ is told that there is no home', () => {
      const env = { SCAN_STATE_DIR: '~/x', SCAN_CACHE_DIR: '/tmp/c', SCAN_OUTPUT: '/tmp/o' };
      expect(stateDirWith(env)).toBe('78 ~/x: HOME is not set, and the system knows no home for this user');
    });
  },
);

describe('variables that Kubernetes and Docker set for services called scan or coinalyze', () => {
  const INJECTED = {
    SCAN_SERVICE_HOST: '10.0.0.11',
    SCAN_SERVICE_PORT: '8080',
    SCAN_SERVICE_PORT_HTTP: '8080',
    SCAN_PORT: 'tcp://10.0.0.11:8080',
    SCAN_PORT_8080_TCP: 'tcp://10.0.0.11:8080',
    SCAN_PORT_8080_TCP_PROTO: 'tcp',
    SCAN_PORT_8080_TCP_PORT: '8080',
    SCAN_PORT_8080_TCP_ADDR: '10.0.0.11',
    SCAN_PORT_53_UDP_ADDR: '10.0.0.11',
    SCAN_FEED_API_SERVICE_HOST: '10.0.0.12',
    SCAN_FEED_API_PORT: 'tcp://10.0.0.12:80',
    COINALYZE_PROXY_SERVICE_HOST: '10.0.0.13',
    COINALYZE_PORT: 'udp://10.0.0.13:80',
    SCAN_NAME: '/web/scan',
    SCAN_ENV_PATH: '/usr/bin',
    SCAN_DB_ENV_POSTGRES_USER: 'app',
    SCAN_PORT_8080_TCP_START: 'tcp://10.0.0.11:8080',
  };

  it('are nothing that the user has set', () => {
    expect(load({ env: INJECTED })).toEqual(load());
  });

  it.each([
    ['SCAN_PORT', '8080'],
    ['SCAN_HOST', 'tcp://10.0.0.11:80'],
    ['SCAN_SERVICE', '1'],
    ['SCAN_NAME', 'scan'],
    ['SCAN_ENV', 'production'],
  ])('%s=%s is not one of them', (name, value) => {
    expect(failure(() => load({ env: { [name]: value } }))).toContain(`unknown environment variable ${name}`);
  });

  it('in a .env they are unknown: nobody injects them there', () => {
    put(path.join(clone, '.env'), 'SCAN_SERVICE_HOST=10.0.0.11\n');
    expect(failure(load)).toContain('SCAN_SERVICE_HOST');
  });
});
