import type { Clock, SinceBoot } from '../../src/platform/clock.ts';

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/** Time that moves only when a test says so. Wall and monotonic time run together; `setWall` moves the wall alone. */
export class FakeClock implements Clock {
  #elapsed = 0;
  #wall: number;
  #boot = 'first boot';
  readonly #sleepers = new Set<Sleeper>();

  constructor(wall = 1_768_842_000_000) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sinceBoot(): SinceBoot {
    return { boot: this.#boot, ms: this.#elapsed };
  }

  sleep(ms: number, abort?: AbortSignal): Promise<void> {
    if (ms <= 0 || abort?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        wakeAt: this.#elapsed + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      abort?.addEventListener('abort', sleeper.wake);
    });
  }

  setWall(ms: number): void {
    this.#wall = ms;
  }

  /** As after switching the machine off and on: the wall time goes on. */
  reboot(): void {
    this.#boot += '+';
  }

  get sleepers(): number {
    return this.#sleepers.size;
  }

  /** Moves to `ms` from now, waking everyone on the way in order. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    while (await this.#wakeNext(end));
    this.#move(end);
    await idle();
  }

  /** Lets time pass until `work` is done, jumping from one sleeper to the next. */
  async until<T>(work: Promise<T>): Promise<T> {
    const state = { done: false, idleRounds: 0 };
    const settle = (): void => {
      state.done = true;
    };
    void work.then(settle, settle);
    while (!state.done && state.idleRounds < 500) {
      await idle();
      if (!state.done) state.idleRounds = (await this.#wakeNext(Infinity)) ? 0 : state.idleRounds + 1;
    }
    if (!state.done) throw new Error('nobody sleeps, and the work is not done');
    return work;
  }

  async #wakeNext(end: number): Promise<boolean> {
    await idle();
    const next = [...this.#sleepers].sort((a, b) => a.wakeAt - b.wakeAt)[0];
    if (next === undefined || next.wakeAt > end) return false;
    this.#move(next.wakeAt);
    next.wake();
    return true;
  }

  #move(to: number): void {
    this.#wall += Math.max(0, to - this.#elapsed);
    this.#elapsed = Math.max(to, this.#elapsed);
  }
}

/** Lets everything that waits for nothing but the event loop go on. */
async function idle(): Promise<void> {
  for (let i = 0; i < 8; i += 1) await new Promise((resolve) => setTimeout(resolve, 0));
}
