import { readFileSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FOLDER_MAY_SET, SETTINGS, type SettingName } from '../src/settings.ts';
import { costTable, cronSentence, type Row } from './bench/plan/report.ts';
import type { CronRun } from './bench/plan/cron.ts';
import { runProcess, workplace } from './support/cli.ts';
import { ROOT, SAMPLE } from './support/places.ts';
import { runHere } from './support/in-process.ts';
import { describeWithShared, sharedPath } from './support/shared.ts';
import { expectShown, transcriptOf, typedAndPrinted } from './support/transcript.ts';
import { ofThree } from './support/strategies.ts';

const readme = textOf('README.md');
/** What the README leaves to the rooms. */
const measured = textOf('test', 'bench', 'README.md');
const commandLine = textOf('src', 'commands', 'README.md');
const documentation = [readme, commandLine, textOf('src', 'feed', 'README.md')].join('\n');
const place = workplace();
const FEED = 'data/master_feed.json';

beforeAll(async () => {
  await place.scan(ofThree([SAMPLE, '--output', FEED]));
});
afterAll(() => place.remove());

/** Shell blocks of what users read, without comment lines. */
const shellBlocks = [...documentation.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) =>
  match[1]!
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n'),
);
const jqCommands = shellBlocks.filter((block) => block.startsWith('jq '));
const showExamples = shellBlocks
  .flatMap((block) => block.split('\n'))
  .filter((line) => line.startsWith('npx scan show --'))
  .map((line) => line.replace('npx scan show ', '').replace(/ +#.*/, ''));
const hasJq = spawnSync('jq', ['--version']).status === 0;

describe('the README', () => {
  it('the figures of the quota plan are those of the last simulation', () => {
    const kept = readFileSync(path.join(ROOT, 'test', 'bench', 'plan', 'results.json'), 'utf8');
    const { rows, cron, checks } = JSON.parse(kept) as {
      readonly rows: readonly Row[];
      readonly cron: readonly CronRun[];
      readonly checks: readonly { readonly holds: boolean; readonly found: string }[];
    };
    expect(measured).toContain(costTable(rows));
    const sentence = cronSentence({ runs: cron, differences: [] });
    expect(measured.replaceAll('\n', ' ').toLowerCase()).toContain(sentence.toLowerCase());
    // What is missed is said.
    for (const { holds, found } of checks) if (!holds) expect(measured).toContain(found);
  });

  it('is short: 3,500 words at most', () => {
    expect(readme.split(/\s+/).length).toBeLessThanOrEqual(3_500);
  });

  it('its links lead somewhere', () => {
    const links = [...readme.matchAll(/\]\(((?!http)[^)]+)\)/g)].map(([, link]) => link!.split('#'));
    expect(links.length).toBeGreaterThan(8);
    for (const [file, part] of links) {
      const text = file === '' ? readme : textOf(file!);
      const titles = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      if (part !== undefined) expect(titles, file).toContain(part);
    }
  });

  it('has the two commands of a fresh clone, each alone in a block', () => {
    expect(shellBlocks).toContain('npm ci && npx scan data/ --strategy all');
    expect(shellBlocks).toContain('npm ci && npm test');
  });

  it('names every setting with its default, and no other', () => {
    const rows = commandLine
      .split('\n')
      .filter((row) => /^\|[^|]*\| `(COINALYZE|SCAN)_\w+` \|/.test(row))
      .map((row) => row.split('|').map((cell) => cell.trim()))
      .map(([, flag, env, file, fallback, folder]) => ({ flag, env, file, fallback, folder }));
    const quoted = (text: string | null): string => (text === null ? '' : `\`${text}\``);
    const names = Object.keys(SETTINGS) as SettingName[];
    const byDefault = (name: SettingName): string =>
      name === 'stateDir' ? '~/.local/state/perpscan' : SETTINGS[name].fallback;
    const settings = names
      .map((name) => [name, SETTINGS[name]] as const)
      .map(([name, { flag, env, file }]) => ({
        flag: quoted(flag),
        env: quoted(env),
        file: quoted(file),
        fallback: byDefault(name) === '' ? '' : quoted(byDefault(name)),
        folder: FOLDER_MAY_SET[name] ?? 'never',
      }));
    const key = { flag: '', env: '`COINALYZE_API_KEY`', file: 'never', fallback: '', folder: 'only in .env' };
    expect(rows).toEqual([key, ...settings]);
  });

  it('tells the same exit codes as --help', async () => {
    const { stdout } = await place.scan(['--help']);
    const codes = [...stdout.matchAll(/^ {2}(\d+) {2,}\S/gm)].map((match) => match[1]!);
    expect(codes.length).toBeGreaterThan(4);
    for (const code of codes) expect(readme).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
  });

  it('has every flag of every command in its tables, and no other', async () => {
    const documented = [...commandLine.matchAll(/^\| (`--[^|]*) \| ([\w, ]+) \|/gm)].flatMap(([, flags, commands]) =>
      [...flags!.matchAll(/`(--[\w-]+)/g)].flatMap(([, flag]) =>
        commands!.split(', ').map((name) => `${name} ${flag!}`),
      ),
    );
    const settings = Object.values(SETTINGS).flatMap(({ flag }) => (flag === null ? [] : [`run ${flag}`]));
    const existing: string[] = [];
    for (const name of ['run', 'show', 'doctor', 'strategies', 'schema', 'sandbox', 'completion']) {
      const { stdout } = await runHere(place, [name, '--help']);
      const flags = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => `${name} ${flag!}`);
      existing.push(...flags.filter((flag) => !flag.endsWith(' --help')));
    }
    expect([...documented, ...settings].sort()).toEqual(existing.sort());
  });

  it('every command in it exists', async () => {
    const { stdout } = await place.scan(['--help']);
    for (const command of readme.matchAll(/^\| `scan (show|strategies|schema|sandbox|doctor|completion)/gm)) {
      expect(stdout).toContain(`  ${command[1]!}`);
    }
  });

  it('shows what the sample really prints', async () => {
    // Where no earlier feed of the same scan tells what is new.
    const fresh = workplace();
    const { stdout, stderr } = await fresh.scan(ofThree([SAMPLE, '--output', FEED]), {
      env: { npm_command: 'exec' },
    });
    fresh.remove();
    expectShown(transcriptOf(documentation, 'sample'), `${stderr}${stdout}`);
  });

  it.each(['show', 'explain', 'run'])('shows what scan show prints: %s', async (name) => {
    const { args, printed } = typedAndPrinted(transcriptOf(documentation, name));
    const { stdout } = await place.scan([...args]);
    expectShown(printed, stdout);
  });

  it('shows what a dry run prints after a run for the best one', async () => {
    const env = { SCAN_CACHE_DIR: place.path('plan-cache') };
    await runHere(place, ofThree([SAMPLE, '--top', '1', '--output', place.path('top.json'), '--quiet']), { env });
    const { args, printed } = typedAndPrinted(transcriptOf(documentation, 'plan'));
    const { stdout } = await runHere(place, ofThree([SAMPLE, ...args.slice(1)]), { env });
    expectShown(printed, stdout);
  });

  it('shows how conditions are read from the JSON of scan show', async () => {
    const block = shellBlocks.find((text) => text.includes(' --json | jq '))!;
    const { stdout } = await place.scan(block.split(' | jq ')[0]!.replace('npx scan ', '').split(' '));
    const { signals } = JSON.parse(stdout) as { signals: { unmet: { long: string[] } | null }[] };
    expect(signals.length).toBeGreaterThan(2);
    expect(signals.some(({ unmet }) => (unmet?.long.length ?? 0) > 0)).toBe(true);
  });

  it('has examples of scan show', () => {
    expect(showExamples.length).toBeGreaterThan(3);
  });

  it.each(showExamples)('its examples of scan show find something: %s', async (flags) => {
    const { code, stdout, stderr } = await runHere(place, ['show', place.path(FEED), ...wordsOf(flags)]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').length).toBeGreaterThan(4);
    expect(stdout).not.toMatch(/^No /m);
  });
});

describe('a transcript is compared', () => {
  const output = 'one  1\n\ntwo 2\nthree 3\nfour 4\n';

  it.each(['one 1\ntwo 2\nthree 3\nfour 4', 'one 1\n...\nfour 4', 'one 1\n...', '...\nthree 3\nfour 4'])(
    '%j fits',
    (shown) => {
      expectShown(shown, output);
    },
  );

  it.each([
    'one 1\nfour 4',
    'one 2\n...',
    'one 1\ntwo 2\nthree 3',
    'three 3\n...',
    '...\nthree 3\n...\ntwo 2\n...',
    'zero\n...',
  ])('%j does not fit', (shown) => {
    expect(() => expectShown(shown, output)).toThrow();
  });
});

describeWithShared('candles/perps-2026-01', "the README's run on real candles", () => {
  it('is what is printed, line by line, apart from lines left out', async () => {
    symlinkSync(sharedPath('candles', 'perps-2026-01'), place.path('candles'));
    const { args, printed } = typedAndPrinted(transcriptOf(documentation, 'real'));
    const env = { npm_command: 'exec', SCAN_CACHE_DIR: place.path('third-cache') };
    const { stdout, stderr } = await place.scan(ofThree(args), { env });
    expect(printed.split('\n').length).toBeGreaterThan(12);
    expectShown(printed, `${stderr}${stdout}`);
  });
});

describe.skipIf(!hasJq)('the jq cookbook (needs jq)', () => {
  it('has at least eight recipes, and the first leaves out strategies whose record is negative', () => {
    expect(jqCommands.length).toBeGreaterThanOrEqual(8);
    const { stdout } = spawnSync('/bin/sh', ['-c', jqCommands[0]!], { cwd: place.folder, encoding: 'utf8' });
    const found = stdout.trim().split('\n');
    expect(found).toHaveLength(10);
    expect(found.filter((line) => line.includes('crowding-reversal') || line.includes('negative'))).toEqual([]);
  });

  it.each(jqCommands)('%s', async (command) => {
    const { code, stdout, stderr } = await runProcess('/bin/sh', ['-c', command], place.folder, {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.trim()).not.toBe('');
    expect(stdout.trim()).not.toBe('null');
  });
});

function textOf(...names: readonly string[]): string {
  return readFileSync(path.join(ROOT, ...names), 'utf8');
}

/** As a shell takes them apart. */
function wordsOf(flags: string): readonly string[] {
  return [...flags.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}
