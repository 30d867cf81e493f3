import { describe, expect, it } from 'vitest';
import type { Signal } from '../../src/core/signal.ts';
import { openFeed, sealSignals } from '../../src/feed/sealed-signal.ts';
import { feedText, writeFeed } from '../../src/feed/writer.ts';
import { orderSignals } from '../../src/processor/order.ts';
import { longSignal, makeFeed, unscoredSignal } from './fixtures.ts';

const HOSTILE = 'EVIL"rank_in_strategy":null\u202e\u009b2J\n龙';
const unranked = (signal: Signal): Signal => ({ ...signal, rank_in_strategy: null });
const SIGNALS: readonly Signal[] = [
  longSignal({ symbol: HOSTILE, id: HOSTILE, unified_symbol: HOSTILE, observability: { rank_in_strategy: null } }),
  longSignal({ score_side: null }),
  unscoredSignal('stale', { symbol: HOSTILE }),
].map(unranked);

describe('a sealed signal', () => {
  it('has the text of the signal with the rank that it got afterwards', () => {
    const sealed = orderSignals(sealSignals(SIGNALS));
    const plain = makeFeed(orderSignals(SIGNALS));
    expect(plain.signals.map(({ rank_in_strategy }) => rank_in_strategy)).toEqual([1, 2, null]);
    expect(feedText({ ...plain, signals: sealed })).toBe(feedText(plain));
  });

  it('opens to what it was made from', () => {
    const sealed = orderSignals(sealSignals(SIGNALS));
    expect(openFeed({ ...makeFeed([]), signals: sealed }).signals).toEqual(orderSignals(SIGNALS));
  });

  it('with a number that JSON has not got is refused with its path, as it would be unsealed', async () => {
    const broken = longSignal({ price: Number.NaN });
    const plain = makeFeed([longSignal(), broken]);
    const never = (): never => {
      throw new Error('written');
    };
    const detail = { code: 'invalid-feed', detail: expect.stringContaining('signals[1].price') };
    expect(await writeFeed('feed.json', plain, never)).toMatchObject(detail);
    const sealed = orderSignals(sealSignals(plain.signals.map(unranked)));
    expect(await writeFeed('feed.json', { ...plain, signals: sealed }, never)).toMatchObject(detail);
  });
});
