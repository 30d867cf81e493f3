/** The clock of a run: it stands still until the machine sleeps through the run, or somebody sets it. */
import type { DegradedReason } from '../core/feed.ts';
import { MINUTE_MS } from '../core/time.ts';
import type { Clock } from '../platform/clock.ts';
import { formatDuration } from '../platform/text.ts';
import type { ClockReading, Run } from './run.ts';

/** Clocks that are put right while a run goes on move by less. */
const NOTICEABLE_MS = 2 * MINUTE_MS;

export function readClock(clock: Clock): ClockReading {
  return { now: clock.now(), monotonic: clock.monotonic() };
}

/** The run at the time that it has come to; what is too old by then is stale from now on. */
export function atItsTime(run: Run): Run {
  const jumpMs = jumpOf(run);
  if (jumpMs <= 0) return run;
  const asOf = run.asOf + jumpMs;
  run.known.age(asOf);
  return { ...run, asOf };
}

export function clockFault(run: Run): readonly DegradedReason[] {
  const jumpMs = jumpOf(run);
  if (jumpMs === 0) return [];
  const text =
    jumpMs > 0
      ? `the machine slept for ${formatDuration(jumpMs)} during the run, or its clock was set ahead: as_of moved on with it, and signals that are too old by now are stale`
      : `the clock of the machine was set back by ${formatDuration(-jumpMs)} during the run: its candles may be older than as_of says`;
  return [{ code: 'clock-jumped', text }];
}

/** By how much the wall clock has moved more than time has passed, ms; 0 for what is not worth a word, and where the clock stands. */
function jumpOf({ clock, services }: Run): number {
  if (clock === null) return 0;
  const { now, monotonic } = readClock(services.clock);
  const jumpMs = now - clock.now - (monotonic - clock.monotonic);
  return Math.abs(jumpMs) > NOTICEABLE_MS ? Math.round(jumpMs) : 0;
}
