/** The strategies of a run: built-in ones, and files with strategies of the user's own. */
import path from 'node:path';
import { placeOf, type Config } from '../config.ts';
import { ConfigError } from '../core/config-error.ts';
import type { Strategy } from '../core/strategy.ts';
import type { OwnCode } from '../job/request.ts';
import type { OwnStrategy, OwnStrategyOptions } from '../own-strategies/remote.ts';
import { systemClock } from '../platform/clock.ts';
import { expandHome } from '../platform/folder.ts';
import { STRATEGIES } from '../strategies/index.ts';
import type { CommandContext } from './context.ts';
import { selectStrategies } from './run-options.ts';

export interface OpenStrategies {
  readonly strategies: readonly Strategy[];
  readonly own: readonly OwnCode[];
  readonly close: () => void;
}

/** An id has neither a slash nor an ending. */
const FILE = /[\\/]|\.[cm]?[jt]s$/;

/** @throws ConfigError for an unknown id, and for a file that is no strategy */
export async function openStrategies(config: Config, context: CommandContext): Promise<OpenStrategies> {
  const { strategies: names, sources, strategyTimeoutMs: timeoutMs, deadlineMs, detail } = config;
  const source = sources.strategies;
  const files = names.filter((name) => FILE.test(name));
  const builtIn = selectStrategies(
    names.filter((name) => !FILE.test(name)),
    source,
  );
  const own: OwnStrategy[] = [];
  const close = (): void => own.forEach((one) => one.close());
  const limits = { timeoutMs, deadlineMs, explain: detail === 'full' ? ('all' as const) : ('directed' as const) };
  try {
    for (const file of files) {
      const taken = own.map(({ strategy }) => strategy.id);
      own.push(
        await openOne(file, placeOf('strategies', source), { ...limits, file: absolute(file, config, context), taken }),
      );
    }
  } catch (error) {
    close();
    throw error instanceof ConfigError && source !== 'flag' ? new ConfigError(error.message, 78) : error;
  }
  const code = own.map(({ strategy: { id }, digest }) => ({ id, digest }));
  return { strategies: [...builtIn, ...own.map(({ strategy }) => strategy)], own: code, close };
}

/**
 * @param place what is said before the file's name
 * @throws ConfigError for a file that is no strategy
 */
export async function openOne(
  shown: string,
  place: string,
  options: Omit<OwnStrategyOptions, 'clock'>,
): Promise<OwnStrategy> {
  // A plain scan needs no worker.
  const { openOwnStrategy } = await import('../own-strategies/remote.ts');
  const taken = [...STRATEGIES.map(({ id }) => id), ...options.taken];
  const opened = openOwnStrategy({ ...options, taken, clock: systemClock });
  if (opened.ok) return opened.own;
  throw new ConfigError(`${place}: ${shown}: ${opened.detail}`, 2);
}

/** Relative to the current folder on the command line, else to the file of the setting or the root. */
function absolute(file: string, { sources, files, root }: Config, { cwd, env }: CommandContext): string {
  const named = files.strategies;
  const folder = sources.strategies === 'flag' ? cwd : named === null ? root : path.dirname(named);
  return path.resolve(folder, expandHome(file, env));
}
