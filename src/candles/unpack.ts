/** A file's content without its packing. */
import { isGzip, readBytes, readGzip, type Failure } from './bytes.ts';
import { isZip, readZip } from './zip.ts';

export type UnpackedReading =
  | {
      readonly ok: true;
      readonly bytes: Buffer;
      /** Name of the member that a zip archive held; null for other files. */
      readonly innerName: string | null;
      /** ms UTC. */
      readonly modifiedAt: number;
    }
  | Failure;

/**
 * Packing is told by the bytes: gzip, zip, or a gzip of a zip; names do not matter.
 *
 * @param now wall clock, ms UTC
 */
export function readUnpacked(file: string, now: number): UnpackedReading {
  const content = readBytes(file, now);
  if (!content.ok) return content;
  const unzipped = isGzip(content.bytes) ? readGzip(content.bytes) : content;
  if (!unzipped.ok) return unzipped;
  if (!isZip(unzipped.bytes)) return { ...content, bytes: unzipped.bytes, innerName: null };
  const member = readZip(unzipped.bytes);
  return member.ok ? { ...content, bytes: member.bytes, innerName: member.name } : member;
}
