/** Whether a strategy's answer can be believed: a nonsense number must end as an error, not as a trade. */
import type { Component, Evaluation, ExternalReading, Gates, Observable, Part, Setup } from '../core/strategy.ts';
import { SERIES_KINDS } from '../core/series.ts';
import { isRecord, LONGEST_TEXT } from './answer-shape.ts';

type Scored = Extract<Evaluation, { kind: 'scored' }>;

const FULL_SCORE = 100;
const EXTERNAL_FULL = 20;
/** Sums of weights such as 0.2 * 20 are off by float noise. */
const NOISE = 1e-6;

/** Of the observability: far beyond what the built-in strategies show. */
const MOST_VALUES = 10_000;
const DEEPEST = 16;

const DIRECTIONS: ReadonlySet<string> = new Set(['long', 'short', 'none']);

/** The first thing that is wrong with the answer, as half a sentence with the number; null when it is sound. */
export function nonsenseIn(answer: Scored): string | null {
  if (!DIRECTIONS.has(answer.direction)) return `direction is ${answer.direction}`;
  return (
    nonsenseInComponents(answer.components) ??
    nonsenseInGate(answer.gate) ??
    nonsenseInSetup(answer) ??
    nonsenseInReading(answer.external) ??
    (isPlain(answer.observability, { values: MOST_VALUES }, 0)
      ? null
      : nonsenseInObservable('observability', answer.observability))
  );
}

function nonsenseInComponents(components: readonly Component[]): string | null {
  let total = 0;
  for (const { component, parts, points, max, low, high } of components) {
    if (!(Number.isFinite(points) && Number.isFinite(max) && Number.isFinite(low) && Number.isFinite(high))) {
      return `component ${component}: ${points} points, bounds ${low} to ${high}, of ${max}`;
    }
    if (points < 0 || points > max + NOISE) return `component ${component}: ${points} points of ${max}`;
    if (low < 0 || low > points + NOISE || high < points - NOISE || high > max + NOISE) {
      return `component ${component}: bounds ${low} to ${high} around ${points} points of ${max}`;
    }
    const found = nonsenseInParts(parts, points);
    if (found !== null) return `component ${component}: ${found}`;
    total += max;
  }
  const names = new Set(components.map(({ component }) => component));
  if (names.size < components.length) return 'two components have the same name';
  return Math.abs(total - FULL_SCORE) > NOISE ? `the components add up to ${total} points, not ${FULL_SCORE}` : null;
}

function nonsenseInParts(parts: readonly Part[], total: number): string | null {
  let sum = 0;
  for (const { part, value, zero_at, full_at, points, max } of parts) {
    const isSound =
      (value === null || Number.isFinite(value)) &&
      Number.isFinite(zero_at) &&
      Number.isFinite(full_at) &&
      Number.isFinite(points) &&
      Number.isFinite(max);
    if (!isSound) return `${part}: ${[value, zero_at, full_at, points, max].join(', ')} are not all numbers`;
    sum += points;
  }
  return Math.abs(sum - total) > NOISE ? `the parts add up to ${sum}, not to ${total} points` : null;
}

function nonsenseInGate({ long, short }: Gates): string | null {
  return nonsenseInDemands(long) ?? nonsenseInDemands(short);
}

function nonsenseInDemands(demands: Gates['long']): string | null {
  for (const { code, value, threshold } of demands) {
    if (!Number.isFinite(value)) return `gate ${code}: value is ${value}`;
    if (threshold !== null && !Number.isFinite(threshold)) return `gate ${code}: threshold is ${threshold}`;
  }
  return null;
}

function nonsenseInSetup({ direction, setup }: Scored): string | null {
  if (direction === 'none') return setup === null ? null : 'a setup without a direction';
  if (setup === null) return `direction ${direction} without a setup`;
  for (const [name, value] of Object.entries(setup)) {
    if (!(Number.isFinite(value) && value > 0)) return `setup: ${name} is ${value}`;
  }
  if (!Number.isInteger(setup.max_bars)) return `setup: max_bars is ${setup.max_bars}`;
  if (!levelsInOrder(direction, setup)) return `setup: levels on the wrong side for a ${direction}: ${levels(setup)}`;
  const ratio = Math.abs(setup.take_profit - setup.entry) / Math.abs(setup.entry - setup.stop_loss);
  return Math.abs(setup.risk_reward / ratio - 1) > NOISE
    ? `setup: risk_reward is ${setup.risk_reward}, the levels say ${ratio}`
    : null;
}

function levelsInOrder(direction: 'long' | 'short', { entry, stop_loss: stop, take_profit: target }: Setup): boolean {
  return direction === 'long' ? stop < entry && entry < target : target < entry && entry < stop;
}

function levels({ entry, stop_loss: stop, take_profit: target }: Setup): string {
  return `entry ${entry}, stop ${stop}, target ${target}`;
}

function nonsenseInReading({ score, openInterestScore, components }: ExternalReading): string | null {
  if (!isExternalScore(score)) return `external score is ${score}`;
  if (!isExternalScore(openInterestScore)) return `external openInterestScore is ${openInterestScore}`;
  for (const kind of SERIES_KINDS) {
    const { percentile } = components[kind];
    if (percentile !== null && !(percentile >= 0 && percentile <= 1)) return `${kind}: percentile is ${percentile}`;
    const { value, value_usd, change_pct } = components[kind];
    if (!isFiniteOrNull(value)) return `${kind}: value is ${value}`;
    if (!isFiniteOrNull(value_usd)) return `${kind}: value_usd is ${value_usd}`;
    if (!isFiniteOrNull(change_pct)) return `${kind}: change_pct is ${change_pct}`;
  }
  return null;
}

function isExternalScore(score: number): boolean {
  return score >= 0 && score <= EXTERNAL_FULL + NOISE;
}

function isFiniteOrNull(value: number | null): boolean {
  return value === null || Number.isFinite(value);
}

/** Whether `nonsenseInObservable` has nothing to say; putting a path together for every value would cost more than all other checks. */
function isPlain(value: unknown, room: { values: number }, depth: number): boolean {
  room.values -= 1;
  if (room.values < 0) return false;
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'string') return value.length <= LONGEST_TEXT;
  if (depth === DEEPEST) return false;
  if (Array.isArray(value)) {
    if (value.length > room.values) return false;
    for (let index = 0; index < value.length; index += 1) if (!isPlain(value[index], room, depth + 1)) return false;
    return true;
  }
  if (!isRecord(value)) return false;
  for (const member of Object.values(value)) if (!isPlain(member, room, depth + 1)) return false;
  return true;
}

/** The path to the first value that JSON cannot hold, or where there is more than anybody looks at. */
function nonsenseInObservable(
  path: string,
  value: Observable,
  room = { values: MOST_VALUES },
  depth = 0,
): string | null {
  room.values -= 1;
  if (room.values < 0) return `${path} and before it: more than ${MOST_VALUES} values`;
  if (typeof value === 'number') return Number.isFinite(value) ? null : `${path} is ${value}`;
  if (value === null || typeof value === 'boolean') return null;
  if (typeof value === 'string')
    return value.length > LONGEST_TEXT ? `${path} is ${value.length} characters long` : null;
  if (typeof value !== 'object') return `${path} is of type ${typeof value}`;
  if (!Array.isArray(value) && !isRecord(value)) return `${path} is no plain object`;
  if (depth === DEEPEST) return `${path} is nested too deep, or in itself`;
  // Before its entries are listed, which a list of a billion gaps would take the memory for.
  if (Array.isArray(value) && value.length > room.values) return `${path} has ${value.length} entries`;
  for (const [key, member] of Object.entries<Observable>(value)) {
    const found = nonsenseInObservable(`${path}.${key}`, member, room, depth + 1);
    if (found !== null) return found;
  }
  return null;
}
