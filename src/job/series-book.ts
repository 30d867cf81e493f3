/** What this run knows of each series: answers that were kept first, then its own. Columns are not held, only how far they reach. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import { isKnownAbsence, type FailureCode, type Outcome } from '../core/outcome.ts';
import { isFinalFor, SERIES_KINDS, type Series, type SeriesReach } from '../core/series.ts';
import type { SeriesKey } from '../core/offer.ts';
import { seriesDigest } from '../feed/input-hash.ts';
import type { PlannedKey } from '../plan/goal.ts';
import type { KeptAnswer } from './upstream.ts';

/** An answer without its columns. */
export type KnownAnswer =
  | {
      readonly ok: true;
      readonly reach: SeriesReach;
      readonly stale: boolean;
      readonly origin: 'fetched' | 'cache';
      /** Of the columns, for the input hash. */
      readonly digest: string;
    }
  | { readonly ok: false; readonly code: FailureCode; readonly detail: string };

export interface KnownSeries {
  /** One object for everybody who can use the series. */
  readonly key: PlannedKey;
  /** The newest answer that says something: that there is none upstream says so too. */
  readonly answer: SeriesReach | 'absent' | null;
  /** False when asking cannot make it final in this run: it failed, or upstream has not published the last bucket yet. */
  readonly askable: boolean;
  /** Undefined for what was neither kept nor asked for. */
  readonly outcome: KnownAnswer | undefined;
  /** What the cache said of it at the start of the run. */
  readonly kept: KeptAnswer['state'];
}

export class SeriesBook {
  readonly #entries = new Map(SERIES_KINDS.map((kind) => [kind, new Map<CoinalyzeSymbol, KnownSeries>()]));

  /** Takes in what is kept of a series. */
  keep(key: SeriesKey, { state, answer, due }: KeptAnswer): void {
    this.#set({
      key: { ...key, keptTo: answer?.ok === true ? answer.value.completeTo : null },
      answer: meaningOf(answer),
      askable: due,
      outcome: answer === null ? undefined : withoutColumns(key, answer),
      kept: state,
    });
  }

  /** Takes in what a request brought. Whatever that is, the series is not asked for again in this run, unless it was deferred. */
  record(key: SeriesKey, outcome: Outcome<Series>): void {
    const before = this.knownOf(key);
    const wasReached = outcome.ok || outcome.code !== 'deferred';
    const answer = meaningOf(outcome) ?? before.answer;
    this.#set({ ...before, answer, askable: !wasReached, outcome: withoutColumns(key, outcome) });
  }

  knownOf(key: SeriesKey): KnownSeries {
    const found = this.#entries.get(key.kind)!.get(key.instrument);
    if (found !== undefined) return found;
    const unknown = {
      key: { ...key, keptTo: null },
      answer: null,
      askable: true,
      outcome: undefined,
      kept: 'absent',
    } as const;
    this.#set(unknown);
    return unknown;
  }

  #set(known: KnownSeries): void {
    this.#entries.get(known.key.kind)!.set(known.key.instrument, known);
  }
}

function withoutColumns({ instrument }: SeriesKey, outcome: Outcome<Series>): KnownAnswer {
  if (!outcome.ok) return { ok: false, code: outcome.code, detail: outcome.detail };
  const { value, stale, origin } = outcome;
  return { ok: true, reach: reachOf(value), stale, origin, digest: seriesDigest(instrument, value) };
}

function reachOf({ kind, coveredFrom, completeTo }: Series): SeriesReach {
  return { kind, coveredFrom, completeTo };
}

function meaningOf(outcome: Outcome<Series> | null): KnownSeries['answer'] {
  if (outcome === null) return null;
  if (outcome.ok) return reachOf(outcome.value);
  return isKnownAbsence(outcome.code) ? 'absent' : null;
}

/** True when no later answer can change what a candle that closes at `closeTime` sees of it. */
export function isFinal({ answer }: Pick<KnownSeries, 'answer'>, closeTime: number): boolean {
  return answer !== null && (answer === 'absent' || isFinalFor(answer, closeTime));
}
