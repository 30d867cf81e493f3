import { readFileSync } from 'node:fs';
import { loadConfig } from '../config.ts';
import { ConfigError } from '../core/config-error.ts';
import type { Feed } from '../core/feed.ts';
import type { Signal } from '../core/signal.ts';
import { explain } from '../feed/explain.ts';
import { paragraph } from '../feed/layout.ts';
import { parseFeed } from '../feed/parse.ts';
import { nothingSelected, selectSignals, unknownName, type Selection } from '../feed/selection.ts';
import { feedHead, signalTables } from '../feed/table.ts';
import { runTable } from '../feed/run-table.ts';
import { feedText } from '../feed/writer.ts';
import { systemClock } from '../platform/clock.ts';
import { closest, escapeControl } from '../platform/text.ts';
import { appearance, EXIT, type CommandContext } from './context.ts';
import { parseLimit } from './run-options.ts';

export interface ShowFlags {
  readonly symbol?: string;
  readonly exchange?: string;
  readonly strategy?: string;
  readonly direction?: string;
  readonly explain?: true;
  readonly run?: true;
  readonly json?: true;
  readonly limit?: string;
}

/** Coins per strategy, or blocks of an explanation. */
const TOP = 10;
const DIRECTIONS = ['long', 'short', 'none'];

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
 * The text that `scan show` prints; `file` null means the feed of the settings, `now` is the wall clock in ms UTC.
 * @throws ConfigError
 */
export function showFeed(
  file: string | null,
  flags: ShowFlags,
  context: CommandContext,
  now: number = systemClock.now(),
): string {
  if (flags.explain && flags.json) {
    throw new ConfigError(
      '--explain and --json: the JSON holds all that is explained; leave one of them out',
      EXIT.usage,
    );
  }
  if (flags.run) return showRun(file, flags, context, now);
  const limit = flags.limit === undefined ? null : parseLimit(flags.limit);
  const selection = selectionOf(flags);
  const feed = readFeed(file ?? loadConfig({ ...context, flags: {} }).output);
  const unknown = unknownName(feed.signals, selection);
  if (unknown !== null) throw new ConfigError(unknown, EXIT.usage);
  const signals = selectSignals(feed.signals, selection);
  if (flags.json) {
    const { schema_version, last_updated, run } = feed;
    const asked = { ...selection, limit, matched: signals.length };
    const shown = { schema_version, last_updated, run, selection: asked, signals: firstOfEach(signals, limit) };
    return feedText(shown);
  }

  const look = appearance(context.stdout, context.env);
  const head = `${feedHead(feed, now, look)}\n`;
  if (signals.length === 0) {
    return `${head}${paragraph(nothingSelected(feed.signals, selection), look).join('\n')}\n`;
  }
  if (!flags.explain) return head + signalTables(signals, limit ?? TOP, look);
  // One market is explained whole.
  return head + explain(signals, look, limit ?? (selection.symbol === null ? TOP : Infinity));
}

/** Tells of the whole run, so nothing can be picked. @throws ConfigError */
function showRun(file: string | null, flags: ShowFlags, context: CommandContext, now: number): string {
  const picking = (['explain', 'symbol', 'exchange', 'strategy', 'direction', 'limit'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (picking !== undefined) {
    throw new ConfigError(`--run and --${picking}: --run tells of the whole run; leave one of them out`, EXIT.usage);
  }
  const feed = readFeed(file ?? loadConfig({ ...context, flags: {} }).output);
  if (flags.json) {
    const { schema_version, last_updated, run, summary } = feed;
    return `${escapeControl(JSON.stringify({ schema_version, last_updated, run, summary }))}\n`;
  }
  const look = appearance(context.stdout, context.env);
  return `${feedHead(feed, now, look)}\n${runTable(feed, look)}`;
}

/** @throws ConfigError */
function selectionOf({ symbol, exchange, strategy, direction }: ShowFlags): Selection {
  const side = direction?.toLowerCase() ?? null;
  if (side !== null && !DIRECTIONS.includes(side)) {
    const near = closest(side, DIRECTIONS);
    const hint = near === null ? '' : ` (did you mean ${near}?)`;
    throw new ConfigError(
      `--direction: "${direction}" is not understood${hint}; known are ${DIRECTIONS.join(', ')}`,
      EXIT.usage,
    );
  }
  return { symbol: symbol ?? null, exchange: exchange ?? null, strategy: strategy ?? null, direction: side };
}

/** At most `limit` signals of each strategy, in their order; null is all. */
function firstOfEach(signals: readonly Signal[], limit: number | null): readonly Signal[] {
  const places = new Map<string, number>();
  return signals.filter(({ strategy }) => {
    const place = (places.get(strategy) ?? 0) + 1;
    places.set(strategy, place);
    return limit === null || place <= limit;
  });
}
