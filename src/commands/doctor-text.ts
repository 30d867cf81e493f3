/** `scan doctor <folder>` for people: a table of what there is, then what is wrong, worst first. */
import type { Case, Problem, Severity } from '../candles/survey-problem.ts';
import { paint, paragraph, tableLines, type Column, type Look, type Style } from '../feed/layout.ts';
import { formatDuration } from '../platform/text.ts';
import type { FolderReport } from './doctor-report.ts';
import { groupSeries, type SeriesGroup } from './doctor-groups.ts';

/** Details shown for one problem, and places named for one detail; `--json` has them all. */
const SHOWN_DETAILS = 4;
const SHOWN_PLACES = 3;

const STYLES: Readonly<Record<Severity, Style>> = { error: 'red', warn: 'yellow', note: 'dim' };
/** As wide as the longest severity, and a gap. */
const INDENT = 7;

const COLUMNS: readonly Column<SeriesGroup>[] = [
  { title: 'EXCHANGE', align: 'left', text: ({ exchange }) => exchange, style: () => 'bold' },
  { title: 'TF', align: 'right', text: ({ timeframe }) => timeframe },
  { title: 'MARKETS', align: 'right', text: ({ markets }) => String(markets), dispensable: 1 },
  { title: 'FILES', align: 'right', text: ({ files }) => String(files), dispensable: 6 },
  { title: 'CANDLES', align: 'right', text: ({ candles }) => String(candles), dispensable: 4 },
  { title: 'FROM', align: 'left', text: ({ from }) => dateText(from), dispensable: 5 },
  { title: 'NEWEST', align: 'left', text: ({ to }) => minuteText(to), dispensable: 2 },
  { title: 'AGE', align: 'right', text: ({ ageMs }) => (ageMs < 0 ? 'open' : formatDuration(ageMs)), dispensable: 3 },
  { title: 'STALE', align: 'right', text: ({ stale }) => (stale === 0 ? '' : String(stale)), style: () => 'yellow' },
  { title: 'MISSING', align: 'right', text: ({ missing }) => (missing === 0 ? '' : String(missing)), dispensable: 7 },
];

export function folderText(report: FolderReport, look: Look): string {
  const { survey, problems } = report;
  const groups = groupSeries(survey.series);
  const lines = [
    ...headLines(report, look),
    ...(groups.length === 0 ? [] : ['', ...tableLines(COLUMNS, groups, look)]),
    ...problems.flatMap((problem) => problemLines(problem, look)),
    '',
    ...paragraph(verdict(report), look),
  ];
  return `${lines.join('\n')}\n`;
}

function headLines({ survey, ignored, sampleLeftOut }: FolderReport, look: Look): readonly string[] {
  const read = new Set(survey.files.map(({ file }) => file)).size;
  const candles = survey.series.reduce((sum, one) => sum + one.candles, 0);
  const counts = [
    `${survey.markets.length} markets, ${candles} candles in ${read} files`,
    ...(survey.skipped.length === 0 ? [] : [`${survey.skipped.length} files skipped`]),
    ...(survey.leftOut.length === 0 ? [] : [`${survey.leftOut.length} spot files left out`]),
    ...(ignored.length === 0 ? [] : [`${ignored.length} side files`]),
    ...(sampleLeftOut === 0 ? [] : [`${sampleLeftOut} files of the made-up sample left out`]),
  ];
  const bold = paragraph(counts.join(', '), look).map((line) => paint(line, 'bold', look));
  return [...bold, ...paragraph(`Ages are told at ${minuteText(survey.now)} UTC.`, look)];
}

function problemLines({ kind, severity, title, remedy, cases }: Problem, look: Look): readonly string[] {
  const body: Look = { ...look, width: look.width - INDENT };
  const head = paragraph(`${title}: ${cases.length} (${kind})`, body, [0, 0]);
  const groups = [...Map.groupBy(cases, ({ detail }) => detail)].sort((a, b) => b[1].length - a[1].length);
  const shown = groups.slice(0, SHOWN_DETAILS).flatMap(([detail, same]) => paragraph(caseText(detail, same), body));
  const rest = groups.slice(SHOWN_DETAILS).reduce((sum, [, same]) => sum + same.length, 0);
  const lines = [
    ...shown,
    ...(rest === 0 ? [] : [paint(`${rest} more`, 'dim', look)]),
    ...(remedy === null ? [] : paragraph(`What helps: ${remedy}`, body)),
  ];
  const margin = ' '.repeat(INDENT);
  const first = paint(severity.padEnd(INDENT), STYLES[severity], look) + paint(head[0]!, 'bold', look);
  return [
    '',
    first,
    ...head.slice(1).map((line) => margin + paint(line, 'bold', look)),
    ...lines.map((line) => margin + line),
  ];
}

function caseText(detail: string, same: readonly Case[]): string {
  const named = same.slice(0, SHOWN_PLACES).map(({ where }) => where);
  const more = same.length - named.length;
  return `${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}: ${detail}`;
}

function verdict({ survey, problems }: FolderReport): string {
  if (survey.series.length === 0 && problems.length === 0) {
    return 'Nothing here can be scanned. No file ends in .json, .csv, .feather, .parquet, .zip or .gz.';
  }
  if (survey.series.length === 0) return 'Nothing here can be scanned.';
  const count = (severity: Severity): number => problems.filter((problem) => problem.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warn')];
  if (errors + warnings === 0) return 'Nothing is wrong with these files.';
  const kinds = [...(errors === 0 ? [] : [`${errors} to mend`]), ...(warnings === 0 ? [] : [`${warnings} to look at`])];
  return `The folder can be scanned. Kinds of problems: ${kinds.join(', ')}; --json lists every file and market.`;
}

function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function minuteText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
