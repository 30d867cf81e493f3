/** Which of the texts that are given for a setting counts, and what it means. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from './core/config-error.ts';
import { expandHome, liesIn, userFolder } from './platform/folder.ts';
import { closest } from './platform/text.ts';
import type { Place, Places, Where } from './settings-places.ts';
import { FOLDER_MAY_SET, isPath, SETTINGS, type Reading, type SettingName } from './settings.ts';

export type SettingSource = 'flag' | Place['kind'] | 'default';

export interface Chosen {
  readonly source: SettingSource;
  /** Null for a flag and the default. */
  readonly place: Place | null;
  /** Paths are absolute. */
  readonly value: unknown;
}

interface Candidate extends Omit<Chosen, 'value'> {
  /** Null where there is no default. */
  readonly text: string | null;
}

interface Choosing extends Places {
  readonly where: Where;
  /** Hears of what does not count. */
  readonly refuse: (candidate: Pick<Candidate, 'source' | 'place'>, name: SettingName, why: string) => void;
}

/** @throws ConfigError for a text that is not understood */
export function chooseSettings(
  flags: Readonly<Partial<Record<SettingName, string>>>,
  where: Where,
  found: Places,
): { readonly chosen: Readonly<Record<SettingName, Chosen>>; readonly refused: readonly string[] } {
  const refused = new Set<string>();
  const choosing: Choosing = {
    ...found,
    where,
    refuse: (candidate, name, why) => void refused.add(`${nameOf(name, candidate)} is refused: ${why}`),
  };
  const names = Object.keys(SETTINGS) as SettingName[];
  const chosen = names.map((name) => [name, choose(name, candidatesFor(name, flags, choosing), choosing)] as const);
  return { chosen: Object.fromEntries(chosen) as Record<SettingName, Chosen>, refused: [...refused] };
}

/** Where the user has given a setting: its flag, its variable or its key in the config file. */
export function placeOf(name: SettingName, source: SettingSource): string {
  const { flag, env, file } = SETTINGS[name];
  if (source === 'scan.config.json') return `${file} in scan.config.json`;
  return source === 'flag' && flag !== null ? flag : env;
}

/** The same with the whole path of the file. */
export function nameOf(name: SettingName, { source, place }: Pick<Candidate, 'source' | 'place'>): string {
  const { env, file } = SETTINGS[name];
  if (place === null || place.file === null) return placeOf(name, source);
  return `${source === '.env' ? env : file} in ${place.file}`;
}

/** What is given for a setting, what goes first in front, without what its place may not set at all. */
function candidatesFor(
  name: SettingName,
  flags: Readonly<Partial<Record<SettingName, string>>>,
  { places, own, where, installed, refuse }: Choosing,
): readonly Candidate[] {
  const { [name]: flag } = flags;
  const given = places.flatMap((place): readonly Candidate[] => {
    const text = place.given.get(name);
    if (text === undefined) return [];
    if (place.isOwn || FOLDER_MAY_SET[name] !== undefined) return [{ source: place.kind, place, text }];
    const homes = own.map((folder) => path.join(folder, place.kind)).join(' or ');
    refuse({ source: place.kind, place }, name, `a folder may not set it; it belongs in the environment or ${homes}`);
    return [];
  });
  return [
    ...(flag === undefined ? [] : [{ source: 'flag' as const, place: null, text: flag }]),
    ...given,
    { source: 'default', place: null, text: defaultOf(name, where, installed) },
  ];
}

function defaultOf(name: SettingName, { env }: Where, installed: boolean): string | null {
  if (name === 'stateDir') return userFolder(env, 'state');
  return name === 'cacheDir' && installed ? userFolder(env, 'cache') : SETTINGS[name].fallback;
}

function choose(name: SettingName, [first, ...rest]: readonly Candidate[], choosing: Choosing): Chosen {
  const { source, place } = first!;
  const value = valueOf(name, first!, choosing);
  const otherwise = (): Chosen => choose(name, rest, choosing);
  const objection = place === null || place.isOwn ? null : objectionTo(name, value, place.folder, choosing, otherwise);
  if (objection === null) return { source, place, value };
  choosing.refuse(first!, name, objection);
  return otherwise();
}

/** Why a file in `folder` may not give a setting this value; null where it may. */
function objectionTo(
  name: SettingName,
  value: unknown,
  folder: string,
  { own }: Choosing,
  otherwise: () => Chosen,
): string | null {
  switch (FOLDER_MAY_SET[name]) {
    case 'ids':
      return (value as readonly string[]).every((id) => /^[\w-]+$/.test(id))
        ? null
        : 'a folder may name no file to run';
    case 'inside':
      return mayWrite(value as string, folder, own) ? null : `it leads out of ${folder}`;
    case 'less':
      return (value as number) <= (otherwise().value as number) ? null : 'a folder may lower it, not raise it';
    case 'more':
      return (value as number) >= (otherwise().value as number) ? null : 'a folder may raise it, not lower it';
    case 'any':
    case undefined:
    default:
      return null;
  }
}

/** In the folder, links followed, and not in the clone or the user's config folder, should they stand in it. */
function mayWrite(file: string, folder: string, own: readonly string[]): boolean {
  const isOwn = own.some((mine) => liesIn(mine, folder) && liesIn(file, mine));
  return !isOwn && liesIn(file, folder) && entriesOf(file).every((entry) => liesIn(entry, folder));
}

/** What stands in a folder: a cache in it may be a link to a database of the user's. */
function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => path.join(folder, name));
  } catch {
    // A file, or nothing yet. One that may not be listed may not be written to either: that is told later.
    return [];
  }
}

function valueOf(name: SettingName, candidate: Candidate, choosing: Choosing): unknown {
  const { text, source, place } = candidate;
  const setting = SETTINGS[name];
  if (text === null)
    throw new ConfigError(
      `there is no place for files of this user: HOME is not set, and the system knows no home for it. Set ${setting.env} to an absolute path, or HOME`,
      78,
    );
  const reading: Reading<unknown> = setting.read(text);
  if ('value' in reading) return isPath(name) ? absolute(name, text, candidate, choosing) : reading.value;
  // An address may hold a password, or be one.
  const shown = setting.env.endsWith('_URL') ? 'its value' : `"${text}"`;
  const near = setting.choices === null ? null : closest(text, setting.choices);
  const hint = near === null ? '' : `; did you mean ${near}?`;
  const where = place === null || place.file === null ? '' : ` (${place.file})`;
  throw new ConfigError(
    `${placeOf(name, source)}: ${shown} is not understood; expected ${reading.expected}${hint}${where}`,
    source === 'flag' ? 2 : 78,
  );
}

/** A relative path that starts in a folder which is not the user's own must not lead out of it by a link. */
function absolute(name: SettingName, text: string, { source, place }: Candidate, choosing: Choosing): string {
  const { root, own, where } = choosing;
  const given = expandHome(text, where.env);
  const file = path.resolve(source === 'flag' ? where.cwd : (place?.folder ?? root), given);
  const isOwnRoot = own.some((mine) => liesIn(root, mine) && liesIn(mine, root));
  const startsInRoot = source === 'default' || source === 'environment';
  if (!startsInRoot || isOwnRoot || path.isAbsolute(given) || mayWrite(file, root, own)) return file;
  throw new ConfigError(
    `${file} leads out of ${root} by a link: say with ${SETTINGS[name].env} which place is meant`,
    78,
  );
}
