/** Whether the place of the feed takes files, before calls and minutes are spent on a feed that cannot be written. */
import { closeSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config.ts';
import { MOUNT_ITS_FOLDER } from '../platform/atomic-file.ts';
import { errnoOf, followLinks, inspectFolder, isMountPoint } from '../platform/folder.ts';
import type { Log } from '../platform/log.ts';
import type { Check } from './doctor-checks.ts';

const NAME_A_FILE = 'name a file with --output or SCAN_OUTPUT';
const ELSEWHERE = 'choose another place with --output or SCAN_OUTPUT';
const STICKY = 0o1000;

/** False, with an error in the log, where writing is bound to fail. */
export function takesFeed(config: Config, log: Log): boolean {
  const { status, fact, remedy } = checkOutput(config);
  if (status !== 'fail') return true;
  log.error(`scan: ${fact}: ${remedy ?? 'choose another place'}. Nothing was read; an older feed stays as it was`);
  return false;
}

/** Never throws and changes nothing. */
export function checkOutput({ output }: Config): Check {
  const target = targetOf(output);
  const refusal = target === null ? CIRCLE : refusalOf(target);
  const data = { path: output, writable: refusal === null };
  if (refusal !== null) {
    const [what, remedy] = refusal;
    return { name: 'output', status: 'fail', fact: what.replace('%', target ?? output), remedy, data };
  }
  const isThere = statSync(path.dirname(target ?? output), { throwIfNoEntry: false }) !== undefined;
  const fact = isThere ? output : `${output}, whose folder will be made`;
  return { name: 'output', status: 'ok', fact, remedy: null, data };
}

/** What is wrong, with % for the file, and the remedy. */
type Refusal = readonly [what: string, remedy: string];

const CIRCLE: Refusal = ['% is a link that leads in a circle', NAME_A_FILE];

/** Null for a link that leads in a circle. */
function targetOf(output: string): string | null {
  try {
    return followLinks(output);
  } catch (error) {
    // What else may be wrong, the check of the folder tells.
    return errnoOf(error) === 'ELOOP' ? null : output;
  }
}

function refusalOf(target: string): Refusal | null {
  const old = standing(target);
  if (old?.isDirectory() === true) return ['% is a folder', isMountPoint(target) ? MOUNT_ITS_FOLDER : NAME_A_FILE];
  if (old?.isFile() === false) return ['% is a pipe or a device', NAME_A_FILE];
  const folder = path.dirname(target);
  const state = inspectFolder(folder);
  if (!state.ok) {
    return [
      `${folder} takes no files (${state.nearest}: ${state.code === 'ENOENT' ? 'a link that leads nowhere' : state.code})`,
      `make it writable or ${ELSEWHERE}`,
    ];
  }
  return old === null ? null : (protectionOf(target, old, statSync(folder)) ?? otherFile(target));
}

/** A feed names its version first, also one that a full disk cut off; what a crash left empty or zero is nobody's. */
const HEAD_BYTES = 4_096;

/** Candles or settings that were named by mistake must not be replaced by a feed. */
function otherFile(file: string): Refusal | null {
  const head = headOf(file);
  if (head === null || head.trim() === '' || head.includes('"schema_version"')) return null;
  return ['% holds something else than a feed, which would be lost', `remove it or ${ELSEWHERE}`];
}

/** Null where it may not be read: it is replaced with the rights of its folder. */
function headOf(file: string): string | null {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(HEAD_BYTES);
      const length = readSync(descriptor, bytes, 0, HEAD_BYTES, 0);
      return bytes.toString('utf8', 0, length).replaceAll('\0', '');
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}

/** Null when there is nothing, or behind a folder that the check of the folder tells about. */
function standing(file: string): Stats | null {
  try {
    return statSync(file);
  } catch {
    return null;
  }
}

/** Why a file in a folder that takes files may not be replaced all the same. */
function protectionOf(file: string, old: Stats, folder: Stats): Refusal | null {
  if (isMountPoint(file)) return ['% is mounted as a single file, which cannot be replaced', MOUNT_ITS_FOLDER];
  const me = process.geteuid?.() ?? 0;
  if ((folder.mode & STICKY) !== 0 && ![0, old.uid, folder.uid].some((one) => one === me)) {
    return ['% belongs to another user, and its folder lets nobody replace files of others', ELSEWHERE];
  }
  try {
    closeSync(openSync(file, 'r+'));
  } catch (error) {
    // EACCES is no hindrance: a file is replaced with the rights of its folder.
    const code = errnoOf(error);
    if (code === 'EPERM' || code === 'EROFS') {
      return [`% is protected against changes (${code})`, `lift that (chattr -i, or a read-only mark) or ${ELSEWHERE}`];
    }
  }
  return null;
}
