/** The feed that a run replaces: what the run must know of it, and how the two compare. */
import { SCHEMA_VERSION, type DegradedReason, type RunInputs } from '../core/feed.ts';
import type { Side } from '../core/strategy.ts';
import { TIMEFRAME_MS, type Timeframe } from '../core/time.ts';
import {
  parsedText,
  previousMarket,
  previousRun,
  previousSignal,
  signalNameOf,
  type FeedFile,
  type ParsedPrevious,
  type PreviousFeed,
  type PreviousRun,
} from './previous-fields.ts';
import { readLines } from './previous-lines.ts';
import { misfitOf } from './version.ts';

export { marketNameOf } from './previous-fields.ts';
export type { FeedFile, ParsedPrevious, PreviousFeed } from './previous-fields.ts';

/**
 * The previous feed, which stands in the file `name`. Of a feed as `feedPieces` writes it only the run, the names of the markets and
 * the signals with a direction are looked at; another layout is parsed as a whole.
 */
export function readPrevious(file: FeedFile, name: string): ParsedPrevious {
  return readLines(file, name) ?? readWhole(file, name);
}

function readWhole(file: FeedFile, name: string): ParsedPrevious {
  const data = parsedText(() => file.read(0, file.size).toString('utf8'));
  const misfit = data === null ? { fact: `${name} is not JSON` } : misfitOf(data, name);
  if (misfit !== null) return { ok: false, detail: misfit.fact };
  const { markets, run, signals } = data as Readonly<Record<string, unknown>>;
  const foundRun = previousRun(run);
  const names = Array.isArray(markets) ? markets.map(previousMarket) : [null];
  const found = Array.isArray(signals) ? signals.map(previousSignal) : [null];
  if (foundRun === null || names.includes(null) || found.includes(null)) {
    return { ok: false, detail: `${name} is damaged: it is no feed of schema_version ${SCHEMA_VERSION}` };
  }
  const directed = found.filter((signal) => signal !== null && signal !== 'none');
  return {
    ok: true,
    feed: { run: foundRun, markets: new Set(names.filter((market) => market !== null)), signals: new Map(directed) },
  };
}

/** What two runs must share to be compared. */
export type Comparand = Pick<PreviousRun, 'inputs' | 'provider' | 'strategies' | 'timeframe'>;

export function comparable(previous: PreviousFeed, next: Comparand): boolean {
  const { run } = previous;
  return (
    run.provider === next.provider &&
    run.timeframe === next.timeframe &&
    isSameList(run.strategies.toSorted(), next.strategies.toSorted()) &&
    haveSameInputs(run.inputs, next.inputs)
  );
}

/**
 * A reason when more than half of the previous feed's markets are gone: an unmounted disk or a failed download looks like a small
 * market otherwise. `markets`: names of those that could be read, as `marketNameOf` makes them.
 */
export function marketsGone(
  previous: PreviousFeed | null,
  next: Comparand & { readonly markets: ReadonlySet<string> },
): readonly DegradedReason[] {
  if (previous === null || !comparable(previous, next)) return [];
  const before = previous.markets.size;
  const gone = [...previous.markets].filter((name) => !next.markets.has(name)).length;
  if (gone <= before / 2) return [];
  const text = `${gone} of the ${before} markets of the previous feed are gone: is the candle folder complete?`;
  return [{ code: 'markets-gone', text }];
}

/** Of a signal that is ok, what its `since` depends on. */
export interface DirectedSignal {
  readonly strategy: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly unified_symbol: string | null;
  readonly direction: Side;
  /** Open time of the last closed candle, ms UTC. */
  readonly candle_time: number;
  readonly timeframe: Timeframe;
}

/**
 * The close at which the direction began: the previous feed's while the direction is the same and its candle is at most one timeframe
 * older, else this candle's close. `previous` must be comparable; null when there is none.
 */
export function sinceOf(previous: PreviousFeed | null, signal: DirectedSignal): number {
  const step = TIMEFRAME_MS[signal.timeframe];
  const before = previous?.signals.get(signalNameOf(signal));
  const age = before === undefined ? -1 : signal.candle_time - before.candle_time;
  const goesOn =
    before?.direction === signal.direction && before.timeframe === signal.timeframe && age >= 0 && age <= step;
  return goesOn ? before.since : signal.candle_time + step;
}

function haveSameInputs(a: RunInputs, b: RunInputs): boolean {
  return (
    a.symbol === b.symbol &&
    a.exchange === b.exchange &&
    a.exclude === b.exclude &&
    a.limit === b.limit &&
    a.format === b.format &&
    a.sample === b.sample &&
    isSameList(a.paths, b.paths)
  );
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((member, index) => member === b[index]);
}
