import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProcess, workplace } from '../support/cli.ts';
import { BIN, ROOT } from '../support/places.ts';

const place = workplace();
afterAll(() => place.remove());

const ENV = { PATH: '/usr/bin:/bin' };

/** A copy of the launcher that takes this Node for one that is too old, beside a program of our own. */
function staged(name: string, { bundled, program }: { readonly bundled: boolean; readonly program: string }): string {
  const root = place.path(name);
  cpSync(BIN, path.join(root, 'bin'), { recursive: true });
  mkdirSync(path.join(root, 'dist'));
  const launcher = path.join(root, 'bin', 'scan.cjs');
  writeFileSync(path.join(root, 'dist', 'cli.cjs'), program);
  writeFileSync(path.join(root, 'dist', 'build.json'), '{"version":"0.0.0"}');
  writeFileSync(path.join(root, 'package.json'), '{"type":"module"}');
  if (bundled) {
    const folder = path.join(root, 'node_modules', 'node', 'bin');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'node'), `#!/bin/sh\nexec "${process.execPath}" "$@"\n`);
    chmodSync(path.join(folder, 'node'), 0o755);
  }
  return launcher;
}

/** Runs the launcher as an old Node would: only the version it sees is false, and only in the first process. */
function asOldNode(launcher: string, args: readonly string[] = []): ReturnType<typeof runProcess> {
  return runProcess(process.execPath, [...pretendOld(), launcher, ...args], place.folder, ENV);
}

function pretendOld(): readonly string[] {
  const pretend = place.path('old-node.cjs');
  writeFileSync(
    pretend,
    `if (!process.env.PERPSCAN_RELAUNCHED) Object.defineProperty(process.versions, 'node', { value: '20.20.2' });`,
  );
  return ['--require', pretend];
}

describe('the launcher', () => {
  it('starts the program under an empty environment', async () => {
    const { code, stdout } = await place.scan(['--version'], { env: {} });
    expect([code, stdout]).toEqual([0, '0.1.0\n']);
  });

  it('on an old Node runs the one that npm ci brought, with arguments and exit code', async () => {
    const program = 'exports.main = () => { console.log(process.argv.slice(2).join()); process.exitCode = 3; };';
    const { code, stdout } = await asOldNode(staged('bundled', { bundled: true, program }), ['a', 'b c']);
    expect([code, stdout]).toEqual([3, 'a,b c\n']);
  });

  it('on an old Node, killed by kill -9, leaves no program behind', async () => {
    const program = `exports.main = () => {
      process.on('SIGTERM', () => process.exit(console.log('asked to end')));
      setTimeout(() => console.log('never asked'), 20_000);
      console.log('runs');
    };`;
    const launcher = staged('orphan', { bundled: true, program });
    const started = spawn(process.execPath, [...pretendOld(), launcher], { cwd: place.folder, env: ENV });
    let told = '';
    for await (const text of started.stdout.setEncoding('utf8')) {
      told += String(text);
      if (told === 'runs\n') started.kill('SIGKILL');
    }
    expect(told).toBe('runs\nasked to end\n');
  });

  const CASES: Readonly<Record<string, readonly [packages: readonly string[], remedy: RegExp]>> = {
    'nothing was installed': [['src'], /Run "npm ci" in \S+ \(it brings Node 24\), or install Node 24\.$/],
    'development packages were left out (NODE_ENV=production)': [
      ['src', 'node_modules/commander'],
      /\(NODE_ENV=production or --omit=dev\): run "npm ci --include=dev" in \S+, or install Node 24\.$/,
    ],
    'install scripts were not run (--ignore-scripts)': [
      ['src', 'node_modules/commander', 'node_modules/node'],
      /npm ran no install scripts \(--ignore-scripts\): run "npm rebuild node" in \S+, or install Node 24\.$/,
    ],
    'install scripts of the Node beside an installed package were not run': [
      ['../node'],
      /run "npm rebuild node" in \S+, or install Node 24\.$/,
    ],
    'it is an installed package': [
      [],
      /Run "npm install node@24" in the folder where perpscan was installed, or install/,
    ],
  };

  it.each(Object.entries(CASES))('on an old Node without another says in one line what helps: %s', async (_, one) => {
    const [packages, remedy] = one;
    const launcher = staged(`bare-${_.length}/node_modules/perpscan`, { bundled: false, program: '' });
    for (const folder of packages) {
      mkdirSync(path.join(launcher, '..', '..', folder), { recursive: true });
      writeFileSync(path.join(launcher, '..', '..', folder, 'package.json'), '{}');
    }
    const { code, stdout, stderr } = await asOldNode(launcher);
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toMatch(/^scan: needs Node 22\.19 or newer, this is v\d+\.\d+\.\d+\. [^\n]*\n$/);
    expect(stderr.trimEnd().replaceAll(place.folder, '/folder')).toMatch(remedy);
  });

  it('on an old Node runs the one beside an installed package', async () => {
    const program = "exports.main = () => console.log('ran');";
    const root = path.dirname(path.dirname(staged('app/node_modules/perpscan', { bundled: false, program })));
    const beside = path.join(root, '..', 'node', 'bin');
    mkdirSync(beside, { recursive: true });
    writeFileSync(path.join(beside, 'node'), `#!/bin/sh\nexec "${process.execPath}" "$@"\n`);
    chmodSync(path.join(beside, 'node'), 0o755);
    expect(await asOldNode(path.join(root, 'bin', 'scan.cjs'))).toEqual({ code: 0, stdout: 'ran\n', stderr: '' });
  });

  it('a Node that was made for another C library is told so (musl)', async () => {
    const launcher = staged('musl', { bundled: true, program: '' });
    writeFileSync(path.join(launcher, '..', '..', 'node_modules', 'node', 'bin', 'node'), '#!/lib/no-such-loader\n');
    const { code, stderr } = await asOldNode(launcher);
    expect(code).toBe(78);
    expect(stderr).toMatch(/^scan: could not start .*: it was made for another system .*musl.*apk add nodejs"\.\n$/);
  });

  it('a bug ends with 1 and is told in one line, with its stack at log level debug', async () => {
    const program = "exports.main = () => Promise.reject(new Error('boom'));";
    const launcher = staged('bug', { bundled: false, program });
    const { code, stderr } = await runProcess(process.execPath, [launcher], place.folder, ENV);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^scan: this is a bug in perpscan \(boom\); please report it .*\n$/);
    const env = { ...ENV, SCAN_LOG_LEVEL: 'debug' };
    expect((await runProcess(process.execPath, [launcher], place.folder, env)).stderr).toMatch(/^ +at /m);
  });

  it('packages that are not installed end with 78 and the command that installs them', async () => {
    const launcher = staged('incomplete', { bundled: false, program: "require('a-package-that-is-missing');" });
    const { code, stderr } = await runProcess(process.execPath, [launcher], place.folder, ENV);
    expect(code).toBe(78);
    expect(stderr).toMatch(
      /^scan: the program is not installed completely \(.*a-package-that-is-missing.*Install perpscan again\.\n$/,
    );
    mkdirSync(path.join(launcher, '..', '..', 'src'));
    const { stderr: inClone } = await runProcess(process.execPath, [launcher], place.folder, ENV);
    expect(inClone).toMatch(/not installed completely .*Run "npm ci" in \S+\.\n$/);
  });
});

interface Sources {
  readonly listSources: (root: string) => readonly unknown[];
  readonly hashSources: (root: string, found: readonly unknown[]) => string;
}
const { listSources, hashSources } = createRequire(import.meta.url)(path.join(ROOT, 'bin', 'sources.cjs')) as Sources;
const PROGRAM = "exports.main = (version) => console.log('ran', version);";
const RAN = 'ran 0.0.9\n';

/** A staged program beside the sources that it says it was built from; answers with the folder. */
function built(name: string): string {
  const root = path.dirname(path.dirname(staged(name, { bundled: false, program: PROGRAM })));
  mkdirSync(path.join(root, 'src', 'core'), { recursive: true });
  writeFileSync(path.join(root, 'src', 'cli.ts'), 'one');
  writeFileSync(path.join(root, 'src', 'core', 'time.ts'), 'two');
  writeFileSync(path.join(root, 'package.json'), '{"version":"0.0.9"}');
  writeFileSync(path.join(root, 'package-lock.json'), '{}');
  const found = listSources(root);
  const stamp = { version: '0.0.9', sources: hashSources(root, found), found };
  writeFileSync(path.join(root, 'dist', 'build.json'), JSON.stringify(stamp));
  return root;
}

function start(root: string, args: readonly string[] = [], env = {}): ReturnType<typeof runProcess> {
  return runProcess(process.execPath, [path.join(root, 'bin', 'scan.cjs'), ...args], place.folder, { ...ENV, ...env });
}

describe('an old build', () => {
  const changes: Readonly<Record<string, (root: string) => void>> = {
    'a changed file': (root) => appendFileSync(path.join(root, 'src', 'cli.ts'), ' more'),
    'a changed file of the same size': (root) => writeFileSync(path.join(root, 'src', 'core', 'time.ts'), 'six'),
    'a new file': (root) => writeFileSync(path.join(root, 'src', 'core', 'new.ts'), ''),
    'a changed file with an older time': (root) => {
      writeFileSync(path.join(root, 'src', 'core', 'time.ts'), 'six');
      utimesSync(path.join(root, 'src', 'core', 'time.ts'), 1, 1);
    },
    'a file that is gone': (root) => rmSync(path.join(root, 'src', 'core', 'time.ts')),
    'a folder that is gone': (root) => rmSync(path.join(root, 'src', 'core'), { recursive: true }),
    'a new version alone': (root) => writeFileSync(path.join(root, 'package.json'), '{"version":"0.1.0"}'),
    'other packages': (root) => writeFileSync(path.join(root, 'package-lock.json'), '{"packages":{}}'),
    'another way of building': (root) => appendFileSync(path.join(root, 'bin', 'build.cjs'), '// changed'),
  };

  it.each(Object.entries(changes))('is named with the remedy and runs: %s', async (name, change) => {
    const root = built(name);
    expect(await start(root)).toEqual({ code: 0, stdout: RAN, stderr: '' });
    change(root);
    const { code, stdout, stderr } = await start(root);
    expect([code, stdout]).toEqual([0, RAN]);
    expect(stderr).toBe(
      `scan: this is an old build (0.0.9), the sources have changed since: run "npm run build" in ${root}\n`,
    );
  });

  it("keeps its own version's name when package.json has a new one", async () => {
    const root = built('old-name');
    writeFileSync(path.join(root, 'package.json'), '{"version":"0.1.0"}');
    expect(await start(root, ['--version'])).toEqual({ code: 0, stdout: '0.0.9\n', stderr: '' });
    expect((await start(root, ['-V'])).stdout).toBe('0.0.9\n');
  });

  it('is none on a fresh clone: src/ runs, under the version of package.json', async () => {
    const root = built('fresh');
    rmSync(path.join(root, 'dist'), { recursive: true });
    writeFileSync(path.join(root, 'package.json'), '{"type":"module","version":"0.1.0"}');
    writeFileSync(
      path.join(root, 'src', 'cli.ts'),
      "export const main = (v: string) => console.log('ran from src', v);",
    );
    expect(await start(root)).toMatchObject({ code: 0, stdout: 'ran from src 0.1.0\n' });
    expect((await start(root, ['--version'])).stdout).toBe('0.1.0\n');
  });

  it('is not what a copy is, whose files have other times and the same content', async () => {
    const root = built('copied');
    utimesSync(path.join(root, 'src', 'cli.ts'), 1, 1);
    expect((await start(root)).stderr).toBe('');
  });

  it('is never looked for in an installed package, which has no src/', async () => {
    const root = built('installed');
    rmSync(path.join(root, 'src'), { recursive: true });
    expect(await start(root)).toEqual({ code: 0, stdout: RAN, stderr: '' });
  });

  it('without a readable stamp says so and runs, under no version of which nobody knows whether it is true', async () => {
    const root = built('unstamped');
    rmSync(path.join(root, 'dist', 'build.json'));
    const { code, stdout, stderr } = await start(root);
    expect([code, stdout]).toEqual([0, 'ran unknown\n']);
    expect(stderr).toMatch(/^scan: dist\/build\.json cannot be read .* run "npm run build" in .*\n$/);
  });

  it('that cannot be compared says so and runs', async () => {
    const root = built('unlike');
    writeFileSync(path.join(root, 'dist', 'build.json'), '{"version":"0.0.9"}');
    const { code, stdout, stderr } = await start(root);
    expect([code, stdout]).toEqual([0, RAN]);
    expect(stderr).toMatch(/^scan: dist\/ cannot be compared with src\/ .* run "npm run build" in .*\n$/);
  });
});

describe('the compiled program', () => {
  it('is kept beside the program', async () => {
    const root = built('compiled');
    await start(root);
    expect(readdirSync(path.join(root, 'dist', '.compile-cache'))).toHaveLength(1);
  });

  it('is not kept where that is impossible, and the program runs', async () => {
    const root = built('uncompiled');
    writeFileSync(path.join(root, 'dist', '.compile-cache'), 'not a folder');
    expect(await start(root)).toEqual({ code: 0, stdout: RAN, stderr: '' });
  });

  // Nothing is read-only to root.
  it.skipIf(process.getuid?.() === 0)(
    "is kept in the user's cache, never in a relative one, when the program is read-only",
    async () => {
      const root = built('read-only');
      chmodSync(path.join(root, 'dist'), 0o555);
      const { code } = await start(root, [], { HOME: place.path('home') });
      expect([code, existsSync(place.path('home', '.cache', 'perpscan', 'compiled'))]).toEqual([0, true]);
      expect((await start(root, [], { HOME: 'here', XDG_CACHE_HOME: 'here' })).code).toBe(0);
      expect([existsSync('here'), existsSync(path.join(root, 'here'))]).toEqual([false, false]);
      chmodSync(path.join(root, 'dist'), 0o755);
    },
  );
});

describe('after npm ci', () => {
  const prepared = (name: string, rolldown: string | null): ReturnType<typeof runProcess> => {
    const root = path.dirname(path.dirname(staged(name, { bundled: false, program: '' })));
    if (rolldown !== null) {
      mkdirSync(path.join(root, 'node_modules', 'rolldown'), { recursive: true });
      writeFileSync(path.join(root, 'node_modules', 'rolldown', 'index.js'), rolldown);
    }
    return runProcess(process.execPath, [path.join(root, 'bin', 'prepare.cjs')], place.folder, ENV);
  };
  const runsSources = 'perpscan: dist/ is not built, src/ runs directly, which starts slower: ';

  it('without development packages the words name them (NODE_ENV=production)', async () => {
    const { code, stdout, stderr } = await prepared('production', null);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(
      `${runsSources}the development packages were left out (NODE_ENV=production or --omit=dev)`,
    );
  });

  it('without a bundler for this platform the words name that', async () => {
    const { code, stdout } = await prepared('no-binding', "throw new Error('Cannot find native binding');");
    expect(code).toBe(0);
    expect(stdout).toContain(`${runsSources}the bundler has no program for this platform`);
  });
});

describe('as a library', () => {
  const folder = place.path('consumer');
  const modules = path.join(folder, 'node_modules');
  const code = `import { isExplained, SCHEMA_VERSION, type Feed, type Strategy } from 'perpscan';
    export const explained = (feed: Feed) => feed.signals.filter(isExplained).map((signal) => signal.setup?.entry);
    export const warmup = (strategy: Strategy): number => strategy.warmup;
    console.log(SCHEMA_VERSION);`;

  it('it is imported with its types, and runs', async () => {
    mkdirSync(modules, { recursive: true });
    symlinkSync(ROOT, path.join(modules, 'perpscan'));
    writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
    const run = async (text: string): Promise<readonly [number | null, string]> => {
      writeFileSync(path.join(folder, 'main.ts'), text);
      const compiler = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
      const flags = ['--module', 'nodenext', '--strict', '--types', '', 'main.ts'];
      const { code: exit, stdout } = await runProcess(process.execPath, [compiler, ...flags], folder, ENV);
      return [exit, stdout];
    };
    expect(await run(code.replace('console.log(SCHEMA_VERSION)', ''))).toEqual([0, '']);
    expect((await run(code.replace('strategy.warmup', 'strategy.wormup')))[1]).toContain("'wormup' does not exist");
    writeFileSync(
      path.join(folder, 'main.js'),
      "import { SCHEMA_VERSION } from 'perpscan'; console.log(SCHEMA_VERSION);",
    );
    expect(await runProcess(process.execPath, ['main.js'], folder, ENV)).toEqual({
      code: 0,
      stdout: '2.0.0\n',
      stderr: '',
    });
  });
});
