/**
 * A small expression over the numbers and texts of a row, e.g. `funding_pct > 0.05 && exchange == 'BYBIT'`. It is read once and
 * then asked of many rows. A comparison with a value that a row does not have is false, whatever it is compared with; only
 * `name == null` and `name != null` ask whether there is one.
 */
import { arithmetic, calculate, compared, constant, expect, Misread } from './where-nodes.ts';
import type { Evaluate, FieldType, ReadField, WhereNode } from './where-nodes.ts';
import { tokensOf, type Token, type WhereFault } from './where-tokens.ts';

export type { FieldType, FieldValue } from './where-nodes.ts';

export interface WhereFields {
  readonly types: ReadonlyMap<string, FieldType>;
  /** What is said after an unknown name, such as the nearest one. */
  readonly hint: (name: string) => string;
}

export type Where =
  | { readonly ok: true; readonly matches: (read: ReadField) => boolean }
  | ({ readonly ok: false } & WhereFault);

/** Brackets, `!` and `-` inside each other: more than anybody types, and far less than a stack holds. */
const DEEPEST = 100;

export function parseWhere(expression: string, fields: WhereFields): Where {
  const tokens = tokensOf(expression);
  if ('detail' in tokens) return { ok: false, ...tokens };
  const reader = new Reader(tokens, fields);
  try {
    const { value } = reader.whole();
    return { ok: true, matches: (read) => value(read) === true };
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    return { ok: false, column: error.column, detail: error.message };
  }
}

/** One method for each level of binding, the loosest first. */
class Reader {
  private readonly tokens: readonly Token[];
  private readonly fields: WhereFields;
  private at = 0;
  private depth = 0;

  constructor(tokens: readonly Token[], fields: WhereFields) {
    this.tokens = tokens;
    this.fields = fields;
  }

  whole(): WhereNode {
    if (this.ended()) throw new Misread(1, 'the expression is empty');
    const node = this.any();
    if (!this.ended()) throw this.unexpected('&& or || or the end');
    return expect(node, 'boolean', 'the expression');
  }

  private any(): WhereNode {
    return this.joined('||', () => this.all());
  }

  private all(): WhereNode {
    return this.joined('&&', () => this.comparison());
  }

  /** Operands of `||` or `&&`, in one list: a long chain is no deep tree. */
  private joined(mark: '||' | '&&', operand: () => WhereNode): WhereNode {
    const first = operand();
    if (!this.sees(mark)) return first;
    const parts = [expect(first, 'boolean', mark)];
    while (this.take(mark)) parts.push(expect(operand(), 'boolean', mark));
    const wanted = mark === '||';
    const value: Evaluate = (read) => parts.some((part) => (part.value(read) === true) === wanted) === wanted;
    return { type: 'boolean', column: first.column, value };
  }

  private comparison(): WhereNode {
    const left = this.sum();
    const mark = this.takeAny(['>', '>=', '<', '<=', '==', '!=']);
    if (mark === null) return left;
    const node = compared(left, mark, this.sum());
    if (this.takeAny(['>', '>=', '<', '<=', '==', '!=']) !== null) {
      throw new Misread(this.last.column, 'one comparison at a time: join two with &&');
    }
    return node;
  }

  private sum(): WhereNode {
    return this.calculated(['+', '-'], () => this.product());
  }

  private product(): WhereNode {
    return this.calculated(['*', '/'], () => this.unary());
  }

  private calculated(marks: readonly string[], operand: () => WhereNode): WhereNode {
    let left = operand();
    for (let mark = this.takeAny(marks); mark !== null; mark = this.takeAny(marks)) {
      const [a, b] = [expect(left, 'number', mark), expect(operand(), 'number', mark)];
      const of = arithmetic(mark);
      left = { type: 'number', column: a.column, value: (read) => calculate(a.value(read), b.value(read), of) };
    }
    return left;
  }

  private unary(): WhereNode {
    const { column } = this.next;
    const mark = this.takeAny(['!', '-']);
    if (mark === null) return this.primary();
    const inner = this.deeper(() => this.unary());
    if (mark === '!') {
      const { value } = expect(inner, 'boolean', '!');
      return { type: 'boolean', column, value: (read) => value(read) !== true };
    }
    const { value } = expect(inner, 'number', '-');
    return { type: 'number', column, value: (read) => calculate(0, value(read), arithmetic('-')) };
  }

  private primary(): WhereNode {
    const { kind, text, column } = this.next;
    if (this.take('(')) return this.closed();
    if (kind === 'end' || kind === 'mark') throw this.unexpected('a name, a number or a text');
    this.at += 1;
    if (kind === 'text') return { type: 'text', column, value: () => text };
    if (kind === 'number') return { type: 'number', column, value: constant(Number(text), column) };
    if (text === 'null') return { type: 'null', column, value: () => null };
    if (text === 'true' || text === 'false') return { type: 'boolean', column, value: () => text === 'true' };
    if (text === 'abs' && this.take('(')) {
      const { value } = expect(this.closed(), 'number', 'abs');
      return { type: 'number', column, value: (read) => calculate(value(read), 0, (a) => Math.abs(a)) };
    }
    return this.field(text, column);
  }

  private field(name: string, column: number): WhereNode {
    const { types, hint } = this.fields;
    const type = types.get(name);
    if (type !== undefined) return { type, column, value: (read) => read(name) };
    throw new Misread(column, `unknown name ${name}${hint(name)}`);
  }

  /** What stands in brackets, with the closing one. */
  private closed(): WhereNode {
    const { column } = this.last;
    const inner = this.deeper(() => this.any());
    if (!this.take(')')) throw this.unexpected(`the ) of the bracket at column ${column}`);
    return inner;
  }

  private deeper(read: () => WhereNode): WhereNode {
    this.depth += 1;
    if (this.depth > DEEPEST) throw new Misread(this.last.column, `more than ${DEEPEST} levels inside each other`);
    const node = read();
    this.depth -= 1;
    return node;
  }

  private get next(): Token {
    return this.tokens[this.at]!;
  }

  private get last(): Token {
    return this.tokens[this.at - 1]!;
  }

  private ended(): boolean {
    return this.next.kind === 'end';
  }

  private sees(mark: string): boolean {
    return this.next.kind === 'mark' && this.next.text === mark;
  }

  private take(mark: string): boolean {
    const seen = this.sees(mark);
    if (seen) this.at += 1;
    return seen;
  }

  private takeAny(marks: readonly string[]): string | null {
    return marks.find((mark) => this.take(mark)) ?? null;
  }

  private unexpected(wanted: string): Misread {
    const found = this.next.kind === 'end' ? 'it ends here' : `here stands ${this.next.text}`;
    return new Misread(this.next.column, `${found}; expected is ${wanted}`);
  }
}
