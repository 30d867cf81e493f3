/** What a run tells while it goes on. The command line, a server and a log render it. */
import type { ProviderName, RunStage } from '../core/feed.ts';
import type { SkippedFile } from '../core/candles.ts';
import type { Tier } from '../core/market.ts';
import type { SeriesKind } from '../core/series.ts';

export type RunEvent =
  | { readonly type: 'reading'; readonly done: number; readonly of: number }
  | ReadEvent
  /** Markets were judged from candles alone; `provider` is where their series come from. */
  | { readonly type: 'judged'; readonly markets: number }
  | { readonly type: 'resolved'; readonly tiers: Readonly<Record<Tier, number>> }
  /** What is still to be fetched, before the first request. */
  | {
      readonly type: 'planned';
      readonly atLeast: number;
      readonly atMost: number;
      readonly requests: number;
      readonly ms: number;
    }
  | BatchEvent
  | { readonly type: 'answered'; readonly calls: number }
  | {
      readonly type: 'stage';
      readonly stage: RunStage;
      readonly signals: number;
      readonly directed: number;
      readonly calls: number;
    }
  /** Something that nobody may overlook. */
  | { readonly type: 'warned'; readonly text: string }
  | { readonly type: 'noted'; readonly text: string };

export interface ReadEvent {
  readonly type: 'read';
  /** Candle files found, the skipped ones included. */
  readonly files: number;
  readonly markets: number;
  readonly skipped: readonly SkippedFile[];
  /** Files that stand beside candles, such as funding rates. */
  readonly ignored: number;
  /** Files of the shipped sample that were left out beside others. */
  readonly samplesLeftOut: number;
  readonly isSample: boolean;
  readonly provider: ProviderName;
  readonly spotFiles: number;
  /** One sentence for each kind of rows whose times may not mean what they say. */
  readonly doubts: readonly string[];
}

/** A request that is about to be sent. */
export interface BatchEvent {
  readonly type: 'batch';
  readonly number: number;
  /** As many as there will be, as far as is known. */
  readonly of: number;
  readonly kind: SeriesKind;
  readonly symbols: number;
  /** Calls so far, and as many as there will be. */
  readonly calls: number;
  readonly allCalls: number;
  /** What is left takes so long under the quota, ms. */
  readonly leftMs: number;
}

export type Tell = (event: RunEvent) => void;
