import type { SurveyedSeries } from '../candles/survey.ts';
import { TIMEFRAMES, type Timeframe } from '../core/time.ts';

/** Series of one exchange and timeframe. */
export interface SeriesGroup {
  readonly exchange: string;
  readonly timeframe: Timeframe;
  readonly markets: number;
  readonly files: number;
  readonly candles: number;
  /** Oldest and newest open time, ms UTC. */
  readonly from: number;
  readonly to: number;
  /** From the newest close to now, ms. */
  readonly ageMs: number;
  /** Series that are stale. */
  readonly stale: number;
  /** Missing candles. */
  readonly missing: number;
}

/** By exchange, then timeframe. */
export function groupSeries(series: readonly SurveyedSeries[]): readonly SeriesGroup[] {
  const groups = Map.groupBy(series, ({ market, timeframe }) => JSON.stringify([market.exchange, timeframe]));
  return [...groups.values()]
    .map((group) => {
      const sum = (value: (one: SurveyedSeries) => number): number => group.reduce((all, one) => all + value(one), 0);
      return {
        exchange: group[0]!.market.exchange,
        timeframe: group[0]!.timeframe,
        markets: group.length,
        files: new Set(group.flatMap(({ files }) => files)).size,
        candles: sum(({ candles }) => candles),
        from: Math.min(...group.map(({ firstOpen }) => firstOpen)),
        to: Math.max(...group.map(({ lastOpen }) => lastOpen)),
        ageMs: Math.min(...group.map(({ ageMs }) => ageMs)),
        stale: sum(({ stale }) => (stale ? 1 : 0)),
        missing: sum(({ gaps }) => gaps.missing),
      };
    })
    .sort(
      (a, b) =>
        compareText(a.exchange, b.exchange) || TIMEFRAMES.indexOf(a.timeframe) - TIMEFRAMES.indexOf(b.timeframe),
    );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
