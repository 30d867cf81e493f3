/** The feed's signal of one market and strategy: lean, or explained where there is an explanation. */
import { round2, shown, significant } from '../core/digits.ts';
import type { FeedSummary } from '../core/feed.ts';
import type { MarketRow } from '../core/market-row.ts';
import type { Tier } from '../core/market.ts';
import type { ExplainedSignal, LeanSignal, OiMetadata, Signal, SignalBase, SignalTrigger } from '../core/signal.ts';
import type { Condition, Setup, Side, Strategy, Trigger } from '../core/strategy.ts';
import type { Timeframe } from '../core/time.ts';
import { breakdownOf } from './breakdown.ts';
import type { CandleFacts, KnownMarket, Score, ScoredAnswer, StrategyAnswer } from './known-market.ts';
import { marketRow, seriesReason } from './market-row.ts';
import type { Place } from './order.ts';
import { quadrantOf, seriesReasons } from './series-score.ts';

const NEUTRAL_SCORE = 10;
const SECOND_MS = 1_000;
const NO_TRIGGERS: SignalBase['triggers'] = { long: null, short: null };

/** What a signal says beyond its market and strategy. */
export interface SignalContext {
  readonly strategies: readonly Strategy[];
  readonly breadth: FeedSummary['breadth'];
  /** True when every signal is explained. */
  readonly isFull: boolean;
  /** The close at which the direction of a signal began, ms UTC. */
  readonly sinceOf: (signal: Since) => number;
}

/** What a direction is followed by from feed to feed. */
interface Since extends Pick<SignalBase, 'exchange' | 'symbol' | 'strategy'> {
  readonly unified_symbol: string | null;
  readonly direction: Side;
  readonly candle_time: number;
  readonly timeframe: Timeframe;
  readonly closed_at: number;
}

export function signalOf(known: KnownMarket, place: Place, context: SignalContext): Signal {
  const strategy = context.strategies[place.strategy]!;
  const answer = known.answers[place.strategy]!;
  const score = known.scores[place.strategy] ?? null;
  const base = baseOf(known, strategy, answer, score, place.rank);
  const isExplained = context.isFull || (answer.kind === 'scored' && answer.direction !== 'none');
  return isExplained ? explained(known, place, context, base) : lean(known, place, base);
}

function baseOf(
  { market, facts }: KnownMarket,
  { id: strategy }: Strategy,
  answer: StrategyAnswer,
  score: Score | null,
  rank: number | null,
): SignalBase {
  const { exchange, symbol, coin, spot } = market;
  const timeframe = facts?.timeframe ?? null;
  const candleTime = facts?.candleTime ?? null;
  const id = `${exchange}:${symbol}:${spot ? 'spot:' : ''}${timeframe ?? '-'}:${strategy}:${candleTime ?? '-'}`;
  const isScored = answer.kind === 'scored' && score !== null;
  return {
    id,
    symbol,
    exchange,
    coin,
    timeframe,
    candle_time: candleTime,
    strategy,
    status: answer.kind === 'scored' ? 'ok' : answer.status,
    status_reason: answer.kind === 'scored' ? null : answer.reason,
    direction: answer.kind === 'scored' ? answer.direction : 'none',
    score: isScored ? score.score : null,
    score_side: isScored ? answer.side : null,
    score_bounds: isScored ? [score.low, score.high] : null,
    rank_in_strategy: rank,
    price: shown(facts?.price ?? null),
    triggers: isScored ? triggersOf(answer.triggers, facts!.price) : NO_TRIGGERS,
    unmet: isScored ? answer.unmet : null,
  };
}

function triggersOf({ long, short }: ScoredAnswer['triggers'], price: number): SignalBase['triggers'] {
  const triggerOf = (trigger: Trigger | null): SignalTrigger | null =>
    trigger === null
      ? null
      : {
          price: trigger.price,
          distance_pct: significant(distancePct(trigger, price)),
          distance_atr: significant(round2(trigger.distanceAtr)),
        };
  return { long: triggerOf(long), short: triggerOf(short) };
}

/** How far the price has to go to the trigger, in percent with two decimals. */
export function distancePct(trigger: Trigger, price: number): number {
  return round2(100 * (trigger.price / price - 1));
}

function lean(known: KnownMarket, { strategy }: Place, base: SignalBase): LeanSignal {
  return { ...base, oi_metadata: leanOi(known, strategy) };
}

function leanOi(known: KnownMarket, strategy: number): LeanSignal['oi_metadata'] {
  const status = dataStatusOf(known, strategy);
  const score = known.scores[strategy]?.openInterest ?? NEUTRAL_SCORE;
  return { status, score: status === 'neutral' ? NEUTRAL_SCORE : round2(score) };
}

/** What fed the open-interest component of a strategy's score. */
export function dataStatusOf({ ownFindings, scores, resolution }: KnownMarket, strategy: number): Tier {
  const isUsed = (scores[strategy] ?? null) !== null && ownFindings[strategy]!.open_interest.status === 'used';
  return isUsed ? resolution.tier : 'neutral';
}

function explained(known: KnownMarket, place: Place, context: SignalContext, base: SignalBase): ExplainedSignal {
  const { market, facts } = known;
  const strategy = context.strategies[place.strategy]!;
  const answer = known.answers[place.strategy]!;
  const row = marketRow(known);
  const { direction } = base;
  return {
    ...base,
    unified_symbol: market.unified,
    since: direction === 'none' || facts === null ? null : context.sinceOf(sinceFields(base, direction, row, facts)),
    warmed_up: facts !== null && facts.count >= strategy.warmedUpAt,
    record: strategy.record.status,
    edge: null,
    breadth: direction === 'none' ? null : context.breadth[direction],
    setup: answer.kind === 'scored' && answer.setup !== null ? setupOf(answer.setup) : null,
    ...explanationOf(known, place, strategy, answer),
    oi_metadata: oiMetadataOf(known, place.strategy, answer),
    market: row,
  };
}

function sinceFields(base: SignalBase, direction: Side, row: MarketRow, facts: CandleFacts): Since {
  const { exchange, symbol, strategy } = base;
  const { candleTime: candle_time, closedAt: closed_at, timeframe } = facts;
  return {
    exchange,
    symbol,
    strategy,
    direction,
    unified_symbol: row.unified_symbol,
    candle_time,
    closed_at,
    timeframe,
  };
}

type Explanatory = Pick<ExplainedSignal, 'score_breakdown' | 'conditions' | 'reasons' | 'observability'>;
const UNEXPLAINED: Explanatory = { score_breakdown: [], conditions: null, reasons: [], observability: {} };

function explanationOf(known: KnownMarket, place: Place, strategy: Strategy, answer: StrategyAnswer): Explanatory {
  if (answer.kind !== 'scored' || answer.explained === null) return UNEXPLAINED;
  const { points, explanation } = answer.explained;
  const findings = known.ownFindings[place.strategy]!;
  const { resolution } = known;
  const standIn = resolution.tier === 'aggregated' ? resolution.listed.venue : null;
  const closeAtSpan = known.memo?.closeAtSpan[place.strategy] ?? null;
  const quadrant = known.memo === null ? null : quadrantOf(known.memo, closeAtSpan, findings.open_interest);
  return {
    score_breakdown: breakdownOf(points, explanation.parts, strategy.series, answer.side, findings, standIn),
    conditions: {
      long: explanation.conditions.long.map(conditionOf),
      short: explanation.conditions.short.map(conditionOf),
    },
    reasons: [
      ...explanation.reasons.map(({ code, text }) => ({ code, text })),
      ...seriesReasons(strategy.series, answer.side, findings, known.facts!.closedAt, standIn),
    ],
    observability: { ...rounded(explanation.observability), quadrant },
  };
}

/** Digits are only left out where the rest still says whether the condition holds. */
function conditionOf({ code, measure, value, needs, threshold, holds }: Condition): Condition {
  const limit = threshold === null ? null : significant(threshold);
  const short = significant(value);
  const isSame = limit === null || compare(short, needs, limit) === holds;
  return { code, measure, value: isSame ? short : value, needs, threshold: isSame ? limit : threshold, holds };
}

function compare(value: number, needs: Condition['needs'], threshold: number): boolean {
  if (value === threshold) return needs === '>=' || needs === '<=';
  return value > threshold === needs.startsWith('>');
}

function rounded(value: ExplainedSignal['observability']): ExplainedSignal['observability'] {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, roundedMember(member)]));
}

function roundedMember(value: ExplainedSignal['observability'][string]): ExplainedSignal['observability'][string] {
  if (typeof value === 'number') return significant(value);
  if (typeof value !== 'object' || value === null) return value;
  return isList(value) ? value.map(roundedMember) : rounded(value);
}

function isList(value: object): value is readonly ExplainedSignal['observability'][string][] {
  return Array.isArray(value);
}

function setupOf({ entry, stop_loss, take_profit, risk_reward, max_bars }: Setup): Setup {
  return {
    entry: significant(entry),
    stop_loss: significant(stop_loss),
    take_profit: significant(take_profit),
    risk_reward: significant(risk_reward),
    max_bars,
  };
}

function oiMetadataOf(known: KnownMarket, strategy: number, answer: StrategyAnswer): OiMetadata {
  const { resolution, facts } = known;
  const finding = known.ownFindings[strategy]!.open_interest;
  const { status, score } = leanOi(known, strategy);
  const asOf = answer.kind === 'scored' ? finding.asOf : null;
  const isUnscored = answer.kind === 'unscored' && resolution.tier !== 'neutral';
  return {
    tier: resolution.tier,
    status,
    score,
    coinalyze_symbol: resolution.tier === 'neutral' ? null : resolution.listed.symbol,
    venue: resolution.tier === 'neutral' ? null : resolution.listed.venue,
    as_of: asOf,
    lag_s: asOf === null ? null : Math.round((facts!.closedAt - asOf) / SECOND_MS),
    stale: asOf !== null && finding.stale,
    reason:
      status !== 'neutral' ? null : isUnscored ? `NOT_SCORED:${answer.status}` : seriesReason(finding, resolution),
  };
}
