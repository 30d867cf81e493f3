import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The command-line tests start `bin/scan.cjs`, which runs dist/: it must be what src/ says now. */
export function setup(): void {
  const root = path.join(import.meta.dirname, '..', '..');
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  const compiler = path.join(path.dirname(typescript), 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', 'src'], { cwd: root, stdio: 'inherit' });
}
