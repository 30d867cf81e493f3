import { readFileSync } from 'node:fs';
import { loadConfig } from '../config.ts';
import { ConfigError } from '../core/config-error.ts';
import type { Feed } from '../core/feed.ts';
import { explain } from '../feed/explain.ts';
import { collapse } from '../feed/find.ts';
import { feedHead } from '../feed/head.ts';
import type { Look } from '../feed/layout.ts';
import { parseFeed } from '../feed/parse.ts';
import { runTable } from '../feed/run-table.ts';
import { unknownName } from '../feed/selection.ts';
import { systemClock } from '../platform/clock.ts';
import { escapeControl } from '../platform/text.ts';
import { explainBlocks, type ExplainAgain } from '../show/judge-again.ts';
import { chosenSignals, nothingText, USUAL_COINS, viewText, type ViewRequest } from '../show/views.ts';
import { appearance, EXIT, type CommandContext } from './context.ts';
import { refuseContradictions, viewRequest, type ShowFlags } from './show-flags.ts';

export interface ShowTools {
  /** The wall clock, ms UTC. */
  readonly now?: number;
  /** How signals that the feed does not explain are explained. */
  readonly explainAgain: ExplainAgain;
}

const WHY_UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; write a feed with: scan data/ --strategy all',
  EISDIR: 'it is a folder; name the feed in it, e.g. master_feed.json',
  EACCES: 'it may not be read; check its permissions',
};

function readFeed(file: string): Feed {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${file}: ${WHY_UNREADABLE[code ?? ''] ?? message}`, EXIT.usage);
  }
  const parsed = parseFeed(text, file);
  if (parsed.ok) return parsed.feed;
  throw new ConfigError(parsed.detail, EXIT.usage);
}

/**
 * The text that `scan show` prints; `file` null means the feed of the settings.
 * @throws ConfigError
 */
export async function showFeed(
  file: string | null,
  flags: ShowFlags,
  context: CommandContext,
  { now = systemClock.now(), explainAgain }: ShowTools,
): Promise<string> {
  refuseContradictions(flags);
  const request = viewRequest(flags);
  const feed = readFeed(file ?? outputOf(context));
  if (flags.run) return runText(feed, flags, context, now);
  const unknown = unknownName(feed, request.selection);
  if (unknown !== null) throw new ConfigError(unknown, EXIT.usage);

  const look = appearance(context.stdout, context.env);
  if (request.form !== 'table') return viewText(feed, request, look);
  const body = flags.explain ? await explanation(feed, request, explainAgain, look) : viewText(feed, request, look);
  return `${feedHead(feed, now, look)}\n${body}`;
}

function outputOf(context: CommandContext): string {
  const { output, refused } = loadConfig({ ...context, flags: {} });
  for (const text of refused) context.stderr.write(`scan: ${escapeControl(text)}\n`);
  return output;
}

/** One market is explained whole. */
async function explanation(feed: Feed, request: ViewRequest, explainAgain: ExplainAgain, look: Look): Promise<string> {
  const coins = collapse(chosenSignals(feed, request));
  if (coins.length === 0) return nothingText(feed, request, look);
  const most = request.limit ?? (request.selection.symbol === null ? USUAL_COINS : Infinity);
  const blocks = await explainBlocks(coins.slice(0, most), feed, explainAgain);
  return explain(blocks, { summary: feed.summary, more: coins.length - blocks.length }, look);
}

function runText(feed: Feed, { json }: ShowFlags, context: CommandContext, now: number): string {
  if (json) {
    const { schema_version, last_updated, run, summary } = feed;
    return `${escapeControl(JSON.stringify({ schema_version, last_updated, run, summary }))}\n`;
  }
  const look = appearance(context.stdout, context.env);
  return `${feedHead(feed, now, look)}\n${runTable(feed, look)}`;
}
