/** Tells the service at `--ping-url` how a run ended; whatever becomes of that, the exit code stays. */
import { systemClock } from '../platform/clock.ts';
import { EXIT } from './context.ts';
import type { RunTools } from './run-output.ts';

/**
 * Does `work` and pings, also when it throws. Success is told only of a feed that is complete: `--allow-degraded` changes the exit
 * code, not the ping. A run that found another one at work tells nothing: that one will.
 */
export async function pinged(tools: RunTools, work: () => Promise<number>): Promise<number> {
  const { config, context, interrupt, log, progress, written } = tools;
  let code: number | null = null;
  try {
    return (code = await work());
  } finally {
    if (code !== EXIT.locked) {
      progress.stop();
      const { ping } = await import('../wire-ping.ts');
      const isComplete = code === EXIT.ok && written.degraded === false;
      const problem = await ping(config.pingUrl, isComplete, {
        version: context.version,
        clock: systemClock,
        interrupt,
      });
      if (problem !== null) log.warn(`the ping was not heard: ${problem}`);
    }
  }
}
