/** The only file of the tables that knows how a strategy is asked. */
import type { SeriesKind } from '../../../src/core/series.ts';
import { SIDES } from '../../../src/core/strategy.ts';
import type { Finding, Findings } from '../../../src/processor/finding.ts';
import { memoOf } from '../../../src/processor/price-memo.ts';
import { findSeries, missingFinding } from '../../../src/processor/series-findings.ts';
import { scoreSeries } from '../../../src/processor/series-score.ts';
import { STRATEGIES } from '../../../src/strategies/index.ts';
import { judgedOf } from '../../contract/checks.ts';
import { candlesOf } from '../../contract/markets.ts';
import type { Expected, Row } from './row.ts';
import { ABSENT } from './series.ts';

export type Question = Pick<Row, 'candles' | 'timeframe' | 'series' | 'listed'>;

export type Answer = Required<Expected> & {
  /** (target - entry) / (entry - stop) as the strategy says it. */
  readonly riskReward: number | null;
  /** Of every component. */
  readonly maxima: Readonly<Record<string, number>>;
};

export function answerTo(id: string, { candles: rows, timeframe = '4h', series = {}, listed }: Question): Answer {
  const strategy = STRATEGIES.find((one) => one.id === id);
  if (strategy === undefined) throw new Error(`there is no strategy ${id}`);
  const candles = candlesOf(rows, timeframe);
  const { direction, side, points, setup, unmet, seriesSpanMs } = judgedOf(strategy, candles);
  const price = memoOf(candles, []);
  const find = (kind: SeriesKind): Finding => {
    const known = (series[kind] ?? ABSENT)(price.closeTime);
    if (known.state === 'available') return findSeries(known.series, price, listed ?? null, seriesSpanMs);
    return missingFinding(kind, known.state === 'absent' ? 'no-data' : 'deferred', seriesSpanMs);
  };
  const findings: Findings = {
    open_interest: find('open_interest'),
    funding_rate: find('funding_rate'),
    long_short_ratio: find('long_short_ratio'),
    liquidations: find('liquidations'),
  };
  const scored = scoreSeries(strategy.series, side, findings);
  const known = points.reduce((sum, one) => sum + one.points, 0);
  const sum = (end: 'low' | 'high'): number => scored.reduce((total, one) => total + one[end], known);
  return {
    direction,
    side,
    points: Object.fromEntries([
      ...points.map((one) => [one.component, one.points] as const),
      ...scored.map((one) => [one.kind, one.points] as const),
    ]),
    maxima: Object.fromEntries([
      ...points.map((one) => [one.component, one.max] as const),
      ...scored.map((one) => [one.kind, one.max] as const),
    ]),
    usd: [findings.open_interest.valueUsd, findings.liquidations.valueUsd],
    bounds: [sum('low'), sum('high')],
    holds: SIDES.filter((one) => unmet[one].length === 0),
    levels: setup && {
      entry: setup.entry,
      stop: setup.stop_loss,
      target: setup.take_profit,
      bars: setup.max_bars,
    },
    riskReward: setup && setup.risk_reward,
  };
}
