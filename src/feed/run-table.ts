/** `scan show --run`: where the units of a run went, and what they changed. */
import type { Feed, FeedRun, RunExactness, RunPlan } from '../core/feed.ts';
import { formatDuration } from '../platform/text.ts';
import { layTable, paragraph, type Column, type Look } from './layout.ts';

interface CostRow {
  readonly name: string;
  readonly units: number;
  readonly requests: number;
}

/** One table; `title` says what its rows are. */
function costTable(title: string, rows: readonly CostRow[], look: Look): readonly string[] {
  const columns: readonly Column<CostRow>[] = [
    { title, align: 'left', text: ({ name }) => name.padEnd(LONGEST_NAME) },
    { title: 'UNITS', align: 'right', text: ({ units }) => String(units).padStart(NUMBER_WIDTH) },
    { title: 'REQUESTS', align: 'right', text: ({ requests }) => String(requests) },
  ];
  return layTable(columns, rows, look).lines;
}

/** So that both tables have the same columns. */
const LONGEST_NAME = 'long short ratio'.length;
const NUMBER_WIDTH = 5;

const STAGES: Readonly<Record<FeedRun['stage'], string>> = {
  price: 'price (nothing is fetched yet)',
  exact: 'exact (the goal is met, the rest follows)',
  complete: 'complete',
};

/** Ends with a newline. */
export function runTable({ run, summary, signals }: Feed, look: Look): string {
  const lines = [
    `Run ${run.id}: stage ${STAGES[run.stage]}; provider ${run.provider}; took ${formatDuration(run.duration_ms)}`,
  ];
  if (run.exactness === null || run.plan === null) {
    lines.push(`This feed does not say where its ${summary.external.units} units went: it is older than 1.2.0.`);
    return `${lines.flatMap((line) => paragraph(line, look)).join('\n')}\n`;
  }
  const scored = signals.filter(({ status }) => status === 'ok');
  const exact = scored.filter(({ score_bounds: bounds }) => bounds !== null && bounds[0] === bounds[1]).length;
  lines.push(`${goalText(run.exactness)}; exact scores: ${exact} of ${scored.length}`, changesText(run.plan));
  const { saved } = run.plan;
  lines.push(`Series from the cache, for no unit: ${saved.final} final, ${saved.fresh} younger than 15 minutes`);
  const told = lines.flatMap((line) => paragraph(line, look)).join('\n');
  const phases = costTable('FOR', phaseRows(run.plan), look).join('\n');
  const kinds = costTable('SERIES', kindRows(run.plan), look).join('\n');
  return `${told}\n\n${phases}\n\n${kinds}\n`;
}

function goalText({ goal, top, min_score: score, met, open_signals: open, waiting }: RunExactness): string {
  if (goal === 'none') return 'Nothing was to be fetched';
  const name = top !== null ? `top ${top}` : score !== null ? `min-score ${score}` : goal;
  if (met) return `Goal ${name}: met`;
  return `Goal ${name}: not met, open signals: ${open}, of these failed, not published upstream yet or asked within 15 minutes: ${waiting}`;
}

function changesText({ changed: { signals, largest, entered_top_20: entered } }: RunPlan): string {
  if (signals === 0) return 'What was fetched changed no score';
  return `What was fetched changed ${signals} scores, by ${largest} points at most, and brought ${entered} into the best 20 with a direction`;
}

function phaseRows({ phases }: RunPlan): readonly CostRow[] {
  const rows = [
    { name: 'market list', ...phases.market_list },
    { name: 'the goal', ...phases.goal },
    { name: 'the rest', ...phases.rest },
  ];
  const sum = (of: 'units' | 'requests'): number => rows.reduce((total, row) => total + row[of], 0);
  return [...rows, { name: 'all', units: sum('units'), requests: sum('requests') }];
}

function kindRows({ kinds }: RunPlan): readonly CostRow[] {
  return Object.entries(kinds).map(([kind, { units, requests }]) => ({
    name: kind.replaceAll('_', ' '),
    units,
    requests,
  }));
}
