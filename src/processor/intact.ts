/** What all strategies are given is there to be read: who writes to it anyway is found out, and no other sees what was written. */
import type { Series } from '../core/series.ts';
import type { MarketInput } from './evaluate.ts';

export interface Guard {
  /** Looks at what the strategies are going to share, and freezes what can be frozen. */
  watch(input: MarketInput): void;
  /** Whether every number of the watched market is what it was. */
  isIntact(): boolean;
  /** Makes every number what it was. */
  restore(): void;
}

/**
 * Columns cannot be frozen, so they are copied and compared: about 5 us for 600 candles, against some 300 us that scoring them
 * takes. One market is watched at a time.
 */
export function createGuard(): Guard {
  let columns: readonly Float64Array[] = [];
  let copy = new Float64Array(8_192);
  return {
    watch: (input) => {
      // Whoever is cut off in here must not restore one market from the half copy of another.
      columns = [];
      const own = columnsOf(input);
      let size = 0;
      for (const column of own) size += column.length;
      if (size > copy.length) copy = new Float64Array(2 * size);
      let at = 0;
      for (const column of own) {
        copy.set(column, at);
        at += column.length;
      }
      freeze(input);
      columns = own;
    },
    isIntact: () => {
      const kept = bytesOf(copy);
      let at = 0;
      for (const column of columns) {
        const bytes = bytesOf(column);
        if (kept.compare(bytes, 0, bytes.length, at, at + bytes.length) !== 0) return false;
        at += bytes.length;
      }
      return true;
    },
    restore: () => {
      let at = 0;
      for (const column of columns) {
        column.set(copy.subarray(at, at + column.length));
        at += column.length;
      }
    },
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function columnsOf({ selection, external }: MarketInput): readonly Float64Array[] {
  const columns: Float64Array[] = [];
  if (selection.kind === 'series') {
    const { time, open, high, low, close, volume } = selection.series;
    columns.push(time, open, high, low, close, volume);
  }
  for (const { series } of availableIn(external)) columns.push(...numbersOf(series));
  return columns;
}

function numbersOf(series: Series): readonly Float64Array[] {
  return series.kind === 'liquidations' ? [series.time, series.long, series.short] : [series.time, series.value];
}

function availableIn(external: MarketInput['external']) {
  return Object.values(external).filter((input) => input.state === 'available');
}

/** A column or a length that is put in the place of another is an error where it is tried. */
function freeze({ market, selection, external }: MarketInput): void {
  Object.freeze(market);
  Object.freeze(external);
  for (const input of Object.values(external)) Object.freeze(input);
  for (const { series } of availableIn(external)) Object.freeze(series);
  if (selection.kind !== 'series') return;
  Object.freeze(selection.series);
  Object.freeze(selection.series.market);
}
