/** Rows of a feed as a user wants them: which, in which order, with which columns, and in which form. */
import { ConfigError } from '../core/config-error.ts';
import { parseWhere, type FieldValue } from '../core/where.ts';
import { layTable, leftOutLines, paint, type Column, type Look } from '../feed/layout.ts';
import { compactText, percentText, timeText, wholePriceText } from '../feed/words.ts';
import { closest, escapeControl, formatPrice } from '../platform/text.ts';
import type { Field, Fields } from './fields.ts';

/** As typed; null when not asked for. */
export interface Asked {
  readonly where: string | null;
  /** The name of a field, with a `-` before it for the largest first. */
  readonly sort: string | null;
  /** Names separated by commas. */
  readonly columns: string | null;
}

export interface Picked<Row> {
  readonly rows: readonly Row[];
  /** Null for the usual ones. */
  readonly columns: readonly Field<Row>[] | null;
  /** The field that rows are sorted by, or null. */
  readonly sortedBy: Field<Row> | null;
}

/** @throws ConfigError that names the option, what is wrong with it, and where */
export function pickRows<Row>(rows: readonly Row[], fields: Fields<Row>, asked: Asked): Picked<Row> {
  const columns = asked.columns === null ? null : columnsOf(asked.columns, fields);
  const sort = asked.sort === null ? null : sortOf(asked.sort, fields);
  const kept = asked.where === null ? rows : filtered(rows, fields, asked.where);
  return { rows: sort === null ? kept : kept.toSorted(orderBy(sort)), columns, sortedBy: sort?.field ?? null };
}

function filtered<Row>(rows: readonly Row[], fields: Fields<Row>, expression: string): readonly Row[] {
  const types = new Map([...fields].map(([name, { type }]) => [name, type]));
  const where = parseWhere(expression, { types, hint: (name) => unknownHint(name, fields) });
  if (!where.ok) throw new ConfigError(`--where, column ${where.column}: ${where.detail}`, 2);
  return rows.filter((row) => where.matches((name) => fields.get(name)?.read(row) ?? null));
}

function columnsOf<Row>(names: string, fields: Fields<Row>): readonly Field<Row>[] {
  return names.split(',').map((name) => fieldOf('columns', name.trim(), fields));
}

function fieldOf<Row>(option: string, name: string, fields: Fields<Row>): Field<Row> {
  const field = fields.get(name);
  if (field !== undefined) return field;
  throw new ConfigError(`--${option}: unknown name "${name}"${unknownHint(name, fields)}`, 2);
}

/** The nearest name, and how to see all of this kind of row. */
function unknownHint<Row>(name: string, fields: Fields<Row>): string {
  const near = closest(name, [...fields.keys()]);
  const view = fields.has('strategy') ? '' : fields.has('exchange') ? '--markets ' : '--coins ';
  return `${near === null ? '' : `; did you mean ${near}?`}; all names: scan show ${view}--tsv | head -1`;
}

interface Sort<Row> {
  readonly field: Field<Row>;
  /** The largest first. */
  readonly falls: boolean;
}

function sortOf<Row>(sort: string, fields: Fields<Row>): Sort<Row> {
  const falls = sort.startsWith('-');
  return { field: fieldOf('sort', sort.slice(falls ? 1 : 0).trim(), fields), falls };
}

/** Rows without a value come last either way; those with the same value stay in their order. */
function orderBy<Row>({ field: { read }, falls }: Sort<Row>): (a: Row, b: Row) => number {
  return (a, b) => {
    const [one, other] = [read(a), read(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    const order = one < other ? -1 : one > other ? 1 : 0;
    return falls ? -order : order;
  };
}

/** Tab-separated with a heading, nothing shortened, nothing where there is no value. Ends with a newline. */
export function tsvText<Row>(rows: readonly Row[], columns: readonly Field<Row>[]): string {
  const heading = columns.map(({ name }) => name).join('\t');
  const lines = rows.map((row) => columns.map(({ read }) => plainText(read(row))).join('\t'));
  return `${[heading, ...lines].join('\n')}\n`;
}

function plainText(value: FieldValue): string {
  return value === null ? '' : escapeControl(String(value));
}

/** The columns of a row by name, for JSON. */
export function objectOf<Row>(row: Row, columns: readonly Field<Row>[]): Readonly<Record<string, FieldValue>> {
  return Object.fromEntries(columns.map(({ name, read }) => [name, read(row)]));
}

export interface ShownColumn<Row> {
  readonly field: Field<Row>;
  /** Without one the field's name in capitals. */
  readonly title?: string;
  /** As of a table's column. */
  readonly isAsked?: boolean;
  /** As of a table's column: the highest goes first when the width is short. */
  readonly dispensable?: number;
}

/** What was asked for as columns of a table; the last ones go first when the width is short. */
export function columnsFor<Row>(fields: readonly Field<Row>[]): readonly ShownColumn<Row>[] {
  return fields.map((field, place) =>
    place === 0 ? { field, isAsked: true } : { field, isAsked: true, dispensable: place },
  );
}

/** At most `most` rows. Ends with a newline. */
export function rowTable<Row>(
  rows: readonly Row[],
  columns: readonly ShownColumn<Row>[],
  most: number,
  look: Look,
): string {
  if (rows.length === 0) return 'No rows.\n';
  const shown = rows.slice(0, most);
  const laid = columns.map(({ field, title, dispensable, isAsked }): Column<Row> => ({
    title: title ?? field.name.toUpperCase(),
    align: field.type === 'number' ? 'right' : 'left',
    text: (row) => shownText(field.name, field.read(row)),
    ...(dispensable === undefined ? {} : { dispensable }),
    ...(isAsked === undefined ? {} : { isAsked }),
  }));
  const table = layTable(laid, shown, look);
  const beyond = rows.length - shown.length;
  const more = beyond === 0 ? [] : [paint(`${beyond} more: --limit shows more`, 'dim', look)];
  return `${[...table.lines, ...more, ...leftOutLines([table], look)].join('\n')}\n`;
}

/** Distances, which have no side. */
const UNSIGNED = /^(atr|price_gap|funding_spread_8h)_pct$/;
const TIMES = /(^|[._])(since|as_of|closed_at|candle_time)$/;

/** As people read it: percents with their sign, dollars in short, times as times. */
export function shownText(name: string, value: FieldValue): string {
  if (value === null) return '';
  if (typeof value !== 'number') return String(value);
  if (name.endsWith('_pct')) return UNSIGNED.test(name) ? percentText(value).replace('+', '') : percentText(value);
  if (name.endsWith('_usd')) return compactText(value);
  if (name === 'score') return String(Math.round(value));
  if (/^trigger_(long|short)$/.test(name)) return wholePriceText(value);
  return TIMES.test(name) ? timeText(value) : formatPrice(value);
}
