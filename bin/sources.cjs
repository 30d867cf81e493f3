'use strict';
// What dist/ was built from: the build writes it down, the launcher compares it with what src/ holds now.
var fs = require('fs');
var path = require('path');

// What else decides what the build makes: the program's version, its packages, and how they are bundled.
var BESIDE = ['package.json', 'package-lock.json', 'bin/build.cjs', 'bin/licences.cjs'];

// Every folder and every source file of src/ and what is beside it as [path, size, time of change]. A folder's size is null.
function listSources(root) {
  var found = [];
  function add(file) {
    var state = fs.statSync(path.join(root, file));
    found.push([file, state.size, state.mtimeMs]);
  }
  function visit(folder) {
    found.push([folder, null, fs.statSync(path.join(root, folder)).mtimeMs]);
    fs.readdirSync(path.join(root, folder), { withFileTypes: true })
      .sort(function (a, b) {
        return a.name < b.name ? -1 : 1;
      })
      .forEach(function (entry) {
        var file = folder + '/' + entry.name;
        if (entry.isDirectory()) return visit(file);
        if (entry.name.endsWith('.ts')) add(file);
      });
  }
  visit('src');
  BESIDE.forEach(function (file) {
    if (fs.existsSync(path.join(root, file))) add(file);
  });
  return found;
}

// sha256 over names and contents: a copy of the folder has other times, and the same hash.
function hashSources(root, found) {
  var hash = require('crypto').createHash('sha256');
  found.forEach(function (one) {
    if (one[1] === null) return;
    hash
      .update(one[0] + '\0')
      .update(fs.readFileSync(path.join(root, one[0])))
      .update('\0');
  });
  return hash.digest('hex');
}

// A file that came or went shows in the time of its folder: reading the folders would take as long again.
function isUntouched(root, found) {
  return found.every(function (one) {
    var state = fs.statSync(root + '/' + one[0], { throwIfNoEntry: false });
    return state !== undefined && state.mtimeMs === one[2] && (one[1] === null || state.size === one[1]);
  });
}

// What the build wrote down. @throws Error where it cannot be read
function readStamp(root) {
  return JSON.parse(fs.readFileSync(path.join(root, 'dist', 'build.json'), 'utf8'));
}

function isOutdated(root, stamp) {
  return !isUntouched(root, stamp.found) && hashSources(root, listSources(root)) !== stamp.sources;
}

module.exports = { listSources: listSources, hashSources: hashSources, readStamp: readStamp, isOutdated: isOutdated };
