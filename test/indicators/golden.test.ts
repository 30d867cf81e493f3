import { expect, it } from 'vitest';
import { adx } from './oracle/adx.ts';
import { atr, trueRange } from './oracle/atr.ts';
import { standardDeviation } from './oracle/deviation.ts';
import { ema } from './oracle/ema.ts';
import { highest, lowest } from './oracle/extremes.ts';
import { linearRegressionEnd } from './oracle/regression.ts';
import { rsi } from './oracle/rsi.ts';
import { sma } from './oracle/sma.ts';
import { wilder } from './oracle/wilder.ts';
import { describeWithShared } from '../support/shared.ts';
import { TALIB_FILES, bookCases, expectBook, expectRelative, filled, spreadsheet, talib } from './golden.ts';

const EXACT = 1e-9;
const BOOK = 5e-5;
/** For the one case that the book prints with three decimals. */
const BOOK_THREE_DECIMALS = 5e-4;

describeWithShared('indicators/skender-manual', 'hand-made spreadsheets', () => {
  it('SMA of 20', () => {
    const sheet = spreadsheet('Sma');
    expectRelative(sma(filled(sheet('close')), 20), sheet('SMA'), EXACT);
  });

  it('EMA of 20', () => {
    const sheet = spreadsheet('Ema');
    expectRelative(ema(filled(sheet('close')), 20), sheet('ema'), EXACT);
  });

  it("Wilder's average of 20", () => {
    const sheet = spreadsheet('Smma');
    expectRelative(wilder(filled(sheet('close')), 20), sheet('SMMA'), EXACT);
  });

  it('RSI of 14', () => {
    const sheet = spreadsheet('Rsi');
    expectRelative(rsi(filled(sheet('close')), 14), sheet('RSI(14)'), EXACT);
  });

  it('true range and ATR of 14', () => {
    const sheet = spreadsheet('Atr');
    const [high, low, close] = [filled(sheet('high')), filled(sheet('low')), filled(sheet('close'))];
    expectRelative(trueRange(high, low, close), sheet('TR'), EXACT);
    expectRelative(atr(high, low, close, 14), sheet('ATR'), EXACT);
  });

  it('ADX, +DI and -DI of 14', () => {
    const sheet = spreadsheet('Adx');
    const lines = adx(filled(sheet('high')), filled(sheet('low')), filled(sheet('close')), 14);
    expectRelative(lines.adx, sheet('ADX'), EXACT);
    expectRelative(lines.plusDi, sheet('+DI14'), EXACT);
    expectRelative(lines.minusDi, sheet('-DI14'), EXACT);
  });

  it('standard deviation of 10, and of 20 under Bollinger bands', () => {
    const sheet = spreadsheet('StdDev');
    expectRelative(standardDeviation(filled(sheet('close')), 10), sheet('stddev'), EXACT);
    const bands = spreadsheet('BollingerBands');
    const close = filled(bands('close'));
    expectRelative(standardDeviation(close, 20), bands('stdev'), EXACT);
    const deviation = standardDeviation(close, 20);
    const upper = sma(close, 20).map((middle, i) => middle + 2 * deviation[i]!);
    expectRelative(upper, bands('upper'), EXACT);
  });

  it('a Donchian channel is the extremes of the 20 bars before', () => {
    const sheet = spreadsheet('Donchian');
    const previous = (column: Float64Array) => Float64Array.from(column, (_, i) => (i === 0 ? NaN : column[i - 1]!));
    expectRelative(previous(highest(filled(sheet('high')), 20)), sheet('Upper'), EXACT);
    expectRelative(previous(lowest(filled(sheet('low')), 20)), sheet('Lower'), EXACT);
  });

  it('the end of a regression line of 20', () => {
    const sheet = spreadsheet('Slope');
    const intercepts = sheet('b');
    const ends = sheet('m').map((slope, i) => (slope === null ? null : slope * i + intercepts[i]!));
    expectRelative(linearRegressionEnd(filled(sheet('close')), 20), ends, EXACT);
  });
});

describeWithShared('indicators/talib-generated', 'TA-Lib', () => {
  it.each(TALIB_FILES)('averages, RSI, ranges and extremes of %s', (name) => {
    const { high, low, close, output } = talib(name);
    expectRelative(sma(close, 20), output('SMA_20'), EXACT);
    for (const period of [20, 50, 200]) expectRelative(ema(close, period), output(`EMA_${period}`), EXACT);
    expectRelative(rsi(close, 14), output('RSI_14'), EXACT);
    expectRelative(trueRange(high, low, close), output('TRANGE'), EXACT);
    expectRelative(atr(high, low, close, 14), output('ATR_14'), EXACT);
    expectRelative(highest(high, 20), output('MAX_20_high'), EXACT);
    expectRelative(lowest(low, 20), output('MIN_20_low'), EXACT);
  });

  it.each(TALIB_FILES)('regression of %s, from its slope', (name) => {
    const { close, output } = talib(name);
    const ends = output('LINEARREG_SLOPE_14').map((slope, i) => {
      if (slope === null) return null;
      const mean = close.subarray(i - 13, i + 1).reduce((sum, value) => sum + value) / 14;
      return mean + slope * 6.5;
    });
    expectRelative(linearRegressionEnd(close, 14), ends, EXACT);
  });

  it.each(TALIB_FILES)('ADX and DI of %s, from bar 250 on, where its other first sums are forgotten', (name) => {
    const { high, low, close, output } = talib(name);
    const lines = adx(high, low, close, 14);
    expectRelative(lines.adx, output('ADX_14'), 1e-6, 250);
    expectRelative(lines.plusDi, output('PLUS_DI_14'), 1e-6, 250);
    expectRelative(lines.minusDi, output('MINUS_DI_14'), 1e-6, 250);
    expect(lines.adx.findIndex(Number.isFinite)).toBe(output('ADX_14').findIndex((value) => value !== null));
  });
});

// Not compared: EMA, which the book seeds with the first value, and ADX with DI, whose first sums in the book have 13 members.
describeWithShared('indicators/tulip', 'book cases', () => {
  it.each([
    { file: 'atoz', indicator: 'sma', compute: sma, tolerance: BOOK_THREE_DECIMALS },
    { file: 'atoz', indicator: 'rsi', compute: rsi, tolerance: BOOK },
    { file: 'atoz', indicator: 'wilders', compute: wilder, tolerance: BOOK },
    { file: 'atoz', indicator: 'stddev', compute: standardDeviation, tolerance: BOOK },
    { file: 'extra', indicator: 'stddev', compute: standardDeviation, tolerance: BOOK },
    { file: 'extra', indicator: 'linreg', compute: linearRegressionEnd, tolerance: BOOK },
    { file: 'extra', indicator: 'max', compute: highest, tolerance: BOOK },
    { file: 'extra', indicator: 'min', compute: lowest, tolerance: BOOK },
  ] as const)('$indicator of $file', ({ file, indicator, compute, tolerance }) => {
    for (const { period, arrays } of bookCases(file, indicator)) {
      const [values, expected] = arrays;
      const actual = compute(values!, period);
      expectBook(actual, expected!, tolerance);
      expect(actual.findIndex(Number.isFinite)).toBe(values!.length - expected!.length);
    }
  });

  it('Bollinger bands', () => {
    for (const { period, arrays } of bookCases('atoz', 'bbands')) {
      const [close, lower, middle, upper] = arrays;
      const average = sma(close!, period);
      const deviation = standardDeviation(close!, period);
      expectBook(average, middle!, BOOK);
      expectBook(
        average.map((value, i) => value - 2 * deviation[i]!),
        lower!,
        BOOK,
      );
      expectBook(
        average.map((value, i) => value + 2 * deviation[i]!),
        upper!,
        BOOK,
      );
    }
  });

  it('true range, where the book has a previous close', () => {
    for (const { arrays } of bookCases('atoz', 'tr')) {
      const [high, low, close, expected] = arrays;
      expectBook(trueRange(high!, low!, close!), expected!.subarray(1), BOOK);
    }
  });

  it("ATR, with the book's high minus low as the first range", () => {
    for (const { period, arrays } of bookCases('atoz', 'atr')) {
      const [high, low, close, expected] = arrays;
      const ranges = trueRange(high!, low!, close!);
      ranges[0] = high![0]! - low![0]!;
      expectBook(wilder(ranges, period), expected!, BOOK);
    }
  });
});
