import { describe, expect, it } from 'vitest';
import { generator, syntheticHistory } from '../../contract/markets.ts';
import type { Answer } from './answer.ts';
import { answerTo } from './answer.ts';
import type { Candle } from './candles.ts';
import type { KnownAt } from './series.ts';
import { PENDING, funding, liquidations, longShort, openInterest } from './series.ts';

/** Prices are multiples of 1/64 around half of this, so that turning them is exact. */
const TOP = 8192;
const OTHER = { long: 'short', short: 'long', none: 'none' } as const;
const FIRST = 150;
const KINDS = new Set(['open_interest', 'funding_rate', 'long_short_ratio', 'liquidations']);

/** The second one has holes in its volume, some of them longer than an average looks back. */
const HISTORIES = [5, 6].map((seed) => {
  const { open, high, low, close, volume, length } = syntheticHistory(seed, 700).candles;
  return Array.from({ length }, (_, bar): Candle => {
    const isHole = seed === 6 && (bar % 3 === 0 || bar % 100 < 40);
    return [open[bar]!, high[bar]!, low[bar]!, close[bar]!, isHole ? NaN : volume[bar]!];
  });
});

function turned(candles: readonly Candle[]): Candle[] {
  return candles.map(([open, high, low, close, volume]) => [TOP - open, TOP - low, TOP - high, TOP - close, volume]);
}

/** One in five is not there yet. */
function knownOrPending(
  random: () => number,
  most: number,
  make: (below: number) => KnownAt,
): readonly [KnownAt, KnownAt] {
  const below = Math.floor(random() * (most + 1));
  return random() < 0.2 ? [PENDING, PENDING] : [make(below), make(most - below)];
}

/** The same market, and upside down: what the crowd did is turned, rising open interest stays rising. */
function bothWays(seed: number) {
  const random = generator(seed);
  const money = openInterest(Math.floor(random() * 501));
  const [rate, rateTurned] = knownOrPending(random, 179, funding);
  const [ratio, ratioTurned] = knownOrPending(random, 719, longShort);
  const [forced, forcedTurned] = knownOrPending(random, 500, liquidations);
  const upright = { open_interest: money, funding_rate: rate, long_short_ratio: ratio, liquidations: forced };
  const upsideDown = {
    open_interest: money,
    funding_rate: rateTurned,
    long_short_ratio: ratioTurned,
    liquidations: forcedTurned,
  };
  return { upright, upsideDown };
}

/** Ranges are another share of the price where the price stands elsewhere, so `calm` has no mirror image. */
function pointsOf({ points }: Answer): readonly (readonly [string, number])[] {
  return Object.entries(points).filter(([component]) => component !== 'calm');
}

function priceSum(answer: Answer): number {
  return pointsOf(answer).reduce((sum, [component, points]) => sum + (KINDS.has(component) ? 0 : points), 0);
}

/** What is not a mirror image. */
function differencesOf(upright: Answer, turnedOver: Answer): readonly string[] {
  const found: string[] = [];
  const demand = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  const same = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9;
  demand(turnedOver.direction === OTHER[upright.direction], 'direction');
  demand(turnedOver.holds.join() === upright.holds.map((side) => OTHER[side]).join(), 'conditions');
  const tie = upright.side === turnedOver.side;
  // A tie is a long either way: both then show the same side, and only the prices can be compared.
  demand(!tie || upright.direction === 'none', 'side');
  demand(same(priceSum(upright), priceSum(turnedOver)), 'price points');
  if (!tie) {
    for (const [component, points] of pointsOf(upright)) demand(same(points, turnedOver.points[component]!), component);
    demand(same(width(upright), width(turnedOver)), 'bounds');
  }
  const [levels, other] = [upright.levels, turnedOver.levels];
  if (levels !== null && other !== null) {
    demand(same(levels.entry, TOP - other.entry), 'entry');
    demand(same(levels.stop, TOP - other.stop), 'stop');
    demand(same(levels.target, TOP - other.target), 'target');
  }
  return found;
}

function width({ bounds: [low, high] }: Answer): number {
  return high - low;
}

describe.each(['trend-breakout', 'crowding-reversal', 'squeeze-break'])('%s', (id) => {
  it('swaps sides when prices and what the crowd did are turned upside down', () => {
    const wrong: string[] = [];
    const seen = { long: 0, short: 0, none: 0 };
    let swapped = 0;
    HISTORIES.forEach((candles, index) => {
      for (let bar = FIRST; bar < candles.length; bar += 1) {
        const shown = candles.slice(Math.max(0, bar + 1 - 600), bar + 1);
        const { upright, upsideDown } = bothWays(1000 * index + bar);
        const answer = answerTo(id, { candles: shown, series: upright });
        const other = answerTo(id, { candles: turned(shown), series: upsideDown });
        wrong.push(...differencesOf(answer, other).map((what) => `history ${index}, bar ${bar}: ${what}`));
        seen[answer.direction] += 1;
        if (answer.side !== other.side) swapped += 1;
      }
    });
    expect(wrong.slice(0, 10), `${wrong.length} differences`).toEqual([]);
    expect(Math.min(seen.long, seen.short)).toBeGreaterThan(2);
    expect(swapped).toBeGreaterThan(300);
  });
});
