import type { Reporter, TestModule } from 'vitest/node';
import type { Figure } from './figures.ts';

/** Every promise must leave a figure: what was not measured is not kept. */
const PROMISES: readonly string[] = [...Array.from({ length: 20 }, (_, index) => `A${index + 1}`), 'B', 'C'];

export interface Verdict {
  readonly lines: readonly string[];
  readonly red: number;
}

/** One line per promise, in order. */
export function verdict(figures: readonly (Figure & { readonly passed: boolean })[]): Verdict {
  const ids = [...new Set([...PROMISES, ...figures.map(({ id }) => id)])].sort(byNumber);
  const results = ids.map((id) => {
    const own = figures.filter((figure) => figure.id === id);
    const green = own.length > 0 && own.every(({ passed }) => passed);
    const text = own.length === 0 ? 'no figure' : own.map((figure) => figure.text).join('; ');
    return { green, line: `${green ? 'green' : 'RED  '}  ${id.padEnd(4)} ${text}` };
  });
  const red = results.filter(({ green }) => !green).length;
  return { lines: [...results.map(({ line }) => line), `${ids.length - red} green, ${red} red`], red };
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Prints the figures after all tests, and fails the run when a promise is red. */
export class FigureReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const figures = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) =>
        (test.meta().figures ?? []).map(({ id, text }) => ({ id, text, passed: test.result().state === 'passed' })),
      ),
    );
    const { lines, red } = verdict(figures);
    process.stdout.write(`\nPromises\n${lines.map((line) => `  ${line}\n`).join('')}`);
    if (red > 0) process.exitCode = 1;
  }
}
