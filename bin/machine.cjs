'use strict';
// What is installed here, and what to do where something is missing. Old syntax, as in scan.cjs.
var fs = require('fs');
var path = require('path');

var root = path.join(__dirname, '..');
// A package that npm installed has no src/.
var isInstalled = !fs.existsSync(path.join(root, 'src'));
// Its own, or the one beside it in the project that it is installed in.
var PLACES = [path.join(root, 'node_modules', 'node')];
if (path.basename(path.dirname(root)) === 'node_modules') PLACES.push(path.join(root, '..', 'node'));

// Null where npm has not brought one.
function bundledNode() {
  for (var i = 0; i < PLACES.length; i += 1) {
    var names = ['node', 'node.exe'];
    for (var j = 0; j < names.length; j += 1) {
      var candidate = path.join(PLACES[i], 'bin', names[j]);
      if (fs.existsSync(candidate)) return candidate;
    }
  }
  return null;
}

// How to come to a Node that is new enough.
function remedyForOldNode() {
  var orInstall = ', or install Node 24';
  var unbuilt = PLACES.find(function (place) {
    return fs.existsSync(path.join(place, 'package.json'));
  });
  if (unbuilt) {
    var folder = path.join(unbuilt, '..', '..');
    return 'npm ran no install scripts (--ignore-scripts): run "npm rebuild node" in ' + folder + orInstall;
  }
  if (isInstalled) return 'Run "npm install node@24" in the folder where perpscan was installed' + orInstall;
  if (fs.existsSync(path.join(root, 'node_modules', 'commander'))) {
    return (
      'The development packages, which bring Node 24, were left out (NODE_ENV=production or --omit=dev): run "npm ci --include=dev" in ' +
      root +
      orInstall
    );
  }
  return 'Run "npm ci" in ' + root + ' (it brings Node 24)' + orInstall;
}

// That file is there, so what cannot be found is what it needs: the C library that it was made for.
function whyNotStarted(error) {
  if (error.code !== 'ENOENT' && error.code !== 'ENOEXEC') return error.message + '. Install Node 24';
  return 'it was made for another system (as on Alpine, where programs need musl). Install Node 24, e.g. "apk add nodejs"';
}

function remedyForMissingParts() {
  return isInstalled ? 'Install perpscan again' : 'Run "npm ci" in ' + root;
}

module.exports = {
  root: root,
  isInstalled: isInstalled,
  bundledNode: bundledNode,
  remedyForOldNode: remedyForOldNode,
  whyNotStarted: whyNotStarted,
  remedyForMissingParts: remedyForMissingParts,
};
