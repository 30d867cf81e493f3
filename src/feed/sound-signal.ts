/**
 * Whether a signal fits the schema, by plain comparisons: checking thousands of signals with zod before every write takes as long as
 * scoring them. The schema stays what counts: whatever is not plainly right here is for it to judge and to name.
 */
import type { ExternalFields, OiMetadata, ScoreComponent, Signal } from '../core/signal.ts';
import type { GateCondition, Part, Reason, Setup } from '../core/strategy.ts';
import { TIMEFRAMES } from '../core/time.ts';
import { contradictionIn, LAST_TIME } from './signal-schema.ts';

type Check<T> = (value: T) => boolean;

/** True only for what the schema accepts, whatever `signal` really is. */
export function isSoundSignal(signal: Signal): boolean {
  if (!hasKeys(signal, 24)) return false;
  const { external, gate, setup, status_reason: reason, score_bounds: bounds } = signal;
  return (
    isText(signal.id) &&
    isText(signal.symbol) &&
    isText(signal.exchange) &&
    isNullOr(signal.unified_symbol, isText) &&
    (signal.timeframe === null || TIMEFRAMES.includes(signal.timeframe)) &&
    isNullOr(signal.candle_time, isTime) &&
    isText(signal.strategy) &&
    STATUSES.has(signal.status) &&
    isNullOr(reason, isReason) &&
    DIRECTIONS.has(signal.direction) &&
    isText(signal.action) &&
    isNullOr(signal.score, isPoints) &&
    (signal.score_side === null || signal.score_side === 'long' || signal.score_side === 'short') &&
    (bounds === null || (isList(bounds, isPoints) && bounds.length === 2)) &&
    isFlag(signal.settled) &&
    (signal.rank_in_strategy === null ||
      (Number.isSafeInteger(signal.rank_in_strategy) && signal.rank_in_strategy > 0)) &&
    isNullOr(signal.price, isPrice) &&
    isNullOr(setup, isSetup) &&
    isList(signal.score_breakdown, isComponent) &&
    (gate === null || (hasKeys(gate, 2) && isList(gate.long, isCondition) && isList(gate.short, isCondition))) &&
    isList(signal.reasons, isReason) &&
    isOiMetadata(signal.oi_metadata) &&
    (external === null ||
      (hasKeys(external, 5) &&
        isWithin(external.score, 20) &&
        isReading(external.open_interest) &&
        isReading(external.funding_rate) &&
        isReading(external.long_short_ratio) &&
        isReading(external.liquidations))) &&
    isPlain(signal.observability) &&
    isObservable(signal.observability, 0) &&
    contradictionIn(signal) === null
  );
}

const STATUSES: ReadonlySet<unknown> = new Set(['ok', 'insufficient_data', 'stale', 'error']);
const DIRECTIONS: ReadonlySet<unknown> = new Set(['long', 'short', 'none']);
const TIERS: ReadonlySet<unknown> = new Set(['resolved', 'aggregated', 'neutral']);
const COMPARISONS: ReadonlySet<unknown> = new Set(['>', '>=', '<', '<=']);
/** What a strategy shows is two or three levels deep; deeper is for zod to follow. */
const DEEPEST = 20;

function isReason(reason: Reason): boolean {
  return hasKeys(reason, 2) && isText(reason.code) && isText(reason.text);
}

function isSetup(setup: Setup): boolean {
  return (
    hasKeys(setup, 5) &&
    isPrice(setup.entry) &&
    isPrice(setup.stop_loss) &&
    isPrice(setup.take_profit) &&
    isPrice(setup.risk_reward) &&
    isPrice(setup.max_bars) &&
    Number.isSafeInteger(setup.max_bars)
  );
}

function isPart(part: Part): boolean {
  return (
    hasKeys(part, 6) &&
    isText(part.part) &&
    isNullOr(part.value, Number.isFinite) &&
    Number.isFinite(part.zero_at) &&
    Number.isFinite(part.full_at) &&
    Number.isFinite(part.points) &&
    Number.isFinite(part.max)
  );
}

function isComponent(component: ScoreComponent): boolean {
  return (
    hasKeys(component, 6) &&
    isText(component.component) &&
    isWithin(component.points, Number.MAX_VALUE) &&
    isWithin(component.max, Number.MAX_VALUE) &&
    isText(component.code) &&
    isText(component.text) &&
    isList(component.parts, isPart)
  );
}

function isCondition(condition: GateCondition): boolean {
  return (
    hasKeys(condition, 6) &&
    isText(condition.code) &&
    isText(condition.measure) &&
    Number.isFinite(condition.value) &&
    COMPARISONS.has(condition.needs) &&
    isNullOr(condition.threshold, Number.isFinite) &&
    isFlag(condition.holds)
  );
}

function isOiMetadata(oi: OiMetadata): boolean {
  return (
    hasKeys(oi, 9) &&
    TIERS.has(oi.tier) &&
    TIERS.has(oi.status) &&
    isWithin(oi.score, 20) &&
    isNullOr(oi.coinalyze_symbol, isText) &&
    isNullOr(oi.venue, isText) &&
    isNullOr(oi.as_of, isTime) &&
    isNullOr(oi.age_s, Number.isFinite) &&
    isFlag(oi.stale) &&
    isNullOr(oi.reason, isText)
  );
}

function isReading(reading: ExternalFields): boolean {
  return (
    hasKeys(reading, 8) &&
    isNullOr(reading.value, Number.isFinite) &&
    isNullOr(reading.value_usd, Number.isFinite) &&
    isNullOr(reading.change_pct, Number.isFinite) &&
    (reading.percentile === null || isWithin(reading.percentile, 1)) &&
    isNullOr(reading.as_of, isTime) &&
    isFlag(reading.stale) &&
    (reading.status === 'used' || reading.status === 'neutral') &&
    isNullOr(reading.reason, isText)
  );
}

function isObservable(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (depth > DEEPEST) return false;
  if (Array.isArray(value)) return isList<unknown>(value, (item) => isObservable(item, depth + 1));
  if (!isPlain(value)) return false;
  return isList(Object.values(value), (member) => isObservable(member, depth + 1));
}

/** No symbols and nothing inherited: zod has its own rules for those. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** As many as the schema has: with all of those there, none is added. */
function hasKeys(value: object, count: number): boolean {
  return isPlain(value) && Object.keys(value).length === count;
}

/** With a loop, because `every` passes over holes. */
function isList<T>(list: readonly T[], isItem: Check<T>): boolean {
  const isArray: boolean = Array.isArray(list);
  if (!isArray) return false;
  for (let index = 0; index < list.length; index++) if (!isItem(list[index]!)) return false;
  return true;
}

function isNullOr<T>(value: T | null, check: Check<T>): boolean {
  return value === null || check(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isTime(value: number): boolean {
  return Number.isSafeInteger(value) && isWithin(value, LAST_TIME);
}

function isPoints(value: number): boolean {
  return isWithin(value, 100);
}

function isPrice(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

function isWithin(value: number, most: number): boolean {
  return Number.isFinite(value) && value >= 0 && value <= most;
}
