/** A path that does not exist, told with what was most likely meant. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '../core/config-error.ts';
import { closest } from '../platform/text.ts';

/**
 * Looks whether every path exists; what else may be wrong with it is told by whoever reads it.
 * @throws ConfigError with the nearest command (for the first word) or the nearest name in its folder
 */
export function expectPaths(paths: readonly string[], cwd: string, commands: readonly string[]): void {
  const missing = paths.find((given) => isMissing(path.resolve(cwd, given)));
  if (missing === undefined) return;
  if (commands.includes(missing)) {
    throw new ConfigError(
      `${missing} is a command and stands first: scan ${missing} ...; see scan ${missing} --help`,
      2,
    );
  }
  const command = missing === paths[0] ? closest(missing, commands) : null;
  const near = command === null ? neighbour(path.resolve(cwd, missing)) : `the command ${command}`;
  const remedy = near === null ? 'give a folder or files of candles' : `did you mean ${near}?`;
  throw new ConfigError(`no such file or folder: ${missing}; ${remedy}`, 2);
}

function isMissing(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) === undefined;
  } catch {
    // It is there, or nobody can tell: reading it gives the reason.
    return false;
  }
}

function neighbour(file: string): string | null {
  try {
    return closest(path.basename(file), readdirSync(path.dirname(file)));
  } catch {
    // No folder, no neighbours: there is nothing to suggest.
    return null;
  }
}
