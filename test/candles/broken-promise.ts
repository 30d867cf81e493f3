import type { CandleColumns } from '../../src/core/candles.ts';

/** What core/candles.ts promises of columns. */
export function brokenPromise(columns: CandleColumns): string | null {
  const { length, time, open, high, low, close, volume } = columns;
  for (const column of [time, open, high, low, close, volume]) if (column.length !== length) return 'column length';
  for (let i = 0; i < length; i++) {
    const values = [time[i]!, open[i]!, high[i]!, low[i]!, close[i]!];
    if (!values.every(Number.isFinite)) return `row ${i} is not finite`;
    if (high[i]! >= 1e18 || volume[i]! >= 1e18) return `row ${i} is out of range`;
    if (i > 0 && time[i]! <= time[i - 1]!) return `row ${i} is not after the one before`;
    if (low[i]! <= 0 || volume[i]! < 0) return `row ${i} is not positive`;
    if (Math.min(open[i]!, close[i]!) < low[i]! || Math.max(open[i]!, close[i]!) > high[i]!) return `row ${i} is torn`;
  }
  return null;
}
