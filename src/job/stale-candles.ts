/** Whether the candles are too old to be scanned: a download that died long ago looks like a quiet market otherwise. */
import type { SkippedFile } from '../core/candles.ts';
import type { DegradedReason } from '../core/feed.ts';
import { marketKey, type Market } from '../core/market.ts';
import { timeText } from '../feed/words.ts';
import { formatDuration } from '../platform/text.ts';
import type { CandleFacts } from '../processor/known-market.ts';
import { isOld } from '../processor/select.ts';

type Facts = Pick<CandleFacts, 'candleTime' | 'closedAt' | 'stale' | 'timeframe'>;

/**
 * A reason when more than half of the markets are stale or unreadable; it names the `--as-of` that looks at the old candles.
 * Unreadable is also a market of which other timeframes can be read, when those give no candles of the feed's.
 *
 * @param skipped files that could not be read
 */
export function staleCandles(
  markets: readonly { readonly market: Market; readonly facts: Facts | null }[],
  skipped: readonly Pick<SkippedFile, 'market'>[],
  asOf: number,
): readonly DegradedReason[] {
  const broken = new Set(skipped.flatMap(({ market }) => (market === null ? [] : marketKey(market))));
  const unreadable = markets.filter(({ facts, market }) => facts === null && broken.has(marketKey(market))).length;
  const stale = markets.flatMap(({ facts }) => (facts?.stale === true ? facts : []));
  if (stale.length + unreadable <= markets.length / 2) return [];
  const text =
    `${stale.length + unreadable} of ${markets.length} markets are stale or unreadable ` +
    `(${stale.length} stale, ${unreadable} unreadable)${ageText(stale, asOf)}`;
  return [{ code: 'stale-candles', text }];
}

/** A market without volume is stale as well, and may have candles of today. */
function ageText(stale: readonly Facts[], asOf: number): string {
  const [newest] = stale.filter((one) => isOld(one, asOf)).sort((a, b) => b.closedAt - a.closedAt);
  if (newest === undefined) return ': look at the candle files with scan doctor';
  const age = formatDuration(asOf - newest.closedAt);
  // One candle before: nobody knows whether the newest one of a file was closed when it was saved.
  const past = new Date(newest.candleTime).toISOString().replace('.000Z', 'Z');
  return `: the newest stale candle closed at ${timeText(newest.closedAt)}, ${age} before the scan. Refresh the candle files, or look at the past with --as-of ${past}`;
}
