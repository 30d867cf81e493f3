/** Takes the run lock of a folder, notes when it asked, when it had it and when it let go, and ends. Arguments: folder, log, hold in ms, wait in ms. */
import { appendFileSync } from 'node:fs';
import { systemClock } from '../../src/platform/clock.ts';
import { takeRunLock } from '../../src/platform/lock.ts';

const [folder = '', log = '', hold = '0', wait = '0'] = process.argv.slice(2);
const note = (what: string): void =>
  appendFileSync(
    log,
    `${JSON.stringify({ pid: process.pid, what, at: performance.timeOrigin + performance.now() })}\n`,
  );

note('asks');
const result = await takeRunLock(folder, {
  clock: systemClock,
  waitMs: Number(wait),
  abort: new AbortController().signal,
  onWait: () => undefined,
});
if (result.state === 'held') {
  note('in');
  await systemClock.sleep(Number(hold));
  note('out');
  result.release();
}
process.stdout.write(`${JSON.stringify(result)}\n`);
