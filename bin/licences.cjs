'use strict';
// The licences of the packages that the build takes into dist/, which ask that their text goes with every copy.
var fs = require('fs');
var path = require('path');

var BESIDE = 'node_modules' + path.sep;

// The folder of the package that a module belongs to; null for one of our own. What rolldown adds of its own is rolldown's.
function packageOf(root, moduleId) {
  if (moduleId.startsWith('\0rolldown')) return path.join(root, 'node_modules', 'rolldown');
  var at = moduleId.lastIndexOf(BESIDE);
  if (at < 0) return null;
  var names = moduleId.slice(at + BESIDE.length).split(path.sep);
  var name = names[0].startsWith('@') ? path.join(names[0], names[1]) : names[0];
  return path.join(moduleId.slice(0, at), 'node_modules', name);
}

function licenceOf(folder) {
  var manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  var texts = fs.readdirSync(folder).filter(function (name) {
    return /^(licen[cs]e|copying|notice)/i.test(name);
  });
  var author = manifest.author && (manifest.author.name || manifest.author);
  var text =
    texts.length === 0
      ? 'The package has no text of its licence.' + (author ? ' Author: ' + author : '')
      : texts
          .map(function (name) {
            return fs.readFileSync(path.join(folder, name), 'utf8').trim();
          })
          .join('\n\n');
  if (!manifest.license) throw new Error(manifest.name + ' names no licence: it cannot be shipped');
  return manifest.name + ' ' + manifest.version + ' (' + manifest.license + ')\n\n' + text + '\n';
}

// In the order of their names.
function licencesOf(root, moduleIds) {
  var folders = new Set(
    moduleIds
      .map(function (id) {
        return packageOf(root, id);
      })
      .filter(Boolean),
  );
  var texts = Array.from(folders).map(licenceOf).sort();
  return 'perpscan contains these packages.\n\n' + texts.join('\n' + '-'.repeat(80) + '\n\n');
}

module.exports = { licencesOf: licencesOf };
