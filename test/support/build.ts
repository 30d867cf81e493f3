import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** The command-line tests start `bin/scan.cjs`, which runs dist/: it must be what src/ says now. */
export function setup(): void {
  const root = path.join(import.meta.dirname, '..', '..');
  execFileSync(process.execPath, [path.join(root, 'bin', 'build.cjs')], { cwd: root, stdio: 'inherit' });
}
