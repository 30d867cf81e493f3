import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { workplace } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';

const place = workplace();
const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];
const ALL = ['all', ...STRATEGIES.map(({ id }) => id)];

beforeAll(async () => {
  mkdirSync(place.path('candle files'));
  writeFileSync(place.path('feed.json'), '{}');
  for (const shell of SHELLS) {
    const { code, stdout } = await runHere(place, ['completion', shell]);
    expect(code).toBe(0);
    writeFileSync(place.path(`completion.${shell}`), stdout);
  }
});
afterAll(() => place.remove());

/** What each command line, completed at its end, is offered. One process for all of them. */
function offered(shell: Shell, lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const script = { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](lines);
  const noRc = shell === 'zsh' ? ['-f'] : shell === 'fish' ? ['--no-config'] : ['--norc'];
  const { stdout, stderr, status } = spawnSync(shell, [...noRc, '-c', script], {
    cwd: place.folder,
    env: { PATH: '/usr/bin:/bin', HOME: place.folder, TERM: 'dumb' },
    encoding: 'utf8',
  });
  expect([stderr, status]).toEqual(['', 0]);
  const blocks = stdout.split('@@@\n').slice(1);
  return new Map(lines.map((line, at) => [line, blocks[at]!.split('\n').filter((word) => word !== '')]));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Words are split as readline does it: also at the sign of `--option=value`. */
function bashScript(lines: readonly string[]): string {
  const requests = lines.map((line) => {
    const words = line.split(/ |(?<==)|(?==)/).map(quoted);
    return `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _perpscan; echo @@@; printf '%s\\n' "\${COMPREPLY[@]}"`;
  });
  return `. ./completion.bash; complete -p scan perpscan >/dev/null || exit 9\n${requests.join('\n')}`;
}

function fishScript(lines: readonly string[]): string {
  const requests = lines.map((line) => `echo @@@; complete -C ${quoted(line)} | string split -f1 \\t`);
  return `source completion.fish\n${requests.join('\n')}\ntrue`;
}

/** The functions that zsh completes with exist only inside of its editor: here they say what they were given. */
function zshScript(lines: readonly string[]): string {
  const requests = lines.map((line) => {
    const words = line.split(' ');
    return `words=(${words.map(quoted).join(' ')}); CURRENT=${words.length}; echo @@@; _perpscan`;
  });
  return [
    'compdef() { defined="$*" }',
    `_describe() { print -rl -- "\${(@)commands%%:*}" }`,
    `_arguments() { print -rl -- "$@" }`,
    'eval "$(cat completion.zsh)"',
    '[ "$defined" = "_perpscan scan perpscan" ] || exit 9',
    ...requests,
  ].join('\n');
}

const LINES = {
  commands: 'scan sh',
  first: 'scan ',
  mainOptions: 'scan --pro',
  optionsLater: 'scan data --no',
  ofCommand: 'scan show --e',
  provider: 'scan data --provider s',
  strategies: 'scan run --strategy ',
  list: 'scan data --strategy all,tr',
  sign: 'scan data --provider=no',
  output: 'scan data --output fe',
  free: 'scan data --symbol ',
  shells: 'scan completion ',
  paths: 'scan ca',
} as const;

function hasShell(shell: Shell): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}

describe.each(SHELLS.filter((shell) => shell !== 'zsh'))('completion in %s', (shell) => {
  describe.skipIf(!hasShell(shell))(`(needs ${shell})`, () => {
    let words: ReadonlyMap<string, readonly string[]>;
    beforeAll(() => {
      words = offered(shell, Object.values(LINES));
    });
    const of = (line: keyof typeof LINES): readonly string[] => [...words.get(LINES[line])!].sort();

    it('offers the commands as the first word, and no hidden one', () => {
      expect(of('commands')).toEqual(['show']);
      expect(of('first')).toEqual(expect.arrayContaining(['run', 'show', 'sandbox', 'completion', 'feed.json']));
      expect(of('first')).not.toContain('man');
    });

    it('offers the options of the command, those of the main job without one', () => {
      expect(of('mainOptions')).toEqual(['--provider']);
      expect(of('optionsLater')).toEqual(['--no-progress']);
      expect(of('ofCommand')).toContain('--explain');
      expect(of('ofCommand')).not.toContain('--provider');
    });

    it('offers the choices of an option, also behind a comma and behind the sign', () => {
      expect(of('provider')).toEqual(['sandbox']);
      expect(of('strategies')).toEqual(expect.arrayContaining(ALL));
      expect(of('list')).toEqual(['all,trend-breakout']);
      expect(of('sign').map((word) => word.replace('--provider=', ''))).toEqual(['none']);
      expect(of('shells')).toEqual(['bash', 'fish', 'zsh']);
    });

    it('offers files where a file belongs, and nothing where any text may stand', () => {
      expect(of('output')).toEqual(['feed.json']);
      expect(of('free')).toEqual([]);
      expect(of('paths').join()).toMatch(/^candle(\\)? files\/?$/);
    });
  });
});

describe.skipIf(!hasShell('zsh'))('completion in zsh (needs zsh)', () => {
  it('hands the commands, options and choices to its own functions', () => {
    const words = offered('zsh', ['scan ', 'scan data ', 'scan show ']);
    const first = words.get('scan ')!;
    expect(first).toEqual(expect.arrayContaining(['run', 'show', 'sandbox', 'completion']));
    const main = words.get('scan data ')!;
    expect(main.find((spec) => spec.startsWith('--provider='))).toMatch(/:value:\(auto coinalyze sandbox none\)$/);
    expect(main.find((spec) => spec.startsWith('--strategy='))).toMatch(
      new RegExp(`:value:_values -s , value ${ALL.join(' ')}$`),
    );
    expect(main.find((spec) => spec.startsWith('--output='))).toMatch(/:value:_files$/);
    expect(main.find((spec) => spec.startsWith('--quiet'))).toMatch(/^--quiet\[[^\]]+\]$/);
    expect(main).toContain('*:path:_files');
    const show = words.get('scan show ')!;
    expect(show.some((spec) => spec.startsWith('--explain['))).toBe(true);
    expect(show.some((spec) => spec.startsWith('--provider'))).toBe(false);
  });
});
