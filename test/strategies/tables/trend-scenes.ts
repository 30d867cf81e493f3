/** The markets that the table of trend-breakout looks at, and what their candles alone give. */
import type { Candle } from './candles.ts';
import { flat } from './candles.ts';
import type { Expected } from './row.ts';

export const BASE = flat(450);
/** Range 2, so ATR stays 2; 2 / 102 is below .02, so it ranks 0. Half an ATR above the channel. */
export const UP: Candle = [100, 102, 100, 102, 10];
/** Range 1.1: 27.1 / 14 / 98.9 = .01957 is below .02 too. */
export const DOWN: Candle = [100, 100, 98.9, 98.9, 10];
export const DOWN_ATR = 27.1 / 14;

export const UP_POINTS = { calm: 30, breakout: 10, trend: 20, volume: 0, open_interest: 10 };
export const DOWN_POINTS = { calm: 30, breakout: (20 * 0.1) / DOWN_ATR, trend: 20, volume: 0, open_interest: 10 };

export function long(entry: number, atr: number, points: Expected['points']): Expected {
  const levels = { entry, stop: entry - 2 * atr, target: entry + 4 * atr, bars: 48 };
  return { direction: 'long', side: 'long', points, holds: ['long'], levels };
}

export function short(entry: number, atr: number, points: Expected['points']): Expected {
  const levels = { entry, stop: entry + 2 * atr, target: entry - 4 * atr, bars: 48 };
  return { direction: 'short', side: 'short', points, holds: ['short'], levels };
}

export function waits(side: 'long' | 'short', points: Expected['points']): Expected {
  return { direction: 'none', side, points, holds: [], levels: null };
}

/** 200 values of .04, then 200 that fall to .02 as 2 + 2 (13/14)^k. */
export const CALMING = [...flat(215, { range: 4 }), ...flat(200)];
export const CALMED = 2 + 2 * (13 / 14) ** 200;
/** Lies below EMA200, which comes down from 120; the first candle at 100 has a range of 21, 60 candles ago. */
export const FALLEN = [...flat(200, { price: 120 }), ...flat(60)];
export const FALLEN_ATR = 2 + (19 / 14) * (13 / 14) ** 60;
export const RISEN = [...flat(200, { price: 80 }), ...flat(60)];
export const wickUp: Candle = [100, 103, 99, 100, 10];
/** After a range of 4, `bars` candles of range 2 ago. */
export const after = (bars: number): number => 2 + (2 / 14) * (13 / 14) ** bars;
