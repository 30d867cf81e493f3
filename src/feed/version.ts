/** Which feeds this program understands. */
import { SCHEMA_VERSION } from '../core/feed.ts';

export const SCAN_AGAIN = 'write it anew with: scan data/ --strategy all';

/** Why a file is no feed that can be read, in a sentence about it, and what helps whoever wants to read it. */
export interface Misfit {
  readonly fact: string;
  readonly remedy: string;
}

/** Null when `data` is a feed that can be read, also one of a newer minor version. */
export function misfitOf(data: unknown, file: string): Misfit | null {
  const version = versionOf(data);
  if (version === null) {
    return { fact: `${file} is no perpscan feed: it has no schema_version`, remedy: '; name the feed to read' };
  }
  const [found, known] = [majorOf(version), majorOf(SCHEMA_VERSION)];
  const says = `${file} has schema_version ${version}`;
  if (found > known)
    return { fact: `${says}, newer than this program's ${SCHEMA_VERSION}`, remedy: ': update perpscan' };
  if (found < known) return { fact: `${says}, older than ${SCHEMA_VERSION}`, remedy: `: ${SCAN_AGAIN}` };
  return null;
}

export function refusalOf(data: unknown, file: string): string | null {
  const misfit = misfitOf(data, file);
  return misfit === null ? null : misfit.fact + misfit.remedy;
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
