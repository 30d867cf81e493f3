import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/core/time.ts';
import { seriesWindow } from '../../src/plan/window.ts';

/** 2026-01-19T17:30Z. */
const AS_OF = Date.UTC(2026, 0, 19, 17, 30);
const FOUR = Date.UTC(2026, 0, 19, 16);

describe('the window of a run', () => {
  it('begins 30 days before the oldest candle that is not stale, and is closed by the newest close', () => {
    const markets = [
      { closedAt: FOUR - 4 * HOUR_MS, timeframe: '4h' },
      { closedAt: FOUR, timeframe: '4h' },
    ] as const;
    expect(seriesWindow(AS_OF, markets)).toEqual({
      from: FOUR - 8 * HOUR_MS - 30 * DAY_MS,
      to: AS_OF,
      closedBy: FOUR,
    });
  });

  it('goes by the longest timeframe, not by which candles are late', () => {
    const hour = { closedAt: FOUR + HOUR_MS, timeframe: '1h' } as const;
    const day = { closedAt: Date.UTC(2026, 0, 19), timeframe: '1d' } as const;
    expect(seriesWindow(AS_OF, [hour, day])).toEqual({
      from: Date.UTC(2026, 0, 17) - 30 * DAY_MS,
      to: AS_OF,
      closedBy: FOUR + HOUR_MS,
    });
    expect(seriesWindow(AS_OF, [{ ...day, closedAt: 0 }]).from).toBe(seriesWindow(AS_OF, [day]).from);
  });

  it('without markets is a window all the same', () => {
    expect(seriesWindow(AS_OF, [])).toEqual({ from: AS_OF - 30 * DAY_MS, to: AS_OF, closedBy: AS_OF });
  });
});
