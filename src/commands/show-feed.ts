import { readFileSync } from 'node:fs';
import { loadConfig } from '../config.ts';
import { ConfigError } from '../core/config-error.ts';
import type { Feed } from '../core/feed.ts';
import { explain } from '../feed/explain.ts';
import { findSignals, nearestName } from '../feed/find.ts';
import { parseFeed } from '../feed/parse.ts';
import { feedTable } from '../feed/table.ts';
import { appearance, type CommandContext } from './context.ts';
import { parseLimit } from './run-options.ts';

export interface ShowFlags {
  readonly symbol?: string;
  readonly explain?: true;
  readonly limit: string;
}

function readFeed(file: string): Feed {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const detail =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new ConfigError(`${file}: ${detail}; write a feed with: scan data/ --strategy all`, 2);
  }
  const parsed = parseFeed(text, file);
  if (parsed.ok) return parsed.feed;
  throw new ConfigError(parsed.detail, 2);
}

/**
 * The text that `scan show` prints; `file` null means the feed of the settings.
 * @throws ConfigError
 */
export function showFeed(file: string | null, flags: ShowFlags, context: CommandContext): string {
  const feed = readFeed(file ?? loadConfig({ ...context, flags: {} }).output);
  const look = appearance(context.stdout, context.env);
  const signals = flags.symbol === undefined ? feed.signals : findSignals(feed.signals, flags.symbol);
  if (flags.symbol !== undefined && signals.length === 0) {
    const near = nearestName(feed.signals, flags.symbol);
    const hint = near === null ? '' : `; did you mean ${near}?`;
    throw new ConfigError(`--symbol: no market "${flags.symbol}" in the feed${hint}`, 2);
  }
  const top = parseLimit(flags.limit);
  if (flags.explain) return explain(flags.symbol === undefined ? signals.slice(0, top) : signals, look);
  return feedTable({ ...feed, signals }, { top }, look);
}
