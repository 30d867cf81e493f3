/** What open interest gives a long and a short of trend-breakout: 20 by the rank of its change in 24 h, rising for both sides. */
import type { Row } from './row.ts';
import { PENDING, longShort, oneLiquidation, openInterest, risen } from './series.ts';
import { BASE, UP, DOWN, DOWN_ATR, UP_POINTS, DOWN_POINTS, long, short } from './trend-scenes.ts';

export const SERIES_ROWS: readonly Row[] = [
  ...[0, 125, 375, 500].flatMap((below): Row[] => [
    {
      name: `a long with open interest above ${below} of 500`,
      candles: [...BASE, UP],
      series: { open_interest: openInterest(below) },
      expected: long(102, 2, { ...UP_POINTS, open_interest: (20 * below) / 500 }),
    },
    {
      name: `a short with open interest above ${below} of 500: new money speaks for it as well`,
      candles: [...BASE, DOWN],
      series: { open_interest: openInterest(below) },
      expected: short(98.9, DOWN_ATR, { ...DOWN_POINTS, open_interest: (20 * below) / 500 }),
    },
  ]),
  {
    name: 'open interest that may still come: 0 to 20',
    candles: [...BASE, UP],
    series: { open_interest: PENDING, long_short_ratio: longShort(700) },
    expected: { ...long(102, 2, UP_POINTS), bounds: [60, 80] },
  },
  {
    name: 'open interest of which two hours are late counts, and stays open',
    candles: [...BASE, UP],
    // The newest value, 1717, stands for the close: 22 / 1695 in 24 h is less than 24 / 1693 and all before it.
    series: { open_interest: openInterest(500, 24, { late: 2 }) },
    expected: { ...long(102, 2, { ...UP_POINTS, open_interest: 0 }), bounds: [60, 80] },
  },
  {
    name: 'open interest of which three hours are late does not count',
    candles: [...BASE, DOWN],
    series: { open_interest: openInterest(500, 24, { late: 3 }) },
    expected: {
      ...short(98.9, DOWN_ATR, DOWN_POINTS),
      bounds: [50 + DOWN_POINTS.breakout, 70 + DOWN_POINTS.breakout],
    },
  },
  {
    name: 'two missing hours 24 h ago are bridged',
    candles: [...BASE, UP],
    // Bridged from 26 h ago: the base is 1693 in the place of 1695, which lifts the change to rank 1 of what is left anyway.
    series: { open_interest: openInterest(500, 24, { without: [24, 25] }) },
    expected: long(102, 2, { ...UP_POINTS, open_interest: 20 }),
  },
  {
    name: 'three missing hours up to 24 h ago are not',
    candles: [...BASE, UP],
    series: { open_interest: openInterest(500, 24, { without: [24, 25, 26] }) },
    expected: long(102, 2, UP_POINTS),
  },
  {
    name: '119 changes are too few: half, for certain',
    candles: [...BASE, UP],
    // 144 hours give 120 changes, the current one among them.
    series: { open_interest: risen('open_interest', 144) },
    expected: long(102, 2, UP_POINTS),
  },
  {
    name: '120 changes are enough',
    candles: [...BASE, UP],
    series: { open_interest: risen('open_interest', 145) },
    expected: long(102, 2, { ...UP_POINTS, open_interest: 20 }),
  },
  ...(['BASE_ASSET', 'QUOTE_ASSET', 'CONTRACTS'] as const).map((denomination): Row => {
    // 1695 grew by 24 / 1694.5 in 24 h; 10 longs are liquidated in the last hour.
    const amount = 1695 * (1 + 24 / 1694.5);
    const usd = {
      BASE_ASSET: [amount * 102 * 1000, 10 * 102 * 1000],
      QUOTE_ASSET: [amount, 10],
      CONTRACTS: [null, null],
    } as const;
    return {
      name: `amounts in ${denomination} of 1000 coins each, at a close of 102`,
      candles: [...BASE, UP],
      series: { open_interest: openInterest(0), liquidations: oneLiquidation(0) },
      listed: { denomination, baseFactor: 1000 },
      expected: { ...long(102, 2, { ...UP_POINTS, open_interest: 0 }), usd: usd[denomination] },
    };
  }),
];
