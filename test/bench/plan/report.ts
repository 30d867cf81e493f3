/** The figures of the simulation as they are kept and as the README of the benchmarks shows them. */
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
  readonly calls: Spread;
  readonly minutes: Spread;
  readonly requests: Spread;
  /** Median over the as-of times of its calls as a share of the plain filter's and of everything's. */
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
        results.map((result) => costOf(result).calls / other(result).calls),
        0.5,
      );
    return {
      name,
      calls: spread(results.map((result) => costOf(result).calls)),
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
    results.map(({ goals, everything }) => goals['actionable']!.calls / everything.calls),
    0.5,
  );
  const over = results.filter(({ goals, baseline }) => goals['actionable']!.calls > baseline.calls).length;
  const busiest = busiestOf(results).map(({ goals, baseline }) => goals['top 7']!.calls / baseline.calls);
  const differences = [...results.flatMap((result) => result.differences), ...day.differences];
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
      name: `top 7 of each strategy at the ${busiest.length} busiest times costs at most 1/2 of the plain filter`,
      holds: Math.max(...busiest) <= 1 / 2,
      found: `${Math.min(...busiest).toFixed(2)} to ${Math.max(...busiest).toFixed(2)}`,
    },
    {
      name: 'answers are those of the full fetch',
      holds: differences.length === 0,
      found: `${differences.length} differences`,
    },
    ...scale.map(({ goal, planningMs, quotaMs }) => ({
      name: `all plans of a run for ${goal} take at most 1 % of what the quota takes`,
      holds: planningMs <= quotaMs / 100,
      found: `${((100 * planningMs) / quotaMs).toFixed(2)} %`,
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
    ['', 'calls: median / p90 / max', 'minutes', 'of the plain filter', 'of everything'],
    rows.map(({ name, calls, minutes, ofBaseline, ofEverything }) => [
      name,
      cells(calls, 0),
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
      mean(({ calls }) => calls).toFixed(0),
      `${later.filter(({ met }) => met).length} of ${later.length}`,
      percent(mean(({ final }) => final)),
      hours(Math.max(...later.map(({ stalestHours }) => stalestHours ?? Infinity))),
      percent(first!.final),
    ];
  };
  return table(
    [
      'run after the close',
      'calls',
      'actionable final',
      'signals final',
      'oldest series',
      'signals final, from an empty cache',
    ],
    [...slots].map(([ms, own]) => row(ms, own)),
  );
}

/** The share of runs that ended with every signal with a direction final, and what kept the others from it. */
export function cronSentence({ runs }: CronDay): string {
  const missed = runs.filter(({ met }) => !met);
  const early = missed.filter(({ unpublished }) => unpublished).length;
  const calls = spread(runs.map((run) => run.calls));
  return (
    `${runs.length - missed.length} of ${runs.length} runs ended with every signal with a direction final; of the others ${early} ` +
    `had only what upstream had not published yet before them. Calls a run: median ${calls.median}, p90 ${calls.p90}, max ${calls.max}.`
  );
}

function hours(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(0)} h` : 'never asked';
}

export function scaleTable(scale: readonly Scale[]): string {
  const seconds = (ms: number): string => (ms / 1_000).toFixed(2);
  return table(
    ['goal', 'requests', 'first plan, s', 'all plans, s', 'one plan, ms', 'judging once, s', 'quota, min'],
    scale.map(({ goal, requests, firstPlanMs, planningMs, judgingMs, quotaMs }) => [
      goal,
      String(requests),
      seconds(firstPlanMs),
      seconds(planningMs),
      (planningMs / requests).toFixed(1),
      seconds(judgingMs),
      (quotaMs / MINUTE_MS).toFixed(0),
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
