/** Settings: flags, then environment, then `.env`, then `scan.config.json`, then defaults. Parsed once into one frozen Config. */
import path from 'node:path';
import { ConfigError } from './core/config-error.ts';
import { openMode } from './platform/dotenv.ts';
import { chooseSettings, nameOf, type Chosen, type SettingSource } from './setting-choice.ts';
import { findPlaces, keyInFile, type Place, type Places, type Where } from './settings-places.ts';
import { SETTINGS, type SettingName } from './settings.ts';

export { placeOf, type SettingSource } from './setting-choice.ts';
export { SETTINGS, type SettingName } from './settings.ts';

type SettingValues = { readonly [K in SettingName]: ValueOf<ReturnType<(typeof SETTINGS)[K]['read']>> };
type ValueOf<R> = R extends { readonly value: infer T } ? T : never;

/** `output`, `cacheDir` and `stateDir` are absolute. */
export interface Config extends SettingValues {
  /** Folder that relative default paths start from. */
  readonly root: string;
  /** From the environment, a .env, or a file that is named as holding it; never a flag. Null without one. */
  readonly apiKey: string | null;
  /** Where the key, or the name of its file, stands. */
  readonly keyPlace: Pick<Place, 'kind' | 'file'> | null;
  /** Who is asked with the key in place of Coinalyze, and who says so; null while that is Coinalyze. */
  readonly foreignHost: { readonly host: string; readonly namedBy: string } | null;
  readonly sources: Readonly<Record<SettingName, SettingSource>>;
  /** The file of each setting that comes from one. */
  readonly files: Readonly<Record<SettingName, string | null>>;
  readonly lookedAt: Places['lookedAt'];
  /** Files with the key in them that other users may read or write, with the mode in octal. */
  readonly openKeyFiles: readonly { readonly file: string; readonly mode: string }[];
  /** One sentence for each setting that a folder's file may not set. */
  readonly refused: readonly string[];
}

export interface ConfigInput extends Where {
  /** Values given on the command line, as typed. */
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  /** For the doctor, which tells what it finds: a key file that others may read is not refused. */
  readonly acceptOpenKeyFile?: boolean;
}

/** @throws ConfigError */
export function loadConfig({ flags, acceptOpenKeyFile = false, ...where }: ConfigInput): Config {
  const found = findPlaces(where);
  const { root, places, lookedAt } = found;
  const openKeyFiles = places.flatMap(openKeyFile);
  const [open] = acceptOpenKeyFile ? [] : openKeyFiles;
  if (open !== undefined) {
    const { file, mode } = open;
    throw new ConfigError(`${file} holds ${KEY} and is open to other users (mode ${mode}): chmod 600 ${file}`, 78);
  }
  const { chosen, refused } = chooseSettings(flags, where, found);
  const key = findKey(places, where.env);
  return Object.freeze({
    ...(each(chosen, ({ value }) => value) as SettingValues),
    root,
    apiKey: key?.text ?? null,
    keyPlace: key?.place ?? null,
    foreignHost: foreignHostOf(chosen.baseUrl, key?.place ?? null),
    sources: each(chosen, ({ source }) => source),
    files: each(chosen, ({ place }) => place?.file ?? null),
    lookedAt,
    openKeyFiles,
    refused,
  });
}

function each<T>(
  chosen: Readonly<Record<SettingName, Chosen>>,
  of: (one: Chosen) => T,
): Readonly<Record<SettingName, T>> {
  const entries = Object.entries(chosen).map(([name, one]) => [name, of(one)] as const);
  return Object.fromEntries(entries) as Record<SettingName, T>;
}

/** Where the feed is written unless something else is said; never input either. */
export function defaultOutput(root: string): string {
  return path.join(root, SETTINGS.output.fallback);
}

function openKeyFile({ file, key }: Place): Config['openKeyFiles'] {
  const mode = file === null || key === null ? null : openMode(file);
  return file === null || mode === null ? [] : [{ file, mode }];
}

interface FoundKey {
  readonly text: string;
  readonly place: Place;
}

/** The first place that gives a key, as text or in a file. */
function findKey(places: readonly Place[], env: Where['env']): FoundKey | null {
  for (const place of places) {
    const text = place.key ?? keyInFile(place, env);
    if (text !== null) return { text: checkedKey(text, place), place };
  }
  return null;
}

const KEY = 'COINALYZE_API_KEY';

/**
 * A header carries printable ASCII only: a typographic quote or a line break comes from copying, a plain quote from `docker --env-file`,
 * which keeps them, the name of the variable from a .env that is named as the file of the key.
 */
function checkedKey(key: string, { key: direct, given }: Place): string {
  if (/^[\x21-\x7e]+$/.test(key) && !/["'`]|^(export|COINALYZE_)/.test(key)) return key;
  const where = direct === null ? `${given.get('apiKeyFile')!} (${SETTINGS.apiKeyFile.env})` : KEY;
  throw new ConfigError(`${where} holds characters that no key has; copy it again, without anything around it`, 78);
}

/** A key is sent to another host than Coinalyze's only where whoever gave the key named that host beside it. */
function foreignHostOf({ source, place, value }: Chosen, keyPlace: Place | null): Config['foreignHost'] {
  const { host, origin } = new URL(value as string);
  if (origin === new URL(SETTINGS.baseUrl.fallback).origin) return null;
  const namedBy = nameOf('baseUrl', { source, place });
  if (keyPlace === null || keyPlace === place) return { host, namedBy };
  const key = keyPlace.file === null ? 'the environment' : keyPlace.file;
  throw new ConfigError(
    `${namedBy} names ${host}, which is not Coinalyze's, and the key comes from ${key}: put both in the same place, or remove the address`,
    78,
  );
}
