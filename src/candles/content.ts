/** What kind of bytes a file holds, by magic and first byte. */
import { failed, type Failure } from './bytes.ts';
import { unsupportedContent } from './unsupported.ts';

export type Content = 'json' | 'csv' | 'arrow' | 'parquet';

/** Far enough to meet a NUL byte in anything that is no text. */
const LOOK_BYTES = 4096;
const OPEN_LIST = 0x5b;

/**
 * @param name without packing: a `.json` that does not begin like JSON is broken JSON, not CSV
 */
export function contentOf(bytes: Buffer, name: string): { readonly ok: true; readonly content: Content } | Failure {
  // Nearly all files are such, and no magic begins so.
  if (bytes[0] === OPEN_LIST && /\.json$/i.test(name)) return found('json');
  const magic = bytes.toString('latin1', 0, 6);
  if (magic === 'ARROW1') return found('arrow');
  if (magic.startsWith('PAR1')) return found('parquet');
  const unsupported = unsupportedContent(bytes);
  if (unsupported !== null) return failed('unsupported-format', unsupported);
  if (/\.json$/i.test(name)) return found('json');
  if (/\.feather$/i.test(name)) return found('arrow');
  if (/\.parquet$/i.test(name)) return found('parquet');
  const head = bytes.subarray(0, LOOK_BYTES);
  if (isUtf16(head)) return failed('unsupported-format', 'it is UTF-16 text: save it as UTF-8');
  if (head.includes(0)) {
    return failed('unsupported-format', 'it is neither text nor a known kind of file: save the candles as CSV or JSON');
  }
  return found(/^[\s\uFEFF]*[[{]/.test(head.toString('utf8', 0, 64)) ? 'json' : 'csv');
}

function found(content: Content): { readonly ok: true; readonly content: Content } {
  return { ok: true, content };
}

function isUtf16(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}
