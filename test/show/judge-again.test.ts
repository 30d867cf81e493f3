import { describe, expect, it } from 'vitest';
import type { ExplainedSignal } from '../../src/core/signal.ts';
import { collapse } from '../../src/feed/find.ts';
import { explainBlocks, type ExplainAgain } from '../../src/show/judge-again.ts';
import { unscoredSignal } from '../feed/fixtures.ts';
import { BTC, ETH, explained, lean, RICH } from './rich-feed.ts';

const JUDGED =
  'The feed does not explain it: judged again from the candle files and the cache of the run; nothing was sent.';
const waiting: Partial<ExplainedSignal> = { direction: 'none' };

function answering(...signals: readonly ExplainedSignal[]): ExplainAgain & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const again: ExplainAgain = (_feed, market, strategies) => {
    asked.push([market, strategies]);
    return Promise.resolve(signals);
  };
  return Object.assign(again, { asked });
}

describe('signals that the feed does not explain', () => {
  it('are judged again, a market once for all its strategies; explained ones and those without a score are not', async () => {
    const again = answering(explained(ETH, waiting), explained(ETH, { ...waiting, strategy: 'squeeze-break' }));
    const signals = [
      explained(BTC),
      lean(ETH, { rank_in_strategy: 7 }),
      unscoredSignal('stale', { symbol: 'OLDUSDT' }),
      lean(ETH, { strategy: 'squeeze-break', rank_in_strategy: 9 }),
    ];
    const blocks = await explainBlocks(collapse(signals), RICH, again);
    expect(again.asked).toEqual([
      [{ exchange: 'HYPERLIQUID', symbol: 'ETHUSDT' }, ['trend-breakout', 'squeeze-break']],
    ]);
    expect(blocks.map(({ notes }) => notes)).toEqual([[], [JUDGED], [], [JUDGED]]);
    expect(blocks.map(({ signal }) => signal.rank_in_strategy)).toEqual([1, 7, null, 9]);
    expect(blocks.map(({ signal }) => 'score_breakdown' in signal)).toEqual([true, true, false, true]);
  });

  it('that come out differently say in what', async () => {
    const judged = explained(ETH, { score: 71.2, price: 3_013, direction: 'short', score_side: 'short' });
    const [block] = await explainBlocks(collapse([lean(ETH)]), RICH, answering(judged));
    expect(block!.notes).toEqual([
      JUDGED,
      'It differs from the feed: score 71.2, in the feed 73.5.',
      'It differs from the feed: side short, in the feed long.',
      'It differs from the feed: direction short, in the feed none.',
      'It differs from the feed: price 3013, in the feed 3012.5.',
    ]);
  });

  it('that cannot be judged again say so, and are shown as the feed has them', async () => {
    const signal = lean(ETH);
    const [block] = await explainBlocks(collapse([signal]), RICH, answering());
    expect(block!.signal).toBe(signal);
    expect(block!.notes).toEqual([expect.stringContaining('it could not be judged again')]);
    expect(block!.market).toEqual(ETH);
  });
});
