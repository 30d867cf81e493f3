/** What a run leaves behind: the feed, stage by stage, and what is printed at its end. */
import path from 'node:path';
import type { Config } from '../config.ts';
import type { FeedContent, RunStage } from '../core/feed.ts';
import { feedText, writeFeed } from '../feed/writer.ts';
import { LASTING_FAILURES, type AtomicWrite } from '../platform/atomic-file.ts';
import type { Log } from '../platform/log.ts';
import type { Progress } from '../platform/progress.ts';
import type { Scanned } from '../scan.ts';
import { appearance, commandName, EXIT, type CommandContext } from './context.ts';

export interface RunTools {
  readonly context: CommandContext;
  readonly config: Config;
  readonly log: Log;
  readonly progress: Progress;
  readonly interrupt: AbortSignal;
  /** Of the feed that this run has written last, `degraded` once it is the final one; null before that. */
  readonly written: { stage: RunStage | null; last: AtomicWrite | null; degraded: boolean | null };
}

/** Thrown before the first request where the feed can never be written. */
export class OutputRefused extends Error {}

interface OutputFlags {
  readonly json?: true;
  readonly quiet?: true;
  readonly allowDegraded?: true;
}

/**
 * Writes stages to `output`; an earlier one that cannot be written is warned about, since a later one may be. The first one is written
 * before anything is sent: one that no later one can be better than ends the run.
 */
export function stageWriter(output: string, tools: RunTools): (feed: FeedContent) => Promise<boolean> {
  const { log, written, progress, interrupt } = tools;
  return async (feed) => {
    const isLast = feed.run.stage === 'complete';
    if (isLast) progress.stop();
    // From here on it is too late: what is written is written whole.
    interrupt.throwIfAborted();
    const isFirst = written.last === null;
    const result = await writeFeed(output, feed);
    written.last = result;
    if (!result.ok && isFirst && !isLast && LASTING_FAILURES.has(result.code)) {
      throw new OutputRefused(`${result.detail}. Nothing was fetched; an older feed stays as it was`);
    }
    if (result.ok) written.stage = feed.run.stage;
    else if (!isLast) log.warn(`the stage ${feed.run.stage} was not written: ${result.detail}`);
    return result.ok;
  };
}

/** Prints the feed of a finished run; answers with the exit code. */
export async function finish(
  { feed, isCompared }: Pick<Extract<Scanned, { ok: true }>, 'feed' | 'isCompared'>,
  output: string | null,
  flags: OutputFlags,
  tools: RunTools,
): Promise<number> {
  const { context, log, progress, written } = tools;
  progress.stop();
  const shown = output === null ? null : shortest(output, context.cwd);
  if (shown !== null) {
    const { last } = written;
    if (last === null || !last.ok) {
      log.error(`scan: ${last?.detail ?? 'no feed was written'}`);
      return last?.code === 'invalid-feed' ? EXIT.bug : EXIT.noFeed;
    }
    written.degraded = feed.run.degraded;
    if (last.warning !== null) log.warn(last.warning);
    log.line(`[SUCCESS] Saved ${feed.summary.signals.total} signals to ${shown}`);
    log.line(`[TIMESTAMP] Last Updated: ${feed.last_updated}`);
  }
  const look = appearance(context.stdout, context.env);
  if (flags.json) context.stdout.write(feedText(feed));
  else if (!flags.quiet) {
    const { feedTable } = await import('../feed/table.ts');
    const { runSummary } = await import('../show/run-summary.ts');
    const options = { file: shown, command: commandName(context.env), comparable: isCompared };
    const table = output === null ? `${feedTable(feed, { top: 20, now: null }, look)}\n` : '\n';
    context.stdout.write(table + runSummary(feed, options, look));
  }
  // Last of all: exit 3 must not come without a word, and cron mails the end of the log.
  if (!flags.allowDegraded) for (const { text } of feed.run.degraded_reasons) log.error(`degraded: ${text}`);
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
