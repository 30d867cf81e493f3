/** One hash over everything that went into a feed: equal inputs, equal hash, in whatever order they come. */
import { createHash } from 'node:crypto';
import type { CandleSeries } from '../core/candles.ts';
import { marketKey, type CoinalyzeSymbol } from '../core/market.ts';
import type { FailureCode } from '../core/outcome.ts';
import type { Series, SeriesKind } from '../core/series.ts';

export interface InputHash {
  /** A setting or another choice that changes the feed, e.g. `as_of`, `strategies`. */
  addSetting(name: string, value: string | number | boolean | null | readonly string[]): void;
  addCandles(series: CandleSeries): void;
  addSeries(symbol: CoinalyzeSymbol, series: Series): void;
  /** A series that could not be had is an input too. */
  addMissing(symbol: CoinalyzeSymbol, kind: SeriesKind, code: FailureCode): void;
  /** sha256, 64 hex digits. */
  digest(): string;
}

/** What each item is called must be unique among its kind. Nothing that is added is kept in memory but its hash. */
export function createInputHash(): InputHash {
  const items: string[] = [];
  const add = (name: readonly (string | number)[], ...contents: readonly (string | Float64Array)[]): void => {
    const hash = createHash('sha256');
    for (const content of contents) hash.update(typeof content === 'string' ? content : bytesOf(content));
    items.push(JSON.stringify([...name, hash.digest('hex')]));
  };
  let latest: { readonly times: Float64Array; readonly content: string | Float64Array } | null = null;
  /** Series from the cache share their times. */
  const contentOf = (times: Float64Array): string | Float64Array => {
    if (latest?.times !== times) latest = { times, content: timesOf(times) };
    return latest.content;
  };
  return {
    addSetting: (name, value) => add(['setting', name], JSON.stringify(value)),
    addCandles: ({ market, timeframe, length, time, open, high, low, close, volume }) =>
      add(['candles', marketKey(market), timeframe, length], timesOf(time), open, high, low, close, volume),
    addSeries: (symbol, series) =>
      add(['series', symbol, series.kind, series.length], contentOf(series.time), ...valuesOf(series)),
    addMissing: (symbol, kind, code) => add(['missing', symbol, kind], code),
    digest: () => createHash('sha256').update(items.sort().join('\n')).digest('hex'),
  };
}

/** Times without a gap say no more than their first and the distance to the second. */
function timesOf(times: Float64Array): string | Float64Array {
  const [first = 0, second = 0] = times;
  const step = second - first;
  for (let index = 1; index < times.length; index += 1) if (times[index]! - times[index - 1]! !== step) return times;
  return `${first} ${step}`;
}

/** When it was received and asked for is left out: the same buckets from the cache are the same input. */
function valuesOf(series: Series): readonly Float64Array[] {
  return series.kind === 'liquidations' ? [series.long, series.short] : [series.value];
}

function bytesOf(column: Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}
