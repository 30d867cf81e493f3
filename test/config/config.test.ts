import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, type Config, type ConfigInput } from '../../src/config.ts';
import { ConfigError } from '../../src/core/config-error.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'perpscan-config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function load(input: Partial<ConfigInput> = {}): Config {
  return loadConfig({ flags: {}, env: { HOME: folder }, cwd: folder, packageRoot: folder, ...input });
}

function configFile(value: unknown, where = folder): void {
  writeFileSync(path.join(where, 'scan.config.json'), typeof value === 'string' ? value : JSON.stringify(value));
}

function failure(attempt: () => unknown): ConfigError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('no error was raised');
}

describe('settings', () => {
  it('have the defaults that the product names', () => {
    const config = load();
    expect(config).toMatchObject({
      timeframe: '4h',
      provider: 'auto',
      budgetMs: 300_000,
      quotaCalls: 40,
      quotaWindowMs: 60_000,
      quotaMinSpacingMs: 2_200,
      requestTimeoutMs: 15_000,
      baseUrl: 'https://api.coinalyze.net/v1',
      strategies: ['all'],
      detail: 'lean',
      referenceVenues: ['Binance', 'Bybit', 'OKX', 'Gate.io'],
      apiKey: null,
    });
    expect(config.sources.timeframe).toBe('default');
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('come from flags before environment before .env before the config file', () => {
    configFile({ budget: '1m', timeframe: '1h', quota: { calls: 7 }, provider: 'none' });
    writeFileSync(path.join(folder, '.env'), 'SCAN_TIMEFRAME=15m\nSCAN_QUOTA_CALLS=9\nSCAN_PROVIDER=sandbox\n');
    const env = { HOME: folder, SCAN_QUOTA_CALLS: '11', SCAN_PROVIDER: 'coinalyze' };
    const config = load({ env, flags: { provider: 'none' } });
    expect(config).toMatchObject({ budgetMs: 60_000, timeframe: '15m', quotaCalls: 11, provider: 'none' });
    expect(config.sources).toMatchObject({
      budgetMs: 'scan.config.json',
      timeframe: '.env',
      quotaCalls: 'environment',
      provider: 'flag',
    });
  });

  it('read the key from the environment or .env, never from the config file', () => {
    writeFileSync(path.join(folder, '.env'), 'COINALYZE_API_KEY=from-dotenv\n', { mode: 0o600 });
    expect(load().apiKey).toBe('from-dotenv');
    expect(load({ env: { HOME: folder, COINALYZE_API_KEY: ' k ' } }).apiKey).toBe('k');
    configFile({ api_key: 'secret-value' });
    const error = failure(() => load());
    expect(error.exitCode).toBe(78);
    expect(error.message).toContain('unknown setting "api_key"');
    expect(error.message).not.toContain('secret-value');
  });

  it.each([0o644, 0o640, 0o604, 0o622])('a .env with the key that others may use (mode %o) is refused', (mode) => {
    const file = path.join(folder, '.env');
    writeFileSync(file, 'COINALYZE_API_KEY=from-dotenv\n');
    chmodSync(file, mode);
    const error = failure(() => load({ env: { HOME: folder, COINALYZE_API_KEY: 'other' } }));
    expect(error.exitCode).toBe(78);
    expect(error.message).toContain(`chmod 600 ${file}`);
    expect(error.message).not.toContain('from-dotenv');
    writeFileSync(file, 'COINALYZE_API_KEY=\nSCAN_TIMEFRAME=1h\n');
    expect(load().timeframe).toBe('1h');
  });

  it.each([
    [{ SCAN_QUOTA_CALL: '5' }, 'did you mean SCAN_QUOTA_CALLS?'],
    [{ SCAN_QUOTA_CALLS: '0' }, 'SCAN_QUOTA_CALLS: "0" is not understood; expected a whole number'],
    [{ SCAN_DETAIL: 'fulll' }, 'SCAN_DETAIL: "fulll" is not understood; expected lean or full; did you mean full?'],
    [{ SCAN_BUDGET: '25h' }, 'expected at most 24h'],
    [{ SCAN_STRATEGY: ' , ' }, 'expected at least one name; several are separated by commas'],
    [{ SCAN_OUTPUT: '' }, 'expected not empty'],
    [{ SCAN_QUOTA_MIN_SPACING_MS: '-1' }, 'expected a whole number'],
    [{ SCAN_BUDGET: 'soon' }, 'a duration such as 90s, 5m or 1h'],
    [{ COINALYZE_BASE_URL: 'http://api.coinalyze.net/v1' }, 'https://'],
    [{ COINALYZE_BASE_URL: 'https://user:pw@host/v1' }, 'https://'],
    [{ SCAN_TIMEFRAME: '60' }, 'auto or one of 1m'],
  ])('wrong environment %j is refused with the remedy', (env, text) => {
    const error = failure(() => load({ env: { HOME: folder, ...env } }));
    expect(error.exitCode).toBe(78);
    expect(error.message).toContain(text);
  });

  it.each([
    ['{', 'not valid JSON'],
    ['[]', 'must be an object'],
    [{ budgt: '5m' }, 'did you mean budget?'],
    [{ quota: { window: 5 } }, 'unknown setting "quota.window"'],
    [{ quota: 5 }, 'quota must be an object'],
    [{ budget: { a: 1 } }, 'budget must be text'],
    [{ timeframe: '5h' }, 'timeframe in scan.config.json'],
    [{ provider: 'coinalize' }, 'did you mean coinalyze?'],
    [{ log_level: true }, 'log_level must be text'],
  ])('a wrong config file %j is refused with its path and the remedy', (content, text) => {
    configFile(content);
    const error = failure(() => load());
    expect(error.exitCode).toBe(78);
    expect(error.message).toContain(text);
  });

  function told(): readonly [number, string] {
    const { exitCode, message } = failure(() => load());
    return [exitCode, message];
  }

  it('the old name of the quota is refused with the new one, wherever it stands', () => {
    const { exitCode, message } = failure(() => load({ env: { HOME: folder, SCAN_QUOTA_UNITS: '40' } }));
    expect([exitCode, message]).toEqual([
      78,
      'environment variable: SCAN_QUOTA_UNITS is called SCAN_QUOTA_CALLS now: rename it, its value stays',
    ]);
    const config = path.join(folder, 'scan.config.json');
    configFile({ quota: { units: 40 } });
    expect(told()).toEqual([78, `${config}: quota.units is called quota.calls now: rename it, its value stays`]);
    rmSync(config);
    const dotenv = path.join(folder, '.env');
    writeFileSync(dotenv, 'SCAN_QUOTA_UNITS=40\n');
    expect(told()).toEqual([
      78,
      `setting in ${dotenv}: SCAN_QUOTA_UNITS is called SCAN_QUOTA_CALLS now: rename it, its value stays`,
    ]);
  });

  it('a key that is the name of something every object has is as unknown as any other', () => {
    configFile('{"constructor": 1}');
    expect(failure(() => load()).message).toContain('unknown setting "constructor"');
  });

  it('a config file that cannot be read is not called invalid JSON', () => {
    mkdirSync(path.join(folder, 'scan.config.json'));
    expect(failure(() => load()).message).toMatch(/scan\.config\.json: cannot be read \(it is a folder\); mend that/);
  });

  it('a key in the config file is sent where it belongs', () => {
    configFile({ coinalyze_api_key: 'secret-value' });
    expect(failure(() => load()).message).toMatch(/a key goes into COINALYZE_API_KEY or \.env$/);
  });

  it('a wrong flag is a usage error', () => {
    expect(failure(() => load({ flags: { budgetMs: '5 minutes' } })).exitCode).toBe(2);
  });

  it('one address has one spelling, because the quota is counted by it', () => {
    const spell = (text: string): string => load({ env: { HOME: folder, COINALYZE_BASE_URL: text } }).baseUrl;
    expect(spell('https://API.coinalyze.net/v1/')).toBe('https://api.coinalyze.net/v1');
    expect(spell('https://api.coinalyze.net:443/v1')).toBe('https://api.coinalyze.net/v1');
  });

  it('a key that no header can carry is refused without being shown', () => {
    const error = failure(() => load({ env: { HOME: folder, COINALYZE_API_KEY: 'abc\u201d' } }));
    expect([error.exitCode, error.message.includes('abc')]).toEqual([78, false]);
  });

  it('an http address of this machine is allowed, for the sandbox', () => {
    expect(load({ env: { HOME: folder, COINALYZE_BASE_URL: 'http://127.0.0.1:8080/v1' } }).baseUrl).toContain(
      '127.0.0.1',
    );
  });
});

describe('default paths', () => {
  it('start at the nearest folder upward that holds the config file', () => {
    configFile({ cache_dir: 'my-cache' });
    const below = path.join(folder, 'a', 'b');
    mkdirSync(below, { recursive: true });
    const config = load({ cwd: below, flags: { output: 'out.json' } });
    expect(config.root).toBe(folder);
    expect(config.cacheDir).toBe(path.join(folder, 'my-cache'));
    expect(config.output).toBe(path.join(below, 'out.json'));
  });

  it('start at the clone when there is no config file', () => {
    const clone = path.join(folder, 'clone');
    mkdirSync(clone);
    writeFileSync(path.join(clone, 'tsconfig.json'), '{}');
    const config = load({ packageRoot: clone });
    expect(config.output).toBe(path.join(clone, 'data', 'master_feed.json'));
    expect(config.cacheDir).toBe(path.join(clone, 'cache'));
    expect(config.stateDir).toBe(path.join(folder, '.local/state/perpscan'));
  });

  it('an installed program keeps its cache in the XDG folder', () => {
    const config = load({ env: { HOME: folder, XDG_CACHE_HOME: path.join(folder, 'xdg') } });
    expect(config.cacheDir).toBe(path.join(folder, 'xdg', 'perpscan'));
    expect(config.output).toBe(path.join(folder, 'data', 'master_feed.json'));
  });
});
