/** Whether the place of the feed takes files, before units and minutes are spent on a feed that cannot be written. */
import type { Config } from '../config.ts';
import type { Log } from '../platform/log.ts';
import { checkOutput } from './doctor-places.ts';

/** False, with an error in the log, where writing is bound to fail. */
export function takesFeed(config: Config, log: Log): boolean {
  const { status, fact, remedy } = checkOutput(config);
  if (status !== 'fail') return true;
  log.error(`scan: ${fact}: ${remedy ?? 'choose another place'}. Nothing was read; an older feed stays as it was`);
  return false;
}
