/** The feed of a stage, from how the run stands. Rows are made while they are read. */
import type {
  DegradedReason,
  ExternalSummary,
  FeedContent,
  FeedRun,
  RunGoal,
  RunPlan,
  RunStage,
} from '../core/feed.ts';
import { SCHEMA_VERSION } from '../core/feed.ts';
import type { Signal } from '../core/signal.ts';
import { buildSummary, type CountedSignal, type SummaryParts } from '../feed/build.ts';
import { marketNameOf, marketsGone, sinceOf } from '../feed/previous.ts';
import { standingOf } from '../plan/goal.ts';
import { BREADTH_STRATEGY, breadthOf } from '../processor/breadth.ts';
import { isStrategyFault } from '../processor/judging.ts';
import type { KnownMarket } from '../processor/known-market.ts';
import { marketRow } from '../processor/market-row.ts';
import { orderSignals, type Place } from '../processor/order.ts';
import { dataStatusOf, signalOf, type SignalContext } from '../processor/signal.ts';
import {
  absenceFault,
  answersOf,
  countAnswers,
  countUnreached,
  countUnmapped,
  seriesFaults,
  silenceText,
  type Answer,
} from './answers.ts';
import { changesSince, UNCHANGED, type PriceStage } from './changes.ts';
import { clockFault } from './clock-jump.ts';
import type { Spending } from './fetching.ts';
import type { MarketList } from './market-list.ts';
import type { Run } from './run.ts';
import { staleCandles } from './stale-candles.ts';

/** How far the run has come. */
export interface Progression {
  readonly spending: Spending;
  readonly list: Pick<MarketList, 'degraded' | 'current'>;
  /** What ended the fetching before it was done; null when nothing did. */
  readonly endedBy: 'budget' | 'deadline' | null;
  /** Null when nothing can be fetched. */
  readonly before: PriceStage | null;
}

export function stageFeed(run: Run, stage: RunStage, progression: Progression): FeedContent {
  const { request, services, known, strategies } = run;
  const places = orderSignals(known.all, strategies);
  const answers = answersOf(run);
  const breadth = breadthOf(
    known.all,
    strategies.findIndex(({ id }) => id === BREADTH_STRATEGY),
  );
  const context: SignalContext = {
    strategies,
    breadth,
    isFull: request.detail === 'full',
    sinceOf: (signal) => sinceOf(run.previous, signal),
  };
  return {
    schema_version: SCHEMA_VERSION,
    last_updated: services.clock.now(),
    run: runOf(run, stage, progression, { answers, places }),
    summary: buildSummary({
      files: run.input.files.length + run.input.unread.length,
      skipped: [...run.input.unread, ...run.tally.skipped],
      findings: run.tally.rows,
      mergedFiles: run.tally.mergedFiles,
      ...candleCounts(known.all),
      tiers: known.all.map(({ resolution: { tier } }) => tier),
      external: externalSummary(run, answers),
      breadth,
      strategies,
      signals: countedSignals(run),
    }),
    markets: rows(() => known.all, marketRow),
    recent: [],
    signals: rows<Place, Signal>(
      () => places,
      (place) => signalOf(known.all[place.market]!, place, context),
    ),
  };
}

function candleCounts(markets: readonly KnownMarket[]): CandleCounts {
  const closes = markets.flatMap(({ facts }) => facts?.closedAt ?? []);
  return {
    cutSeries: markets.filter(({ facts }) => facts?.cut === true).length,
    resampledMarkets: markets.filter(({ facts }) => facts?.resampled === true).length,
    staleMarkets: markets.filter(({ facts }) => facts?.stale === true).length,
    newestClose: closes.length === 0 ? null : closes.reduce((newest, close) => Math.max(newest, close)),
  };
}

type CandleCounts = Pick<SummaryParts, 'cutSeries' | 'resampledMarkets' | 'staleMarkets' | 'newestClose'>;

function* countedSignals({ known, strategies }: Run): Generator<CountedSignal> {
  for (const market of known.all) {
    for (const [index, answer] of market.answers.entries()) {
      const isScored = answer.kind === 'scored';
      yield {
        strategy: strategies[index]!.id,
        status: isScored ? 'ok' : answer.status,
        direction: isScored ? answer.direction : 'none',
        dataStatus: dataStatusOf(market, index),
      };
    }
  }
}

/** Made anew each time they are read. */
function rows<From, To>(from: () => Iterable<From>, make: (one: From) => To): Iterable<To> {
  return {
    *[Symbol.iterator]() {
      for (const one of from()) yield make(one);
    },
  };
}

interface Standing {
  readonly answers: readonly Answer[];
  readonly places: readonly Place[];
}

function runOf(run: Run, stage: RunStage, progression: Progression, { answers, places }: Standing): FeedRun {
  const { request, provider, services, strategies, known } = run;
  const reasons: readonly DegradedReason[] = [
    ...progression.list.degraded,
    ...(run.upstream === null ? [] : seriesFaults(answers, run.upstream.coveredFailures)),
    ...(run.upstream === null ? [] : absenceFault(run.upstream.absences, answers)),
    ...deadlineFault(run, progression),
    ...strategyFaults(run),
    ...staleCandles(known.all, [...run.input.unread, ...run.tally.skipped], run.asOf),
    ...clockFault(run),
    ...marketsGone(run.previous, comparandOf(run)),
  ];
  return {
    id: request.runId,
    scanner_version: request.version,
    as_of: run.asOf,
    timeframe: request.timeframe,
    strategies: strategies.map(({ id }) => id),
    inputs: run.inputs,
    provider,
    detail: request.detail,
    stage,
    goal: goalOf(run, progression),
    plan: planOf(run, progression, answers, places),
    degraded: reasons.length > 0,
    degraded_reasons: reasons,
    input_hash: inputHash(run, answers),
    duration_ms: Math.round(services.clock.monotonic() - run.started),
    attribution: provider === 'coinalyze' ? 'Data: Coinalyze' : null,
  };
}

function comparandOf({ inputs, provider, request, strategies, readable }: Run): Parameters<typeof marketsGone>[1] {
  const markets = new Set(
    readable.map(({ exchange, symbol, unified }) => marketNameOf({ exchange, symbol, unified_symbol: unified })),
  );
  return { inputs, provider, timeframe: request.timeframe, strategies: strategies.map(({ id }) => id), markets };
}

function externalSummary({ known, upstream, strategies }: Run, answers: readonly Answer[]): ExternalSummary {
  const symbols = known.all.flatMap(({ resolution: r }) => (r.tier === 'neutral' ? [] : [r.listed.symbol]));
  const counts = countAnswers(answers);
  return {
    distinct_symbols: new Set(symbols).size,
    ...counts,
    deferred: counts.deferred + countUnmapped(known.all, strategies),
    ...(upstream?.spent() ?? { requests: 0, calls: 0 }),
  };
}

function goalOf({ request: { aim }, known, book, upstream }: Run, { list }: Progression): RunGoal {
  const { goal } = aim;
  const asked = {
    kind: goal?.kind ?? ('none' as const),
    top: goal?.kind === 'top' ? goal.count : null,
    min_score: goal?.kind === 'min-score' ? goal.score : null,
  };
  if (goal === null) return { ...asked, met: true, pending_signals: 0, waiting: 0 };
  const signals = known.planned(book, upstream?.provider ?? null);
  const { met, undecided, waiting } = standingOf(goal, signals);
  const pending = new Set([...undecided.map(({ signal }) => signal), ...waiting]);
  // Before the market list is asked for, all that is pending can be asked.
  return { ...asked, met, pending_signals: pending.size, waiting: list.current ? waiting.length : 0 };
}

function planOf(
  run: Run,
  { spending, before }: Progression,
  answers: readonly Answer[],
  places: readonly Place[],
): RunPlan {
  return {
    kinds: { ...spending.kinds },
    phases: { ...spending.phases },
    saved: {
      final: answers.filter(({ saved }) => saved === 'final').length,
      fresh: answers.filter(({ saved }) => saved === 'fresh').length,
    },
    changed: before === null ? UNCHANGED : changesSince(before, run.known.all, places),
  };
}

/** Until the goal is met and, when the deadline ends it, the remaining series are done. */
function deadlineFault(run: Run, { endedBy }: Progression): readonly DegradedReason[] {
  if (endedBy !== 'deadline') return [];
  const text = `${countUnreached(run)} series were not reached within the deadline${silenceText(run)}`;
  return [{ code: 'deadline', text }];
}

/** One reason per strategy that threw or answered nonsense, with the text of its first failure. */
function strategyFaults({ known, strategies }: Run): readonly DegradedReason[] {
  return strategies.flatMap(({ id }, index): readonly DegradedReason[] => {
    const faults = known.all.flatMap(({ answers }) => {
      const answer = answers[index]!;
      return answer.kind === 'unscored' && isStrategyFault(answer.reason.code) ? [answer.reason.text] : [];
    });
    if (faults.length === 0) return [];
    return [{ code: 'strategy-threw', text: `${id} failed on ${faults.length} markets: ${faults[0]}` }];
  });
}

function inputHash(run: Run, answers: readonly Answer[]): FeedRun['input_hash'] {
  const { request, provider, strategies } = run;
  const hash = run.hash.copy();
  hash.addSetting('as_of', run.asOf);
  hash.addSetting('timeframe', request.timeframe);
  hash.addSetting(
    'strategies',
    strategies.map(({ id }) => id),
  );
  for (const { id, digest } of request.own ?? []) hash.addSetting(`code of ${id}`, digest);
  hash.addSetting('provider', provider);
  hash.addSetting('reference_venues', request.referenceVenues);
  hash.addSetting('version', request.version);
  hash.addSetting('detail', request.detail);
  for (const { market, resolution } of run.known.all) {
    const name = `${market.exchange} ${market.unified ?? market.symbol}`;
    hash.addSetting(`symbol of ${name}`, resolution.tier === 'neutral' ? null : resolution.listed.symbol);
  }
  for (const { key, outcome } of answers) {
    if (outcome.ok) hash.addDigest(outcome.digest);
    else hash.addMissing(key.instrument, key.kind, outcome.code);
  }
  return hash.digest();
}
