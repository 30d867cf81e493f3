/**
 * crowding-reversal, as a long: stretch 15 for 1.5 to 3 deviations below the 20-bar mean and 15 for RSI 35 to 20, each the best of
 * three candles; exhaustion 8 for a range of 1 to 3 ATR, 6 for 1 to 3 average volumes, 6 for a lower wick of .2 to .6, likewise;
 * confirmation 5 inside the band of 2 deviations, 5 for a rising candle, 5 for a close at .5 to .8 of it; regime 8 for ADX 45 to 25
 * and 7 for EMA200 moving -1 to 0 ATR in 24 candles. Series: funding 8, the other three 4 each.
 */
import { ema200, flat, unmeasured, wilder } from './candles.ts';
import {
  NEUTRAL,
  long,
  short,
  waits,
  FALL,
  TURN,
  RISE,
  TURN_DOWN,
  BASE,
  A_CLOSES,
  A_STOP,
  A_ROOM,
  A_ADX,
  A_POINTS,
  STEPPED,
  S_ATR,
  S_EMA,
  BOUNCE,
  P_STOP,
  P_ROOM,
  P_POINTS,
  P_ATR_AFTER,
  P_ADX,
  CLOSE_LOWS,
  M_ATR,
  M_ROOM,
  M_POINTS,
  turned,
  turnedAt,
  aPoints,
  upMoveRegime,
  stretchOf,
} from './crowding-scenes.ts';
import { SERIES_ROWS } from './crowding-series.ts';
import type { Row } from './row.ts';

const PRICE: readonly Row[] = [
  {
    name: 'a long after five falling candles',
    candles: [...BASE, ...FALL, TURN],
    expected: long(83.5, A_STOP, A_ROOM, A_POINTS),
  },
  {
    name: 'a short after five rising candles',
    candles: [...BASE, ...RISE, TURN_DOWN],
    expected: short(116.5, A_STOP, A_ROOM, A_POINTS),
  },
  {
    name: 'a long whose last three candles have no volume: half of its part',
    candles: [...BASE, ...unmeasured([...FALL, TURN], 3)],
    expected: long(83.5, A_STOP, A_ROOM, { ...A_POINTS, exhaustion: A_POINTS.exhaustion + 3 }),
  },
  {
    name: 'a short without a single volume',
    candles: unmeasured([...BASE, ...RISE, TURN_DOWN]),
    expected: short(116.5, A_STOP, A_ROOM, { ...A_POINTS, exhaustion: A_POINTS.exhaustion + 3 }),
  },
  {
    name: 'of three candles the one with a volume counts, against the 16 before it that have one',
    // 10 in 16 of the 20 before: the four candles in the fall have none. 22 is 2.2 averages.
    candles: [...BASE, ...unmeasured(FALL.slice(0, 4)), [84, 84, 79, 80, 22], ...unmeasured([TURN])],
    expected: long(83.5, A_STOP, A_ROOM, { ...A_POINTS, exhaustion: A_POINTS.exhaustion + (6 * 1.2) / 2 }),
  },
  {
    name: 'a long with nothing at its end',
    candles: [...BASE, ...BOUNCE],
    expected: long(94.8, P_STOP, P_ROOM, P_POINTS),
  },
  {
    name: 'a short with nothing at its end',
    candles: [...BASE, ...turned(BOUNCE)],
    expected: short(105.2, P_STOP, P_ROOM, P_POINTS),
  },
  {
    name: 'the stop of a long is never nearer than one ATR',
    candles: [...BASE, ...CLOSE_LOWS],
    // 97.7 - 96.9 + .5 * 1.8626 = 1.73.
    expected: long(97.7, M_ATR, M_ROOM, M_POINTS),
  },
  {
    name: 'the stop of a short is never nearer than one ATR',
    candles: [...BASE, ...turned(CLOSE_LOWS)],
    expected: short(102.3, M_ATR, M_ROOM, M_POINTS),
  },
  {
    name: 'EMA200 24 candles ago still was 102: a strong trend down takes the regime',
    candles: [...STEPPED, ...FALL, TURN],
    // DX is 100 since the step, 24 candles long: ADX 83.
    expected: long(83.5, 83.5 - 79 + 0.5 * S_ATR, A_ROOM, {
      ...A_POINTS,
      exhaustion:
        (8 * (5 / wilder(2, [3, ...Array.from({ length: 17 }, () => 2), 5, 5, 5]) - 1)) / 2 +
        (6 * (1 / 4.5 - 0.2)) / 0.4,
      regime: 7 * Math.max(0, 1 + (S_EMA - 102) / S_ATR),
    }),
  },
  {
    name: '223 candles have no slope: half of its points',
    candles: [...flat(217), ...FALL, TURN],
    expected: long(83.5, A_STOP, A_ROOM, { ...A_POINTS, regime: (8 * (45 - A_ADX)) / 20 + 3.5 }),
  },
  {
    name: '224 candles have one',
    candles: [...flat(218), ...FALL, TURN],
    expected: long(83.5, A_STOP, A_ROOM, A_POINTS),
  },
  {
    name: 'a short without a slope',
    candles: [...flat(100), ...RISE, TURN_DOWN],
    expected: short(116.5, A_STOP, A_ROOM, { ...A_POINTS, regime: (8 * (45 - A_ADX)) / 20 + 3.5 }),
  },
  turnedAt(
    'a candle that falls back takes the points for rising, no condition',
    [83.8, 84, 79.5, 83.5, 10],
    // Its wick is 4 / 4.5 of the range: all 6 points.
    long(83.5, A_STOP, A_ROOM, aPoints(TURN, 10, 6)),
  ),
  turnedAt(
    'a close at .6 of the candle earns a third',
    // 79.5 to 86.17, beyond the high before; low and high make the close stand at .6.
    [80.5, 86.25, 79.5, 83.55, 10],
    {
      ...long(83.55, 83.55 - 79 + 0.5 * wilder(2, [5, 5, 5, 5, 5, 6.75]), (1400 + 440 + 83.55) / 20 - 83.55, {
        ...A_POINTS,
        // 6.75 of the ATR before is the widest.
        exhaustion: (8 * (6.75 / wilder(2, [5, 5, 5, 5, 5]) - 1)) / 2,
        confirmation: 10 + (5 * (0.6 - 0.5)) / 0.3,
        regime: upMoveRegime(84, 86.25, [96, 92, 88, 84, 80, 83.55], wilder(2, [5, 5, 5, 5, 5, 6.75])),
      }),
    },
  ),
  turnedAt(
    'a close exactly in the middle of the candle is enough',
    [80.5, 87.5, 79.5, 83.5, 10],
    long(83.5, 83.5 - 79 + 0.5 * wilder(2, [5, 5, 5, 5, 5, 8]), A_ROOM, {
      ...A_POINTS,
      exhaustion: (8 * (8 / wilder(2, [5, 5, 5, 5, 5]) - 1)) / 2,
      confirmation: 10,
      regime: upMoveRegime(84, 87.5, A_CLOSES, wilder(2, [5, 5, 5, 5, 5, 8])),
    }),
  ),
  turnedAt(
    'a close in the lower half of the candle is no direction',
    [80.5, 88, 79.5, 83.5, 10],
    waits('long', {
      ...A_POINTS,
      exhaustion: (8 * (8.5 / wilder(2, [5, 5, 5, 5, 5]) - 1)) / 2,
      confirmation: 10,
      regime: upMoveRegime(84, 88, A_CLOSES, wilder(2, [5, 5, 5, 5, 5, 8.5])),
    }),
  ),
  turnedAt(
    'a close still outside the band is no direction',
    // The band is 96.1 - 2 * 6.67 = 82.8.
    [80.5, 82.2, 79.5, 82, 10],
    waits('long', aPoints([80.5, 82.2, 79.5, 82, 10], 10, (6 * (1 / 2.7 - 0.2)) / 0.4)),
  ),
  turnedAt(
    'a close below the one before, outside the band, is no direction',
    // It must not turn at all: at 79.9 there is room, and the close is below the one before and outside the band.
    [80.5, 84, 79.5, 79.9, 10],
    waits('long', aPoints([80.5, 84, 79.5, 79.9, 10], 0)),
  ),
  {
    name: 'a close not above the one before is no direction',
    candles: [...BASE, ...BOUNCE, [94.3, 94.9, 94, 94.8, 10]],
    // 93.5 is still among the last three, but the mean moves: 15 * 100 and five closes. The highs are equal, the low rises.
    expected: waits('long', {
      ...P_POINTS,
      // At 94: 4.875 / 2.7653 = 1.763 deviations, the candle at 93.5 is gone; RSI of 94 with gain 3.5 and then .5.
      stretch: stretchOf(
        [90, 93.5, 94],
        94,
        (wilder(0, [0, 3.5, 0.5]) * 100) / (wilder(0, [0, 3.5, 0.5]) + wilder(0, [10, 0, 0])),
      ),
      exhaustion: (6 * (0.4 / 1.1 - 0.2)) / 0.4,
      regime: (8 * (45 - P_ADX)) / 20 + 7 * (1 + (ema200(100, [90, 93.5, 94, 94.8, 94.8]) - 100) / P_ATR_AFTER),
    }),
  },
  {
    name: 'a close equal to the one before has not turned',
    candles: [...BASE, ...BOUNCE.slice(0, 2), [93.5, 94.9, 93.4, 94.8, 10], [94.3, 94.9, 93.9, 94.8, 10]],
    expected: waits('long', {
      ...P_POINTS,
      // The last wick is .4 of 1.
      exhaustion: (8 * (4 / (37 / 14) - 1)) / 2 + (6 * 0.6) / 2 + (6 * ((94.3 - 93.9) / (94.9 - 93.9) - 0.2)) / 0.4,
      regime: 8 + 7 * (1 + (ema200(100, [90, 93.5, 94.8, 94.8]) - 100) / wilder(2, [11, 4, 94.9 - 93.4, 94.9 - 93.9])),
    }),
  },
  {
    name: 'no room for the stop is no direction',
    // The low of 89.5 puts the stop 5.3 + half an ATR away; the mean is 3.8 away.
    candles: [...BASE, [100, 100, 89, 90, 10], [93.4, 94, 89.5, 93.5, 16], [93.5, 94.2, 93.4, 94, 10], BOUNCE[3]!],
    expected: waits('long', {
      ...P_POINTS,
      // 4.5 of 37 / 14; its wick is 3.9 of 4.5.
      exhaustion: (8 * (4.5 / (37 / 14) - 1)) / 2 + (6 * 0.6) / 2 + 6,
      regime: 8 + 7 * (1 + (ema200(100, [90, 93.5, 94, 94.8]) - 100) / wilder(2, [11, 4.5, 94.2 - 93.4, 94.9 - 93.8])),
    }),
  },
  {
    name: 'three deviations with RSI 32.6 are no direction',
    candles: [
      ...BASE,
      [100, 105.5, 99.5, 105, 10],
      [105, 105, 95.2, 95.4, 10],
      [95.4, 96, 95.3, 95.4, 10],
      [95.4, 96.8, 95.3, 96.7, 10],
    ],
    // Gain 5 and then none, loss 9.6 after none, when the close is 3.04 deviations below 100.02. All else holds: the stop is 2.8
    // away and the mean 2.9.
    expected: waits('long', {
      stretch: 15 + (15 * (35 - (100 * 5 * (13 / 14)) / (5 * (13 / 14) + 9.6))) / 15,
      // 9.8 of an ATR of 2.3; no wick is a fifth of its candle.
      exhaustion: 8,
      confirmation: 15,
      regime: 8 + 7 * (1 + (ema200(100, [105, 95.4, 95.4, 96.7]) - 100) / wilder(2, [6, 9.8, 96 - 95.3, 96.8 - 95.3])),
      ...NEUTRAL,
    }),
  },
  {
    name: 'a flat base: nothing is stretched, both sides are alike, which is long',
    candles: BASE,
    // Every candle's wick is half of its range, its range one ATR; ADX 0, no slope.
    expected: waits('long', { stretch: 0, exhaustion: (6 * 0.3) / 0.4, confirmation: 0, regime: 15, ...NEUTRAL }),
  },
  {
    name: 'three candles without a range: their closes lie in the middle, and they have no wicks',
    candles: [...BASE, ...flat(3, { range: 0 })],
    expected: waits('long', { stretch: 0, exhaustion: 0, confirmation: 0, regime: 15, ...NEUTRAL }),
  },
];

export const ROWS: readonly Row[] = [...PRICE, ...SERIES_ROWS];
