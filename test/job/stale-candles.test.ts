import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/core/time.ts';
import { staleCandles } from '../../src/job/stale-candles.ts';

const AS_OF = Date.UTC(2026, 10, 30, 16, 5);
const DIED = Date.UTC(2026, 0, 19, 12);

const BTC = { exchange: 'BINANCE', symbol: 'BTCUSDT' };
const ETH = { exchange: 'BINANCE', symbol: 'ETHUSDT' };

/** A market whose last closed 4h candle opened then. */
function market(candleTime: number, stale: boolean) {
  return { market: BTC, facts: { candleTime, closedAt: candleTime + 4 * HOUR_MS, timeframe: '4h', stale } } as const;
}
const dead = market(DIED, true);
const alive = market(Date.UTC(2026, 10, 30, 12), false);
const unreadable = { market: ETH, facts: null };
const SKIPPED = [{ market: ETH }, { market: null }];

describe('candles that died', () => {
  it('degrade a run when they are more than half, and the text says their age and which --as-of looks at them', () => {
    expect(staleCandles([dead, market(DIED - 8 * HOUR_MS, true), alive], [], AS_OF)).toEqual([
      {
        code: 'stale-candles',
        text:
          '2 of 3 markets are stale or unreadable (2 stale, 0 unreadable): the newest stale candle closed at ' +
          '2026-01-19 16:00 UTC, 315 d before the scan. Refresh the candle files, or look at the past with --as-of 2026-01-19T12:00:00Z',
      },
    ]);
  });

  it('count together with markets of which no file can be read', () => {
    const [reason] = staleCandles([dead, unreadable, unreadable, alive, alive], SKIPPED, AS_OF);
    expect(reason?.text).toContain('3 of 5 markets are stale or unreadable (1 stale, 2 unreadable): the newest');
    expect(staleCandles([unreadable, unreadable, alive], SKIPPED, AS_OF)[0]?.text).toBe(
      '2 of 3 markets are stale or unreadable (0 stale, 2 unreadable): look at the candle files with scan doctor',
    );
  });

  it('a market without candles is unreadable when a file of it was skipped, and not because it has another timeframe', () => {
    expect(staleCandles([unreadable, alive], [{ market: BTC }], AS_OF)).toEqual([]);
    expect(staleCandles([unreadable, unreadable, alive], [{ market: BTC }], AS_OF)).toEqual([]);
  });

  it('degrade nothing while they are half of the markets or fewer', () => {
    expect(staleCandles([dead, unreadable, alive, alive], SKIPPED, AS_OF)).toEqual([]);
    expect(staleCandles([alive], [], AS_OF)).toEqual([]);
  });

  it('a market whose newest candle is of today but without volume is stale, and no --as-of would help', () => {
    const quiet = market(Date.UTC(2026, 10, 30, 12), true);
    expect(staleCandles([quiet, quiet, dead], [], AS_OF)[0]?.text).toContain('closed at 2026-01-19 16:00 UTC');
    expect(staleCandles([quiet, quiet, alive], [], AS_OF)[0]?.text).toContain('(2 stale, 0 unreadable): look at');
  });
});
