import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SETTINGS } from '../../src/settings.ts';
import { workplace } from '../support/cli.ts';
import { ROOT } from '../support/places.ts';
import { runHere } from '../support/in-process.ts';

const place = workplace();
let page: string;
let plain: string;

beforeAll(async () => {
  page = (await runHere(place, ['man'])).stdout;
  plain = page.replaceAll(String.raw`\-`, '-');
  writeFileSync(place.path('scan.1'), page);
});
afterAll(() => place.remove());

function has(program: string): boolean {
  return spawnSync('/bin/sh', ['-c', `command -v ${program}`]).status === 0;
}

describe('the manual page', () => {
  it('has every command and every option of the help', async () => {
    const commands = ['run', 'show', 'doctor', 'strategies', 'schema', 'sandbox', 'completion'];
    for (const command of commands) {
      const { stdout } = await runHere(place, [command, '--help']);
      const flags = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((match) => match[1]!);
      expect(flags.length).toBeGreaterThan(0);
      for (const flag of flags) expect(plain).toMatch(new RegExp(`^\\\\fB.*${flag}\\b`, 'm'));
      if (command !== 'run') expect(plain).toContain(`.SS scan ${command}`);
    }
  });

  it('has every setting, exit code and example', () => {
    for (const { env } of Object.values(SETTINGS)) expect(plain).toContain(`\\fB${env}\\fR`);
    for (const code of ['0', '3', '4', '75', '78']) expect(plain).toContain(`\\fB${code}\\fR`);
    expect(plain).toContain('scan data/ --strategy all');
  });

  it('is the same bytes on any terminal', async () => {
    expect((await runHere(place, ['man'], { columns: 40 })).stdout).toBe(page);
  });

  it('is what package.json installs', () => {
    const { version, man, files } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect([man, files]).toEqual(['dist/man/scan.1', expect.arrayContaining(['dist'])]);
    expect(readFileSync(path.join(ROOT, String(man)), 'utf8')).toBe(page.replace('0.0.0-test', String(version)));
  });

  it.skipIf(!has('man'))('is shown by man without a complaint (needs man)', () => {
    const { stdout, stderr, status } = spawnSync('man', ['--warnings', '-l', 'scan.1'], {
      cwd: place.folder,
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', MANWIDTH: '80', LC_ALL: 'C.UTF-8', MANPAGER: 'cat' },
    });
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout).toMatch(/EXIT STATUS/);
  });

  it.skipIf(!has('mandoc'))('has no error for mandoc (needs mandoc)', () => {
    const { stdout } = spawnSync('mandoc', ['-Tlint', 'scan.1'], { cwd: place.folder, encoding: 'utf8' });
    // It has no date: the same version gives the same page.
    const complaints = stdout
      .split('\n')
      .filter((line) => /WARNING|ERROR/.test(line) && !line.includes('missing date'));
    expect(complaints).toEqual([]);
  });
});
