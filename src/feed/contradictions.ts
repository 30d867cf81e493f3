/** What fits each field of a signal alone but not together: a reader who trusts one of them would trade on it. */
import { isExplained, type ExplainedSignal, type Signal } from '../core/signal.ts';
import { SIDES, type Side } from '../core/strategy.ts';

/** A field of the signal, and what speaks against it. */
export type Contradiction = readonly [field: string, message: string];

/** Half of the last digit of a sum of points. */
const TOLERANCE = 0.005;

export function* contradictionsIn(signal: Signal): Generator<Contradiction> {
  if ((signal.status === 'ok') !== (signal.status_reason === null)) {
    yield ['status_reason', `${signal.status_reason === null ? 'null' : 'given'} with status ${signal.status}`];
  }
  yield* signal.status === 'ok' ? ofScored(signal) : ofUnscored(signal);
  if (!isExplained(signal)) return;
  const { direction } = signal;
  for (const field of ['setup', 'since', 'breadth'] as const) {
    if (direction === 'none' && signal[field] !== null) yield [field, 'given without a direction'];
  }
  if (direction !== 'none') yield* ofSetup(signal, direction);
  yield* ofExplanation(signal);
}

function* ofUnscored(signal: Signal): Generator<Contradiction> {
  const { status } = signal;
  if (signal.direction !== 'none') yield ['direction', `${signal.direction} with status ${status}`];
  for (const field of ['score', 'score_side', 'score_bounds', 'rank_in_strategy', 'unmet'] as const) {
    if (signal[field] !== null) yield [field, `given with status ${status}`];
  }
  for (const side of SIDES)
    if (signal.triggers[side] !== null) yield [`triggers.${side}`, `given with status ${status}`];
}

function* ofScored(signal: Signal): Generator<Contradiction> {
  const { direction, score, score_bounds: bounds, unmet } = signal;
  for (const field of ['score', 'score_side', 'score_bounds', 'rank_in_strategy', 'unmet', 'price'] as const) {
    if (signal[field] === null) yield [field, 'null with status ok'];
  }
  for (const field of ['timeframe', 'candle_time'] as const) {
    if (signal[field] === null) yield [field, 'null with status ok'];
  }
  if (score !== null && bounds !== null && (score < bounds[0] || score > bounds[1])) {
    yield ['score_bounds', `${bounds[0]} to ${bounds[1]} do not contain the score ${score}`];
  }
  if (direction !== 'none' && signal.score_side !== null && signal.score_side !== direction) {
    yield ['score_side', `${signal.score_side} with direction ${direction}`];
  }
  for (const side of SIDES) {
    yield* ofTrigger(signal, side);
    const holds = unmet?.[side].length === 0;
    if (unmet !== null && direction === side && !holds) yield [`unmet.${side}`, `not empty with direction ${side}`];
    if (unmet !== null && direction === 'none' && holds) yield [`unmet.${side}`, 'empty without a direction'];
  }
}

function* ofTrigger({ direction, price, triggers }: Signal, side: Side): Generator<Contradiction> {
  const trigger = triggers[side];
  if (trigger === null) return;
  const field = `triggers.${side}`;
  if (direction !== 'none') yield [field, `given with direction ${direction}`];
  if (price === null) return;
  const ahead = Math.sign(trigger.price - price);
  // With two decimals a trigger right beside the price is 0 away.
  const isOff = (distance: number): boolean => distance !== 0 && Math.sign(distance) !== ahead;
  // A price of more digits than are shown may have its trigger at what is shown, on either side and some of its tiny ATR away.
  if (isOff(trigger.distance_pct) || (ahead !== 0 && isOff(trigger.distance_atr))) {
    yield [field, `its distances have another sign than ${trigger.price} against the price ${price}`];
  }
}

function* ofSetup({ setup }: ExplainedSignal, direction: Side): Generator<Contradiction> {
  if (setup === null) {
    yield ['setup', `null with direction ${direction}`];
    return;
  }
  const { entry, stop_loss: stop, take_profit: target } = setup;
  const isInOrder = direction === 'long' ? stop < entry && entry < target : target < entry && entry < stop;
  if (!isInOrder) yield ['setup', `a ${direction} from ${entry} with stop ${stop} and target ${target}`];
}

function* ofExplanation(signal: ExplainedSignal): Generator<Contradiction> {
  const { conditions, score, score_breakdown: breakdown, status, unmet } = signal;
  if ((status === 'ok') !== (conditions !== null)) {
    yield ['conditions', `${conditions === null ? 'null' : 'given'} with status ${status}`];
  }
  const sum = breakdown.reduce((total, { points }) => total + points, 0);
  if (score !== null && isOff(sum, score)) {
    yield ['score', `${score}, but its breakdown adds up to ${sum.toFixed(2)}`];
  }
  for (const [index, { max, points, parts }] of breakdown.entries()) {
    if (points > max) yield [`score_breakdown[${index}].points`, `${points} of at most ${max}`];
    const inParts = parts.reduce((total, part) => total + part.points, 0);
    if (parts.length === 0 || !isOff(inParts, points)) continue;
    yield [`score_breakdown[${index}].points`, `${points}, but its parts add up to ${inParts.toFixed(2)}`];
  }
  for (const side of SIDES) {
    const failing = conditions?.[side].filter(({ holds }) => !holds).map(({ code }) => code) ?? [];
    if (conditions === null || unmet === null || isSameSet(failing, unmet[side])) continue;
    yield [`unmet.${side}`, `${listed(unmet[side])}, but the conditions that do not hold are ${listed(failing)}`];
  }
}

function isOff(sum: number, points: number): boolean {
  return Math.abs(sum - points) >= TOLERANCE;
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.every((code) => b.includes(code)) && b.every((code) => a.includes(code));
}

function listed(codes: readonly string[]): string {
  return codes.length === 0 ? 'none' : codes.join(', ');
}
