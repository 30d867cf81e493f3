/** What this run knows of each external history: kept answers first, then its own. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import { isKnownAbsence, type Outcome } from '../core/outcome.ts';
import { SERIES_KINDS, type Series, type SeriesKind, type Window } from '../core/series.ts';
import type { Kept, KeptSeries } from '../external/cached.ts';
import type { KnownSeries } from '../plan/open.ts';

interface Entry extends KnownSeries {
  readonly outcome: Outcome<Series> | undefined;
  readonly kept: Kept['state'];
}

export class SeriesBook {
  readonly #entries = new Map(SERIES_KINDS.map((kind) => [kind, new Map<CoinalyzeSymbol, Entry>()]));
  readonly #cache: KeptSeries | null;
  readonly #window: Window;

  /** `cache` null: nothing is kept. */
  constructor(cache: KeptSeries | null, window: Window) {
    this.#cache = cache;
    this.#window = window;
  }

  /** Takes in what is kept of histories that were not looked up before; costs no unit. */
  async readKept(kind: SeriesKind, symbols: readonly CoinalyzeSymbol[]): Promise<void> {
    const entries = this.#entries.get(kind)!;
    const unread = [...new Set(symbols)].filter((symbol) => !entries.has(symbol));
    const kept = (await this.#cache?.peek(kind, unread, this.#window)) ?? [];
    for (const [slot, { state, answer, due }] of kept.entries()) {
      const symbol = unread[slot]!;
      entries.set(symbol, {
        pair: { kind, symbol, keptTo: answer?.ok === true ? answer.value.completeTo : null },
        answer: answerIn(answer),
        askable: due,
        outcome: answer ?? undefined,
        kept: state,
      });
    }
  }

  /** Takes in what a request brought. Whatever that is, its histories are not asked for again in this run. */
  record(kind: SeriesKind, symbols: readonly CoinalyzeSymbol[], outcomes: readonly Outcome<Series>[]): void {
    for (const [slot, symbol] of symbols.entries()) {
      const outcome = outcomes[slot]!;
      const before = this.#entryOf(kind, symbol);
      const reached = outcome.ok || outcome.code !== 'deferred';
      const answer = answerIn(outcome) ?? before.answer;
      this.#entries.get(kind)!.set(symbol, { ...before, answer, askable: !reached, outcome });
    }
  }

  knownOf(kind: SeriesKind, symbol: CoinalyzeSymbol): KnownSeries {
    return this.#entryOf(kind, symbol);
  }

  /** Undefined for what was neither kept nor asked for. */
  outcomeOf(kind: SeriesKind, symbol: CoinalyzeSymbol): Outcome<Series> | undefined {
    return this.#entryOf(kind, symbol).outcome;
  }

  /** What the cache said of it at the start of the run. */
  keptState(kind: SeriesKind, symbol: CoinalyzeSymbol): Kept['state'] {
    return this.#entryOf(kind, symbol).kept;
  }

  #entryOf(kind: SeriesKind, symbol: CoinalyzeSymbol): Entry {
    const entries = this.#entries.get(kind)!;
    const found = entries.get(symbol);
    if (found !== undefined) return found;
    const pair = { kind, symbol, keptTo: null };
    const entry: Entry = { pair, answer: null, askable: true, outcome: undefined, kept: 'absent' };
    entries.set(symbol, entry);
    return entry;
  }
}

function answerIn(outcome: Outcome<Series> | null): KnownSeries['answer'] {
  if (outcome === null) return null;
  if (outcome.ok) return outcome.value;
  return isKnownAbsence(outcome.code) ? 'absent' : null;
}
