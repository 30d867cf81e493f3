/**
 * Stands in for vitest inside a process that tries faults: it collects tests instead of running them, so that one test can be run
 * alone, again, and in any order. Assertions are vitest's own. What is missing here is an error when a test file is read.
 */
export { assert, expect, vi } from 'vitest';

type Body = (...args: unknown[]) => unknown;
type Hook = 'beforeAll' | 'afterAll' | 'beforeEach' | 'afterEach';

interface Group {
  readonly name: string;
  readonly parent: Group | null;
  readonly hooks: Readonly<Record<Hook, Body[]>>;
  /** Whether its `beforeAll` hooks have run. */
  entered: boolean;
}

export interface CollectedTest {
  /** With the names of the groups around it; the same for the same file. */
  readonly name: string;
  readonly run: () => Promise<void>;
}

function newGroup(name: string, parent: Group | null): Group {
  return { name, parent, hooks: { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] }, entered: false };
}

let group = newGroup('', null);
let groups = [group];
let tests: CollectedTest[] = [];

/** What was collected since the last call, and the hooks that end it. */
export function takeCollected(): { readonly tests: readonly CollectedTest[]; readonly end: () => Promise<void> } {
  const taken = { tests, groups };
  group = newGroup('', null);
  groups = [group];
  tests = [];
  return {
    tests: taken.tests,
    end: async () => {
      for (const { entered, hooks } of taken.groups.toReversed())
        if (entered) for (const hook of hooks.afterAll) await hook();
    },
  };
}

function pathOf(own: Group): readonly Group[] {
  return own.parent === null ? [own] : [...pathOf(own.parent), own];
}

async function runInside(own: Group, body: Body): Promise<void> {
  const around = pathOf(own);
  for (const outer of around) {
    if (outer.entered) continue;
    outer.entered = true;
    for (const hook of outer.hooks.beforeAll) await hook();
  }
  for (const { hooks } of around) for (const hook of hooks.beforeEach) await hook();
  try {
    await body();
  } finally {
    for (const { hooks } of around.toReversed()) for (const hook of hooks.afterEach) await hook();
  }
}

/** Options and time limits stand before or behind the body. */
function bodyOf(rest: readonly unknown[]): Body {
  const body = rest.find((one) => typeof one === 'function');
  if (body === undefined) throw new Error('a test without a body');
  return body as Body;
}

function addTest(name: unknown, body: Body): void {
  const own = group;
  const names = [...pathOf(own).map((outer) => outer.name), String(name)].filter((part) => part !== '');
  const same = tests.filter((test) => test.name === names.join(' > ')).length;
  const full = same === 0 ? names.join(' > ') : `${names.join(' > ')} (${same + 1})`;
  tests.push({ name: full, run: () => runInside(own, body) });
}

function addGroup(name: unknown, body: Body): void {
  const outer = group;
  group = newGroup(String(name), outer);
  groups.push(group);
  try {
    if (body() instanceof Promise) throw new Error(`${String(name)}: a group whose body is a promise`);
  } finally {
    group = outer;
  }
}

type Add = (name: unknown, body: Body) => void;
interface Api {
  (name: unknown, ...rest: unknown[]): void;
  readonly each: (cases: readonly unknown[]) => (name: unknown, ...rest: unknown[]) => void;
  readonly for: (cases: readonly unknown[]) => (name: unknown, ...rest: unknown[]) => void;
  readonly skip: () => void;
  readonly todo: () => void;
  readonly only: Api;
  readonly concurrent: Api;
  readonly sequential: Api;
  readonly skipIf: (condition: unknown) => Api;
  readonly runIf: (condition: unknown) => Api;
  readonly fails: (name: unknown, ...rest: unknown[]) => void;
}

function nothing(): void {}

function apiOf(add: Add): Api {
  const forEach =
    (spread: boolean) =>
    (cases: readonly unknown[]) =>
    (name: unknown, ...rest: unknown[]): void => {
      if ('raw' in cases) throw new Error('a table of cases as a template');
      const body = bodyOf(rest);
      for (const [index, one] of cases.entries())
        add(`${String(name)} [${index}]`, () =>
          spread && Array.isArray(one) ? body(...(one as unknown[])) : body(one),
        );
    };
  const fails = (name: unknown, ...rest: unknown[]): void => {
    const body = bodyOf(rest);
    add(name, async () => {
      const failed = await Promise.resolve()
        .then(() => body())
        .then(
          () => false,
          () => true,
        );
      if (!failed) throw new Error(`${String(name)}: it was to fail`);
    });
  };
  const api: Api = Object.assign((name: unknown, ...rest: unknown[]): void => add(name, bodyOf(rest)), {
    each: forEach(true),
    for: forEach(false),
    skip: nothing,
    todo: nothing,
    fails,
    skipIf: (condition: unknown) => (condition ? skipped : api),
    runIf: (condition: unknown) => (condition ? api : skipped),
  }) as Api;
  return Object.assign(api, { only: api, concurrent: api, sequential: api });
}

const skipped = apiOf(nothing);
export const it = apiOf(addTest);
export const test = apiOf(addTest);
export const describe = apiOf(addGroup);
export const suite = apiOf(addGroup);

const hook =
  (name: Hook) =>
  (body: Body): void =>
    void group.hooks[name].push(body);
export const beforeAll = hook('beforeAll');
export const afterAll = hook('afterAll');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
