/** What must hold for every strategy, looked at on real markets: each check says what it looked at, and where it does not hold. */
import { sliceColumns, type CandleSeries } from '../core/candles.ts';
import { SIDES, type Judged, type Side, type Strategy, type Trigger } from '../core/strategy.ts';
import { TIMEFRAME_MS } from '../core/time.ts';
import type { OwnAnswer, OwnStrategy } from './remote.ts';

export interface CheckResult {
  readonly check: CheckName;
  /** How often it was looked at. */
  readonly looked: number;
  /** One line each, with market, candle and what is wrong. */
  readonly faults: readonly string[];
}

/** In the order in which they are shown, with what they promise. */
export const CHECKS = {
  answers: 'every answer has its shape, and its points, parts, conditions and levels fit together',
  'no writing': 'it leaves candles and indicators as they are',
  determinism: 'the same candles give the same answer, whatever it was asked before',
  prefix: 'no answer depends on what comes after its last candle, and heldAgo is what earlier answers said',
  'warm-up': 'beyond warmedUpAt candles neither direction nor points depend on where history starts',
  triggers: 'the close that a trigger names fires, a millionth nearer does not',
  time: 'it is far from its time limit',
} as const;

type CheckName = keyof typeof CHECKS;

export interface ContractResult {
  readonly checks: readonly CheckResult[];
  /** For a market: the median, and the slowest. */
  readonly ms: { readonly median: number; readonly most: number };
  readonly directions: Readonly<Record<'long' | 'short' | 'none', number>>;
  /** Answers whose market turned upside down does not give the other side, of how many. */
  readonly uneven: { readonly count: number; readonly of: number };
}

/** Of a walk through one market so many answers are looked at more closely. */
const CLOSER = 6;
/** Points. */
const WARMED_UP = 0.5;
const WARMED_UP_SHARE = 0.98;
const MILLIONTH = 1e-6;
/** Of the time limit. */
const SLOW_SHARE = 0.2;

export function checkContract(
  { strategy, ask }: Pick<OwnStrategy, 'strategy' | 'ask'>,
  markets: readonly CandleSeries[],
  timeoutMs: number,
): ContractResult {
  const found = createFindings();
  const times: number[] = [];
  const directions = { long: 0, short: 0, none: 0 };
  const uneven = { count: 0, of: 0 };
  const asking = (candles: CandleSeries): OwnAnswer => {
    const answer = ask(candles);
    times.push(answer.ms);
    found.look('answers', candles, isFault(answer) ? answer.judgement.text : null);
    found.look('no writing', candles, answer.written === null ? null : `it writes to ${answer.written}`);
    return answer;
  };
  for (const candles of markets) {
    const walked = walk(strategy, candles, asking, found);
    for (const { direction } of walked.values()) directions[direction] += 1;
    for (const bar of closerBars(walked, strategy.warmedUpAt)) {
      const seen = sliceColumns(candles, 0, bar + 1);
      lookCloser(strategy, seen, walked.get(bar)!, { ask: asking, fresh: (one) => ask(one, true), found });
      uneven.of += 1;
      if (!isEven(walked.get(bar)!, asking(mirrored(seen)))) uneven.count += 1;
    }
  }
  times.sort((a, b) => a - b);
  const ms = { median: times[times.length >> 1] ?? 0, most: times.at(-1) ?? 0 };
  const slow =
    ms.median > SLOW_SHARE * timeoutMs ? `the median market takes ${ms.median.toFixed(0)} ms of ${timeoutMs}` : null;
  found.look('time', null, slow);
  return { checks: found.results(), ms, directions, uneven };
}

type Ask = (candles: CandleSeries) => OwnAnswer;

/** What the guard refused, a throw or a late answer; candles that allow no answer are none. */
function isFault(answer: OwnAnswer): answer is OwnAnswer & { readonly judgement: { readonly text: string } } {
  return answer.judgement.kind === 'failed' && answer.judgement.code.startsWith('strategy-');
}

/** Asks at each candle from the warm-up on, as if it were the last one. */
function walk({ warmup }: Strategy, candles: CandleSeries, ask: Ask, found: Findings): ReadonlyMap<number, Judged> {
  const answers = new Map<number, Judged>();
  for (let bar = warmup - 1; bar < candles.length; bar += 1) {
    const seen = sliceColumns(candles, 0, bar + 1);
    const { judgement } = ask(seen);
    if (judgement.kind === 'failed') continue;
    answers.set(bar, judgement);
    const earlier = [0, 1, 2].map((ago) => answers.get(bar - ago));
    for (const side of SIDES) {
      if (earlier.includes(undefined)) continue;
      const ago = earlier.findIndex((one) => one!.unmet[side].length === 0);
      const held = judgement.heldAgo[side];
      const expected = ago < 0 ? null : ago;
      found.look(
        'prefix',
        seen,
        held === expected ? null : `heldAgo.${side} is ${held}, earlier answers say ${expected}`,
      );
    }
  }
  return answers;
}

/** Some with a direction, some with a trigger, some that are warmed up, the rest spread evenly. */
function closerBars(walked: ReadonlyMap<number, Judged>, warmedUpAt: number): readonly number[] {
  const bars = [...walked.keys()];
  const some = (wanted: readonly number[], count: number): readonly number[] =>
    wanted.filter((_, index) => index % Math.ceil(wanted.length / count) === 0);
  const fired = bars.filter((bar) => walked.get(bar)!.direction !== 'none');
  const waiting = bars.filter((bar) => SIDES.some((side) => walked.get(bar)!.triggers[side] !== null));
  const warm = bars.filter((bar) => bar >= warmedUpAt);
  return [...new Set([fired, waiting, warm, bars].flatMap((wanted) => some(wanted, CLOSER)))];
}

interface Closer {
  readonly ask: Ask;
  readonly fresh: Ask;
  readonly found: Findings;
}

function lookCloser(strategy: Strategy, seen: CandleSeries, first: Judged, { ask, fresh, found }: Closer): void {
  const again = difference(first, ask(seen).judgement);
  found.look('determinism', seen, again === null ? null : `a second question changes ${again}`);
  const clean = difference(fresh(seen).judgement, ask(seen).judgement);
  found.look('prefix', seen, clean === null ? null : `candles that lie behind in memory change ${clean}`);
  lookAtWarmUp(strategy, seen, first, ask, found);
  for (const side of SIDES) {
    const trigger = first.triggers[side];
    if (trigger !== null) found.look('triggers', seen, triggerFault(seen, side, trigger, ask));
  }
}

function lookAtWarmUp({ warmedUpAt }: Strategy, seen: CandleSeries, whole: Judged, ask: Ask, found: Findings): void {
  if (seen.length <= warmedUpAt) return;
  const { judgement } = ask(sliceColumns(seen, seen.length - warmedUpAt, seen.length));
  if (judgement.kind === 'failed') return;
  const moved = Math.abs(pointsOf(judgement) - pointsOf(whole));
  const turned = judgement.direction === whole.direction ? null : `${whole.direction} becomes ${judgement.direction}`;
  const text = turned ?? (moved <= WARMED_UP ? null : `${moved.toFixed(1)} points`);
  found.look('warm-up', seen, text === null ? null : `with the last ${warmedUpAt} candles alone: ${text}`);
}

function pointsOf({ points }: Judged): number {
  return points.reduce((sum, one) => sum + one.points, 0);
}

function triggerFault(seen: CandleSeries, side: Side, { price }: Trigger, ask: Ask): string | null {
  const fires = (close: number): boolean => {
    const { judgement } = ask(withNext(seen, close));
    return judgement.kind === 'judged' && judgement.direction === side;
  };
  const nearer = price * (1 - (side === 'long' ? MILLIONTH : -MILLIONTH));
  if (!fires(price)) return `a close at ${price} does not fire the ${side} that triggers.${side} names`;
  return fires(nearer) ? `${nearer} fires the ${side} as well, nearer than triggers.${side} ${price}` : null;
}

/** One candle more: it opens at the last close, reaches from there to `close` and has the average of the volumes measured in the last 20. */
function withNext(candles: CandleSeries, close: number): CandleSeries {
  const { length, timeframe } = candles;
  const open = candles.close[length - 1]!;
  const measured = candles.volume.subarray(length - 20, length).filter((one) => !Number.isNaN(one));
  const add = (column: Float64Array, value: number): Float64Array =>
    Float64Array.of(...column.subarray(0, length), value);
  return {
    ...candles,
    length: length + 1,
    time: add(candles.time, candles.time[length - 1]! + TIMEFRAME_MS[timeframe]),
    open: add(candles.open, open),
    high: add(candles.high, Math.max(open, close)),
    low: add(candles.low, Math.min(open, close)),
    close: add(candles.close, close),
    volume: add(candles.volume, measured.reduce((sum, one) => sum + one, 0) / measured.length),
  };
}

/** The market upside down, in the same range of prices. */
function mirrored(candles: CandleSeries): CandleSeries {
  const { open, high, low, close } = candles;
  const sum = Math.max(...high) + Math.min(...low);
  const turn = (column: Float64Array): Float64Array => column.map((price) => sum - price);
  return { ...candles, open: turn(open), high: turn(low), low: turn(high), close: turn(close) };
}

function isEven({ direction, unmet }: Judged, { judgement }: OwnAnswer): boolean {
  if (judgement.kind === 'failed') return true;
  const other = { long: 'short', short: 'long', none: 'none' } as const;
  return judgement.direction === other[direction] && judgement.unmet.long.length === unmet.short.length;
}

/** The path to the first difference; null when there is none. */
function difference(one: unknown, other: unknown, path = ''): string | null {
  if (Object.is(one, other) || one === other) return null;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return path || 'all of it';
  const [left, right] = [one, other] as readonly Readonly<Record<string, unknown>>[];
  for (const name of new Set([...Object.keys(left!), ...Object.keys(right!)])) {
    const found = difference(left![name], right![name], path === '' ? name : `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

interface Findings {
  /** `text` null: it holds. `candles` null: it is not about one market. */
  readonly look: (check: CheckName, candles: CandleSeries | null, text: string | null) => void;
  readonly results: () => readonly CheckResult[];
}

function createFindings(): Findings {
  const names = Object.keys(CHECKS) as CheckName[];
  const all = new Map(names.map((check) => [check, { check, looked: 0, faults: [] as string[] }]));
  return {
    look: (check, candles, text) => {
      const result = all.get(check)!;
      result.looked += 1;
      if (text !== null) result.faults.push(candles === null ? text : `${placeOf(candles)}: ${text}`);
    },
    results: () =>
      [...all.values()].map(({ check, looked, faults }) => {
        // The start of history never fades away whole.
        const isLittle = check === 'warm-up' && faults.length <= (1 - WARMED_UP_SHARE) * looked;
        return { check, looked, faults: isLittle ? [] : faults };
      }),
  };
}

function placeOf({ market: { exchange, symbol }, time, length }: CandleSeries): string {
  return `${exchange}:${symbol} at ${new Date(time[length - 1]!).toISOString().slice(0, 16).replace('T', ' ')}`;
}
