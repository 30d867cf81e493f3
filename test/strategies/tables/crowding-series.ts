/** What series give a long and a short of crowding-reversal: funding 8, the other three 4 each, by rank. */
import { long, short, FALL, TURN, RISE, TURN_DOWN, BASE, A_STOP, A_ROOM, A_POINTS } from './crowding-scenes.ts';
import type { Expected, Row } from './row.ts';
import { ABSENT, PENDING, funding, liquidations, longShort, oneLiquidation, openInterest, risen } from './series.ts';

const LONG = [...BASE, ...FALL, TURN];
const SHORT = [...BASE, ...RISE, TURN_DOWN];
const longWith = (points: Expected['points']): Expected => long(83.5, A_STOP, A_ROOM, { ...A_POINTS, ...points });
const shortWith = (points: Expected['points']): Expected => short(116.5, A_STOP, A_ROOM, { ...A_POINTS, ...points });
const A_PRICE = A_POINTS.stretch + A_POINTS.exhaustion + A_POINTS.confirmation + A_POINTS.regime;

export const SERIES_ROWS: readonly Row[] = [
  ...[0, 45, 179].flatMap((below): Row[] => [
    {
      name: `funding above ${below} of 179 for a long: low speaks for it`,
      candles: LONG,
      series: { funding_rate: funding(below) },
      expected: longWith({ funding_rate: 8 * (1 - below / 179) }),
    },
    {
      name: `funding above ${below} of 179 for a short: high speaks for it`,
      candles: SHORT,
      series: { funding_rate: funding(below) },
      expected: shortWith({ funding_rate: (8 * below) / 179 }),
    },
  ]),
  ...[0, 180, 719].flatMap((below): Row[] => [
    {
      name: `a long/short ratio above ${below} of 719 for a long: low speaks for it`,
      candles: LONG,
      series: { long_short_ratio: longShort(below) },
      expected: longWith({ long_short_ratio: 4 * (1 - below / 719) }),
    },
    {
      name: `a long/short ratio above ${below} of 719 for a short: high speaks for it`,
      candles: SHORT,
      series: { long_short_ratio: longShort(below) },
      expected: shortWith({ long_short_ratio: (4 * below) / 719 }),
    },
  ]),
  ...[0, 125, 500].flatMap((below): Row[] => [
    {
      name: `net liquidations above ${below} of 500 for a long: liquidated longs speak for it`,
      candles: LONG,
      series: { liquidations: liquidations(below) },
      expected: longWith({ liquidations: (4 * below) / 500 }),
    },
    {
      name: `net liquidations above ${below} of 500 for a short: liquidated shorts speak for it`,
      candles: SHORT,
      series: { liquidations: liquidations(below) },
      expected: shortWith({ liquidations: 4 * (1 - below / 500) }),
    },
    {
      name: `open interest above ${below} of 500 for a long: falling speaks for it`,
      candles: LONG,
      series: { open_interest: openInterest(below) },
      expected: longWith({ open_interest: 4 * (1 - below / 500) }),
    },
    {
      name: `open interest above ${below} of 500 for a short: falling speaks for it too`,
      candles: SHORT,
      series: { open_interest: openInterest(below) },
      expected: shortWith({ open_interest: 4 * (1 - below / 500) }),
    },
  ]),
  {
    name: 'all four at their best for a short',
    candles: SHORT,
    series: {
      open_interest: openInterest(0),
      funding_rate: funding(179),
      long_short_ratio: longShort(719),
      liquidations: liquidations(0),
    },
    expected: shortWith({ open_interest: 4, funding_rate: 8, long_short_ratio: 4, liquidations: 4 }),
  },
  {
    name: 'all four may still come: 0 to 20',
    candles: SHORT,
    series: { open_interest: PENDING, funding_rate: PENDING, long_short_ratio: PENDING, liquidations: PENDING },
    expected: { ...shortWith({}), bounds: [A_PRICE, A_PRICE + 20] },
  },
  {
    name: 'funding may still come, the others are absent: 8 open',
    candles: LONG,
    series: { funding_rate: PENDING, liquidations: ABSENT },
    expected: { ...longWith({}), bounds: [A_PRICE + 6, A_PRICE + 14] },
  },
  {
    name: 'hours without liquidations count as none: one hour of them long ago leaves the current sum equal to 497 and below 3',
    candles: LONG,
    series: { liquidations: oneLiquidation(100) },
    expected: longWith({ liquidations: (4 * (0.5 * 497)) / 500 }),
  },
  {
    name: 'liquidations two hours before the close are among the last three',
    candles: SHORT,
    series: { liquidations: oneLiquidation(2) },
    // The sums of the two hours before the last are 10 as well: 498 below, 2 equal.
    expected: shortWith({ liquidations: 4 * (1 - 499 / 500) }),
  },
  {
    name: '80 rates are 79 and the current one, 120 ratios 119: too few, half for certain',
    candles: SHORT,
    series: { funding_rate: risen('funding_rate', 80), long_short_ratio: risen('long_short_ratio', 120) },
    expected: shortWith({}),
  },
  {
    name: '80 rates and 119 ratios before the current ones',
    candles: SHORT,
    series: { funding_rate: risen('funding_rate', 81), long_short_ratio: risen('long_short_ratio', 120) },
    expected: shortWith({ funding_rate: 8 }),
  },
  {
    name: '120 ratios before the current one',
    candles: SHORT,
    series: { long_short_ratio: risen('long_short_ratio', 121) },
    expected: shortWith({ long_short_ratio: 4 }),
  },
  {
    name: 'liquidations that were asked for 242 hours give 239 sums to rank among: too few',
    candles: LONG,
    series: { liquidations: oneLiquidation(0, 242) },
    expected: { ...longWith({}), bounds: [A_PRICE + 8, A_PRICE + 12] },
  },
  {
    name: 'those of 243 hours give 240',
    candles: LONG,
    series: { liquidations: oneLiquidation(0, 243) },
    expected: { ...longWith({ liquidations: 4 }), bounds: [A_PRICE + 8, A_PRICE + 12] },
  },
  {
    name: 'liquidations that are two hours late count as of then, and stay open',
    candles: LONG,
    // They rise all the time: the last known sum is above all before it.
    series: { liquidations: liquidations(0, { late: 2 }) },
    expected: { ...longWith({ liquidations: 4 }), bounds: [A_PRICE + 8, A_PRICE + 12] },
  },
  {
    name: 'liquidations that are three hours late do not count',
    candles: LONG,
    series: { liquidations: liquidations(0, { late: 3 }) },
    expected: { ...longWith({}), bounds: [A_PRICE + 8, A_PRICE + 12] },
  },
  {
    name: 'two missing rates are none to rank among',
    candles: LONG,
    series: { funding_rate: funding(10, { without: [1, 2] }) },
    expected: longWith({ funding_rate: 8 * (1 - 10 / 177) }),
  },
  {
    name: 'a rate that is two buckets late counts and stays open',
    candles: SHORT,
    // The newest is the 178th, above the 177 before it.
    series: { funding_rate: funding(0, { late: 2 }) },
    expected: { ...shortWith({ funding_rate: 8 }), bounds: [A_PRICE + 6, A_PRICE + 14] },
  },
  {
    name: 'a rate that is three buckets late does not count',
    candles: SHORT,
    series: { funding_rate: funding(0, { late: 3 }) },
    expected: { ...shortWith({}), bounds: [A_PRICE + 6, A_PRICE + 14] },
  },
];
