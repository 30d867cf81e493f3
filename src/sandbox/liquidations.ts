/** Liquidations of made-up markets: pure, sparse, and the larger the further the price runs against a side. */
import { MINUTE_MS } from '../core/time.ts';
import { scaleFor } from './generator.ts';
import type { Instrument, Span } from './generator.ts';
import { unit, worldKey } from './noise.ts';
import { STEP_MS, prices, unitFactor } from './price.ts';

/** Liquidated amounts of the bucket that starts at `time` (ms UTC), in the market's denomination or in USD. */
export interface LiquidationPoint {
  readonly time: number;
  readonly longs: number;
  readonly shorts: number;
}

/** Share of the open interest that a move of one usual size beyond the threshold liquidates within 15 minutes. */
const FLUSH = 0.0004;

/** Buckets without liquidations are absent, as upstream. The one that `now` falls into holds what has happened by then. */
export function liquidations(instrument: Instrument, span: Span, toUsd: boolean): readonly LiquidationPoint[] {
  const { coin, share, multiplier, denomination } = instrument;
  const { interval, now } = span;
  const first = Math.ceil(span.from / interval) * interval;
  const end = Math.min(Math.floor(span.to / interval) * interval + interval, now);
  if (end <= first || coin.volatility === 0) return [];

  const step = Math.floor(first / STEP_MS);
  const count = Math.ceil(end / STEP_MS) - step;
  const price = prices(coin, step, count + 1);
  const key = worldKey('liquidations', coin.ticker, instrument.venue);
  const inUsd = toUsd || denomination !== 'BASE_ASSET';
  const scale = inUsd ? 100 : scaleFor(10_000_000 / (coin.price * multiplier));
  const held = coin.openInterestUsd * share;
  // Large markets always have somebody at the edge; on small ones it takes a move.
  const threshold = 3 - 2 * Math.min(1, Math.sqrt(held / 2e9));
  const lots = (pressure: number, at: number): number => {
    const beyond = Math.max(0, pressure - threshold);
    const usd = held * FLUSH * beyond * beyond;
    return Math.round((inUsd ? usd : usd / (price[at]! * multiplier * unitFactor(coin, step + at))) * scale);
  };

  const sums = new Map<number, { longs: number; shorts: number }>();
  for (let i = 0; i < count; i++) {
    // All of a cell's liquidations happen in one of its minutes, so that every interval adds up to the same.
    const minute = Math.floor((STEP_MS / MINUTE_MS) * unit(key, 3 * (step + i)));
    const time = (step + i) * STEP_MS + minute * MINUTE_MS;
    if (time < first || time + MINUTE_MS > end) continue;
    const move = (price[i + 1]! / price[i]! - 1) / coin.volatility;
    const longs = lots(1.5 * unit(key, 3 * (step + i) + 1) - move, i);
    const shorts = lots(1.5 * unit(key, 3 * (step + i) + 2) + move, i);
    if (longs === 0 && shorts === 0) continue;
    const bucket = Math.floor(time / interval) * interval;
    const sum = sums.get(bucket) ?? { longs: 0, shorts: 0 };
    sums.set(bucket, { longs: sum.longs + longs, shorts: sum.shorts + shorts });
  }
  return [...sums].map(([time, sum]) => ({ time, longs: sum.longs / scale, shorts: sum.shorts / scale }));
}
