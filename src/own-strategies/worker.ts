/** Runs in a thread of its own: loads one strategy file and answers for one market after another. */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { workerData } from 'node:worker_threads';
import type { Judgement, MarketView, Strategy } from '../core/strategy.ts';
import { messageOf } from '../processor/judging.ts';
import { createViewer } from '../processor/view.ts';
import type { Question, Reply, Start } from './protocol.ts';

const { file, library, signal, port } = workerData as Start;
const address = pathToFileURL(file).href;
const viewOf = createViewer();

/** The file may lie anywhere: what it imports of perpscan is what this program is. */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'perpscan' ? { url: library, shortCircuit: true } : next(specifier, context),
});

void load();

async function load(): Promise<void> {
  let strategy: unknown;
  try {
    ({ strategy } = (await import(address)) as { readonly strategy?: unknown });
  } catch (error) {
    reply({ kind: 'threw', text: textOf(error) });
    return;
  }
  port.on('message', (question: Question) => reply(answer(strategy as Strategy, question)));
  reply({ kind: 'loaded', strategy: described(strategy) });
}

function described(strategy: unknown): unknown {
  if (typeof strategy !== 'object' || strategy === null) return strategy;
  const entries = Object.entries(strategy as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'function' ? { takes: value.length } : value]),
  );
}

function answer(strategy: Strategy, { candles, explain, fresh }: Question): Reply {
  try {
    const view = (fresh ? createViewer() : viewOf)(candles);
    const before = columnsOf(view).map(([name, column]) => [name, column.slice()] as const);
    const judgement = strategy.judge(view) as Judgement | undefined;
    const isExplained = judgement?.kind === 'judged' && (explain === 'all' || judgement.direction !== 'none');
    const explanation = isExplained ? strategy.explain(view, judgement) : undefined;
    const now = new Map(columnsOf(view));
    const written = before.find(([name, column]) => !isSame(column, now.get(name)!))?.[0] ?? null;
    return { kind: 'answered', judgement, explanation, written };
  } catch (error) {
    return { kind: 'threw', text: textOf(error) };
  }
}

/** All numbers of the view up to the last candle; `next` writes behind it. */
function columnsOf({ candles, indicators }: MarketView): readonly (readonly [string, Float64Array])[] {
  const all = Object.entries({ ...candles, ...indicators }) as readonly (readonly [string, unknown])[];
  return all.flatMap(([name, column]) =>
    column instanceof Float64Array ? [[name, column.subarray(0, candles.length)] as const] : [],
  );
}

function isSame(one: Float64Array, other: Float64Array): boolean {
  return one.every((value, index) => Object.is(value, other[index]));
}

/** With the line of the file where it happened, when the error says so. */
function textOf(error: unknown): string {
  const text = messageOf(error).split('\n')[0]!;
  const stack = error instanceof Error ? String(error.stack) : '';
  const line = stack.includes(address)
    ? /^:(\d+)/.exec(stack.slice(stack.indexOf(address) + address.length))?.[1]
    : null;
  return line === undefined || line === null ? text : `${text} (line ${line})`;
}

function reply(message: Reply): void {
  try {
    port.postMessage(message);
  } catch (error) {
    port.postMessage({ kind: 'threw', text: `it answers what is no plain data: ${textOf(error)}` } satisfies Reply);
  }
  const flag = new Int32Array(signal);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
}
