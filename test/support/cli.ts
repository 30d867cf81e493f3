import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './places.ts';
import { leakingFiles, refuseLeaks } from './secrets.ts';

export const LAUNCHER = path.join(ROOT, 'bin', 'scan.cjs');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another Node than the one that runs the tests. */
  readonly node?: string;
}

/** A folder of its own for one test file: cache, ledger and output of its runs never meet those of others. */
export interface Workplace {
  readonly folder: string;
  path(...parts: string[]): string;
  /** @throws Error when the key that the program is given appears in what it prints */
  scan(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Has a file of the folder searched for this key before the folder is removed. */
  guard(env: Readonly<Record<string, string>>): void;
  /** @throws Error when a file shows a key that a program was given here */
  remove(): void;
}

export function workplace(): Workplace {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perpscan-cli-'));
  const keys = new Set<string>();
  const guard: Workplace['guard'] = ({ COINALYZE_API_KEY: key }) => {
    if (key !== undefined) keys.add(key);
  };
  return {
    folder,
    guard,
    path: (...parts) => path.join(folder, ...parts),
    scan: (args, { env = {}, cwd = folder, node = process.execPath } = {}) => {
      guard(env);
      return runProcess(node, [LAUNCHER, ...args], cwd, {
        PATH: '/usr/bin:/bin',
        HOME: folder,
        SCAN_CACHE_DIR: path.join(folder, 'cache'),
        SCAN_STATE_DIR: path.join(folder, 'state'),
        ...env,
      });
    },
    remove: () => {
      const leaks = [...keys].flatMap((key) => leakingFiles(key, folder));
      rmSync(folder, { recursive: true, force: true });
      if (leaks.length > 0) throw new Error(`the key stands in ${leaks.join(', ')}`);
    },
  };
}

/**
 * Runs a program with exactly this environment and without input.
 * @throws Error when the key in the environment appears in what it prints
 */
export function runProcess(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (chunks.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (chunks.stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      try {
        refuseLeaks(env, chunks);
        resolve({ code, ...chunks });
      } catch (error) {
        reject(error);
      }
    });
  });
}
