/** Text files of the user's: settings, and the key. */
import { readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError } from '../core/config-error.ts';
import { describeSystemError } from './text.ts';

/** Read or write by group or others: who may write to it can send the key elsewhere. */
const OPEN_TO_OTHERS = 0o066;
/** No file of settings comes near. */
const LARGEST_BYTES = 1_000_000;

/** The mode of `file` in octal when other users may read or write it; else null, also on Windows, whose modes say nothing of other users. */
export function openMode(file: string): string | null {
  const mode = statSync(file).mode & 0o777;
  return process.platform === 'win32' || (mode & OPEN_TO_OTHERS) === 0 ? null : mode.toString(8);
}

/**
 * @throws ConfigError when it cannot be read, or a line that means a name of `ours` gives it no value: a mark or another sign in front of
 * it, `set NAME=`, `NAME: `, line ends of old Macs
 */
export function readDotenv(file: string, ours: RegExp): Readonly<Record<string, string | undefined>> {
  const text = readText(file);
  const variables = parseEnv(text);
  for (const [at, line] of text.split(/\r\n?|\n/).entries()) {
    const [beforeValue] = /^[^#=]*=?/.exec(line)!;
    const named = [...beforeValue.matchAll(/(?<![\w-])([\w-]+)\s*[=:]/g)].map(([, name]) => name!);
    const lost = named.find((name) => ours.test(name) && !Object.hasOwn(variables, name));
    if (lost === undefined) continue;
    const remedy = `write ${lost}=..., each on a line of its own`;
    throw new ConfigError(`${file}: line ${at + 1} names ${lost} and is not read; ${remedy}`, 78);
  }
  return variables;
}

/**
 * Without the mark that some editors put in front of UTF-8.
 * @throws ConfigError when there is nothing of this name that can be read as text
 */
export function readText(file: string): string {
  const bytes = readBytes(file);
  if (!bytes.includes(0)) return bytes.toString('utf8').replace(/^\uFEFF/, '');
  const remedy = 'save it as UTF-8 (in PowerShell: Set-Content -Encoding utf8)';
  throw new ConfigError(`${file}: is UTF-16 or no text at all; ${remedy}`, 78);
}

function readBytes(file: string): Buffer {
  const refused = (reason: string): ConfigError =>
    new ConfigError(`${file}: cannot be read (${reason}); mend that or remove it`, 78);
  try {
    const state = statSync(file);
    // Reading one of these might never end.
    if (!state.isFile() && !state.isDirectory()) throw refused('it is a pipe or a device');
    if (state.size > LARGEST_BYTES) throw refused('it is larger than 1 MB');
    return readFileSync(file);
  } catch (error) {
    throw error instanceof ConfigError ? error : refused(describeSystemError(error));
  }
}

/** Trimmed; null where nothing is left. */
export function nonEmpty(value: string | undefined): string | null {
  return value === undefined || value.trim() === '' ? null : value.trim();
}
