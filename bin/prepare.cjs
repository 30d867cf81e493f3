'use strict';
// Runs after `npm ci`: builds dist/. Without development packages there is no bundler, without optional ones (its program for this
// platform is one) none that runs; the launcher then runs src/ directly.
var spawnSync = require('child_process').spawnSync;
var path = require('path');

function build() {
  var built = spawnSync(process.execPath, [path.join(__dirname, 'build.cjs')], { stdio: 'inherit' });
  process.exitCode = built.status === null ? 1 : built.status;
}

function explain(error) {
  // Of the bundler itself; of its program for this platform the bundler tells.
  var isLeftOut = error.code === 'ERR_MODULE_NOT_FOUND' && /'rolldown'/.test(error.message);
  process.stdout.write(
    'perpscan: dist/ is not built, src/ runs directly, which starts slower: ' +
      (isLeftOut
        ? 'the development packages were left out (NODE_ENV=production or --omit=dev); "npm ci --include=dev" brings them\n'
        : 'the bundler has no program for this platform, or optional packages were left out (--omit=optional); "npm run build" says more\n'),
  );
}

import('rolldown').then(build, explain);
