/** The faults that can be planted in a source file: each is one small change of its syntax tree, never of a type or a text. */
import { parseSync } from 'oxc-parser';

export const KINDS = ['comparison', 'sign', 'constant', 'side', 'logic', 'removed'] as const;
type Kind = (typeof KINDS)[number];

/** One fault: `start` to `end` of the file is replaced by `to`. */
export interface Mutant {
  /** Relative to the project, with `/`. */
  readonly file: string;
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  readonly to: string;
  /** 1-based. */
  readonly line: number;
  /** The lines that the change touches, before and after, without indentation. */
  readonly before: string;
  readonly after: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

interface Change {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  readonly to: string;
}

const COMPARISONS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
};
const SIGNS: Readonly<Record<string, string>> = { '+': '-', '-': '+', '*': '/', '/': '*', '%': '*', '**': '*' };
const ASSIGNED_SIGNS: Readonly<Record<string, string>> = { '+=': '-=', '-=': '+=', '*=': '/=', '/=': '*=' };
const LOGIC: Readonly<Record<string, string>> = { '&&': '||', '||': '&&' };
const PAIRS = [
  ['long', 'short'],
  ['high', 'low'],
  ['highs', 'lows'],
  ['up', 'down'],
  ['min', 'max'],
  ['floor', 'ceil'],
] as const;
const SWAPPED = new Map<string, string>(
  PAIRS.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]),
);
/** Parts of a node that hold types alone. */
const TYPE_KEYS = new Set(['typeAnnotation', 'typeArguments', 'typeParameters', 'returnType', 'superTypeArguments']);
const ERASED_AROUND_A_VALUE = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression']);
/** From here on one more or less is hardly a different number. */
const LARGE = 100;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value;
}

function childrenOf(node: Node): readonly Node[] {
  const values = Object.entries(node).filter(([key]) => !TYPE_KEYS.has(key));
  return values.flatMap(([, value]) => (Array.isArray(value) ? (value as unknown[]) : [value])).filter(isNode);
}

function isErased(node: Node): boolean {
  if (node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration') return true;
  return node.type.startsWith('TS') && !ERASED_AROUND_A_VALUE.has(node.type);
}

function isText(node: Node): boolean {
  if (node.type === 'TemplateLiteral') return true;
  if (node.type === 'Literal') return typeof node['value'] === 'string';
  if (node.type !== 'BinaryExpression' || node['operator'] !== '+') return false;
  return isText(node['left'] as Node) || isText(node['right'] as Node);
}

/** Every change of `node` itself; its children have their own. */
function changesOf(node: Node, parent: Node | null, source: string): readonly Change[] {
  const whole = (kind: Kind, to: string): Change => ({ kind, start: node.start, end: node.end, to });
  const textOf = (part: Node): string => source.slice(part.start, part.end);
  switch (node.type) {
    case 'BinaryExpression':
      return isText(node) ? [] : operatorChanges(node, source);
    case 'LogicalExpression':
    case 'AssignmentExpression':
      return operatorChanges(node, source);
    case 'UnaryExpression':
      if (node['operator'] === '-') return [whole('sign', `(${textOf(node['argument'] as Node)})`)];
      return node['operator'] === '!' ? [whole('logic', `!!(${textOf(node['argument'] as Node)})`)] : [];
    case 'ConditionalExpression':
    case 'IfStatement': {
      const test = node['test'] as Node;
      return [{ kind: 'logic', start: test.start, end: test.end, to: `!(${textOf(test)})` }];
    }
    case 'Literal':
      return literalChanges(node, parent, source);
    case 'MemberExpression':
      return memberChanges(node);
    case 'CallExpression':
      return callChanges(node, source);
    case 'ExpressionStatement':
      return (node['expression'] as Node).type === 'CallExpression' ? [whole('removed', ';')] : [];
    case 'ReturnStatement':
      return node['argument'] === null ? [whole('removed', ';')] : [];
    case 'ContinueStatement':
      return [whole('removed', ';')];
    default:
      return [];
  }
}

function operatorChanges(node: Node, source: string): readonly Change[] {
  const [left, right, operator] = [node['left'] as Node, node['right'] as Node, String(node['operator'])];
  const start = source.indexOf(operator, left.end);
  if (start < left.end || start >= right.start) return [];
  const change = (kind: Kind, to: string): Change => ({ kind, start, end: start + operator.length, to });
  // V8 counts the operator with its right side, and a test by which the left one decides comes by the operator all the same.
  const logic = (to: string): Change => ({ ...change('logic', source[start - 1]! + to), start: start - 1 });
  const sign = node.type === 'AssignmentExpression' ? ASSIGNED_SIGNS[operator] : SIGNS[operator];
  return [
    ...(COMPARISONS[operator] ?? []).map((to) => change('comparison', to)),
    ...(sign === undefined ? [] : [change('sign', sign)]),
    ...(LOGIC[operator] === undefined ? [] : [logic(LOGIC[operator])]),
  ];
}

function literalChanges(node: Node, parent: Node | null, source: string): readonly Change[] {
  const { value, start, end } = node;
  if (parent?.type === 'Property' && parent['key'] === node) return [];
  if (typeof value === 'boolean') return [{ kind: 'logic', start, end, to: String(!value) }];
  if (typeof value === 'string') {
    const swapped = SWAPPED.get(value);
    const quote = source[start]!;
    return swapped === undefined ? [] : [{ kind: 'side', start, end, to: `${quote}${swapped}${quote}` }];
  }
  if (typeof value !== 'number') return [];
  const near = Number.isInteger(value) && value < LARGE;
  const others = near ? [value + 1, value - 1] : [value * 1.1, value * 0.9];
  return others.map((other) => ({ kind: 'constant', start, end, to: other < 0 ? `(${other})` : String(other) }));
}

function memberChanges(node: Node): readonly Change[] {
  const property = node['property'] as Node;
  const swapped = node['computed'] === true ? undefined : SWAPPED.get(String(property['name']));
  if (swapped === undefined) return [];
  return [{ kind: 'side', start: property.start, end: property.end, to: swapped }];
}

/** `Math.abs(x)` and the like become `x`. */
function callChanges(node: Node, source: string): readonly Change[] {
  const [callee, args] = [node['callee'] as Node, node['arguments'] as readonly Node[]];
  const [only] = args;
  if (only === undefined || args.length > 1 || !/^Math\.\w+$/.test(source.slice(callee.start, callee.end))) return [];
  return [{ kind: 'removed', start: node.start, end: node.end, to: `(${source.slice(only.start, only.end)})` }];
}

function described(file: string, source: string, change: Change): Mutant {
  const from = source.lastIndexOf('\n', change.start - 1) + 1;
  const next = source.indexOf('\n', change.end);
  const until = next === -1 ? source.length : next;
  const flat = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').trim();
  const after = source.slice(from, change.start) + change.to + source.slice(change.end, until);
  const line = source.slice(0, change.start).split('\n').length;
  return { file, ...change, line, before: flat(source.slice(from, until)), after: flat(after) };
}

/** All faults that can be planted in `source`, in the order of the file. */
export function mutantsOf(file: string, source: string): readonly Mutant[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]!.message}`);
  const found: Change[] = [];
  const visit = (node: Node, parent: Node | null): void => {
    if (isErased(node)) return;
    found.push(...changesOf(node, parent, source));
    for (const child of childrenOf(node)) visit(child, node);
  };
  visit(program as unknown as Node, null);
  return found
    .map((change) => described(file, source, change))
    .toSorted((one, other) => one.start - other.start || one.end - other.end || (one.to < other.to ? -1 : 1));
}

/** The file with its fault. */
export function plant(source: string, { start, end, to }: Pick<Mutant, 'start' | 'end' | 'to'>): string {
  return source.slice(0, start) + to + source.slice(end);
}
