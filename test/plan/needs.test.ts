import { describe, expect, it } from 'vitest';
import type { CoinalyzeSymbol, Resolution } from '../../src/core/market.ts';
import type { Signal } from '../../src/core/signal.ts';
import type { Strategy } from '../../src/core/strategy.ts';
import { countUnmappedNeeds, seriesNeeds } from '../../src/plan/needs.ts';

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
      { kind: 'open_interest', symbol: btc },
      { kind: 'funding_rate', symbol: btc },
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

describe('countUnmappedNeeds', () => {
  const without = (reason: 'deferred' | 'not-listed', unified: string): { readonly resolution: Resolution } => ({
    resolution: { tier: 'neutral', reason, name: { base: 'BTC', quote: 'USDT', multiplier: 1, unified } },
  });
  const both = [signal('one', 'ok', 'none'), signal('two', 'ok', 'long')];

  it('counts a name once per kind that a signal could use, on however many venues it trades', () => {
    const markets = [without('deferred', 'BTC/USDT:USDT'), without('deferred', 'BTC/USDT:USDT')];
    expect(countUnmappedNeeds(markets, [both, both], strategies)).toBe(2);
  });

  it('counts nothing for a market that is not listed, or has no ok signal', () => {
    const markets = [without('not-listed', 'A/USDT:USDT'), without('deferred', 'B/USDT:USDT')];
    expect(countUnmappedNeeds(markets, [both, [signal('two', 'stale', 'none')]], strategies)).toBe(0);
  });
});
