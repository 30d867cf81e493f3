import { readFileSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SETTINGS } from '../src/settings.ts';
import { costTable, cronSentence, type Row } from './bench/plan/report.ts';
import type { CronRun } from './bench/plan/cron.ts';
import { ROOT, runProcess, SAMPLE, workplace } from './support/cli.ts';
import { runHere } from './support/in-process.ts';
import { describeWithShared, sharedPath } from './support/shared.ts';

const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const place = workplace();
const FEED = 'data/master_feed.json';

beforeAll(async () => {
  await place.scan([SAMPLE, '--strategy', 'all', '--output', FEED]);
});
afterAll(() => place.remove());

/** Shell blocks of the README, without comment lines. */
const shellBlocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) =>
  match[1]!
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n'),
);
const jqCommands = shellBlocks.filter((block) => block.startsWith('jq '));
const hasJq = spawnSync('jq', ['--version']).status === 0;

describe('the README', () => {
  it('the figures of the quota plan are those of the last simulation', () => {
    const kept = readFileSync(path.join(ROOT, 'test', 'bench', 'plan', 'results.json'), 'utf8');
    const { rows, cron, checks } = JSON.parse(kept) as {
      readonly rows: readonly Row[];
      readonly cron: readonly CronRun[];
      readonly checks: readonly { readonly holds: boolean; readonly found: string }[];
    };
    expect(readme).toContain(costTable(rows));
    const sentence = cronSentence({ runs: cron, differences: [] });
    expect(readme.replaceAll('\n', ' ').toLowerCase()).toContain(sentence.toLowerCase());
    // What is missed is said.
    for (const { holds, found } of checks) if (!holds) expect(readme).toContain(found);
  });

  it('has the two commands of a fresh clone, each alone in a block', () => {
    expect(shellBlocks).toContain('npm ci && npx scan data/ --strategy all');
    expect(shellBlocks).toContain('npm ci && npm test');
  });

  it('names every setting with its default, and no other', () => {
    const rows = readme
      .split('\n')
      .filter((row) => /^\|[^|]*\| `(COINALYZE|SCAN)_\w+` \|/.test(row))
      .map((row) => row.split('|').map((cell) => cell.trim()))
      .map(([, flag, env, file, fallback]) => ({ flag, env, file, fallback }));
    const quoted = (text: string | null): string => (text === null ? '' : `\`${text}\``);
    const settings = Object.values(SETTINGS).map(({ flag, env, file, fallback }) => ({
      flag: quoted(flag),
      env: quoted(env),
      file: quoted(file),
      fallback: quoted(fallback === '' ? '~/.local/state/perpscan' : fallback),
    }));
    const key = { flag: '', env: '`COINALYZE_API_KEY`', file: 'never', fallback: '' };
    expect(rows).toEqual([key, ...settings]);
  });

  it('tells the same exit codes as --help', async () => {
    const { stdout } = await place.scan(['--help']);
    const codes = [...stdout.matchAll(/^ {2}(\d+) {2,}\S/gm)].map((match) => match[1]!);
    expect(codes.length).toBeGreaterThan(4);
    for (const code of codes) expect(readme).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
  });

  it('has every flag of every command in its tables, and no other', async () => {
    const documented = [...readme.matchAll(/^\| (`--[^|]*) \| ([\w, ]+) \|/gm)].flatMap(([, flags, commands]) =>
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
    const result = await place.scan([SAMPLE, '--strategy', 'all', '--output', FEED], {
      env: { SCAN_CACHE_DIR: place.path('another-cache'), npm_command: 'exec' },
    });
    expect(steady(transcript('sample'))).toBe(steady(`${result.stderr}${result.stdout}`));
  });

  it.each(['show', 'explain', 'run'])('shows what scan show prints: %s', async (name) => {
    const [command = '', ...lines] = transcript(name).split('\n');
    const { stdout } = await place.scan(command.replace('$ npx scan ', '').split(' '));
    expect(steady(lines.join('\n'))).toBe(steady(stdout));
  });

  it('shows what a dry run prints after a run for the best one', async () => {
    const env = { SCAN_CACHE_DIR: place.path('plan-cache') };
    await runHere(place, [SAMPLE, '--top', '1', '--output', place.path('top.json'), '--quiet'], { env });
    const [command = '', ...lines] = transcript('plan').split('\n');
    const args = command.replace('$ npx scan data/sample', SAMPLE).split(' ');
    const { stdout } = await runHere(place, args, { env });
    expect(steady(stdout)).toBe(steady(lines.join('\n')));
  });

  it('shows how demands are read from the JSON of scan show', async () => {
    const block = shellBlocks.find((text) => text.includes(' --json | jq '))!;
    const { stdout } = await place.scan(block.split(' | jq ')[0]!.replace('npx scan ', '').split(' '));
    const { signals } = JSON.parse(stdout) as { signals: { gate: { long: object[] } | null }[] };
    expect(signals.length).toBeGreaterThan(2);
    expect(signals.some(({ gate }) => (gate?.long.length ?? 0) > 0)).toBe(true);
  });
});

describeWithShared('candles/perps-2026-01', "the README's run on real candles", () => {
  it('is what is printed, line by line, apart from batches left out', async () => {
    symlinkSync(sharedPath('candles', 'perps-2026-01'), place.path('candles'));
    const args = ['candles', '--strategy', 'all', '--provider', 'sandbox', '--output', 'feed.json'];
    const env = { npm_command: 'exec', SCAN_CACHE_DIR: place.path('third-cache') };
    const { stdout, stderr } = await place.scan(args, { env });
    const printed = `${stderr}${stdout}`.split('\n').map(steady);
    const shown = transcript('real').split('\n').map(steady).slice(1);
    expect(shown.length).toBeGreaterThan(25);
    expect(shown.filter((line) => line !== '...' && !printed.includes(line))).toEqual([]);
    const leftOut = printed.filter((line) => !shown.includes(line));
    expect(leftOut.filter((line) => !line.startsWith('[BATCH] Fetching batch'))).toEqual([]);
  });
});

function transcript(name: string): string {
  const text = new RegExp(`<!-- transcript:${name} -->\\n\`\`\`text\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (text === undefined) throw new Error(`the README has no transcript ${name}`);
  return text;
}

/** Without what differs from run to run: durations and the time of writing. */
function steady(text: string): string {
  return text
    .replaceAll(/^Written .*?\)/gm, 'Written <time>')
    .replaceAll(/\d+(\.\d+)? (ms|s|min)\b/g, '<duration>')
    .replaceAll(/\b\d{13}\b/g, '<time>')
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<id>')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

describe.skipIf(!hasJq)('the jq cookbook (needs jq)', () => {
  it('has at least four recipes', () => {
    expect(jqCommands.length).toBeGreaterThanOrEqual(4);
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
