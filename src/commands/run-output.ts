/** What a run leaves behind: the feed, stage by stage, and what is printed at its end. */
import path from 'node:path';
import type { Config } from '../config.ts';
import type { RunStage } from '../core/feed.ts';
import { feedTable, runSummary } from '../feed/table.ts';
import type { SealedFeed } from '../feed/sealed-signal.ts';
import { feedPieces, writeFeed } from '../feed/writer.ts';
import type { Log } from '../platform/log.ts';
import type { Progress } from '../platform/progress.ts';
import { appearance, commandName, EXIT, type CommandContext } from './context.ts';

export interface RunTools {
  readonly context: CommandContext;
  readonly config: Config;
  readonly log: Log;
  readonly progress: Progress;
  readonly interrupt: AbortSignal;
  /** Of the feed that this run has written last; null before the first. */
  readonly written: { stage: RunStage | null };
}

interface OutputFlags {
  readonly json?: true;
  readonly quiet?: true;
  readonly allowDegraded?: true;
}

/** Writes stages to `output`; one that cannot be written is warned about, since a later one may be. */
export function stageWriter(output: string, { log, written }: RunTools): (feed: SealedFeed) => Promise<boolean> {
  return async (feed) => {
    const result = await writeFeed(output, feed);
    if (result.ok) written.stage = feed.run.stage;
    else log.warn(`the stage ${feed.run.stage} was not written: ${result.detail}`);
    return result.ok;
  };
}

/** Writes and prints the feed of a finished run; answers with the exit code. */
export async function finish(
  feed: SealedFeed,
  output: string | null,
  flags: OutputFlags,
  tools: RunTools,
): Promise<number> {
  const { context, log, progress, interrupt } = tools;
  progress.stop();
  // From here on it is too late: what is written is written whole.
  interrupt.throwIfAborted();
  const shown = output === null ? null : shortest(output, context.cwd);
  if (output !== null && shown !== null) {
    const written = await writeFeed(output, feed);
    if (!written.ok) {
      log.error(`scan: ${written.detail}`);
      return written.code === 'invalid-feed' ? EXIT.bug : EXIT.noFeed;
    }
    if (written.warning !== null) log.warn(written.warning);
    log.line(`[SUCCESS] Saved ${feed.signals.length} signals to ${shown}`);
    log.line(`[TIMESTAMP] Last Updated: ${feed.last_updated}`);
  }
  const look = appearance(context.stdout, context.env);
  if (flags.json) for (const piece of feedPieces(feed)) context.stdout.write(piece);
  else if (!flags.quiet) {
    const table = output === null ? `${feedTable(feed, { top: 20 }, look)}\n` : '\n';
    context.stdout.write(table + runSummary(feed, { file: shown, command: commandName(context.env) }, look));
  }
  // Exit 3 from cron must not come without a word.
  if (flags.quiet && !flags.allowDegraded)
    for (const { text } of feed.run.degraded_reasons) log.error(`degraded: ${text}`);
  return feed.run.degraded && !flags.allowDegraded ? EXIT.degraded : EXIT.ok;
}

/** What became of the feed of a run that was interrupted. */
export function leftBehind({ written }: Pick<RunTools, 'written'>): string {
  return written.stage === null
    ? 'no feed was written, an older one stays as it was'
    : `the feed is that of the stage ${written.stage}`;
}

/** As a user would type it from the current folder. */
function shortest(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') ? file : relative;
}
