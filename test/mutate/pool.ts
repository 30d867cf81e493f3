/** Processes that work through a list, each one order at a time; one that hangs or dies is replaced. */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Answer, Order } from './messages.ts';
import type { Place } from './reach.ts';

/** Every process starts anew after so many orders: modules that were read are never given back. */
const ORDERS_OF_A_PROCESS = 60;
const START_LIMIT_MS = 30_000;

export type Ended = { readonly how: 'hung' | 'died' };

export interface Job<T> {
  readonly order: Order;
  /** Until it says that it has begun something with a limit of its own. */
  readonly limitMs: number;
  readonly done: (answer: Answer | Ended) => T;
}

/** V8 does not count the calls of code that it has optimized: what a later test comes by would be missing. */
const COUNTING = ['--no-opt', '--no-maglev'];

function start(root: string, counts: boolean): ChildProcess {
  return fork(path.join(import.meta.dirname, 'child.ts'), [root], {
    cwd: root,
    env: { ...process.env, TZ: 'UTC', NO_COLOR: '1' },
    execArgv: ['--disable-warning=ExperimentalWarning', '--max-old-space-size=2000', ...(counts ? COUNTING : [])],
    stdio: ['ignore', 'ignore', process.env['MUTATE_DEBUG'] === undefined ? 'ignore' : 'inherit', 'ipc'],
  });
}

/** The answer to `order`, or how the process ended instead. It is killed when it says nothing for longer than it may. */
function ask(child: ChildProcess, order: Order | null, firstLimitMs: number): Promise<Answer | Ended> {
  return new Promise((resolve) => {
    let timer = setTimeout(hang, firstLimitMs);
    function settle(answer: Answer | Ended): void {
      clearTimeout(timer);
      child.off('message', hear).off('exit', die);
      resolve(answer);
    }
    function hang(): void {
      child.kill('SIGKILL');
      settle({ how: 'hung' });
    }
    function die(): void {
      settle({ how: 'died' });
    }
    function hear(answer: Answer): void {
      if (answer.type !== 'begun') return settle(answer);
      clearTimeout(timer);
      timer = setTimeout(hang, answer.limitMs);
    }
    child.on('message', hear).on('exit', die);
    if (order !== null) child.send(order);
  });
}

/**
 * Takes jobs from `next` until it has no more; `workers` at a time.
 * @param places what processes watch for, or null when they watch nothing
 */
export async function workThrough<T>(
  root: string,
  {
    workers,
    places,
    next,
  }: { readonly workers: number; readonly places: readonly Place[] | null; readonly next: () => Job<T> | null },
): Promise<readonly T[]> {
  const results: T[] = [];
  const work = async (): Promise<void> => {
    let child: ChildProcess | null = null;
    let orders = 0;
    for (let job = next(); job !== null; job = next()) {
      if (child === null) {
        child = start(root, places !== null);
        orders = 0;
        const ready = await ask(child, null, START_LIMIT_MS);
        if ('how' in ready) throw new Error(`a process ${ready.how} before its first order`);
        if (places !== null) child.send({ type: 'places', places } satisfies Order);
      }
      const answer = await ask(child, job.order, job.limitMs);
      results.push(job.done(answer));
      orders++;
      if ('how' in answer || orders === ORDERS_OF_A_PROCESS) {
        child.kill('SIGKILL');
        child = null;
      }
    }
    child?.kill('SIGKILL');
  };
  await Promise.all(Array.from({ length: workers }, work));
  return results;
}
