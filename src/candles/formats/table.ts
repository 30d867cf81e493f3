/** Text with separated fields. Lines are split one by one: a large file never stands in memory as millions of fields. */

export interface Table {
  /** Without blank ones. */
  readonly lines: readonly string[];
  /** The fields of a line as written, without their quotes. */
  readonly fieldsOf: (line: string) => readonly string[];
  /** True when no line break follows the last row: what it ends with may be cut. */
  readonly open: boolean;
}

const DELIMITERS = [',', ';', '\t'] as const;

/** Header lines that some sources put above the header: their address, or Excel's `sep=;`. */
export const LINES_ABOVE = 4;
/** As many as a candle has: a line of fewer is no header. */
const FIELDS = 6;

/** The delimiter is the one that the header, else the first line, has most of. */
export function readTable(text: string): Table {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  const count = (line: string): readonly number[] => DELIMITERS.map((delimiter) => line.split(delimiter).length);
  const isWide = (line: string): boolean => Math.max(...count(line)) >= FIELDS;
  const counts = count(lines.slice(0, LINES_ABOVE + 1).find(isWide) ?? lines[0] ?? '');
  const delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))]!;
  const fieldsOf = (line: string): readonly string[] =>
    line.includes('"') ? splitQuoted(line, delimiter) : line.split(delimiter);
  return { lines, fieldsOf, open: !/[\r\n]\s*$/.test(text) };
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
 * The lines that are whole. A last line without a break behind it may be cut in its last field; there it is taken for whole only
 * when that field has as many decimals as the ones above it, as fixed-point writers have.
 *
 * @param needed how many fields from the left are of use
 */
export function wholeLines({ lines, fieldsOf, open }: Table, needed: number): readonly string[] {
  const last = lines.at(-1);
  if (!open || last === undefined) return lines;
  const fields = fieldsOf(last);
  if (fields.length > needed) return lines;
  const at = fields.length - 1;
  const above = lines.slice(-LIKE_ROWS - 1, -1).map((line) => decimalsOf(fieldsOf(line)[at]));
  const like = above.length === LIKE_ROWS && above.every((count) => count > 0 && count === decimalsOf(fields[at]));
  return fields.length === needed && like ? lines : lines.slice(0, -1);
}

const LIKE_ROWS = 5;

function decimalsOf(field: string | undefined): number {
  return /\.(\d+)$/.exec(field ?? '')?.[1]?.length ?? 0;
}
