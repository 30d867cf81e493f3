/** Packs any number of symbols into full requests. */
import pMap from 'p-map';
import type { SeriesProvider } from './provider.ts';

export interface BatchedOptions {
  /** Symbols in one request: at most 20, and at most what the quota allows at once. */
  readonly size: number;
  /** Requests in flight: the quota is the limit, two keep one slow answer from holding up the rest. */
  readonly concurrency: number;
}

/** Requests start in the order of the symbols. */
export function createBatched(next: SeriesProvider, { size, concurrency }: BatchedOptions): SeriesProvider {
  return {
    fetch: async (kind, symbols, window, abort) => {
      const batches = Array.from({ length: Math.ceil(symbols.length / size) }, (_, i) =>
        symbols.slice(i * size, (i + 1) * size),
      );
      const replies = await pMap(batches, (batch) => next.fetch(kind, batch, window, abort), { concurrency });
      return replies.flat();
    },
  };
}
