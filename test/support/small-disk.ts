import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Mounts a disk of `kib` at a folder, which is made when missing; false where this user may not. */
export function mountDisk(at: string, kib: number): boolean {
  mkdirSync(at, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', at], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Mounts what stands at `from`, a file or a folder, in the place of `at`, as containers do. */
export function mountAlone(from: string, at: string): void {
  execFileSync('mount', ['--bind', from, at], { stdio: 'ignore' });
}

/** Nothing may be written on the disk at `at` any more. */
export function makeReadOnly(at: string): void {
  execFileSync('mount', ['-o', 'remount,ro', at], { stdio: 'ignore' });
}

export function unmountDisk(at: string): void {
  execFileSync('umount', [at], { stdio: 'ignore' });
}

/** False where tests that need a small disk have to be skipped. */
export const MAY_MOUNT = canMount();

function canMount(): boolean {
  const at = mkdtempSync(path.join(tmpdir(), 'perpscan-mount-'));
  const mounted = mountDisk(at, 64);
  if (mounted) unmountDisk(at);
  rmSync(at, { recursive: true });
  return mounted;
}
