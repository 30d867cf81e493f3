import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepFew } from '../../src/show/keep-few.ts';

interface Item {
  readonly key: string;
  readonly size: number;
}
const largest = (a: Item, b: Item): number => b.size - a.size;

describe('keepFew', () => {
  it('keeps what sorting all of them, each key once, would put first', () => {
    const item = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      size: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (items, most) => {
        const few = keepFew(most, largest, ({ key }: Item) => key);
        for (const one of items) few.add(one);
        const best = [...Map.groupBy(items, ({ key }) => key).values()].map((same) => same.toSorted(largest)[0]!);
        const sizes = best.toSorted(largest).map(({ size }) => size);
        expect(few.result().map(({ size }) => size)).toEqual(sizes.slice(0, most));
        expect(new Set(few.result().map(({ key }) => key)).size).toBe(few.result().length);
      }),
    );
  });

  it('of those that are equal the first stays', () => {
    const few = keepFew(1, largest, ({ key }: Item) => key);
    few.add({ key: 'a', size: 1 });
    few.add({ key: 'b', size: 1 });
    expect(few.result()).toEqual([{ key: 'a', size: 1 }]);
  });
});
