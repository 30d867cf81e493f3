import { assert as assertProperty, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/time.ts';
import { LISTED_COINS } from '../../src/sandbox/coins.ts';
import { funding, longShortRatio, openInterest } from '../../src/sandbox/derivatives.ts';
import { candles } from '../../src/sandbox/generator.ts';
import type { Candle, Instrument, Span } from '../../src/sandbox/generator.ts';
import { liquidations } from '../../src/sandbox/liquidations.ts';
import { FUTURES } from '../../src/sandbox/listing.ts';
import { fractal, growth, unit, worldKey } from '../../src/sandbox/noise.ts';
import { REDENOMINATIONS, SAMPLE_AS_OF, SCENARIOS, trackAt } from '../../src/sandbox/scenarios.ts';

const NOW = SAMPLE_AS_OF;

function instrument(symbol: string): Instrument {
  return FUTURES.get(symbol)!.instrument;
}

/** Symbols with a scenario, a multiplier, another denomination, a redenomination and a peg among them. */
const SYMBOLS = ['BTCUSDT_PERP.A', 'WLD.H', 'kPEPE.H', 'BTCUSD.6', 'XRPUSDT_PERP.0', 'SUPER.H', 'USDEUSDT_PERP.A'];

const SERIES: Readonly<Record<string, (of: Instrument, span: Span) => readonly { readonly time: number }[]>> = {
  candles,
  openInterest: (of, span) => openInterest(of, span, false),
  openInterestUsd: (of, span) => openInterest(of, span, true),
  funding: (of, span) => funding(of, span, 0),
  predicted: (of, span) => funding(of, span, 1),
  longShortRatio,
  liquidations: (of, span) => liquidations(of, span, false),
};

function span(interval: number, back: number, now = NOW): Span {
  return { interval, from: now - back, to: now, now };
}

describe('noise', () => {
  it('has the same values on every machine', () => {
    // Computed once; only +, -, * and / go in, which IEEE 754 fixes to the last bit.
    expect(unit(worldKey('test'), 1)).toBe(0.8907605288550258);
    expect([...fractal(worldKey('test'), 1_000_000, 3, { shortest: 1, longest: 64, amplitude: 1 })]).toEqual([
      2.94138401174132, 5.253484291240454, 6.448950360316758,
    ]);
    expect(growth(0.5)).toBe(1.6485200885451277);
  });

  it('any window of it is the same', () => {
    const octaves = { shortest: 1, longest: 4096, amplitude: 0.01 };
    const whole = fractal(7, 1_000, 9_000, octaves);
    assertProperty(
      property(integer({ min: 0, max: 8_999 }), integer({ min: 1, max: 500 }), (from, count) => {
        const size = Math.min(count, 9_000 - from);
        expect(fractal(7, 1_000 + from, size, octaves)).toEqual(whole.slice(from, from + size));
      }),
      { numRuns: 200 },
    );
  });

  it('growth is close to the exponential function and grows', () => {
    for (const x of [-2, -0.5, -0.01, 0, 0.01, 0.5, 2]) {
      expect(growth(x) / Math.exp(x)).toBeCloseTo(1, 2);
      expect(growth(x + 1e-6)).toBeGreaterThan(growth(x));
    }
  });
});

describe('any window', () => {
  it.each(Object.entries(SERIES))(
    '%s of a bucket do not depend on the window or on what is asked before',
    (_, read) => {
      assertProperty(
        property(
          constantFrom(...SYMBOLS),
          constantFrom(5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 4 * HOUR_MS, DAY_MS),
          integer({ min: 0, max: 100 }),
          integer({ min: 0, max: 40 }),
          (symbol, interval, back, length) => {
            const of = instrument(symbol);
            const whole = read(of, span(interval, 120 * interval));
            const from = Math.floor(NOW / interval) * interval - back * interval;
            const part = read(of, { interval, from, to: from + length * interval, now: NOW });
            expect(part).toEqual(whole.filter(({ time }) => time >= from && time <= from + length * interval));
          },
        ),
        { numRuns: 25 },
      );
    },
  );

  it.each(Object.entries(SERIES))('%s of a closed bucket are the same at any later time', (_, read) => {
    for (const symbol of SYMBOLS) {
      const of = instrument(symbol);
      const now = NOW - 3 * DAY_MS - 7 * MINUTE_MS;
      const then = read(of, span(HOUR_MS, 20 * HOUR_MS, now)).filter(({ time }) => time + HOUR_MS <= now);
      const later = read(of, { interval: HOUR_MS, from: now - 20 * HOUR_MS, to: NOW, now: NOW });
      expect(later.slice(0, then.length), symbol).toEqual(then);
      expect(then.length > 0 || read === SERIES['liquidations'] || read === SERIES['longShortRatio']).toBe(true);
    }
  });
});

describe('candles', () => {
  function aggregated(fine: readonly Candle[], interval: number): readonly Candle[] {
    return [...Map.groupBy(fine, ({ time }) => Math.floor(time / interval) * interval)].map(([time, part]) => {
      const sum = (key: 'volume' | 'buyVolume' | 'trades' | 'buyTrades'): number =>
        part.reduce((total, candle) => total + candle[key], 0);
      return {
        time,
        open: part[0]!.open,
        high: Math.max(...part.map(({ high }) => high)),
        low: Math.min(...part.map(({ low }) => low)),
        close: part.at(-1)!.close,
        volume: expect.closeTo(sum('volume'), 2) as number,
        buyVolume: expect.closeTo(sum('buyVolume'), 2) as number,
        trades: sum('trades'),
        buyTrades: sum('buyTrades'),
      };
    });
  }

  it.each([
    ['4h from 1h', HOUR_MS, 4 * HOUR_MS],
    ['1d from 4h', 4 * HOUR_MS, DAY_MS],
    ['1h from 15m', 15 * MINUTE_MS, HOUR_MS],
    ['15m from 5m', 5 * MINUTE_MS, 15 * MINUTE_MS],
    ['15m from 1m', MINUTE_MS, 15 * MINUTE_MS],
    ['1d from 1m, the open day included', MINUTE_MS, DAY_MS],
  ])('%s', (_, fine, coarse) => {
    for (const symbol of SYMBOLS) {
      const from = Math.floor((NOW - 3 * DAY_MS) / DAY_MS) * DAY_MS;
      const now = NOW + 3 * MINUTE_MS;
      const made = candles(instrument(symbol), { interval: coarse, from, to: now, now });
      expect(made).toEqual(aggregated(candles(instrument(symbol), { interval: fine, from, to: now, now }), coarse));
    }
  });

  it('are possible, without gaps, and open where the last one closed', () => {
    const possible = (candle: Candle, before: Candle | undefined): boolean =>
      candle.low > 0 &&
      candle.high >= Math.max(candle.open, candle.close) &&
      candle.low <= Math.min(candle.open, candle.close) &&
      candle.volume > 0 &&
      candle.buyVolume <= candle.volume &&
      candle.trades > 0 &&
      candle.buyTrades <= candle.trades &&
      (before === undefined || (candle.open === before.close && candle.time === before.time + 4 * HOUR_MS));
    const impossible = [...FUTURES.values()].flatMap(({ instrument: of, row }) => {
      const rows = candles(of, span(4 * HOUR_MS, 3 * DAY_MS));
      expect(rows).toHaveLength(18);
      return rows.filter((candle, i) => !possible(candle, rows[i - 1])).map(({ time }) => `${row.symbol} ${time}`);
    });
    expect(impossible).toEqual([]);
  });

  it('the price is one on all venues, and a thousand coins cost a thousand times as much', () => {
    const closes = (symbol: string): readonly number[] =>
      candles(instrument(symbol), span(HOUR_MS, DAY_MS)).map(({ close }) => close);
    expect(closes('BTC.H')).toEqual(closes('BTCUSDT_PERP.A'));
    const whole = closes('PEPEUSDT_PERP.3');
    closes('1000PEPEUSDT_PERP.A').forEach((close, i) => expect(close / whole[i]! / 1000).toBeCloseTo(1, 3));
  });

  it('a redenominated coin jumps between two candles, never inside one', () => {
    const { at, factor } = REDENOMINATIONS.get('SUPER')!;
    const rows = candles(instrument('SUPER.H'), {
      interval: 4 * HOUR_MS,
      from: at - DAY_MS,
      to: at + DAY_MS,
      now: NOW,
    });
    const first = rows.findIndex(({ time }) => time === at);
    expect(rows[first]!.open / rows[first - 1]!.close).toBeCloseTo(factor, 0);
    for (const { high, low } of rows) expect(high / low).toBeLessThan(1.5);
    const held = openInterest(instrument('SUPER.H'), { interval: HOUR_MS, from: at - HOUR_MS, to: at, now: NOW }, true);
    expect(held[1]!.close / held[0]!.open).toBeCloseTo(1, 1);
  });

  it('a pegged coin stands still', () => {
    const rows = candles(instrument('USDEUSDT_PERP.A'), span(4 * HOUR_MS, 100 * DAY_MS));
    expect(new Set(rows.flatMap(({ open, high, low, close }) => [open, high, low, close]))).toEqual(new Set([1]));
  });

  it('4h moves are those of coins: about 1 % for the largest, a few for the smaller', () => {
    const spread = (symbol: string): number => {
      const rows = candles(instrument(symbol), span(4 * HOUR_MS, 100 * DAY_MS));
      const moves = rows.map(({ open, close }) => (close / open - 1) ** 2);
      return Math.sqrt(moves.reduce((sum, move) => sum + move, 0) / moves.length);
    };
    expect(spread('BTCUSDT_PERP.A')).toBeGreaterThan(0.004);
    expect(spread('BTCUSDT_PERP.A')).toBeLessThan(0.02);
    expect(spread('XLMUSDT_PERP.A')).toBeGreaterThan(spread('BTCUSDT_PERP.A'));
    expect(spread('XLMUSDT_PERP.A')).toBeLessThan(0.06);
  });
});

describe('series', () => {
  it('open interest of an hour follows the four quarters of it', () => {
    const of = instrument('ETHUSDT_PERP.A');
    const hours = openInterest(of, span(HOUR_MS, DAY_MS), false);
    const quarters = openInterest(of, span(15 * MINUTE_MS, DAY_MS), false);
    for (const hour of hours) {
      const part = quarters.filter(({ time }) => time >= hour.time && time < hour.time + HOUR_MS);
      expect(hour.open).toBe(part[0]!.open);
      expect(hour.close).toBe(part.at(-1)!.close);
      expect(hour.high).toBe(Math.max(...part.map(({ high }) => high)));
      expect(hour.low).toBe(Math.min(...part.map(({ low }) => low)));
    }
  });

  it('liquidations of an hour are the sum of its minutes', () => {
    for (const symbol of ['BTCUSDT_PERP.A', 'WLDUSDT_PERP.A', 'BTCUSD.6']) {
      const of = instrument(symbol);
      const from = Math.floor(NOW / HOUR_MS) * HOUR_MS - 2 * DAY_MS;
      const hours = liquidations(of, { interval: HOUR_MS, from, to: NOW, now: NOW }, false);
      const minutes = liquidations(of, { interval: MINUTE_MS, from, to: NOW, now: NOW }, false);
      const sums = Map.groupBy(minutes, ({ time }) => Math.floor(time / HOUR_MS) * HOUR_MS);
      expect(hours.map(({ time }) => time)).toEqual([...sums.keys()]);
      for (const hour of hours) {
        const part = sums.get(hour.time)!;
        expect(hour.longs).toBeCloseTo(
          part.reduce((sum, { longs }) => sum + longs, 0),
          6,
        );
        expect(hour.shorts).toBeCloseTo(
          part.reduce((sum, { shorts }) => sum + shorts, 0),
          6,
        );
      }
    }
  });

  it('a fall liquidates longs, a rise shorts', () => {
    const of = instrument('ETHUSDT_PERP.A');
    const rows = candles(of, span(HOUR_MS, 200 * DAY_MS));
    const flushed = new Map(liquidations(of, span(HOUR_MS, 200 * DAY_MS), true).map((point) => [point.time, point]));
    const share = (moved: (candle: Candle) => boolean): number => {
      const points = rows.filter(moved).flatMap(({ time }) => flushed.get(time) ?? []);
      expect(points.length).toBeGreaterThan(50);
      const longs = points.reduce((sum, point) => sum + point.longs, 0);
      return longs / (longs + points.reduce((sum, point) => sum + point.shorts, 0));
    };
    expect(share(({ open, close }) => close / open < 0.993)).toBeGreaterThan(0.8);
    expect(share(({ open, close }) => close / open > 1.007)).toBeLessThan(0.2);
  });

  it('larger moves liquidate more', () => {
    const of = instrument('SOLUSDT_PERP.A');
    const rows = candles(of, span(HOUR_MS, 80 * DAY_MS)).toSorted(
      (a, b) => Math.abs(a.close / a.open - 1) - Math.abs(b.close / b.open - 1),
    );
    const flushed = new Map(liquidations(of, span(HOUR_MS, 80 * DAY_MS), true).map((point) => [point.time, point]));
    const sum = (part: readonly Candle[]): number =>
      part.reduce((total, { time }) => total + (flushed.get(time)?.longs ?? 0) + (flushed.get(time)?.shorts ?? 0), 0);
    expect(sum(rows.slice(-200))).toBeGreaterThan(3 * sum(rows.slice(0, 200)));
  });

  it('funding lies around 0.01 % per 8 hours, and most of it exactly there', () => {
    const perpetuals = [...FUTURES.values()].filter(({ row }) => row.symbol.endsWith('USDT_PERP.A'));
    const atBase = perpetuals.flatMap(({ instrument: of }) => {
      const base = (0.01 * of.fundingHours) / 8;
      return funding(of, span(4 * HOUR_MS, 30 * DAY_MS), 0).map(({ close }) => {
        expect(Math.abs(close)).toBeLessThan(1);
        return close === base;
      });
    });
    const share = atBase.filter(Boolean).length / atBase.length;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.8);
    expect(new Set(perpetuals.map(({ instrument: of }) => of.fundingHours))).toEqual(new Set([4, 8]));
  });

  it('funding changes only where a funding interval begins', () => {
    const of = { ...instrument('BTCUSDT_PERP.A'), fundingHours: 8 };
    const hours = funding(of, span(HOUR_MS, 20 * DAY_MS), 0);
    hours.slice(1).forEach(({ time, open }, i) => {
      if (time % (8 * HOUR_MS) !== 0) expect(open).toBe(hours[i]!.close);
    });
    expect(new Set(hours.map(({ open }) => open)).size).toBeGreaterThan(3);
  });

  it('the prediction is the next rate', () => {
    const of = instrument('WLDUSDT_PERP.A');
    const period = of.fundingHours * HOUR_MS;
    const rates = new Map(funding(of, span(period, 10 * DAY_MS), 0).map(({ time, open }) => [time, open]));
    const predicted = funding(of, span(period, 10 * DAY_MS), 1).filter(({ time }) => rates.has(time + period));
    expect(predicted.length).toBeGreaterThan(20);
    for (const { time, open } of predicted) expect(open).toBe(rates.get(time + period));
  });
});

describe('scenarios', () => {
  it('every coin of one is in the world, and all end with a 4h candle', () => {
    const coins = new Set(LISTED_COINS.map(({ ticker }) => ticker));
    for (const [ticker, { until }] of SCENARIOS) {
      expect(coins.has(ticker), ticker).toBe(true);
      expect(until % (4 * HOUR_MS)).toBe(0);
    }
  });

  it('a track is a line between its points, flat after them and 0 before', () => {
    const track = [
      [10, 0],
      [4, 3],
      [0, 1],
    ] as const;
    expect([20, 10, 7, 4, 2, 0, -5].map((before) => trackAt(track, before))).toEqual([0, 0, 1.5, 3, 2, 1, 1]);
    expect(trackAt([], 3)).toBe(0);
  });

  it('the market goes on where a scenario ends', () => {
    for (const [ticker, { until }] of SCENARIOS) {
      const listed = [...FUTURES.values()].find(({ instrument: of }) => of.coin.ticker === ticker)!;
      const now = until + 30 * DAY_MS;
      const rows = candles(listed.instrument, { interval: HOUR_MS, from: until - DAY_MS, to: now, now });
      for (const { high, low } of rows) expect(high / low, ticker).toBeLessThan(1.25);
    }
  });
});
