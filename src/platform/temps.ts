/** Temporary files beside the file that they are to replace; those of dead processes are removed. */
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, followLinks } from './folder.ts';
import { isAlive } from './is-alive.ts';

/** Names of this process's temps. One that carries its id and is not among them is of an earlier process with the same id, as in containers. */
const writing = new Set<string>();

export function tempName(target: string): string {
  return `${target}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
}

/** From when it exists to when it is renamed or removed. */
export function holdTemp(temp: string): void {
  writing.add(path.basename(temp));
}

export function releaseTemp(temp: string): void {
  writing.delete(path.basename(temp));
}

/** What was left behind, or null. */
export async function removeTemp(temp: string, remove: (file: string) => Promise<void>): Promise<string | null> {
  try {
    await remove(temp);
    return null;
  } catch (error) {
    return `${temp} was left behind (${errnoOf(error)})`;
  }
}

/**
 * Removes temps of `file` that were left by processes which no longer run, e.g. after kill -9. Answers with the names
 * removed, and with a sentence for each that could not be. A missing folder holds none.
 */
export async function removeDeadTemps(
  file: string,
): Promise<{ readonly removed: readonly string[]; readonly problems: readonly string[] }> {
  const removed: string[] = [];
  const problems: string[] = [];
  try {
    const target = followLinks(file);
    const folder = path.dirname(target);
    for (const name of (await readdir(folder)).sort()) {
      const pid = writerOf(name, path.basename(target));
      if (pid === null || (pid === process.pid ? writing.has(name) : isAlive(pid))) continue;
      const problem = await removeTemp(path.join(folder, name), (temp) => rm(temp, { force: true }));
      if (problem === null) removed.push(name);
      else problems.push(problem);
    }
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') problems.push(`the folder of ${file} could not be read (${errnoOf(error)})`);
  }
  return { removed, problems };
}

/** The process that wrote the temp `name` of the file `base`, or null when it is none. */
function writerOf(name: string, base: string): number | null {
  if (!name.startsWith(`${base}.`)) return null;
  const match = /^(\d{1,10})\.[0-9a-f]{12}\.tmp$/.exec(name.slice(base.length + 1));
  return match === null ? null : Number(match[1]);
}
