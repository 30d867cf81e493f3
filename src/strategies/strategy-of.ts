/** From a strategy's tables to the strategy. What is measured once at a candle serves both sides. */
import type {
  Direction,
  Explanation,
  Judged,
  Judgement,
  MarketView,
  Observable,
  PricePoints,
  Reason,
  Side,
  Strategy,
  Trigger,
} from '../core/strategy.ts';
import type { ConditionRule, Entry } from './conditions.ts';
import { explainConditions, firstUnmet, meetsAll, setupOf, unmetOf } from './conditions.ts';
import type { ComponentRule } from './parts.ts';
import { explainParts, pointsOf } from './parts.ts';
import type { BySide } from './sides.ts';
import { signOf } from './sides.ts';
import { digits } from './texts.ts';
import { triggerAt } from './triggers.ts';

type About = Omit<Strategy, 'judge' | 'explain'>;

/** `R` is what is read at a candle, `E` what a side's conditions look at, `F` what its points look at beside that. */
export interface Rules<R, E extends Entry, F extends E> extends About {
  readonly maxBars: number;
  readonly conditions: readonly ConditionRule<E>[];
  readonly components: readonly ComponentRule<F>[];
  readonly readAt: (view: MarketView, bar: number) => R;
  readonly entryOf: (reading: R, side: Side) => E;
  /** Asked for the last candle only. */
  readonly factsOf: (view: MarketView, reading: R) => BySide<F>;
  readonly entryReason: (entry: E) => Reason;
  /** From which close of the next candle on, as the side sees it, the conditions may all hold; NaN when another close cannot do it. */
  readonly edgeOf: (view: MarketView, reading: R, side: Side) => number;
  readonly spanMs: (view: MarketView, reading: R) => number;
  readonly observe: (view: MarketView, facts: F) => { readonly [key: string]: Observable };
}

export function strategyOf<R, E extends Entry, F extends E>(rules: Rules<R, E, F>): Strategy {
  const { id, summary, record, warmup, warmedUpAt, parameters, series } = rules;
  return {
    id,
    summary,
    record,
    warmup,
    warmedUpAt,
    parameters,
    series,
    judge: (view) => judge(rules, view),
    explain: (view, judged) => explain(rules, view, judged),
  };
}

function judge<R, E extends Entry, F extends E>(rules: Rules<R, E, F>, view: MarketView): Judgement {
  const bar = view.candles.length - 1;
  const failure = unusable(view.candles.close[bar]!, view.indicators.atr14[bar]!);
  if (failure !== null) return failure;
  const reading = rules.readAt(view, bar);
  const facts = rules.factsOf(view, reading);
  const unmet = { long: unmetOf(rules.conditions, facts.long), short: unmetOf(rules.conditions, facts.short) };
  const points = { long: pointsOf(rules.components, facts.long), short: pointsOf(rules.components, facts.short) };
  const side = sideOf(unmet, points);
  const direction: Direction = unmet[side].length === 0 ? side : 'none';
  const isOpen = direction === 'none';
  return {
    kind: 'judged',
    direction,
    side,
    setup: isOpen ? null : setupOf(facts[side], rules.maxBars),
    points: points[side],
    triggers: {
      long: isOpen ? triggerOf(rules, view, reading, 'long') : null,
      short: isOpen ? triggerOf(rules, view, reading, 'short') : null,
    },
    unmet,
    heldAgo: heldAgo(rules, view, unmet),
    seriesSpanMs: rules.spanMs(view, reading),
  };
}

/** Without a price or a range nothing can be measured: distances, stops and targets would be infinite, zero or no numbers. */
function unusable(close: number, atr: number): Judgement | null {
  if (!(close > 0 && close < Infinity)) {
    return { kind: 'failed', code: 'NO_PRICE', text: `the last close is ${digits(close)}` };
  }
  if (atr > 0 && atr < Infinity) return null;
  return { kind: 'failed', code: 'ATR_ZERO', text: `the average true range of 14 candles is ${digits(atr)}` };
}

/** The side whose conditions hold; without one the side with more points from prices, long on a tie. */
function sideOf(unmet: BySide<readonly string[]>, points: BySide<readonly PricePoints[]>): Side {
  const longHolds = unmet.long.length === 0;
  if (longHolds !== (unmet.short.length === 0)) return longHolds ? 'long' : 'short';
  return sum(points.short) > sum(points.long) ? 'short' : 'long';
}

function sum(points: readonly PricePoints[]): number {
  let total = 0;
  for (const one of points) total += one.points;
  return total;
}

function triggerOf<R, E extends Entry, F extends E>(
  { conditions, readAt, entryOf, edgeOf }: Rules<R, E, F>,
  view: MarketView,
  reading: R,
  side: Side,
): Trigger | null {
  const edge = signOf(side) * edgeOf(view, reading, side);
  const at = view.candles.length;
  return triggerAt(view, side, edge, (next) => meetsAll(conditions, entryOf(readAt(next, at), side)));
}

/** How many candles back what began to hold is still said. */
const HELD_BARS = [1, 2] as const;

function heldAgo<R, E extends Entry, F extends E>(
  { conditions, readAt, entryOf }: Rules<R, E, F>,
  view: MarketView,
  unmet: BySide<readonly string[]>,
): Judged['heldAgo'] {
  const bar = view.candles.length - 1;
  let long: 0 | 1 | 2 | null = unmet.long.length === 0 ? 0 : null;
  let short: 0 | 1 | 2 | null = unmet.short.length === 0 ? 0 : null;
  for (const ago of HELD_BARS) {
    if (long !== null && short !== null) break;
    const reading = readAt(view, bar - ago);
    if (long === null && meetsAll(conditions, entryOf(reading, 'long'))) long = ago;
    if (short === null && meetsAll(conditions, entryOf(reading, 'short'))) short = ago;
  }
  return { long, short };
}

function explain<R, E extends Entry, F extends E>(
  rules: Rules<R, E, F>,
  view: MarketView,
  { side }: Judged,
): Explanation {
  const { conditions, components } = rules;
  const facts = rules.factsOf(view, rules.readAt(view, view.candles.length - 1));
  const own = facts[side];
  return {
    conditions: { long: explainConditions(conditions, facts.long), short: explainConditions(conditions, facts.short) },
    parts: explainParts(components, own),
    reasons: [firstUnmet(conditions, own) ?? rules.entryReason(own)],
    observability: rules.observe(view, own),
  };
}
