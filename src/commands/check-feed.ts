/** `scan schema --check`: what is wrong with a feed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '../core/config-error.ts';
import { feedProblems } from '../feed/check.ts';
import type { Problem } from '../feed/problem.ts';
import { SCAN_AGAIN } from '../feed/version.ts';
import { describeSystemError, escapeControl } from '../platform/text.ts';
import { EXIT, type CommandContext } from './context.ts';

/**
 * A line for each problem, path first; one line when there is none.
 * @throws ConfigError when the file cannot be read
 */
export function checkFeed(
  file: string,
  { cwd }: Pick<CommandContext, 'cwd'>,
): { readonly lines: string; readonly fits: boolean } {
  const problems = problemsIn(readFeed(path.resolve(cwd, file), file), file);
  const lines = problems.map(({ path: at, message }) => `${escapeControl(`${at}: ${message}`)}\n`);
  const fits = problems.length === 0;
  return { lines: fits ? `${escapeControl(file)} is in order\n` : lines.join(''), fits };
}

function readFeed(place: string, file: string): string {
  try {
    return readFileSync(place, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${describeSystemError(error)}`, EXIT.usage);
  }
}

function problemsIn(text: string, file: string): readonly Problem[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return [{ path: '.', message: `${file} is not JSON (${(error as Error).message}): ${SCAN_AGAIN}` }];
  }
  return feedProblems(data, file);
}
