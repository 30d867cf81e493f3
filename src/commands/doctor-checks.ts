/** What `scan doctor` looks at on the machine itself: one check, one line. Nothing here throws. */
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config.ts';
import { SECOND_MS } from '../core/time.ts';
import { inspectFolder } from '../platform/folder.ts';
import { inspectLedger, ledgerFile } from '../platform/ledger.ts';
import { CACHE_FILE, inspectStore } from '../platform/store.ts';
import { formatDuration } from '../platform/text.ts';
import type { KeyAnswer } from './doctor-key.ts';

export type CheckStatus = 'ok' | 'warn' | 'fail';

export interface Check {
  /** Stable kebab-case name. */
  readonly name: string;
  /** `fail`: a scan cannot work or would break a promise. `warn`: it works, and something costs time, data or secrecy. */
  readonly status: CheckStatus;
  readonly fact: string;
  /** What helps; null when there is nothing to do. */
  readonly remedy: string | null;
  /** The fact as numbers and paths, snake_case; null where unknown. */
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
}

/** The program that runs this one. */
export interface Runtime {
  readonly node: string;
  /** Absolute path of the Node binary. */
  readonly execPath: string;
  /** Null where this Node does not say. */
  readonly sqlite: string | null;
  readonly platform: string;
}

/** Older ones lose the end of a write-ahead log in a rare case (rulings.md 33). */
const SOUND_SQLITE = '3.51.3';
const NEARLY_FULL_BYTES = 100 * 1024 * 1024;
const CLOCK_TOLERANCE_MS = 5 * SECOND_MS;
/** Read or write by group or others. */
const OPEN_TO_OTHERS = 0o066;

export function checkNode({ node, execPath, platform }: Runtime, packageRoot: string): Check {
  const own = execPath.startsWith(path.join(packageRoot, 'node_modules', path.sep));
  const whose = own ? "the project's own" : "the machine's";
  return {
    name: 'node',
    status: 'ok',
    fact: `${node} on ${platform}, ${whose}: ${execPath}`,
    remedy: null,
    data: { version: node, path: execPath, own, platform },
  };
}

export function checkSqlite({ sqlite }: Runtime): Check {
  const old = sqlite === null || isOlder(sqlite, SOUND_SQLITE);
  return {
    name: 'sqlite',
    status: old ? 'warn' : 'ok',
    fact: sqlite === null ? 'this Node does not name its version' : sqlite,
    remedy: old
      ? `older than ${SOUND_SQLITE}, which mended a rare loss of cache entries: use the Node that npm ci brings`
      : null,
    data: { version: sqlite },
  };
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  const at = b!.findIndex((part, index) => (a![index] ?? 0) !== part);
  return at !== -1 && (a![at] ?? 0) < b![at]!;
}

/** The key itself, its length and its parts are nobody's business. */
export function checkKey(source: string | null, answer: KeyAnswer | null): Check {
  if (source === null) {
    const remedy = 'a free one comes from https://coinalyze.net; set COINALYZE_API_KEY in the environment or in .env';
    return { name: 'key', status: 'warn', fact: 'not set: every series is neutral', remedy, data: keyData(null, null) };
  }
  const fact = `set (from ${source})`;
  if (answer === null) {
    return {
      name: 'key',
      status: 'ok',
      fact: `${fact}, not tried (--offline)`,
      remedy: null,
      data: keyData(source, null),
    };
  }
  const data = keyData(source, answer.kind);
  switch (answer.kind) {
    case 'accepted':
      return { name: 'key', status: 'ok', fact: `${fact}, accepted by ${answer.host} (1 unit)`, remedy: null, data };
    case 'refused': {
      const remedy = 'copy COINALYZE_API_KEY anew from your account at https://coinalyze.net';
      return {
        name: 'key',
        status: 'fail',
        fact: `${fact}, refused by ${answer.host}: ${answer.detail}`,
        remedy,
        data,
      };
    }
    case 'limited': {
      const remedy = 'another program spends the units of this key: wait a minute, or use a key of its own for each';
      return { name: 'key', status: 'warn', fact: `${fact}, over its quota: ${answer.detail}`, remedy, data };
    }
    case 'unreachable': {
      const remedy = 'check the network and COINALYZE_BASE_URL; a scan goes on with what the cache holds';
      return { name: 'key', status: 'warn', fact: `${fact}, not tried: ${answer.detail}`, remedy, data };
    }
    case 'not-sent':
      return { name: 'key', status: 'warn', fact: `${fact}, not tried: ${answer.detail}`, remedy: null, data };
  }
}

function keyData(source: string | null, answer: string | null): Check['data'] {
  return { set: source !== null, source, answer };
}

/** Null without a server to compare with. */
export function checkClock(answer: KeyAnswer | null): Check | null {
  const difference = answer?.clockDifferenceMs ?? null;
  if (difference === null) return null;
  const seconds = Math.round(difference / SECOND_MS);
  const off = Math.abs(difference) > CLOCK_TOLERANCE_MS;
  const fact =
    seconds === 0
      ? `the same second as ${answer!.host}`
      : `${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'} ${answer!.host}`;
  const remedy = 'set the clock (NTP): candles count as closed too early or too late otherwise';
  return {
    name: 'clock',
    status: off ? 'warn' : 'ok',
    fact,
    remedy: off ? remedy : null,
    data: { behind_s: seconds },
  };
}

export function checkCache({ cacheDir }: Config): Check {
  const file = path.join(cacheDir, CACHE_FILE);
  const state = inspectStore(file);
  const place = inspectFolder(cacheDir);
  const known = state.kind === 'sound' ? { bytes: state.bytes, entries: state.value } : { bytes: null, entries: null };
  const data = { path: file, state: state.kind, writable: place.ok, ...known };
  const warn = (fact: string, remedy: string): Check => ({ name: 'cache', status: 'warn', fact, remedy, data });
  if (!place.ok) {
    const remedy = 'make it writable or set SCAN_CACHE_DIR; until then every run fetches everything again';
    return warn(`${cacheDir} takes no files (${place.nearest}: ${place.code})`, remedy);
  }
  switch (state.kind) {
    case 'damaged':
      return warn(`${file} is damaged`, 'the next run moves it aside and starts anew: that costs one refetch');
    case 'unknown':
      return warn(`${file} cannot be read (${state.detail})`, `delete it: that costs one refetch`);
    case 'missing':
      return { name: 'cache', status: 'ok', fact: `empty, in ${cacheDir}`, remedy: null, data };
    case 'sound': {
      const fact = `${state.value} entries, ${bytesText(state.bytes)}, in ${cacheDir}`;
      return { name: 'cache', status: 'ok', fact, remedy: null, data };
    }
  }
}

/** What the key has spent. Without a key nothing is counted. */
export function checkLedger(config: Config, now: number): Check {
  const { stateDir, baseUrl, apiKey, quotaUnits } = config;
  const place = inspectFolder(stateDir);
  const file = apiKey === null ? null : ledgerFile(stateDir, baseUrl, apiKey);
  const empty = { path: file, folder: stateDir, writable: place.ok, units: 0, of: quotaUnits, pause_until: null };
  if (!place.ok) {
    const fact = `${stateDir} takes no files (${place.nearest}: ${place.code})`;
    const remedy = 'make it writable or set SCAN_STATE_DIR: without a ledger nothing is asked of Coinalyze';
    return { name: 'ledger', status: apiKey === null ? 'warn' : 'fail', fact, remedy, data: { ...empty, units: null } };
  }
  if (file === null) {
    return {
      name: 'ledger',
      status: 'ok',
      fact: `no key, nothing to count, in ${stateDir}`,
      remedy: null,
      data: empty,
    };
  }
  const state = inspectLedger(file, 0, now);
  switch (state.kind) {
    case 'missing':
      return { name: 'ledger', status: 'ok', fact: `nothing spent, in ${stateDir}`, remedy: null, data: empty };
    case 'damaged': {
      const remedy = 'the next run moves it aside and waits one full window, so that the quota holds';
      return { name: 'ledger', status: 'warn', fact: `${file} is damaged`, remedy, data: { ...empty, units: null } };
    }
    case 'unknown': {
      const remedy = 'make it readable and writable for this user: without a ledger nothing is asked of Coinalyze';
      const fact = `${file} cannot be read (${state.detail})`;
      return { name: 'ledger', status: 'fail', fact, remedy, data: { ...empty, units: null } };
    }
    case 'sound': {
      const units = state.value.spent.reduce((sum, row) => sum + row.units, 0);
      const pause = state.value.notBefore > now ? state.value.notBefore : null;
      const silent = pause === null ? '' : `, silent for ${formatDuration(pause - now)} more after a 429`;
      const fact = `${units} of ${quotaUnits} units spent in the last ${formatDuration(config.quotaWindowMs)}${silent}`;
      return { name: 'ledger', status: 'ok', fact, remedy: null, data: { ...empty, units, pause_until: pause } };
    }
  }
}

/** Free space at each place, places on the same disk as one. */
export function checkDisk({ output, cacheDir, stateDir }: Config): Check {
  const places = { output: path.dirname(output), cache: cacheDir, state: stateDir };
  const free = Object.entries(places).flatMap(([name, folder]) => {
    const state = inspectFolder(folder);
    return state.ok && state.freeBytes !== null ? [{ name, bytes: state.freeBytes }] : [];
  });
  const data = Object.fromEntries(
    Object.keys(places).map((name) => [`${name}_free_bytes`, free.find((one) => one.name === name)?.bytes ?? null]),
  );
  const nearlyFull = free.filter(({ bytes }) => bytes < NEARLY_FULL_BYTES);
  const told = Map.groupBy(free, ({ bytes }) => bytesText(bytes));
  const fact = [...told]
    .map(([text, ones]) => `${text} free for ${ones.map(({ name }) => name).join(', ')}`)
    .join('; ');
  return {
    name: 'disk',
    status: nearlyFull.length > 0 ? 'warn' : 'ok',
    fact: fact === '' ? 'the system does not say how much is free' : fact,
    remedy:
      nearlyFull.length > 0 ? 'free some space: a feed that does not fit is not written, the old one stays' : null,
    data,
  };
}

export function checkOutput({ output }: Config): Check {
  const folder = path.dirname(output);
  const state = inspectFolder(folder);
  const data = { path: output, writable: state.ok };
  if (isFolder(output)) {
    const remedy = 'name a file with --output or SCAN_OUTPUT';
    return {
      name: 'output',
      status: 'fail',
      fact: `${output} is a folder`,
      remedy,
      data: { ...data, writable: false },
    };
  }
  if (state.ok) {
    const fact = state.exists ? output : `${output}, whose folder will be made`;
    return { name: 'output', status: 'ok', fact, remedy: null, data };
  }
  const fact = `${folder} takes no files (${state.nearest}: ${state.code})`;
  const remedy = 'make it writable or choose another place with --output or SCAN_OUTPUT';
  return { name: 'output', status: 'fail', fact, remedy, data };
}

function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    // Missing, or behind a folder that the check of the folder tells about.
    return false;
  }
}

/** Null when there is no such file. */
export function checkDotenv({ root }: Pick<Config, 'root'>): Check | null {
  const file = path.join(root, '.env');
  try {
    const mode = statSync(file).mode & 0o777;
    const open = process.platform !== 'win32' && (mode & OPEN_TO_OTHERS) !== 0;
    return {
      name: 'env-file',
      status: open ? 'warn' : 'ok',
      fact: open ? `${file} is open to other users (mode ${mode.toString(8)})` : `${file}, for this user alone`,
      remedy: open ? `chmod 600 ${file}` : null,
      data: { path: file, mode: mode.toString(8) },
    };
  } catch {
    return null;
  }
}

export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1_000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1_000 ** power).toPrecision(3))} ${units[power]}`;
}
