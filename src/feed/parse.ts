/** Reading a feed back. Loads the schema: a run reads the feed before it with previous.ts instead. */
import { SCHEMA_VERSION, type Feed } from '../core/feed.ts';
import { shapeProblems } from './shape.ts';
import { refusalOf, SCAN_AGAIN } from './version.ts';

export type ParsedFeed =
  | { readonly ok: true; readonly feed: Feed }
  /** One sentence with file, field and remedy. */
  | { readonly ok: false; readonly detail: string };

/**
 * The feed in `text`, which stood in `file`. Fields that a newer minor version added stay in it unread; another major version is
 * refused, because its fields may mean something else.
 */
export function parseFeed(text: string, file: string): ParsedFeed {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return refused(`${file} is not JSON (${(error as Error).message}): ${SCAN_AGAIN}`);
  }
  const refusal = refusalOf(data, file);
  if (refusal !== null) return refused(refusal);
  const feed = { ...(data as object), schema_version: SCHEMA_VERSION };
  const [problem] = shapeProblems(feed, 'tolerate-added');
  if (problem === undefined) return { ok: true, feed: feed as Feed };
  return refused(`${file}: ${problem.path}: ${problem.message}: ${SCAN_AGAIN}`);
}

function refused(detail: string): ParsedFeed {
  return { ok: false, detail };
}
