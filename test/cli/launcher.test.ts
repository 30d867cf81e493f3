import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT, runProcess, workplace } from '../support/cli.ts';

const place = workplace();
afterAll(() => place.remove());

const ENV = { PATH: '/usr/bin:/bin' };

/** A copy of the launcher that takes this Node for one that is too old, beside a program of our own. */
function staged(name: string, { bundled, program }: { readonly bundled: boolean; readonly program: string }): string {
  const root = place.path(name);
  mkdirSync(path.join(root, 'bin'), { recursive: true });
  mkdirSync(path.join(root, 'dist'));
  const launcher = path.join(root, 'bin', 'scan.cjs');
  copyFileSync(path.join(ROOT, 'bin', 'scan.cjs'), launcher);
  writeFileSync(path.join(root, 'dist', 'cli.js'), program);
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
    const program = 'export const main = () => { console.log(process.argv.slice(2).join()); process.exitCode = 3; };';
    const { code, stdout } = await asOldNode(staged('bundled', { bundled: true, program }), ['a', 'b c']);
    expect([code, stdout]).toEqual([3, 'a,b c\n']);
  });

  it('on an old Node, killed by kill -9, leaves no program behind', async () => {
    const program = `export const main = () => {
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

  it('on an old Node without another says in one line what is needed, and ends with 78', async () => {
    const { code, stdout, stderr } = await asOldNode(staged('bare', { bundled: false, program: '' }));
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toMatch(/^scan: needs Node 22\.19 or newer, this is v\d+\.\d+\.\d+\. Run "npm ci" .*\n$/);
  });

  it('a bug ends with 1 and is told in one line, with its stack at log level debug', async () => {
    const program = "export const main = () => Promise.reject(new Error('boom'));";
    const launcher = staged('bug', { bundled: false, program });
    const { code, stderr } = await runProcess(process.execPath, [launcher], place.folder, ENV);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^scan: this is a bug in perpscan \(boom\); please report it .*\n$/);
    const env = { ...ENV, SCAN_LOG_LEVEL: 'debug' };
    expect((await runProcess(process.execPath, [launcher], place.folder, env)).stderr).toMatch(/^ +at /m);
  });

  it('packages that are not installed end with 78 and the command that installs them', async () => {
    const launcher = staged('incomplete', { bundled: false, program: "import 'a-package-that-is-missing';" });
    const { code, stderr } = await runProcess(process.execPath, [launcher], place.folder, ENV);
    expect(code).toBe(78);
    expect(stderr).toMatch(
      /^scan: the program is not installed completely \(.*a-package-that-is-missing.*Run "npm ci" in .*\n$/,
    );
  });
});
