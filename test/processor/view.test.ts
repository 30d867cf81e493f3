import { expect, it } from 'vitest';
import type { MarketView } from '../../src/core/strategy.ts';
import { createViewer } from '../../src/processor/view.ts';
import { generator, seenAt, syntheticHistory, withNext } from '../contract/markets.ts';

const { candles } = syntheticHistory(1, 700);
const history = { name: 'one', candles };

/** All numbers of a view, up to its last candle. */
function contentOf({ candles: columns, indicators }: MarketView): Readonly<Record<string, unknown>> {
  const { length, time, open, high, low, close, volume } = columns;
  const numbers = Object.fromEntries(
    Object.entries(indicators).map(([name, indicator]) => [
      name,
      indicator instanceof Float64Array
        ? indicator.slice(0, length)
        : Float64Array.from({ length }, (_, bar) => indicator(bar)),
    ]),
  );
  const prices = Object.entries({ time, open, high, low, close, volume }).map(([name, column]) => [
    name,
    column.slice(),
  ]);
  return { ...numbers, ...Object.fromEntries(prices), length };
}

it('shows the candles as they are, and the range of each from the close before', () => {
  const market = structuredClone(seenAt(history, 620, 300));
  // A gap down and a gap up again: the close before lies outside of the candle.
  for (const column of [market.open, market.high, market.low, market.close]) column[100]! /= 2;
  const { time, open, high, low, close, volume } = market;
  const shown = contentOf(createViewer()(market));
  expect(shown).toMatchObject({ length: 300, time, open, high, low, close, volume });
  expect((shown['trueRange'] as Float64Array).slice(1)).toEqual(
    high.slice(1).map((top, i) => Math.max(top, close[i]!) - Math.min(low[i + 1]!, close[i]!)),
  );
});

it.each([602, 603, 650])('a market of %i candles has room for one more', (length) => {
  const market = seenAt(history, 660, length);
  const view = createViewer();
  view(seenAt(history, 660, 100));
  const shown = view(market);
  const close = market.close[length - 1]! * 1.01;
  expect(contentOf(shown.next(close))).toEqual(contentOf(createViewer()(withNext(market, close))));
  expect(shown.next(close).candles.close[length]).toBe(close);
});

it('one candle more is what a view of the longer market shows, to the last bit', () => {
  const random = generator(2);
  for (const seen of [20, 27, 28, 29, 30, 120, 198, 199, 200, 201, 400, 600]) {
    const market = seenAt(history, 620, seen);
    const view = createViewer()(market);
    for (const factor of [1, 0.9, 1.1, 1 + random() / 100]) {
      const close = market.close[seen - 1]! * factor;
      expect(contentOf(view.next(close)), `${seen} candles`).toEqual(
        contentOf(createViewer()(withNext(market, close))),
      );
    }
  }
});

it('looking one candle ahead changes nothing of the view itself', () => {
  const view = createViewer()(seenAt(history, 650));
  const before = contentOf(view);
  view.next(5000);
  view.next(3000);
  expect(contentOf(view)).toEqual(before);
});

it('shows one market after another in the same memory, whatever their length', () => {
  const view = createViewer();
  const buffers = new Set<ArrayBufferLike>();
  for (const seen of [600, 150, 599, 601, 200, 600]) {
    const market = seenAt(history, 690, seen);
    const shown = view(market);
    shown.next(4000);
    expect(contentOf(shown)).toEqual(contentOf(createViewer()(market)));
    expect(shown.candles).toMatchObject({ market: market.market, timeframe: '4h', length: seen });
    buffers.add(shown.candles.close.buffer);
  }
  expect(buffers.size).toBe(1);
  // It grows where a market needs it, and goes on from there.
  expect(contentOf(view(candles))).toEqual(contentOf(createViewer()(candles)));
});

it('what it was given is only read', () => {
  const market = seenAt(history, 300, 250);
  const copy = structuredClone(market);
  const view = createViewer()(market);
  view.next(1);
  expect(market).toEqual(copy);
});

it('one hypothetical candle is all there is', () => {
  const next = createViewer()(seenAt(history, 300)).next(4000);
  expect(() => next.next(4000)).toThrow(RangeError);
});
