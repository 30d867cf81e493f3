/** Which files of the given paths may be candles. Nothing is opened here. */
import type { Dirent } from 'node:fs';
import { access, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FileSkipReason, SkippedFile } from '../core/candles.ts';
import { marketSymbol } from '../symbols/naming.ts';
import { describeErrno, isMissing, NOT_A_FILE } from './bytes.ts';
import { readCandleName } from './names.ts';
import { sideFileKind } from './side-files.ts';

/** A folder that holds a file of this name is a sample: made-up candles. */
export const SAMPLE_MARKER = 'perpscan-sample.json';

/** Ten thousand of them are held at once, so that each has one text of its own. */
export interface CandleFile {
  /** Absolute path of its folder, with the separator behind it: one text for all files of the folder. */
  readonly folder: string;
  /**
   * As reports name it: relative to the scanned folder, or as given for a single file. With several paths it begins with
   * the path given.
   */
  readonly name: string;
  /** Absolute path of the marker of the sample that the file belongs to, null for the user's own files. */
  readonly sampleMarker: string | null;
}

/** The absolute path of a file. */
export function pathOf({ folder, name }: Pick<CandleFile, 'folder' | 'name'>): string {
  return folder + path.basename(name);
}

export type Discovery =
  | {
      readonly ok: true;
      /** Depth first, sorted by name in every folder: the same for the same tree. */
      readonly files: readonly CandleFile[];
      readonly skipped: readonly SkippedFile[];
      /** Files that stand beside candles: mark and index prices, funding, open interest, trades. */
      readonly ignored: readonly IgnoredFile[];
    }
  /** A path that cannot be scanned. */
  | {
      readonly ok: false;
      readonly path: string;
      readonly reason: 'no-such-path' | 'unreadable';
      readonly detail: string;
    };

export interface IgnoredFile {
  /** As `CandleFile.name`. */
  readonly file: string;
  /** What it holds instead, e.g. `funding rates`. */
  readonly holds: string;
}

export interface DiscoverOptions {
  /** Absolute paths that are never input, such as the output file. */
  readonly exclude: readonly string[];
}

/** Some of these are only recognised, to say what helps. */
const CANDIDATE = /\.(?:(?:json|csv|tsv|feather|parquet)(?:\.gz)?|zip|h5|hdf5|npy|npz|sqlite3?)$/i;
/** Candles or anything else: files of these are looked at where their names say symbol and timeframe. */
const DOUBTFUL = /\.(?:gz|txt|jsonl|ndjson|arrow|xlsx?|ods|pkl|tar|tgz|bz2|xz|zst|7z|rar)$/i;

function isCandidate(file: CandleFile): boolean {
  if (!DOUBTFUL.test(file.name) || CANDIDATE.test(file.name)) return CANDIDATE.test(file.name);
  const name = readCandleName(pathOf(file));
  return name.ok && name.named.symbol !== null && name.named.timeframe !== null;
}

interface Search {
  readonly excluded: ReadonlySet<string>;
  /** Where those stand, as `CandleFile.folder`. */
  readonly excludedFolders: ReadonlySet<string>;
  readonly files: CandleFile[];
  readonly skipped: SkippedFile[];
  /** Paths of the files found; null where a single path is searched, which holds no file twice. */
  readonly seen: Set<string> | null;
  readonly ignored: IgnoredFile[];
}

interface Folder {
  /** Real path. */
  readonly path: string;
  /** What names in it begin with, empty or ending in a separator. */
  readonly prefix: string;
  /** Real path of the folder that links must stay in. */
  readonly root: string;
  readonly sampleMarker: string | null;
}

/** Searches folders recursively; `paths` may also name single files. */
export async function discoverCandleFiles(paths: readonly string[], options: DiscoverOptions): Promise<Discovery> {
  const excluded = new Set(await Promise.all(options.exclude.map((file) => realLocation(file))));
  const search: Search = {
    excluded,
    excludedFolders: new Set([...excluded].map((file) => path.join(path.dirname(file), path.sep))),
    files: [],
    skipped: [],
    seen: paths.length > 1 ? new Set() : null,
    ignored: [],
  };
  for (const given of paths) {
    try {
      const target = await realpath(given);
      const found = await stat(target);
      if (found.isDirectory()) {
        const prefix = paths.length > 1 ? path.join(given, path.sep) : '';
        await searchFolder({ path: target, prefix, root: target, sampleMarker: await markerAbove(target) }, search);
      } else {
        // The name as given carries exchange and symbol, also where it is a link.
        const folder = path.dirname(await realLocation(given));
        const file = { folder: path.join(folder, path.sep), name: given, sampleMarker: await markerAbove(folder) };
        addFile(file, found.isFile(), search);
      }
    } catch (error) {
      const reason = isMissing(error) ? 'no-such-path' : 'unreadable';
      return { ok: false, path: given, reason, detail: describeErrno(error) };
    }
  }
  const { files, skipped, ignored } = search;
  return { ok: true, files, skipped, ignored };
}

async function searchFolder(folder: Folder, search: Search): Promise<void> {
  const entries = await listFolder(folder, search);
  const isSample = entries.some((entry) => entry.name === SAMPLE_MARKER);
  const sampleMarker = isSample ? path.join(folder.path, SAMPLE_MARKER) : folder.sampleMarker;
  const inside = path.join(folder.path, path.sep);
  for (const entry of entries) {
    const file: CandleFile = { folder: inside, name: folder.prefix + entry.name, sampleMarker };
    if (entry.isDirectory()) {
      const below = { path: inside + entry.name, prefix: file.name + path.sep, root: folder.root, sampleMarker };
      await searchFolder(below, search);
    } else if (entry.isSymbolicLink()) {
      await addLink(file, folder.root, search);
    } else if (isCandidate(file)) {
      addFile(file, entry.isFile(), search);
    }
  }
}

/** Sorted by name, without hidden entries; empty, and reported, when the folder may not be read. */
async function listFolder(folder: Folder, search: Search): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder.path, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const file = folder.prefix === '' ? folder.path : folder.prefix;
    search.skipped.push({ file, reason: 'unreadable', detail: describeErrno(error), market: null });
    return [];
  }
}

/** Links are followed to files inside of the scanned folder only; a folder inside of it is searched under its own name. */
async function addLink(link: CandleFile, root: string, search: Search): Promise<void> {
  const mayHoldCandles = isCandidate(link);
  try {
    const target = await realpath(pathOf(link));
    const found = await stat(target);
    const isFolder = found.isDirectory();
    if (!mayHoldCandles && !isFolder) return;
    if (target !== root && !target.startsWith(path.join(root, path.sep))) {
      skip(
        link,
        'not-a-file',
        'it is a link that leads out of the scanned folder: scan its target by its own path',
        search,
      );
    } else if (!isFolder && !search.excluded.has(target)) {
      addFile(link, found.isFile(), search);
    }
  } catch (error) {
    const detail = isMissing(error) ? 'it is a link to nothing: remove it or mend its target' : describeErrno(error);
    // A link that may not be looked at may lead to a folder of candles.
    if (mayHoldCandles || !isMissing(error)) skip(link, 'unreadable', detail, search);
  }
}

/** @param isFile false for pipes, sockets and devices: reading one could take away what its writer meant for another */
function addFile(file: CandleFile, isFile: boolean, search: Search): void {
  if (isExcluded(file, search) || path.basename(file.name) === SAMPLE_MARKER) return;
  const holds = sideFileKind(pathOf(file));
  // Somebody who names one such file means it.
  if (!isCandidate(file) && !/\.gz$/i.test(file.name)) {
    skip(file, 'unsupported-format', 'candle files end in .json, .csv, .feather, .parquet, .zip or .gz', search);
  } else if (holds !== null) {
    search.ignored.push({ file: file.name, holds });
  } else if (!isFile) {
    skip(file, 'not-a-file', NOT_A_FILE, search);
  } else {
    search.files.push(file);
  }
}

/** True for the files that are never input, and for those found before. */
function isExcluded(file: CandleFile, { excluded, excludedFolders, seen }: Search): boolean {
  if (seen === null && !excludedFolders.has(file.folder)) return false;
  const location = pathOf(file);
  if (excluded.has(location) || seen?.has(location) === true) return true;
  seen?.add(location);
  return false;
}

/** Its market has a signal all the same, as for any file that cannot be read. */
function skip(file: CandleFile, reason: FileSkipReason, detail: string, search: Search): void {
  const name = readCandleName(pathOf(file));
  const named = name.ok ? name.named : null;
  const { exchange = null, symbol = null } = named ?? {};
  const spelled = exchange === null || symbol === null ? null : marketSymbol(exchange, symbol);
  const market = exchange === null || spelled === null ? null : { exchange, symbol: spelled };
  search.skipped.push({ file: file.name, reason, detail, market });
}

/** The marker of the nearest folder, from `folder` upward, that holds one. */
async function markerAbove(folder: string): Promise<string | null> {
  const marker = path.join(folder, SAMPLE_MARKER);
  if (await exists(marker)) return marker;
  const parent = path.dirname(folder);
  return parent === folder ? null : markerAbove(parent);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** The real folder of `file` with its own name: the file may be a link, and need not exist. */
async function realLocation(file: string): Promise<string> {
  const absolute = path.resolve(file);
  const folder = path.dirname(absolute);
  const real = await realpath(folder).catch(() => folder);
  return path.join(real, path.basename(absolute));
}
