import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWhere, type FieldType, type FieldValue, type Where } from '../../src/core/where.ts';
import { LONGEST } from '../../src/core/where-tokens.ts';

const TYPES: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ['a', 'number'],
  ['b', 'number'],
  ['gone', 'number'],
  ['exchange', 'text'],
  ['nothing', 'text'],
  ['calm', 'boolean'],
  ['series.funding_rate.percentile', 'number'],
]);
const ROW: ReadonlyMap<string, FieldValue> = new Map<string, FieldValue>([
  ['a', 2],
  ['b', -3],
  ['gone', null],
  ['exchange', 'BYBIT'],
  ['nothing', null],
  ['calm', true],
  ['series.funding_rate.percentile', 0.97],
]);

function parsed(expression: string): Where {
  return parseWhere(expression, {
    types: TYPES,
    hint: (name) => (name === 'exchnge' ? '; did you mean exchange?' : ''),
  });
}

function holds(expression: string, row = ROW): boolean {
  const where = parsed(expression);
  if (!where.ok) throw new Error(`${where.column}: ${where.detail}`);
  return where.matches((name) => row.get(name) ?? null);
}

describe('what an expression answers', () => {
  it.each([
    ['a > 1', true],
    ['a > 2', false],
    ['a >= 2', true],
    ['b < -2.5', true],
    ['b <= -3', true],
    ['a == 2', true],
    ['a != 2', false],
    ['a + b * 2 == -4', true],
    ['(a + b) * 2 == -2', true],
    ['a - b - 1 == 4', true],
    ['12 / a / 3 == 2', true],
    ['abs(b) == 3', true],
    ['-b == 3', true],
    ['- -a == 2', true],
    ['.5 < 1e-0', true],
    ["exchange == 'bybit'", true],
    ['exchange != "BINANCE"', true],
    ['calm', true],
    ['!calm', false],
    ['!(a > 1)', false],
    ['calm == true', true],
    ['a > 1 && b > 1', false],
    ['a > 1 || b > 1', true],
    ['a > 5 || a > 1 && b < 0', true],
    ['(a > 5 || a > 1) && b > 0', false],
    ['series.funding_rate.percentile >= .95', true],
    ['1 < 2', true],
  ])('%s is %s', (expression, expected) => {
    expect(holds(expression)).toBe(expected);
  });

  it.each(['gone > 1', 'gone < 1', 'gone == 1', 'gone != 1', "nothing == 'x'", "nothing != 'x'", 'gone + 1 > 0'])(
    'a comparison with what a row does not have is false: %s',
    (expression) => {
      expect(holds(expression)).toBe(false);
      expect(holds(`!(${expression})`)).toBe(true);
    },
  );

  it('whether there is a value can be asked', () => {
    expect(holds('gone == null')).toBe(true);
    expect(holds('gone != null')).toBe(false);
    expect(holds('a != null && null == nothing')).toBe(true);
  });

  it('what has no finite answer is no value', () => {
    expect(holds('a / 0 > 0')).toBe(false);
    expect(holds('a / 0 == null')).toBe(true);
    expect(holds('1e308 * 1e308 == null')).toBe(true);
  });
});

describe('what is wrong with an expression is said with its column', () => {
  it.each([
    ['', 1, 'the expression is empty'],
    ['   ', 1, 'the expression is empty'],
    ['a >', 4, 'it ends here; expected is a name, a number or a text'],
    ['a > 1 b', 7, 'here stands b; expected is && or || or the end'],
    ['a = 1', 3, '= is not understood; did you mean ==?'],
    ['a > 1 & b > 1', 7, '& is not understood; did you mean &&?'],
    ["exchange == 'BYBIT", 13, "the text that begins here has no closing '"],
    ["a > 1 && exchnge == 'x'", 10, 'unknown name exchnge; did you mean exchange?'],
    ['other > 1', 1, 'unknown name other'],
    ['(a > 1', 7, 'it ends here; expected is the ) of the bracket at column 1'],
    ['a > 1)', 6, 'here stands ); expected is && or || or the end'],
    ['a', 1, 'the expression needs true or false, and this is a number'],
    ['a && calm', 1, '&& needs true or false, and this is a number'],
    ['calm || exchange', 9, '|| needs true or false, and this is a text'],
    ['!a > 1', 2, '! needs true or false, and this is a number'],
    ['a + exchange > 1', 5, '+ needs a number, and this is a text'],
    ["a == 'x'", 6, '== cannot compare a number with a text'],
    ["exchange > 'x'", 1, '> compares numbers; == and != any values'],
    ['a > null', 1, '> cannot compare with null; == and != can'],
    ['1 < a < 3', 7, 'one comparison at a time: join two with &&'],
    ['a > 1e999', 5, 'the number is too large'],
    ['a > 1 ; b > 1', 7, '; is not understood'],
    ['abs > 1', 1, 'unknown name abs'],
  ])('%s', (expression, column, detail) => {
    expect(parsed(expression)).toEqual({ ok: false, column, detail });
  });
});

describe('hostile expressions', () => {
  it.each(['__proto__', 'constructor', 'toString', 'a.constructor', '__proto__.polluted', 'prototype'])(
    '%s is a name like any other that is not known',
    (name) => {
      expect(parsed(`${name} == 1`)).toMatchObject({ ok: false, column: 1 });
    },
  );

  it('are refused when they are nested too deeply, whatever nests them', () => {
    const deep = 1_900;
    for (const text of [
      `${'('.repeat(deep)}a > 1${')'.repeat(deep)}`,
      `${'!'.repeat(deep)}calm`,
      `${'-'.repeat(deep)}a > 1`,
      `${'abs('.repeat(800)}a${')'.repeat(800)} > 1`,
    ]) {
      expect(parsed(text)).toMatchObject({ ok: false, detail: 'more than 100 levels inside each other' });
    }
    expect(holds(`${'('.repeat(99)}a > 1${')'.repeat(99)}`)).toBe(true);
  });

  it('may be as long as is allowed, and not longer', () => {
    const sum = Array.from({ length: 2_000 }, () => '1').join('+');
    expect(holds(`${sum}>0`)).toBe(true);
    const chain = Array.from({ length: 500 }, () => 'calm').join('&&');
    expect(holds(chain)).toBe(true);
    expect(parsed('a'.repeat(LONGEST + 1))).toMatchObject({ ok: false, column: LONGEST + 1 });
    expect(parsed('1'.repeat(LONGEST + 1000))).toMatchObject({ ok: false });
  });

  it('never throw, and a fault always points into the expression or just behind it', () => {
    const word = fc.constantFrom(
      ...'a b gone exchange calm null true ( ) ! - + * / && || < >= == != = . 1 .5 1e9 \' " abs'.split(' '),
    );
    const mixed = fc.array(fc.oneof(word, fc.string({ maxLength: 3 })), { maxLength: 30 }).map((all) => all.join(' '));
    fc.assert(
      fc.property(mixed, (expression) => {
        const where = parsed(expression);
        if (where.ok) expect(typeof where.matches((name) => ROW.get(name) ?? null)).toBe('boolean');
        else {
          expect(where.column).toBeGreaterThanOrEqual(1);
          expect(where.column).toBeLessThanOrEqual(expression.length + 1);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Written as trees and answered directly: no reading, no binding. */
type Sum =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'calculated'; readonly mark: string; readonly a: Sum; readonly b: Sum }
  | { readonly kind: 'abs'; readonly a: Sum }
  | { readonly kind: 'minus'; readonly a: Sum };
type Claim =
  | { readonly kind: 'compared'; readonly mark: string; readonly a: Sum; readonly b: Sum }
  | { readonly kind: 'and' | 'or'; readonly a: Claim; readonly b: Claim }
  | { readonly kind: 'not'; readonly a: Claim };

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function sumOf(sum: Sum, row: ReadonlyMap<string, FieldValue>): number | null {
  if (sum.kind === 'number') return sum.value;
  if (sum.kind === 'field') return (row.get(sum.name) ?? null) as number | null;
  const a = sumOf(sum.a, row);
  if (a === null) return null;
  if (sum.kind === 'abs') return Math.abs(a);
  if (sum.kind === 'minus') return 0 - a;
  const b = sumOf(sum.b, row);
  if (b === null) return null;
  return finite(sum.mark === '+' ? a + b : sum.mark === '-' ? a - b : sum.mark === '*' ? a * b : a / b);
}

function claimHolds(claim: Claim, row: ReadonlyMap<string, FieldValue>): boolean {
  if (claim.kind === 'not') return !claimHolds(claim.a, row);
  if (claim.kind !== 'compared') {
    const holds = [claimHolds(claim.a, row), claimHolds(claim.b, row)];
    return claim.kind === 'and' ? holds.every(Boolean) : holds.some(Boolean);
  }
  const [a, b] = [sumOf(claim.a, row), sumOf(claim.b, row)];
  if (a === null || b === null) return false;
  const answers = { '>': a > b, '>=': a >= b, '<': a < b, '<=': a <= b, '==': a === b, '!=': a !== b };
  return answers[claim.mark as keyof typeof answers];
}

/** With only the brackets that binding needs. */
function sumText(sum: Sum, binding = 0): string {
  if (sum.kind === 'number') return String(sum.value);
  if (sum.kind === 'field') return sum.name;
  if (sum.kind === 'abs') return `abs(${sumText(sum.a)})`;
  if (sum.kind === 'minus') return `-${sumText(sum.a, 3)}`;
  const own = sum.mark === '+' || sum.mark === '-' ? 1 : 2;
  const text = `${sumText(sum.a, own)} ${sum.mark} ${sumText(sum.b, own + 1)}`;
  return own < binding ? `(${text})` : text;
}

function claimText(claim: Claim, binding = 0): string {
  if (claim.kind === 'compared') {
    const text = `${sumText(claim.a)} ${claim.mark} ${sumText(claim.b)}`;
    return binding > 2 ? `(${text})` : text;
  }
  if (claim.kind === 'not') return `!${claimText(claim.a, 3)}`;
  const own = claim.kind === 'or' ? 1 : 2;
  const text = `${claimText(claim.a, own)}${claim.kind === 'or' ? '||' : '&&'}${claimText(claim.b, own)}`;
  return own < binding ? `(${text})` : text;
}

describe('against a reference that answers trees', () => {
  const { claim } = fc.letrec<{ sum: Sum; claim: Claim }>((tie) => ({
    sum: fc.oneof(
      { maxDepth: 4 },
      fc.record({ kind: fc.constant('number' as const), value: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ kind: fc.constant('field' as const), name: fc.constantFrom('a', 'b', 'gone') }),
      fc.record({
        kind: fc.constant('calculated' as const),
        mark: fc.constantFrom('+', '-', '*', '/'),
        a: tie('sum'),
        b: tie('sum'),
      }),
      fc.record({ kind: fc.constant('abs' as const), a: tie('sum') }),
      fc.record({ kind: fc.constant('minus' as const), a: tie('sum') }),
    ),
    claim: fc.oneof(
      { maxDepth: 4 },
      fc.record({
        kind: fc.constant('compared' as const),
        mark: fc.constantFrom('>', '>=', '<', '<=', '==', '!='),
        a: tie('sum'),
        b: tie('sum'),
      }),
      fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), a: tie('claim'), b: tie('claim') }),
      fc.record({ kind: fc.constant('not' as const), a: tie('claim') }),
    ),
  }));
  const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(null));

  it('every expression answers what its tree does', () => {
    fc.assert(
      fc.property(claim, value, value, (tree, a, b) => {
        const row = new Map<string, FieldValue>([
          ['a', a],
          ['b', b],
          ['gone', null],
        ]);
        const text = claimText(tree);
        fc.pre(text.length <= LONGEST);
        expect(holds(text, row), text).toBe(claimHolds(tree, row));
      }),
      { numRuns: 3_000 },
    );
  });
});
