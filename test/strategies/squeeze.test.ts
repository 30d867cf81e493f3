/** Squeezes against the words that define them, on markets of all kinds; no window is kept from one candle to the next here. */
import { describe, expect, it } from 'vitest';
import type { MarketView } from '../../src/core/strategy.ts';
import { createViewer } from '../../src/processor/view.ts';
import {
  bandWidth,
  isSqueezed,
  momentumAt,
  releasedRun,
  runUntil,
  squeezeMargin,
  widthPercentile,
} from '../../src/strategies/squeeze.ts';
import { candlesOf, syntheticHistory } from '../contract/markets.ts';
import { bandOf, flat } from './tables/candles.ts';
import { BURST, squeezedFor } from './tables/squeeze-scenes.ts';

const markets = [1, 2, 3].map((seed) => createViewer()(syntheticHistory(seed, 600).candles));
const FIRST = 150;

function last(count: number, bar: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => bar - count + 1 + index);
}

function bandAt({ candles: { close } }: MarketView, bar: number) {
  return bandOf(...last(20, bar).map((at) => close[at]!));
}

/** On every bar of every market. */
function everywhere(check: (market: MarketView, bar: number) => void): void {
  for (const market of markets) for (let bar = FIRST; bar < market.candles.length; bar += 1) check(market, bar);
}

describe('a squeeze', () => {
  it('is the band of 2 deviations inside 1.5 ATR around EMA20, above and below', () => {
    const seen = new Set<boolean>();
    everywhere((market, bar) => {
      const { mean, deviation } = bandAt(market, bar);
      const [middle, atr] = [market.indicators.ema20[bar]!, market.indicators.atr14[bar]!];
      const above = middle + 1.5 * atr - (mean + 2 * deviation);
      const below = mean - 2 * deviation - (middle - 1.5 * atr);
      expect(squeezeMargin(market.indicators, bar)).toBeCloseTo(Math.min(above, below), 7);
      expect(bandWidth(market.indicators, bar)).toBeCloseTo(4 * deviation, 7);
      expect(isSqueezed(market.indicators, bar)).toBe(above > 0 && below > 0);
      seen.add(isSqueezed(market.indicators, bar));
    });
    expect(seen.size).toBe(2);
  });

  it('a band exactly as wide as the channel is not inside it', () => {
    const { indicators } = createViewer()(candlesOf(flat(60)));
    const at = 50;
    expect(isSqueezed({ ...indicators, deviation20: () => 1.5 }, at)).toBe(false);
    expect(isSqueezed({ ...indicators, deviation20: () => 1.49 }, at)).toBe(true);
  });

  it('is released by the run that ended one to three bars before', () => {
    const found = new Set<number | null>();
    everywhere((market, bar) => {
      const squeezed = (at: number): boolean => isSqueezed(market.indicators, at);
      const end = [bar - 1, bar - 2, bar - 3].find((at) => squeezed(at) && !squeezed(at + 1));
      const run = releasedRun(market, bar);
      found.add(end === undefined ? null : bar - end);
      if (end === undefined || run === null) {
        expect([end, run]).toEqual([undefined, null]);
        return;
      }
      const { high, low } = market.candles;
      let start = end;
      while (start > 0 && squeezed(start - 1)) start -= 1;
      const seen = last(Math.min(end - start + 1, 48), end);
      expect(run).toEqual({
        start,
        end,
        length: end - start + 1,
        high: Math.max(...seen.map((at) => high[at]!)),
        low: Math.min(...seen.map((at) => low[at]!)),
      });
    });
    expect(found).toEqual(new Set([null, 1, 2, 3]));
  });

  it('a run sees its last 48 bars, and may reach back to where bands begin', () => {
    const at = (bar: number): MarketView => {
      const rows = flat(100);
      rows[bar] = [100, 120, 80, 100, 10];
      return createViewer()(candlesOf(rows));
    };
    expect(runUntil(at(52), 99)).toEqual({ start: 19, end: 99, length: 81, high: 120, low: 80 });
    expect(runUntil(at(51), 99)).toEqual({ start: 19, end: 99, length: 81, high: 101, low: 99 });
  });

  it('ranks the width of the band among those that end there, its own included; what rounding alone tells apart is equal', () => {
    const found = new Set<number>();
    everywhere((market, bar) => {
      const widths = last(120, bar).map((at) => Number(bandWidth(market.indicators, at).toPrecision(10)));
      const own = widths.at(-1)!;
      const less = widths.filter((width) => width < own).length;
      const equal = widths.filter((width) => width === own).length;
      expect(widthPercentile(market.indicators, bar, 120)).toBe((less + equal / 2) / 120);
      found.add(less);
    });
    expect(found.size).toBeGreaterThan(60);
    const { indicators } = createViewer()(candlesOf(flat(60)));
    const ranked = (...widths: readonly number[]): number =>
      widthPercentile({ ...indicators, deviation20: (bar) => widths[bar]! }, widths.length - 1, widths.length);
    expect(ranked(1, 2, 3, 2)).toBe((1 + 0.5 * 2) / 4);
    expect(ranked(2 * (1 + 1e-12), 2 * (1 - 1e-12), 2)).toBe(0.5);
    expect(ranked(2 * (1 + 1e-8), 2 * (1 - 1e-8), 2)).toBe(0.5);
    expect(ranked(2 * (1 - 1e-8), 2 * (1 - 1e-8), 2)).toBe(2.5 / 3);
    expect(ranked(2 * (1 - 6e-10), 2)).toBe(0.75);
    expect(ranked(2 * (1 + 6e-10), 2)).toBe(0.25);
    expect(ranked(0, 0, 0)).toBe(0.5);
    // Ten digits of the width, which is four deviations.
    expect(ranked(1.000_000_001_48 / 4, 1.000_000_000_51 / 4)).toBe(0.5);
    expect(ranked(8.000_000_000_4 / 4, 8.000_000_000_1 / 4)).toBe(0.5);
    expect(ranked(8.000_000_000_6 / 4, 8.000_000_000_4 / 4)).toBe(0.25);
  });
});

describe('momentum', () => {
  it('is the end of the least-squares line through 20 distances from the middle', () => {
    everywhere((market, bar) => {
      const { close, high, low } = market.candles;
      const distances = last(20, bar).map((at) => {
        const window = last(20, at);
        const top = Math.max(...window.map((one) => high[one]!));
        const bottom = Math.min(...window.map((one) => low[one]!));
        return close[at]! - ((top + bottom) / 2 + bandAt(market, at).mean) / 2;
      });
      const mean = distances.reduce((sum, one) => sum + one, 0) / 20;
      const slope =
        distances.reduce((sum, one, index) => sum + (index - 9.5) * (one - mean), 0) /
        distances.reduce((sum, _, index) => sum + (index - 9.5) ** 2, 0);
      expect(momentumAt(market, bar)).toBeCloseTo(mean + 9.5 * slope, 7);
    });
  });

  it('of a close far above a flat base is that one close times its weight', () => {
    const market = createViewer()(candlesOf([...flat(200), BURST]));
    expect(momentumAt(market, 199)).toBe(0);
    expect(momentumAt(market, 200)).toBeCloseTo((1 / 20 + 9.5 ** 2 / 665) * (114 - (106.75 + 100.7) / 2), 12);
  });
});

it('a squeeze of six candles is a run of six', () => {
  const rows = [...squeezedFor(6), BURST];
  const market = createViewer()(candlesOf(rows));
  expect(releasedRun(market, rows.length - 1)).toMatchObject({ length: 6, end: rows.length - 2 });
});
