/** What the flags of `scan show` mean together; those that contradict each other are refused with one line. */
import { ConfigError } from '../core/config-error.ts';
import { namesIn } from '../core/text.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/time.ts';
import type { Selection } from '../feed/selection.ts';
import { closest } from '../platform/text.ts';
import type { ViewRequest } from '../show/views.ts';
import { EXIT } from './context.ts';
import { parseNames } from './name-lists.ts';
import { parseLimit } from './run-options.ts';

export interface ShowFlags {
  readonly symbol?: string;
  readonly exchange?: string;
  readonly strategy?: string;
  readonly direction?: string;
  readonly minScore?: string;
  readonly since?: string;
  readonly where?: string;
  readonly sort?: string;
  readonly columns?: string;
  readonly markets?: true;
  readonly coins?: true;
  readonly explain?: true;
  readonly run?: true;
  readonly tsv?: true;
  readonly json?: true;
  readonly limit?: string;
}

type Flag = keyof ShowFlags;

const OF_SIGNALS = ['strategy', 'direction', 'minScore', 'since', 'explain'] as const;

/** A flag, those that do not go with it, and why. */
const CONTRADICTIONS: readonly (readonly [flag: Flag, others: readonly Flag[], why: string])[] = [
  [
    'run',
    [...OF_SIGNALS, 'symbol', 'exchange', 'where', 'sort', 'columns', 'markets', 'coins', 'tsv', 'limit'],
    '--run tells of the whole run',
  ],
  ['markets', ['coins'], 'one row is a market or a coin'],
  ['markets', OF_SIGNALS, 'a row is a market, whatever its signals say'],
  ['coins', OF_SIGNALS, 'a row is a coin, whatever its signals say'],
  ['coins', ['exchange'], 'a coin is compared over all its exchanges; --markets takes one'],
  ['explain', ['json'], 'the JSON holds what the feed explains'],
  ['explain', ['tsv', 'columns', 'sort'], '--explain is text in the order of the feed'],
  ['tsv', ['json'], 'there is one output'],
];

const DIRECTIONS = ['long', 'short', 'none'];

/** @throws ConfigError */
export function refuseContradictions(flags: ShowFlags): void {
  for (const [flag, others, why] of CONTRADICTIONS) {
    const other = others.find((name) => flags[name] !== undefined);
    if (flags[flag] === undefined || other === undefined) continue;
    throw new ConfigError(`${typed(flag)} and ${typed(other)}: ${why}; leave one of them out`, EXIT.usage);
  }
}

function typed(flag: Flag): string {
  return flag === 'minScore' ? '--min-score' : `--${flag}`;
}

/** @throws ConfigError */
export function viewRequest(flags: ShowFlags): ViewRequest {
  const { where = null, sort = null, columns = null, limit } = flags;
  return {
    view: flags.markets ? 'markets' : flags.coins ? 'coins' : 'signals',
    selection: selectionOf(flags),
    asked: { where, sort, columns },
    limit: limit === undefined ? null : parseLimit(limit),
    form: flags.tsv ? 'tsv' : flags.json ? 'json' : 'table',
  };
}

function selectionOf({ symbol, exchange, strategy, direction, minScore, since }: ShowFlags): Selection {
  const sides = parseNames('--direction', direction?.toLowerCase());
  const wrong = namesIn(sides).find((side) => !DIRECTIONS.includes(side));
  if (wrong !== undefined) {
    const near = closest(wrong, DIRECTIONS);
    const hint = near === null ? '' : ` (did you mean ${near}?)`;
    throw notUnderstood('direction', wrong, `known are ${DIRECTIONS.join(', ')}`, hint);
  }
  return {
    symbol: parseNames('--symbol', symbol),
    exchange: parseNames('--exchange', exchange),
    strategy: parseNames('--strategy', strategy),
    direction: sides,
    minScore: minScore === undefined ? null : scoreOf(minScore),
    since: since === undefined ? null : { text: since, ms: spanOf(since) },
  };
}

function scoreOf(text: string): number {
  const score = /^\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (score <= 100) return score;
  throw notUnderstood('min-score', text, 'expected a number from 0 to 100');
}

const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

function spanOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6}(?:\.\d+)?)([mhd])$/.exec(text.trim()) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? 0);
  if (ms > 0) return ms;
  throw notUnderstood('since', text, 'expected how long ago, e.g. 8h, 90m or 2d');
}

function notUnderstood(flag: string, text: string, remedy: string, hint = ''): ConfigError {
  return new ConfigError(`--${flag}: "${text}" is not understood${hint}; ${remedy}`, EXIT.usage);
}
