'use strict';
// Runs after `npm ci`: builds dist/. Without development packages there is no bundler, without optional ones (its program for this
// platform is one) none that runs; the launcher then runs src/ directly.
var spawnSync = require('child_process').spawnSync;
var path = require('path');

function build() {
  var built = spawnSync(process.execPath, [path.join(__dirname, 'build.cjs')], { stdio: 'inherit' });
  process.exitCode = built.status === null ? 1 : built.status;
}

function explain() {
  process.stdout.write(
    'perpscan: dist/ is not built, src/ runs directly: the bundler is not installed for this platform ("npm run build" says more)\n',
  );
}

import('rolldown').then(build, explain);
