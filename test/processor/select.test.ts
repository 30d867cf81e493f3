import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCandleFile } from '../../src/candles/reader.ts';
import type { CandleSeries } from '../../src/core/candles.ts';
import { TIMEFRAME_MS } from '../../src/core/time.ts';
import { closedCandles } from '../../src/processor/closed.ts';
import { continuousTail } from '../../src/processor/continuity.ts';
import { canResample, createResampler } from '../../src/processor/resample.ts';
import { selectSeries, WINDOW_CANDLES, type SelectedSeries, type SelectOptions } from '../../src/processor/select.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { closeOf, HOUR, series, START } from './series.ts';

const { resample } = createResampler(10_000);

function select(files: readonly CandleSeries[], options: Partial<SelectOptions> & { asOf: number }): SelectedSeries {
  const selection = selectSeries(files, { timeframe: '4h', warmup: 100, ...options });
  if (selection.kind === 'none') throw new Error(selection.reason);
  return selection;
}

const summary = ({ series: chosen, resampledFrom, stale, cut }: SelectedSeries) =>
  `${chosen.timeframe}${resampledFrom === null ? '' : ` from ${resampledFrom}`} ${chosen.length}${stale ? ' stale' : ''}${cut ? ' cut' : ''}`;

describe('closed candles', () => {
  const candles = series(10);
  test('a candle is closed from its close time on', () => {
    expect(closedCandles(candles, closeOf(candles)).length).toBe(10);
    expect(closedCandles(candles, closeOf(candles) - 1).length).toBe(9);
    expect(closedCandles(candles, START).length).toBe(0);
  });
  test('candles of the future are not closed', () => {
    expect(closedCandles(candles, START + 8 * HOUR).time).toEqual(Float64Array.of(START, START + 4 * HOUR));
  });
});

describe('continuity guard', () => {
  const jump = (factor: number) => {
    const candles = series(50, { price: () => 100 });
    for (const column of [candles.open, candles.high, candles.low, candles.close]) {
      for (let i = 30; i < 50; i++) column[i]! *= factor;
    }
    return continuousTail(candles);
  };
  test.each([
    [1000, 20],
    [3.01, 20],
    [3, 50],
    [0.34, 50],
    [0.33, 50],
    [0.32, 20],
    [0.1, 20],
  ])('an open at %f times the close before leaves %i of 50 candles', (factor, length) => {
    expect(jump(factor)).toMatchObject({ series: { length }, cut: length < 50 });
  });
  test.each([1, 2, 49])('a break is found wherever it is: at candle %i of 50', (at) => {
    const candles = series(50, { price: (i) => (i < at ? 1 : 1_000) });
    candles.open[at] = 1_000;
    candles.close[at - 1] = 1;
    expect(continuousTail(candles)).toMatchObject({ series: { length: 50 - at }, cut: true });
  });
  test('24 missing candles are no break, 25 are', () => {
    const gap = (missing: number) => continuousTail(series(100, { without: (i) => i >= 40 && i < 40 + missing }));
    expect(gap(24)).toMatchObject({ series: { length: 76 }, cut: false });
    expect(gap(25)).toMatchObject({ series: { length: 35 }, cut: true });
  });
  test('of several breaks the last counts', () => {
    const candles = series(200, { without: (i) => (i >= 20 && i < 60) || (i >= 100 && i < 160) });
    expect(continuousTail(candles).series.length).toBe(40);
  });
  test('a redenomination behind a pause of 97 hours leaves what came after', () => {
    const candles = series(600, {
      timeframe: '1h',
      price: (i) => (i < 300 ? 0.0012 : 1.2) * (1 + (i % 5) / 100),
      without: (i) => i >= 250 && i < 347,
    });
    expect(continuousTail(candles).series.open[0]).toBeCloseTo(1.2 * 1.02, 9);
    expect(continuousTail(candles).series.length).toBe(600 - 347);
  });
});

describe('resampling', () => {
  test('a bucket is made of all its candles', () => {
    const fine = series(8, { timeframe: '1h' });
    const coarse = resample(fine, '4h');
    expect(coarse.time).toEqual(Float64Array.of(START, START + 4 * HOUR));
    expect(coarse.open[1]).toBe(fine.open[4]);
    expect(coarse.close[1]).toBe(fine.close[7]);
    expect(coarse.high[1]).toBe(Math.max(...fine.high.subarray(4)));
    expect(coarse.low[1]).toBe(Math.min(...fine.low.subarray(4)));
    expect(coarse.volume[1]).toBe(14 + 15 + 16 + 17);
  });
  test('buckets with a hole are left out, at the edges and in the middle', () => {
    const fine = series(22, { timeframe: '1h', from: START + HOUR, without: (i) => i === 9 });
    expect(Array.from(resample(fine, '4h').time, (time) => (time - START) / HOUR)).toEqual([4, 12, 16]);
  });
  test('the volume of a bucket is what was measured of it, and none where nothing was', () => {
    const fine = series(12, { timeframe: '1h' });
    fine.volume.set([1, Number.NaN, 3, 4, ...Array<number>(4).fill(Number.NaN), 5, 6, 7, Number.NaN]);
    expect([...resample(fine, '4h').volume]).toEqual([8, Number.NaN, 18]);
  });
  test('only a whole multiple can be made', () => {
    expect([
      canResample('1h', '4h'),
      canResample('4h', '4h'),
      canResample('1d', '4h'),
      canResample('8h', '12h'),
    ]).toEqual([true, false, false, false]);
  });
});

describe('one timeframe', () => {
  const own = series(200);
  const asOf = closeOf(own);

  test("the market's own file, closed candles only", () => {
    expect(summary(select([own, series(900, { timeframe: '1h' })], { asOf }))).toBe('4h 200');
    expect(summary(select([own], { asOf: asOf - 1 }))).toBe('4h 199');
  });
  test('at most the last 600 candles, whatever the file holds', () => {
    const long = series(2000);
    const chosen = select([long], { asOf: closeOf(long) });
    expect(chosen.series.length).toBe(WINDOW_CANDLES);
    expect(chosen.series.time[0]).toBe(long.time[1400]);
  });
  test('a break inside the window cuts, one before it changes nothing', () => {
    const broken = (at: number) => series(1000, { price: (i) => (i < at ? 1 : 1000) });
    const whole = (at: number) => {
      const candles = broken(at);
      candles.open[at] = 1000;
      candles.close[at - 1] = 1;
      return select([candles], { asOf: closeOf(candles) });
    };
    expect(summary(whole(900))).toBe('4h 100 cut');
    expect(summary(whole(400))).toBe('4h 600');
    expect(summary(whole(100))).toBe('4h 600');
  });
  test('stale begins beyond two timeframes after the last close', () => {
    expect(select([own], { asOf: asOf + 8 * HOUR }).stale).toBe(false);
    expect(select([own], { asOf: asOf + 8 * HOUR + 1 }).stale).toBe(true);
  });
  test('a fresh file stays, however short', () => {
    const short = series(20, { from: START + 180 * 4 * HOUR });
    expect(summary(select([short, series(800, { timeframe: '1h' })], { asOf }))).toBe('4h 20');
  });

  const fine = series(800, { timeframe: '1h' });
  const old = series(150);
  test('a missing file is made from a finer one', () => {
    expect(summary(select([fine], { asOf }))).toBe('4h from 1h 200');
    expect(summary(select([series(9000, { timeframe: '15m' })], { asOf }))).toBe('4h from 15m 200');
  });
  test('a stale file gives way to a finer one that is fresher and reaches the warm-up', () => {
    expect(summary(select([old, fine], { asOf }))).toBe('4h from 1h 200');
    expect(summary(select([old, fine], { asOf, warmup: 201 }))).toBe('4h 150 stale');
  });
  test('a stale file stays when the finer one is no fresher, however long', () => {
    expect(summary(select([old, series(600, { timeframe: '1h' })], { asOf }))).toBe('4h 150 stale');
    const longer = series(640, { timeframe: '1h', from: START - 40 * HOUR });
    expect(summary(select([old, longer], { asOf }))).toBe('4h 150 stale');
  });
  test('among finer files the fresher, then the longer, then the coarser counts', () => {
    const quarter = series(3200, { timeframe: '15m' });
    const older = series(780, { timeframe: '1h' });
    expect(summary(select([older, quarter], { asOf }))).toBe('4h from 15m 200');
    expect(summary(select([quarter, fine], { asOf }))).toBe('4h from 1h 200');
    expect(summary(select([fine, quarter], { asOf }))).toBe('4h from 1h 200');
    const later = series(2000, { timeframe: '15m', from: START + 75 * 4 * HOUR });
    expect(summary(select([later, fine], { asOf }))).toBe('4h from 1h 200');
    const byOne = series(796, { timeframe: '1h', from: START + 4 * HOUR });
    for (const files of [
      [older, later],
      [later, older],
    ])
      expect(summary(select(files, { asOf }))).toBe('4h from 15m 125');
    for (const files of [
      [byOne, quarter],
      [quarter, byOne],
    ])
      expect(summary(select(files, { asOf }))).toBe('4h from 15m 200');
  });
  test('a coarser file is of no use', () => {
    for (const length of [1, 300]) {
      const daily = series(length, { timeframe: '1d' });
      expect(selectSeries([daily], { timeframe: '4h', asOf: closeOf(daily), warmup: 100 })).toEqual({
        kind: 'none',
        reason: 'no-timeframe',
      });
    }
  });
  test('a break inside a bucket does not vanish in it', () => {
    const split = series(1000, { timeframe: '1h', price: (i) => (i < 502 ? 1 : 1000) });
    split.open[502] = 1000;
    split.close[501] = 1;
    const chosen = select([split], { asOf: closeOf(split) });
    expect(summary(chosen)).toBe('4h from 1h 124 cut');
    expect(Math.min(...chosen.series.low)).toBeGreaterThan(900);
  });
  test('a gap of a finer file counts in the bars that are asked for', () => {
    const gap = (hours: number) => series(1000, { timeframe: '1h', without: (i) => i >= 400 && i < 400 + hours });
    expect(select([gap(90)], { asOf: START + 1000 * HOUR }).cut).toBe(false);
    expect(select([gap(104)], { asOf: START + 1000 * HOUR }).cut).toBe(true);
  });
});

describe('auto', () => {
  const asOf = START + 400 * 4 * HOUR;
  const until = (count: number, timeframe: '4h' | '1h' | '1d' | '15m' | '5m', end = asOf) =>
    series(count, {
      timeframe,
      from: Math.floor(end / TIMEFRAME_MS[timeframe]) * TIMEFRAME_MS[timeframe] - count * TIMEFRAME_MS[timeframe],
    });
  const auto = (...files: CandleSeries[]) => summary(select(files, { asOf, timeframe: 'auto' }));

  test('4h comes first', () => expect(auto(until(500, '1h'), until(100, '4h'))).toBe('4h 100'));
  test('a short 4h gives way to 1h', () => expect(auto(until(99, '4h'), until(100, '1h'))).toBe('1h 100'));
  test('a stale 4h gives way to 1h', () =>
    expect(auto(until(200, '4h', asOf - 48 * HOUR), until(150, '1h'))).toBe('1h 150'));
  test('1d comes before 15m', () => expect(auto(until(200, '15m'), until(120, '1d'))).toBe('1d 120'));
  test('5m comes last', () => expect(auto(until(120, '5m'))).toBe('5m 120'));
  test('what the guard leaves is what counts', () => {
    const broken = until(300, '4h');
    for (let i = 0; i < 250; i++)
      for (const column of [broken.open, broken.high, broken.low, broken.close]) column[i]! /= 1000;
    expect(auto(broken, until(150, '1h'))).toBe('1h 150');
  });
  test('without a usable one the first stays', () => {
    expect(auto(until(50, '1h'), until(60, '4h'))).toBe('4h 60');
    expect(auto(until(50, '15m'))).toBe('15m 50');
  });
});

describe('nothing to show', () => {
  const options = { timeframe: '4h', asOf: START, warmup: 100 } as const;
  test('no file was readable', () => expect(selectSeries([], options)).toEqual({ kind: 'none', reason: 'unreadable' }));
  test('no candle is closed yet', () => {
    expect(selectSeries([series(3)], options)).toEqual({ kind: 'none', reason: 'no-closed-candles' });
    expect(selectSeries([series(3)], { ...options, timeframe: 'auto' })).toEqual({
      kind: 'none',
      reason: 'no-closed-candles',
    });
  });
  test('finer candles are too few', () => {
    expect(selectSeries([series(99, { timeframe: '1h' })], { ...options, asOf: START + 99 * HOUR })).toEqual({
      kind: 'none',
      reason: 'no-timeframe',
    });
  });
});

describeWithShared('candles/bybit-futures', 'real candles', () => {
  const read = async (folder: string, name: string): Promise<CandleSeries> => {
    const file = { folder: sharedPath('candles', folder) + path.sep, name, sampleMarker: null };
    const result = await readCandleFile(file, { format: null, exchange: null, now: Infinity });
    if (!result.ok) throw new Error(result.skipped.detail);
    return result.series[0]!.series;
  };

  test.each(['BTC', 'ETH', 'SOL'])('1h candles of %s make its 4h candles', async (coin) => {
    const made = resample(await read('bybit-futures', `${coin}_USDT_USDT-1h-futures.json`), '4h');
    const own = await read('bybit-futures', `${coin}_USDT_USDT-4h-futures.json`);
    const at = new Map(Array.from(own.time, (time, i) => [time, i]));
    expect(made.length).toBeGreaterThan(550);
    for (let i = 0; i < made.length; i++) {
      const j = at.get(made.time[i]!)!;
      expect([made.open[i], made.high[i], made.low[i], made.close[i]]).toEqual([
        own.open[j],
        own.high[j],
        own.low[j],
        own.close[j],
      ]);
      expect(Math.abs(made.volume[i]! / own.volume[j]! - 1)).toBeLessThan(1e-6);
    }
  });

  test('RUNE on KuCoin, whose 4h file is truncated, has too few 15m candles to stand in', async () => {
    const asOf = Date.parse('2026-01-19T17:00:00Z');
    const quarter = await read('perps-2026-01', 'KUCOIN_RUNEUSDTM_15m.json');
    expect(selectSeries([quarter], { timeframe: '4h', asOf, warmup: 100 })).toEqual({
      kind: 'none',
      reason: 'no-timeframe',
    });
  });

  test('the newest candle of January 2026 is never closed at its own open', async () => {
    const candles = await read('perps-2026-01', 'HYPERLIQUID_BTCUSDT_4h.json');
    const asOf = Date.parse('2026-01-19T17:00:00Z');
    const chosen = select([candles], { asOf });
    expect(closeOf(chosen.series)).toBe(Date.parse('2026-01-19T16:00:00Z'));
    expect(chosen).toMatchObject({ stale: false, cut: false, resampledFrom: null });
  });
});
