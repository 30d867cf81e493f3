/** Explaining signals that the feed does not explain: their market is judged again. */
import type { Feed } from '../core/feed.ts';
import { marketKey, type Market } from '../core/market.ts';
import { isExplained, type ExplainedSignal, type Signal } from '../core/signal.ts';
import type { ExplainBlock } from '../feed/explain.ts';
import type { CoinSignal } from '../feed/find.ts';

/**
 * Judges a market of `feed` again by the strategies with these ids, from `run.inputs` and the cache, with the feed's own settings and
 * clock; sends nothing. What cannot be judged again (its files are gone) is left out of the answer.
 */
export type ExplainAgain = (
  feed: Feed,
  market: Market,
  strategies: readonly string[],
) => Promise<readonly ExplainedSignal[]>;

/** What --explain shows of `coins`, in their order. */
export async function explainBlocks(
  coins: readonly CoinSignal[],
  feed: Feed,
  explainAgain: ExplainAgain,
): Promise<readonly ExplainBlock[]> {
  const missing = coins.map(({ best }) => best).filter((signal) => signal.status === 'ok' && !isExplained(signal));
  const again = new Map<string, ExplainedSignal>();
  for (const signals of Map.groupBy(missing, marketKey).values()) {
    const { exchange, symbol } = signals[0]!;
    const strategies = signals.map(({ strategy }) => strategy);
    for (const signal of await explainAgain(feed, { exchange, symbol }, strategies)) again.set(keyOf(signal), signal);
  }
  const rows = new Map(feed.markets.map((row) => [marketKey(row), row]));
  return coins.map(({ best, others }) => {
    const market = rows.get(marketKey(best)) ?? null;
    if (!missing.includes(best)) return { signal: best, others, market, notes: [] };
    const judged = again.get(keyOf(best));
    if (judged === undefined) return { signal: best, others, market, notes: [NOT_JUDGED] };
    const signal = { ...judged, rank_in_strategy: best.rank_in_strategy };
    return { signal, others, market, notes: [JUDGED, ...differences(best, judged)] };
  });
}

const JUDGED =
  'The feed does not explain it: judged again from the candle files and the cache of the run; nothing was sent.';
const NOT_JUDGED =
  'The feed does not explain it, and it could not be judged again: the candle files of the run are no longer there, or its strategy is not built in. scan --detail full explains every signal.';

function keyOf(signal: Signal): string {
  return `${marketKey(signal)}:${signal.strategy}`;
}

/** What came out differently, each in a sentence: files or cache have changed since. */
function differences(inFeed: Signal, judged: ExplainedSignal): readonly string[] {
  const fields = ['status', 'score', 'score_side', 'direction', 'price'] as const;
  return fields
    .filter((field) => inFeed[field] !== judged[field])
    .map(
      (field) =>
        `It differs from the feed: ${NAMES[field]} ${judged[field] ?? 'none'}, in the feed ${inFeed[field] ?? 'none'}.`,
    );
}

const NAMES = { status: 'status', score: 'score', score_side: 'side', direction: 'direction', price: 'price' } as const;
