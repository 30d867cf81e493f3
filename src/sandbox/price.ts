/** The price of a made-up coin on a grid of 15 minutes: the one path that candles and all series of the coin follow. */
import { DAY_MS, MINUTE_MS } from '../core/time.ts';
import type { Coin } from './coins.ts';
import { fractal, growth, worldKey } from './noise.ts';
import { REDENOMINATIONS, SCENARIOS, SHAPE_CANDLE_MS, trackAt } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';

/** Finest grid on which the world is generated; minutes are drawn inside its cells. */
export const STEP_MS = 15 * MINUTE_MS;

const STEPS_PER_DAY = DAY_MS / STEP_MS;

/** Noise of a few hours and noise of days to months; together a random walk on every scale between. */
const FAST = { shortest: 1, longest: 4 } as const;
const SLOW = { shortest: 16, longest: 4096 } as const;

/** Position of the grid point `step` in the scenario, in candles before its end; negative after it. */
function candlesBefore(scenario: Scenario, step: number): number {
  return (scenario.until - step * STEP_MS) / SHAPE_CANDLE_MS;
}

/** What the coin's scenario adds to `track` at grid point `step`; 0 without one. */
export function scenarioOffset(coin: Coin, track: 'openInterest' | 'premium' | 'longShort', step: number): number {
  const scenario = SCENARIOS.get(coin.ticker);
  return scenario === undefined ? 0 : trackAt(scenario.shape[track], candlesBefore(scenario, step));
}

/** As scenarioOffset, for the logarithm of volume: it is back to normal once the scenario is over. */
export function volumeOffset(coin: Coin, step: number): number {
  const scenario = SCENARIOS.get(coin.ticker);
  if (scenario === undefined) return 0;
  const before = candlesBefore(scenario, step);
  return before > 0 ? trackAt(scenario.shape.volume, before) : 0;
}

/**
 * Logarithm of price / typical price at the grid points from, from + 1, ... (units of STEP_MS since 1970), without
 * redenominations.
 */
function logPrice(coin: Coin, from: number, count: number): Float64Array {
  const key = worldKey('price', coin.ticker);
  const amplitude = 1.4 * coin.volatility;
  const fast = fractal(key, from, count, { ...FAST, amplitude });
  const slow = (start: number, points: number): Float64Array => fractal(key, start, points, { ...SLOW, amplitude });
  const path = slow(from, count);
  const scenario = SCENARIOS.get(coin.ticker);
  if (scenario !== undefined) follow(path, fast, from, scenario, (step) => slow(step, 1)[0]!);
  for (let i = 0; i < count; i++) path[i]! += fast[i]!;
  return path;
}

/** Bends `path` to the scenario's line; `fast` is damped in it, and after it the path goes on from where the line ends. */
function follow(
  path: Float64Array,
  fast: Float64Array,
  from: number,
  scenario: Scenario,
  slowAt: (step: number) => number,
): void {
  const { shape } = scenario;
  const end = scenario.until / STEP_MS;
  const start = end - (shape.candles * SHAPE_CANDLE_MS) / STEP_MS;
  if (from + path.length <= start) return;
  const atStart = slowAt(start);
  const atEnd = slowAt(end);
  for (let i = Math.max(0, start - from); i < path.length; i++) {
    const step = from + i;
    const line = atStart + trackAt(shape.price, candlesBefore(scenario, step));
    if (step <= end) {
      path[i] = line + shape.wander * (path[i]! - atStart);
      fast[i]! *= shape.jitter;
    } else {
      path[i] = line + shape.wander * (atEnd - atStart) + path[i]! - atEnd;
    }
  }
}

/** Prices of one coin in USD at the grid points, in its first unit: times unitFactor is what the market shows. */
export function prices(coin: Coin, from: number, count: number): Float64Array {
  return logPrice(coin, from, count).map((log) => coin.price * growth(log));
}

/** What a redenomination has made of the price by the grid point `step`: its factor, else 1. */
export function unitFactor(coin: Coin, step: number): number {
  const redenomination = REDENOMINATIONS.get(coin.ticker);
  return redenomination !== undefined && step * STEP_MS >= redenomination.at ? redenomination.factor : 1;
}

/** Change of the price's logarithm over the day before each grid point: what the crowd reacts to. */
export function dayChange(coin: Coin, from: number, count: number): Float64Array {
  const path = logPrice(coin, from - STEPS_PER_DAY, count + STEPS_PER_DAY);
  const change = new Float64Array(count);
  for (let i = 0; i < count; i++) change[i] = path[i + STEPS_PER_DAY]! - path[i]!;
  return change;
}
