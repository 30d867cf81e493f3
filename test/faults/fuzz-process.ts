/** Reads spoiled candle files one after another and says where the reader breaks its promises. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { readCandleFile, type ReadResult } from '../../src/candles/reader.ts';
import { brokenPromise } from '../candles/broken-promise.ts';
import { fuzzFile } from './mutations.ts';
import { createRandom } from './random.ts';

const SLOWEST_MS = 1_000;
/** A report that does not come for so long means that the reader hangs. */
const HANGING_MS = 30_000;
const REPORT_EVERY = 500;
const NOW = Date.UTC(2026, 10, 20);
/** Details speak of the file; they do not repeat it. */
const LONGEST_DETAIL = 500;

interface FuzzReport {
  readonly done: number;
  readonly read: number;
  readonly refused: number;
  readonly slowestMs: number;
  /** `seed: what was broken`. */
  readonly breaches: readonly string[];
}

/** What of its contract this answer of the reader breaks, or null. */
export function breachOf(result: ReadResult): string | null {
  if (!result.ok) {
    const { reason, detail } = result.skipped;
    return detail.length > 0 && detail.length <= LONGEST_DETAIL ? null : `${reason} with a detail of ${detail.length}`;
  }
  for (const { series, findings } of result.series) {
    const broken = brokenPromise(series);
    if (broken !== null) return broken;
    if (series.length === 0) return 'a series without candles';
    if (!Object.values(findings).every((count) => Number.isSafeInteger(count) && count >= 0)) return 'odd counts';
  }
  return result.series.length + result.refused.length > 0 ? null : 'neither series nor refusal';
}

/** Reads the files of `count` seeds from `seed` on in a process of its own, which is killed when it hangs. */
export function fuzz(seed: number, count: number): Promise<FuzzReport> {
  const args = ['--no-warnings', import.meta.filename, String(seed), String(count)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let last: FuzzReport = { done: 0, read: 0, refused: 0, slowestMs: 0, breaches: [] };
    const give = (): void => {
      child.kill('SIGKILL');
      reject(new Error(`the reader hangs on a file of the seeds from ${seed + last.done}`));
    };
    let watchdog = setTimeout(give, HANGING_MS);
    createInterface(child.stdout).on('line', (line) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(give, HANGING_MS);
      last = JSON.parse(line) as FuzzReport;
    });
    child.on('close', (code) => {
      clearTimeout(watchdog);
      if (code === 0 && last.done === count) resolve(last);
      else reject(new Error(`the process ended with ${code} on a file of the seeds from ${seed + last.done}`));
    });
  });
}

async function readTimed(
  file: string,
  name: string,
): Promise<{ readonly ms: number; readonly breach: string | null; readonly ok: boolean }> {
  const started = performance.now();
  try {
    const result = await readCandleFile(
      { folder: path.dirname(file) + path.sep, name, sampleMarker: null },
      { format: null, exchange: null, now: NOW },
    );
    return { ms: performance.now() - started, breach: breachOf(result), ok: result.ok };
  } catch (error) {
    return { ms: performance.now() - started, breach: `it threw ${String(error)}`, ok: false };
  }
}

async function readAll(seed: number, count: number): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'perpscan-fuzz-'));
  const seen = { done: 0, read: 0, refused: 0, slowestMs: 0, breaches: [] as string[] };
  const folders = new Set<string>();
  while (seen.done < count) {
    const own = seed + seen.done;
    const { name, bytes } = fuzzFile(createRandom(own));
    const file = path.join(folder, name);
    if (!folders.has(name)) mkdirSync(path.dirname(file), { recursive: true });
    folders.add(name);
    // Some file systems flush a file that is overwritten.
    rmSync(file, { force: true });
    writeFileSync(file, bytes);
    let { ms, breach, ok } = await readTimed(file, name);
    // A machine that is busy elsewhere is slow once, not twice.
    if (ms > SLOWEST_MS) ({ ms, breach, ok } = await readTimed(file, name));
    if (ms > SLOWEST_MS) breach ??= `it took ${Math.round(ms)} ms`;
    if (breach !== null && seen.breaches.length < 20) seen.breaches.push(`${own}: ${breach}`);
    seen.slowestMs = Math.max(seen.slowestMs, Math.round(ms));
    seen[ok ? 'read' : 'refused'] += 1;
    seen.done += 1;
    if (seen.done % REPORT_EVERY === 0 || seen.done === count) process.stdout.write(`${JSON.stringify(seen)}\n`);
  }
  rmSync(folder, { recursive: true });
}

if (import.meta.main) await readAll(Number(process.argv[2]), Number(process.argv[3]));
