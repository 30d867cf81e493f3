/** Whether the place of the feed takes files, before calls and minutes are spent on a feed that cannot be written. */
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config.ts';
import { errnoOf, inspectFolder } from '../platform/folder.ts';
import type { Log } from '../platform/log.ts';
import type { Check } from './doctor-checks.ts';

/** False, with an error in the log, where writing is bound to fail. */
export function takesFeed(config: Config, log: Log): boolean {
  const { status, fact, remedy } = checkOutput(config);
  if (status !== 'fail') return true;
  log.error(`scan: ${fact}: ${remedy ?? 'choose another place'}. Nothing was read; an older feed stays as it was`);
  return false;
}

/** Never throws and changes nothing. */
export function checkOutput({ output }: Config): Check {
  const folder = path.dirname(output);
  const state = inspectFolder(folder);
  const data = { path: output, writable: state.ok };
  const other = otherThanFile(output);
  if (other !== null) {
    const remedy = 'name a file with --output or SCAN_OUTPUT';
    return {
      name: 'output',
      status: 'fail',
      fact: `${output} is ${other}`,
      remedy,
      data: { ...data, writable: false },
    };
  }
  if (state.ok) {
    const fact = state.exists ? output : `${output}, whose folder will be made`;
    return { name: 'output', status: 'ok', fact, remedy: null, data };
  }
  const fact = `${folder} takes no files (${state.nearest}: ${state.code})`;
  const remedy = 'make it writable or choose another place with --output or SCAN_OUTPUT';
  return { name: 'output', status: 'fail', fact, remedy, data };
}

/** What stands in the place of a file that no feed may replace; null when nothing does. */
function otherThanFile(file: string): string | null {
  try {
    const state = statSync(file);
    if (state.isFile()) return null;
    return state.isDirectory() ? 'a folder' : 'a pipe or a device';
  } catch (error) {
    if (errnoOf(error) === 'ELOOP') return 'a link that leads in a circle';
    // Missing, or behind a folder that the check of the folder tells about.
    return null;
  }
}
