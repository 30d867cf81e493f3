/**
 * trend-breakout: calm 30 falls from rank .9 to .2, breakout 20 rises from 0 to 1 ATR, trend 20 beyond EMA200, volume 10 rises
 * from 1 to 2.5 averages, open interest 20 by rank; stop 2 ATR, target 4 ATR, 48 candles. In a base of 100 +- 1 ATR14 is 2, its
 * share of the price .02 and the channel 99 to 101.
 */
import { flat, unmeasured, wilder } from './candles.ts';
import type { Row } from './row.ts';
import {
  BASE,
  UP,
  DOWN,
  DOWN_ATR,
  UP_POINTS,
  DOWN_POINTS,
  long,
  short,
  waits,
  CALMING,
  CALMED,
  FALLEN,
  FALLEN_ATR,
  RISEN,
  wickUp,
  after,
} from './trend-scenes.ts';
import { SERIES_ROWS } from './trend-series.ts';

const PRICE: readonly Row[] = [
  { name: 'a long half an ATR out of calm', candles: [...BASE, UP], expected: long(102, 2, UP_POINTS) },
  { name: 'a short out of calm', candles: [...BASE, DOWN], expected: short(98.9, DOWN_ATR, DOWN_POINTS) },
  {
    name: 'a long that is the widest of all, one ATR and more out: calm 0, distance full',
    candles: [...BASE, [100, 106, 100, 106, 10]],
    // ATR 32 / 14 = 2.29 of 106: rank 1; 5 / 2.29 = 2.2 ATR out.
    expected: long(106, 32 / 14, { ...UP_POINTS, calm: 0, breakout: 20 }),
  },
  {
    name: 'a short that is the widest of all',
    candles: [...BASE, [100, 100, 94, 94, 10]],
    expected: short(94, 32 / 14, { ...DOWN_POINTS, calm: 0, breakout: 20 }),
  },
  {
    name: 'a long of rank 141 / 400',
    candles: [...CALMING, [100, 103.2, 100, 103, 10]],
    // Share 29.2 / 14 / 103 = .0202497. Of the 200 falling values 2 + 2 (13/14)^k those from k = 60 on lie below 2.02497
    // ((13/14)^59 = .0126, (13/14)^60 = .0117, .01248 is asked): 141. The 200 of .04 do not.
    expected: long(103, wilder(CALMED, [3.2]), {
      ...UP_POINTS,
      calm: (30 * (0.9 - 141 / 400)) / 0.7,
      breakout: 40 / wilder(CALMED, [3.2]),
    }),
  },
  {
    name: 'a short of rank 164 / 400',
    candles: [...CALMING, [100, 100, 97, 97, 10]],
    // Share 29 / 14 / 97 = .0213549: (13/14)^36 = .0694, (13/14)^37 = .0644, .0677 is asked: k = 37 to 200.
    expected: short(97, wilder(CALMED, [3]), {
      ...DOWN_POINTS,
      calm: (30 * (0.9 - 164 / 400)) / 0.7,
      breakout: 40 / wilder(CALMED, [3]),
    }),
  },
  {
    name: 'equal values rank half, and without a break the side is the one beyond EMA200',
    candles: [...BASE, [100, 101, 99, 100, 10]],
    // The close is EMA200 itself, beyond it on neither side: a tie, which is long.
    expected: waits('long', { calm: (30 * (0.9 - 0.5)) / 0.7, breakout: 0, trend: 0, volume: 0, open_interest: 10 }),
  },
  {
    name: 'a close exactly at the top of the channel is inside',
    candles: [...BASE, [100, 101, 99, 101, 10]],
    // 2 / 101 is below 2 / 100.
    expected: waits('long', { calm: 30, breakout: 0, trend: 20, volume: 0, open_interest: 10 }),
  },
  {
    name: 'a close exactly at the bottom of the channel is inside',
    candles: [...BASE, [100, 101, 99, 99, 10]],
    // 2 / 99 is above 2 / 100.
    expected: waits('short', { calm: 0, breakout: 0, trend: 20, volume: 0, open_interest: 10 }),
  },
  {
    name: 'a hundredth above the channel is outside',
    candles: [...BASE, [100, 101.01, 99.01, 101.01, 10]],
    expected: long(101.01, 2, { ...UP_POINTS, breakout: (20 * 0.01) / 2 }),
  },
  {
    name: 'the close before stood exactly at the top: this one is the first outside',
    candles: [...BASE, [100, 101, 99, 101, 10], [101, 103, 101, 103, 10]],
    expected: long(103, 2, { ...UP_POINTS, breakout: 20 }),
  },
  {
    name: 'the close before was outside already',
    candles: [...BASE, [100, 101.5, 99.5, 101.5, 10], [101.5, 103, 101, 103, 10]],
    // 1.5 above 101.5, which the candle before has made the top.
    expected: waits('long', { ...UP_POINTS, breakout: (20 * 1.5) / 2 }),
  },
  {
    name: 'the close before was below already',
    candles: [...BASE, [100, 100.5, 98.5, 98.5, 10], [98.5, 99, 97, 97, 10]],
    expected: waits('short', { ...DOWN_POINTS, calm: 0, breakout: (20 * 1.5) / 2 }),
  },
  {
    name: 'a high 20 candles ago is part of the channel',
    candles: [...flat(430), wickUp, ...flat(19), UP],
    // ATR 2 + (13/14)^20 / 7 = 2.03; share .01992 below the 400 - 20 of .02 and the 20 since.
    expected: waits('long', { ...UP_POINTS, breakout: 0 }),
  },
  {
    name: 'a high 21 candles ago is not',
    candles: [...flat(429), wickUp, ...flat(20), UP],
    expected: long(102, after(21), { ...UP_POINTS, breakout: 20 / after(21) }),
  },
  {
    name: 'a high that leaves the channel with this candle still kept the close before inside',
    candles: [...flat(429), [100, 104, 99, 100, 10], ...flat(19), [100, 102, 100, 102, 10], [102, 103, 101, 103, 10]],
    // The wick's range is 5, 20 candles of range 2 follow and two more.
    expected: long(103, 2 + (3 / 14) * (13 / 14) ** 21, {
      ...UP_POINTS,
      breakout: 20 / (2 + (3 / 14) * (13 / 14) ** 21),
    }),
  },
  {
    name: 'the high of the candle before the last two kept the close before inside',
    candles: [...flat(448), [100, 102.5, 99, 100, 10], [100, 102, 100, 102, 10], [102, 103, 101, 103, 10]],
    // Its range is 3.5, two candles before the last: share 2.09 / 103 = .0203, above all but that of the candle itself (.0211)
    // and of the one after it (.0206 of 102).
    expected: long(103, wilder(2, [3.5, 2, 2]), {
      ...UP_POINTS,
      calm: (30 * Math.max(0, 0.9 - 398 / 400)) / 0.7,
      breakout: (20 * 0.5) / wilder(2, [3.5, 2, 2]),
    }),
  },
  {
    name: 'the low of the candle before the last two kept the close before inside',
    candles: [...flat(448), [100, 101, 97.5, 100, 10], [100, 100, 98, 98, 10], [98, 99, 97, 97, 10]],
    // Share 2.09 / 97 = .0216 is above that of the candle before, 2.1 / 98 = .0214, and of all others.
    expected: short(97, wilder(2, [3.5, 2, 2]), {
      ...DOWN_POINTS,
      calm: 0,
      breakout: (20 * 0.5) / wilder(2, [3.5, 2, 2]),
    }),
  },
  {
    name: 'a long below EMA200, of rank 186 / 246',
    candles: [...FALLEN, UP],
    // 186 values of 2 / 120 lie below 2.016 / 102 = .01976; the 60 since are .02 and more.
    expected: long(102, FALLEN_ATR, {
      ...UP_POINTS,
      calm: (30 * (0.9 - 186 / 246)) / 0.7,
      breakout: 20 / FALLEN_ATR,
      trend: 0,
    }),
  },
  {
    name: 'a short above EMA200, of rank 60 / 246',
    candles: [...RISEN, [100, 100, 98, 98, 10]],
    // Share 2.016 / 98 = .02057. 2 / 80 = .025 is above it; of the 60 since (2 + 1.357 (13/14)^k) / 100, k = 0 to 59, those from
    // k = 43 on are below: (13/14)^42 = .0445, (13/14)^43 = .0413, (2.0571 - 2) / 1.357 = .0421: 17.
    expected: short(98, FALLEN_ATR, {
      ...DOWN_POINTS,
      calm: 30 * Math.min(1, (0.9 - 17 / 246) / 0.7),
      breakout: 20 / FALLEN_ATR,
      trend: 0,
    }),
  },
  {
    name: '99 values are too few for calm, and 114 candles for EMA200',
    candles: [...flat(113), UP],
    expected: long(102, 2, { ...UP_POINTS, calm: 15, trend: 10 }),
  },
  {
    name: '100 values are enough for calm',
    candles: [...flat(114), UP],
    expected: long(102, 2, { ...UP_POINTS, trend: 10 }),
  },
  {
    name: 'a short without calm and EMA200',
    candles: [...flat(113), DOWN],
    expected: short(98.9, DOWN_ATR, { ...DOWN_POINTS, calm: 15, trend: 10 }),
  },
  {
    name: '199 candles have no EMA200',
    candles: [...flat(198), DOWN],
    expected: short(98.9, DOWN_ATR, { ...DOWN_POINTS, trend: 10 }),
  },
  { name: '200 candles have one', candles: [...flat(199), DOWN], expected: short(98.9, DOWN_ATR, DOWN_POINTS) },
  {
    name: 'volume of 1.75 averages',
    candles: [...BASE, [100, 102, 100, 102, 17.5]],
    expected: long(102, 2, { ...UP_POINTS, volume: 5 }),
  },
  {
    name: 'volume of 4 averages, and the average leaves this candle out',
    candles: [...BASE, [100, 100, 98.9, 98.9, 40]],
    expected: short(98.9, DOWN_ATR, { ...DOWN_POINTS, volume: 10 }),
  },
  {
    name: 'volume of 2.4 averages of 20 candles',
    // 10 + 10 / 20 on average: one of the 20 had 20.
    candles: [...flat(430), [100, 101, 99, 100, 20], ...flat(19), [100, 102, 100, 102, 25.2]],
    expected: long(102, 2, { ...UP_POINTS, volume: (10 * 1.4) / 1.5 }),
  },
  {
    name: 'the candle before is part of the average',
    candles: [...flat(449), [100, 101, 99, 100, 20], [100, 102, 100, 102, 21]],
    expected: long(102, 2, { ...UP_POINTS, volume: 10 / 1.5 }),
  },
  {
    name: 'without any volume',
    candles: [...flat(450, { volume: 0 }), [100, 102, 100, 102, 5]],
    expected: long(102, 2, UP_POINTS),
  },
  {
    name: 'a long whose volume was not measured: half',
    candles: [...BASE, [100, 102, 100, 102, NaN]],
    expected: long(102, 2, { ...UP_POINTS, volume: 5 }),
  },
  {
    name: 'a short whose volume was measured, and none of the 20 before it: half',
    candles: [...unmeasured(BASE, 430), [100, 100, 98.9, 98.9, 40]],
    expected: short(98.9, DOWN_ATR, { ...DOWN_POINTS, volume: 5 }),
  },
  {
    name: 'of the 20 candles before it those with a volume make the average',
    // 14 have none; 20 and five times 10 are 70 / 6 on average, of which 17.5 is 1.5.
    candles: [...unmeasured(flat(444), 430), [100, 101, 99, 100, 20], ...flat(5), [100, 102, 100, 102, 17.5]],
    expected: long(102, 2, { ...UP_POINTS, volume: (10 * 0.5) / 1.5 }),
  },
  {
    name: 'a volume that was not measured where nothing was traded before: half',
    candles: [...flat(450, { volume: 0 }), [100, 102, 100, 102, NaN]],
    expected: long(102, 2, { ...UP_POINTS, volume: 5 }),
  },
  {
    name: 'a volume that is beyond all numbers times the average: all points',
    candles: [...flat(450, { volume: 5e-324 }), [100, 102, 100, 102, 9e17]],
    expected: long(102, 2, { ...UP_POINTS, volume: 10 }),
  },
  {
    name: 'a short without a single volume',
    candles: unmeasured([...BASE, DOWN]),
    expected: short(98.9, DOWN_ATR, { ...DOWN_POINTS, volume: 5 }),
  },
  {
    name: 'no direction and no volume',
    candles: unmeasured([...BASE, [100, 101, 99, 100, 10]]),
    expected: waits('long', { calm: (30 * (0.9 - 0.5)) / 0.7, breakout: 0, trend: 0, volume: 5, open_interest: 10 }),
  },
  {
    name: 'a short whose target would not be a price has no direction',
    candles: [...BASE, [100, 100, 2, 2, 10]],
    // ATR (26 + 98) / 14 = 8.86: four of them below 2. 97 below the channel.
    expected: waits('short', { ...DOWN_POINTS, calm: 0, breakout: 20 }),
  },
];

export const ROWS: readonly Row[] = [...PRICE, ...SERIES_ROWS];
