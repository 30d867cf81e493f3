/** How far a run has come, where nobody watches: no bars. It stands alone so that a run in a pipe does not load what draws them. */

export interface ProgressBar {
  /** `note` stays until the next one is given, e.g. `120 of 800 calls, 4 min left`. */
  update(done: number, note?: string): void;
  /** The work turned out larger or smaller. */
  setTotal(total: number): void;
}

export interface Progress {
  bar(label: string, total: number): ProgressBar;
  /** Whole lines for the same stream, kept apart from the bars. */
  write(text: string): void;
  /** Draws the bars for the last time and leaves them standing. Afterwards `write` goes straight to the stream. */
  stop(): void;
}

export function silentProgress(stream: NodeJS.WritableStream): Progress {
  const bar: ProgressBar = { update: () => undefined, setTotal: () => undefined };
  return { bar: () => bar, write: (text) => void stream.write(text), stop: () => undefined };
}
