/** From bytes to a JSON value, or to the reason why there is none. The content itself is never quoted. */
import { failed, type Failure } from './bytes.ts';

export type JsonReading = { readonly ok: true; readonly value: unknown } | Failure;

/** Candle files nest three levels deep. Millions of levels would cost JSON.parse gigabytes. */
const DEEPEST_NESTING = 8;
/** Below this size no nesting can do harm, and looking costs more than it saves. */
const NESTING_MATTERS_FROM_BYTES = 1024 * 1024;
/** Python's json module writes these for missing values; no JSON parser takes them. */
const PYTHON_NON_FINITE = /([:[,]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g;

/** A first line that begins with a word or number and a delimiter. */
const FIELDS = /^"?[\w .-]{1,40}"?[,;\t]/;

export function readJson(bytes: Buffer): JsonReading {
  if (isUtf16(bytes)) return failed('invalid-json', 'it is UTF-16 text: save it as UTF-8');
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') return failed('empty-file', 'it is empty: download it again');
  if (bytes.length > NESTING_MATTERS_FROM_BYTES && nestsTooDeep(bytes)) {
    return failed('not-candles', `it nests deeper than ${DEEPEST_NESTING} levels, which no candle file does`);
  }
  return parse(text) ?? parse(text.replace(PYTHON_NON_FINITE, '$1null')) ?? explain(text, bytes.length);
}

/** Null when the text is no JSON. */
function parse(text: string): JsonReading | null {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch {
    return null;
  }
}

function explain(text: string, size: number): Failure {
  const first = text.slice(0, text.indexOf('\n') + 1);
  if (/^\s*[[{]/.test(first) && parse(first) !== null) {
    return failed('invalid-json', 'it is JSON Lines: jq -s . FILE > FILE.json makes one document of them');
  }
  if (FIELDS.test(first)) return failed('invalid-json', 'it is no JSON but looks like CSV: name it .csv');
  return isCutShort(text.replace(PYTHON_NON_FINITE, '$1null'))
    ? failed('truncated-json', `it ends in the middle of the document, after ${size} bytes: download it again`)
    : failed('invalid-json', `its ${size} bytes are not JSON: replace it with the candles as JSON`);
}

/** True when the text begins a JSON document and lacks its end: closed after its last complete value, it is one. */
function isCutShort(text: string): boolean {
  let closers = '';
  let complete = 0;
  let completeClosers = '';
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
      continue;
    }
    if (char === '"') inString = true;
    else if (char === ']' || char === '}') closers = closers.slice(1);
    else if (char === '[' || char === '{') closers = (char === '[' ? ']' : '}') + closers;
    if (closers.length > DEEPEST_NESTING) return false;
    if (char === ',' || char === '[' || char === '{') {
      complete = char === ',' ? i : i + 1;
      completeClosers = closers;
    }
  }
  return closers !== '' && parse(text.slice(0, complete) + completeClosers) !== null;
}

/** Brackets inside of strings count as well: candle files have none. */
function nestsTooDeep(bytes: Buffer): boolean {
  let depth = 0;
  for (const byte of bytes) {
    if (byte === 0x5b || byte === 0x7b) depth++;
    else if (byte === 0x5d || byte === 0x7d) depth--;
    if (depth > DEEPEST_NESTING) return true;
  }
  return false;
}

function isUtf16(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}
