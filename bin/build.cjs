'use strict';
// `npm run build`: makes dist/ from src/, one bundle whose parts are loaded when they are needed, the types of `import 'perpscan'`
// and the manual page. It does not look for wrong types in all of src/: that is what `npm run types` is for.
var spawnSync = require('child_process').spawnSync;
var fs = require('fs');
var path = require('path');
var licences = require('./licences.cjs');
var sources = require('./sources.cjs');

var root = path.join(__dirname, '..');
var dist = path.join(root, 'dist');
var manifest = require('../package.json');

// Longer than a scan takes: the deadline is 15 minutes unless it is set.
var LONGEST_SCAN_MS = 3600 * 1000;
var PROGRAM = {
  input: { cli: 'src/cli.ts', library: 'src/library.ts' },
  output: {
    format: 'cjs',
    // The names change with what is in them: a scan that runs while dist/ is built anew loads the parts that it was built with.
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    // A start reads and checks every byte of what it loads, also of comments.
    comments: { legal: true, annotation: false, jsdoc: false },
    // Two files for a scan; on their own, modules that commands share would become twenty small ones.
    codeSplitting: {
      groups: [
        { name: 'main', tags: ['$initial'], priority: 2 },
        { name: 'scan', test: /[\\/]src[\\/]commands[\\/]run-scan\.ts$/, priority: 1 },
      ],
    },
  },
};
var LIBRARY = {
  input: { index: 'src/index.ts' },
  output: { format: 'esm', entryFileNames: '[name].js' },
  // What it calls of the program is there already.
  plugins: [
    {
      name: 'calls-the-program',
      resolveId: (source) => (source === './library.ts' ? { id: './library.cjs', external: true } : null),
    },
  ],
};
// A thread that holds a strategy of the user's own loads nothing of the program.
var WORKER = {
  input: { 'strategy-worker': 'src/own-strategies/worker.ts' },
  output: { format: 'cjs', entryFileNames: '[name].cjs' },
};

function onLog(level, log, handler) {
  // bottleneck's cluster mode, which is never used, hides its packages from bundlers this way.
  if (log.code !== 'EVAL') handler(level, log);
}

async function bundle(rolldown, { input, output, plugins }) {
  const bundled = await rolldown({
    cwd: root,
    input,
    plugins,
    platform: 'node',
    // Installed or not: what needs one of them says so when it meets a file of its kind.
    external: Object.keys(manifest.optionalDependencies).map((name) => new RegExp(`^${name}($|/)`)),
    onLog,
  });
  try {
    return (await bundled.generate(output)).output;
  } finally {
    await bundled.close();
  }
}

/** Written beside and renamed, so that a program that starts meanwhile finds the old file or the new one. */
function write(name, content) {
  const file = path.join(dist, name);
  const beside = `${file}.${process.pid}`;
  fs.writeFileSync(beside, content);
  fs.renameSync(beside, file);
}

/** Parts of earlier builds, once no scan can be running that needs them. */
function removeOldParts(written) {
  for (const name of fs.readdirSync(dist)) {
    const file = path.join(dist, name);
    const isPart = /\.c?js$/.test(name) && !written.has(name);
    if (isPart && Date.now() - fs.statSync(file).mtimeMs > LONGEST_SCAN_MS) fs.rmSync(file);
  }
  fs.rmSync(path.join(dist, '.compile-cache'), { recursive: true, force: true });
}

function writeTypes() {
  const compiler = path.join(path.dirname(require.resolve('typescript/package.json', { paths: [root] })), 'bin', 'tsc');
  fs.rmSync(path.join(dist, 'types'), { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'src'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the types were not made');
  const needed = new Set();
  needTypes('index.d.ts', needed);
  for (const name of fs.readdirSync(path.join(dist, 'types'), { recursive: true })) {
    if (name.endsWith('.d.ts') && !needed.has(name)) fs.rmSync(path.join(dist, 'types', name));
  }
}

// The compiler writes those of the whole program; who imports perpscan needs a few.
function needTypes(name, needed) {
  if (needed.has(name)) return;
  needed.add(name);
  const text = fs.readFileSync(path.join(dist, 'types', name), 'utf8');
  for (const [, target] of text.matchAll(/from '(\.[^']+)'/g)) {
    needTypes(path.join(path.dirname(name), target.replace(/\.[jt]s$/, '.d.ts')), needed);
  }
}

/** The launcher finds a Node that is new enough. Without one there is no manual page, which is no reason to fail. */
function writeManual() {
  const launcher = path.join(__dirname, 'scan.cjs');
  const manual = spawnSync(process.execPath, [launcher, 'man'], { cwd: root, encoding: 'utf8' });
  if (manual.status === 0) {
    fs.mkdirSync(path.join(dist, 'man'), { recursive: true });
    write(path.join('man', 'scan.1'), manual.stdout);
  } else {
    const reason = String(manual.stderr || manual.error).split('\n')[0];
    process.stdout.write(`perpscan: the manual page was not made: ${reason}\n`);
  }
}

async function build() {
  const { rolldown } = await import('rolldown');
  // Before anything is read: what is changed meanwhile makes this build an old one.
  const found = sources.listSources(root);
  const parts = [];
  for (const one of [LIBRARY, WORKER, PROGRAM]) parts.push(...(await bundle(rolldown, one)));
  fs.mkdirSync(dist, { recursive: true });
  for (const part of parts.filter(({ isEntry }) => !isEntry)) write(part.fileName, part.code);
  for (const part of parts.filter(({ isEntry }) => isEntry)) write(part.fileName, part.code);
  const modules = parts.flatMap(({ moduleIds }) => moduleIds ?? []);
  write('THIRD-PARTY-LICENSES.txt', licences.licencesOf(root, modules));
  const stamp = { version: manifest.version, sources: sources.hashSources(root, found), found };
  write('build.json', `${JSON.stringify(stamp)}\n`);
  removeOldParts(new Set(parts.map(({ fileName }) => fileName)));
  writeTypes();
  writeManual();
}

build().catch((error) => {
  process.stderr.write(`perpscan: dist/ was not built: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
