/** The markets that the table of crowding-reversal looks at, and what their candles alone give. */
import type { Candle } from './candles.ts';
import { bandOf, ema200, flat, wilder } from './candles.ts';
import type { Expected, Row } from './row.ts';

export const NEUTRAL = { open_interest: 4 / 2, funding_rate: 8 / 2, long_short_ratio: 4 / 2, liquidations: 4 / 2 };

/** `stop` and `room` are distances from the entry. */
export function long(entry: number, stop: number, room: number, points: Expected['points']): Expected {
  const levels = { entry, stop: entry - stop, target: entry + room, bars: 24 };
  return { direction: 'long', side: 'long', points, holds: ['long'], levels };
}

export function short(entry: number, stop: number, room: number, points: Expected['points']): Expected {
  const levels = { entry, stop: entry + stop, target: entry - room, bars: 24 };
  return { direction: 'short', side: 'short', points, holds: ['short'], levels };
}

export function waits(side: 'long' | 'short', points: Expected['points']): Expected {
  return { direction: 'none', side, points, holds: [], levels: null };
}

/**
 * A. Five candles fall by 4 each from a base with ATR 2, the sixth turns inside the last one's range. Nothing ever rises above a
 * high before it, so DX is 100 from the first on and ADX 100 (1 - (13/14)^6) = 35.9. RSI is 0 until the turn.
 */
export const FALL: readonly Candle[] = [
  [100, 100, 95, 96, 10],
  [96, 96, 91, 92, 10],
  [92, 92, 87, 88, 10],
  [88, 88, 83, 84, 10],
  [84, 84, 79, 80, 10],
];
export const TURN: Candle = [80.5, 84, 79.5, 83.5, 10];
export const RISE: readonly Candle[] = FALL.map(([open, high, low, close, volume]) => [
  200 - open,
  200 - low,
  200 - high,
  200 - close,
  volume,
]);
export const TURN_DOWN: Candle = [119.5, 120.5, 116, 116.5, 10];

export const BASE = flat(400);
const A_RANGES = [5, 5, 5, 5, 5, 4.5];
const A_ATR = wilder(2, A_RANGES);
export const A_CLOSES = [96, 92, 88, 84, 80, 83.5];
export const A_STOP = 83.5 - 79 + 0.5 * A_ATR;
export const A_ROOM = (14 * 100 + 96 + 92 + 88 + 84 + 80 + 83.5) / 20 - 83.5;
export const A_ADX = 100 * (1 - (13 / 14) ** 6);
export const A_POINTS = {
  // At 84 the mean of 20 is 98 and the deviation sqrt(20) = 4.47: 3.13 of them. RSI 0.
  stretch: 30,
  // Ranges of the last three: 5 against the ATR of two candles before, 4.5 against the one before; 5 / ATR is the most at 84.
  // Volume is average, the wicks are 1 / 5, 1 / 5 and (80.5 - 79.5) / 4.5 = .2222 of the range.
  exhaustion: (8 * (5 / wilder(2, [5, 5, 5]) - 1)) / 2 + (6 * (1 / 4.5 - 0.2)) / 0.4,
  // The band is 96.175 - 2 * 6.556 = 83.06; the candle rises; the close stands at 4 / 4.5 = .89.
  confirmation: 15,
  regime: (8 * (45 - A_ADX)) / 20 + 7 * (1 + (ema200(100, A_CLOSES) - 100) / A_ATR),
  ...NEUTRAL,
};

/** Before the fall the price steps from 102 to 100, 23 candles before the last: EMA200 24 candles before the last is 102. */
export const STEPPED = [...flat(400, { price: 102 }), ...flat(18)];
export const S_ATR = wilder(2, [3, ...Array.from({ length: 17 }, () => 2), ...A_RANGES]);
export const S_EMA = ema200(102, [...Array.from({ length: 18 }, () => 100), ...A_CLOSES]);

/**
 * P. One candle falls to 90, then it rises for three: at 93.5 the close is 2.24 deviations below the mean and RSI 27.4, so nothing
 * is at its end. ATR was 2.
 */
export const BOUNCE: readonly Candle[] = [
  [100, 100, 89, 90, 10],
  [93.4, 94, 93.3, 93.5, 16],
  [93.5, 94.2, 93.4, 94, 10],
  [94.2, 94.9, 93.8, 94.8, 10],
];
const P_RANGES = [11, 94 - 90, 94.2 - 93.4, 94.9 - 93.8];
const P_ATR = wilder(2, P_RANGES);
const P_BAND = bandOf(90, 93.5);
export const P_STOP = 94.8 - 93.3 + 0.5 * P_ATR;
export const P_ROOM = (16 * 100 + 90 + 93.5 + 94 + 94.8) / 20 - 94.8;
const P_SLOPE = (ema200(100, [90, 93.5, 94, 94.8]) - 100) / P_ATR;
export const P_POINTS = {
  // Gain 3.5 / 14, loss 10 / 14 * 13 / 14.
  stretch: (15 * ((P_BAND.mean - 93.5) / P_BAND.deviation - 1.5)) / 1.5 + (15 * (35 - 350 / (3.5 + 130 / 14))) / 15,
  // 4 of 37 / 14; 1.6 average volumes; the last wick .4 / 1.1.
  exhaustion: (8 * (4 / (37 / 14) - 1)) / 2 + (6 * 0.6) / 2 + (6 * (0.4 / 1.1 - 0.2)) / 0.4,
  confirmation: 15,
  regime: 8 + 7 * (1 + P_SLOPE),
  ...NEUTRAL,
};

export const P_ATR_AFTER = wilder(2, [...P_RANGES, 94.9 - 94]);
/** Down by 10, then highs rise by .2 and .7, then nothing. */
const P_MINUS = 10 * (13 / 14) ** 2;
const P_PLUS = 0.2 * (13 / 14) + 0.7;
const P_DX = (100 * (P_MINUS * (13 / 14) - P_PLUS)) / (P_MINUS * (13 / 14) + P_PLUS);
export const P_ADX = wilder(0, [100, 100, (100 * (P_MINUS - 0.2)) / (P_MINUS + 0.2), P_DX, P_DX]);

/** M. After a drop to 97 the lows lie so close together that half an ATR beyond them is less than one from the close. */
export const CLOSE_LOWS: readonly Candle[] = [
  [97, 97.2, 96.9, 97, 10],
  [97, 97.1, 96.9, 97, 10],
  [97, 97.8, 97, 97.7, 10],
];
export const M_ATR = wilder(2, [100 - 96.9, 0.2, 0.8]);
export const M_ROOM = (17 * 100 + 97 + 97 + 97.7) / 20 - 97.7;
const M_SLOPE = (ema200(100, [97, 97, 97.7]) - 100) / M_ATR;
/** 3.1 of an ATR of 2; the middle candle's wick is half of its range. */
const M_EXHAUSTION = (8 * (3.1 / 2 - 1)) / 2 + (6 * (0.1 / 0.2 - 0.2)) / 0.4;
export const M_POINTS = {
  stretch: 30,
  exhaustion: M_EXHAUSTION,
  confirmation: 15,
  regime: 8 + 7 * (1 + M_SLOPE),
  ...NEUTRAL,
};

export function turned(candles: readonly Candle[]): Candle[] {
  return candles.map(([open, high, low, close, volume]) => [200 - open, 200 - low, 200 - high, 200 - close, volume]);
}

/** The last candle of A in another shape; ATR, mean and all else follow. */
export function turnedAt(name: string, turn: Candle, expected: Expected): Row {
  return { name, candles: [...BASE, ...FALL, turn], expected };
}

/** What A has whatever the last candle is, as long as its range lies within the one before: 5 / ATR at 84, wicks of .2. */
export function aPoints(turn: Candle, confirmation: number, wick = 0): Expected['points'] {
  const [, high, low, close] = turn;
  const atr = wilder(2, [5, 5, 5, 5, 5, Math.max(high, 80) - Math.min(low, 80)]);
  return {
    ...A_POINTS,
    exhaustion: (8 * (5 / wilder(2, [5, 5, 5]) - 1)) / 2 + wick,
    confirmation,
    regime: (8 * (45 - A_ADX)) / 20 + 7 * (1 + (ema200(100, [96, 92, 88, 84, 80, close]) - 100) / atr),
  };
}

/** Regime when the last candle of A reaches above the high before: DI+ and DI- by their movements. */
export function upMoveRegime(before: number, high: number, closes: readonly number[], atr: number): number {
  const plus = (high - before) / 14;
  const minus = 4 * (1 - (13 / 14) ** 5) * (13 / 14);
  const adx = wilder(100 * (1 - (13 / 14) ** 5), [(100 * (minus - plus)) / (minus + plus)]);
  return (8 * (45 - adx)) / 20 + 7 * (1 + (ema200(100, closes) - 100) / atr);
}

/** Points of a long for `close` as the last of `closes` after a base of 100, with its RSI. */
export function stretchOf(closes: readonly number[], close: number, rsi: number): number {
  const { mean, deviation } = bandOf(...closes);
  return (15 * Math.max(0, (mean - close) / deviation - 1.5)) / 1.5 + (15 * Math.max(0, 35 - rsi)) / 15;
}
