import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mutantsOf, plant, type Mutant } from './mutants.ts';
import { reportOf } from './report.ts';
import { mutate, type Outcome } from './runner.ts';
import { sample } from './sample.ts';
import { accepted } from './survivors.ts';

const RULE = `export type Way = 'long' | 'short';
/** Whether a > b holds; 'long' in a text. */
export function isHigher(a: number, b: number): boolean {
  const text = 'a' + 'b < c';
  return text.length > 0 && a > b;
}
export function firstPower(least: number): number {
  let power = 1;
  while (power < least) power *= 2;
  return power;
}
export const LIMIT = 50;
export function either(a: boolean, b: boolean): boolean {
  return a || b;
}
`;
const RULE_TEST = `import { describe, expect, it } from 'vitest';
import { either, firstPower, isHigher, LIMIT } from '../src/rule.ts';
describe('the rule', () => {
  it.each([[2, 1, true], [1, 1, false]])('compares', (a, b, higher) => {
    expect(isHigher(a, b)).toBe(higher);
  });
  it('finds a power', async () => {
    expect(firstPower(await Promise.resolve(5))).toBe(8);
  });
  it('has a limit', () => expect(LIMIT).toBe(50));
  it('is content with one', () => expect(either(true, false)).toBe(true));
});
`;

describe('faults', () => {
  const mutants = mutantsOf('src/rule.ts', RULE);
  const changes = mutants.map(({ before, after }) => `${before} => ${after}`);

  it('are changes of what runs, never of types, comments or texts', () => {
    const lines = new Set(mutants.map(({ line }) => line));
    expect([...lines]).toEqual([5, 8, 9, 12, 14]);
    expect(mutantsOf('a.ts', "import a from 'long';\nlet b: 1 | 'long' = c as 2;\ntype T = -1;")).toEqual([]);
  });

  it('are of all kinds', () => {
    const of = (source: string): readonly string[] =>
      mutantsOf('a.ts', source).map((mutant) => `${mutant.kind}: ${plant(source, mutant)}`);
    expect(of('a < b')).toEqual(['comparison: a <= b', 'comparison: a >= b']);
    expect(of('a + -b')).toEqual(['sign: a - -b', 'sign: a + (b)']);
    expect(of('a += 0.5')).toEqual(['sign: a -= 0.5', 'constant: a += 0.45', 'constant: a += 0.55']);
    expect(of("f('long', x.high)")).toEqual(['removed: ;', "side: f('short', x.high)", "side: f('long', x.low)"]);
    expect(of('y = a && true')).toEqual(['logic: y = a || true', 'logic: y = a && false']);
    expect(of('y = Math.max(a, b)')).toEqual(['side: y = Math.min(a, b)']);
    expect(of('y = Math.abs(a)')).toEqual(['removed: y = (a)']);
    expect(of('() => { if (a) return; }')).toEqual([
      'logic: () => { if (!(a)) return; }',
      'removed: () => { if (a) ; }',
    ]);
  });

  it('name their line before and after', () => {
    expect(changes).toContain('return text.length > 0 && a > b; => return text.length > 0 && a >= b;');
  });

  it('are chosen alike for the same seed, whatever stands above them, and from every room and kind', () => {
    const moved = mutantsOf('src/rule.ts', `// One more line.\n${RULE}`);
    const names = (all: readonly Mutant[]): readonly string[] => all.map(({ before, after }) => `${before} ${after}`);
    expect(names(sample(moved, 6, 1))).toEqual(names(sample(mutants, 6, 1)));
    expect(names(sample(mutants, 6, 2))).not.toEqual(names(sample(mutants, 6, 1)));
    const kinds = new Set(mutants.map(({ kind }) => kind));
    expect(new Set(sample(mutants, kinds.size, 1).map(({ kind }) => kind))).toEqual(kinds);
  });
});

describe('a run', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'perpscan-mutate-'));
  let outcome: Outcome;
  const survivor = { file: 'src/rule.ts', before: 'return text.length > 0 && a > b;', reason: 'the text is not empty' };
  const after = ['return text.length > 1 && a > b;', 'return text.length >= 0 && a > b;'];
  const survivors = accepted(after.map((one) => ({ ...survivor, after: one })));

  beforeAll(async () => {
    for (const folder of ['src', 'test']) mkdirSync(path.join(root, folder));
    writeFileSync(path.join(root, 'package.json'), '{"type":"module"}');
    symlinkSync(path.join(import.meta.dirname, '..', '..', 'node_modules'), path.join(root, 'node_modules'));
    writeFileSync(path.join(root, 'src/rule.ts'), RULE);
    writeFileSync(path.join(root, 'test/rule.test.ts'), RULE_TEST);
    outcome = await mutate({
      root,
      paths: ['src'],
      size: 100,
      seed: 1,
      workers: 2,
      testMs: 5_000,
      survivorMs: 20_000,
      patienceMs: 1_000,
      wholeMs: 60_000,
      isAccepted: (mutant) => mutant.after === after[1],
      tell: () => undefined,
    });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const fateOf = (line: string): unknown => outcome.tried.find((one) => one.mutant.after === line)?.fate;

  it('catches a fault that a test notices, in a function or in a constant', () => {
    expect(fateOf('return text.length > 0 && a >= b;')).toEqual({
      how: 'caught',
      by: 'test/rule.test.ts > the rule > compares [1]',
    });
    expect(fateOf('export const LIMIT = 51;')).toEqual({
      how: 'caught',
      by: 'test/rule.test.ts > the rule > has a limit',
    });
  });

  it('catches a fault in an operator whose right side no test comes by', () => {
    expect(fateOf('return a && b;')).toMatchObject({ how: 'caught' });
  });

  it('lets survive what changes nothing', () => {
    expect(fateOf('return text.length > 1 && a > b;')).toEqual({ how: 'survived', tests: 2, all: true });
  });

  it('cuts off a fault that never ends', () => {
    expect(fateOf('while (power < least) power /= 2;')).toEqual({ how: 'hung' });
  });

  it('does not try what is accepted', () => {
    expect(fateOf('return text.length >= 0 && a > b;')).toEqual({ how: 'accepted' });
  });

  it('runs no test without need: those that come by a place, until one fails', () => {
    expect(outcome).toMatchObject({ tests: 5, failures: [] });
    expect(outcome.possible).toBe(outcome.tried.length);
  });

  it('is told with every survivor and every accepted fault', () => {
    const { text, share } = reportOf(outcome, survivors, 1_000);
    const survived = outcome.tried.filter(({ fate }) => fate.how === 'survived').length;
    const counted = outcome.tried.length - 1;
    expect(share).toBe((counted - survived) / counted);
    expect(text).toContain(`Survived (${survived}):`);
    expect(text).toContain('    the text is not empty\n');
  });
});
