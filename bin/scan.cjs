#!/usr/bin/env node
'use strict';
// Old syntax on purpose: this file must still run on a Node that is too old for the program, to say so or to find a newer one.
var fs = require('fs');
var path = require('path');
var url = require('url');

var MINIMUM = [22, 19];
var USAGE_EXIT_CODE = 78;
var FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
var root = path.join(__dirname, '..');

function isNewEnough(version) {
  var parts = version.split('.').map(Number);
  return parts[0] > MINIMUM[0] || (parts[0] === MINIMUM[0] && parts[1] >= MINIMUM[1]);
}

function bundledNode() {
  var names = ['node', 'node.exe'];
  for (var i = 0; i < names.length; i += 1) {
    var candidate = path.join(root, 'node_modules', 'node', 'bin', names[i]);
    if (fs.existsSync(candidate)) return candidate;
  }
  return null;
}

function runWith(node) {
  var child = require('child_process').spawn(node, [__filename].concat(process.argv.slice(2)), {
    // The channel carries nothing: that it closes tells the child of a kill -9, which cannot be passed on.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: Object.assign({}, process.env, { PERPSCAN_RELAUNCHED: '1' }),
  });
  FORWARDED.forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on('error', function (error) {
    process.stderr.write('scan: could not start ' + node + ': ' + error.message + '\n');
    process.exit(USAGE_EXIT_CODE);
  });
  child.on('exit', function (code, signal) {
    if (signal === null) process.exit(code);
    FORWARDED.forEach(function (name) {
      process.removeAllListeners(name);
    });
    process.kill(process.pid, signal);
  });
}

function endWithLauncher() {
  if (!process.env.PERPSCAN_RELAUNCHED || !process.channel) return;
  process.on('disconnect', function () {
    process.kill(process.pid, 'SIGTERM');
  });
  // Listening would keep a program alive that has nothing left to do.
  process.channel.unref();
}

// node:sqlite announces itself as experimental on Node 22, on stderr: cron would mail that line on every run.
function hideSqliteWarning() {
  process.removeAllListeners('warning');
  process.on('warning', function (warning) {
    if (warning.name === 'ExperimentalWarning' && /SQLite/.test(warning.message)) return;
    process.stderr.write(String(warning.stack || warning) + '\n');
  });
}

// Scripts and prompts ask for the version more often than for anything else; the command line would take as long as Node itself.
function isVersionAsked() {
  return process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V');
}

function runHere() {
  if (isVersionAsked()) {
    process.stdout.write(require('../package.json').version + '\n');
    return;
  }
  endWithLauncher();
  hideSqliteWarning();
  var built = path.join(root, 'dist', 'cli.js');
  var entry = fs.existsSync(built) ? built : path.join(root, 'src', 'cli.ts');
  import(url.pathToFileURL(entry).href)
    .then(function (program) {
      return program.main();
    })
    .catch(function (error) {
      // What fails later is told by the program itself.
      var incomplete = Boolean(error) && error.code === 'ERR_MODULE_NOT_FOUND';
      var reason = String((error && error.message) || error).split('\n')[0];
      process.stderr.write(
        incomplete
          ? 'scan: the program is not installed completely (' + reason + '). Run "npm ci" in ' + root + '.\n'
          : 'scan: this is a bug in perpscan (' +
              reason +
              '); please report it with what SCAN_LOG_LEVEL=debug prints\n',
      );
      if (process.env.SCAN_LOG_LEVEL === 'debug') process.stderr.write(String(error && error.stack) + '\n');
      process.exitCode = incomplete ? USAGE_EXIT_CODE : 1;
    });
}

if (isNewEnough(process.versions.node)) {
  runHere();
} else {
  var node = process.env.PERPSCAN_RELAUNCHED ? null : bundledNode();
  if (node !== null) {
    runWith(node);
  } else {
    process.stderr.write(
      'scan: needs Node ' +
        MINIMUM.join('.') +
        ' or newer, this is ' +
        process.version +
        '. Run "npm ci" in ' +
        root +
        ' (it brings Node 24), or install Node 24.\n',
    );
    process.exit(USAGE_EXIT_CODE);
  }
}
