'use strict';
// Runs after `npm ci`: builds dist/ and the manual page. Without development packages there is no compiler, without optional ones (its program for this
// platform is one) none that runs; the launcher then runs src/ directly.
var spawnSync = require('child_process').spawnSync;
var fs = require('fs');
var path = require('path');
var root = path.join(__dirname, '..');
var compiler;
try {
  compiler = path.join(path.dirname(require.resolve('typescript/package.json', { paths: [root] })), 'bin', 'tsc');
  require.resolve('@typescript/typescript-' + process.platform + '-' + process.arch + '/package.json', {
    paths: [compiler],
  });
} catch {
  process.stdout.write(
    'perpscan: there is no TypeScript compiler for this platform, dist/ is not built; src/ runs directly\n',
  );
  process.exit(0);
}
var built = spawnSync(process.execPath, [compiler, '-p', 'src'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status === null ? 1 : built.status);

// The launcher finds a Node that is new enough. Without one there is no manual page, which is no reason to fail.
var manual = spawnSync(process.execPath, [path.join(__dirname, 'scan.cjs'), 'man'], { cwd: root, encoding: 'utf8' });
if (manual.status === 0) {
  fs.mkdirSync(path.join(root, 'dist', 'man'), { recursive: true });
  fs.writeFileSync(path.join(root, 'dist', 'man', 'scan.1'), manual.stdout);
} else {
  process.stdout.write(
    'perpscan: the manual page was not made: ' + String(manual.stderr || manual.error).split('\n')[0] + '\n',
  );
}
