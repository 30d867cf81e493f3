/** From which close of the next candle on a squeeze would be broken. */
import type { MarketView, Side } from '../core/strategy.ts';
import type { ConditionRule } from './conditions.ts';
import { leadOf } from './conditions.ts';
import { signOf } from './sides.ts';
import type { Reading, SqueezeEntry } from './squeeze-facts.ts';
import { PARAMETERS, entryOf, readAt } from './squeeze-facts.ts';
import { squeezeMargin } from './squeeze.ts';
import { farthest, firstAhead } from './triggers.ts';

/**
 * As the side sees it; NaN when no close can do it. The close must leave the range of the run, then bring momentum with it, and where
 * the squeeze has not ended yet, widen the band so far that it ends.
 */
export function edgeOf(view: MarketView, reading: Reading, side: Side, momentum: ConditionRule<SqueezeEntry>): number {
  const run = reading.upcoming();
  if (run === null || run.length < PARAMETERS.min_squeeze_bars) return Number.NaN;
  const at = view.candles.length;
  const sign = signOf(side);
  const near = Math.max(sign * reading.close, side === 'long' ? run.high : -run.low);
  const far = sign * farthest(view, side);
  const leads = (close: number): number => leadOf(momentum, entryOf(readAt(view.next(sign * close), at), side));
  const edge = firstAhead(near, far, leads);
  // Widening ends a squeeze for good: beyond the close that ends it every other one does, too.
  const goesOn = run.end === at - 1;
  return goesOn ? firstAhead(edge, far, (close) => -squeezeMargin(view.next(sign * close).indicators, at)) : edge;
}
