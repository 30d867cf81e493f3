import { describe, expect, it } from 'vitest';
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import type { Signal } from '../../src/core/signal.ts';
import type { Strategy } from '../../src/core/strategy.ts';
import { seriesNeeds } from '../../src/plan/needs.ts';

const strategies = [
  { id: 'one', series: ['open_interest'] },
  { id: 'two', series: ['open_interest', 'funding_rate'] },
] as unknown as readonly Strategy[];

function signal(strategy: string, status: Signal['status'], direction: Signal['direction']): Signal {
  return { strategy, status, direction } as Signal;
}

const btc = 'BTCUSDT_PERP.A' as CoinalyzeSymbol;

describe('seriesNeeds', () => {
  it('markets that share a symbol share one need per kind', () => {
    const market = {
      symbol: btc,
      kinds: ['open_interest', 'funding_rate'] as const,
      signals: [signal('one', 'ok', 'long'), signal('two', 'ok', 'none')],
    };
    expect(seriesNeeds([market, market], strategies)).toEqual([
      { kind: 'open_interest', symbol: btc, gatedSignals: 2, signals: 4 },
      { kind: 'funding_rate', symbol: btc, gatedSignals: 0, signals: 2 },
    ]);
  });

  it('a market without an ok signal needs nothing', () => {
    const signals = [signal('one', 'stale', 'none'), signal('two', 'insufficient_data', 'none')];
    expect(seriesNeeds([{ symbol: btc, kinds: ['open_interest'], signals }], strategies)).toEqual([]);
  });

  it('a kind that no strategy uses, or that the symbol does not have, is not needed', () => {
    const signals = [signal('one', 'ok', 'none')];
    const kinds = ['funding_rate', 'liquidations'] as const;
    expect(seriesNeeds([{ symbol: btc, kinds, signals }], strategies)).toEqual([]);
  });
});
