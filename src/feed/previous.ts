/** What a feed must be compared with: the one it replaces. */
import type { DegradedReason, Feed, ProviderName, RunInputs } from '../core/feed.ts';
import { marketKey, type Market } from '../core/market.ts';

interface Successor {
  readonly inputs: RunInputs;
  readonly provider: ProviderName;
  readonly candles: { readonly markets: readonly { readonly market: Market }[] };
}

/**
 * A reason when more than half of the previous feed's markets are gone: an unmounted disk or a failed download looks like
 * a small market otherwise. Only feeds of the same inputs and provider are compared (rulings.md 28).
 */
export function marketsGone(previous: Feed | null, next: Successor): readonly DegradedReason[] {
  if (previous === null || previous.run.provider !== next.provider) return [];
  if (!sameInputs(previous.run.inputs, next.inputs)) return [];
  const before = new Set(previous.signals.map(marketKey));
  const now = new Set(next.candles.markets.map(({ market }) => marketKey(market)));
  const gone = [...before].filter((key) => !now.has(key));
  if (gone.length <= before.size / 2) return [];
  const text = `${gone.length} of the ${before.size} markets of the previous feed are gone: is the candle folder complete?`;
  return [{ code: 'markets-gone', text }];
}

function sameInputs(a: RunInputs, b: RunInputs): boolean {
  return (
    a.symbol === b.symbol &&
    a.exchange === b.exchange &&
    a.limit === b.limit &&
    a.sample === b.sample &&
    a.paths.length === b.paths.length &&
    a.paths.every((path, index) => path === b.paths[index])
  );
}
