import { describe, expect, it } from 'vitest';
import { atr } from './oracle/atr.ts';
import { pivotHighs } from '../../src/indicators/pivots.ts';
import type { PivotFinder, Trendline, TrendlineOptions } from '../../src/indicators/trendlines.ts';
import { findTrendlines, trendlineValue } from '../../src/indicators/trendlines.ts';
import type { Bars } from './planted.ts';
import { PLANTED, plantedResistance, plantedValue, randomWalk, seeded } from './planted.ts';

const LAST = PLANTED.length - 1;
const SEEDS = Array.from({ length: 200 }, (_, i) => i + 1);

function atrAt({ high, low, close }: Bars, t: number): number {
  return atr(high, low, close, 14)[t]!;
}

function lineAt(bars: Bars, t: number, side: Trendline['side'], options: Partial<TrendlineOptions> = {}) {
  return findTrendlines(bars, t, side, { atr: atrAt(bars, t), exclude: 1, ...options });
}

function mapBars(bars: Bars, change: (price: number) => number): Bars {
  return { high: bars.high.map(change), low: bars.low.map(change), close: bars.close.map(change) };
}

/** Prices upside down: highs become lows. */
function mirrored({ high, low, close }: Bars): Bars {
  return { high: low.map((price) => -price), low: high.map((price) => -price), close: close.map((price) => -price) };
}

function cut({ high, low, close }: Bars, length: number): Bars {
  return { high: high.slice(0, length), low: low.slice(0, length), close: close.slice(0, length) };
}

/** The bars up to `t`, and after it another future: shuffled and ten times as high. */
function withOtherFuture({ high, low, close }: Bars, t: number, random: () => number): Bars {
  const order = [...high.keys()].slice(t + 1).toSorted(() => random() - 0.5);
  const change = (column: Float64Array) => column.map((price, i) => (i <= t ? price : 10 * column[order[i - t - 1]!]!));
  return { high: change(high), low: change(low), close: change(close) };
}

/** A flat resistance at 100 with highs on it every 30 bars, closes well below, and an ATR given as 1. */
function flatResistance(): Bars {
  const length = 200;
  const high = Float64Array.from({ length }, (_, q) => (q % 30 === 20 ? 100 : 97 - (q % 7) / 10));
  return { high, low: high.map((price) => price - 2), close: high.map((price) => price - 1) };
}

describe('a planted line', () => {
  function recovered(noise: number): number {
    return SEEDS.filter((seed) => {
      const bars = plantedResistance(seed, noise);
      const line = lineAt(bars, LAST, 'resistance');
      if (line === null) return false;
      const near = (q: number) => Math.abs(trendlineValue(line, q) - plantedValue(q)) <= 0.5;
      return line.touches.length >= 4 && near(PLANTED.touches[0]) && near(LAST);
    }).length;
  }

  it('without noise is found every time, with all its touches', () => {
    expect(recovered(0)).toBe(200);
    const line = lineAt(plantedResistance(1, 0), LAST, 'resistance');
    expect(line?.touches).toEqual(PLANTED.touches);
    expect(line?.slopePerBar).toBeCloseTo(PLANTED.slopePerBar, 9);
    expect(line?.valueNow).toBeCloseTo(plantedValue(LAST), 9);
    expect(line?.span).toBe(200);
  });

  it('with a tenth of a price unit of noise is found in at least 195 of 200 markets', () => {
    expect(recovered(0.1)).toBeGreaterThanOrEqual(195);
  });

  it('is lost more and more when noise reaches the tolerance', () => {
    expect(recovered(0.3)).toBeLessThan(recovered(0.1));
  });
});

describe('a line', () => {
  it('is rejected by one close beyond its tolerance, and kept by one within it', () => {
    const bars = flatResistance();
    bars.close[100] = 100.25;
    expect(findTrendlines(bars, 199, 'resistance', { atr: 1, exclude: 1 })?.touches).toEqual([
      20, 50, 80, 110, 140, 170,
    ]);
    bars.close[100] = 100.26;
    expect(findTrendlines(bars, 199, 'resistance', { atr: 1, exclude: 1 })?.touches).toEqual([110, 140, 170]);
  });

  it('is touched by a high that is a tolerance away, and no further', () => {
    const bars = flatResistance();
    bars.high[80] = 99.75;
    expect(findTrendlines(bars, 199, 'resistance', { atr: 1, exclude: 1 })?.touches).toContain(80);
    bars.high[80] = 99.74;
    expect(findTrendlines(bars, 199, 'resistance', { atr: 1, exclude: 1 })?.touches).not.toContain(80);
  });

  it('stands on two pivots that are at least 10 bars apart', () => {
    const touching = (secondTouch: number) => {
      const bars = mapBars(flatResistance(), () => 90);
      const line = (q: number) => 100 + (q - 100) / 10;
      bars.high[100] = line(100);
      bars.high[secondTouch] = line(secondTouch);
      bars.high[125] = line(125) - 0.2;
      // Rules out the line from the first pivot to the last, which runs a little lower here.
      bars.high[120] = bars.close[120] = line(120) + 0.2;
      return findTrendlines(bars, 199, 'resistance', { atr: 1, exclude: 1 });
    };
    expect(touching(110)).toMatchObject({ i: 100, j: 110, touches: [100, 110, 125] });
    expect(touching(109)).toBeNull();
  });

  it('through collinear pivots goes through the last of them, whatever rounding makes of them', () => {
    // At the second offset the raw score of another pair is larger by its last bit.
    for (const offset of [0, 8_094.099999999999, 1e6]) {
      const bars = mapBars(plantedResistance(1, 0), (price) => price + offset);
      expect(findTrendlines(bars, LAST, 'resistance', { atr: 1, exclude: 1 })).toMatchObject({ i: 80, j: 280 });
    }
  });

  it('is not violated by wicks', () => {
    const bars = flatResistance();
    bars.high[64] = 103;
    const line = findTrendlines(bars, 199, 'resistance', { atr: 1, exclude: 1 });
    expect(line?.touches).toEqual([20, 50, 80, 110, 140, 170]);
  });

  it('is broken by a close beyond the tolerance in the excluded bars, measured in ATR', () => {
    const bars = flatResistance();
    bars.close[199] = 101;
    const line = findTrendlines(bars, 199, 'resistance', { atr: 2, exclude: 1 });
    expect(line).toMatchObject({ valueNow: 100, broken: true, brokenBy: 0.5, tolerance: 0.5 });
    bars.close[199] = 100.5;
    expect(findTrendlines(bars, 199, 'resistance', { atr: 2, exclude: 1 })).toMatchObject({
      broken: false,
      brokenBy: 0.25,
    });
    bars.close[199] = 99;
    expect(findTrendlines(bars, 199, 'resistance', { atr: 2, exclude: 1 })).toMatchObject({
      broken: false,
      brokenBy: -0.5,
    });
  });

  it('may have been broken anywhere in the excluded bars, and only there', () => {
    const bars = flatResistance();
    bars.close[197] = bars.close[199] = 101;
    expect(findTrendlines(bars, 199, 'resistance', { atr: 1, exclude: 3 })?.valueNow).toBe(100);
    expect(findTrendlines(bars, 199, 'resistance', { atr: 1, exclude: 2 })).toBeNull();
  });

  it('goes through the later of equally good pairs and is known once its last touch is confirmed', () => {
    const line = findTrendlines(flatResistance(), 199, 'resistance', { atr: 1, exclude: 1 });
    expect(line).toMatchObject({
      i: 20,
      j: 170,
      slopePerBar: 0,
      anchorPrice: 100,
      span: 150,
      score: 6_150,
      confirmedAt: 175,
    });
  });

  it('reaches over at least 20 bars', () => {
    const touching = (third: number) => {
      const bars = mapBars(flatResistance(), () => 90);
      for (const q of [100, 110, third]) bars.high[q] = 100;
      return findTrendlines(bars, 199, 'resistance', { atr: 1, exclude: 1 });
    };
    expect(touching(120)).toMatchObject({ touches: [100, 110, 120], span: 20 });
    expect(touching(119)).toBeNull();
  });

  it('stands on the newest 40 pivots', () => {
    const bars = mapBars(flatResistance(), () => 90);
    for (let q = 2; q < 200; q += 3) bars.high[q] = 100;
    const line = findTrendlines(bars, 199, 'resistance', { atr: 1, exclude: 1, k: 1 });
    // The last of them is bar 197.
    expect(line?.touches).toEqual(Array.from({ length: 40 }, (_, n) => 197 - 3 * (39 - n)));
  });

  it('may begin with the first bar that can be a pivot', () => {
    const length = 200;
    const high = Float64Array.from({ length }, (_, q) => (q % 30 === 5 ? 100 : 97 - (q % 7) / 10));
    const bars = { high, low: high.map((price) => price - 2), close: high.map((price) => price - 1) };
    const touches = [5, 35, 65, 95, 125, 155, 185];
    expect(findTrendlines(bars, 199, 'resistance', { atr: 1, exclude: 1 })?.touches).toEqual(touches);
    const upsideDown = mapBars(mirrored(bars), (price) => price + 200);
    expect(findTrendlines(upsideDown, 199, 'support', { atr: 1, exclude: 1 })?.touches).toEqual(touches);
  });

  it('is violated by any close after its first pivot, and by none before', () => {
    /** A line of touches every 30 bars that moves by `slope` a bar; all else lies 12 below it. */
    const sloping = (slope: number, q: number, above: number) => {
      const line = (bar: number) => 1_000 + slope * (bar - 20);
      const high = Float64Array.from({ length: 100 }, (_, bar) => line(bar) - ([20, 50, 80].includes(bar) ? 0 : 12));
      const bars = { high, low: high.map((price) => price - 2), close: high.map((price) => price - 1) };
      bars.close[q] = line(q) + above;
      bars.high[q] = line(q) + above + 0.1;
      return findTrendlines(bars, 99, 'resistance', { atr: 1, exclude: 1 })?.touches ?? null;
    };
    // The bar after the first pivot may close above a falling line without being higher than the pivot.
    expect(sloping(-1, 21, 0.2)).toEqual([20, 50, 80]);
    expect(sloping(-1, 21, 0.3)).toBeNull();
    // The bar before it may close above a rising one.
    expect(sloping(1, 19, 0.3)).toEqual([20, 50, 80]);
  });

  it('starts no earlier than the look-back', () => {
    const line = findTrendlines(flatResistance(), 199, 'resistance', { atr: 1, exclude: 1, look: 149 });
    expect(line?.touches).toEqual([50, 80, 110, 140, 170]);
  });

  it('needs a positive ATR and enough bars', () => {
    const bars = flatResistance();
    for (const badAtr of [0, -1, NaN]) {
      expect(findTrendlines(bars, 199, 'resistance', { atr: badAtr, exclude: 1 })).toBeNull();
    }
    expect(findTrendlines(bars, 30, 'resistance', { atr: 1, exclude: 1 })).toBeNull();
    expect(findTrendlines(cut(bars, 0), -1, 'support', { atr: 1, exclude: 1 })).toBeNull();
  });

  it('of support is the resistance of mirrored prices', () => {
    for (const seed of SEEDS) {
      const bars = randomWalk(seed);
      const resistance = lineAt(bars, LAST, 'resistance');
      const expected = resistance && {
        ...resistance,
        side: 'support',
        anchorPrice: -resistance.anchorPrice,
        slopePerBar: -resistance.slopePerBar,
        valueNow: -resistance.valueNow,
      };
      expect(lineAt(mirrored(bars), LAST, 'support')).toEqual(expected);
    }
  });

  it.each([
    { name: 'a thousandth of the price', change: (price: number) => price / 1_000, factor: 1 / 1_000 },
    { name: 'three times the price', change: (price: number) => 3 * price, factor: 3 },
    { name: 'a higher price', change: (price: number) => price + 777.7, factor: 1 },
  ])('is the same at $name', ({ change, factor }) => {
    for (const seed of SEEDS) {
      const bars = randomWalk(seed);
      const line = lineAt(bars, LAST, 'resistance');
      const other = lineAt(mapBars(bars, change), LAST, 'resistance');
      expect(other?.touches).toEqual(line?.touches);
      if (line === null || other === null) continue;
      expect([other.i, other.j]).toEqual([line.i, line.j]);
      expect(other.slopePerBar).toBeCloseTo(line.slopePerBar * factor, 9);
      expect(other.valueNow).toBeCloseTo(change(line.valueNow), 6);
      expect(other.brokenBy).toBeCloseTo(line.brokenBy, 6);
    }
  });
});

describe('the future', () => {
  /** Bars at which the line differs between the whole history and the history cut, or replaced, after that bar. */
  function disagreements(findPivots: PivotFinder): number {
    let found = 0;
    for (const seed of SEEDS.slice(0, 20)) {
      const bars = randomWalk(seed, 400);
      const random = seeded(seed);
      for (let t = 250; t < 395; t += 12) {
        const whole = JSON.stringify(lineAt(bars, t, 'resistance', { findPivots }));
        const past = JSON.stringify(lineAt(cut(bars, t + 1), t, 'resistance', { findPivots }));
        const other = JSON.stringify(lineAt(withOtherFuture(bars, t, random), t, 'resistance', { findPivots }));
        if (whole !== past || whole !== other) found++;
      }
    }
    return found;
  }

  it('does not change a line', () => {
    expect(disagreements(pivotHighs)).toBe(0);
  });

  it('is caught when a pivot finder reads it', () => {
    const lookingAhead: PivotFinder = (high, from, last, k) => pivotHighs(high, from, last + k, k);
    expect(disagreements(lookingAhead)).toBeGreaterThan(0);
  });
});

describe('the search', () => {
  /** The definition, pair by pair, without any short cut. */
  function definition({ high, close }: Bars, t: number, exclude: number): Omit<Partial<Trendline>, 'side'> | null {
    const tolerance = 0.25 * atrAt({ high, low: high.map((price) => price - 1), close }, t);
    const pivots = pivotHighs(high, Math.max(0, t - 240), t - exclude, 5).slice(-40);
    const lines = pivots.flatMap((i) =>
      pivots
        .filter((j) => j - i >= 10)
        .map((j) => {
          const value = (q: number) => high[i]! + ((high[j]! - high[i]!) / (j - i)) * (q - i);
          const violated = [...close.keys()].some((q) => q > i && q <= t - exclude && close[q]! > value(q) + tolerance);
          const touches = pivots.filter((p) => p >= i && Math.abs(high[p]! - value(p)) <= tolerance);
          const span = touches.at(-1)! - touches[0]!;
          const distances = touches.map((p) => Math.abs(high[p]! - value(p)));
          const score =
            touches.length * 1_000 + span - distances.reduce((sum, distance) => sum + distance, 0) / tolerance;
          return { i, j, violated, touches, span, score };
        }),
    );
    const valid = lines.filter((line) => !line.violated && line.touches.length >= 3 && line.span >= 20);
    const [best] = valid.toSorted((a, b) =>
      Math.abs(a.score - b.score) > 1e-6 ? b.score - a.score : b.j - a.j || b.i - a.i,
    );
    return best ? { i: best.i, j: best.j, touches: best.touches, span: best.span } : null;
  }

  it.each([1, 3])('finds what the definition names, with %i bars excluded', (exclude) => {
    for (const seed of SEEDS) {
      const walk = randomWalk(seed);
      const bars = { ...walk, low: walk.high.map((price) => price - 1) };
      const line = lineAt(bars, LAST, 'resistance', { exclude });
      const expected = definition(bars, LAST, exclude);
      if (expected === null) expect(line, `seed ${seed}`).toBeNull();
      else expect(line, `seed ${seed}`).toMatchObject(expected);
    }
  });

  it('finds lines of three touches in most random walks and of four in some: touches alone say nothing', () => {
    const touches = SEEDS.map((seed) => lineAt(randomWalk(seed), LAST, 'resistance')?.touches.length ?? 0);
    const share = (least: number) => touches.filter((count) => count >= least).length / touches.length;
    expect(share(3)).toBeGreaterThan(0.7);
    expect(share(4)).toBeGreaterThan(0.15);
    expect(share(4)).toBeLessThan(0.45);
  });
});
