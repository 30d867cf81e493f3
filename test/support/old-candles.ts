import { HOUR_MS } from '../../src/core/time.ts';

/** A candle file of 160 candles of 4h, the last of which closes then. */
export function candlesUntil(closedAt: number): string {
  const rows = Array.from({ length: 160 }, (_, index) => {
    const open = 100 + 5 * Math.sin(index / 9);
    return [closedAt - (160 - index) * 4 * HOUR_MS, open, open + 2, open - 2, open + 1, 10 + (index % 5)];
  });
  return JSON.stringify(rows);
}
