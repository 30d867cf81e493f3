/** What a run knows without sending anything: its markets judged, mapped and told what the cache has. */
import { takeCached } from './cached-series.ts';
import { KnownMarkets } from './known-markets.ts';
import { keptMarketList, type MarketList } from './market-list.ts';
import type { JudgedInput } from './reading.ts';
import type { ScanRequest, ScanServices } from './request.ts';
import { SeriesBook } from './series-book.ts';
import type { KeptUpstream } from './upstream.ts';

export interface KeptState {
  readonly known: KnownMarkets;
  readonly book: SeriesBook;
  readonly list: MarketList;
}

export async function keptState(
  { markets }: JudgedInput,
  {
    strategies,
    referenceVenues,
    refreshMarkets: refresh = false,
  }: Pick<ScanRequest, 'strategies' | 'referenceVenues' | 'refreshMarkets'>,
  upstream: KeptUpstream,
  { clock, interrupt }: Pick<ScanServices, 'clock' | 'interrupt'>,
): Promise<KeptState> {
  const known = new KnownMarkets(markets, strategies);
  const book = new SeriesBook();
  const list = await keptMarketList({ markets: known.named, referenceVenues, refresh }, upstream, () => clock.now());
  known.resolve(list.resolutions);
  await takeCached(known, book, upstream, interrupt);
  return { known, book, list };
}
