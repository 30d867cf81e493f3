/** Fetches what a run needs before anything is scored, so that scoring itself never waits. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Series, SeriesKind, Window } from '../core/series.ts';
import type { CachedProvider } from './cached.ts';
import type { SeriesProvider } from './provider.ts';

interface PrefetchBatch {
  readonly kind: SeriesKind;
  readonly symbols: readonly CoinalyzeSymbol[];
}

/** Outcomes by kind and symbol. What was never asked for is absent. */
export interface Prefetched {
  get(kind: SeriesKind, symbol: CoinalyzeSymbol): Outcome<Series> | undefined;
  readonly answers: readonly PrefetchAnswer[];
}

interface PrefetchAnswer {
  readonly kind: SeriesKind;
  readonly symbol: CoinalyzeSymbol;
  readonly outcome: Outcome<Series>;
}

export interface PrefetchOptions {
  readonly window: Window;
  /** Aborted when the budget is used: the batches left are asked all the same, for what an older cache entry can give. */
  readonly abort: AbortSignal;
  /** Called before each batch. */
  readonly onBatch: (batch: PrefetchBatch, index: number) => void;
  /** Called after each batch. */
  readonly onAnswered: () => void;
}

/** Batches go out one after the other, in the given order: under a quota of two full requests a minute nothing is gained by more. */
export async function prefetch(
  provider: SeriesProvider,
  batches: readonly PrefetchBatch[],
  { window, abort, onBatch, onAnswered }: PrefetchOptions,
): Promise<Prefetched> {
  const answers = new Map<string, PrefetchAnswer>();
  const keyOf = (kind: SeriesKind, symbol: CoinalyzeSymbol): string => `${kind} ${symbol}`;
  for (const [index, batch] of batches.entries()) {
    if (!abort.aborted) onBatch(batch, index);
    const { kind } = batch;
    const outcomes = await provider.fetch(kind, batch.symbols, window, abort);
    for (const [slot, symbol] of batch.symbols.entries()) {
      answers.set(keyOf(kind, symbol), { kind, symbol, outcome: outcomes[slot]! });
    }
    onAnswered();
  }
  return {
    get: (kind, symbol) => answers.get(keyOf(kind, symbol))?.outcome,
    answers: [...answers.values()],
  };
}

/** Of `needs`, those that an earlier answer covers, and those that have to be asked for. */
export async function splitByCache<Need extends { readonly kind: SeriesKind; readonly symbol: CoinalyzeSymbol }>(
  needs: readonly Need[],
  provider: CachedProvider,
  window: Window,
): Promise<{ readonly known: readonly Need[]; readonly absent: readonly Need[] }> {
  const known: Need[] = [];
  const absent: Need[] = [];
  for (const [kind, ofKind] of Map.groupBy(needs, (need) => need.kind)) {
    const symbols = ofKind.map(({ symbol }) => symbol);
    const states = await provider.peek(kind, symbols, window);
    for (const [slot, need] of ofKind.entries()) (states[slot] === 'absent' ? absent : known).push(need);
  }
  return { known, absent };
}
