/** Reading a feed back. */
import type { z } from 'zod';
import { SCHEMA_VERSION, type Feed } from '../core/feed.ts';
import { feedSchema } from './schema.ts';

export type ParsedFeed =
  | { readonly ok: true; readonly feed: Feed }
  /** One sentence with file, field and remedy. */
  | { readonly ok: false; readonly detail: string };

const SCAN_AGAIN = 'write it anew with: scan data/ --strategy all';

/**
 * The feed in `text`, which stood in `file`. Fields that a newer minor version added are kept unread; a newer major version is
 * refused, because its fields may mean something else.
 */
export function parseFeed(text: string, file: string): ParsedFeed {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return refused(`${file} is not JSON (${(error as Error).message}): ${SCAN_AGAIN}`);
  }
  const version = versionOf(data);
  if (version === null) return refused(`${file} is no perpscan feed: it has no schema_version; name the feed to read`);
  const [found, known] = [majorOf(version), majorOf(SCHEMA_VERSION)];
  if (found > known) {
    return refused(
      `${file} has schema_version ${version}, newer than this program's ${SCHEMA_VERSION}: update perpscan`,
    );
  }
  const feed = { ...withAddedFields(data as object), schema_version: SCHEMA_VERSION };
  const issue = firstIssue(feed, 'tolerate-added');
  return issue === null ? { ok: true, feed: feed as Feed } : refused(`${file}: ${issue}: ${SCAN_AGAIN}`);
}

/** Fields that a minor version added, empty in feeds that were written before it. What is malformed is left for the check. */
function withAddedFields(feed: object): object {
  const { run, summary, signals } = feed as { run?: unknown; summary?: unknown; signals?: unknown };
  if (!isObject(run) || !isObject(summary) || !isObject(summary['candles']) || !Array.isArray(signals)) return feed;
  return {
    ...feed,
    run: { stage: 'complete', exactness: null, plan: null, ...run },
    summary: { ...summary, candles: { future: 0, naive_times: 0, ...summary['candles'] } },
    signals: signals.map((signal: unknown) => (isObject(signal) ? withGateAndParts(signal) : signal)),
  };
}

function withGateAndParts(signal: Readonly<Record<string, unknown>>): object {
  const { score_breakdown: breakdown } = signal;
  if (!Array.isArray(breakdown)) return signal;
  return { score_side: null, gate: null, ...signal, score_breakdown: breakdown.map(withParts) };
}

function withParts(component: unknown): unknown {
  return isObject(component) ? { parts: [], ...component } : component;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Path and message of the first thing that is wrong with a feed, or null. */
export function firstIssue(feed: unknown, added: 'tolerate-added' | 'refuse-added'): string | null {
  const checked = feedSchema.safeParse(feed);
  if (checked.success) return null;
  const counting = (issue: z.core.$ZodIssue): boolean => added === 'refuse-added' || issue.code !== 'unrecognized_keys';
  const issue = checked.error.issues.find(counting);
  return issue === undefined ? null : `${pathOf(issue.path)}: ${issue.message}`;
}

/** As jq writes it: `signals[12].setup.entry`. */
function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file';
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function versionOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('schema_version' in data)) return null;
  const { schema_version: version } = data;
  return typeof version === 'string' && /^\d+\.\d+\.\d+$/.test(version) ? version : null;
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

function refused(detail: string): ParsedFeed {
  return { ok: false, detail };
}
