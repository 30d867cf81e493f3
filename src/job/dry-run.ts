/** What a run would ask for, from candles and cache alone: nothing is sent, nothing is written. */
import type { ProviderName } from '../core/feed.ts';
import { MINUTE_MS } from '../core/time.ts';
import { costRange, type CostRange } from '../plan/estimate.ts';
import type { Goal } from '../plan/goal.ts';
import { countUnmappedNeeds } from '../plan/needs.ts';
import type { KeptUpstream } from '../wire.ts';
import { Board, type BoardRequest, type BoardServices } from './board.ts';
import { keptMarketList } from './market-list.ts';
import { answersOf } from './needs.ts';
import type { ScanRequest } from './request.ts';

interface Range {
  readonly at_least: number;
  readonly at_most: number;
}

/** Also what `--dry-run --json` prints. */
export interface DryRun {
  readonly provider: ProviderName;
  readonly markets: number;
  /** Coinalyze symbols that any market maps to; null as long as no market list is kept. */
  readonly distinct_symbols: number | null;
  /** (Symbol, series) pairs that signals can use. Without a market list: about so many, one per name and kind. */
  readonly series: number;
  /** Of those, what the cache gives for nothing. */
  readonly saved: { readonly final: number; readonly fresh: number };
  /** A list that is not `kept`, or `old`, costs two more units. */
  readonly market_list: 'kept' | 'old' | 'missing';
  /** False when it is not known what the key has spent of its quota: then the minutes are those of an unused one. */
  readonly quota_known: boolean;
  readonly goals: readonly GoalCost[];
}

export interface GoalCost {
  readonly goal: Goal['kind'];
  readonly top: number | null;
  readonly min_score: number | null;
  /** Null as long as no market list is kept. Between both ends the answers decide. */
  readonly units: Range | null;
  /** `at_most`: when they are as full as they can be. */
  readonly requests: Range | null;
  /** Under the quota as it stands now. */
  readonly minutes: Range | null;
}

type DryRequest = BoardRequest & Pick<ScanRequest, 'provider' | 'referenceVenues'>;

export async function dryRun(
  request: DryRequest,
  goals: readonly Goal[],
  upstream: KeptUpstream,
  services: Omit<BoardServices, 'kept'> & { readonly now: () => number },
): Promise<DryRun> {
  const board = new Board(request, { ...services, kept: upstream.provider });
  const list = await keptMarketList(request, upstream, services.now);
  await board.resolve(list.resolutions);
  const answers = answersOf(board, request.strategies);
  const symbols = board.markets.flatMap(({ resolution: r }) => (r.tier === 'neutral' ? [] : [r.listed.symbol]));
  const { signals } = board.planner;
  const known = !list.deferred;
  const unmapped = countUnmappedNeeds(board.markets, board.signals, request.strategies);
  return {
    provider: request.provider,
    markets: board.markets.length,
    distinct_symbols: known ? new Set(symbols).size : null,
    series: answers.length + unmapped,
    saved: {
      final: answers.filter(({ saved }) => saved === 'final').length,
      fresh: answers.filter(({ saved }) => saved === 'fresh').length,
    },
    market_list: known ? (list.settled ? 'kept' : 'old') : 'missing',
    quota_known: upstream.knowsSpending,
    goals: goals.map((goal) => costOfGoal(goal, known ? costRange(goal, signals, upstream.batchSize) : null, upstream)),
  };
}

function costOfGoal(goal: Goal, cost: CostRange | null, { estimateMs }: KeptUpstream): GoalCost {
  const range = (of: (end: CostRange['atLeast']) => number): Range | null =>
    cost === null ? null : { at_least: of(cost.atLeast), at_most: of(cost.atMost) };
  return {
    goal: goal.kind,
    top: goal.kind === 'top' ? goal.count : null,
    min_score: goal.kind === 'min-score' ? goal.score : null,
    units: range(({ units }) => units),
    requests: range(({ requests }) => requests),
    minutes: range(({ units }) => Math.round((estimateMs(units) / MINUTE_MS) * 10) / 10),
  };
}
