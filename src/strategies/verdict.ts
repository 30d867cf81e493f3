/** From both sides' answers to one evaluation. */
import type { Direction, Evaluation, GateCondition, Observable, Reason, Setup, Side } from '../core/strategy.ts';
import type { ExternalBlock } from './external-block.ts';
import type { PriceBlock } from './scoring.ts';
import { digits, priceComponent, signOf, sumOfPoints } from './scoring.ts';

/** One demand of a gate; `text` says, with the numbers, why it does not hold. */
export interface Condition extends GateCondition {
  readonly text: () => string;
}

export type Gate = { readonly conditions: readonly GateCondition[]; readonly reason: Reason } & (
  | { readonly holds: true; readonly setup: Setup }
  | { readonly holds: false }
);

type Compared = Pick<GateCondition, 'measure' | 'value' | 'needs' | 'threshold'>;

const MIRRORED = { '>': '<', '>=': '<=', '<': '>', '<=': '>=' } as const;

/** What is compared, as the chart shows it: the rules of a short are written for negated values. */
export function compared(
  side: Side,
  measure: string,
  value: number,
  needs: GateCondition['needs'],
  threshold: number | null,
): Compared {
  if (side === 'long') return { measure, value, needs, threshold };
  return { measure, value: -value, needs: MIRRORED[needs], threshold: threshold === null ? null : -threshold };
}

/** What one side gets from candles alone. */
export interface SideAnswer {
  readonly blocks: readonly PriceBlock[];
  readonly gate: Gate;
}

export interface Verdict {
  readonly direction: Direction;
  readonly side: Side;
  readonly answer: SideAnswer;
  readonly gates: Readonly<Record<Side, Gate>>;
}

/**
 * The gate in its order: the first condition that does not hold is the reason. `pass` is asked for the levels only when all hold.
 * Levels that are not positive prices (a target 4 ATR below a coin that has lost almost everything) cannot be traded, so such a
 * gate does not hold either: no direction is honest, a level moved to where an order fits would not be.
 */
export function gateOf(conditions: readonly Condition[], pass: () => { reason: Reason; setup: Setup }): Gate {
  const unmet = conditions.find((condition) => !condition.holds);
  if (unmet) return { holds: false, conditions, reason: { code: unmet.code, text: unmet.text() } };
  const { reason, setup } = pass();
  const { stop_loss: stop, take_profit: target } = setup;
  if (stop > 0 && target > 0) return { holds: true, conditions, reason, setup };
  const code = 'NO_GATE_LEVELS';
  const text = `${reason.text}, but the levels are no prices: stop ${digits(stop)}, target ${digits(target)}`;
  const level = stop > 0 ? { measure: 'take_profit', value: target } : { measure: 'stop_loss', value: stop };
  const levels: GateCondition = { code, ...level, needs: '>', threshold: 0, holds: false };
  return { holds: false, conditions: [...conditions, levels], reason: { code, text } };
}

/** Entry at the close; distances in price, both positive. */
export function setupOf(side: Side, entry: number, stop: number, target: number, maxBars: number): Setup {
  const sign = signOf(side);
  return {
    entry,
    stop_loss: entry - sign * stop,
    take_profit: entry + sign * target,
    risk_reward: target / stop,
    max_bars: maxBars,
  };
}

/** The side whose gate holds; without one the side with more points from prices, long on a tie (rulings.md 12). */
export function chooseSide(long: SideAnswer, short: SideAnswer): Verdict {
  const better: Side = pricePoints(short) > pricePoints(long) ? 'short' : 'long';
  const side = long.gate.holds === short.gate.holds ? better : long.gate.holds ? 'long' : 'short';
  const answer = side === 'long' ? long : short;
  return { direction: answer.gate.holds ? side : 'none', side, answer, gates: { long: long.gate, short: short.gate } };
}

function pricePoints({ blocks }: SideAnswer): number {
  return blocks.reduce((sum, { parts }) => sum + sumOfPoints(parts), 0);
}

export function scored(
  { direction, side, answer, gates }: Verdict,
  external: ExternalBlock,
  observability: { readonly [key: string]: Observable },
): Evaluation {
  const prices = answer.blocks.map(priceComponent);
  const components = [...prices, ...external.components];
  return {
    kind: 'scored',
    direction,
    side,
    components,
    gate: { long: rowsOf(gates.long), short: rowsOf(gates.short) },
    setup: answer.gate.holds ? answer.gate.setup : null,
    reasons: [
      answer.gate.reason,
      ...prices.filter(({ points }) => points > 0).map(({ code, text }) => ({ code, text })),
      ...external.reasons,
    ],
    external: external.reading,
    observability,
  };
}

/** Without the texts, which are only written for the one that is the reason. */
function rowsOf({ conditions }: Gate): readonly GateCondition[] {
  return conditions.map(({ code, measure, value, needs, threshold, holds }) => {
    return { code, measure, value, needs, threshold, holds };
  });
}

/** Without a range nothing can be measured in ranges: distances, stops and targets would be infinite or zero. */
export function withoutRange(atr: number): Evaluation | null {
  if (atr > 0 && Number.isFinite(atr)) return null;
  return { kind: 'failed', code: 'ATR_ZERO', text: `the average true range of 14 candles is ${digits(atr)}` };
}
