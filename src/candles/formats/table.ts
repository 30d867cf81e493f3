/** Text with separated fields as rows of text. */

export interface Table {
  readonly delimiter: string;
  /** Blank lines are left out. Fields are as written, without their quotes. */
  readonly rows: readonly (readonly string[])[];
  /** True when no line break follows the last row: what it ends with may be cut. */
  readonly open: boolean;
}

const DELIMITERS = [',', ';', '\t'] as const;

/** The delimiter is the one that the first row has most of. */
export function readTable(text: string): Table {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  const first = lines[0] ?? '';
  const counts = DELIMITERS.map((delimiter) => first.split(delimiter).length);
  const delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))]!;
  const rows = lines.map((line) => (line.includes('"') ? splitQuoted(line, delimiter) : line.split(delimiter)));
  return { delimiter, rows, open: !/[\r\n]\s*$/.test(text) };
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
 * The rows that are whole. A last row without a line break may be cut in its last field; there it is taken for whole only when
 * that field has as many decimals as the ones above it, as fixed-point writers have.
 *
 * @param needed how many fields from the left are of use
 */
export function wholeRows({ rows, open }: Table, needed: number): readonly (readonly string[])[] {
  const last = rows.at(-1);
  if (!open || last === undefined || last.length > needed) return rows;
  const at = last.length - 1;
  const above = rows.slice(-LIKE_ROWS - 1, -1).map((row) => decimalsOf(row[at]));
  const like = above.length === LIKE_ROWS && above.every((count) => count > 0 && count === decimalsOf(last[at]));
  return last.length === needed && like ? rows : rows.slice(0, -1);
}

const LIKE_ROWS = 5;

function decimalsOf(field: string | undefined): number {
  return /\.(\d+)$/.exec(field ?? '')?.[1]?.length ?? 0;
}
