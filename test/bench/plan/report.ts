/** The figures of the simulation as they are kept and as the README shows them. */
import { MINUTE_MS } from '../../../src/core/time.ts';
import type { AsOfResult, Cost } from './compare.ts';
import { GOALS } from './compare.ts';
import { percent, type CronDay, type CronRun } from './cron.ts';
import type { Scale } from './scale.ts';
import { CANDLE_MS } from './session.ts';

interface Spread {
  readonly median: number;
  readonly p90: number;
  readonly max: number;
}

export interface Row {
  readonly name: string;
  readonly units: Spread;
  readonly minutes: Spread;
  readonly requests: Spread;
  /** Median over the as-of times of its units as a share of the plain filter's and of everything's. */
  readonly ofBaseline: number;
  readonly ofEverything: number;
}

export interface Check {
  readonly name: string;
  readonly holds: boolean;
  readonly found: string;
}

/** The as-of times with the most signals with a direction: a quarter of all. */
const BUSIEST_SHARE = 0.25;

/** Nearest rank; `share` 0.5 is the median, the mean of the two in the middle where there are two. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = share * sorted.length;
  const at = Math.max(0, Math.ceil(rank) - 1);
  const even = share === 0.5 && Number.isInteger(rank);
  return even ? (sorted[at]! + sorted[at + 1]!) / 2 : sorted[at]!;
}

export function rowsOf(results: readonly AsOfResult[]): readonly Row[] {
  const row = (name: string, costOf: (result: AsOfResult) => Cost): Row => {
    const ratio = (other: (result: AsOfResult) => Cost): number =>
      quantile(
        results.map((result) => costOf(result).units / other(result).units),
        0.5,
      );
    return {
      name,
      units: spread(results.map((result) => costOf(result).units)),
      minutes: spread(results.map((result) => costOf(result).ms / MINUTE_MS)),
      requests: spread(results.map((result) => costOf(result).requests)),
      ofBaseline: ratio(({ baseline }) => baseline),
      ofEverything: ratio(({ everything }) => everything),
    };
  };
  return [
    ...GOALS.map(([name]) => row(name, ({ goals }) => goals[name]!)),
    row('plain filter', ({ baseline }) => baseline),
    row('everything', ({ everything }) => everything),
    row('actionable, from the close', ({ atClose }) => atClose),
  ];
}

function spread(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), p90: quantile(values, 0.9), max: Math.max(...values) };
}

/** What the plan promises, and whether it held. */
export function checksOf(results: readonly AsOfResult[], day: CronDay, scale: readonly Scale[]): readonly Check[] {
  const share = quantile(
    results.map(({ goals, everything }) => goals['actionable']!.units / everything.units),
    0.5,
  );
  const over = results.filter(({ goals, baseline }) => goals['actionable']!.units > baseline.units).length;
  const busiest = busiestOf(results).map(({ goals, baseline }) => goals['top 20']!.units / baseline.units);
  const differences = [...results.flatMap((result) => result.differences), ...day.differences];
  const slowest = Math.max(...scale.map(({ firstPlanMs, pricePassMs }) => firstPlanMs / pricePassMs));
  return [
    {
      name: 'actionable costs at most 1/20 of everything (median)',
      holds: share <= 1 / 20,
      found: `1/${(1 / share).toFixed(0)}`,
    },
    {
      name: 'actionable never costs more than the plain filter',
      holds: over === 0,
      found: `${over} of ${results.length} times`,
    },
    {
      name: `top 20 at the ${busiest.length} busiest times costs at most 1/2 of the plain filter`,
      holds: Math.max(...busiest) <= 1 / 2,
      found: `${Math.min(...busiest).toFixed(2)} to ${Math.max(...busiest).toFixed(2)}`,
    },
    {
      name: 'answers are those of the full fetch',
      holds: differences.length === 0,
      found: `${differences.length} differences`,
    },
    {
      name: 'one plan takes at most 1/10 of analysing once',
      holds: slowest <= 1 / 10,
      found: percent(slowest),
    },
    ...scale.map(({ goal, planningMs, analysingMs }) => ({
      name: `all plans of a run for ${goal} take at most 1/10 of its analysing`,
      holds: planningMs <= analysingMs / 10,
      found: percent(planningMs / analysingMs),
    })),
  ];
}

export function busiestOf(results: readonly AsOfResult[]): readonly AsOfResult[] {
  const sorted = [...results].sort((a, b) => b.directed - a.directed);
  return sorted.slice(0, Math.max(1, Math.round(BUSIEST_SHARE * results.length)));
}

export function costTable(rows: readonly Row[]): string {
  const cells = ({ median, p90, max }: Spread, digits: number): string =>
    [median, p90, max].map((value) => value.toFixed(digits)).join(' / ');
  return table(
    ['', 'units: median / p90 / max', 'minutes', 'of the plain filter', 'of everything'],
    rows.map(({ name, units, minutes, ofBaseline, ofEverything }) => [
      name,
      cells(units, 0),
      cells(minutes, 1),
      share(ofBaseline),
      share(ofEverything),
    ]),
  );
}

function share(ratio: number): string {
  return ratio < 10 ? percent(ratio) : `${ratio.toFixed(0)} times`;
}

/** The runs of each quarter of an hour after a candle's close: the first candle found an empty cache, the others did not. */
export function cronTable({ runs }: CronDay): string {
  const firstClose = runs[0]!.start;
  const slots = Map.groupBy(runs, ({ start }) => (start - firstClose) % CANDLE_MS);
  const row = (ms: number, [first, ...later]: readonly CronRun[]): readonly string[] => {
    const mean = (of: (run: CronRun) => number): number => later.reduce((sum, run) => sum + of(run), 0) / later.length;
    return [
      `${ms / MINUTE_MS} min`,
      mean(({ units }) => units).toFixed(0),
      `${later.filter(({ met }) => met).length} of ${later.length}`,
      percent(mean(({ exact }) => exact)),
      hours(Math.max(...later.map(({ stalestHours }) => stalestHours ?? Infinity))),
      percent(first!.exact),
    ];
  };
  return table(
    [
      'run after the close',
      'units',
      'actionable exact',
      'signals exact',
      'oldest series',
      'signals exact, from an empty cache',
    ],
    [...slots].map(([ms, own]) => row(ms, own)),
  );
}

/** The share of runs that ended with every signal with a direction exact, and what kept the others from it. */
export function cronSentence({ runs }: CronDay): string {
  const missed = runs.filter(({ met }) => !met);
  const early = missed.filter(({ unpublished }) => unpublished).length;
  const units = spread(runs.map((run) => run.units));
  return (
    `${runs.length - missed.length} of ${runs.length} runs ended with every signal with a direction exact; of the others ${early} ` +
    `had only what upstream had not published yet before them. Units a run: median ${units.median}, p90 ${units.p90}, max ${units.max}.`
  );
}

function hours(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(0)} h` : 'never asked';
}

export function scaleTable(scale: readonly Scale[]): string {
  const seconds = (ms: number): string => (ms / 1_000).toFixed(2);
  return table(
    [
      'goal',
      'requests',
      'first plan, s',
      'all plans, s',
      'analysing once, s',
      'analysing in all, s',
      'all plans / all analysing',
    ],
    scale.map(({ goal, requests, firstPlanMs, planningMs, pricePassMs, analysingMs }) => [
      goal,
      String(requests),
      seconds(firstPlanMs),
      seconds(planningMs),
      seconds(pricePassMs),
      seconds(analysingMs),
      percent(planningMs / analysingMs),
    ]),
  );
}

export function checkTable(checks: readonly Check[]): string {
  return table(
    ['promise', 'found', ''],
    checks.map(({ name, found, holds }) => [name, found, holds ? 'holds' : 'MISSED']),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
