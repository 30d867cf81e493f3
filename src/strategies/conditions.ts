/** The entry of a strategy as a table: conditions that must all hold. Directions, what is unmet, triggers and explanations come from it. */
import type { Condition, Reason, Setup, Side } from '../core/strategy.ts';
import type { BySide } from './sides.ts';
import { bothSides, signOf } from './sides.ts';
import { digits } from './texts.ts';

/** What conditions look at; prices as the side sees them. */
export interface Entry {
  readonly side: Side;
  readonly close: number;
  /** ATR14. */
  readonly atr: number;
  /** From the close to the stop and to the target, price units; positive where the conditions hold. */
  readonly stop: number;
  readonly target: number;
}

/** What the table says for longs; `<` is how a short is shown a `>`. */
type Needs = Exclude<Condition['needs'], '<'>;

export interface ConditionRule<E> {
  readonly code: BySide<string>;
  readonly measure: BySide<string>;
  readonly value: (entry: E) => number;
  readonly needs: Needs;
  /** NaN while it depends on a condition that does not hold. */
  readonly threshold: (entry: E) => number;
  /** The same comparison in the unit that says most, where that is another one. */
  readonly shown?: { readonly value: (entry: E) => number; readonly threshold: (entry: E) => number };
  /** A short is shown as this less what it sees: 0 for prices, 100 for an index of 0 to 100. Absent: it is shown what it sees. */
  readonly shortFrom?: 0 | 100;
  /** Says, with the numbers, why it does not hold. */
  readonly text: (entry: E) => string;
}

/** A table says all of a rule for longs; this much of it is the same for both sides. */
export const same = bothSides<string>;

function meets<E>({ value, needs, threshold }: ConditionRule<E>, entry: E): boolean {
  return compare(value(entry), needs, threshold(entry));
}

/** By how much a condition that needs more than its threshold has it. */
export function leadOf<E>({ value, threshold }: ConditionRule<E>, entry: E): number {
  return value(entry) - threshold(entry);
}

export function meetsAll<E>(rules: readonly ConditionRule<E>[], entry: E): boolean {
  for (const rule of rules) if (!meets(rule, entry)) return false;
  return true;
}

const NOTHING: readonly string[] = [];

export function unmetOf<E extends Entry>(rules: readonly ConditionRule<E>[], entry: E): readonly string[] {
  if (meetsAll(rules, entry)) return NOTHING;
  return rules.filter((rule) => !meets(rule, entry)).map(({ code }) => code[entry.side]);
}

/** The first condition that the side does not meet; null when it meets them all. */
export function firstUnmet<E extends Entry>(rules: readonly ConditionRule<E>[], entry: E): Reason | null {
  const rule = rules.find((one) => !meets(one, entry));
  return rule === undefined ? null : { code: rule.code[entry.side], text: rule.text(entry) };
}

export function explainConditions<E extends Entry>(rules: readonly ConditionRule<E>[], entry: E): readonly Condition[] {
  return rules.map((rule) => {
    const { code, measure, needs, shortFrom, shown = rule } = rule;
    const turned = shortFrom !== undefined && entry.side === 'short';
    const turn = (seen: number): number => (turned ? shortFrom - seen : seen);
    const threshold = shown.threshold(entry);
    return {
      code: code[entry.side],
      measure: measure[entry.side],
      value: turn(shown.value(entry)),
      needs: turned ? MIRRORED[needs] : needs,
      threshold: Number.isNaN(threshold) ? null : turn(threshold),
      holds: meets(rule, entry),
    };
  });
}

const MIRRORED = { '>': '<', '>=': '<=', '<=': '>=' } as const;

function compare(value: number, needs: Needs, threshold: number): boolean {
  if (needs === '>') return value > threshold;
  return needs === '>=' ? value >= threshold : value <= threshold;
}

/** Stop and target as prices. */
function levelsOf({ side, close, stop, target }: Entry): { readonly stop: number; readonly target: number } {
  const entry = Math.abs(close);
  const sign = signOf(side);
  return { stop: entry - sign * stop, target: entry + sign * target };
}

/** The lower one of stop and target. */
function lowestLevel(entry: Entry): number {
  const { stop, target } = levelsOf(entry);
  return entry.side === 'long' ? stop : target;
}

/**
 * Levels that are no prices (a target 4 ATR below a coin that has lost almost everything) cannot be traded. No direction is honest;
 * a level moved to where an order fits would not be.
 */
export const LEVELS_ABOVE_ZERO: ConditionRule<Entry> = {
  code: { long: 'STOP_ABOVE_ZERO', short: 'TARGET_ABOVE_ZERO' },
  measure: { long: 'stop_loss', short: 'take_profit' },
  value: lowestLevel,
  needs: '>',
  threshold: () => 0,
  text: (entry) =>
    `the ${entry.side === 'long' ? 'stop' : 'target'} would stand at ${digits(lowestLevel(entry))}: no price`,
};

export function setupOf(entry: Entry, maxBars: number): Setup {
  const price = Math.abs(entry.close);
  const { stop, target } = levelsOf(entry);
  return {
    entry: price,
    stop_loss: stop,
    take_profit: target,
    risk_reward: (target - price) / (price - stop),
    max_bars: maxBars,
  };
}
