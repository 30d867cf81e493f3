/** Where the user's settings and the default paths start. */
import { existsSync } from 'node:fs';
import path from 'node:path';

/** The nearest folder upward that holds scan.config.json, else the clone, else (installed as a package) the current folder. */
export function findRoot(cwd: string, packageRoot: string): { readonly root: string; readonly installed: boolean } {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'scan.config.json'))) return { root: folder, installed: false };
    if (folder === path.dirname(folder)) break;
  }
  const isClone = existsSync(path.join(packageRoot, 'tsconfig.json'));
  return isClone ? { root: packageRoot, installed: false } : { root: cwd, installed: true };
}
