/** From both sides' answers to one evaluation. */
import type { Direction, Evaluation, Observable, Reason, Setup, Side } from '../core/strategy.ts';
import type { ExternalBlock } from './external-block.ts';
import type { PriceBlock } from './scoring.ts';
import { digits, priceComponent, signOf, sumOfPoints } from './scoring.ts';

/** One demand of a gate; `text` says, with the numbers, why it does not hold. */
export interface Condition {
  readonly holds: boolean;
  readonly code: string;
  readonly text: () => string;
}

export type Gate =
  | { readonly holds: true; readonly reason: Reason; readonly setup: Setup }
  | { readonly holds: false; readonly reason: Reason };

/** What one side gets from candles alone. */
export interface SideAnswer {
  readonly blocks: readonly PriceBlock[];
  readonly gate: Gate;
}

export interface Verdict {
  readonly direction: Direction;
  readonly side: Side;
  readonly answer: SideAnswer;
}

/**
 * The gate in its order: the first condition that does not hold is the reason. `pass` is asked for the levels only when all hold.
 * Levels that are not positive prices (a target 4 ATR below a coin that has lost almost everything) cannot be traded, so such a
 * gate does not hold either: no direction is honest, a level moved to where an order fits would not be.
 */
export function gateOf(conditions: readonly Condition[], pass: () => { reason: Reason; setup: Setup }): Gate {
  const unmet = conditions.find((condition) => !condition.holds);
  if (unmet) return { holds: false, reason: { code: unmet.code, text: unmet.text() } };
  const { reason, setup } = pass();
  const { stop_loss: stop, take_profit: target } = setup;
  if (stop > 0 && target > 0) return { holds: true, reason, setup };
  const text = `${reason.text}, but the levels are no prices: stop ${digits(stop)}, target ${digits(target)}`;
  return { holds: false, reason: { code: 'NO_GATE_LEVELS', text } };
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
  const better: Side = sumOfPoints(short.blocks) > sumOfPoints(long.blocks) ? 'short' : 'long';
  const side = long.gate.holds === short.gate.holds ? better : long.gate.holds ? 'long' : 'short';
  const answer = side === 'long' ? long : short;
  return { direction: answer.gate.holds ? side : 'none', side, answer };
}

export function scored(
  { direction, side, answer }: Verdict,
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

/** Without a range nothing can be measured in ranges: distances, stops and targets would be infinite or zero. */
export function withoutRange(atr: number): Evaluation | null {
  if (atr > 0 && Number.isFinite(atr)) return null;
  return { kind: 'failed', code: 'ATR_ZERO', text: `the average true range of 14 candles is ${digits(atr)}` };
}
