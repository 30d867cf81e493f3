import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { workplace } from '../support/cli.ts';
import { SAMPLE } from '../support/places.ts';
import { runHere } from '../support/in-process.ts';

const place = workplace();
afterAll(() => place.remove());

const ESCAPE = '\u001b[';
const COMMANDS = ['', 'run', 'show', 'doctor', 'strategies', 'schema', 'sandbox', 'completion', 'help'];

describe('help', () => {
  it.each(COMMANDS)('of scan %s begins with examples, and no row is wider than the terminal', async (command) => {
    for (const columns of [80, 140]) {
      const { code, stdout } = await runHere(place, [...(command === '' ? [] : [command]), '--help'], { columns });
      const rows = stripVTControlCharacters(stdout).split('\n');
      expect(code).toBe(0);
      expect(rows[0]).toBe('Examples:');
      expect(rows[1]).toMatch(/^ {2}\S/);
      // A command line is one word to whoever copies it.
      expect(rows.filter((row) => row.length > columns && !/^ {2}(scan|COINALYZE|curl)/.test(row))).toEqual([]);
    }
  });

  it('is coloured on a terminal, and not where that is not wanted', async () => {
    const coloured = async (columns: number | null, env: Readonly<Record<string, string>>): Promise<boolean> =>
      (await runHere(place, ['--help'], { columns, env })).stdout.includes(ESCAPE);
    expect(await coloured(80, {})).toBe(true);
    expect(await coloured(80, { NO_COLOR: '1' })).toBe(false);
    expect(await coloured(80, { TERM: 'dumb' })).toBe(false);
    expect(await coloured(null, {})).toBe(false);
    expect(await coloured(null, { FORCE_COLOR: '1' })).toBe(true);
    expect(await coloured(80, { FORCE_COLOR: '0' })).toBe(false);
  });
});

describe('no row is wider than a terminal of 40 columns:', () => {
  const feed = place.path('narrow.json');

  it.each([
    ['show', ['show', feed]],
    ['an explanation', ['show', feed, '--symbol', 'HYPE', '--explain']],
    ['the doctor of a folder', ['doctor', SAMPLE]],
    ['the doctor of a machine', ['doctor', '--offline']],
    ['the strategies', ['strategies']],
  ])('%s', async (_, args) => {
    await runHere(place, [SAMPLE, '--exchange', 'HYPERLIQUID', '--output', feed, '--quiet']);
    const { code, stdout } = await runHere(place, args, { columns: 40 });
    expect(code).toBe(0);
    const rows = stripVTControlCharacters(stdout).split('\n');
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => row.length > 40)).toEqual([]);
  });
});

describe('a scan on a terminal', () => {
  const args = [SAMPLE, '--limit', '2', '--provider', 'none'];

  it('colours the levels of its lines, and shows bars', async () => {
    const { stderr } = await runHere(place, args, { columns: 100 });
    expect(stderr).toContain('reading');
    const forced = await runHere(place, [...args, '--as-of', '2026-11-02', '--output', place.path('f.json')], {
      columns: 100,
    });
    expect(forced.stderr).toContain(`${ESCAPE}32m[SUCCESS]${ESCAPE}0m`);
  });

  it('has neither on a dumb one, in a pipe or without progress', async () => {
    const dumb = await runHere(place, args, { columns: 80, env: { TERM: 'dumb' } });
    const piped = await runHere(place, args);
    for (const { stdout, stderr } of [dumb, piped]) {
      expect(stdout + stderr).not.toContain(ESCAPE);
      expect(stderr).not.toContain('reading  ');
    }
    expect((await runHere(place, [...args, '--no-progress'], { columns: 80 })).stderr).not.toContain('reading  ');
  });
});
