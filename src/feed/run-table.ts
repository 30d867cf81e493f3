/** `scan show --run`: where the calls of a run went, and what they changed. */
import type { Feed, FeedRun, RunGoal, RunPlan } from '../core/feed.ts';
import { formatDuration } from '../platform/text.ts';
import { layTable, paragraph, type Column, type Look } from './layout.ts';

interface CostRow {
  readonly name: string;
  readonly calls: number;
  readonly requests: number;
}

/** One table; `title` says what its rows are. */
function costTable(title: string, rows: readonly CostRow[], look: Look): readonly string[] {
  const columns: readonly Column<CostRow>[] = [
    { title, align: 'left', text: ({ name }) => name.padEnd(LONGEST_NAME) },
    { title: 'CALLS', align: 'right', text: ({ calls }) => String(calls).padStart(NUMBER_WIDTH) },
    { title: 'REQUESTS', align: 'right', text: ({ requests }) => String(requests) },
  ];
  return layTable(columns, rows, look).lines;
}

/** So that both tables have the same columns. */
const LONGEST_NAME = 'long short ratio'.length;
const NUMBER_WIDTH = 5;

const STAGES: Readonly<Record<FeedRun['stage'], string>> = {
  price: 'price (nothing is fetched yet)',
  goal: 'goal (the goal is met, what remains follows)',
  complete: 'complete',
};

/** Ends with a newline. */
export function runTable({ run, signals }: Feed, look: Look): string {
  const scored = signals.filter(({ status }) => status === 'ok');
  const final = scored.filter(({ score_bounds: bounds }) => bounds !== null && bounds[0] === bounds[1]).length;
  const { saved } = run.plan;
  const lines = [
    `Run ${run.id}: stage ${STAGES[run.stage]}; provider ${run.provider}; took ${formatDuration(run.duration_ms)}`,
    `${goalText(run.goal)}; final scores: ${final} of ${scored.length}`,
    changesText(run.plan),
    `Series from the cache, for no call: ${saved.final} final, ${saved.fresh} fresh (within 15 minutes)`,
  ];
  const said = lines.flatMap((line) => paragraph(line, look)).join('\n');
  const phases = costTable('FOR', phaseRows(run.plan), look).join('\n');
  const kinds = costTable('SERIES', kindRows(run.plan), look).join('\n');
  return `${said}\n\n${phases}\n\n${kinds}\n`;
}

function goalText({ kind, top, min_score: score, met, pending_signals: pending, waiting }: RunGoal): string {
  if (kind === 'none') return 'Nothing was to be fetched';
  const name = top !== null ? `top ${top}` : score !== null ? `min-score ${score}` : kind;
  if (met) return `Goal ${name}: met`;
  return `Goal ${name}: not met, pending signals: ${pending}, of these waiting (failed, not published upstream yet, or asked for within 15 minutes): ${waiting}`;
}

function changesText({ changed: { signals, largest, entered_top_20: entered } }: RunPlan): string {
  if (signals === 0) return 'What was fetched changed no score';
  return `What was fetched changed ${signals} scores, by ${largest} points at most, and brought ${entered} into the best 20 with a direction`;
}

function phaseRows({ phases }: RunPlan): readonly CostRow[] {
  const rows = [
    { name: 'market list', ...phases.market_list },
    { name: 'goal', ...phases.goal },
    { name: 'remaining', ...phases.remaining },
  ];
  const sum = (of: 'calls' | 'requests'): number => rows.reduce((total, row) => total + row[of], 0);
  return [...rows, { name: 'all', calls: sum('calls'), requests: sum('requests') }];
}

function kindRows({ kinds }: RunPlan): readonly CostRow[] {
  return Object.entries(kinds).map(([kind, { calls, requests }]) => ({
    name: kind.replaceAll('_', ' '),
    calls,
    requests,
  }));
}
