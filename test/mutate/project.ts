/** Files of the project and what they import, as far as their text says. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const IMPORTED = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+\.ts)'/g;
/** Tests that start processes cannot see a fault that only this one knows. */
const STARTS_PROCESSES = /'node:(child_process|worker_threads|cluster)'/;
/** Fake timers and mocks belong to vitest's own runner. */
const USES_RUNNER = /\bvi\.\w+\(/;
const LEFT_OUT = /^test\/(readme\.test\.ts|architecture\.test\.ts|cli\/|commands\/|faults\/|bench\/|mutate\/)/;

export interface Project {
  readonly root: string;
  /** Text of each file under src/ and test/, by its path relative to the root. */
  readonly texts: ReadonlyMap<string, string>;
  /** Of each file the files that it imports, itself included, directly or through others. */
  readonly reachable: ReadonlyMap<string, ReadonlySet<string>>;
}

export function readProject(root: string): Project {
  const files = ['src', 'test'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  );
  const own = files.filter((file) => file.endsWith('.ts')).map((file) => file.replaceAll(path.sep, '/'));
  const texts = new Map(own.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
  const direct = new Map(
    [...texts].map(([file, text]) => [file, importsOf(file, text).filter((one) => texts.has(one))]),
  );
  const reachable = new Map(own.map((file) => [file, closure(file, direct)]));
  return { root, texts, reachable };
}

function importsOf(file: string, text: string): readonly string[] {
  return [...text.matchAll(IMPORTED)].map((match) => path.posix.join(path.posix.dirname(file), match[1]!));
}

function closure(file: string, direct: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set([file]);
  for (const one of seen) for (const imported of direct.get(one) ?? []) seen.add(imported);
  return seen;
}

/** Sources under one of `paths`, sorted. */
export function sourcesUnder({ texts }: Project, paths: readonly string[]): readonly string[] {
  const isUnder = (file: string): boolean => paths.some((one) => file === one || file.startsWith(`${one}/`));
  return [...texts.keys()].filter((file) => file.startsWith('src/') && isUnder(file)).toSorted();
}

/** Test files that import one of `sources` and run in this process alone. */
export function testsOf({ texts, reachable }: Project, sources: readonly string[]): readonly string[] {
  return [...texts.keys()]
    .filter((file) => file.endsWith('.test.ts') && !LEFT_OUT.test(file) && !USES_RUNNER.test(texts.get(file)!))
    .filter((file) => {
      const reached = reachable.get(file)!;
      const helpers = [...reached].filter((one) => one.startsWith('test/'));
      return sources.some((one) => reached.has(one)) && !helpers.some((one) => STARTS_PROCESSES.test(texts.get(one)!));
    })
    .toSorted();
}

/** Files that import `source`, directly or through others, and itself. */
export function dependentsOf({ reachable }: Project, source: string): readonly string[] {
  return [...reachable].filter(([, reached]) => reached.has(source)).map(([file]) => file);
}
