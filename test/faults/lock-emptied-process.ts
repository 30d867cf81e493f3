/** Takes a damaged run lock again and again while a thread empties its file at random moments. Arguments: folder, how often. */
import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { systemClock } from '../../src/platform/clock.ts';
import { takeRunLock } from '../../src/platform/lock.ts';

const MOST_SPINS = 60_000;

interface Shared {
  readonly file: string;
  /** The round that has begun, and the one in which the file was emptied. */
  readonly rounds: Int32Array;
}

function emptyEachRound({ file, rounds }: Shared): void {
  for (let last = 0; ;) {
    const round = Atomics.load(rounds, 0);
    if (round === last) continue;
    last = round;
    for (let spin = (round * 7_919) % MOST_SPINS; spin > 0; spin -= 1) Atomics.load(rounds, 0);
    truncateSync(file);
    Atomics.store(rounds, 1, round);
  }
}

async function takeEachRound(folder: string, count: number): Promise<void> {
  const file = path.join(folder, 'run.lock');
  const rounds = new Int32Array(new SharedArrayBuffer(8));
  const thread = new Worker(import.meta.filename, { workerData: { file, rounds } satisfies Shared });
  const options = { clock: systemClock, waitMs: 0, abort: new AbortController().signal, onWait: () => undefined };
  let held = 0;
  for (let round = 1; round <= count; round += 1) {
    writeFileSync(file, 'no lock file, and long enough to be looked at as one'.repeat(40));
    Atomics.store(rounds, 0, round);
    const lock = await takeRunLock(folder, options);
    if (lock.state === 'held') {
      held += 1;
      lock.release();
    }
    while (Atomics.load(rounds, 1) !== round);
  }
  await thread.terminate();
  process.stdout.write(String(held));
}

if (isMainThread) await takeEachRound(process.argv[2]!, Number(process.argv[3]));
else emptyEachRound(workerData as Shared);
