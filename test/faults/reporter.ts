import type { Reporter, TestModule } from 'vitest/node';
import type { Figure } from './figures.ts';
import { PROMISES } from './promises.ts';

export interface Verdict {
  readonly lines: readonly string[];
  readonly red: number;
}

/**
 * One line per promise, in their order; `isPart`: of those that were measured.
 * @throws Error for a figure that belongs to none
 */
export function verdict(figures: readonly (Figure & { readonly passed: boolean })[], isPart = false): Verdict {
  const unknown = figures.filter(({ id }) => PROMISES.every((promise) => promise.id !== id));
  if (unknown.length > 0) throw new Error(`figures for no promise: ${unknown.map(({ id }) => id).join(', ')}`);
  const asked = isPart ? PROMISES.filter(({ id }) => figures.some((figure) => figure.id === id)) : PROMISES;
  const results = asked.map(({ id, words }) => {
    const own = figures.filter((figure) => figure.id === id);
    const green = own.length > 0 && own.every(({ passed }) => passed);
    const text = own.length === 0 ? 'no figure' : own.map((figure) => figure.text).join('; ');
    return { green, line: `${green ? 'green' : 'RED  '}  ${id.padEnd(4)} ${words}: ${text}` };
  });
  const red = results.filter(({ green }) => !green).length;
  return { lines: [...results.map(({ line }) => line), `${asked.length - red} green, ${red} red`], red };
}

/** Prints the figures after all tests, and fails the run when a promise is red. */
export class FigureReporter implements Reporter {
  readonly #isPart: boolean;

  constructor(isPart: boolean) {
    this.#isPart = isPart;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const figures = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) =>
        (test.meta().figures ?? []).map(({ id, text }) => ({ id, text, passed: test.result().state === 'passed' })),
      ),
    );
    const { lines, red } = verdict(figures, this.#isPart);
    process.stdout.write(`\nPromises\n${lines.map((line) => `  ${line}\n`).join('')}`);
    // A test that fails before it has measured leaves no figure.
    const failed = modules.flatMap((module) => [...module.children.allTests('failed')]);
    process.stdout.write(failed.map(({ fullName }) => `  failed ${fullName}\n`).join(''));
    if (red > 0) process.exitCode = 1;
  }
}
