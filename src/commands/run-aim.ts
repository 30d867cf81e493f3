/** What `--fetch`, `--top` and `--min-score` ask for. */
import { placeOf, type Config } from '../config.ts';
import { ConfigError } from '../core/config-error.ts';
import type { Aim } from '../job/request.ts';
import { formatDuration } from '../platform/text.ts';
import { EXIT } from './context.ts';

export interface AimFlags {
  readonly top?: string;
  readonly minScore?: string;
}

/** The two goals that a flag may name; null without it. */
export interface NamedGoals {
  readonly top: number | null;
  readonly minScore: number | null;
}

/** @throws ConfigError */
export function parseGoals({ top, minScore }: AimFlags): NamedGoals {
  if (top !== undefined && !/^[1-9]\d{0,8}$/.test(top)) throw wrong('--top', top, 'a whole number from 1 on');
  const isScore = minScore === undefined || (/^\d{1,3}(\.\d{1,2})?$/.test(minScore) && Number(minScore) <= 100);
  if (!isScore) throw wrong('--min-score', minScore, 'a score from 0 to 100 with at most two decimals');
  return {
    top: top === undefined ? null : Number(top),
    minScore: minScore === undefined ? null : Number(minScore),
  };
}

/**
 * An explicit goal stops when it is met, unless `--fetch all` is given as well.
 * @throws ConfigError when flags contradict each other
 */
export function aimOf({ fetch, sources }: Pick<Config, 'fetch' | 'sources'>, { top, minScore }: NamedGoals): Aim {
  if (top !== null && minScore !== null) {
    throw new ConfigError('--top and --min-score are two goals, and a run has one: leave one of them out', EXIT.usage);
  }
  const named = top ?? minScore;
  if (fetch === 'none') {
    if (named === null) return { goal: null, remaining: false };
    const flag = top === null ? '--min-score' : '--top';
    const nothing = `${placeOf('fetch', sources.fetch)} none`;
    throw new ConfigError(`${flag}: nothing is fetched with ${nothing}; leave one of them out`, EXIT.usage);
  }
  if (named === null) return { goal: { kind: 'actionable' }, remaining: fetch === 'all' };
  const remaining = fetch === 'all' && sources.fetch === 'flag';
  return { goal: top === null ? { kind: 'min-score', score: named } : { kind: 'top', count: named }, remaining };
}

type Times = Pick<Config, 'budgetMs' | 'deadlineMs' | 'sources'>;

/**
 * What a user should know of the times for fetching, in one sentence; null when nothing.
 * @throws ConfigError when they leave none
 */
export function noteOnTimes({ budgetMs, deadlineMs, sources }: Times, { goal, remaining }: Aim): string | null {
  if (goal === null) return null;
  const deadline = placeOf('deadlineMs', sources.deadlineMs);
  if (deadlineMs === 0) {
    const text = `${deadline}: 0s leaves no time to fetch anything; --fetch none sends nothing and takes what is cached`;
    throw new ConfigError(text, sources.deadlineMs === 'flag' ? EXIT.usage : EXIT.configuration);
  }
  if (!remaining || sources.budgetMs === 'default' || budgetMs <= deadlineMs) return null;
  const budget = `${placeOf('budgetMs', sources.budgetMs)} (${formatDuration(budgetMs)})`;
  return `${budget} is longer than ${deadline} (${formatDuration(deadlineMs)}), which cuts it off and degrades the run: make the deadline the longer one`;
}

function wrong(flag: string, text: string, expected: string): ConfigError {
  return new ConfigError(`${flag}: "${text}" is not understood; expected ${expected}`, EXIT.usage);
}
