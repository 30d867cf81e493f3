import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');
const source = path.join(root, 'src');

interface Rule {
  /** Rooms that may be imported besides the room itself; a path names one file or folder in a room. */
  readonly rooms: readonly string[] | 'all';
  readonly packages: readonly string[];
}

const CLIENTS = ['undici', 'bottleneck', 'keyv', 'cli-progress'];
/** Not everybody has files that need them: loaded when such a file is met. */
const OPTIONAL = ['apache-arrow', 'lz4js', 'hyparquet'];
const ONE_VENDOR_PER_FILE = [...CLIENTS, ...OPTIONAL];
const IO_ROOMS = ['core', 'platform'];
const IO: Rule = { rooms: IO_ROOMS, packages: ['zod', 'p-map'] };
const GLUE: Rule = { rooms: 'all', packages: ['zod'] };

/** The import table of the architecture. */
const RULES: Readonly<Record<string, Rule>> = {
  core: { rooms: [], packages: [] },
  indicators: { rooms: ['core'], packages: [] },
  strategies: { rooms: ['core', 'indicators'], packages: [] },
  processor: { rooms: ['core', 'indicators', 'strategies'], packages: [] },
  plan: { rooms: ['core', 'indicators', 'strategies'], packages: [] },
  platform: { rooms: ['core'], packages: CLIENTS },
  candles: { rooms: [...IO_ROOMS, 'symbols/naming.ts'], packages: OPTIONAL },
  symbols: IO,
  external: IO,
  feed: IO,
  'own-strategies': { rooms: ['core', 'platform', 'processor', 'strategies'], packages: [] },
  show: { rooms: ['core', 'feed', 'candles', 'platform'], packages: [] },
  sandbox: { ...IO, rooms: [...IO_ROOMS, 'external/coinalyze/schema.ts'] },
  commands: { rooms: 'all', packages: ['commander', 'zod'] },
  'cli.ts': { rooms: 'all', packages: ['commander', 'zod'] },
  'index.ts': { rooms: ['core', 'strategies', 'library.ts'], packages: [] },
  'library.ts': GLUE,
  'config.ts': GLUE,
  'settings.ts': GLUE,
  'setting-choice.ts': GLUE,
  'setting-readings.ts': GLUE,
  'settings-places.ts': GLUE,
  'scan.ts': GLUE,
  job: GLUE,
  'wire.ts': GLUE,
  'wire-key.ts': GLUE,
  'wire-ping.ts': GLUE,
  'wire-send.ts': GLUE,
};

const PURE = new Set(['core', 'indicators', 'strategies', 'processor', 'plan']);

/** Ambient time, randomness, environment, output and timers; property names such as `series.process` do not count. */
const IMPURE =
  /(?<![.\w])(Date\.now|new Date\(\)|Math\.random|performance\.|process\.|console\.|setTimeout|setInterval|setImmediate|queueMicrotask|fetch\(|await |async )/;

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(path.sep).join('/'))
  .sort();

function code(file: string): string {
  return readFileSync(path.join(source, file), 'utf8');
}

/** Comments may speak of anything. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/\b(?:from\s+|import\s+|import\s*\(\s*)'([^'\s]+)'/g)].map((match) => match[1]!);
}

/** What is loaded together with the file: neither types nor `import(...)`. */
function loadedBy(text: string): readonly string[] {
  const statements = text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[\w*{}\s,$]+?\sfrom\s+)?'([^'\s]+)';/gm);
  return [...statements].map((match) => match[1]!);
}

function roomOf(file: string): string {
  return file.split('/')[0]!;
}

/** Why `file` may not import `specifier`, or null when it may. */
function objection(file: string, specifier: string): string | null {
  const rule = RULES[roomOf(file)];
  if (rule === undefined) return `src/${file} stands in no room`;
  if (specifier.startsWith('node:')) return PURE.has(roomOf(file)) ? `${file} is pure and imports ${specifier}` : null;
  if (!specifier.startsWith('.')) {
    const name = specifier.split('/')[0]!;
    return rule.packages.includes(name) ? null : `${file} imports the package ${name}`;
  }
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
  if (rule.rooms === 'all' || roomOf(target) === roomOf(file)) return null;
  return rule.rooms.some((room) => target === room || roomOf(target) === room) ? null : `${file} imports ${target}`;
}

describe('architecture', () => {
  it('every file stands in a room and imports only what its room may', () => {
    const objections = files.flatMap((file) => importsOf(code(file)).map((specifier) => objection(file, specifier)));
    expect(objections.filter((text) => text !== null)).toEqual([]);
  });

  it('the check notices a forbidden import, package and room', () => {
    expect(objection('core/market.ts', '../platform/clock.ts')).not.toBeNull();
    expect(objection('candles/reader.ts', '../external/cached.ts')).not.toBeNull();
    expect(objection('candles/groups.ts', '../symbols/naming.ts')).toBeNull();
    expect(objection('candles/groups.ts', '../symbols/resolver.ts')).not.toBeNull();
    expect(objection('sandbox/server.ts', '../external/coinalyze/schema.ts')).toBeNull();
    expect(objection('sandbox/server.ts', '../external/coinalyze/api.ts')).not.toBeNull();
    expect(objection('external/cached.ts', 'undici')).not.toBeNull();
    expect(objection('processor/evaluate.ts', 'node:fs')).not.toBeNull();
    expect(objection('helpers/misc.ts', '../core/time.ts')).not.toBeNull();
  });

  it('pure rooms have no clock, randomness, environment, output, timers or promises', () => {
    const found = files
      .filter((file) => PURE.has(roomOf(file)))
      .flatMap((file) => {
        const match = IMPURE.exec(withoutComments(code(file)));
        return match === null ? [] : [`${file}: ${match[0]}`];
      });
    expect(found).toEqual([]);
    expect(IMPURE.test('const now = Date.now();')).toBe(true);
  });

  it('the wall clock is read in one file', () => {
    const readers = files.filter((file) => /Date\.now|performance\.now|new Date\(\)/.test(withoutComments(code(file))));
    expect(readers).toEqual(['platform/clock.ts']);
  });

  it('each third-party client appears in exactly one file', () => {
    for (const vendor of ONE_VENDOR_PER_FILE) {
      const users = files.filter((file) => importsOf(code(file)).includes(vendor));
      expect(users, vendor).toHaveLength(1);
    }
  });

  it('optional packages are those of package.json, and no file needs one of them to be loaded itself', () => {
    const { optionalDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      readonly optionalDependencies: Readonly<Record<string, string>>;
    };
    expect(Object.keys(optionalDependencies).sort()).toEqual([...OPTIONAL].sort());
    expect(loadedBy("import x from 'a';\nimport type { y } from 'b';\nexport const z = import('c');")).toEqual(['a']);
    const names = files.flatMap((file) => loadedBy(code(file))).map((specifier) => specifier.split('/')[0]!);
    expect(names.filter((name) => OPTIONAL.includes(name))).toEqual([]);
  });

  it('a plain scan loads no package but commander', () => {
    const loaded = new Set<string>();
    const packages: string[] = [];
    const visit = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const specifier of loadedBy(code(file))) {
        if (specifier.startsWith('.'))
          visit(path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier)));
        else if (!/^(node:|commander$)/.test(specifier)) packages.push(`${specifier} in ${file}`);
      }
    };
    // The second is what the first loads for the main job.
    for (const file of ['cli.ts', 'commands/run-scan.ts']) visit(file);
    expect(loaded.size).toBeGreaterThan(100);
    expect(packages).toEqual([]);
  });

  it('no room imports itself in a circle', () => {
    const targets = new Map(
      files.map((file) => [
        file,
        importsOf(code(file))
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier))),
      ]),
    );
    const circles: string[] = [];
    const finished = new Set<string>();
    const visit = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file)) circles.push([...trail, file].join(' -> '));
      if (finished.has(file) || trail.includes(file)) return;
      for (const target of targets.get(file) ?? []) visit(target, [...trail, file]);
      finished.add(file);
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });

  it('no file is longer than 300 lines', () => {
    expect(files.filter((file) => code(file).split('\n').length > 301)).toEqual([]);
  });

  it('the top level holds what the project agreed on', () => {
    const tracked = readdirSync(root).filter((name) => !name.startsWith('.'));
    const project = ['package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'CHANGELOG.md', 'LICENSE'];
    const folders = ['bin', 'src', 'data', 'cache', 'test'];
    const untracked = ['node_modules', 'dist', 'coverage', 'scan.config.json'];
    const allowed = new Set([...project, ...folders, ...untracked]);
    expect(tracked.filter((name) => !allowed.has(name))).toEqual([]);
  });

  it.skipIf(!existsSync(path.join(root, '.git')))(
    'the repository holds no links, and nothing that a machine makes',
    () => {
      const listed = (...args: string[]) =>
        spawnSync('git', ['-C', root, 'ls-files', ...args], { encoding: 'utf8' })
          .stdout.split('\n')
          .filter(Boolean);
      expect(listed().length).toBeGreaterThan(100);
      expect(listed('-s').filter((line) => line.startsWith('120000'))).toEqual([]);
      expect(listed('-ci', '--exclude-standard')).toEqual([]);
    },
  );

  it('the lock file holds every optional package of every platform, or npm ci refuses it elsewhere', () => {
    const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
    };
    const missing = Object.entries(lock.packages).flatMap(([folder, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in lock.packages || `${folder}/node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});
