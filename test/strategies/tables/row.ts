/** What a row of a table says: candles and series that were made by hand, and the answer that was worked out on paper. */
import type { Denomination } from '../../../src/core/market.ts';
import type { SeriesKind } from '../../../src/core/series.ts';
import type { Direction, Side } from '../../../src/core/strategy.ts';
import type { Candle } from './candles.ts';
import type { KnownAt } from './series.ts';

interface Levels {
  readonly entry: number;
  readonly stop: number;
  readonly target: number;
  readonly bars: number;
}

export interface Expected {
  readonly direction: Direction;
  readonly side: Side;
  /** Of every component; none is left out. */
  readonly points: Readonly<Record<string, number>>;
  /** Where it is left out both ends are the sum of the points. */
  readonly bounds?: readonly [low: number, high: number];
  /** Sides whose conditions all hold. */
  readonly holds: readonly Side[];
  readonly levels: Levels | null;
  /** Current open interest and net liquidations in USD; not looked at where it is left out. */
  readonly usd?: readonly [openInterest: number | null, liquidations: number | null];
}

/** How the amounts of the listed market become USD. */
interface Listed {
  readonly denomination: Denomination;
  /** Multiplier of the listed market against that of the candles. */
  readonly baseFactor: number;
}

export interface Row {
  readonly name: string;
  readonly candles: readonly Candle[];
  /** 4h where it is left out. */
  readonly timeframe?: '1h' | '4h';
  /** Kinds that are left out are absent: half of their points, with certainty. */
  readonly series?: Readonly<Partial<Record<SeriesKind, KnownAt>>>;
  /** Without it nothing can be converted. */
  readonly listed?: Listed;
  readonly expected: Expected;
}
