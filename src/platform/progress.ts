/** Progress bars on a terminal; elsewhere nothing. */
import { MultiBar, type GenericFormatter } from 'cli-progress';
import { silentProgress, type Progress } from './silent-progress.ts';
import { displayWidth } from './text.ts';

export type { Progress } from './silent-progress.ts';

const FPS = 8;
const BAR_SIZE = 24;
const SHORTEST_BAR = 6;
const USUAL_COLUMNS = 80;
const LABEL_WIDTH = 10;

/** A stream that may be a terminal. */
type Terminal = NodeJS.WritableStream & { readonly columns?: number };

/** `enabled`: the stream is a terminal that understands cursor moves, and the user wants bars. */
export function createProgress(stream: Terminal, { enabled }: { readonly enabled: boolean }): Progress {
  return enabled ? onTerminal(stream) : silentProgress(stream);
}

/** One row of the terminal, whatever its width: first the bar gets shorter, then the note is cut. */
function rowFor(stream: Terminal): GenericFormatter {
  return (_options, { progress, value, total }, { label, note }: { readonly label: string; readonly note: string }) => {
    // The last column stays free: writing there may begin a new row.
    const columns = (stream.columns ?? USUAL_COLUMNS) - 1;
    const [before, after] = [`${label} [`, `] ${value}/${total} ${note}`];
    const room = columns - displayWidth(before) - displayWidth(after);
    const size = Math.min(BAR_SIZE, Math.max(SHORTEST_BAR, room));
    const done = Math.round(progress * size);
    const row = `${before}${'#'.repeat(done)}${'.'.repeat(size - done)}${after}`;
    return displayWidth(row) <= columns ? row : `${row.slice(0, columns - 1)}…`;
  };
}

/** Broken at spaces where that is possible. */
function rowsOf(line: string, columns: number): readonly string[] {
  const rows: string[] = [];
  let rest = line;
  while (displayWidth(rest) > columns) {
    const space = rest.lastIndexOf(' ', columns);
    const end = space > 0 ? space : columns;
    rows.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...rows, rest];
}

function onTerminal(stream: Terminal): Progress {
  const bars = new MultiBar({
    stream,
    fps: FPS,
    format: rowFor(stream),
    emptyOnZero: true,
    // What is changed on the terminal stays changed after kill -9; signals are the command line's business.
    hideCursor: false,
    linewrap: true,
    gracefulExit: false,
    // Otherwise a bar that did not move stays hidden under the line that was written over it.
    forceRedraw: true,
  });
  let drawn = false;
  let stopped = false;
  return {
    bar: (label, total) => {
      drawn = true;
      const bar = bars.create(total, 0, { label: label.padEnd(LABEL_WIDTH), note: '' });
      return {
        update: (done, note) => bar.update(done, note === undefined ? {} : { note }),
        setTotal: (next) => bar.setTotal(next),
      };
    },
    write: (text) => {
      if (!drawn || stopped) {
        stream.write(text);
        return;
      }
      // One line at a time, drawn at once: the library clears one row per drawing, and forgets what is waiting when it stops.
      for (const line of text.split(/(?<=\n)/)) {
        // A line that the terminal wraps by itself would leave the end of a bar beside its second row.
        for (const row of rowsOf(line.trimEnd(), stream.columns ?? USUAL_COLUMNS)) {
          bars.log(`${row}\n`);
          bars.update();
        }
      }
    },
    stop: () => {
      if (stopped) return;
      stopped = true;
      if (drawn) bars.stop();
    },
  };
}
