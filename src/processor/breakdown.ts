/** The lines of a score as the feed shows them: rounded so that they add up. */
import { round2, significant } from '../core/digits.ts';
import type { ScoreComponent } from '../core/signal.ts';
import type { ExplainedComponent, Part, PricePoints, SeriesUse, Side } from '../core/strategy.ts';
import type { Findings } from './finding.ts';
import { hundredths } from './score.ts';
import { scoreSeries, seriesComponents } from './series-score.ts';

const NOISE = 1e-9;

/** `parts`: why each of `points` is what it is, in the same order. `standIn`: the venue whose series these are, when not the market's. */
export function breakdownOf(
  points: readonly PricePoints[],
  parts: readonly ExplainedComponent[],
  uses: readonly SeriesUse[],
  side: Side,
  findings: Findings,
  standIn: string | null,
): readonly ScoreComponent[] {
  const series = seriesComponents(uses, side, findings, standIn);
  return [
    ...points.map((one, index) => componentOf(one, parts[index]!)),
    ...scoreSeries(uses, side, findings).map((one, index) => componentOf(one, series[index]!)),
  ];
}

function componentOf({ points, max }: Pick<PricePoints, 'points' | 'max'>, why: ExplainedComponent): ScoreComponent {
  const { component, code, text, parts } = why;
  const total = hundredths(points);
  return { component, points: total / 100, max: round2(max), code, text, parts: partsOf(parts, total) };
}

/** Rounded so that they add up to `total`, in hundredths: what rounding down leaves over goes to the first parts with a fraction. */
function partsOf(parts: readonly Part[], total: number): readonly Part[] {
  let left = total;
  for (const { points } of parts) left -= Math.floor(points * 100 + NOISE);
  return parts.map(({ part, value, zero_at, full_at, points, max }) => {
    const exact = points * 100;
    const down = Math.floor(exact + NOISE);
    const up = left > 0 && exact - down > NOISE;
    if (up) left -= 1;
    const shownValue = value === null ? null : significant(value);
    return { part, value: shownValue, zero_at, full_at, points: (up ? down + 1 : down) / 100, max: round2(max) };
  });
}
