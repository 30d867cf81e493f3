import { errnoOf } from './folder.ts';

/** Whether a process of this number runs on this machine, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return errnoOf(error) !== 'ESRCH';
  }
}
