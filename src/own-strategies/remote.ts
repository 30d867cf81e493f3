/**
 * A strategy of the user's own as a run sees it: its file is loaded in a worker that gets whole markets. The run waits for each answer
 * with its thread, as it does for a built-in strategy; a worker that does not answer in time is ended and another one begun.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { CandleSeries } from '../core/candles.ts';
import type { Explanation, Judgement, Strategy } from '../core/strategy.ts';
import type { Clock } from '../platform/clock.ts';
import { describeSystemError } from '../platform/text.ts';
import { STRATEGY_FAULTS } from '../processor/judging.ts';
import { definitionFault, type Definition } from './definition.ts';
import { guard } from './guard.ts';
import type { Question, Reply, Start } from './protocol.ts';

export interface OwnStrategyOptions {
  /** Absolute. */
  readonly file: string;
  /** Ids that other strategies of the run have. */
  readonly taken: readonly string[];
  /** For one market. */
  readonly timeoutMs: number;
  /** For all of them, from the first one on. */
  readonly deadlineMs: number;
  readonly explain: Question['explain'];
  readonly clock: Pick<Clock, 'monotonic'>;
}

export interface OwnStrategy {
  readonly strategy: Strategy;
  /** sha256 of the file. */
  readonly digest: string;
  readonly ask: (candles: CandleSeries, fresh?: boolean) => OwnAnswer;
  readonly close: () => void;
}

export interface OwnAnswer {
  readonly judgement: Judgement;
  readonly explanation: Explanation | null;
  /** A column that it wrote to. */
  readonly written: string | null;
  readonly ms: number;
}

export type OpenedStrategy =
  | { readonly ok: true; readonly own: OwnStrategy }
  /** One sentence without the file's name. */
  | { readonly ok: false; readonly detail: string };

/** A file is compiled and run once. */
const LOAD_MS = 20_000;
const MOST_TIMEOUTS = 3;

export function openOwnStrategy(options: OwnStrategyOptions): OpenedStrategy {
  const { file, taken } = options;
  let digest: string;
  try {
    digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (error) {
    return { ok: false, detail: describeSystemError(error) };
  }
  const { line, reply } = start(file);
  const fault =
    reply?.kind === 'loaded'
      ? definitionFault(reply.strategy, taken)
      : `it cannot be loaded: ${reply?.kind === 'threw' ? reply.text : `it is not done within ${LOAD_MS / 1000} s`}`;
  if (fault !== null) {
    line.end();
    return { ok: false, detail: fault };
  }
  const { judge: _judge, explain: _explain, ...definition } = (reply as { strategy: Strategy }).strategy;
  const asker = createAsker(line, options);
  return { ok: true, own: { ...asker, digest, strategy: strategyOf(definition, asker.ask) } };
}

/** The processor asks for the explanation right after the judgement, so that one question does for both. */
function strategyOf(definition: Definition, ask: OwnStrategy['ask']): Strategy {
  let latest: Explanation | null = null;
  return {
    ...definition,
    judge: ({ candles }) => {
      const { judgement, explanation } = ask(candles);
      latest = explanation;
      return judgement;
    },
    explain: () => latest!,
  };
}

function createAsker(first: Line, options: OwnStrategyOptions): Pick<OwnStrategy, 'ask' | 'close'> {
  const { file, timeoutMs, deadlineMs, explain, clock } = options;
  let line: Line | null = first;
  let endsAt: number | null = null;
  let timeouts = 0;
  let givenUp: string | null = null;
  const close = (): void => {
    line?.end();
    line = null;
  };
  const giveUp = (why: string): void => {
    givenUp = `given up for this run: ${why}`;
    close();
  };
  const ask: OwnStrategy['ask'] = (candles, fresh = false) => {
    const began = clock.monotonic();
    endsAt ??= began + deadlineMs;
    if (givenUp === null && began >= endsAt) giveUp('the deadline has passed');
    if (givenUp === null && line === null) {
      const restarted = start(file);
      ({ line } = restarted);
      if (restarted.reply?.kind !== 'loaded') giveUp('it could not be loaded again');
    }
    const failed = (code: string, text: string): OwnAnswer => ({
      judgement: { kind: 'failed', code, text },
      explanation: null,
      written: null,
      ms: clock.monotonic() - began,
    });
    if (givenUp !== null) return failed(STRATEGY_FAULTS.givenUp, givenUp);
    const reply = line!.ask({ candles, explain, fresh }, Math.min(timeoutMs, endsAt - began));
    if (reply === null) {
      close();
      timeouts += 1;
      if (clock.monotonic() >= endsAt) giveUp('the deadline has passed');
      else if (timeouts === MOST_TIMEOUTS) giveUp(`no answer within ${seconds(timeoutMs)} for ${timeouts} markets`);
      return failed(STRATEGY_FAULTS.timeout, `no answer within ${seconds(timeoutMs)}`);
    }
    if (reply.kind !== 'answered') {
      return failed(STRATEGY_FAULTS.threw, reply.kind === 'threw' ? reply.text : 'it answered out of turn');
    }
    const guarded = guard(reply.judgement, reply.explanation, candles);
    if (!guarded.ok) return failed(STRATEGY_FAULTS.nonsense, guarded.text);
    const { judgement, explanation } = guarded;
    return { judgement, explanation, written: reply.written, ms: clock.monotonic() - began };
  };
  return { ask, close };
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

interface Line {
  /** Null when no reply came in time. */
  readonly ask: (question: Question | null, ms: number) => Reply | null;
  readonly end: () => void;
}

const isSource = import.meta.filename.endsWith('.ts');
const WORKER = path.join(import.meta.dirname, isSource ? 'worker.ts' : 'strategy-worker.cjs');
const LIBRARY = path.join(import.meta.dirname, ...(isSource ? ['..', 'index.ts'] : ['index.js']));

function start(file: string): { readonly line: Line; readonly reply: Reply | null } {
  const { port1: port, port2 } = new MessageChannel();
  const signal = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const workerData: Start = { file, library: pathToFileURL(LIBRARY).href, signal, port: port2 };
  const worker = new Worker(WORKER, {
    workerData,
    transferList: [port2],
    // It has no use for the key.
    env: {},
    // What it prints must not get between the lines of a feed on stdout.
    stdout: true,
    execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
  });
  worker.stdout.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  // A thread that ends early gives no answer, and that is what is told.
  worker.on('error', () => undefined);
  worker.unref();
  port.unref();
  const line = createLine(worker, port, new Int32Array(signal));
  return { line, reply: line.ask(null, LOAD_MS) };
}

function createLine(worker: Worker, port: MessagePort, signal: Int32Array): Line {
  return {
    ask: (question, ms) => {
      if (question !== null) port.postMessage(question);
      // The call that wakes may come late, when the reply it stands for has been read: then there is none yet.
      while (Atomics.load(signal, 0) === 0) {
        if (Atomics.wait(signal, 0, 0, ms) === 'timed-out') return null;
      }
      Atomics.store(signal, 0, 0);
      return (receiveMessageOnPort(port) as { readonly message: Reply }).message;
    },
    end: () => {
      port.close();
      void worker.terminate();
    },
  };
}
