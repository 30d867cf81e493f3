/** What `scan doctor` checks: one check, one line. Here the program, the key and the clock. Nothing here throws. */
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config.ts';
import { SECOND_MS } from '../core/time.ts';
import { proxyFor, type Environment } from '../platform/proxy.ts';
import type { KeyAnswer } from '../wire-key.ts';

type CheckStatus = 'ok' | 'warn' | 'fail';

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

/** Older ones lose the end of a write-ahead log in a rare case. */
const SOUND_SQLITE = '3.51.3';
const CLOCK_TOLERANCE_MS = 5 * SECOND_MS;

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

/** What helps where no answer came from the API. Who is kept out is never told of another way in. */
const UNREACHED: Readonly<Record<'blocked' | 'proxy' | 'untrusted' | 'unreachable', string>> = {
  blocked: 'who runs this network or its firewall can say why',
  proxy: 'mend the variable that names the proxy, or ask who runs it why it lets nobody through',
  untrusted:
    'NODE_EXTRA_CA_CERTS=<file.pem> names a private authority, as companies have that look into TLS; see also the clock',
  unreachable: 'check the network and COINALYZE_BASE_URL',
};

/** The key itself, its length and its parts are nobody's business. */
export function checkKey(place: Config['keyPlace'], answer: KeyAnswer | null): Check {
  const source = place?.kind ?? null;
  if (place === null) {
    const remedy = 'a free one comes from https://coinalyze.net; set COINALYZE_API_KEY in the environment or in .env';
    return { name: 'key', status: 'warn', fact: 'not set: every series is neutral', remedy, data: keyData(null, null) };
  }
  const fact = `set (from ${place.file ?? 'the environment'})`;
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
      return { name: 'key', status: 'ok', fact: `${fact}, accepted by ${answer.host} (1 call)`, remedy: null, data };
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
      const remedy = 'another program spends the calls of this key: wait a minute, or use a key of its own for each';
      return { name: 'key', status: 'warn', fact: `${fact}, over its quota: ${answer.detail}`, remedy, data };
    }
    case 'not-sent':
      return { name: 'key', status: 'warn', fact: `${fact}, not tried: ${answer.detail}`, remedy: null, data };
    case 'blocked':
    case 'proxy':
    case 'untrusted':
    case 'unreachable':
    default: {
      const remedy = `${UNREACHED[answer.kind]}; a scan goes on with what the cache holds`;
      const told = `${fact}, whether it is accepted is not known: ${answer.detail}`;
      return { name: 'key', status: 'warn', fact: told, remedy, data };
    }
  }
}

function keyData(source: string | null, answer: string | null): Check['data'] {
  return { set: source !== null, source, answer };
}

/** Null where no variable names one. Its password is nobody's business. */
export function checkProxy({ baseUrl }: Pick<Config, 'baseUrl'>, env: Environment): Check | null {
  const target = new URL(baseUrl);
  const named = proxyFor(target, { ...env, no_proxy: '' });
  if (named === null) return null;
  const { variable, url } = named;
  const used = proxyFor(target, env) !== null;
  const proxy = url === null ? null : `${url.protocol}//${url.host}`;
  const data = { host: target.host, proxy, variable, used };
  if (!used) {
    const fact = `none for ${target.host}: NO_PROXY exempts it from ${variable}`;
    return { name: 'proxy', status: 'ok', fact, remedy: null, data };
  }
  if (proxy === null) {
    const remedy = `write ${variable}=http://host:port, or unset it`;
    return { name: 'proxy', status: 'fail', fact: `${variable} holds no address of a proxy`, remedy, data };
  }
  return { name: 'proxy', status: 'ok', fact: `${proxy} (${variable}) for ${target.host}`, remedy: null, data };
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

/** Which files were looked for, and what a file that came with a folder may not set. */
export function checkSettings({ lookedAt, refused }: Pick<Config, 'lookedAt' | 'refused'>): Check {
  const filesOf = (which: boolean): string =>
    lookedAt
      .filter(({ found }) => found === which)
      .map(({ file }) => file)
      .join(', ');
  const [read, missing] = [filesOf(true), filesOf(false)];
  const facts = [
    `${read === '' ? 'no file' : read} read`,
    ...(missing === '' ? [] : [`not there: ${missing}`]),
    ...refused,
  ];
  return {
    name: 'settings',
    status: refused.length > 0 ? 'warn' : 'ok',
    fact: facts.join('; '),
    remedy: refused.length > 0 ? 'ask who sent you the folder what it is for, or delete the lines' : null,
    data: { read, missing, refused: refused.join('; ') },
  };
}

/** Null when there is no .env. What it says matters to a scan only as far as it holds the key. */
export function checkDotenv({ lookedAt, openKeyFiles }: Pick<Config, 'lookedAt' | 'openKeyFiles'>): Check | null {
  const files = lookedAt.filter(({ file, found }) => found && path.basename(file) === '.env').map(({ file }) => file);
  const [open] = openKeyFiles;
  const file = open?.file ?? files[0];
  if (file === undefined) return null;
  const mode = (statSync(file).mode & 0o777).toString(8);
  return {
    name: 'env-file',
    status: open === undefined ? 'ok' : 'fail',
    fact: `${file} ${open === undefined ? '' : 'holds the key and is open to other users '}(mode ${mode})`,
    remedy: open === undefined ? null : `chmod 600 ${file}: until then a scan refuses it`,
    data: { path: file, mode },
  };
}
