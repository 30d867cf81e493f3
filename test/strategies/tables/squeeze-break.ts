/**
 * squeeze-break: compression 15 for 3 to 24 squeezed candles and 10 for a band width of rank .4 to .05 among 120; release 10 for a
 * squeeze that ended one to three candles ago, 5 for momentum with the side, 5 when it grows; trendline 8 when a line is broken by
 * more than a quarter ATR, 6 for 3 to 5 touches and 6 for 20 to 120 candles; volume 15 for 1 to 2.5 averages, the better of two
 * candles; open interest 20 by rank of its change over the squeeze, 24 to 72 h. Stop at the run's far edge, 1 to 2 ATR, target twice.
 */
import { flat, unmeasured, wilder } from './candles.ts';
import type { Row } from './row.ts';
import { PENDING, funding, openInterest } from './series.ts';
import {
  long,
  short,
  waits,
  turned,
  squeezedFor,
  atrAfter,
  BURST,
  BURST_ATR,
  BASE,
  POINTS,
  wick,
  wicksAt,
  atrWithWicks,
  back,
  backAtr,
  DOWN_UP,
  longAt,
  shortAt,
  LOUD,
} from './squeeze-scenes.ts';

const RUN: readonly Row[] = [
  { name: 'a long out of a long squeeze', candles: [...BASE, BURST], expected: long(114, 2 * BURST_ATR, POINTS) },
  {
    name: 'a short out of a long squeeze',
    candles: [...BASE, ...turned([BURST])],
    expected: short(86, 2 * BURST_ATR, POINTS),
  },
  {
    name: '6 candles are enough, and the narrowest of 120 widths earns 10',
    // 7 spikes reach back 140: of the 120 widths 6 are 0, one of them the last itself.
    candles: [...squeezedFor(6, 7), [100, 124, 100, 124, 10]],
    expected: long(124, 2 * atrAfter(6, 7, 24), { ...POINTS, compression: (15 * 3) / 21 + 10 }),
  },
  {
    name: 'a short after 6 candles',
    candles: [...turned(squeezedFor(6, 7)), [100, 100, 76, 76, 10]],
    expected: short(76, 2 * atrAfter(6, 7, 24), { ...POINTS, compression: (15 * 3) / 21 + 10 }),
  },
  {
    name: '5 candles are no direction',
    candles: [...squeezedFor(5, 7), [100, 124, 100, 124, 10]],
    expected: waits('long', { ...POINTS, compression: (15 * 2) / 21 + 10 }),
  },
  {
    name: 'a width of rank 18 / 120',
    // 4 spikes make 80 of 120 wide: 20 of the squeeze and 20 before the spikes are 0, the last one among them: .5 * 36 below 4 less.
    candles: [...squeezedFor(16, 4), [100, 124, 100, 124, 10]],
    expected: long(124, 2 * atrAfter(16, 4, 24), {
      ...POINTS,
      compression: (15 * 13) / 21 + (10 * (0.4 - 20 / 120)) / 0.35,
    }),
  },
  {
    name: 'a close at 108 leaves the band of 100 by its lower edge alone',
    // Mean 100.4, deviation 8 sqrt(19) / 20 = 1.74, EMA20 100.76, ATR 2.5: the upper edges are 103.89 and 104.51, the lower ones
    // 96.91 and 97.01.
    candles: [...BASE, [100, 108, 99, 108, 10]],
    expected: long(108, 5, POINTS),
  },
  {
    name: 'a close at 92 by its upper edge alone',
    candles: [...BASE, [100, 101, 92, 92, 10]],
    expected: short(92, 5, POINTS),
  },
  {
    name: 'a close at 107.5 stays squeezed',
    // 97.11 above 97.02.
    candles: [...BASE, [100, 107.5, 99, 107.5, 10]],
    expected: waits('long', { ...POINTS, compression: 0, release: 10 }),
  },
  {
    name: 'a squeeze that ended three candles ago',
    candles: [...BASE, BURST, [114, 115, 113, 114, 10], [114, 115.5, 113.5, 115, 10]],
    // Three candles far from the middle weigh more than two.
    expected: long(115, 2 * wilder(BURST_ATR, [2, 2]), POINTS),
  },
  {
    name: 'a squeeze that ended four candles ago is over',
    candles: [...BASE, BURST, [114, 115, 113, 114, 10], [114, 115.5, 113.5, 115, 10], [115, 116.5, 114.5, 116, 10]],
    expected: waits('long', { ...POINTS, compression: 0, release: 10 }),
  },
  {
    name: 'no squeeze has ended: nothing for compression, release and line',
    candles: BASE,
    expected: waits('long', { ...POINTS, compression: 0, release: 0 }),
  },
];

const EDGE: readonly Row[] = [
  {
    name: 'a close exactly at the high of the run is inside',
    // So far back that momentum knows nothing of it.
    candles: [...flat(354), wick(114), ...flat(45), BURST],
    expected: waits('long', POINTS),
  },
  {
    name: 'a close exactly at the low of the run is inside',
    candles: [...flat(354), [100, 101, 86, 100, 10], ...flat(45), ...turned([BURST])],
    expected: waits('short', POINTS),
  },
  {
    name: 'the last squeezed candle is part of the run, with its high',
    candles: [...flat(399), wick(115), BURST],
    expected: waits('long', POINTS),
  },
  {
    name: 'and with its low',
    candles: [...flat(399), [100, 101, 85, 100, 10], ...turned([BURST])],
    expected: waits('short', POINTS),
  },
  {
    name: "a high in the 48th candle of the run's end counts",
    candles: [...flat(352), wick(115), ...flat(47), BURST],
    expected: waits('long', POINTS),
  },
  {
    name: 'a high in the 49th does not',
    candles: [...flat(351), wick(115), ...flat(48), BURST],
    expected: long(114, 2 * (2 + 13 / 14 + (14 / 14) * (13 / 14) ** 49), POINTS),
  },
  {
    name: 'a low in the 49th does not hold up a short',
    candles: [...flat(351), [100, 101, 85, 100, 10], ...flat(48), ...turned([BURST])],
    expected: short(86, 2 * (2 + 13 / 14 + (14 / 14) * (13 / 14) ** 49), POINTS),
  },
];

const STOPS: readonly Row[] = [
  {
    name: 'the stop of a long stands at the far edge of the run',
    // ATR is 4.48: 106 - 99 = 7 lies between one and two. The close is 1.7 below the middle, the one before was 8.7 above it.
    candles: [...BASE, ...back(130, 104, 106)],
    expected: long(106, 7, { ...POINTS, release: 15 }),
  },
  {
    name: 'the stop of a long is at most two ATR away',
    candles: [...BASE, ...back(120, 104, 110)],
    // ATR is 3.76; 4.7 above the middle after 8.7.
    expected: long(110, 2 * backAtr(16), POINTS),
  },
  {
    name: 'the stop of a long is at least one ATR away',
    candles: [...BASE, ...back(120, 101, 101.5)],
    expected: long(101.5, backAtr(19), { ...POINTS, release: 15 }),
  },
  {
    name: 'the stop of a short stands at the far edge of the run',
    candles: [...BASE, ...turned(back(130, 104, 106))],
    expected: short(94, 7, { ...POINTS, release: 15 }),
  },
  {
    name: 'the stop of a short is at least one ATR away',
    candles: [...BASE, ...turned(back(120, 101, 101.5))],
    expected: short(98.5, backAtr(19), { ...POINTS, release: 15 }),
  },
];

const MOMENTUM: readonly Row[] = [
  {
    name: 'momentum with the side that no longer grows',
    // 7.25 and then -.3125 from the middle: .1714 * 7.25 - .1857 * .3125 against .1857 * 7.25.
    candles: [...BASE, [100, 114, 99, 113, 10], [113, 113, 102, 102.5, 10]],
    expected: long(102.5, wilder(2, [15, 11]), { ...POINTS, release: 15 }),
  },
  {
    name: 'momentum against the side is no direction; it grows towards it',
    candles: [...BASE, ...DOWN_UP],
    // Both sides earn 15 for the release: a long's momentum grows, a short's is with it.
    expected: waits('long', { ...POINTS, release: 15 }),
  },
  {
    name: 'and the same for a short',
    candles: [...BASE, ...turned(DOWN_UP)],
    expected: waits('long', { ...POINTS, release: 15 }),
  },
];

const LINES: readonly Row[] = [
  {
    name: 'a line of 3 touches over 40 candles, broken',
    candles: [...flat(330), ...wicksAt(103, 20, 20, 30), BURST],
    expected: long(114, 2 * atrWithWicks(103, 70, 50, 30), { ...POINTS, trendline: 8 + (6 * 20) / 100 }),
  },
  {
    name: 'a line of 4 touches over 60 candles, broken',
    candles: [...flat(310), ...wicksAt(103, 20, 20, 20, 30), BURST],
    expected: long(114, 2 * atrWithWicks(103, 90, 70, 50, 30), { ...POINTS, trendline: 8 + 3 + (6 * 40) / 100 }),
  },
  {
    name: 'a support of 4 touches over 60 candles, broken by a short',
    candles: [...flat(310), ...turned(wicksAt(103, 20, 20, 20, 30)), ...turned([BURST])],
    expected: short(86, 2 * atrWithWicks(103, 90, 70, 50, 30), { ...POINTS, trendline: 8 + 3 + (6 * 40) / 100 }),
  },
  {
    name: 'a line of 6 touches over 150 candles earns all',
    candles: [...flat(220), ...wicksAt(103, 30, 30, 30, 30, 30, 30), BURST],
    expected: long(114, 2 * atrWithWicks(103, 180, 150, 120, 90, 60, 30), { ...POINTS, trendline: 20 }),
  },
  {
    name: 'a close less than a quarter ATR beyond the line does not break it',
    // The line is 113.5, the close 114, and a quarter ATR .8.
    candles: [...flat(230), ...wicksAt(113.5, 20, 20, 130), BURST],
    expected: long(114, 2 * atrWithWicks(113.5, 170, 150, 130), POINTS),
  },
  {
    name: 'a high 8 candles ago is known as a touch: 3 that a line leaves out and 5 that confirm it',
    candles: [...flat(352), ...wicksAt(103, 20, 20, 8), BURST],
    expected: long(114, 2 * atrWithWicks(103, 48, 28, 8), { ...POINTS, trendline: 8 + (6 * 20) / 100 }),
  },
  {
    name: 'a high 7 candles ago is not',
    candles: [...flat(353), ...wicksAt(103, 20, 20, 7), BURST],
    expected: long(114, 2 * atrWithWicks(103, 47, 27, 7), POINTS),
  },
  {
    name: 'two touches are no line',
    candles: [...flat(350), ...wicksAt(103, 20, 30), BURST],
    expected: long(114, 2 * atrWithWicks(103, 50, 30), POINTS),
  },
];

const OTHERS: readonly Row[] = [
  { name: 'volume of 1.75 averages', candles: [...BASE, LOUD], expected: longAt({ volume: 7.5 }) },
  {
    name: 'the volume of the candle before counts when it was more',
    candles: [...BASE, [100, 114.5, 99.5, 114, 22], [114, 115, 113, 114, 10]],
    expected: long(114, 2 * wilder(BURST_ATR, [2]), { ...POINTS, volume: (15 * 1.2) / 1.5 }),
  },
  {
    name: 'the volume of the candle before counts when this one has none',
    candles: [...BASE, [100, 114.5, 99.5, 114, 22], [114, 115, 113, 114, NaN]],
    expected: long(114, 2 * wilder(BURST_ATR, [2]), { ...POINTS, volume: (15 * 1.2) / 1.5 }),
  },
  {
    name: 'neither of two candles has a volume: half',
    candles: [...BASE, ...unmeasured([BURST, [114, 115, 113, 114, 10]])],
    expected: long(114, 2 * wilder(BURST_ATR, [2]), { ...POINTS, volume: 7.5 }),
  },
  {
    name: 'a short without a single volume',
    candles: unmeasured([...BASE, ...turned([BURST])]),
    expected: shortAt({ volume: 7.5 }),
  },
  {
    name: 'no squeeze has ended and no volume was measured',
    candles: unmeasured(BASE),
    expected: waits('long', { ...POINTS, compression: 0, release: 0, volume: 7.5 }),
  },
  {
    name: 'the volume of two candles before does not',
    candles: [...flat(399), [100, 101, 99, 100, 40], BURST, [114, 115, 113, 114, 10]],
    expected: long(114, 2 * wilder(BURST_ATR, [2]), POINTS),
  },
  ...[0, 125, 500].flatMap((below): Row[] => [
    {
      name: `open interest over 72 h above ${below} of 500 for a long`,
      candles: [...BASE, BURST],
      series: { open_interest: openInterest(below, 72) },
      expected: longAt({ open_interest: (20 * below) / 500 }),
    },
    {
      name: `open interest over 72 h above ${below} of 500 for a short`,
      candles: [...BASE, ...turned([BURST])],
      series: { open_interest: openInterest(below, 72) },
      expected: shortAt({ open_interest: (20 * below) / 500 }),
    },
  ]),
  {
    name: 'after 10 squeezed candles of 4h it is the change over 40 h',
    candles: [...squeezedFor(10, 7), [100, 124, 100, 124, 10]],
    series: { open_interest: openInterest(375, 40) },
    expected: long(124, 2 * atrAfter(10, 7, 24), { ...POINTS, compression: (15 * 7) / 21 + 10, open_interest: 15 }),
  },
  {
    name: 'after 10 squeezed candles of 1h it is the change over 24 h',
    candles: [...squeezedFor(10, 7), [100, 124, 100, 124, 10]],
    timeframe: '1h',
    series: { open_interest: openInterest(375, 24) },
    expected: long(124, 2 * atrAfter(10, 7, 24), { ...POINTS, compression: (15 * 7) / 21 + 10, open_interest: 15 }),
  },
  {
    name: 'without a squeeze it is the change over 24 h',
    candles: BASE,
    series: { open_interest: openInterest(125, 24) },
    expected: waits('long', { ...POINTS, compression: 0, release: 0, open_interest: 5 }),
  },
  {
    name: 'open interest that may still come, and funding that it does not use',
    candles: [...BASE, ...turned([BURST])],
    series: { open_interest: PENDING, funding_rate: funding(0) },
    expected: { ...shortAt({}), bounds: [35, 55] },
  },
];

export const ROWS: readonly Row[] = [...RUN, ...EDGE, ...STOPS, ...MOMENTUM, ...LINES, ...OTHERS];
