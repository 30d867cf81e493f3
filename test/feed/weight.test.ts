import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const FEED = path.join(import.meta.dirname, '..', '..', 'src', 'feed');

/** What a module loads, in turn; imports of types load nothing. */
function loadedBy(file: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.endsWith('.ts')) return seen;
  const statements = /^(?:import|export) (?!type )[^;]*? from '([^']+)';$/gm;
  for (const [, name] of readFileSync(file, 'utf8').matchAll(statements)) {
    loadedBy(name!.startsWith('.') ? path.join(path.dirname(file), name!) : name!, seen);
  }
  return seen;
}

describe('what a run uses of the feed', () => {
  it.each(['build.ts', 'input-hash.ts', 'previous.ts', 'writer.ts'])('%s does not load the schema', (name) => {
    const loaded = loadedBy(path.join(FEED, name));
    expect([...loaded].filter((file) => file === 'zod' || file.endsWith('schema.ts'))).toEqual([]);
  });

  it('reading back does', () => {
    expect(loadedBy(path.join(FEED, 'parse.ts'))).toContain('zod');
  });
});
