/** What must hold for every strategy. Each check answers with what it found; an honest strategy gives an empty list. */
import type { CandleSeries } from '../../src/core/candles.ts';
import type { Series } from '../../src/core/series.ts';
import { SERIES_INTERVAL_MS, SERIES_WINDOW_MS } from '../../src/core/series.ts';
import type { Component, Evaluation, Setup, Strategy, StrategyInput } from '../../src/core/strategy.ts';
import { floorTo } from '../../src/core/time.ts';
import type { History } from './markets.ts';
import { allAbsent, closeTimeAt, copied, generator, mapExternal, viewAt } from './markets.ts';

export type Scored = Extract<Evaluation, { kind: 'scored' }>;

/** The evaluation of an input that can be scored. */
export function scored(strategy: Strategy, input: StrategyInput): Scored {
  const evaluation = strategy.evaluate(input);
  if (evaluation.kind === 'failed') throw new Error(`${strategy.id}: ${evaluation.text}`);
  return evaluation;
}

export function scoreOf(components: readonly Component[]): number {
  return components.reduce((sum, { points }) => sum + points, 0);
}

const fired = new Map<string, readonly number[]>();

/** Bars at which the strategy has a direction. Gates look at prices alone, so the series are left out. */
export function firedBars(strategy: Strategy, history: History): readonly number[] {
  const key = `${strategy.id} ${history.name}`;
  const known = fired.get(key);
  if (known) return known;
  const bars: number[] = [];
  for (let bar = strategy.warmup - 1; bar < history.candles.length; bar += 1) {
    const evaluation = strategy.evaluate({ ...viewAt(history, bar), external: allAbsent() });
    if (evaluation.kind === 'scored' && evaluation.direction !== 'none') bars.push(bar);
  }
  fired.set(key, bars);
  return bars;
}

/** The first 20 bars that fire and 30 others, with at least 20 bars of future behind each. */
export function sampleBars(strategy: Strategy, history: History): readonly number[] {
  const random = generator(7);
  const last = history.candles.length - 20;
  const others = Array.from(
    { length: 30 },
    () => strategy.warmup - 1 + Math.floor(random() * (last - strategy.warmup)),
  );
  const gated = firedBars(strategy, history).filter((bar) => bar < last);
  return [...new Set([...gated.slice(0, 20), ...others])];
}

/**
 * Answers at each bar must not depend on what comes later. The reference has nothing behind the bar; it is compared with the
 * same question asked with the real future in memory and in the series, and with that future shuffled and multiplied.
 * What lies more than 30 days before the close is changed as well.
 */
export function lookAhead(strategy: Strategy, history: History, bars: readonly number[]): readonly string[] {
  return bars.flatMap((bar) => {
    const closeTime = closeTimeAt(history.candles, bar);
    const view = viewAt(history, bar);
    const alone = strategy.evaluate({
      ...view,
      candles: copied(view.candles),
      external: mapExternal(history.external, (series) => cutAt(series, closeTime)),
    });
    const tampered: History = {
      ...history,
      candles: withOtherFuture(history.candles, bar),
      external: mapExternal(history.external, (series) => withOtherSurroundings(series, closeTime)),
    };
    const report = (what: string, other: Evaluation): readonly string[] =>
      differences(alone, other).map((path) => `bar ${bar}, ${what}: ${path}`);
    return [
      ...report('future present', strategy.evaluate(view)),
      ...report('future tampered with', strategy.evaluate(viewAt(tampered, bar))),
    ];
  });
}

/** Pivots that a strategy shows must have five closed bars on both sides, none of them beyond the pivot. */
export function unconfirmedPivots(strategy: Strategy, history: History, bars: readonly number[]): readonly string[] {
  return bars.flatMap((bar) => {
    const { candles } = viewAt(history, bar);
    const evaluation = strategy.evaluate({ ...viewAt(history, bar), candles: copied(candles) });
    if (evaluation.kind === 'failed') return [];
    return shownPivots(evaluation)
      .filter((pivot) => !isConfirmed(candles, pivot))
      .map((pivot) => `bar ${bar}: ${pivot.side} pivot at ${pivot.time} was not known yet`);
  });
}

interface ShownPivot {
  readonly side: 'high' | 'low';
  readonly time: number;
  readonly price: number;
}

function shownPivots({ observability }: Scored): readonly ShownPivot[] {
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

/** What an evaluation says must fit together: points, bounds, levels, reasons, and nothing that is not a finite number. */
export function inconsistencies({ series }: Strategy, evaluation: Evaluation): readonly string[] {
  const found = notFinite(evaluation).map((path) => `${path} is not finite`);
  const demand = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  if (evaluation.kind === 'failed') return found;
  const { components, external, direction, side, setup, reasons } = evaluation;
  const maxima = components.reduce((sum, { max }) => sum + max, 0);
  demand(Math.abs(maxima - 100) < 1e-9, `maxima add up to ${maxima}`);
  for (const { component, points, max, low, high } of components) {
    demand(
      low >= 0 && low <= points && points <= high && high <= max + 1e-12,
      `${component}: 0 <= ${low} <= ${points} <= ${high} <= ${max} does not hold`,
    );
  }
  const outside = components.filter(({ component }) => series.some((kind) => kind === component));
  demand(outside.length === series.length, 'not one component for each kind');
  demand(Math.abs(scoreOf(outside) - external.score) < 1e-9, 'external components do not add up to the external score');
  demand((setup === null) === (direction === 'none'), 'levels and direction disagree');
  demand(direction === 'none' || direction === side, 'direction and side disagree');
  demand(setup === null || areLevels(setup, side === 'long' ? 1 : -1), `levels out of order: ${JSON.stringify(setup)}`);
  demand(reasons[0]?.code.startsWith(direction === 'none' ? 'NO_GATE_' : 'GATE_') === true, 'the gate comes first');
  for (const { component, points, code } of components) {
    demand(points === 0 || reasons.some((reason) => reason.code === code), `${component} has points without a reason`);
  }
  return found;
}

function areLevels({ entry, stop_loss: stop, take_profit: target, risk_reward: reward }: Setup, sign: 1 | -1): boolean {
  const ordered = sign * (entry - stop) > 0 && sign * (target - entry) > 0 && Math.min(stop, target) > 0;
  return ordered && Math.abs((target - entry) / (entry - stop) - reward) < 1e-6;
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

/** What an answer received at `closeTime` would have held. */
function cutAt(series: Series, closeTime: number): Series {
  const interval = SERIES_INTERVAL_MS[series.kind];
  const length = series.time.findLastIndex((start) => start + interval <= closeTime) + 1;
  return { ...withPoints(series, (column) => column.slice(0, length)), completeTo: floorTo(closeTime, interval) };
}

function withOtherSurroundings(series: Series, closeTime: number): Series {
  const interval = SERIES_INTERVAL_MS[series.kind];
  const from = series.time.findIndex((start) => start >= closeTime - SERIES_WINDOW_MS);
  const to = series.time.findLastIndex((start) => start + interval <= closeTime) + 1;
  return withPoints(series, (column) =>
    column === series.time
      ? column
      : Float64Array.from([
          ...column.subarray(0, from).map((value) => value * 7),
          ...column.subarray(from, to),
          ...shuffled(column.subarray(to)).map((value) => value * 10),
        ]),
  );
}

function withPoints(series: Series, change: (column: Float64Array) => Float64Array): Series {
  const time = change(series.time);
  return series.kind === 'liquidations'
    ? { ...series, time, length: time.length, long: change(series.long), short: change(series.short) }
    : { ...series, time, length: time.length, value: change(series.value) };
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

/** The same market seen upside down: p becomes K - p. */
export function mirrored(input: StrategyInput, mirror: number): StrategyInput {
  const turn = (column: Float64Array): Float64Array => column.map((price) => mirror - price);
  const { candles } = input;
  return {
    ...input,
    candles: {
      ...candles,
      open: turn(candles.open),
      high: turn(candles.low),
      low: turn(candles.high),
      close: turn(candles.close),
    },
  };
}
