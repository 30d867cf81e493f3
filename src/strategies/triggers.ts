/** At which close of the next candle a side's conditions would all hold. */
import type { MarketView, Side, Trigger } from '../core/strategy.ts';
import { signOf } from './sides.ts';

const SIGNIFICANT_DIGITS = 8;
/** Closes beyond this many times the last one, or below that part of it, are no triggers. */
const REACH = 2;
/** Relative, and more than eight digits can round. */
const NEARER = 1e-6;
/** How many prices of eight digits are looked at: the edge may be off by rounding, and the first one may lie before it. */
const PRICES = 4;

/**
 * `edge`: the price beyond which the side's conditions hold, apart from what rounding does to it, never nearer than the last close; NaN
 * when there is none. The first price of eight digits beyond it that fires is the trigger, unless a close that is a millionth nearer
 * fires as well: then it is not the close that is missing.
 */
export function triggerAt(
  view: MarketView,
  side: Side,
  edge: number,
  fires: (next: MarketView) => boolean,
): Trigger | null {
  const { close, length } = view.candles;
  const last = close[length - 1]!;
  const away = signOf(side);
  if (!isWithinReach(edge, last)) return null;
  const exponent = Math.floor(Math.log10(edge)) + 1 - SIGNIFICANT_DIGITS;
  const whole = Math.round(edge / 10 ** exponent);
  for (let steps = 0; steps < PRICES; steps += 1) {
    const price = Number(`${whole + away * steps}e${exponent}`);
    if (away * (price - edge) <= 0 || !fires(view.next(price))) continue;
    if (!isWithinReach(price, last) || fires(view.next(price * (1 - away * NEARER)))) return null;
    return { price, distanceAtr: (price - last) / view.indicators.atr14[length - 1]! };
  }
  return null;
}

function isWithinReach(price: number, last: number): boolean {
  return price >= last / REACH && price <= last * REACH;
}

/** The farthest close that can be a trigger of the side. */
export function farthest(view: MarketView, side: Side): number {
  const last = view.candles.close[view.candles.length - 1]!;
  return side === 'long' ? last * REACH : last / REACH;
}

/** Of a stretch that is no longer than a price: eleven digits of it, and eight are shown. */
const HALVINGS = 37;

/** Where between `near` and `far` the lead turns positive; NaN when it is not at `far`, `near` when it is there already. */
export function firstAhead(near: number, far: number, lead: (close: number) => number): number {
  if (lead(near) > 0) return near;
  if (!(lead(far) > 0)) return Number.NaN;
  let [behind, ahead] = [near, far];
  for (let step = 0; step < HALVINGS; step += 1) {
    const between = (behind + ahead) / 2;
    if (lead(between) > 0) ahead = between;
    else behind = between;
  }
  return ahead;
}
