/** Where the user's settings and the default paths start. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { hasEntry } from './folder.ts';

export interface Root {
  readonly root: string;
  /** Whether `root` holds a scan.config.json. */
  readonly configured: boolean;
  /** Neither a config file nor a clone was found: `root` is the current folder. */
  readonly installed: boolean;
}

/** The nearest folder upward that holds scan.config.json, else the clone, else (installed as a package) the current folder. */
export function findRoot(cwd: string, packageRoot: string): Root {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    if (hasEntry(path.join(folder, 'scan.config.json'))) return { root: folder, configured: true, installed: false };
    if (folder === path.dirname(folder)) break;
  }
  const isClone = existsSync(path.join(packageRoot, 'tsconfig.json'));
  return { root: isClone ? packageRoot : cwd, configured: false, installed: !isClone };
}
