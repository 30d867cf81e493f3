/** What a file that no format takes is, in words. */
import { failed, type Failure } from './bytes.ts';
import type { Content } from './content.ts';
import type { Source } from './formats/format.ts';

export function explainContent(content: Content, source: Source): Failure {
  if (content !== 'json') return failed('not-candles', 'it holds no columns time, open, high, low, close and volume');
  const document = source.json();
  return document.ok ? failed('not-candles', 'it holds no rows of time, open, high, low, close and volume') : document;
}
