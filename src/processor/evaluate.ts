/** One market through one strategy: exactly one signal, whatever happens. */
import type { CandleSeries } from '../core/candles.ts';
import { isDollar, type Market, type Resolution } from '../core/market.ts';
import type {
  Direction,
  Evaluation,
  ExternalInputs,
  Observable,
  Reason,
  SeriesAmounts,
  Setup,
  Strategy,
} from '../core/strategy.ts';
import type { Action, Signal } from '../core/signal.ts';
import { MINUTE_MS, TIMEFRAME_MS } from '../core/time.ts';
import { misshapenIn } from './answer-shape.ts';
import { closeOfLast } from './closed.ts';
import { externalOf, oiMetadataOf, oiMetadataWithoutScore } from './external-fields.ts';
import { gateOf, scoreOf } from './score.ts';
import type { Selection } from './select.ts';
import { nonsenseIn } from './soundness.ts';

/** Everything that is known of one market when the strategies run. */
export interface MarketInput {
  readonly market: Market;
  readonly selection: Selection;
  readonly resolution: Resolution;
  readonly external: ExternalInputs;
}

type Scored = Extract<Evaluation, { kind: 'scored' }>;
type Identity = Pick<
  Signal,
  'id' | 'symbol' | 'exchange' | 'unified_symbol' | 'timeframe' | 'candle_time' | 'strategy'
>;
type Standing = Pick<Signal, 'settled' | 'rank_in_strategy' | 'price'>;
type FailedStatus = 'error' | 'insufficient_data' | 'stale';

/** A market in which this share of candles had no trade is not traded any more (strategies.md 1.1). */
const QUIET_BARS = 50;
const QUIET_SHARE = 0.2;

const ACTIONS: Readonly<Record<Direction, Action>> = { long: 'LONG', short: 'SHORT', none: 'WAIT' };

const STRATEGY_FAULTS = {
  threw: 'strategy-threw',
  nonsense: 'strategy-nonsense',
  timeout: 'strategy-timeout',
  wrote: 'strategy-wrote',
} as const;

/** Of what a strategy says when it throws. */
const LONGEST_MESSAGE = 500;

const NO_SERIES: Readonly<Record<Extract<Selection, { kind: 'none' }>['reason'], string>> = {
  unreadable: 'none of its candle files could be read; see summary.files_skipped',
  'no-closed-candles': 'its files hold no candle that is closed by now',
  'no-timeframe': 'it has no file of the timeframe, and none finer that gives it with enough candles',
};

/** True when the strategy itself failed, which degrades the run; candles that allow no answer do not. */
export function isStrategyFault({ status_reason: reason }: Pick<Signal, 'status_reason'>): boolean {
  return reason !== null && Object.values<string>(STRATEGY_FAULTS).includes(reason.code);
}

/** The signal of a strategy that gave no answer in time. */
export function timedOut(input: MarketInput, strategy: Strategy, text: string): Signal {
  return unscored(input, strategy, 'error', { code: STRATEGY_FAULTS.timeout, text });
}

/** The signal of a strategy that wrote to what all strategies are given. */
export function wroteToInput(input: MarketInput, strategy: Strategy): Signal {
  const text = 'it wrote to the candles or series that it is given to read';
  return unscored(input, strategy, 'error', { code: STRATEGY_FAULTS.wrote, text });
}

/**
 * The signal of one market and strategy, without its rank. A strategy that throws or answers nonsense gets an error signal.
 * `asOf`: the time everything is computed for, ms UTC; a later candle is an error.
 */
export function evaluateOne(input: MarketInput, strategy: Strategy, asOf: number): Signal {
  const { selection } = input;
  if (selection.kind === 'none') {
    const reason = { code: selection.reason, text: NO_SERIES[selection.reason] };
    return unscored(input, strategy, 'insufficient_data', reason);
  }
  const { series } = selection;
  const early = closeOfLast(series) - asOf;
  if (early > 0) {
    const text = `its last candle closes ${Math.ceil(early / MINUTE_MS)} min after the time of the scan`;
    return unscored(input, strategy, 'error', { code: 'candle-not-closed', text });
  }
  if (series.length < strategy.warmup) {
    const text = `${series.length} closed candles, ${strategy.warmup} needed`;
    return unscored(input, strategy, 'insufficient_data', { code: 'warm-up', text });
  }
  const answer = ask(strategy, input, series);
  if (answer.kind === 'failed') {
    return unscored(input, strategy, 'error', { code: answer.code, text: answer.text });
  }
  const staleness = stalenessOf(selection.stale, series, asOf);
  return staleness === null ? scored(input, strategy, series, answer) : unscored(input, strategy, 'stale', staleness);
}

/** A strategy's answer that can be believed, or why there is none. */
function ask(strategy: Strategy, { resolution, external }: MarketInput, series: CandleSeries): Evaluation {
  try {
    const answer = strategy.evaluate({ candles: series, external, amounts: amountsOf(resolution) });
    const misshapen = misshapenIn(answer);
    if (misshapen === null && answer.kind === 'failed') return answer;
    const nonsense = misshapen ?? (answer.kind === 'scored' ? nonsenseIn(answer) : null);
    return nonsense === null ? answer : { kind: 'failed', code: STRATEGY_FAULTS.nonsense, text: nonsense };
  } catch (error) {
    return { kind: 'failed', code: STRATEGY_FAULTS.threw, text: messageOf(error) };
  }
}

/** Anything may be thrown, also what throws again when it is looked at. */
function messageOf(thrown: unknown): string {
  try {
    const told = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `it threw ${String(thrown)}`;
    return told.length > LONGEST_MESSAGE ? `${told.slice(0, LONGEST_MESSAGE)}...` : told;
  } catch {
    return 'it threw something that has no text';
  }
}

function amountsOf(resolution: Resolution): SeriesAmounts | null {
  if (resolution.tier === 'neutral' || !isDollar(resolution.name.quote)) return null;
  const { listed, name } = resolution;
  return { denomination: listed.denomination, baseFactor: listed.multiplier / name.multiplier };
}

function stalenessOf(stale: boolean, series: CandleSeries, asOf: number): Reason | null {
  if (stale) {
    const age = (asOf - closeOfLast(series)) / TIMEFRAME_MS[series.timeframe];
    const text = `its last candle closed ${age.toFixed(1)} times ${series.timeframe} before the time of the scan`;
    return { code: 'old-candles', text };
  }
  const recent = Math.min(QUIET_BARS, series.length);
  let quiet = 0;
  for (let index = series.length - recent; index < series.length; index += 1)
    if (series.volume[index] === 0) quiet += 1;
  if (quiet <= QUIET_SHARE * recent) return null;
  return { code: 'no-volume', text: `${quiet} of its last ${recent} candles have no volume` };
}

/** What a signal says of its market, whatever its status. */
function identityOf({ market, selection, resolution }: MarketInput, strategy: Strategy): Identity {
  const series = selection.kind === 'series' ? selection.series : null;
  const candleTime = series === null ? null : lastOf(series.time);
  const timeframe = series?.timeframe ?? null;
  return {
    id: [market.exchange, market.symbol, timeframe ?? '-', strategy.id, candleTime ?? '-'].join(':'),
    symbol: market.symbol,
    exchange: market.exchange,
    unified_symbol: resolution.name?.unified ?? null,
    timeframe,
    candle_time: candleTime,
    strategy: strategy.id,
  };
}

function standingOf({ selection }: MarketInput, strategy: Strategy): Standing {
  const series = selection.kind === 'series' ? selection.series : null;
  return {
    settled: series !== null && series.length >= strategy.settledAt,
    rank_in_strategy: null,
    price: series === null ? null : lastOf(series.close),
  };
}

function lastOf(column: Float64Array): number {
  return column[column.length - 1]!;
}

function scored(input: MarketInput, strategy: Strategy, series: CandleSeries, answer: Scored): Signal {
  const { breakdown, score, bounds } = scoreOf(answer.components);
  return {
    ...identityOf(input, strategy),
    status: 'ok',
    status_reason: null,
    direction: answer.direction,
    action: ACTIONS[answer.direction],
    score,
    score_side: answer.side,
    score_bounds: bounds,
    ...standingOf(input, strategy),
    setup: answer.setup === null ? null : setupOf(answer.setup),
    score_breakdown: breakdown,
    gate: gateOf(answer.gate),
    reasons: answer.reasons.map(({ code, text }) => ({ code, text })),
    oi_metadata: oiMetadataOf(input.resolution, answer.external, closeOfLast(series)),
    external: externalOf(answer.external),
    observability: copyOf(answer.observability),
  };
}

/** Field by field: one more, and the whole feed would be refused. */
function setupOf({ entry, stop_loss, take_profit, risk_reward, max_bars }: Setup): Setup {
  return { entry, stop_loss, take_profit, risk_reward, max_bars };
}

type Observability = Scored['observability'];

/** A strategy may go on using its own object; what it once said stands. */
function copyOf(value: Observability): Observability {
  const copy: Record<string, Observable> = {};
  for (const key of Object.keys(value)) {
    const member = copyOfMember(value[key]!);
    // Assigned, this one name would become the object's prototype.
    if (key === '__proto__') Object.defineProperty(copy, key, { ...PLAIN_PROPERTY, value: member });
    else copy[key] = member;
  }
  return copy;
}

const PLAIN_PROPERTY = { configurable: true, enumerable: true, writable: true };

function copyOfMember(value: Observable): Observable {
  if (typeof value !== 'object' || value === null) return value;
  return isList(value) ? value.map(copyOfMember) : copyOf(value);
}

function isList(value: Observable): value is readonly Observable[] {
  return Array.isArray(value);
}

function unscored(input: MarketInput, strategy: Strategy, status: FailedStatus, reason: Reason): Signal {
  return {
    ...identityOf(input, strategy),
    status,
    status_reason: reason,
    direction: 'none',
    action: 'WAIT',
    score: null,
    score_side: null,
    score_bounds: null,
    ...standingOf(input, strategy),
    setup: null,
    score_breakdown: [],
    gate: null,
    reasons: [],
    oi_metadata: oiMetadataWithoutScore(input.resolution, status),
    external: null,
    observability: {},
  };
}
