import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProcess, workplace } from '../support/cli.ts';
import { ROOT } from '../support/places.ts';

const place = workplace();
afterAll(() => place.remove());

/** Packs as npm does, without building anew; false where there is no npm. */
function packed(): boolean {
  try {
    const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', place.folder];
    execFileSync('npm', args, { cwd: ROOT, stdio: 'ignore' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** As the README has it. */
const PROGRAM = `import { readFeed, scan, type Feed, type Strategy } from 'perpscan';
import { strategy } from './mine.ts';

declare const process: { readonly stdout: { write(text: string): void } };
const own: Strategy = strategy;
const folder = 'node_modules/perpscan/data/sample';
const feed: Feed = await scan(folder, { strategy: 'trend-breakout,./mine.ts', provider: 'none', output: 'feed.json' });
const again = await readFeed('feed.json');
const none = await scan('nowhere').then(
  () => 'there is one',
  (error: unknown) => \`there is none: \${String(error)}\`,
);
const { strategies } = feed.run;
process.stdout.write(JSON.stringify([strategies, feed.markets.length, again.run.id === feed.run.id && own.id === 'mine', none]));
`;

const root = place.path('app', 'node_modules', 'perpscan');
const ENV = { PATH: '/usr/bin:/bin', HOME: place.folder };
let hasNpm = false;

/** As `npm install` lays it out; what it depends on is in the bundle. */
beforeAll(() => {
  hasNpm = packed();
  if (!hasNpm) return;
  mkdirSync(root, { recursive: true });
  execFileSync('tar', ['-xzf', place.path('perpscan-0.1.0.tgz'), '-C', root, '--strip-components=1']);
}, 60_000);

function text(name: string): string {
  return readFileSync(path.join(root, name), 'utf8');
}

describe('the packed program', () => {
  it('carries its licence and that of every package that the bundle holds', ({ skip }) => {
    if (!hasNpm) skip('there is no npm');
    expect(text('LICENSE')).toMatch(/^MIT License\n/);
    expect(JSON.parse(text('package.json'))).toMatchObject({ license: 'MIT' });
    const parts = readdirSync(path.join(root, 'dist')).filter((name) => /\.c?js$/.test(name));
    const modules = parts.flatMap((name) => text(path.join('dist', name)).match(/^\/\/ .*node_modules\/.+$/gm) ?? []);
    const packages = [...new Set(modules.map((one) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(one)![1]!))];
    const licences = text(path.join('dist', 'THIRD-PARTY-LICENSES.txt'));
    expect(packages).toEqual(expect.arrayContaining(['bottleneck', 'commander', 'keyv', 'undici', 'zod']));
    for (const name of packages) expect(licences, name).toMatch(new RegExp(`^${name} \\d.* \\(MIT\\)$`, 'm'));
    expect(licences.match(/permission is hereby granted/gi)!.length).toBeGreaterThanOrEqual(packages.length);
  });

  it('holds no sources, no tests and nothing of this machine', ({ skip }) => {
    if (!hasNpm) skip('there is no npm');
    expect(readdirSync(root).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin',
      'data',
      'dist',
      'package.json',
    ]);
    const names = execFileSync('tar', ['-tzf', place.path('perpscan-0.1.0.tgz')], { encoding: 'utf8' });
    expect(names).not.toMatch(/compile-cache|\/src\/|\/test\//);
    expect(readdirSync(path.join(root, 'data'))).toEqual(['sample']);
    expect(existsSync(path.join(root, text('package.json').match(/dist\/man\/[^"]+/)![0]))).toBe(true);
  });

  it('scans, and writes below the folder it is started in', async ({ skip }) => {
    if (!hasNpm) skip('there is no npm');
    const launcher = path.join(root, 'bin', 'scan.cjs');
    const scan = [
      launcher,
      path.join(root, 'data', 'sample'),
      '--provider',
      'none',
      '--quiet',
      '--output',
      'feed.json',
    ];
    expect(await runProcess(process.execPath, scan, place.path('app'), ENV)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(JSON.parse(readFileSync(place.path('app', 'feed.json'), 'utf8'))).toMatchObject({
      run: { scanner_version: '0.1.0' },
    });
  });

  it('gives another program its types and its scan, and compiles strictly in an empty project', async ({ skip }) => {
    if (!hasNpm) skip('there is no npm');
    const app = place.path('app');
    const launcher = path.join(root, 'bin', 'scan.cjs');
    const node = (args: readonly string[]): ReturnType<typeof runProcess> =>
      runProcess(process.execPath, args, app, ENV);
    expect(await node([launcher, 'strategies', 'new', 'mine.ts'])).toMatchObject({ code: 0, stderr: '' });
    const checked = await node([launcher, 'strategies', 'check', 'mine.ts']);
    expect([checked.code, checked.stderr], checked.stdout).toEqual([0, '']);
    writeFileSync(path.join(app, 'program.ts'), PROGRAM);
    writeFileSync(path.join(app, 'package.json'), '{ "type": "module" }');
    const options = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2024',
      noUncheckedIndexedAccess: true,
    };
    const compilerOptions = {
      ...options,
      types: [],
      lib: ['es2024'],
      allowImportingTsExtensions: true,
      exactOptionalPropertyTypes: true,
    };
    writeFileSync(path.join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const compiler = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    expect(await node([compiler, '-p', '.'])).toEqual({ code: 0, stdout: '', stderr: '' });
    // Node 22 calls its SQLite experimental, and says so once to whoever imports it.
    expect(await node(['--disable-warning=ExperimentalWarning', 'program.ts'])).toEqual({
      code: 0,
      stdout: '[["trend-breakout","mine"],72,true,"there is none: ConfigError: nowhere: no such file or folder"]',
      stderr: '',
    });
  });

  it('under an old Node says how its user comes to another', async ({ skip }) => {
    if (!hasNpm) skip('there is no npm');
    const pretend = place.path('old-node.cjs');
    writeFileSync(pretend, "Object.defineProperty(process.versions, 'node', { value: '20.20.2' });");
    const launcher = path.join(root, 'bin', 'scan.cjs');
    const { code, stderr } = await runProcess(process.execPath, ['--require', pretend, launcher], place.folder, ENV);
    expect(code).toBe(78);
    expect(stderr).toMatch(
      /needs Node 22\.19 or newer.*"npm install node@24" in the folder where perpscan was installed/,
    );
  });
});
