/** Every setting there is: where it can be set, how it is read, what it means. The one table behind config, completion and manual. */
import { TIMEFRAMES, isTimeframe, type Timeframe } from './core/time.ts';
import { DEFAULT_REFERENCE_VENUES } from './core/venues.ts';

/** What a text means, or what it should have been: `expected` completes "expected ...". */
export type Reading<T> = { readonly value: T } | { readonly expected: string };

/** A timer counts no further than 24.8 days. */
const LONGEST_DURATION_MS = 24 * 3_600_000;
const DURATION_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds. */
export function duration(text: string): Reading<number> {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return { expected: 'a duration such as 90s, 5m or 1h' };
  const ms = Math.round(Number.parseFloat(amount) * DURATION_MS[unit as keyof typeof DURATION_MS]);
  return ms <= LONGEST_DURATION_MS ? { value: ms } : { expected: 'at most 24h' };
}

function count(text: string): Reading<number> {
  return /^[1-9]\d{0,8}$/.test(text) ? { value: Number(text) } : { expected: 'a whole number from 1 on' };
}

function countFromZero(text: string): Reading<number> {
  return /^\d{1,9}$/.test(text) ? { value: Number(text) } : { expected: 'a whole number' };
}

function list(text: string): Reading<readonly string[]> {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.length > 0 ? { value: parts } : { expected: 'at least one name; several are separated by commas' };
}

function timeframe(text: string): Reading<Timeframe | 'auto'> {
  if (text === 'auto' || isTimeframe(text)) return { value: text };
  return { expected: `auto or one of ${TIMEFRAMES.join(' ')}` };
}

/** One spelling for one address: cache and ledger are named by it. */
function baseUrl(text: string): Reading<string> {
  if (!isSafeBaseUrl(text)) return { expected: 'an https:// address (http:// only on this machine itself)' };
  return { value: new URL(text).href.replace(/\/+$/, '') };
}

function isSafeBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  return (
    url.username === '' && url.search === '' && (url.protocol === 'https:' || (url.protocol === 'http:' && loopback))
  );
}

/** Empty: none, so that a run can do without the one that is set elsewhere. */
function pingUrl(text: string): Reading<string> {
  const url = URL.parse(text);
  const isFit = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return isFit || text === ''
    ? { value: text }
    : { expected: 'an http:// or https:// address without a password in it' };
}

function nonEmptyText(text: string): Reading<string> {
  return text === '' ? { expected: 'not empty' } : { value: text };
}

function oneOf<const T extends string>(choices: readonly T[], expected: string): (text: string) => Reading<T> {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    return found === undefined ? { expected } : { value: found };
  };
}

const PROVIDERS = ['auto', 'coinalyze', 'sandbox', 'none'] as const;
const FETCHES = ['all', 'actionable', 'none'] as const;
const DETAILS = ['lean', 'full'] as const;
const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
const LOG_FORMATS = ['text', 'json'] as const;

/**
 * The values of a setting when they can be counted, the default as a user would type it (empty: see `meaning`), and what it
 * means in one line.
 */
export const SETTINGS = {
  strategies: {
    flag: '--strategy',
    env: 'SCAN_STRATEGY',
    file: 'strategies',
    read: list,
    choices: null,
    fallback: 'all',
    meaning: 'ids separated by commas, or all',
  },
  timeframe: {
    flag: '--timeframe',
    env: 'SCAN_TIMEFRAME',
    file: 'timeframe',
    read: timeframe,
    choices: ['auto', ...TIMEFRAMES],
    fallback: '4h',
    meaning: 'of the feed; auto lets each market choose',
  },
  provider: {
    flag: '--provider',
    env: 'SCAN_PROVIDER',
    file: 'provider',
    read: oneOf(PROVIDERS, 'auto, coinalyze, sandbox or none'),
    choices: PROVIDERS,
    fallback: 'auto',
    meaning: 'coinalyze, sandbox (made-up series), none; auto takes coinalyze when there is a key',
  },
  fetch: {
    flag: '--fetch',
    env: 'SCAN_FETCH',
    file: 'fetch',
    read: oneOf(FETCHES, 'all, actionable or none'),
    choices: FETCHES,
    fallback: 'all',
    meaning:
      'which series: of signals with a direction first, then the remaining ones; actionable stops there; none sends nothing',
  },
  budgetMs: {
    flag: '--budget',
    env: 'SCAN_BUDGET',
    file: 'budget',
    read: duration,
    choices: null,
    fallback: '5m',
    meaning: 'how long the remaining series may be fetched, once every signal with a direction is final',
  },
  deadlineMs: {
    flag: '--deadline',
    env: 'SCAN_DEADLINE',
    file: 'deadline',
    read: duration,
    choices: null,
    fallback: '15m',
    meaning: 'when the feed is written with what there is, degraded',
  },
  output: {
    flag: '--output',
    env: 'SCAN_OUTPUT',
    file: 'output',
    read: nonEmptyText,
    choices: null,
    fallback: 'data/master_feed.json',
    meaning: 'the feed',
  },
  detail: {
    flag: '--detail',
    env: 'SCAN_DETAIL',
    file: 'detail',
    read: oneOf(DETAILS, 'lean or full'),
    choices: DETAILS,
    fallback: 'lean',
    meaning: 'which signals are explained in the feed: lean those with a direction, full every one',
  },
  pingUrl: {
    flag: '--ping-url',
    env: 'SCAN_PING_URL',
    file: 'ping_url',
    read: pingUrl,
    choices: null,
    fallback: '',
    meaning: 'a dead-man service to tell after each run: a GET, with /fail behind the path unless the feed is complete',
  },
  logLevel: {
    flag: '--log-level',
    env: 'SCAN_LOG_LEVEL',
    file: 'log_level',
    read: oneOf(LOG_LEVELS, 'error, warn, info or debug'),
    choices: LOG_LEVELS,
    fallback: 'info',
    meaning: 'error, warn, info, debug; with debug an error shows where it came from',
  },
  logFormat: {
    flag: '--log-format',
    env: 'SCAN_LOG_FORMAT',
    file: 'log_format',
    read: oneOf(LOG_FORMATS, 'text or json'),
    choices: LOG_FORMATS,
    fallback: 'text',
    meaning: 'text, json',
  },
  baseUrl: {
    flag: null,
    env: 'COINALYZE_BASE_URL',
    file: 'base_url',
    read: baseUrl,
    choices: null,
    fallback: 'https://api.coinalyze.net/v1',
    meaning: 'https, or http on this machine',
  },
  quotaCalls: {
    flag: null,
    env: 'SCAN_QUOTA_CALLS',
    file: 'quota.calls',
    read: count,
    choices: null,
    fallback: '40',
    meaning: 'calls per window and key; one call is one symbol in one request',
  },
  quotaWindowMs: {
    flag: null,
    env: 'SCAN_QUOTA_WINDOW_MS',
    file: 'quota.window_ms',
    read: count,
    choices: null,
    fallback: '60000',
    meaning: 'length of the window',
  },
  quotaMinSpacingMs: {
    flag: null,
    env: 'SCAN_QUOTA_MIN_SPACING_MS',
    file: 'quota.min_spacing_ms',
    read: countFromZero,
    choices: null,
    fallback: '2200',
    meaning: 'least time between two requests',
  },
  requestTimeoutMs: {
    flag: null,
    env: 'SCAN_REQUEST_TIMEOUT_MS',
    file: 'request_timeout_ms',
    read: count,
    choices: null,
    fallback: '15000',
    meaning: 'of one request, from start to end',
  },
  referenceVenues: {
    flag: null,
    env: 'SCAN_REFERENCE_VENUES',
    file: 'reference_venues',
    read: list,
    choices: null,
    fallback: DEFAULT_REFERENCE_VENUES.join(','),
    meaning: 'who may stand in, best first; a name that the market list does not know is warned about',
  },
  cacheDir: {
    flag: null,
    env: 'SCAN_CACHE_DIR',
    file: 'cache_dir',
    read: nonEmptyText,
    choices: null,
    fallback: 'cache',
    meaning: 'disposable: deleting it costs time and quota only',
  },
  stateDir: {
    flag: null,
    env: 'SCAN_STATE_DIR',
    file: 'state_dir',
    read: nonEmptyText,
    choices: null,
    fallback: '',
    meaning: 'the quota ledger, shared by all folders of one user (default: perpscan in the XDG state folder)',
  },
} as const;

export type SettingName = keyof typeof SETTINGS;

/** Variables and keys of the config file that have another name now. */
export const RENAMED: Readonly<Record<string, string>> = {
  SCAN_QUOTA_UNITS: SETTINGS.quotaCalls.env,
  'quota.units': SETTINGS.quotaCalls.file,
};
