/** One hash over everything that went into a feed: equal inputs, equal hash, in whatever order they come. */
import { createHash } from 'node:crypto';
import type { CandleSeries } from '../core/candles.ts';
import type { CoinalyzeSymbol } from '../core/market.ts';
import type { FailureCode } from '../core/outcome.ts';
import type { Series, SeriesKind } from '../core/series.ts';

export interface InputHash {
  /** A setting or another choice that changes the feed, e.g. `as_of`, `strategies`. */
  addSetting(name: string, value: string | number | boolean | null | readonly string[]): void;
  /** `key` names the market. Nothing of the candles is held, so their columns may be used for the next market. */
  addCandles(key: string, series: CandleSeries): void;
  /** Answers with the digest of the series: `addDigest` of it is the same, and the series can be let go. */
  addSeries(symbol: CoinalyzeSymbol, series: Series): string;
  /** What `addSeries` or `seriesDigest` answered. */
  addDigest(digest: string): void;
  /** A series that could not be had is an input too. */
  addMissing(symbol: CoinalyzeSymbol, kind: SeriesKind, code: FailureCode): void;
  /** Goes its own way from here: a stage adds its series to a copy of what all stages share. */
  copy(): InputHash;
  /** sha256, 64 hex digits. More may be added afterwards. */
  digest(): string;
}

/** What each item is called must be unique among its kind. Nothing that is added is held in memory but its hash. */
export function createInputHash(): InputHash {
  return hashOf([]);
}

function hashOf(items: string[]): InputHash {
  const addDigest = (digest: string): void => void items.push(digest);
  return {
    addSetting: (name, value) => addDigest(digestOf(['setting', name], JSON.stringify(value))),
    addCandles: (key, { timeframe, length, time, open, high, low, close, volume }) => {
      const columns = [open, high, low, close, volume].map((column) => bytesOf(column, length));
      addDigest(digestOf(['candles', key, timeframe, length], timesOf(time, length), ...columns));
    },
    addSeries: (symbol, series) => {
      const digest = seriesDigest(symbol, series);
      addDigest(digest);
      return digest;
    },
    addDigest,
    addMissing: (symbol, kind, code) => addDigest(digestOf(['missing', symbol, kind], code)),
    copy: () => hashOf([...items]),
    digest: () => createHash('sha256').update(items.toSorted().join('\n')).digest('hex'),
  };
}

/** When it was received and asked for is left out: the same buckets from the cache are the same input. */
export function seriesDigest(symbol: CoinalyzeSymbol, series: Series): string {
  const { kind, length, time } = series;
  const columns = series.kind === 'liquidations' ? [series.long, series.short] : [series.value];
  const contents = columns.map((column) => bytesOf(column, length));
  return digestOf(['series', symbol, kind, length], timesOf(time, length), ...contents);
}

function digestOf(name: readonly (string | number)[], ...contents: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return JSON.stringify([...name, hash.digest('hex')]);
}

/** Times without a gap say no more than their first and the distance to the second. */
function timesOf(times: Float64Array, length: number): string | Uint8Array {
  const first = times[0] ?? 0;
  const step = length < 2 ? 0 : times[1]! - first;
  for (let index = 1; index < length; index += 1) {
    if (times[index]! - times[index - 1]! !== step) return bytesOf(times, length);
  }
  return `${first} ${step}`;
}

/** Columns that are used for one market after another are longer than what they hold. */
function bytesOf(column: Float64Array, length: number): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, length * Float64Array.BYTES_PER_ELEMENT);
}
