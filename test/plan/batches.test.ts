import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERIES_KINDS } from '../../src/core/series.ts';
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import { planBatches, type SeriesNeed } from '../../src/plan/batches.ts';

const needArbitrary = fc.record({
  kind: fc.constantFrom(...SERIES_KINDS),
  symbol: fc.integer({ min: 0, max: 200 }).map((n) => `C${n}USDT_PERP.A` as CoinalyzeSymbol),
  gatedSignals: fc.integer({ min: 0, max: 3 }),
  signals: fc.integer({ min: 1, max: 9 }),
});
const needsArbitrary = fc.uniqueArray(needArbitrary, { selector: (n) => `${n.kind} ${n.symbol}`, maxLength: 300 });

function need(kind: SeriesNeed['kind'], symbol: string, gatedSignals: number): SeriesNeed {
  return { kind, symbol: symbol as CoinalyzeSymbol, gatedSignals, signals: 3 };
}

describe('planBatches', () => {
  it('asks for every need exactly once, one kind a batch, never more than the size', () => {
    fc.assert(
      fc.property(needsArbitrary, fc.integer({ min: 1, max: 20 }), (needs, size) => {
        const batches = planBatches(needs, size);
        const asked = batches.flatMap((batch) => batch.symbols.map((symbol) => `${batch.kind} ${symbol}`));
        expect(asked.sort()).toEqual(needs.map((n) => `${n.kind} ${n.symbol}`).sort());
        expect(batches.every((batch) => batch.symbols.length > 0 && batch.symbols.length <= size)).toBe(true);
      }),
    );
  });

  it('does not depend on the order of the needs', () => {
    fc.assert(
      fc.property(needsArbitrary, fc.integer({ min: 1, max: 20 }), (needs, size) => {
        expect(planBatches([...needs].reverse(), size)).toEqual(planBatches(needs, size));
      }),
    );
  });

  it('serves signals with a direction first, across kinds', () => {
    const quiet = Array.from({ length: 25 }, (_, index) => need('open_interest', `QUIET${index}`, 0));
    const batches = planBatches([...quiet, need('funding_rate', 'GATED', 1), need('open_interest', 'GATED', 2)], 20);
    expect(batches.map((batch) => [batch.kind, batch.symbols.length])).toEqual([
      ['open_interest', 20],
      ['funding_rate', 1],
      ['open_interest', 6],
    ]);
    expect(batches[0]!.symbols[0]).toBe('GATED');
  });

  it('packs misses into as few requests as the size allows', () => {
    fc.assert(
      fc.property(needsArbitrary, fc.integer({ min: 1, max: 20 }), (needs, size) => {
        const least = SERIES_KINDS.reduce(
          (sum, kind) => sum + Math.ceil(needs.filter((n) => n.kind === kind).length / size),
          0,
        );
        expect(planBatches(needs, size)).toHaveLength(least);
      }),
    );
  });
});
