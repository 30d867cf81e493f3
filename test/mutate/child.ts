/** A process that reads test files and runs single tests, without a fault to see what they reach, then with one fault after the other. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { configureGlobal } from 'fast-check';
import { installLoader, useGraph } from './loader.ts';
import type { Answer, Order, RunTest } from './messages.ts';
import { Reach } from './reach.ts';
import { takeCollected, type CollectedTest } from './suite.ts';

const SEED = 42;
const root = process.argv[2]!;
const send = (answer: Answer): void => void process.send!(answer);
let reach: Reach | null = null;

configureGlobal({ seed: SEED, endOnFailure: true });
installLoader(root);

interface ReadFile {
  readonly tests: ReadonlyMap<string, CollectedTest>;
  readonly end: () => Promise<void>;
}

async function read(file: string, version: string): Promise<ReadFile> {
  takeCollected();
  await import(`${pathToFileURL(path.join(root, file)).href}?graph=${version}`);
  const { tests, end } = takeCollected();
  return { tests: new Map(tests.map((test) => [test.name, test])), end };
}

/** Of this process, ms: unlike wall time, it does not tell how busy the machine is. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

/** Reads one test file and runs all of its tests without a fault. */
async function tryWithout({ file, version, limitMs }: Extract<Order, { type: 'without' }>): Promise<Answer> {
  useGraph({ version, fresh: 'all', faulty: null });
  const started = cpuMs();
  const startedAt = performance.now();
  reach!.take();
  let own: ReadFile;
  try {
    own = await read(file, version);
  } catch (error) {
    return {
      type: 'without',
      file,
      importMs: 0,
      importWallMs: 0,
      onImport: [],
      tests: [],
      failures: [messageOf(error)],
    };
  }
  const onImport = reach!.take();
  const importMs = cpuMs() - started;
  const importWallMs = performance.now() - startedAt;
  const tests = [];
  const failures: string[] = [];
  for (const { name, run } of own.tests.values()) {
    const [before, beforeAt] = [cpuMs(), performance.now()];
    if (before - started > limitMs) break;
    try {
      await run();
      const wallMs = performance.now() - beforeAt;
      tests.push({ name, ms: cpuMs() - before, wallMs, reached: reach!.take() });
    } catch (error) {
      reach!.take();
      failures.push(`${name}: ${messageOf(error)}`);
    }
  }
  await own.end();
  return { type: 'without', file, importMs, importWallMs, onImport, tests, failures };
}

/** The first test that fails with the fault, or null. */
async function firstFailure(tests: readonly RunTest[], version: string): Promise<string | null> {
  const files = new Map<string, ReadFile>();
  try {
    for (const { file, name, limitMs } of tests) {
      send({ type: 'begun', limitMs });
      let own = files.get(file);
      try {
        own ??= await read(file, version);
        files.set(file, own);
        await own.tests.get(name)?.run();
      } catch {
        return `${file} > ${name}`;
      }
    }
    return null;
  } finally {
    for (const { end } of files.values()) await end().catch(() => undefined);
  }
}

async function tryWith({ id, file, source, fresh, tests }: Extract<Order, { type: 'with' }>): Promise<Answer> {
  const version = `fault-${id}`;
  const absolute = (one: string): string => path.join(root, one);
  useGraph({ version, fresh: new Set(fresh.map(absolute)), faulty: { file: absolute(file), source } });
  return { type: 'with', id, caughtBy: await firstFailure(tests, version) };
}

process.on('message', (order: Order) => {
  if (order.type === 'places') {
    reach = new Reach(root, order.places);
    return;
  }
  void (order.type === 'without' ? tryWithout(order) : tryWith(order)).then(send);
});
send({ type: 'ready' });
