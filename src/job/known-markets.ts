/** All markets of a run as they stand: judged once from candles, then only told what their series say. */
import type { CoinalyzeSymbol, NamedMarket, Resolution } from '../core/market.ts';
import type { ProviderId, SeriesKey } from '../core/offer.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Series, SeriesKind } from '../core/series.ts';
import type { Strategy } from '../core/strategy.ts';
import type { PlannedSignal } from '../plan/goal.ts';
import { plannedSignals, type SignalToPlan } from '../plan/planned.ts';
import { agedTo } from '../processor/aged.ts';
import { kindsToAsk } from '../processor/askable.ts';
import type { KnownMarket } from '../processor/known-market.ts';
import { sharedRanks, unfetched, withSeries } from '../processor/learning.ts';
import { pendingWidths } from '../processor/score.ts';
import type { JudgedMarket } from './reading.ts';
import type { SeriesBook } from './series-book.ts';

export class KnownMarkets {
  readonly strategies: readonly Strategy[];
  readonly #judged: readonly JudgedMarket[];
  #markets: KnownMarket[] = [];
  #users: ReadonlyMap<CoinalyzeSymbol, readonly number[]> = new Map();

  /** `judged`: by exchange, then symbol. */
  constructor(judged: readonly JudgedMarket[], strategies: readonly Strategy[]) {
    this.#judged = judged;
    this.strategies = strategies;
  }

  get named(): readonly NamedMarket[] {
    return this.#judged.map(({ market }) => market);
  }

  /** In the order of the judged markets. */
  get all(): readonly KnownMarket[] {
    return this.#markets;
  }

  /** Sets how the markets map, in their order; what was known of their series is forgotten. */
  resolve(resolutions: readonly Resolution[]): void {
    this.#markets = this.#judged.map((judged, index) =>
      unfetched(judged.market, judged, resolutions[index]!, this.strategies),
    );
    const users = new Map<CoinalyzeSymbol, number[]>();
    for (const [index, { resolution }] of this.#markets.entries()) {
      if (resolution.tier === 'neutral') continue;
      const { symbol } = resolution.listed;
      const known = users.get(symbol);
      if (known === undefined) users.set(symbol, [index]);
      else known.push(index);
    }
    this.#users = users;
  }

  /** Signals whose candles are too old at `asOf` are stale. */
  age(asOf: number): void {
    this.#markets = this.#markets.map((known) => agedTo(known, asOf));
  }

  /** Adds what `outcome` says to every market that uses the series. */
  learn({ kind, instrument }: SeriesKey, outcome: Outcome<Series>): void {
    const rankOf = outcome.ok ? sharedRanks(outcome.value) : null;
    for (const index of this.#users.get(instrument) ?? []) {
      const known = this.#markets[index]!;
      if (kindsToAsk(known.resolution).includes(kind))
        this.#markets[index] = withSeries(known, kind, outcome, rankOf, this.strategies);
    }
  }

  /** Every series that a signal with a score can use, each once, with the close of the newest candle that uses it. */
  needs(provider: ProviderId): readonly SeriesNeed[] {
    const needs = new Map<string, SeriesNeed>();
    for (const { resolution, facts, answers } of this.#markets) {
      if (resolution.tier === 'neutral' || facts === null) continue;
      const kinds = this.#kindsUsed(answers);
      const instrument = resolution.listed.symbol;
      for (const kind of kindsToAsk(resolution)) {
        if (!kinds.has(kind)) continue;
        const name = `${kind} ${instrument}`;
        const closedAt = Math.max(facts.closedAt, needs.get(name)?.closedAt ?? 0);
        needs.set(name, { key: { provider, kind, instrument }, closedAt });
      }
    }
    return [...needs.values()];
  }

  #kindsUsed(answers: KnownMarket['answers']): ReadonlySet<SeriesKind> {
    const used = this.strategies.filter((_, index) => answers[index]!.kind === 'scored');
    return new Set(used.flatMap(({ series }) => series.map(({ kind }) => kind)));
  }

  /** All signals with a score, as the planner sees them. `provider` null: nothing can be asked. */
  planned(book: SeriesBook, provider: ProviderId | null): readonly PlannedSignal[] {
    return this.#markets.flatMap((known, index) => {
      const { resolution } = known;
      return plannedSignals(this.#toPlan(known, index), (kind) =>
        provider === null || resolution.tier === 'neutral'
          ? null
          : book.knownOf({ provider, kind, instrument: resolution.listed.symbol }),
      );
    });
  }

  #toPlan(known: KnownMarket, market: number): readonly SignalToPlan[] {
    const signals: SignalToPlan[] = [];
    for (const [strategy, answer] of known.answers.entries()) {
      const score = known.scores[strategy];
      if (answer.kind !== 'scored' || score === null || score === undefined) continue;
      const { low, high } = score;
      const uses = this.strategies[strategy]!.series;
      const pending = low < high ? pendingWidths(uses, answer.side, known.ownFindings[strategy]!) : [];
      signals.push({
        place: market * this.strategies.length + strategy,
        strategy,
        hasDirection: answer.direction !== 'none',
        low,
        high,
        pending,
      });
    }
    return signals;
  }
}

export interface SeriesNeed {
  readonly key: SeriesKey;
  readonly closedAt: number;
}
