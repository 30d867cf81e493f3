import type { Scanned } from '../scan.ts';

/** Why there is no feed, in one line. */
export function nothingRead({ files, skipped }: Omit<Extract<Scanned, { ok: false }>, 'ok'>): string {
  const why = files === 0 ? 'no candle files were found' : `none of ${files} files could be read`;
  const [first] = skipped;
  const example = first === undefined ? '' : `, e.g. ${first.file}: ${first.detail}`;
  return `scan: ${why}${example}. No feed was written; an older one stays as it was`;
}
