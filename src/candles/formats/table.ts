/** Text with separated fields. Lines are cut out one by one: a large file never stands in memory as millions of texts. */
import { failed, type Failure } from '../bytes.ts';

export interface Table {
  /** How many lines there are, without blank ones. */
  readonly length: number;
  readonly line: (index: number) => string;
  /** The fields of a line as written, without their quotes. */
  readonly fieldsOf: (line: string) => readonly string[];
  /** True when no line break follows the last row: what it ends with may be cut. */
  readonly open: boolean;
}

const DELIMITERS = [',', ';', '\t'] as const;

/** Header lines that some sources put above the header: their address, or Excel's `sep=;`. */
const LINES_ABOVE = 4;
/** As many as a candle has: a line of fewer is no header. */
const FIELDS = 6;
/** In characters. */
const LONGEST_LINE = 16 * 1024;
/** Six digits and what separates them; on average, in a file of more lines than a few. */
const SHORTEST_LINE = 12;
const MANY_LINES = 100_000;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/** The delimiter is the one that the header, else the first line, has most of. */
export function readTable(text: string): Table | Failure {
  const bounds = boundsOf(text);
  if (!(bounds instanceof Uint32Array)) return bounds;
  const line = (index: number): string => text.slice(bounds[2 * index], bounds[2 * index + 1]);
  const length = bounds.length / 2;
  const above = headOf({ length, line });
  const count = (one: string): readonly number[] => DELIMITERS.map((delimiter) => one.split(delimiter).length);
  const isWide = (one: string): boolean => Math.max(...count(one)) >= FIELDS;
  const counts = count(above.find(isWide) ?? above[0] ?? '');
  const delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))]!;
  const fieldsOf = (one: string): readonly string[] =>
    one.includes('"') ? splitQuoted(one, delimiter) : one.split(delimiter);
  return { length, line, fieldsOf, open: !/[\r\n]/.test(text.slice(text.trimEnd().length)) };
}

/** The lines among which a header stands. */
export function headOf({ length, line }: Pick<Table, 'length' | 'line'>): readonly string[] {
  return Array.from({ length: Math.min(length, LINES_ABOVE + 1) }, (_, index) => line(index));
}

/** Where each line that is not blank begins and ends. */
function boundsOf(text: string): Uint32Array | Failure {
  let lines = 0;
  let longest = 0;
  eachLine(text, (from, to) => {
    lines++;
    longest = Math.max(longest, to - from);
  });
  if (longest > LONGEST_LINE) {
    return failed('not-candles', `a line of it is longer than ${LONGEST_LINE / 1024} KiB: write one candle a line`);
  }
  if (lines > MANY_LINES && lines * SHORTEST_LINE > text.length) {
    return failed('not-candles', 'its lines are too short for candles: write one candle a line');
  }
  const bounds = new Uint32Array(2 * lines);
  let at = 0;
  eachLine(text, (from, to) => {
    bounds[at++] = from;
    bounds[at++] = to;
  });
  return bounds;
}

function eachLine(text: string, take: (from: number, to: number) => void): void {
  let from = 0;
  let isBlank = true;
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? LINE_FEED : text.charCodeAt(at);
    if (code !== LINE_FEED && code !== CARRIAGE_RETURN) {
      if (code > SPACE) isBlank = false;
      continue;
    }
    if (!isBlank) take(from, at);
    from = at + 1;
    isBlank = true;
  }
}

/** RFC 4180 without line breaks inside of fields, which no candle has. */
function splitQuoted(line: string, delimiter: string): readonly string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (char === '"' && quoted && line[i + 1] === '"') {
      field += char;
      i++;
    } else if (char === '"') quoted = !quoted;
    else if (char === delimiter && !quoted) {
      fields.push(field);
      field = '';
    } else field += char;
  }
  return [...fields, field];
}

/**
 * How many lines are whole. A last line without a break behind it may be cut in its last field; there it is taken for whole only
 * when that field has as many decimals as the ones above it, as fixed-point writers have.
 *
 * @param needed how many fields from the left are of use
 */
export function wholeLines({ length, line, fieldsOf, open }: Table, needed: number): number {
  if (!open || length === 0) return length;
  const fields = fieldsOf(line(length - 1));
  if (fields.length > needed) return length;
  const at = fields.length - 1;
  const decimals = decimalsOf(fields[at]);
  const above = Array.from({ length: Math.min(LIKE_ROWS, length - 1) }, (_, i) => fieldsOf(line(length - 2 - i))[at]);
  const like = above.length === LIKE_ROWS && above.every((field) => decimals > 0 && decimalsOf(field) === decimals);
  return fields.length === needed && like ? length : length - 1;
}

const LIKE_ROWS = 5;

function decimalsOf(field: string | undefined): number {
  return /\.(\d+)$/.exec(field ?? '')?.[1]?.length ?? 0;
}
