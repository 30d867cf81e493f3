/** What a run would ask for, from candles and cache alone: nothing is sent, nothing is written. */
import type { ProviderName } from '../core/feed.ts';
import type { ProviderId } from '../core/offer.ts';
import { MINUTE_MS } from '../core/time.ts';
import { costRange, type CostRange } from '../plan/estimate.ts';
import type { Goal } from '../plan/goal.ts';
import { answersOf, countUnmapped } from './answers.ts';
import { keptState } from './planning.ts';
import type { JudgedInput } from './reading.ts';
import type { ScanRequest, ScanServices } from './request.ts';
import type { KeptUpstream } from './upstream.ts';

interface Range {
  readonly at_least: number;
  readonly at_most: number;
}

/** Also what `--dry-run --json` prints. */
export interface DryRun {
  readonly provider: ProviderName;
  readonly markets: number;
  /** Coinalyze symbols that any market maps to; null as long as no market list is cached. */
  readonly distinct_symbols: number | null;
  /** (Symbol, series) pairs that signals can use. Without a market list: about so many, one per name and kind. */
  readonly series: number;
  /** Of those, what the cache gives for nothing. */
  readonly cached: { readonly final: number; readonly fresh: number };
  /** A list that is not `cached`, or `old`, costs two more calls. */
  readonly market_list: 'cached' | 'old' | 'missing';
  /** False when it is not known what the key has spent of its quota: then the minutes are those of an unused one. */
  readonly quota_known: boolean;
  readonly goals: readonly GoalCost[];
}

export interface GoalCost {
  readonly goal: Goal['kind'];
  readonly top: number | null;
  readonly min_score: number | null;
  /** Null as long as no market list is cached. Between both ends the answers decide. */
  readonly calls: Range | null;
  /** `at_most`: when they are as full as they can be. */
  readonly requests: Range | null;
  /** Under the quota as it stands now. */
  readonly minutes: Range | null;
}

export async function dryRun(
  judged: JudgedInput,
  request: Pick<ScanRequest, 'strategies' | 'referenceVenues' | 'refreshMarkets'> & { readonly provider: ProviderId },
  goals: readonly Goal[],
  upstream: KeptUpstream,
  services: Pick<ScanServices, 'clock' | 'interrupt'>,
): Promise<DryRun> {
  const { known, book, list } = await keptState(judged, request, upstream, services);
  const answers = answersOf({ known, book, upstream });
  const symbols = known.all.flatMap(({ resolution: r }) => (r.tier === 'neutral' ? [] : [r.listed.symbol]));
  const signals = known.planned(book, upstream.provider);
  const isMapped = !list.deferred;
  const rangeOf = (goal: Goal): CostRange => costRange(goal, signals, (wanted) => upstream.offers(wanted));
  return {
    provider: request.provider,
    markets: known.all.length,
    distinct_symbols: isMapped ? new Set(symbols).size : null,
    series: answers.length + countUnmapped(known.all, request.strategies),
    cached: {
      final: answers.filter(({ saved }) => saved === 'final').length,
      fresh: answers.filter(({ saved }) => saved === 'fresh').length,
    },
    market_list: isMapped ? (list.current ? 'cached' : 'old') : 'missing',
    quota_known: upstream.knowsSpending,
    goals: goals.map((goal) => costOfGoal(goal, isMapped ? rangeOf(goal) : null, upstream)),
  };
}

function costOfGoal(goal: Goal, cost: CostRange | null, upstream: KeptUpstream): GoalCost {
  const range = (of: (end: CostRange['atLeast']) => number): Range | null =>
    cost === null ? null : { at_least: of(cost.atLeast), at_most: of(cost.atMost) };
  return {
    goal: goal.kind,
    top: goal.kind === 'top' ? goal.count : null,
    min_score: goal.kind === 'min-score' ? goal.score : null,
    calls: range(({ calls }) => calls),
    requests: range(({ requests }) => requests),
    minutes: range(({ calls }) => Math.round((upstream.estimateMs(calls) / MINUTE_MS) * 10) / 10),
  };
}
