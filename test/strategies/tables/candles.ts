/** Candles by hand. A flat base has no deviation, no direction and an average true range that is its range. */

export type Candle = readonly [open: number, high: number, low: number, close: number, volume: number];

interface Base {
  readonly price?: number;
  readonly range?: number;
  readonly volume?: number;
}

/** `count` candles that close where they open. */
export function flat(count: number, { price = 100, range = 2, volume = 10 }: Base = {}): Candle[] {
  return Array.from({ length: count }, () => [price, price + range / 2, price - range / 2, price, volume] as const);
}

/** The same candles, those from `from` up to `to` without a volume. */
export function unmeasured(candles: readonly Candle[], from = 0, to = candles.length): Candle[] {
  return candles.map((candle, index) => {
    const [open, high, low, close] = candle;
    return index >= from && index < to ? [open, high, low, close, NaN] : candle;
  });
}

/** Wilder's average after further values, where it stood at `average` before them. */
export function wilder(average: number, values: readonly number[]): number {
  return values.reduce((mean, value) => (13 * mean + value) / 14, average);
}

/** EMA200 after further closes, where it stood at `average` before them. */
export function ema200(average: number, closes: readonly number[]): number {
  return closes.reduce((mean, close) => mean + (2 / 201) * (close - mean), average);
}

/** Mean and population deviation of 20 closes: those that are named, and as many of 100 as are missing. */
export function bandOf(...closes: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const others = 20 - closes.length;
  const mean = (others * 100 + closes.reduce((sum, close) => sum + close, 0)) / 20;
  const squares = others * (100 - mean) ** 2 + closes.reduce((sum, close) => sum + (close - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / 20) };
}
