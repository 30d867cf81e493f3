/** What a provider sells: series, some at a time. */
import type { ProviderName } from './feed.ts';
import type { CoinalyzeSymbol } from './market.ts';
import type { SeriesKind } from './series.ts';

export type ProviderId = Exclude<ProviderName, 'none'>;

/** One series of one instrument. */
export interface SeriesKey {
  readonly provider: ProviderId;
  readonly kind: SeriesKind;
  readonly instrument: CoinalyzeSymbol;
}

/** One request: 20 symbols of one kind, or a whole venue. */
export interface Offer {
  /** The very objects that were wanted, and others where a request brings more than that. */
  readonly brings: readonly SeriesKey[];
  readonly calls: number;
}
