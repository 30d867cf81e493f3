/** From a market's signals, and what is known of its series, to what the planner sees. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import { isFinalFor, type Series, type SeriesKind } from '../core/series.ts';
import type { Signal } from '../core/signal.ts';
import type { Strategy } from '../core/strategy.ts';
import { TIMEFRAME_MS } from '../core/time.ts';
import type { OpenPair, Pair, PlannedSignal } from './goal.ts';

/** What a run knows of one external history. */
export interface KnownSeries {
  /** One object for everybody who can use the history: the planner counts its users by it. */
  readonly pair: Pair;
  /** The newest answer, of this run or kept; `absent` when there is none upstream, null before the first answer. */
  readonly answer: Series | 'absent' | null;
  /** False when asking cannot settle it in this run: it failed, or upstream has not published the last bucket yet. */
  readonly askable: boolean;
}

/** A market with its signals as they stand. */
export interface OpenMarket {
  /** Null for a market that maps to nothing. */
  readonly symbol: CoinalyzeSymbol | null;
  /** Kinds that can be had at all for this symbol. */
  readonly kinds: readonly SeriesKind[];
  /** Evaluated with what `knownOf` knows; of one candle. */
  readonly signals: readonly Signal[];
}

/** How the planner reads the signals of one strategy. */
export interface StrategyPlan {
  readonly kinds: readonly SeriesKind[];
  /** Where its signals stand among those of one market with equal scores. */
  readonly rank: number;
}

/** By strategy id. */
export function strategyPlans(strategies: readonly Strategy[]): ReadonlyMap<string, StrategyPlan> {
  const ids = strategies.map(({ id }) => id).sort();
  return new Map(strategies.map(({ id, series }) => [id, { kinds: series, rank: ids.indexOf(id) }]));
}

/**
 * The planner's view of the market's signals with status `ok`. `index`: the place of the market by exchange, then symbol, which
 * is how the feed orders equal scores. Depends on this market and its series alone: after an answer only the markets of its
 * symbols have to be looked at anew, all others keep their signals as they are.
 */
export function plannedSignals(
  { symbol, kinds, signals }: OpenMarket,
  index: number,
  plans: ReadonlyMap<string, StrategyPlan>,
  knownOf: (kind: SeriesKind, symbol: CoinalyzeSymbol) => KnownSeries,
): readonly PlannedSignal[] {
  const seriesOf = (kind: SeriesKind): KnownSeries | null =>
    symbol === null || !kinds.includes(kind) ? null : knownOf(kind, symbol);
  const isMapped = symbol !== null && kinds.length > 0;
  const planned: PlannedSignal[] = [];
  for (const signal of signals) {
    if (signal.status !== 'ok' || signal.score_bounds === null) continue;
    const plan = plans.get(signal.strategy)!;
    const [low, high] = signal.score_bounds;
    // Bounds that no series of its own explains stay open: the list of markets itself was not to be had.
    const open: OpenPair[] = [];
    let blocked = low < high && !isMapped;
    if (low < high && isMapped) blocked = collectOpen(signal, plan.kinds, seriesOf, open);
    const place = index * plans.size + plan.rank;
    planned.push({ place, hasDirection: signal.direction !== 'none', low, high, open, blocked });
  }
  return planned;
}

/** Adds what is open and worth asking to `open`; true when something else is open as well. */
function collectOpen(
  signal: Signal,
  uses: readonly SeriesKind[],
  seriesOf: (kind: SeriesKind) => KnownSeries | null,
  open: OpenPair[],
): boolean {
  const closeTime = signal.candle_time! + TIMEFRAME_MS[signal.timeframe!];
  let blocked = false;
  for (const kind of uses) {
    const series = seriesOf(kind);
    if (series === null || isKnown(series, closeTime)) continue;
    if (series.askable) open.push({ pair: series.pair, width: widthOf(signal, kind) });
    else blocked = true;
  }
  return blocked;
}

function isKnown({ answer }: KnownSeries, closeTime: number): boolean {
  return answer !== null && (answer === 'absent' || isFinalFor(answer, closeTime));
}

/** Points that the kind decides: those of the component named like it; without one, all that are open. */
function widthOf({ score_breakdown: breakdown, score_bounds: bounds }: Signal, kind: SeriesKind): number {
  // From the end, where components of series stand: this is looked up for every signal of every market.
  for (let at = breakdown.length - 1; at >= 0; at -= 1) {
    const { component, max } = breakdown[at]!;
    if (component === kind) return max;
  }
  return bounds![1] - bounds![0];
}
