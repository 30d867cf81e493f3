/** Candle columns as far as trendlines read them. */
export interface Bars {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

/** Uniform numbers in 0..1 from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A standard normal number (Box and Muller). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export const PLANTED = { length: 300, price: 100, slopePerBar: -0.02, touches: [80, 130, 180, 230, 280] } as const;

/** The planted resistance's price at bar `q`. */
export function plantedValue(q: number): number {
  return PLANTED.price + PLANTED.slopePerBar * q;
}

/**
 * 300 bars of ATR about 1 below a falling resistance that five highs touch; every high is off by `noise` (price units, the
 * standard deviation).
 */
export function plantedResistance(seed: number, noise: number): Bars {
  const random = seeded(seed);
  const high = new Float64Array(PLANTED.length);
  const low = new Float64Array(PLANTED.length);
  const close = new Float64Array(PLANTED.length);
  for (let q = 0; q < PLANTED.length; q++) {
    const nearest = Math.min(...PLANTED.touches.map((touch) => Math.abs(q - touch)));
    high[q] = plantedValue(q) - 0.3 * nearest + noise * gaussian(random);
    low[q] = high[q]! - 0.9;
    close[q] = high[q]! - 0.2 - 0.5 * random();
  }
  return { high, low, close };
}

/** 300 bars of a random walk with steps of about one ATR. */
export function randomWalk(seed: number, length = 300): Bars {
  const random = seeded(seed);
  const high = new Float64Array(length);
  const low = new Float64Array(length);
  const close = new Float64Array(length);
  let price = 1_000;
  for (let q = 0; q < length; q++) {
    const open = price;
    price += gaussian(random);
    high[q] = Math.max(open, price) + Math.abs(gaussian(random)) / 3;
    low[q] = Math.min(open, price) - Math.abs(gaussian(random)) / 3;
    close[q] = price;
  }
  return { high, low, close };
}
