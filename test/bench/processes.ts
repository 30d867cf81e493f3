/** Processes that are measured: ones that live on and repeat their job, and ones that run once. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';

export interface Sample {
  readonly wallMs: number;
  readonly userMs: number;
  readonly systemMs: number;
  /** Resident, of the process so far. */
  readonly peakMb: number;
}

/** Something that can be measured again and again. */
export interface Contender {
  readonly measure: () => Promise<Sample>;
  readonly close: () => void;
}

type Env = Readonly<Record<string, string | undefined>>;

/** A process of its own that stays: its second and later passes are warm. */
export async function resident(job: string, args: readonly string[], env: Env): Promise<Contender> {
  const child: ChildProcess = fork(path.join(import.meta.dirname, 'jobs.ts'), [job, ...args], {
    env: { ...env },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const died = once(child, 'exit').then(() => Promise.reject(new Error(`the process of ${job} ended`)));
  // Ending it when all is measured is no failure.
  died.catch(() => undefined);
  await Promise.race([once(child, 'message'), died]);
  return {
    measure: async () => {
      const answer = once(child, 'message') as Promise<[Sample]>;
      child.send('go');
      const [sample] = await Promise.race([answer, died]);
      return sample;
    },
    close: () => void child.kill(),
  };
}

const USAGE = path.join(import.meta.dirname, 'usage.cjs');

/** A new process of Node each time, from its start to its end. */
export function oneShot(args: readonly string[], env: Env): Contender {
  return {
    measure: async () => {
      const { wallMs, used } = await runOnce(process.execPath, ['--require', USAGE, ...args], env);
      return { wallMs, ...(JSON.parse(used) as Omit<Sample, 'wallMs'>) };
    },
    close: () => undefined,
  };
}

/** The same of a program that is not Node's: its wall time is all that is known. */
export function otherProgram(program: string, args: readonly string[], env: Env): Contender {
  return {
    measure: async () => ({ wallMs: (await runOnce(program, args, env)).wallMs, userMs: 0, systemMs: 0, peakMb: 0 }),
    close: () => undefined,
  };
}

/** `used` is what came through descriptor 3. */
async function runOnce(
  program: string,
  args: readonly string[],
  env: Env,
): Promise<{ readonly wallMs: number; readonly used: string }> {
  const started = performance.now();
  const child = spawn(program, args, { env: { ...env }, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const used = text(child.stdio[3] as Readable);
  const complaint = text(child.stderr as Readable);
  const [code] = (await once(child, 'exit')) as [number];
  const wallMs = performance.now() - started;
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${await complaint}`);
  return { wallMs, used: await used };
}

export interface Series {
  /** Of the samples, each figure by itself: the least disturbed one. Memory is the largest. */
  readonly best: Sample;
  readonly samples: readonly Sample[];
}

/** Every contender in turn, forwards and backwards, so that a slow minute of the machine hits all of them alike. */
export async function interleave(
  contenders: readonly Contender[],
  { passes, warmup }: { readonly passes: number; readonly warmup: number },
): Promise<readonly Series[]> {
  const samples: Sample[][] = contenders.map(() => []);
  for (let pass = 0; pass < warmup + passes; pass++) {
    const order = contenders.map((_, index) => index);
    for (const index of pass % 2 === 0 ? order : order.toReversed()) {
      const sample = await contenders[index]!.measure();
      if (pass >= warmup) samples[index]!.push(sample);
    }
  }
  for (const contender of contenders) contender.close();
  return samples.map((own) => ({ best: bestOf(own), samples: own }));
}

function bestOf(samples: readonly Sample[]): Sample {
  const least = (of: (sample: Sample) => number): number => Math.min(...samples.map(of));
  return {
    wallMs: least((sample) => sample.wallMs),
    userMs: least((sample) => sample.userMs),
    systemMs: least((sample) => sample.systemMs),
    peakMb: Math.max(...samples.map((sample) => sample.peakMb)),
  };
}
