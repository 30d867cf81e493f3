/** Columns, wrapping and colour for plain-text tables. Everything that is laid out is made safe to print. */
import { styleText } from 'node:util';
import { displayWidth, escapeControl } from '../platform/text.ts';

export interface Look {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

export interface Column<Row> {
  readonly title: string;
  readonly align: 'left' | 'right';
  readonly text: (row: Row) => string;
  readonly style?: (row: Row) => Style | null;
  /** What goes first when the width is short: the column with the highest number. Without one it always stays. */
  readonly dispensable?: number;
  /** Stays also when it has no text in any row: somebody asked for it. */
  readonly isAsked?: boolean;
  /** As last column: goes on in further lines of at least this width before any column is left out. */
  readonly wraps?: number;
}

export interface Table {
  readonly lines: readonly string[];
  /** Titles of the columns for which the width was too short. */
  readonly leftOut: readonly string[];
  /** Columns of a terminal that shows all of them. */
  readonly fullWidth: number;
}

const GAP = '  ';
/** Below this a wrapped column is no longer readable. */
const NARROWEST_WRAP = 10;

export function paint(text: string, style: Style | null, { colour }: Look): string {
  return colour && style !== null ? styleText(style, text, { validateStream: false }) : text;
}

/** The table, and a line on what did not fit into the width. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], look: Look): readonly string[] {
  const table = layTable(columns, rows, look);
  return [...table.lines, ...leftOutLines([table], look)];
}

/** One line on the columns that any of `tables` lacks, with the width that shows them; nothing when none does. */
export function leftOutLines(tables: readonly Table[], look: Look): readonly string[] {
  const names = [...new Set(tables.flatMap(({ leftOut }) => leftOut))];
  if (names.length === 0) return [];
  const width = Math.max(...tables.map(({ fullWidth }) => fullWidth));
  const text = `Left out at ${look.width} columns: ${names.join(', ')} (shown from ${width} columns on; --json has all)`;
  return paragraph(text, look).map((line) => paint(line, 'dim', look));
}

/**
 * A heading and one line for each row, within the width if dropping dispensable columns allows; a column without any text is left
 * out unless it was asked for. The last column, when it is too long, goes on in further lines below itself.
 */
export function layTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], look: Look): Table {
  const table = columns.map((column) => {
    const cells = rows.map((row) => escapeControl(column.text(row)));
    return { column, cells, width: Math.max(...[column.title, ...cells].map(displayWidth)) };
  });
  const filled = table.filter(({ column, cells }) => column.isAsked === true || cells.some((cell) => cell !== ''));
  const fullWidth = neededBy(filled);
  const kept = fitting(filled, look.width);
  const used = kept.slice(0, -1).reduce((sum, { width }) => sum + width + GAP.length, 0);
  const last = kept.at(-1)!;
  last.width = Math.min(last.width, Math.max(NARROWEST_WRAP, look.width - used));
  const heading = kept.map(({ column, width }) => paint(pad(column.title, width, column.align), 'dim', look));
  const body = rows.flatMap((row, index) => {
    const first = kept.slice(0, -1).map(({ column, cells, width }) => {
      return paint(pad(cells[index]!, width, column.align), column.style?.(row) ?? null, look);
    });
    const style = last.column.style?.(row) ?? null;
    return wrap(last.cells[index]!, last.width).map((piece, line) => {
      const cell = paint(pad(piece, last.width, last.column.align), style, look);
      return line === 0 ? [...first, cell].join(GAP) : ' '.repeat(used) + cell;
    });
  });
  return {
    lines: [heading.join(GAP), ...body].map((line) => line.trimEnd()),
    leftOut: filled.filter((laid) => !kept.includes(laid)).map(({ column }) => column.title),
    fullWidth,
  };
}

interface Laid<Row> {
  readonly column: Column<Row>;
  readonly cells: readonly string[];
  width: number;
}

function fitting<Row>(table: readonly Laid<Row>[], width: number): readonly Laid<Row>[] {
  if (neededBy(table) <= width) return table;
  const most = Math.max(...table.map(({ column }) => column.dispensable ?? 0));
  if (most === 0) return table;
  return fitting(
    table.filter(({ column }) => column.dispensable !== most),
    width,
  );
}

function neededBy<Row>(table: readonly Laid<Row>[]): number {
  const last = table.at(-1)!;
  const wide = table.reduce((sum, laid) => sum + laid.width + GAP.length, -GAP.length);
  return wide - last.width + Math.min(last.width, last.column.wraps ?? last.width);
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + space : space + text;
}

/** Lines of at most `width` columns, broken at spaces, inside a word only when it is longer than a line. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((part) => pieces(part, width))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width) {
      line = longer;
      continue;
    }
    lines.push(line.replace(/ +$/, ''));
    line = word;
  }
  return [...lines, line];
}

/** A word that is longer than a line is broken behind its last underscore that fits, else where the line ends. */
function pieces(word: string, width: number): readonly string[] {
  const found: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && displayWidth(piece + character) > width) {
      const end = piece.lastIndexOf('_') + 1 || piece.length;
      found.push(piece.slice(0, end));
      piece = piece.slice(end);
    }
    piece += character;
  }
  return [...found, piece];
}

/** A paragraph, made safe and wrapped; `indents` are those of the first line and of the others. */
export function paragraph(
  text: string,
  { width }: Look,
  indents: readonly [number, number] = [0, 2],
): readonly string[] {
  const lines = wrap(escapeControl(text), width - Math.max(...indents));
  return lines.map((line, index) => ' '.repeat(indents[index === 0 ? 0 : 1]) + line);
}
