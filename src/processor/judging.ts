/** One market through every strategy, from candles alone: exactly one answer for each, whatever happens. */
import type { CandleSeries } from '../core/candles.ts';
import { round2 } from '../core/digits.ts';
import type { Detail } from '../core/feed.ts';
import type { SignalStatus } from '../core/signal.ts';
import type { Judged, MarketView, Reason, Strategy, Trigger } from '../core/strategy.ts';
import { enumerated } from '../core/text.ts';
import { DAY_MS, MINUTE_MS, TIMEFRAME_MS, type Timeframe } from '../core/time.ts';
import { closeOfLast } from './closed.ts';
import type { CandleFacts, JudgedCandles, ScoredAnswer, StrategyAnswer } from './known-market.ts';
import { closeBefore, memoOf } from './price-memo.ts';
import { priceHundredthsOf } from './score.ts';
import type { SelectedSeries, Selection } from './select.ts';
import { nameOfNotFinite } from './finite.ts';
import { distancePct } from './signal.ts';
import { createViewer } from './view.ts';

export interface JudgeOptions {
  readonly strategies: readonly Strategy[];
  /** The time everything is computed for, ms UTC; a later candle is an error. */
  readonly asOf: number;
  readonly detail: Detail;
}

/** A market in which this share of the candles whose volume was measured had no trade is not traded any more. */
const QUIET_BARS = 50;
const QUIET_SHARE = 0.2;

export const STRATEGY_FAULTS = {
  threw: 'strategy-threw',
  nonsense: 'strategy-nonsense',
  /** Of strategies of the user's own. */
  timeout: 'strategy-timeout',
  givenUp: 'strategy-given-up',
} as const;
/** Of the message of an error that a strategy throws. */
const LONGEST_MESSAGE = 500;

const NO_CANDLES: Readonly<Record<Extract<Selection, { kind: 'none' }>['reason'], string>> = {
  unreadable: 'none of its candle files could be read; see summary.files_skipped',
  'no-closed-candles': 'its files hold no candle that is closed by now',
  'no-timeframe': 'it has no file of the timeframe, and none finer that gives it with enough candles',
};

/** True when the strategy itself failed, which degrades the run; candles that allow no answer do not. */
export function isStrategyFault(code: string): boolean {
  return Object.values<string>(STRATEGY_FAULTS).includes(code);
}

/**
 * One judge for a run: it judges market after market with the same memory, and what it answers refers to none of it. It is told the
 * timeframes that the market's files have, for the reason why none was selected.
 */
export function createJudge({
  strategies,
  asOf,
  detail,
}: JudgeOptions): (selection: Selection, timeframes?: readonly Timeframe[]) => JudgedCandles {
  const viewOf = createViewer();
  const shared = createSharing();
  return (selection, timeframes = []) => {
    if (selection.kind === 'none') {
      const there = selection.reason === 'no-timeframe' ? timeframesText(timeframes) : '';
      const reason = { code: selection.reason, text: `${NO_CANDLES[selection.reason]}${there}` };
      return { facts: null, memo: null, answers: strategies.map(() => unscored('insufficient_data', reason)) };
    }
    const { series } = selection;
    const early = closeOfLast(series) - asOf;
    const staleness = early > 0 ? null : stalenessOf(selection, asOf);
    const view = viewOf(series);
    const answers = strategies.map((strategy): StrategyAnswer => {
      const unfit = unfitness(strategy, series, early);
      if (unfit !== null) return unfit;
      const isExplained = staleness === null && detail === 'full';
      const answer = ask(strategy, view, staleness === null, isExplained);
      if (answer.kind === 'unscored') return answer;
      return staleness === null ? shared(answer) : unscored('stale', staleness);
    });
    const spans = answers.map((answer) => (answer.kind === 'scored' ? answer.seriesSpanMs : DAY_MS));
    const facts = factsOf(selection, view, staleness !== null);
    return { facts, memo: staleness === null ? memoOf(series, spans) : null, answers };
  };
}

function timeframesText(timeframes: readonly Timeframe[]): string {
  return timeframes.length === 0 ? '' : `; there are ${enumerated(timeframes)}`;
}

function unscored(status: Exclude<SignalStatus, 'ok'>, reason: Reason): StrategyAnswer {
  return { kind: 'unscored', status, reason };
}

/** Why the strategy is not asked; null when it is. */
function unfitness(strategy: Strategy, series: CandleSeries, early: number): StrategyAnswer | null {
  if (early > 0) {
    const text = `its last candle closes ${Math.ceil(early / MINUTE_MS)} min after the time of the scan`;
    return unscored('error', { code: 'candle-not-closed', text });
  }
  if (series.length >= strategy.warmup) return null;
  const text = `${series.length} closed candles, ${strategy.warmup} needed`;
  return unscored('insufficient_data', { code: 'warm-up', text });
}

/** A strategy's answer that can be believed, or the reason why there is none. */
function ask(strategy: Strategy, view: MarketView, mayExplain: boolean, always: boolean): StrategyAnswer {
  try {
    const judged = strategy.judge(view);
    if (judged.kind === 'failed') return unscored('error', { code: judged.code, text: judged.text });
    if (!isFinite(judged, closeNow(view)))
      return nonsense(`${nameOfNotFinite(judged) ?? 'a number'} has no finite value`);
    if (!mayExplain || (judged.direction === 'none' && !always)) return scored(judged, null);
    const explanation = strategy.explain(view, judged);
    const found = nameOfNotFinite(explanation);
    if (found !== null) return nonsense(`${found} has no finite value`);
    return scored(judged, { points: judged.points, explanation });
  } catch (error) {
    return unscored('error', { code: STRATEGY_FAULTS.threw, text: messageOf(error) });
  }
}

function nonsense(text: string): StrategyAnswer {
  return unscored('error', { code: STRATEGY_FAULTS.nonsense, text });
}

function closeNow({ candles: { close, length } }: MarketView): number {
  return close[length - 1]!;
}

/** By hand where there are numbers in every answer: to go through its members by their names would cost more than to judge. */
function isFinite({ points, setup, triggers: { long, short }, heldAgo, seriesSpanMs }: Judged, close: number): boolean {
  return (
    Number.isFinite(seriesSpanMs) &&
    points.every((one) => Number.isFinite(one.points) && Number.isFinite(one.max)) &&
    (heldAgo.long === null || Number.isFinite(heldAgo.long)) &&
    (heldAgo.short === null || Number.isFinite(heldAgo.short)) &&
    (setup === null || nameOfNotFinite(setup) === null) &&
    (long === null || isShowable(long, close)) &&
    (short === null || isShowable(short, close))
  );
}

/** Its distances must be finite as the feed rounds them. */
function isShowable(trigger: Trigger, close: number): boolean {
  return Number.isFinite(distancePct(trigger, close)) && Number.isFinite(round2(trigger.distanceAtr));
}

function scored(judged: Judged, explained: ScoredAnswer['explained']): ScoredAnswer {
  const { direction, side, setup, triggers, unmet, heldAgo, seriesSpanMs, points } = judged;
  const priceHundredths = priceHundredthsOf(points);
  return {
    kind: 'scored',
    direction,
    side,
    setup,
    triggers,
    unmet,
    heldAgo,
    seriesSpanMs,
    priceHundredths,
    explained,
  };
}

/** Thousands of markets lack the same few conditions: they share the lists. */
function createSharing(): (answer: ScoredAnswer) => ScoredAnswer {
  const unmetLists = new Map<string, ScoredAnswer['unmet']>();
  return (answer) => {
    const { long, short } = answer.unmet;
    const key = `${long.join()} ${short.join()}`;
    const known = unmetLists.get(key);
    if (known === undefined) unmetLists.set(key, answer.unmet);
    return known === undefined ? answer : { ...answer, unmet: known };
  };
}

/** Anything may be thrown, also what throws again when it is looked at. */
export function messageOf(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `it threw ${String(thrown)}`;
    return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}...` : text;
  } catch {
    return 'it threw something that has no text';
  }
}

/** Of a last candle that closed too long ago. */
export function tooOld({ closedAt, timeframe }: Pick<CandleFacts, 'closedAt' | 'timeframe'>, asOf: number): Reason {
  const age = (asOf - closedAt) / TIMEFRAME_MS[timeframe];
  const text = `its last candle closed ${age.toFixed(1)} times ${timeframe} before the time of the scan`;
  return { code: 'old-candles', text };
}

/** Why the candles are too old for a signal; null when they are not. */
function stalenessOf({ stale, series }: SelectedSeries, asOf: number): Reason | null {
  if (stale) return tooOld({ closedAt: closeOfLast(series), timeframe: series.timeframe }, asOf);
  const recent = Math.min(QUIET_BARS, series.length);
  let quiet = 0;
  let measured = 0;
  for (let index = series.length - recent; index < series.length; index += 1) {
    const volume = series.volume[index]!;
    if (volume === 0) quiet += 1;
    if (volume >= 0) measured += 1;
  }
  if (quiet <= QUIET_SHARE * measured) return null;
  const unmeasured = measured === recent ? '' : `, of ${recent - measured} more it was not measured`;
  return { code: 'no-volume', text: `${quiet} of its last ${recent} candles have no volume${unmeasured}` };
}

function factsOf({ series, resampledFrom, cut }: SelectedSeries, view: MarketView, stale: boolean): CandleFacts {
  const last = series.length - 1;
  const price = series.close[last]!;
  const change = (spanMs: number): number | null => {
    const before = closeBefore(series, spanMs);
    return before === null ? null : 100 * (price / before - 1);
  };
  const atr = view.indicators.atr14[last]!;
  return {
    timeframe: series.timeframe,
    candleTime: series.time[last]!,
    closedAt: closeOfLast(series),
    price,
    change24hPct: change(DAY_MS),
    change7dPct: change(7 * DAY_MS),
    atrPct: Number.isNaN(atr) ? null : (100 * atr) / price,
    count: series.length,
    stale,
    resampled: resampledFrom !== null,
    cut,
  };
}
