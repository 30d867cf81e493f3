#!/usr/bin/env node
'use strict';
// Old syntax on purpose: this file must still run on a Node that is too old for the program, to say so or to find a newer one.
var fs = require('fs');
var path = require('path');
var machine = require('./machine.cjs');
var sources = require('./sources.cjs');

var MINIMUM = [22, 19];
var USAGE_EXIT_CODE = 78;
var FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
var root = machine.root;

function isNewEnough(version) {
  var parts = version.split('.').map(Number);
  return parts[0] > MINIMUM[0] || (parts[0] === MINIMUM[0] && parts[1] >= MINIMUM[1]);
}

// 1 is O_WRONLY.
function isInputUnreadable() {
  var flags = /^flags:\s+(\d+)/m.exec(fs.readFileSync('/proc/self/fdinfo/0', 'utf8'));
  return flags !== null && (parseInt(flags[1], 8) & 3) === 1;
}

// SIGHUP is the lowest bit.
function ignoresHangup(pid) {
  var ignored = /^SigIgn:\s+(\w+)/m.exec(fs.readFileSync('/proc/' + pid + '/status', 'utf8'));
  return ignored !== null && (parseInt(ignored[1].slice(-1), 16) & 1) === 1;
}

// Node undoes what nohup did: it gives every signal its default again. What nohup leaves behind tells of it: its name, where the shell
// notes what it starts (bash, zsh, ksh); an input that cannot be read (at a terminal); a script around us that ignores hangups.
function isUnderNohup() {
  if (process.env.PERPSCAN_RELAUNCHED) return process.env.PERPSCAN_RELAUNCHED === 'nohup';
  if (path.basename(process.env._ || '') === 'nohup') return true;
  try {
    return isInputUnreadable() || ignoresHangup(process.ppid);
  } catch {
    // Not Linux, or not our business there.
    return false;
  }
}

function runWith(node) {
  var child = require('child_process').spawn(node, [__filename].concat(process.argv.slice(2)), {
    // The channel carries nothing: that it closes tells the child of a kill -9, which cannot be passed on.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: Object.assign({}, process.env, { PERPSCAN_RELAUNCHED: isUnderNohup() ? 'nohup' : '1' }),
  });
  FORWARDED.forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on('error', function (error) {
    process.stderr.write('scan: could not start ' + node + ': ' + machine.whyNotStarted(error) + '.\n');
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

// node:sqlite and sources in TypeScript are announced as experimental on Node 22, on stderr: cron would mail that on every run.
function hideExperimentalWarnings() {
  process.removeAllListeners('warning');
  process.on('warning', function (warning) {
    if (warning.name === 'ExperimentalWarning' && /SQLite|Type Stripping/.test(warning.message)) return;
    process.stderr.write(String(warning.stack || warning) + '\n');
  });
}

// Scripts and prompts ask for the version more often than for anything else; the command line would take as long as Node itself.
function isVersionAsked() {
  return process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V');
}

function mayWrite(folder) {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

// Where Node keeps the compiled program: beside it, or in the user's cache where it is installed for all users. Never in a folder
// that others may write to: what stands in it is run.
function keepCompiled(dist) {
  var homes = [process.env.XDG_CACHE_HOME || '', path.join(process.env.HOME || '', '.cache')];
  // One that is relative is a folder of whoever made the current one.
  var home = homes.find(path.isAbsolute);
  var folder = mayWrite(dist) ? path.join(dist, '.compile-cache') : home && path.join(home, 'perpscan', 'compiled');
  if (folder) require('module').enableCompileCache(folder);
}

// Nearly all that a scan makes is garbage once a market is judged: in a larger space it would only lie longer. 10,000 files take
// little more than half of the memory, in no more time.
function keepYoungSpaceSmall() {
  require('v8').setFlagsFromString('--semi-space-growth-factor=1');
}

function warnOfOldBuild(stamp) {
  var remedy = ': run "npm run build" in ' + root + '\n';
  try {
    if (!sources.isOutdated(root, stamp)) return;
    process.stderr.write('scan: this is an old build (' + stamp.version + '), the sources have changed since' + remedy);
  } catch (error) {
    process.stderr.write('scan: dist/ cannot be compared with src/ (' + error.message + ')' + remedy);
  }
}

// dist/ where there is one, else src/. A build runs under the version that it was made from, whatever package.json says since.
function findProgram() {
  var built = path.join(root, 'dist', 'cli.cjs');
  if (!fs.existsSync(built)) return { built: null, stamp: require('../package.json') };
  try {
    return { built: built, stamp: sources.readStamp(root) };
  } catch (error) {
    process.stderr.write(
      'scan: dist/build.json cannot be read (' + error.message + '): run "npm run build" in ' + root + '\n',
    );
    return { built: built, stamp: null };
  }
}

function load(program) {
  if (program.built === null) return import(require('url').pathToFileURL(path.join(root, 'src', 'cli.ts')).href);
  if (program.stamp !== null && !machine.isInstalled) warnOfOldBuild(program.stamp);
  keepCompiled(path.join(root, 'dist'));
  keepYoungSpaceSmall();
  return new Promise(function (resolve) {
    resolve(require(program.built));
  });
}

function tellFailure(error) {
  // What fails later is told by the program itself.
  var incomplete = Boolean(error) && /^(ERR_)?MODULE_NOT_FOUND$/.test(error.code);
  var reason = String((error && error.message) || error).split('\n')[0];
  process.stderr.write(
    incomplete
      ? 'scan: the program is not installed completely (' + reason + '). ' + machine.remedyForMissingParts() + '.\n'
      : 'scan: this is a bug in perpscan (' + reason + '); please report it with what SCAN_LOG_LEVEL=debug prints\n',
  );
  if (process.env.SCAN_LOG_LEVEL === 'debug') process.stderr.write(String(error && error.stack) + '\n');
  process.exitCode = incomplete ? USAGE_EXIT_CODE : 1;
}

function runHere() {
  var program = findProgram();
  var version = program.stamp === null ? 'unknown' : program.stamp.version;
  if (isVersionAsked()) {
    process.stdout.write(version + '\n');
    return;
  }
  endWithLauncher();
  // A scan that finds a listener leaves hangups alone.
  if (isUnderNohup()) process.on('SIGHUP', function () {});
  hideExperimentalWarnings();
  load(program)
    .then(function (loaded) {
      return loaded.main(version);
    })
    .catch(tellFailure);
}

if (isNewEnough(process.versions.node)) {
  runHere();
} else {
  var node = process.env.PERPSCAN_RELAUNCHED ? null : machine.bundledNode();
  if (node !== null) {
    runWith(node);
  } else {
    process.stderr.write(
      'scan: needs Node ' +
        MINIMUM.join('.') +
        ' or newer, this is ' +
        process.version +
        '. ' +
        machine.remedyForOldNode() +
        '.\n',
    );
    process.exit(USAGE_EXIT_CODE);
  }
}
