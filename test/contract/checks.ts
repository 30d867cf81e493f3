/** What must hold for every strategy. Each check answers with what it found; an honest strategy gives an empty list. */
import type { CandleSeries } from '../../src/core/candles.ts';
import type { Explanation, Judged, MarketView, Strategy } from '../../src/core/strategy.ts';
import { misfitsOf } from '../../src/own-strategies/fit.ts';
import { createViewer } from '../../src/processor/view.ts';
import type { History } from './markets.ts';
import { copied, generator, seenAt } from './markets.ts';

export interface Answer {
  readonly judged: Judged;
  readonly explanation: Explanation;
}

/** One for all markets, as in a scan. */
const view = createViewer();

/** The answer for candles that can be judged. */
export function answerOf(strategy: Strategy, candles: CandleSeries): Answer {
  return answerIn(strategy, view(candles));
}

export function answerIn(strategy: Strategy, market: MarketView): Answer {
  const judged = strategy.judge(market);
  if (judged.kind === 'failed') throw new Error(`${strategy.id}: ${judged.text}`);
  return { judged, explanation: strategy.explain(market, judged) };
}

export function judgedOf(strategy: Strategy, candles: CandleSeries): Judged {
  const judged = strategy.judge(view(candles));
  if (judged.kind === 'failed') throw new Error(`${strategy.id}: ${judged.text}`);
  return judged;
}

export function priceScore({ points }: Judged): number {
  return points.reduce((sum, one) => sum + one.points, 0);
}

const fired = new Map<string, readonly number[]>();

/** Bars at which the strategy has a direction. */
export function firedBars(strategy: Strategy, history: History): readonly number[] {
  const key = `${strategy.id} ${history.name}`;
  const known = fired.get(key);
  if (known) return known;
  const bars: number[] = [];
  for (let bar = strategy.warmup - 1; bar < history.candles.length; bar += 1) {
    const judged = strategy.judge(view(seenAt(history, bar)));
    if (judged.kind === 'judged' && judged.direction !== 'none') bars.push(bar);
  }
  fired.set(key, bars);
  return bars;
}

/** The first 20 bars that fire and 30 others, with at least 20 bars of future behind each. */
export function sampleBars(strategy: Strategy, history: History): readonly number[] {
  const random = generator(7);
  const last = history.candles.length - FUTURE;
  const others = Array.from(
    { length: 30 },
    () => strategy.warmup - 1 + Math.floor(random() * (last - strategy.warmup)),
  );
  const gated = firedBars(strategy, history).filter((bar) => bar < last);
  return [...new Set([...gated.slice(0, 20), ...others])];
}

/** Candles of the future that lie in a view's memory behind the last one. */
const FUTURE = 20;

/**
 * Answers at each bar must not depend on what comes later. The reference has nothing behind the bar; it is compared with the same
 * question asked with the real future in the view's memory, and with that future shuffled and multiplied.
 */
export function lookAhead(strategy: Strategy, history: History, bars: readonly number[]): readonly string[] {
  return bars.flatMap((bar) => {
    const alone = answerIn(strategy, createViewer()(copied(seenAt(history, bar))));
    const tampered: History = { ...history, candles: withOtherFuture(history.candles, bar) };
    const report = (what: string, other: Answer): readonly string[] =>
      differences(alone, other).map((path) => `bar ${bar}, ${what}: ${path}`);
    return [
      ...report('future present', answerAfterFuture(strategy, history, bar)),
      ...report('future tampered with', answerAfterFuture(strategy, tampered, bar)),
    ];
  });
}

/** The viewer has just shown the same market twenty candles later, in the same memory. */
function answerAfterFuture(strategy: Strategy, history: History, bar: number): Answer {
  const seen = seenAt(history, bar);
  view(seenAt(history, bar + FUTURE, seen.length + FUTURE));
  return answerOf(strategy, seen);
}

/** Pivots that a strategy shows must have five closed bars on both sides, none of them beyond the pivot. */
export function unconfirmedPivots(strategy: Strategy, history: History, bars: readonly number[]): readonly string[] {
  return bars.flatMap((bar) => {
    const candles = copied(seenAt(history, bar));
    return shownPivots(answerOf(strategy, candles).explanation)
      .filter((pivot) => !isConfirmed(candles, pivot))
      .map((pivot) => `bar ${bar}: ${pivot.side} pivot at ${pivot.time} was not known yet`);
  });
}

interface ShownPivot {
  readonly side: 'high' | 'low';
  readonly time: number;
  readonly price: number;
}

function shownPivots({ observability }: Explanation): readonly ShownPivot[] {
  const lines = (observability['trendlines'] ?? []) as readonly {
    readonly side: 'resistance' | 'support';
    readonly touches: readonly { readonly time: number; readonly price: number }[];
  }[];
  const pivots = (observability['pivots'] ?? []) as unknown as readonly ShownPivot[];
  return [
    ...pivots,
    ...lines.flatMap(({ side, touches }) =>
      touches.map(({ time, price }) => ({
        side: side === 'resistance' ? ('high' as const) : ('low' as const),
        time,
        price,
      })),
    ),
  ];
}

function isConfirmed(candles: CandleSeries, { side, time, price }: ShownPivot): boolean {
  const index = candles.time.indexOf(time);
  const sign = side === 'high' ? 1 : -1;
  const prices = (side === 'high' ? candles.high : candles.low).map((value) => sign * value);
  if (index < 5 || index + 5 >= candles.length || prices[index] !== sign * price) return false;
  return [1, 2, 3, 4, 5].every(
    (distance) => prices[index]! > prices[index - distance]! && prices[index]! >= prices[index + distance]!,
  );
}

/** What an answer says must fit together, and hold nothing that is not a finite number. */
export function inconsistencies({ judged, explanation }: Answer): readonly string[] {
  const endless = notFinite({ judged, explanation }).map((path) => `${path} is not finite`);
  return [...endless, ...misfitsOf(judged, explanation)];
}

/** Paths at which two values differ; 0 and -0 are the same number. */
export function differences(left: unknown, right: unknown, path = ''): readonly string[] {
  if (left === right) return [];
  if (isTree(left) && isTree(right)) {
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
      differences(left[key], right[key], `${path}/${key}`),
    );
  }
  return [`${path}: ${JSON.stringify(left)} and ${JSON.stringify(right)}`];
}

function notFinite(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path];
  if (value === undefined) return [path];
  return isTree(value) ? Object.entries(value).flatMap(([key, child]) => notFinite(child, `${path}/${key}`)) : [];
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function withOtherFuture(candles: CandleSeries, bar: number): CandleSeries {
  const change = (column: Float64Array): Float64Array =>
    Float64Array.from([
      ...column.subarray(0, bar + 1),
      ...shuffled(column.subarray(bar + 1)).map((value) => value * 10),
    ]);
  return {
    ...candles,
    open: change(candles.open),
    high: change(candles.high),
    low: change(candles.low),
    close: change(candles.close),
    volume: change(candles.volume),
  };
}

function shuffled(column: Float64Array): Float64Array {
  const random = generator(column.length);
  const result = Float64Array.from(column);
  for (let index = result.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [result[index], result[other]] = [result[other]!, result[index]!];
  }
  return result;
}
