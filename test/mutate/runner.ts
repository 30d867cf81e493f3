/** Plants faults one at a time and runs, for each, the tests that come by it, until one fails. */
import type { Answer, RunTest, WithoutFault } from './messages.ts';
import { mutantsOf, plant, type Mutant } from './mutants.ts';
import { workThrough, type Ended, type Job } from './pool.ts';
import { dependentsOf, readProject, sourcesUnder, testsOf, type Project } from './project.ts';
import { sample } from './sample.ts';

export interface Aim {
  readonly root: string;
  /** Sources or folders of them, relative to the root. */
  readonly paths: readonly string[];
  readonly size: number;
  readonly seed: number;
  readonly workers: number;
  /** CPU time. Tests that take longer are left out, ms each; and no more than this for one survivor, ms together. */
  readonly testMs: number;
  readonly survivorMs: number;
  /** How long beyond eight times its usual time a test may take before its fault counts as hung, ms: machines have slow moments. */
  readonly patienceMs: number;
  /** Nothing is begun after so long. */
  readonly wholeMs: number;
  /** Nobody has to look at these. */
  readonly isAccepted: (mutant: Mutant) => boolean;
  readonly tell: (line: string) => void;
}

type Fate =
  | { readonly how: 'caught'; readonly by: string }
  | { readonly how: 'hung' | 'died' | 'accepted' | 'not tried' }
  /** `tests` is how many looked at it; `all` is false when some were left out to save time. */
  | { readonly how: 'survived'; readonly tests: number; readonly all: boolean };

export interface Tried {
  readonly mutant: Mutant;
  readonly fate: Fate;
}

export interface Outcome {
  /** Faults that could be planted. */
  readonly possible: number;
  readonly tried: readonly Tried[];
  /** Tests that fail without any fault: they see nothing. */
  readonly failures: readonly string[];
  readonly tests: number;
}

interface KnownTest extends RunTest {
  readonly ms: number;
}

/** For each fault the tests that reach it, the cheapest first. */
function testsByMutant(aim: Aim, count: number, runs: readonly WithoutFault[]): readonly (readonly KnownTest[])[] {
  const lists = Array.from({ length: count }, (): KnownTest[] => []);
  for (const { file, importMs, importWallMs, onImport, tests } of runs) {
    const always = new Set(onImport);
    for (const { name, ms, wallMs, reached } of tests) {
      if (ms > aim.testMs) continue;
      const known = { file, name, ms: ms + importMs / 4, limitMs: aim.patienceMs + 8 * (wallMs + importWallMs) };
      for (const id of new Set([...always, ...reached])) lists[id]!.push(known);
    }
  }
  return lists.map((list) => list.toSorted((one, other) => one.ms - other.ms));
}

async function runWithout(
  aim: Aim,
  project: Project,
  files: readonly string[],
  mutants: readonly Mutant[],
): Promise<readonly WithoutFault[]> {
  const waiting = [...files];
  const next = (): Job<WithoutFault> | null => {
    const file = waiting.shift();
    if (file === undefined) return null;
    const order = { type: 'without', file, version: `none-${waiting.length}`, limitMs: aim.survivorMs } as const;
    const done = (answer: Answer | Ended): WithoutFault => {
      if ('type' in answer && answer.type === 'without') return answer;
      const how = 'how' in answer ? answer.how : 'said nothing';
      return {
        type: 'without',
        file,
        importMs: 0,
        importWallMs: 0,
        onImport: [],
        tests: [],
        failures: [`the process ${how}`],
      };
    };
    return { order, limitMs: 300_000, done };
  };
  return workThrough(project.root, { workers: aim.workers, places: mutants, next });
}

/** Those that are worth running for one fault: what caught its neighbours lately, then the cheap ones, as long as time is left. */
function chosen(tests: readonly KnownTest[], lately: readonly string[], budgetMs: number): readonly KnownTest[] {
  const rank = (test: KnownTest): number => lately.indexOf(`${test.file} > ${test.name}`);
  const first = tests.filter((test) => rank(test) >= 0).toSorted((one, other) => rank(one) - rank(other));
  let left = budgetMs;
  return [...first, ...tests.filter((test) => rank(test) < 0)].filter(({ ms }) => (left -= ms) >= 0);
}

const REMEMBERED = 6;

async function runWith(
  aim: Aim,
  project: Project,
  mutants: readonly Mutant[],
  known: readonly (readonly KnownTest[])[],
): Promise<readonly Tried[]> {
  const started = performance.now();
  const caughtLately = new Map<string, readonly string[]>();
  const untried: Tried[] = [];
  const fateOf = (mutant: Mutant, tests: readonly KnownTest[], all: boolean, answer: Answer | Ended): Fate => {
    if ('how' in answer) return answer;
    if (answer.type !== 'with' || answer.caughtBy === null) return { how: 'survived', tests: tests.length, all };
    const by = answer.caughtBy;
    const others = (caughtLately.get(mutant.file) ?? []).filter((one) => one !== by);
    caughtLately.set(mutant.file, [by, ...others].slice(0, REMEMBERED));
    return { how: 'caught', by };
  };
  let [id, tried] = [-1, 0];
  const next = (): Job<Tried> | null => {
    for (id++; id < mutants.length; id++) {
      const mutant = mutants[id]!;
      const all = known[id]!;
      const tests = chosen(all, caughtLately.get(mutant.file) ?? [], aim.survivorMs);
      const none = performance.now() - started > aim.wholeMs ? 'not tried' : aim.isAccepted(mutant) ? 'accepted' : null;
      if (none !== null) untried.push({ mutant, fate: { how: none } });
      else if (tests.length === 0) untried.push({ mutant, fate: { how: 'survived', tests: 0, all: all.length === 0 } });
      else {
        const { file } = mutant;
        const source = plant(project.texts.get(file)!, mutant);
        const done = (answer: Answer | Ended): Tried => {
          if (++tried % 50 === 0)
            aim.tell(`${tried} tried after ${Math.round((performance.now() - started) / 1000)} s`);
          return { mutant, fate: fateOf(mutant, tests, tests.length === all.length, answer) };
        };
        return {
          order: { type: 'with', id, file, source, fresh: dependentsOf(project, file), tests },
          limitMs: 30_000,
          done,
        };
      }
    }
    return null;
  };
  const results = await workThrough(project.root, { workers: aim.workers, places: null, next });
  return [...results, ...untried];
}

export async function mutate(aim: Aim): Promise<Outcome> {
  const project = readProject(aim.root);
  const sources = sourcesUnder(project, aim.paths);
  const possible = sources.flatMap((file) => mutantsOf(file, project.texts.get(file)!));
  const mutants = sample(possible, aim.size, aim.seed);
  const files = testsOf(project, sources);
  aim.tell(`${possible.length} possible faults in ${sources.length} files; ${files.length} test files come by them`);
  const runs = await runWithout(aim, project, files, mutants);
  const failures = runs.flatMap((run) => run.failures.map((failure) => `${run.file} > ${failure}`));
  const tests = runs.flatMap((run) => run.tests);
  aim.tell(
    `${tests.length} tests pass without a fault, in ${Math.round(tests.reduce((sum, { ms }) => sum + ms, 0) / 1000)} s`,
  );
  const tried = await runWith(aim, project, mutants, testsByMutant(aim, mutants.length, runs));
  const order = new Map(mutants.map((mutant, index) => [mutant, index]));
  const sorted = tried.toSorted((one, other) => order.get(one.mutant)! - order.get(other.mutant)!);
  return { possible: possible.length, tried: sorted, failures, tests: tests.length };
}
