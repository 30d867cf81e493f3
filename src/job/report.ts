/** The feed of a stage, from how the job stands. */
import type { DegradedReason, ExternalSummary, FeedRun, RunExactness, RunPlan, RunStage } from '../core/feed.ts';
import { marketKey } from '../core/market.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Series } from '../core/series.ts';
import { countOutcomes, seriesFaults } from '../external/summary.ts';
import { buildFeed } from '../feed/build.ts';
import { createInputHash } from '../feed/input-hash.ts';
import { marketsGone } from '../feed/previous.ts';
import type { SealedFeed, SealedSignal } from '../feed/sealed-signal.ts';
import { EVERYTHING, standingOf } from '../plan/goal.ts';
import { countUnmappedNeeds } from '../plan/needs.ts';
import { strategyFaults } from '../processor/faults.ts';
import { orderSignals } from '../processor/order.ts';
import type { Board } from './board.ts';
import { changesSince, type Scored } from './changes.ts';
import type { Spending } from './fetching.ts';
import type { MarketList } from './market-list.ts';
import { answersOf, type Answer } from './needs.ts';
import type { ScanRequest, ScanServices } from './request.ts';

/** How the job stands, beside the board. */
export interface Progression {
  readonly stage: RunStage;
  readonly spending: Spending;
  readonly list: Pick<MarketList, 'degraded' | 'settled'>;
  /** What ended the fetching before it was done; null when nothing did. */
  readonly endedBy: 'budget' | 'deadline' | null;
  /** In the feed's order, before anything was sent. */
  readonly priced: readonly Scored[];
  readonly durationMs: number;
}

/** In the feed's order, as the board stands. */
export function signalsOf(board: Board): readonly SealedSignal[] {
  return orderSignals(board.signals.flat());
}

export function stageFeed(
  request: ScanRequest,
  { clock, upstream }: ScanServices,
  board: Board,
  progression: Progression,
): SealedFeed {
  const signals = signalsOf(board);
  const answers = answersOf(board, request.strategies);
  const outcomes = answers.map(({ outcome }) => outcome);
  const external = externalSummary(request, board, outcomes, upstream);
  const reasons = [
    ...progression.list.degraded,
    ...(upstream === null ? [] : seriesFaults(outcomes, upstream.provider.coveredFailures)),
    ...deadlineFault(request, board, progression),
    ...strategyFaults(signals),
    ...marketsGone(request.previous, request),
  ];
  return buildFeed({
    lastUpdated: clock.now(),
    run: {
      id: request.runId,
      scanner_version: request.version,
      as_of: request.asOf,
      timeframe: request.timeframe,
      strategies: request.strategies.map((strategy) => strategy.id),
      inputs: request.inputs,
      provider: request.provider,
      stage: progression.stage,
      exactness: exactnessOf(request, board, progression),
      plan: planOf(progression, answers, signals),
      degraded: reasons.length > 0,
      degraded_reasons: reasons,
      input_hash: hashInputs(request, board, answers),
      duration_ms: Math.round(progression.durationMs),
    },
    ...candleParts(request, board),
    resolutions: board.markets.map(({ resolution }) => resolution),
    external,
    signals,
  });
}

function candleParts({ files, skipped, candles }: ScanRequest, { markets }: Board): CandleParts {
  return {
    files,
    skipped: [...skipped, ...candles.skipped],
    findings: candles.findings,
    cutSeries: markets.filter(({ selection }) => selection.kind === 'series' && selection.cut).length,
    resampledMarkets: markets.filter(({ selection: s }) => s.kind === 'series' && s.resampledFrom !== null).length,
    mergedFiles: candles.mergedFiles,
  };
}

type CandleParts = Pick<
  Parameters<typeof buildFeed>[0],
  'files' | 'skipped' | 'findings' | 'cutSeries' | 'resampledMarkets' | 'mergedFiles'
>;

function externalSummary(
  { strategies }: ScanRequest,
  board: Board,
  outcomes: readonly Outcome<Series>[],
  upstream: ScanServices['upstream'],
): ExternalSummary {
  const symbols = board.markets.flatMap(({ resolution: r }) => (r.tier === 'neutral' ? [] : [r.listed.symbol]));
  const counts = countOutcomes(outcomes);
  return {
    distinct_symbols: new Set(symbols).size,
    ...counts,
    deferred: counts.deferred + countUnmappedNeeds(board.markets, board.signals, strategies),
    ...(upstream?.spent() ?? { requests: 0, units: 0 }),
  };
}

function exactnessOf({ aim: { goal } }: ScanRequest, board: Board, { list }: Progression): RunExactness {
  const asked = {
    goal: goal?.kind ?? ('none' as const),
    top: goal?.kind === 'top' ? goal.count : null,
    min_score: goal?.kind === 'min-score' ? goal.score : null,
  };
  if (goal === null) return { ...asked, met: true, open_signals: 0, waiting: 0 };
  const { met, undecided, blocked } = standingOf(goal, board.planner.signals);
  const open = new Set([...undecided.map(({ signal }) => signal), ...blocked]);
  // Before the market list is asked for, all that is open is open to asking.
  return { ...asked, met, open_signals: open.size, waiting: list.settled ? blocked.length : 0 };
}

function planOf({ spending, priced }: Progression, answers: readonly Answer[], signals: readonly Scored[]): RunPlan {
  return {
    kinds: { ...spending.kinds },
    phases: { ...spending.phases },
    saved: {
      final: answers.filter(({ saved }) => saved === 'final').length,
      fresh: answers.filter(({ saved }) => saved === 'fresh').length,
    },
    changed: changesSince(priced, signals),
  };
}

/** Series that the goal, or the rest where it is wanted, could still use and that were not reached. */
export function countUnreached({ strategies, aim: { goal, rest } }: ScanRequest, board: Board): number {
  const open = board.planner.ahead(rest || goal === null ? EVERYTHING : goal, 1).units;
  return open + countUnmappedNeeds(board.markets, board.signals, strategies);
}

/** Until the goal is met and, when the deadline ends it, the rest is done. */
function deadlineFault(request: ScanRequest, board: Board, { endedBy }: Progression): readonly DegradedReason[] {
  if (endedBy !== 'deadline') return [];
  return [{ code: 'deadline', text: `${countUnreached(request, board)} series were not reached within the deadline` }];
}

function hashInputs(
  { asOf, timeframe, strategies, provider, referenceVenues, version }: ScanRequest,
  board: Board,
  answers: readonly Answer[],
): FeedRun['input_hash'] {
  const hash = createInputHash();
  hash.addSetting('as_of', asOf);
  hash.addSetting('timeframe', timeframe);
  hash.addSetting(
    'strategies',
    strategies.map(({ id }) => id),
  );
  hash.addSetting('provider', provider);
  hash.addSetting('reference_venues', referenceVenues);
  hash.addSetting('version', version);
  for (const { market, selection, resolution } of board.markets) {
    if (selection.kind === 'series') hash.addCandles(selection.series);
    hash.addSetting(`symbol of ${marketKey(market)}`, resolution.tier === 'neutral' ? null : resolution.listed.symbol);
  }
  for (const { kind, symbol, outcome } of answers) {
    if (outcome.ok) hash.addSeries(symbol, outcome.value);
    else hash.addMissing(symbol, kind, outcome.code);
  }
  return hash.digest();
}
