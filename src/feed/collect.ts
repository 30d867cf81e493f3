/** The first coins of each strategy, gathered while the signals pass by once: a run makes them anew at every look and holds none. */
import type { Signal } from '../core/signal.ts';
import { coinKey, type CoinSignal } from './find.ts';

interface SignalCounts {
  readonly long: number;
  readonly short: number;
  readonly none: number;
  readonly notScored: number;
}

export interface StrategyShown {
  readonly strategy: string;
  readonly counts: SignalCounts;
  /** Without those that have no score. */
  readonly coins: readonly CoinSignal[];
  /** Coins beyond those. */
  readonly more: number;
}

interface Gathered {
  readonly strategy: string;
  readonly counts: { long: number; short: number; none: number; notScored: number };
  readonly shown: Map<string, { readonly best: Signal; readonly venues: Set<string> }>;
  readonly beyond: Set<string>;
}

export interface CoinCollector {
  readonly add: (signal: Signal) => void;
  /** Strategies as they were met. */
  readonly result: () => readonly StrategyShown[];
}

/** Keeps at most `top` coins of each strategy, in the order in which signals are added. */
export function coinCollector(top: number): CoinCollector {
  const all = new Map<string, Gathered>();
  const add = (signal: Signal): void => {
    const gathered = all.get(signal.strategy) ?? newlyMet(signal.strategy);
    all.set(signal.strategy, gathered);
    gather(gathered, signal, top);
  };
  const result = (): readonly StrategyShown[] =>
    [...all.values()].map(({ strategy, counts, shown, beyond }) => ({
      strategy,
      counts,
      coins: [...shown.values()].map(({ best, venues }) => ({ best, others: venues.size - 1 })),
      more: beyond.size,
    }));
  return { add, result };
}

function newlyMet(strategy: string): Gathered {
  return {
    strategy,
    counts: { long: 0, short: 0, none: 0, notScored: 0 },
    shown: new Map(),
    beyond: new Set(),
  };
}

function gather({ counts, shown, beyond }: Gathered, signal: Signal, top: number): void {
  if (signal.status !== 'ok') {
    counts.notScored += 1;
    return;
  }
  counts[signal.direction] += 1;
  const key = coinKey(signal);
  const known = shown.get(key);
  if (known !== undefined) known.venues.add(signal.exchange);
  else if (shown.size < top) shown.set(key, { best: signal, venues: new Set([signal.exchange]) });
  else beyond.add(key);
}
