import { describe, expect, it } from 'vitest';
import { skippedFiles } from '../../src/commands/run-events.ts';
import type { SkippedFile } from '../../src/core/candles.ts';

const skipped = (count: number, reason: SkippedFile['reason']): readonly SkippedFile[] =>
  Array.from({ length: count }, (_, at) => ({ file: `${reason}-${at}.json`, reason, detail: 'why', market: null }));

describe('files that were skipped', () => {
  it('are told one by one while they are few', () => {
    expect(skippedFiles(skipped(20, 'not-candles'))).toHaveLength(20);
    expect(skippedFiles(skipped(1, 'empty-file'))).toEqual(['empty-file-0.json was skipped (empty-file): why']);
  });

  it('are counted where very many have the same reason, and then hide none of another', () => {
    const warnings = skippedFiles([...skipped(418, 'not-candles'), ...skipped(1, 'empty-file')]);
    expect(warnings).toHaveLength(22);
    expect(warnings[20]).toBe('398 more files were skipped (not-candles): scan doctor --json names all');
    expect(warnings[21]).toContain('empty-file-0.json');
  });
});
