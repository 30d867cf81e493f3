/** Cells of text files that no one can read, told apart from values that are missing. */
import { failed, type Failure } from '../bytes.ts';
import { toNumber, toTextTime } from '../values.ts';

const MISSING = /^\s*(?:nan|null|none|na|n\/a|nat|-)?\s*$/i;
const DECIMAL_COMMA = /^\s*[+-]?\d+,\d+\s*$/;
/** `1,234.5`, `1.234,5`, `1 234.5`, `1'234.5`. */
const THOUSANDS = /^\s*[+-]?\d{1,3}(?:[,. '’\u00a0\u202f]\d{3})+(?:[.,]\d*)?\s*$/;
/** `31/12/2024` is December to some and no date to others. */
const AMBIGUOUS_DATE = /^\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}/;
/** Of the rows: fewer are slips, and dropped. */
const UNREADABLE_SHARE = 0.01;
const UNREADABLE_FROM_ROWS = 2;

/** Of a row, its time and its numbers, as far as the row reaches. */
export interface Cells {
  readonly time: string | undefined;
  readonly numbers: readonly (string | undefined)[];
}

/** The first cell that cannot be read; null when all can, or are missing. */
export function unreadableCell({ time, numbers }: Cells): Failure | null {
  if (isThere(time) && Number.isNaN(toTextTime(time).time)) return timeFault(time);
  const number = numbers.find((text) => isThere(text) && Number.isNaN(toNumber(text)));
  return number === undefined ? null : numberFault(number);
}

/** True when so many rows cannot be read that the rest of the file would be another series. */
export function areTooMany(unreadable: number, rows: number): boolean {
  return unreadable >= Math.min(rows, UNREADABLE_FROM_ROWS) && unreadable > rows * UNREADABLE_SHARE;
}

function isThere(text: string | undefined): text is string {
  return text !== undefined && !MISSING.test(text);
}

function timeFault(text: string): Failure {
  if (AMBIGUOUS_DATE.test(text)) {
    return failed('bad-series', 'times like 05/04/2024 can be read in two ways: write them as 2024-04-05 00:00:00');
  }
  return failed('bad-series', `its times are such as ${quoted(text)}: write them as 2024-04-05 00:00:00Z or as ms UTC`);
}

function numberFault(text: string): Failure {
  if (DECIMAL_COMMA.test(text) && !THOUSANDS.test(text)) {
    return failed('bad-series', 'its numbers have decimal commas: write them with points');
  }
  if (THOUSANDS.test(text)) {
    return failed(
      'bad-series',
      `its numbers have commas or grouped digits, as ${quoted(text)}: write them like 1234.5`,
    );
  }
  return failed('bad-series', `${quoted(text)} is no number: write numbers like 1234.5`);
}

/** Enough to know it by; never more of the content than that. */
function quoted(text: string): string {
  return `"${text.trim().slice(0, 20)}"`;
}
