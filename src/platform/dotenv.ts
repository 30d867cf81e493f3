/** The user's files of settings, the one with the key among them. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError } from '../core/config-error.ts';
import { describeSystemError } from './text.ts';

const KEY = 'COINALYZE_API_KEY';

/** Read or write by group or others: who may write to it can send the key elsewhere. */
const OPEN_TO_OTHERS = 0o066;

/**
 * The `.env` in `root` when it holds the key and other users may read or write it, with its mode in octal; else null, also on
 * Windows, whose modes say nothing of other users.
 * @throws ConfigError when it cannot be read
 */
export function openKeyFile(root: string): { readonly file: string; readonly mode: string } | null {
  const file = path.join(root, '.env');
  if (process.platform === 'win32' || nonEmpty(readDotenv(root)[KEY]) === null) return null;
  const mode = statSync(file).mode & 0o777;
  return (mode & OPEN_TO_OTHERS) === 0 ? null : { file, mode: mode.toString(8) };
}

/** Every key that is set, for texts that must not show one. Never throws: it serves to tell what went wrong. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>, root: string): readonly string[] {
  const keys = [env[KEY]];
  try {
    keys.push(readDotenv(root)[KEY]);
  } catch {
    // A file that cannot be read tells nobody its key.
  }
  return keys.map(nonEmpty).filter((key) => key !== null);
}

/**
 * What `.env` in `root` sets; nothing when there is none.
 * @throws ConfigError when it cannot be read
 */
export function readDotenv(root: string): Readonly<Record<string, string | undefined>> {
  const file = path.join(root, '.env');
  return existsSync(file) ? parseEnv(readText(file)) : {};
}

/** @throws ConfigError when there is something of this name that cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read (${describeSystemError(error)}); mend that or remove it`, 78);
  }
}

/** Trimmed; null where nothing is left. */
export function nonEmpty(value: string | undefined): string | null {
  return value === undefined || value.trim() === '' ? null : value.trim();
}
