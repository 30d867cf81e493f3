import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/candles/formats/index.ts';
import { formatOf } from '../../src/commands/run-options.ts';
import { readFileSync } from 'node:fs';
import path from 'node:path';

describe('--format', () => {
  it('an unknown format suggests the nearest, lists the known and is wrong use', () => {
    expect(() => formatOf('cvs')).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: expect.stringMatching(/"cvs"\. Did you mean csv\? Known are .*parquet/),
      }),
    );
    expect(formatOf('csv')).toBe('csv');
    expect(formatOf(undefined)).toBeNull();
  });

  it('help and README name every format', () => {
    const root = path.join(import.meta.dirname, '..', '..');
    const help = readFileSync(path.join(root, 'src', 'commands', 'run.ts'), 'utf8');
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    const ids = FORMATS.map(({ id }) => id).sort();
    expect(help).toContain(`this format only: ${ids.join(', ')}'`);
    expect(ids.filter((id) => !readme.includes(`\`${id}\``))).toEqual([]);
  });
});
