/** Every setting there is: where it can be set, how it is read, what it means. The one table behind config, completion and manual. */
import { z } from 'zod';
import { TIMEFRAMES, isTimeframe, type Timeframe } from './core/time.ts';
import { DEFAULT_REFERENCE_VENUES } from './symbols/resolver.ts';

/** A timer counts no further than 24.8 days. */
const LONGEST_DURATION_MS = 24 * 3_600_000;
const DURATION_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

export const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'a duration such as 90s, 5m or 1h')
  .transform((text) => {
    const unit = /[a-z]+$/.exec(text)![0] as keyof typeof DURATION_MS;
    return Math.round(Number.parseFloat(text) * DURATION_MS[unit]);
  })
  .refine((ms) => ms <= LONGEST_DURATION_MS, 'at most 24h');

const count = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'a whole number from 1 on')
  .transform(Number);

const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .refine((parts) => parts.length > 0, 'at least one name; several are separated by commas');

const timeframe = z
  .string()
  .refine(
    (text): text is Timeframe | 'auto' => text === 'auto' || isTimeframe(text),
    `auto or one of ${TIMEFRAMES.join(' ')}`,
  );

const baseUrl = z
  .string()
  .refine(isSafeBaseUrl, 'an https:// address (http:// only on this machine itself)')
  // One spelling for one address: cache and ledger are named by it.
  .transform((text) => new URL(text).href.replace(/\/+$/, ''));

const text = z.string().min(1, 'not empty');

const PROVIDERS = ['auto', 'coinalyze', 'sandbox', 'none'] as const;
const FETCHES = ['all', 'actionable', 'none'] as const;
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
    schema: list,
    choices: null,
    fallback: 'all',
    meaning: 'ids separated by commas, or all',
  },
  timeframe: {
    flag: '--timeframe',
    env: 'SCAN_TIMEFRAME',
    file: 'timeframe',
    schema: timeframe,
    choices: ['auto', ...TIMEFRAMES],
    fallback: '4h',
    meaning: 'of the feed; auto lets each market choose',
  },
  provider: {
    flag: '--provider',
    env: 'SCAN_PROVIDER',
    file: 'provider',
    schema: z.enum(PROVIDERS, 'auto, coinalyze, sandbox or none'),
    choices: PROVIDERS,
    fallback: 'auto',
    meaning: 'coinalyze, sandbox (made-up series), none; auto takes coinalyze when there is a key',
  },
  fetch: {
    flag: '--fetch',
    env: 'SCAN_FETCH',
    file: 'fetch',
    schema: z.enum(FETCHES, 'all, actionable or none'),
    choices: FETCHES,
    fallback: 'all',
    meaning: 'which series: of signals with a direction first, then all; actionable stops there; none sends nothing',
  },
  budgetMs: {
    flag: '--budget',
    env: 'SCAN_BUDGET',
    file: 'budget',
    schema: duration,
    choices: null,
    fallback: '5m',
    meaning: 'how long the rest may be fetched, once every signal with a direction is exact',
  },
  deadlineMs: {
    flag: '--deadline',
    env: 'SCAN_DEADLINE',
    file: 'deadline',
    schema: duration,
    choices: null,
    fallback: '15m',
    meaning: 'when the feed is written with what there is, degraded',
  },
  output: {
    flag: '--output',
    env: 'SCAN_OUTPUT',
    file: 'output',
    schema: text,
    choices: null,
    fallback: 'data/master_feed.json',
    meaning: 'the feed',
  },
  logLevel: {
    flag: '--log-level',
    env: 'SCAN_LOG_LEVEL',
    file: 'log_level',
    schema: z.enum(LOG_LEVELS, 'error, warn, info or debug'),
    choices: LOG_LEVELS,
    fallback: 'info',
    meaning: 'error, warn, info, debug; with debug an error shows where it came from',
  },
  logFormat: {
    flag: '--log-format',
    env: 'SCAN_LOG_FORMAT',
    file: 'log_format',
    schema: z.enum(LOG_FORMATS, 'text or json'),
    choices: LOG_FORMATS,
    fallback: 'text',
    meaning: 'text, json',
  },
  baseUrl: {
    flag: null,
    env: 'COINALYZE_BASE_URL',
    file: 'base_url',
    schema: baseUrl,
    choices: null,
    fallback: 'https://api.coinalyze.net/v1',
    meaning: 'https, or http on this machine',
  },
  quotaUnits: {
    flag: null,
    env: 'SCAN_QUOTA_UNITS',
    file: 'quota.units',
    schema: count,
    choices: null,
    fallback: '40',
    meaning: 'symbols per window and key',
  },
  quotaWindowMs: {
    flag: null,
    env: 'SCAN_QUOTA_WINDOW_MS',
    file: 'quota.window_ms',
    schema: count,
    choices: null,
    fallback: '60000',
    meaning: 'length of the window',
  },
  quotaMinSpacingMs: {
    flag: null,
    env: 'SCAN_QUOTA_MIN_SPACING_MS',
    file: 'quota.min_spacing_ms',
    schema: z
      .string()
      .regex(/^\d{1,9}$/, 'a whole number')
      .transform(Number),
    choices: null,
    fallback: '2200',
    meaning: 'least time between two requests',
  },
  requestTimeoutMs: {
    flag: null,
    env: 'SCAN_REQUEST_TIMEOUT_MS',
    file: 'request_timeout_ms',
    schema: count,
    choices: null,
    fallback: '15000',
    meaning: 'of one request, from start to end',
  },
  referenceVenues: {
    flag: null,
    env: 'SCAN_REFERENCE_VENUES',
    file: 'reference_venues',
    schema: list,
    choices: null,
    fallback: DEFAULT_REFERENCE_VENUES.join(','),
    meaning: 'who may stand in, best first; a name that the market list does not know is warned about',
  },
  cacheDir: {
    flag: null,
    env: 'SCAN_CACHE_DIR',
    file: 'cache_dir',
    schema: text,
    choices: null,
    fallback: 'cache',
    meaning: 'disposable: deleting it costs time and quota only',
  },
  stateDir: {
    flag: null,
    env: 'SCAN_STATE_DIR',
    file: 'state_dir',
    schema: text,
    choices: null,
    fallback: '',
    meaning: 'the quota ledger, shared by all folders of one user (default: perpscan in the XDG state folder)',
  },
} as const;

export type SettingName = keyof typeof SETTINGS;

function isSafeBaseUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  return (
    url.username === '' && url.search === '' && (url.protocol === 'https:' || (url.protocol === 'http:' && loopback))
  );
}
