/**
 * Deterministic noise with random access: every value depends on (key, index) alone, so any window of a made-up market is
 * the same whoever asks for it and in whatever order. Only + - * / and Math.sqrt are used: IEEE 754 fixes their results to
 * the last bit, which it does not do for Math.exp or Math.sin, and the shipped sample must regenerate byte for byte.
 */

/** Mixes two integers into an unsigned 32-bit one (murmur3's finaliser). */
export function hash(key: number, index: number): number {
  let mixed = Math.imul(key ^ 0x9e3779b9, 0x01000193) ^ index;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A key of its own for `text` under `key`. */
function keyOf(key: number, text: string): number {
  let mixed = key;
  for (let at = 0; at < text.length; at++) mixed = hash(mixed, text.charCodeAt(at));
  return hash(mixed, text.length);
}

/** The world's seed: another one is another world. */
export const SEED = 2026;

/** A key of its own for one quantity of the world, e.g. the price of one coin. */
export function worldKey(quantity: string, ...names: readonly string[]): number {
  return names.reduce(keyOf, keyOf(SEED, quantity));
}

/** Uniform in [0, 1). */
export function unit(key: number, index: number): number {
  return hash(key, index) / 4_294_967_296;
}

/** Close to e^x for small x, always positive for x > -1024. */
export function growth(x: number): number {
  let power = 1 + x / 1024;
  for (let doubling = 0; doubling < 10; doubling++) power *= power;
  return power;
}

/** Adds smooth noise in [-amplitude, amplitude] that changes direction about every `period` indices. */
function addOctave(out: Float64Array, key: number, from: number, period: number, amplitude: number): void {
  // Without an offset the lattice points of all octaves would meet, and the market would stand still there.
  const offset = hash(key, period) % period;
  const first = from + offset;
  let cell = Math.floor(first / period);
  let i = 0;
  for (let right = 2 * unit(key, cell) - 1; i < out.length; cell++) {
    const left = right;
    right = 2 * unit(key, cell + 1) - 1;
    const rise = right - left;
    const start = cell * period - first;
    const end = Math.min(out.length, start + period);
    for (; i < end; i++) {
      const fraction = (i - start) / period;
      out[i]! += amplitude * (left + rise * fraction * fraction * (3 - 2 * fraction));
    }
  }
}

/**
 * Noise at the indices from, from + 1, ...: octaves with periods `shortest`, 4 x `shortest` ... `longest`, each with amplitude
 * `amplitude` x sqrt(period), so that its changes grow with time as those of a random walk do, yet it never leaves a range.
 */
export function fractal(
  key: number,
  from: number,
  count: number,
  octaves: { readonly shortest: number; readonly longest: number; readonly amplitude: number },
): Float64Array {
  const out = new Float64Array(count);
  for (let period = octaves.shortest; period <= octaves.longest; period *= 4) {
    addOctave(out, hash(key, period), from, period, octaves.amplitude * Math.sqrt(period));
  }
  return out;
}
