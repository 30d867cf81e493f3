/** What a run wants to know of the feed before it, checked by hand: loading the schema would take longer than reading. */
import type { FeedRun, ProviderName, RunInputs, RunStage } from '../core/feed.ts';
import type { Side } from '../core/strategy.ts';
import { isTimeframe, type Timeframe } from '../core/time.ts';

export type PreviousRun = Pick<FeedRun, 'id' | 'inputs' | 'provider' | 'stage' | 'strategies' | 'timeframe'>;

/** A signal that had a direction. */
export interface PreviousSignal {
  readonly direction: Side;
  /** The close at which the direction began, ms UTC. */
  readonly since: number;
  /** Open time of its candle, ms UTC. */
  readonly candle_time: number;
  readonly timeframe: Timeframe;
}

export interface PreviousFeed {
  readonly run: PreviousRun;
  /** Names as `marketNameOf` makes them. */
  readonly markets: ReadonlySet<string>;
  /** Those with a direction, by `signalNameOf`. */
  readonly signals: ReadonlyMap<string, PreviousSignal>;
}

export type ParsedPrevious =
  | { readonly ok: true; readonly feed: PreviousFeed }
  /** One sentence with file and reason. */
  | { readonly ok: false; readonly detail: string };

/** A file that is looked at in pieces. */
export interface FeedFile {
  /** In bytes. */
  readonly size: number;
  /** What it holds from `offset` on: `length` bytes, fewer at its end. Stands until the next call. */
  readonly read: (offset: number, length: number) => Buffer;
}

interface Named {
  readonly exchange: string;
  readonly symbol: string;
  readonly unified_symbol: string | null;
}

/** The same in every feed, also where a file is spelled in another way. */
export function marketNameOf({ exchange, symbol, unified_symbol: unified }: Named): string {
  return `${exchange} ${unified ?? symbol}`;
}

export function signalNameOf(signal: Named & { readonly strategy: string }): string {
  return `${signal.strategy} ${marketNameOf(signal)}`;
}

const PROVIDERS: readonly unknown[] = ['coinalyze', 'sandbox', 'none'] satisfies readonly ProviderName[];
const STAGES: readonly unknown[] = ['price', 'goal', 'complete'] satisfies readonly RunStage[];

/** Null when a field is missing or of another type. */
export function previousRun(value: unknown): PreviousRun | null {
  if (!isRecord(value)) return null;
  const { id, inputs, provider, stage, strategies, timeframe } = value;
  const isRun =
    typeof id === 'string' &&
    typeof timeframe === 'string' &&
    isTexts(strategies) &&
    PROVIDERS.includes(provider) &&
    STAGES.includes(stage) &&
    areInputs(inputs);
  if (!isRun) return null;
  return { id, inputs, provider: provider as ProviderName, stage: stage as RunStage, strategies, timeframe };
}

/** Null when the row does not say which market it is of. */
export function previousMarket(value: unknown): string | null {
  return isRecord(value) && isNamed(value) ? marketNameOf(value) : null;
}

/** `none`: it has no direction. Null when a field is missing or of another type. */
export function previousSignal(value: unknown): readonly [name: string, signal: PreviousSignal] | 'none' | null {
  if (!isRecord(value)) return null;
  const { candle_time: candleTime, direction, since, strategy, timeframe } = value;
  if (direction === 'none') return 'none';
  const isSignal =
    isNamed(value) &&
    typeof strategy === 'string' &&
    (direction === 'long' || direction === 'short') &&
    typeof since === 'number' &&
    typeof candleTime === 'number' &&
    typeof timeframe === 'string' &&
    isTimeframe(timeframe);
  if (!isSignal) return null;
  return [signalNameOf({ ...value, strategy }), { direction, since, candle_time: candleTime, timeframe }];
}

function areInputs(value: unknown): value is RunInputs {
  if (!isRecord(value)) return false;
  const { exchange, exclude, format, limit, paths, sample, symbol } = value;
  return (
    isTexts(paths) &&
    [symbol, exchange, exclude, format].every(isTextOrNull) &&
    (limit === null || typeof limit === 'number') &&
    typeof sample === 'boolean'
  );
}

type Fields = Readonly<Record<string, unknown>>;

function isNamed(value: Fields): value is Fields & Named {
  const { exchange, symbol, unified_symbol: unified } = value;
  return typeof exchange === 'string' && typeof symbol === 'string' && isTextOrNull(unified);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string');
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON value of a text; null when it is none, also when the text is longer than a string can be. */
export function parsedText(textOf: () => string): unknown {
  try {
    return JSON.parse(textOf());
  } catch {
    // Nobody wrote the file in this form; the caller says what that means.
    return null;
  }
}
