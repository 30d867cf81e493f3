/**
 * Reads the project's modules for a process that tries faults. A module that depends on the faulty one is read anew for each fault,
 * under an address of its own; all others, with what they hold, are shared.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Graph {
  /** Tells fresh modules from those of the fault before. */
  readonly version: string;
  /** Which modules are read anew, absolute; `all` of them where one wants to see what happens while they are read. */
  readonly fresh: ReadonlySet<string> | 'all';
  /** Absolute path and text of the one that is not as on the disk. */
  readonly faulty: { readonly file: string; readonly source: string } | null;
}

let graph: Graph = { version: '', fresh: new Set(), faulty: null };
const SUITE = new URL('./suite.ts', import.meta.url).href;
const plain = new Map<string, string>();

export function useGraph(next: Graph): void {
  graph = next;
}

/** Types are blanked out: every position in the text stays what it was. */
function javascriptOf(file: string): string {
  const known = plain.get(file);
  if (known !== undefined) return known;
  const text = stripTypeScriptTypes(readFileSync(file, 'utf8'));
  plain.set(file, text);
  return text;
}

/** The file behind an address, when it is TypeScript of the project at `root`. */
function ownFile(url: string, root: string): string | null {
  if (!url.startsWith('file:')) return null;
  const file = fileURLToPath(url.replace(/\?.*$/, ''));
  const inside = file.startsWith(root + path.sep) && !file.includes(`${path.sep}node_modules${path.sep}`);
  return inside && file.endsWith('.ts') && !file.startsWith(import.meta.dirname + path.sep) ? file : null;
}

export function installLoader(root: string): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === 'vitest' && context.parentURL !== undefined && ownFile(context.parentURL, root) !== null)
        return { url: SUITE, format: 'module-typescript', shortCircuit: true };
      const resolved = next(specifier, context);
      const file = ownFile(resolved.url, root);
      if (file === null || (graph.fresh !== 'all' && !graph.fresh.has(file))) return resolved;
      return { ...resolved, url: `${resolved.url.replace(/\?.*$/, '')}?graph=${graph.version}`, shortCircuit: true };
    },
    load: (url, context, next) => {
      const file = ownFile(url, root);
      if (file === null) return next(url, context);
      const isFaulty = graph.faulty !== null && graph.faulty.file === file && url.endsWith(`?graph=${graph.version}`);
      const source = isFaulty ? stripTypeScriptTypes(graph.faulty!.source) : javascriptOf(file);
      return { format: 'module', source, shortCircuit: true };
    },
  });
}
