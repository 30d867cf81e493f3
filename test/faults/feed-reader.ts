/** Reads one feed at full speed, as a dashboard in another process would, and says what it saw. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';

interface ReaderReport {
  readonly reads: number;
  /** What could not be parsed, or did not add up. */
  readonly failures: number;
  /** Different runs seen. */
  readonly runs: number;
  /** `input hash:hash of the rows`, each once: a feed of two generations would pair what no run has written. */
  readonly generations: readonly string[];
}

interface SeenFeed {
  readonly run: { readonly id: string; readonly input_hash: string };
  readonly summary: { readonly signals: { readonly total: number } };
  readonly signals: readonly unknown[];
}

export interface Reader {
  /** Settles when the reader has read once. */
  readonly started: Promise<void>;
  /** True as soon as it has met a feed that is not whole. */
  hasFailed(): boolean;
  stop(): Promise<ReaderReport>;
}

/** White space before the report, which is JSON all the same. */
const STARTED = '\n';
const FAILED = '\t';

export function startReader(file: string): Reader {
  const child = spawn(process.execPath, ['--no-warnings', import.meta.filename, file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // All the time that nobody else wants: the scans shall not wait for those who watch them.
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  const report = text(child.stdout);
  let failed = false;
  child.stdout.on('data', (chunk: Buffer) => (failed ||= chunk.includes(FAILED)));
  return {
    started: new Promise((resolve) => child.stdout.once('data', () => resolve())),
    hasFailed: () => failed,
    stop: async () => {
      child.stdin.end();
      return JSON.parse(await report) as ReaderReport;
    },
  };
}

/** Of a feed's text: which run's head and which markets and signals it holds. Throws on what is no whole feed. */
export function generationOf(feed: string): { readonly run: string; readonly generation: string } {
  const { run, summary, signals } = JSON.parse(feed) as SeenFeed;
  if (summary.signals.total !== signals.length) throw new Error('the counts do not add up');
  const hash = createHash('sha1')
    .update(feed.slice(feed.indexOf('"markets":[\n')))
    .digest('hex');
  return { run: run.id, generation: `${run.input_hash}:${hash}` };
}

async function readUntilStopped(file: string): Promise<void> {
  const seen = { reads: 0, failures: 0, runs: new Set<string>(), generations: new Set<string>() };
  const state = { stopped: false };
  process.stdin.on('end', () => (state.stopped = true)).resume();
  while (!state.stopped || seen.reads === 0) {
    try {
      const { run, generation } = generationOf(readFileSync(file, 'utf8'));
      seen.runs.add(run);
      seen.generations.add(generation);
    } catch {
      seen.failures += 1;
      if (seen.failures === 1) process.stdout.write(FAILED);
    }
    seen.reads += 1;
    if (seen.reads === 1) process.stdout.write(STARTED);
    await setImmediate();
  }
  process.stdout.write(JSON.stringify({ ...seen, runs: seen.runs.size, generations: [...seen.generations] }));
}

if (import.meta.main) await readUntilStopped(process.argv[2]!);
