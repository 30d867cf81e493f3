'use strict';
// Runs after `npm ci`. Without development packages there is no compiler, without optional ones (its program for this
// platform is one) none that runs; the launcher then runs src/ directly.
var spawnSync = require('child_process').spawnSync;
var path = require('path');
var root = path.join(__dirname, '..');
var compiler;
try {
  compiler = path.join(path.dirname(require.resolve('typescript/package.json', { paths: [root] })), 'bin', 'tsc');
  require.resolve('@typescript/typescript-' + process.platform + '-' + process.arch + '/package.json', {
    paths: [compiler],
  });
} catch {
  process.stdout.write('perpscan: TypeScript is not installed, dist/ is not built; src/ runs directly\n');
  process.exit(0);
}
var built = spawnSync(process.execPath, [compiler, '-p', 'src'], { cwd: root, stdio: 'inherit' });
process.exit(built.status === null ? 1 : built.status);
