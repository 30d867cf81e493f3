/** Cells of text files that no one can read, told apart from values that are missing. */
import { failed, type Failure } from '../bytes.ts';
import { cutTimesDetail, noTimesDetail } from '../times.ts';
import { toNumber, toTextTime } from '../values.ts';

const MISSING = /^(?:nan|null|none|na|n\/a|nat|-)?$/i;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;
/** `1,234.5`, `1.234,5`, `1 234.5`, `1'234.5`. */
const THOUSANDS = /^[+-]?\d{1,3}(?:[,. '’\u00a0\u202f]\d{3})+(?:[.,]\d*)?$/;
/** `31/12/2024` is December to some and no date to others. */
const AMBIGUOUS_DATE = /^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}/;
/** `00:00.0`, `04:00:00`: what a spreadsheet shows of `2024-04-05 04:00:00.000`, or the half of what stands in two columns. */
const CLOCK_ALONE = /^\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?$/;
/** `20240405 04:00`, `20240405T040000Z`. Without the clock it is a number. */
const COMPACT_DATE = /^(?:19|20)\d{6}[T ]/;
/** Of a comma for a point no number is left. */
const NO_TIMES = new Float64Array();
/** Of the rows: fewer are slips, and dropped. */
const UNREADABLE_SHARE = 0.01;
const UNREADABLE_FROM_ROWS = 2;

/**
 * The first cell of a row that cannot be read; null when all can, or are missing. What is no text has no other reading.
 *
 * @param numbers as far as the row reaches
 */
export function unreadableCell(time: unknown, numbers: readonly unknown[]): Failure | null {
  if (isThere(time) && Number.isNaN(toTextTime(time).time)) return timeFault(time);
  const number = numbers.find((text) => isThere(text) && Number.isNaN(toNumber(text)));
  return typeof number === 'string' ? numberFault(number) : null;
}

/** True when so many rows cannot be read that the rest of the file would be another series. */
export function areTooMany(unreadable: number, rows: number): boolean {
  return unreadable >= Math.min(rows, UNREADABLE_FROM_ROWS) && unreadable > rows * UNREADABLE_SHARE;
}

function isThere(cell: unknown): cell is string {
  return typeof cell === 'string' && !isMissing(cell);
}

export function isMissing(cell: string): boolean {
  return MISSING.test(cell.trim());
}

function timeFault(cell: string): Failure {
  const text = cell.trim();
  if (AMBIGUOUS_DATE.test(text)) {
    return failed('bad-series', 'times like 05/04/2024 can be read in two ways: write them as 2024-04-05 00:00:00');
  }
  if (CLOCK_ALONE.test(text)) {
    const cause = 'a spreadsheet has cut them, or the days stand in another column';
    return failed('bad-series', `its times name no day, as ${quoted(text)}: ${cause}: write both in one`);
  }
  if (/^#+$/.test(text)) {
    return failed(
      'bad-series',
      'its times are rows of #: a spreadsheet whose column was too narrow saved them: get the file again',
    );
  }
  const serial = /^(\d{5}),\d+$/.exec(text)?.[1];
  const numbered = serial === undefined ? null : noTimesDetail(Float64Array.of(Number(serial)));
  if (numbered !== null) return failed('bad-series', numbered);
  const cut = cutTimesDetail(text, NO_TIMES);
  if (cut !== null) return failed('bad-series', cut);
  if (COMPACT_DATE.test(text)) {
    return failed(
      'bad-series',
      `its times are dates without separators, as ${quoted(text)}: write them as 2024-04-05 00:00:00Z or as ms UTC`,
    );
  }
  return failed('bad-series', `its times are such as ${quoted(text)}: write them as 2024-04-05 00:00:00Z or as ms UTC`);
}

function numberFault(cell: string): Failure {
  const text = cell.trim();
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
  return `"${text.slice(0, 30)}"`;
}
