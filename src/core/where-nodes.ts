/** What the parts of an expression are, and what they answer. */

export type FieldValue = number | string | boolean | null;
export type FieldType = 'number' | 'text' | 'boolean';

/** What a row holds under a name that the expression knows. */
export type ReadField = (name: string) => FieldValue;

export type Evaluate = (read: ReadField) => FieldValue;

export interface WhereNode {
  readonly type: FieldType | 'null';
  readonly column: number;
  readonly value: Evaluate;
}

const NAMES_OF_TYPES = { number: 'a number', text: 'a text', boolean: 'true or false', null: 'null' } as const;

/** Thrown while an expression is read; `parseWhere` turns it into its answer. */
export class Misread extends Error {
  readonly column: number;
  constructor(column: number, detail: string) {
    super(detail);
    this.column = column;
  }
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

export function arithmetic(mark: string): (a: number, b: number) => number {
  return ARITHMETIC[mark]!;
}

/** Null when a value is missing, and where there is no finite answer. */
export function calculate(a: FieldValue, b: FieldValue, of: (a: number, b: number) => number): number | null {
  if (typeof a !== 'number' || typeof b !== 'number') return null;
  const value = of(a, b);
  return Number.isFinite(value) ? value : null;
}

export function constant(value: number, column: number): Evaluate {
  if (!Number.isFinite(value)) throw new Misread(column, 'the number is too large');
  return () => value;
}

export function expect(node: WhereNode, type: FieldType, where: string): WhereNode {
  if (node.type === type) return node;
  throw new Misread(node.column, `${where} needs ${NAMES_OF_TYPES[type]}, and this is ${NAMES_OF_TYPES[node.type]}`);
}

export function compared(left: WhereNode, mark: string, right: WhereNode): WhereNode {
  const [{ column }, a, b] = [left, folded(left), folded(right)];
  const equality = mark === '==' || mark === '!=';
  if (left.type === 'null' || right.type === 'null') {
    if (!equality) throw new Misread(column, `${mark} cannot compare with null; == and != can`);
    return { type: 'boolean', column, value: (read) => (a(read) === b(read)) === (mark === '==') };
  }
  if (left.type !== right.type) {
    const types = `${NAMES_OF_TYPES[left.type]} with ${NAMES_OF_TYPES[right.type]}`;
    throw new Misread(right.column, `${mark} cannot compare ${types}`);
  }
  if (!equality && left.type !== 'number') throw new Misread(column, `${mark} compares numbers; == and != any values`);
  const holds = COMPARISONS[mark]!;
  const value: Evaluate = (read) => {
    const [one, other] = [a(read), b(read)];
    return one !== null && other !== null && holds(one, other);
  };
  return { type: 'boolean', column, value };
}

type Given = Exclude<FieldValue, null>;

const COMPARISONS: Readonly<Record<string, (a: Given, b: Given) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/** Texts are compared without regard to case: nobody remembers how an exchange is spelt. */
function folded({ type, value }: WhereNode): Evaluate {
  if (type !== 'text') return value;
  return (read) => {
    const text = value(read);
    return typeof text === 'string' ? text.toLowerCase() : text;
  };
}
