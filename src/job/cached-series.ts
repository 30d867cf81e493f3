/** Takes in what the cache has of the series that signals can use; costs no call. */
import { setImmediate } from 'node:timers/promises';
import type { ProviderId } from '../core/offer.ts';
import type { KnownMarkets } from './known-markets.ts';
import type { SeriesBook } from './series-book.ts';
import type { KeptUpstream } from './upstream.ts';

/** Series are decoded so many at a time, so that no run holds them all. */
const KEYS_PER_TURN = 200;

export async function takeCached(
  markets: KnownMarkets,
  book: SeriesBook,
  upstream: KeptUpstream,
  interrupt: AbortSignal,
): Promise<void> {
  const provider: ProviderId = upstream.provider;
  const keys = markets.needs(provider).map(({ key }) => key);
  for (let from = 0; from < keys.length; from += KEYS_PER_TURN) {
    const turn = keys.slice(from, from + KEYS_PER_TURN);
    const answers = await upstream.peek(turn);
    for (const [index, key] of turn.entries()) {
      const cached = answers[index]!;
      book.keep(key, cached);
      if (cached.answer !== null) markets.learn(key, cached.answer);
    }
    await setImmediate();
    interrupt.throwIfAborted();
  }
}
