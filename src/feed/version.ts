/** Which feeds this program understands. */
import { SCHEMA_VERSION } from '../core/feed.ts';

export const SCAN_AGAIN = 'write it anew with: scan data/ --strategy all';

/** Null when `data` is a feed that can be read, also one of a newer minor version; else a sentence about `file`, with a remedy. */
export function refusalOf(data: unknown, file: string): string | null {
  const version = versionOf(data);
  if (version === null) return `${file} is no perpscan feed: it has no schema_version; name the feed to read`;
  const [found, known] = [majorOf(version), majorOf(SCHEMA_VERSION)];
  if (found > known) {
    return `${file} has schema_version ${version}, newer than this program's ${SCHEMA_VERSION}: update perpscan`;
  }
  if (found < known) return `${file} has schema_version ${version}, older than ${SCHEMA_VERSION}: ${SCAN_AGAIN}`;
  return null;
}

/** True when the feed may have fields that this program does not know. */
export function isNewer(version: string): boolean {
  return version.localeCompare(SCHEMA_VERSION, 'en', { numeric: true }) > 0;
}

function versionOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('schema_version' in data)) return null;
  const { schema_version: version } = data;
  return typeof version === 'string' && /^\d+\.\d+\.\d+$/.test(version) ? version : null;
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
