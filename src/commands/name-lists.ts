/** Names on the command line are lists: separated by commas, in one flag or in several. */
import { ConfigError } from '../core/config-error.ts';
import { namesIn } from '../core/text.ts';

/** For an option that may be given several times: one list of names, separated by commas. */
export function addNames(given: string, before: string | undefined): string {
  return before === undefined ? given : `${before},${given}`;
}

/**
 * The names of a list, each once and sorted: in whatever order they are typed, they ask for the same. Null without the flag.
 * @throws ConfigError
 */
export function parseNames(flag: string, given: string | undefined): string | null {
  if (given === undefined) return null;
  const names = [...new Set(namesIn(given))].sort();
  if (names.length > 0) return names.join(',');
  throw new ConfigError(`${flag}: "${given}" is not understood; expected names separated by commas`, 2);
}
