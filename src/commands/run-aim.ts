/** What `--fetch`, `--top` and `--min-score` ask for. */
import type { Config } from '../config.ts';
import { ConfigError } from '../core/config-error.ts';
import type { Aim } from '../job/request.ts';
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
    if (named === null) return { goal: null, rest: false };
    const flag = top === null ? '--min-score' : '--top';
    throw new ConfigError(`${flag}: nothing is fetched with --fetch none; leave one of them out`, EXIT.usage);
  }
  if (named === null) return { goal: { kind: 'actionable' }, rest: fetch === 'all' };
  const rest = fetch === 'all' && sources.fetch === 'flag';
  return { goal: top === null ? { kind: 'min-score', score: named } : { kind: 'top', count: named }, rest };
}

function wrong(flag: string, text: string, expected: string): ConfigError {
  return new ConfigError(`${flag}: "${text}" is not understood; expected ${expected}`, EXIT.usage);
}
