import type { CandleColumns } from '../core/candles.ts';
import { pivotHighs } from './pivots.ts';

const LOOK_BARS = 240;
const CONFIRMATION_BARS = 5;
const MAX_PIVOTS = 40;
/** How far a touch may lie off a line and a close beyond it, in ATR. */
export const TOLERANCE_ATR = 0.25;
const MIN_ANCHOR_DISTANCE = 10;
const MIN_TOUCHES = 3;
const MIN_SPAN = 20;

/** Finds pivot highs between two bars with `k` bars of confirmation; `pivotHighs` is the honest one. */
export type PivotFinder = (high: Float64Array, from: number, last: number, k: number) => number[];

export interface TrendlineOptions {
  /** ATR14 at `t`, price units. */
  readonly atr: number;
  /** How many of the newest bars up to `t` neither form the line nor count as a violation of it. */
  readonly exclude: number;
  /** How many bars before `t` a pivot may lie back; 240 unless said otherwise. */
  readonly look?: number;
  /** Bars on each side of a pivot; 5 unless said otherwise. */
  readonly k?: number;
  /** Lets a test plant a finder that looks ahead. */
  readonly findPivots?: PivotFinder;
}

/** A straight line along pivots that no close has violated. Bars are indices of the columns, distances are in bars. */
export interface Trendline {
  readonly side: 'resistance' | 'support';
  /** The two pivots the line goes through, i before j. */
  readonly i: number;
  readonly j: number;
  /** Price at `i`: the high of a resistance, the low of a support. */
  readonly anchorPrice: number;
  /** Price units. */
  readonly slopePerBar: number;
  /** The line's price at `t`. */
  readonly valueNow: number;
  /** Pivots within the tolerance of the line, oldest first; `i` and `j` are among them. */
  readonly touches: readonly number[];
  /** From the first touch to the last. */
  readonly span: number;
  /** How far a touch may lie off the line and a close beyond it, price units. */
  readonly tolerance: number;
  /** touches * 1000 + span - sum of the touches' distances in tolerances. */
  readonly score: number;
  /** The bar whose close made the last touch known. */
  readonly confirmedAt: number;
  /** How far the close at `t` lies beyond the line, in ATR: above a resistance, below a support; negative on the near side. */
  readonly brokenBy: number;
  /** The close at `t` lies beyond the line by more than the tolerance. */
  readonly broken: boolean;
}

/**
 * The best trendline of one side at bar `t`: the line through two pivots with the most touches, then the longest span, then
 * the closest touches; ties go to the later j, then the later i. Null without a line of at least 3 touches over 20 bars, or
 * without a positive ATR. Reads no bar after `t`.
 *
 * Touches alone carry no information: random walks show lines of 3 touches as often as markets do.
 */
export function findTrendlines(
  candles: Pick<CandleColumns, 'high' | 'low' | 'close'>,
  t: number,
  side: Trendline['side'],
  options: TrendlineOptions,
): Trendline | null {
  const { atr, exclude, look = LOOK_BARS, k = CONFIRMATION_BARS, findPivots = pivotHighs } = options;
  if (!(atr > 0)) return null;
  // A support is a resistance of negated prices: one search, and exact mirror symmetry.
  const sign = side === 'resistance' ? 1 : -1;
  const from = Math.max(0, t - look);
  const peaks = side === 'resistance' ? candles.high : negated(candles.low, Math.max(0, from - k), t);
  const closes = side === 'resistance' ? candles.close : negated(candles.close, from, t);
  const last = t - exclude;
  const pivots = findPivots(peaks, from, last, k).slice(-MAX_PIVOTS);
  const tolerance = TOLERANCE_ATR * atr;
  const best = bestLine({ peaks, closes, pivots, last, tolerance });
  if (best === null) return null;

  const valueNow = best.price + best.slope * (t - best.i);
  const brokenBy = (closes[t]! - valueNow) / atr;
  return {
    side,
    i: best.i,
    j: best.j,
    anchorPrice: sign * best.price,
    slopePerBar: sign * best.slope,
    valueNow: sign * valueNow,
    touches: best.touches,
    span: best.span,
    tolerance,
    score: best.score,
    confirmedAt: best.touches.at(-1)! + k,
    brokenBy,
    broken: brokenBy > TOLERANCE_ATR,
  };
}

/** The line's price at bar `q`. */
export function trendlineValue(line: Trendline, q: number): number {
  return line.anchorPrice + line.slopePerBar * (q - line.i);
}

/** What a resistance is searched in. */
interface Field {
  readonly peaks: Float64Array;
  readonly closes: Float64Array;
  readonly pivots: readonly number[];
  /** The last bar whose close may violate a line. */
  readonly last: number;
  readonly tolerance: number;
}

interface Line {
  readonly i: number;
  readonly j: number;
  readonly price: number;
  readonly slope: number;
}

interface Touches {
  readonly touches: readonly number[];
  readonly span: number;
  readonly score: number;
}

function bestLine(field: Field): (Line & Touches) | null {
  const { peaks, pivots } = field;
  let best: (Line & Touches) | null = null;
  // From the latest pair backwards, replaced only by a better one: ties go to the later j, then the later i.
  for (let b = pivots.length - 1; b > 0; b--) {
    const j = pivots[b]!;
    for (let a = b - 1; a >= 0; a--) {
      const i = pivots[a]!;
      if (j - i < MIN_ANCHOR_DISTANCE) continue;
      const line = { i, j, price: peaks[i]!, slope: (peaks[j]! - peaks[i]!) / (j - i) };
      if (isViolated(field, line)) continue;
      const found = touchesOf(field, line, a);
      if (found !== null && (best === null || found.score > best.score)) best = { ...line, ...found };
    }
  }
  return best;
}

function isViolated({ closes, last, tolerance }: Field, { i, price, slope }: Line): boolean {
  for (let q = i + 1; q <= last; q++) {
    if (closes[q]! > price + slope * (q - i) + tolerance) return true;
  }
  return false;
}

/** Touches from the pivot numbered `first` on, or null when they are too few or too close together. */
function touchesOf({ peaks, pivots, tolerance }: Field, { i, price, slope }: Line, first: number): Touches | null {
  const touches: number[] = [];
  let distances = 0;
  for (let p = first; p < pivots.length; p++) {
    const pivot = pivots[p]!;
    const distance = Math.abs(peaks[pivot]! - (price + slope * (pivot - i)));
    if (distance <= tolerance) {
      touches.push(pivot);
      distances += distance;
    }
  }
  const span = touches.at(-1)! - i;
  if (touches.length < MIN_TOUCHES || span < MIN_SPAN) return null;
  return { touches, span, score: withoutRoundingNoise(touches.length * 1000 + span - distances / tolerance) };
}

/** Pairs on one and the same line differ in the last bits of their score only, and those must not decide a tie. */
function withoutRoundingNoise(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}

/** Only what is looked at. */
function negated(values: Float64Array, from: number, to: number): Float64Array {
  const result = new Float64Array(to + 1);
  for (let bar = from; bar <= to; bar++) result[bar] = -values[bar]!;
  return result;
}
