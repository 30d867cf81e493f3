/** What happens to some coins of the made-up world shortly before the sample's end, so that it shows every kind of signal. */
import { DAY_MS, HOUR_MS } from '../core/time.ts';

/** The time for which the shipped sample is scanned: long enough after a 4h close for every series of it to be published. */
export const SAMPLE_AS_OF = Date.UTC(2026, 10, 2, 16, 30);

/** Shapes are drawn in 4h candles. */
export const SHAPE_CANDLE_MS = 4 * HOUR_MS;

/** Close of the last candle that the sample has whole. */
const LAST_CLOSE = Math.floor(SAMPLE_AS_OF / SHAPE_CANDLE_MS) * SHAPE_CANDLE_MS;

/** (candles before the end, value) in order of time; straight lines between them. */
export type Track = readonly (readonly [number, number])[];

/** A stretch of time in which a coin follows a drawn line. */
interface Shape {
  /** Length of the stretch in candles. */
  readonly candles: number;
  /** Share of its usual slow wandering that the price keeps. */
  readonly wander: number;
  /** Factor of the usual noise within a few hours. */
  readonly jitter: number;
  /** Change of the price's logarithm since the start of the stretch. */
  readonly price: Track;
  /** Change of the logarithm of volume. */
  readonly volume: Track;
  /** Change of the logarithm of open interest. */
  readonly openInterest: Track;
  /** Added to the premium that makes the funding rate, percent. */
  readonly premium: Track;
  /** Change of the logarithm of longs / shorts. */
  readonly longShort: Track;
}

export interface Scenario {
  readonly shape: Shape;
  /** End of the stretch, ms UTC. */
  readonly until: number;
}

/** A rise, a pause of 20 candles, and a close above it on twice the volume with new positions. */
const BREAKOUT: Shape = {
  candles: 160,
  wander: 0.3,
  jitter: 0.7,
  price: [
    [160, 0],
    [30, 0.24],
    [22, 0.262],
    [1, 0.25],
    [0, 0.298],
  ],
  volume: [
    [1.05, 0],
    [1, 0.9],
    [0, 0.9],
  ],
  openInterest: [
    [6, 0],
    [0, 0.09],
  ],
  premium: [
    [6, 0],
    [0, 0.03],
  ],
  longShort: [
    [6, 0],
    [0, 0.1],
  ],
};

/** A fall in which longs are flushed out and shorts crowd in, and the first candle back. */
const CAPITULATION: Shape = {
  candles: 60,
  wander: 0.2,
  jitter: 0.8,
  price: [
    [60, 0],
    [8, 0.02],
    [3, -0.02],
    [1.4, -0.17],
    [1, -0.155],
    [0, -0.105],
  ],
  volume: [
    [3.05, 0],
    [3, 1],
    [0, 1.1],
  ],
  openInterest: [
    [3, 0],
    [1, -0.13],
    [0, -0.13],
  ],
  premium: [
    [6, 0],
    [1, -0.2],
    [0, -0.2],
  ],
  longShort: [
    [6, 0],
    [0, -0.35],
  ],
};

/** Days without a direction, then two candles that leave the range. */
const SQUEEZE: Shape = {
  candles: 120,
  wander: 0,
  jitter: 0.8,
  price: [
    [120, 0],
    [80, 0.1],
    [60, 0.04],
    [40, 0.12],
    [2, 0.12],
    [1, 0.145],
    [0, 0.19],
  ],
  volume: [
    [2.05, 0],
    [2, 0.7],
    [0, 1],
  ],
  openInterest: [
    [40, 0],
    [0, 0.07],
  ],
  premium: [],
  longShort: [],
};

function negated(track: Track): Track {
  return track.map(([candles, value]) => [candles, -value] as const);
}

/** The same story with the sides exchanged. */
function mirrored(shape: Shape): Shape {
  return {
    ...shape,
    price: negated(shape.price),
    premium: negated(shape.premium),
    longShort: negated(shape.longShort),
  };
}

const SHAPES: readonly (readonly [Shape, string])[] = [
  [BREAKOUT, 'SOL HYPE RENDER PEPE'],
  [mirrored(BREAKOUT), 'LTC ARB KAS'],
  [CAPITULATION, 'AVAX NEAR WLD'],
  [mirrored(CAPITULATION), 'ZEC UNI BONK'],
  [SQUEEZE, 'LINK TIA ONDO'],
  [mirrored(SQUEEZE), 'DOT APT FIL'],
];

export const SCENARIOS: ReadonlyMap<string, Scenario> = new Map(
  SHAPES.flatMap(([shape, coins]) => coins.split(' ').map((coin) => [coin, { shape, until: LAST_CLOSE }] as const)),
);

/** From `at` (ms UTC) on one unit of the coin stands for `1 / factor` of an old one: its price is `factor` times the old one. */
export interface Redenomination {
  readonly at: number;
  readonly factor: number;
}

export const REDENOMINATIONS: ReadonlyMap<string, Redenomination> = new Map([
  ['SUPER', { at: LAST_CLOSE - 50 * DAY_MS, factor: 1000 }],
]);

/** The value of `track` `candlesBefore` candles before its end; 0 before its first point, its last value after the end. */
export function trackAt(track: Track, candlesBefore: number): number {
  const next = track.findIndex(([candles]) => candles <= candlesBefore);
  const [toCandles, toValue] = track[next] ?? track.at(-1) ?? [0, 0];
  if (next === -1) return toValue;
  const before = track[next - 1];
  if (before === undefined) return toCandles === candlesBefore ? toValue : 0;
  const [fromCandles, fromValue] = before;
  return fromValue + ((toValue - fromValue) * (fromCandles - candlesBefore)) / (fromCandles - toCandles);
}
