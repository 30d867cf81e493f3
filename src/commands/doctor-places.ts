/** What `scan doctor` checks of the places that a scan writes to. Nothing here throws, and nothing is changed. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config.ts';
import { isHeld } from '../platform/database.ts';
import { inspectFolder } from '../platform/folder.ts';
import { inspectLedger, ledgerFile, limitsOf } from '../platform/ledger.ts';
import { LOCK_FILE, whoRuns } from '../platform/lock.ts';
import { systemClock } from '../platform/clock.ts';
import { CACHE_FILE, inspectStore } from '../platform/store.ts';
import { formatDuration } from '../platform/text.ts';
import type { Check } from './doctor-checks.ts';

const NEARLY_FULL_BYTES = 100 * 1024 * 1024;

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
    case 'sound':
    default: {
      const fact = `${state.value} entries, ${bytesText(state.bytes)}, in ${cacheDir}`;
      return { name: 'cache', status: 'ok', fact, remedy: null, data };
    }
  }
}

/** What the key has spent. Without a key nothing is counted. */
export function checkLedger(config: Config): Check {
  const { stateDir, baseUrl, apiKey, quotaCalls } = config;
  const place = inspectFolder(stateDir);
  const file = apiKey === null ? null : ledgerFile(stateDir, baseUrl, apiKey);
  const empty = { path: file, folder: stateDir, writable: place.ok, calls: 0, of: quotaCalls, pause_until: null };
  if (!place.ok) {
    const fact = `${stateDir} takes no files (${place.nearest}: ${place.code})`;
    const remedy = 'make it writable or set SCAN_STATE_DIR: without a ledger nothing is asked of Coinalyze';
    return { name: 'ledger', status: apiKey === null ? 'warn' : 'fail', fact, remedy, data: { ...empty, calls: null } };
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
  if (isHeld(file)) {
    const remedy = `end the process that holds it (fuser ${file} names it): a scan waits for it 5 s and then asks nothing of Coinalyze`;
    return { name: 'ledger', status: 'warn', fact: `${file} is busy`, remedy, data: { ...empty, calls: null } };
  }
  const state = inspectLedger(file, limitsOf(config), systemClock);
  switch (state.kind) {
    case 'missing':
      return { name: 'ledger', status: 'ok', fact: `nothing spent, in ${stateDir}`, remedy: null, data: empty };
    case 'damaged': {
      const remedy = 'the next run starts another and waits one full window, so that the quota holds';
      const fact = `${file} ${state.bytes === 0 ? 'was removed or emptied' : 'is damaged'}`;
      return { name: 'ledger', status: 'warn', fact, remedy, data: { ...empty, calls: null } };
    }
    case 'unknown': {
      const remedy = 'make it readable and writable for this user: without a ledger nothing is asked of Coinalyze';
      const fact = `${file} cannot be read (${state.detail})`;
      return { name: 'ledger', status: 'fail', fact, remedy, data: { ...empty, calls: null } };
    }
    case 'sound':
    default: {
      const calls = state.value.spent.reduce((sum, row) => sum + row.calls, 0);
      const now = systemClock.now();
      const pause = state.value.silentUntil > now ? state.value.silentUntil : null;
      const silent = pause === null ? '' : `, silent for ${formatDuration(pause - now)} more after a 429`;
      const fact = `${calls} of ${quotaCalls} calls spent in the last ${formatDuration(config.quotaWindowMs)}${silent}`;
      return { name: 'ledger', status: 'ok', fact, remedy: null, data: { ...empty, calls, pause_until: pause } };
    }
  }
}

/** Whether a run works with this cache folder now; null as long as none ever did. */
export async function checkLock({ cacheDir }: Config): Promise<Check | null> {
  const file = path.join(cacheDir, LOCK_FILE);
  const run = await whoRuns(cacheDir, systemClock);
  if (run === null && !existsSync(file)) return null;
  const { pid = null, since = null } = run?.holder ?? {};
  const who = pid === null ? 'a run' : `process ${pid}`;
  const fact = run === null ? `free: ${file}` : `${who} is scanning with this cache`;
  const age = since === null ? '' : `, for ${formatDuration(systemClock.now() - since)}`;
  const data = { path: file, held: run !== null, pid, since };
  return { name: 'lock', status: 'ok', fact: fact + age, remedy: null, data };
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

function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1_000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1_000 ** power).toPrecision(3))} ${units[power]}`;
}
