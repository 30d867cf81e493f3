import { expect, test } from 'vitest';
import { copied, startMarket, takeForMarket } from '../../src/candles/column-memory.ts';
import { createColumns } from '../../src/candles/columns.ts';

/** Two pieces of that many rows, filled with `value`. */
function takeTwo(rows: number, value: number) {
  startMarket();
  const pieces = [takeForMarket(rows), takeForMarket(rows)];
  for (const { time, volume } of pieces) {
    time.fill(value);
    volume.fill(value);
  }
  return pieces;
}

test('from the second market on, all markets use the same memory', () => {
  takeTwo(10, 1);
  const [first, second] = takeTwo(10, 2);
  const [again] = takeTwo(5, 3);
  expect(again!.time.buffer).toBe(first!.time.buffer);
  expect([first!.length, first!.close.length, again!.volume.length]).toEqual([10, 10, 5]);
  // What was taken for one market stands side by side.
  const offsets = [first!, second!].flatMap(({ time, open, high, low, close, volume }) =>
    [time, open, high, low, close, volume].map(({ byteOffset }) => byteOffset / 80),
  );
  expect(offsets).toEqual(Array.from({ length: 12 }, (_, index) => offsets[0]! + index));
});

test('a market that needs more than the memory holds gets memory of its own', () => {
  takeTwo(10, 1);
  startMarket();
  const small = takeForMarket(10);
  const [large, more] = [takeForMarket(60_000), takeForMarket(60_000)];
  expect(new Set([small, large, more].map(({ time }) => time.buffer)).size).toBe(3);
  expect(large.volume.length).toBe(60_000);
});

test('a copy has the same candles and other memory', () => {
  const columns = createColumns(3);
  for (const [index, name] of (['time', 'open', 'high', 'low', 'close', 'volume'] as const).entries()) {
    columns[name].set([index, index + 1, index + 2]);
  }
  const copy = copied({ ...columns, kind: 'more' });
  expect(copy).toEqual({ ...columns, kind: 'more' });
  expect(copy.close.buffer).not.toBe(columns.close.buffer);
});
