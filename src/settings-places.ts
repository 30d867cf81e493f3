/** Where settings stand: the environment, the user's own files, and files that came with a folder, which may say less. */
import path from 'node:path';
import { ConfigError } from './core/config-error.ts';
import { nonEmpty, readDotenv, readText } from './platform/dotenv.ts';
import { expandHome, hasEntry, liesIn, userFolder } from './platform/folder.ts';
import { findRoot } from './platform/root.ts';
import { closest } from './platform/text.ts';
import { RENAMED, SETTINGS, type SettingName } from './settings.ts';

export interface Where {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Current folder, absolute. */
  readonly cwd: string;
  /** Folder that holds the program's package.json, absolute. */
  readonly packageRoot: string;
}

export interface Place {
  readonly kind: 'environment' | '.env' | 'scan.config.json';
  /** Absolute; null for the environment. */
  readonly file: string | null;
  /** Where relative paths in it start. */
  readonly folder: string;
  /** The environment, and files in the clone and in the user's config folder: they may say anything. */
  readonly isOwn: boolean;
  /** As text. */
  readonly given: ReadonlyMap<SettingName, string>;
  /** Null where it gives none. */
  readonly key: string | null;
}

export interface Places {
  readonly root: string;
  readonly installed: boolean;
  /** The clone and the user's config folder. */
  readonly own: readonly string[];
  /** What goes first stands first. */
  readonly places: readonly Place[];
  readonly lookedAt: readonly { readonly file: string; readonly found: boolean }[];
}

/** @throws ConfigError for a file that cannot be read, and for a name that no setting has */
export function findPlaces(where: Where): Places {
  const { files, ...rest } = filesOf(where);
  const { env } = where;
  rejectUnknown(
    Object.keys(env).filter((name) => OURS.test(name) && name === name.toUpperCase() && !isInjected(name, env[name])),
    'environment variable',
  );
  return {
    ...rest,
    places: [environmentPlace(where, rest.root), ...files.filter(({ found }) => found).map(readPlace)],
    lookedAt: files.map(({ file, found }) => ({ file, found })),
  };
}

/** Every key that is set, for texts that must not show one. Never throws: it serves to tell what went wrong. */
export function secretsNear(where: Where): readonly string[] {
  const { root, files } = filesOf(where);
  const reads = [
    () => environmentPlace(where, root),
    ...files.map((file) => () => readPlace({ ...file, keyOnly: true })),
  ];
  const keys = reads.flatMap((read) => {
    try {
      const place = read();
      return [place.key, keyInFile(place, where.env)];
    } catch {
      // A file that cannot be read tells nobody its key.
      return [];
    }
  });
  return keys.filter((key) => key !== null);
}

/**
 * The key in the file that `place` names; null where it names none, or came with a folder and may not.
 * @throws ConfigError when there is no key in it
 */
export function keyInFile({ given, folder, isOwn }: Place, env: Where['env']): string | null {
  const named = isOwn ? nonEmpty(given.get('apiKeyFile')) : null;
  if (named === null) return null;
  const file = path.resolve(folder, expandHome(named, env));
  const key = nonEmpty(readText(file));
  if (key !== null) return key;
  throw new ConfigError(`${file}: is empty, and ${SETTINGS.apiKeyFile.env} says that it holds the key`, 78);
}

interface SettingsFile extends Pick<Place, 'folder' | 'isOwn'> {
  readonly kind: '.env' | 'scan.config.json';
  readonly file: string;
  readonly found: boolean;
  /** Another .env is in force: only the key and its address count, where that one has none. */
  readonly keyOnly: boolean;
}

/** All that is looked at. */
function filesOf({
  env,
  cwd,
  packageRoot,
}: Where): Omit<Places, 'places' | 'lookedAt'> & { readonly files: readonly SettingsFile[] } {
  const { root, installed, configured } = findRoot(cwd, packageRoot);
  const user = userFolder(env, 'config');
  const own = user === null ? [packageRoot] : [packageRoot, user];
  const one = (kind: SettingsFile['kind'], folder: string, keyOnly = false): SettingsFile => {
    const file = path.join(folder, kind);
    const isOwn = own.some((mine) => liesIn(mine, folder) && liesIn(folder, mine));
    return { kind, folder, isOwn, file, found: hasEntry(file), keyOnly };
  };
  const beside = configured ? [root, packageRoot, cwd] : [packageRoot, cwd];
  const folders = [...new Set(beside)].filter((folder) => folder !== user);
  const inForce = folders.find((folder) => hasEntry(path.join(folder, '.env')));
  const files = [
    ...folders.map((folder) => one('.env', folder, folder !== inForce)),
    ...(configured && root !== user ? [one('scan.config.json', root)] : []),
    ...(user === null ? [] : [one('.env', user), one('scan.config.json', user)]),
  ];
  return { root, installed, own, files };
}

const NAMES = Object.keys(SETTINGS) as SettingName[];
/** Small letters and dashes too: in a .env they are a slip. */
const OURS = /^(SCAN|COINALYZE)[_-]/i;
const KEY = 'COINALYZE_API_KEY';

function environmentPlace({ env }: Where, root: string): Place {
  return { kind: 'environment', file: null, folder: root, isOwn: true, ...fromVariables(env) };
}

function fromVariables(variables: Where['env']): Pick<Place, 'given' | 'key'> {
  const given = NAMES.flatMap((name) => {
    const text = variables[SETTINGS[name].env];
    return text === undefined ? [] : [[name, text] as const];
  });
  return { given: new Map(given), key: nonEmpty(variables[KEY]) };
}

function readPlace({ kind, file, folder, isOwn, keyOnly }: SettingsFile): Place {
  const { given, key } = kind === '.env' ? fromDotenv(file, keyOnly) : { given: readConfigFile(file), key: null };
  return { kind, file, folder, isOwn, given, key };
}

function fromDotenv(file: string, keyOnly: boolean): Pick<Place, 'given' | 'key'> {
  const names = [KEY, SETTINGS.apiKeyFile.env, SETTINGS.baseUrl.env];
  const variables = readDotenv(file, keyOnly ? new RegExp(`^(${names.join('|')})$`) : OURS);
  if (keyOnly) {
    return fromVariables(Object.fromEntries(names.map((name) => [name, variables[name]])));
  }
  rejectUnknown(
    Object.keys(variables).filter((name) => OURS.test(name)),
    `setting in ${file}`,
  );
  return fromVariables(variables);
}

function rejectUnknown(names: readonly string[], what: string): void {
  const known = [...Object.values(SETTINGS).map((setting) => setting.env as string), KEY];
  for (const name of names) {
    if (Object.hasOwn(RENAMED, name)) throw new ConfigError(`${what}: ${renamed(name)}`, 78);
    if (!known.includes(name)) throw new ConfigError(unknownKey(`unknown ${what} ${name}`, name, known), 78);
  }
}

/** Kubernetes and Docker tell every container of the services beside it, one called `scan` or `coinalyze` too. */
function isInjected(name: string, value = ''): boolean {
  if (/_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR|START|END))?$/.test(name))
    return true;
  // Docker tells a container of those that it is linked to: their names, and their variables behind _ENV_.
  if (/^(SCAN|COINALYZE)_([A-Z0-9_]+_)?ENV_/.test(name)) return true;
  return name.endsWith('_NAME')
    ? /^\/[^/]+\/[^/]+$/.test(value)
    : name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value);
}

/** The settings of a scan.config.json as text; their names have dots where they stand in groups, e.g. `quota.calls`. */
function readConfigFile(file: string): ReadonlyMap<SettingName, string> {
  const content = readText(file);
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    // The message may quote lines of the file; one line has to do.
    const detail = (error as Error).message.split('\n')[0]!;
    throw new ConfigError(`${file}: not valid JSON (${detail}); mend it or delete it`, 78);
  }
  const known = new Map(NAMES.map((name) => [SETTINGS[name].file as string, name]));
  const names = [...known.keys()];
  const flat = new Map<SettingName, string>();
  const visit = (value: unknown, key: string): void => {
    if (key === '' || names.some((name) => name.startsWith(`${key}.`))) {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw new ConfigError(`${file}: ${key === '' ? 'the file' : key} must be an object {...}`, 78);
      for (const [name, member] of Object.entries(value)) visit(member, key === '' ? name : `${key}.${name}`);
      return;
    }
    if (Object.hasOwn(RENAMED, key)) throw new ConfigError(`${file}: ${renamed(key)}`, 78);
    const name = known.get(key);
    if (name !== undefined) return void flat.set(name, asText(value, file, key));
    if (/key|secret|token/i.test(key))
      throw new ConfigError(`${file}: unknown setting "${key}"; a key goes into ${KEY} or .env`, 78);
    throw new ConfigError(unknownKey(`${file}: unknown setting "${key}"`, key, names), 78);
  };
  visit(parsed, '');
  return flat;
}

function asText(value: unknown, file: string, key: string): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new ConfigError(`${file}: ${key} must be text, a number or a list of text`, 78);
}

function renamed(name: string): string {
  return `${name} is called ${RENAMED[name]!} now: rename it, its value stays`;
}

function unknownKey(message: string, name: string, known: readonly string[]): string {
  const near = closest(name, known);
  return near === null ? `${message}; known are ${known.join(', ')}` : `${message}; did you mean ${near}?`;
}
