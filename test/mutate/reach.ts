/** Which places of the sources a test comes by, as V8 counts them. */
import { Session, type Profiler } from 'node:inspector';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Place {
  /** Relative to the project. */
  readonly file: string;
  readonly start: number;
}

export class Reach {
  readonly #session = new Session();
  readonly #root: string;
  readonly #places: ReadonlyMap<string, readonly { readonly id: number; readonly start: number }[]>;

  /** @param places by their number, the index */
  constructor(root: string, places: readonly Place[]) {
    this.#root = root;
    const byFile = new Map<string, { id: number; start: number }[]>();
    for (const [id, { file, start }] of places.entries())
      byFile.set(file, [...(byFile.get(file) ?? []), { id, start }]);
    this.#places = byFile;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** The numbers of the places that were come by since the last call. */
  take(): readonly number[] {
    let scripts: readonly Profiler.ScriptCoverage[] = [];
    // Answers before it returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error;
      scripts = result;
    });
    return scripts.flatMap((script) => this.#reachedIn(script));
  }

  #reachedIn({ url, functions }: Profiler.ScriptCoverage): readonly number[] {
    if (!url.startsWith('file:')) return [];
    const file = path.relative(this.#root, fileURLToPath(url.replace(/\?.*$/, ''))).replaceAll(path.sep, '/');
    const places = this.#places.get(file);
    if (places === undefined) return [];
    const ranges = functions.flatMap((one) => one.ranges);
    return places.filter(({ start }) => countAt(ranges, start) > 0).map(({ id }) => id);
  }
}

/** The count of the innermost range around a position. */
function countAt(ranges: readonly Profiler.CoverageRange[], position: number): number {
  let [width, count] = [Infinity, 0];
  for (const { startOffset, endOffset, count: own } of ranges) {
    if (position < startOffset || position >= endOffset || endOffset - startOffset > width) continue;
    [width, count] = [endOffset - startOffset, own];
  }
  return count;
}
