/** Every setting there is: where it can be set, how it is read, what it means. The one table behind config, completion and manual. */
import { TIMEFRAMES } from './core/time.ts';
import { DEFAULT_REFERENCE_VENUES } from './core/venues.ts';
import {
  anyText,
  baseUrl,
  count,
  countFromZero,
  duration,
  list,
  oneOf,
  pathText,
  pingUrl,
  timeframe,
} from './setting-readings.ts';

export { duration, type Reading } from './setting-readings.ts';

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
    meaning: 'ids separated by commas, or all; also files with strategies of your own, e.g. all,./mine.ts',
  },
  strategyTimeoutMs: {
    flag: '--strategy-timeout',
    env: 'SCAN_STRATEGY_TIMEOUT',
    file: 'strategy_timeout',
    read: duration,
    choices: null,
    fallback: '5s',
    meaning: 'how long a strategy of your own may take for one market; after three longer ones it is given up',
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
    read: pathText,
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
  apiKeyFile: {
    flag: null,
    env: 'COINALYZE_API_KEY_FILE',
    file: 'api_key_file',
    read: anyText,
    choices: null,
    fallback: '',
    meaning: 'a file that holds the key and nothing else',
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
    read: pathText,
    choices: null,
    fallback: 'cache',
    meaning: 'disposable: deleting it costs time and quota only',
  },
  stateDir: {
    flag: null,
    env: 'SCAN_STATE_DIR',
    file: 'state_dir',
    read: pathText,
    choices: null,
    fallback: '',
    meaning: 'the quota ledger, shared by all folders of one user (default: perpscan in the XDG state folder)',
  },
} as const;

export type SettingName = keyof typeof SETTINGS;

/** Whether a setting is a path where something is written. */
export function isPath(name: SettingName): boolean {
  return SETTINGS[name].read === pathText;
}

/**
 * What a file that came with a folder may say of a setting: `any` value; `ids`, never a file; a path `inside` that folder;
 * what is `less` or `more` than the value that holds otherwise.
 */
export type FolderRule = 'any' | 'ids' | 'inside' | 'less' | 'more';

/**
 * The settings that a .env or scan.config.json outside the clone and the user's config folder may set: somebody may have sent
 * that folder. What is missing here is refused there, so that a new setting is refused until someone finds it harmless: a host, a
 * command, a file that is run or read, a place shared by all folders, more calls than the key has.
 */
export const FOLDER_MAY_SET: Readonly<Partial<Record<SettingName, FolderRule>>> = {
  strategies: 'ids',
  strategyTimeoutMs: 'any',
  timeframe: 'any',
  provider: 'any',
  fetch: 'any',
  budgetMs: 'any',
  deadlineMs: 'any',
  output: 'inside',
  detail: 'any',
  logLevel: 'any',
  logFormat: 'any',
  quotaCalls: 'less',
  quotaWindowMs: 'more',
  quotaMinSpacingMs: 'more',
  requestTimeoutMs: 'any',
  referenceVenues: 'any',
  cacheDir: 'inside',
};

/** Variables and keys of the config file that have another name now. */
export const RENAMED: Readonly<Record<string, string>> = {
  SCAN_QUOTA_UNITS: SETTINGS.quotaCalls.env,
  'quota.units': SETTINGS.quotaCalls.file,
};
