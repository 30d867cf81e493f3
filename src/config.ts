/** Settings: flags, then environment, then `.env`, then `scan.config.json`, then defaults. Parsed once into one frozen Config. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from './core/config-error.ts';
import { nonEmpty, openKeyFile, readDotenv, readText } from './platform/dotenv.ts';
import { userFolder } from './platform/folder.ts';
import { findRoot } from './platform/root.ts';
import { closest } from './platform/text.ts';
import { RENAMED, SETTINGS, type Reading, type SettingName } from './settings.ts';

export { SETTINGS, type SettingName } from './settings.ts';

export type SettingSource = 'flag' | 'environment' | '.env' | 'scan.config.json' | 'default';

type SettingValues = { readonly [K in SettingName]: ValueOf<ReturnType<(typeof SETTINGS)[K]['read']>> };
type ValueOf<R> = R extends { readonly value: infer T } ? T : never;

export interface Config extends Omit<SettingValues, 'output' | 'cacheDir' | 'stateDir'> {
  /** Folder that relative default paths start from. */
  readonly root: string;
  /** Absolute paths. */
  readonly output: string;
  readonly cacheDir: string;
  readonly stateDir: string;
  /** From the environment or `.env` only, never from a flag or the config file; null without one. */
  readonly apiKey: string | null;
  readonly sources: Readonly<Record<SettingName, SettingSource>>;
}

export interface ConfigInput {
  /** Values given on the command line, as typed. */
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Current folder, absolute. */
  readonly cwd: string;
  /** Folder that holds the program's package.json, absolute. */
  readonly packageRoot: string;
  /** For the doctor, which tells what it finds: a key file that others may read is not refused. */
  readonly acceptOpenKeyFile?: boolean;
}

/** @throws ConfigError */
export function loadConfig({ flags, env, cwd, packageRoot, acceptOpenKeyFile = false }: ConfigInput): Config {
  const { root, installed } = findRoot(cwd, packageRoot);
  const dotenv = readDotenv(root);
  const open = acceptOpenKeyFile ? null : openKeyFile(root);
  if (open !== null)
    throw new ConfigError(
      `${open.file} holds COINALYZE_API_KEY and is open to other users (mode ${open.mode}): chmod 600 ${open.file}`,
      78,
    );
  const file = readConfigFile(path.join(root, 'scan.config.json'));
  rejectUnknownEnvironment(env, 'environment variable');
  rejectUnknownEnvironment(dotenv, `setting in ${path.join(root, '.env')}`);

  const values: Partial<Record<SettingName, unknown>> = {};
  const sources: Partial<Record<SettingName, SettingSource>> = {};
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const setting = SETTINGS[name];
    const found = firstGiven([
      ['flag', flags[name]],
      ['environment', env[setting.env]],
      ['.env', dotenv[setting.env]],
      ['scan.config.json', file.get(setting.file)],
      ['default', setting.fallback],
    ]);
    sources[name] = found.source;
    values[name] = found.source === 'default' && found.text === '' ? '' : parseSetting(name, found);
  }
  const parsed = values as SettingValues;
  const absolute = (name: 'output' | 'cacheDir' | 'stateDir', otherwise: () => string): string =>
    sources[name] === 'default' ? otherwise() : path.resolve(sources[name] === 'flag' ? cwd : root, parsed[name]);
  return Object.freeze({
    ...parsed,
    root,
    output: absolute('output', () => defaultOutput(root)),
    cacheDir: absolute('cacheDir', () => (installed ? ownFolder(env, 'cache') : path.join(root, 'cache'))),
    stateDir: absolute('stateDir', () => ownFolder(env, 'state')),
    apiKey: checkedKey(nonEmpty(env['COINALYZE_API_KEY']) ?? nonEmpty(dotenv['COINALYZE_API_KEY'])),
    sources: sources as Record<SettingName, SettingSource>,
  });
}

/** Where the feed is written unless something else is said; never input either. */
export function defaultOutput(root: string): string {
  return path.join(root, SETTINGS.output.fallback);
}

/** Never in the current folder: each would have a quota of its own. */
function ownFolder(env: ConfigInput['env'], purpose: 'cache' | 'state'): string {
  const folder = userFolder(env, purpose);
  if (folder !== null) return folder;
  const setting = purpose === 'state' ? SETTINGS.stateDir.env : SETTINGS.cacheDir.env;
  throw new ConfigError(
    `there is no place for files of this user: HOME is not set, and the system knows no home for it. Set ${setting} to an absolute path, or HOME`,
    78,
  );
}

interface Found {
  readonly source: SettingSource;
  readonly text: string;
}

function firstGiven(candidates: readonly (readonly [SettingSource, string | undefined])[]): Found {
  for (const [source, text] of candidates) if (text !== undefined) return { source, text };
  throw new Error('every setting has a default');
}

function parseSetting(name: SettingName, { source, text }: Found): unknown {
  const setting = SETTINGS[name];
  const reading: Reading<unknown> = setting.read(text);
  if ('value' in reading) return reading.value;
  // An address may hold a password.
  const shown = name === 'baseUrl' ? 'its value' : `"${text}"`;
  const near = setting.choices === null ? null : closest(text, setting.choices);
  const hint = near === null ? '' : `; did you mean ${near}?`;
  throw new ConfigError(
    `${placeOf(name, source)}: ${shown} is not understood; expected ${reading.expected}${hint}`,
    source === 'flag' ? 2 : 78,
  );
}

/** Where the user has given a setting: its flag, its variable or its key in the config file. */
export function placeOf(name: SettingName, source: SettingSource): string {
  const { flag, env, file } = SETTINGS[name];
  if (source === 'scan.config.json') return `${file} in scan.config.json`;
  return source === 'flag' && flag !== null ? flag : env;
}

/** Settings of the config file as text by dotted key, e.g. `quota.calls`. */
function readConfigFile(file: string): ReadonlyMap<string, string> {
  if (!existsSync(file)) return new Map();
  const content = readText(file);
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    // The message may quote lines of the file; one line has to do.
    const detail = (error as Error).message.split('\n')[0]!;
    throw new ConfigError(`${file}: not valid JSON (${detail}); mend it or delete it`, 78);
  }
  const known = Object.values(SETTINGS).map((setting) => setting.file as string);
  const flat = new Map<string, string>();
  const visit = (value: unknown, key: string): void => {
    if (key === '' || known.some((name) => name.startsWith(`${key}.`))) {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw new ConfigError(`${file}: ${key === '' ? 'the file' : key} must be an object {...}`, 78);
      for (const [name, member] of Object.entries(value)) visit(member, key === '' ? name : `${key}.${name}`);
      return;
    }
    if (/key|secret|token/i.test(key) && !known.includes(key))
      throw new ConfigError(`${file}: unknown setting "${key}"; a key goes into COINALYZE_API_KEY or .env`, 78);
    if (Object.hasOwn(RENAMED, key)) throw new ConfigError(`${file}: ${renamed(key)}`, 78);
    if (!known.includes(key)) throw new ConfigError(unknownKey(`${file}: unknown setting "${key}"`, key, known), 78);
    flat.set(key, asText(value, file, key));
  };
  visit(parsed, '');
  return flat;
}

function asText(value: unknown, file: string, key: string): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new ConfigError(`${file}: ${key} must be text, a number or a list of text`, 78);
}

function rejectUnknownEnvironment(env: Readonly<Record<string, string | undefined>>, what: string): void {
  const known = [...Object.values(SETTINGS).map((setting) => setting.env as string), 'COINALYZE_API_KEY'];
  for (const name of Object.keys(env)) {
    if (Object.hasOwn(RENAMED, name)) throw new ConfigError(`${what}: ${renamed(name)}`, 78);
    const ours = name.startsWith('SCAN_') || name.startsWith('COINALYZE_');
    if (ours && !known.includes(name)) throw new ConfigError(unknownKey(`unknown ${what} ${name}`, name, known), 78);
  }
}

function renamed(name: string): string {
  return `${name} is called ${RENAMED[name]!} now: rename it, its value stays`;
}

function unknownKey(message: string, name: string, known: readonly string[]): string {
  const near = closest(name, known);
  return near === null ? `${message}; known are ${known.join(', ')}` : `${message}; did you mean ${near}?`;
}

/** A header carries printable ASCII only: a typographic quote or a line break comes from copying. */
function checkedKey(key: string | null): string | null {
  if (key === null || /^[\x21-\x7e]+$/.test(key)) return key;
  throw new ConfigError('COINALYZE_API_KEY holds characters that no key has; copy it again', 78);
}
