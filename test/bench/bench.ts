/**
 * `npm run bench`: every row of the table in the room's README, measured beside its yardstick in the same run. `--short` measures less often,
 * leaves out the large corpus, and fails only far beyond a goal (`isAbsurd`). Names of parts (reading, scan, ...) measure only those.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { EXCHANGES, SEED } from './corpus.ts';
import {
  cacheRows,
  corpus,
  indicatorRows,
  LARGE,
  largeRows,
  readingRows,
  scanRows,
  seriesRows,
  SMALL,
  startRows,
  type Bench,
  type Row,
} from './rows.ts';
import { startUpstream } from './upstream.ts';

const SYMBOLS = 800;
const SHORT = ['scan', 'start', 'series', 'cache', 'reading', 'indicators'];
const SHORT_PASSES = 3;
const RESULTS = path.join(import.meta.dirname, 'results.json');

function isMet({ result, goals }: Row, slack = 1): boolean {
  if (goals === null) return true;
  return goals.goalIs === 'at most' ? result <= goals.goal * slack : result >= goals.goal / slack;
}

/** A goal that is missed bounds nothing any more: there the last whole run, which the table names, takes its place. */
function isAbsurd(row: Row, recorded: readonly Row[]): boolean {
  if (isMet(row, 2)) return false;
  const { goals, result } = row;
  const before = recorded.find(({ what }) => what === row.what);
  if (goals === null || before === undefined || isMet(before)) return true;
  return goals.goalIs === 'at most' ? result > 1.5 * before.result : result < before.result / 1.5;
}

function shown(value: number, unit: Row['unit']): string {
  if (unit === 'x') return value.toFixed(2);
  return unit === 's' ? `${value.toFixed(2)} s` : `${value.toFixed(value < 20 ? 1 : 0)} MB`;
}

function verdictOf(row: Row): string {
  const { goals, result } = row;
  if (goals === null) return 'shown only';
  if (!isMet(row)) return 'NOT met';
  return goals.beyond !== null && result <= goals.beyond ? 'met, and beyond' : 'met';
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { what, unit, result, goals, measured: m, yardstick: y } = row;
    const goal = goals === null ? '' : `${goals.goalIs} ${shown(goals.goal, unit)}`;
    const beyond = goals === null || goals.beyond === null ? '' : shown(goals.beyond, unit);
    const wall = [m, y].flatMap((one) => (one === null ? [] : [one.wallMs.toFixed(1)])).join(' / ');
    const memory = m === null || m.peakMb === 0 ? '' : `${m.peakMb.toFixed(0)} MB`;
    const cells = [what, goal, beyond, shown(result, unit), verdictOf(row), wall === '' ? '' : `${wall} ms`, memory];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| what | goal | beyond | result | | least wall | peak memory |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

async function measure(only: readonly string[], bench: Bench, work: string): Promise<readonly Row[]> {
  const upstream = await startUpstream(SMALL / EXCHANGES.length, SYMBOLS);
  const env = {
    ...bench.env,
    COINALYZE_API_KEY: 'benchmark',
    COINALYZE_BASE_URL: upstream.url,
    SCAN_QUOTA_CALLS: '100000',
    SCAN_QUOTA_MIN_SPACING_MS: '0',
    SCAN_CACHE_DIR: path.join(work, 'filled-cache'),
  };
  const parts: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
    scan: () => scanRows(bench),
    start: () => startRows(bench),
    large: () => largeRows(bench),
    series: () => seriesRows(bench),
    cache: () => cacheRows(bench, env),
    reading: () => readingRows(bench),
    indicators: () => indicatorRows(bench),
  };
  const rows: Row[] = [];
  try {
    for (const [name, part] of Object.entries(parts)) {
      if (only.length > 0 && !only.includes(name)) continue;
      process.stderr.write(`measuring: ${name}\n`);
      rows.push(...(await part()));
    }
  } finally {
    upstream.close();
  }
  return rows;
}

function writeResults(bench: Bench, rows: readonly Row[]): void {
  const corpora = [
    corpus(bench, SMALL, '1h'),
    corpus(bench, SMALL, '4h'),
    corpus(bench, SMALL, '4h', 'objects'),
    corpus(bench, LARGE, '1h'),
  ];
  const hashes = corpora.map(({ form, step, files, hash }) => [`${files} files, ${step}, ${form}`, hash] as const);
  const results = { node: process.version, seed: SEED, corpora: Object.fromEntries(hashes), rows };
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
}

const short = process.argv.includes('--short');
const only = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const folder = path.join(tmpdir(), `perpscan-bench-${SEED}`);
mkdirSync(folder, { recursive: true });
const work = mkdtempSync(path.join(tmpdir(), 'perpscan-bench-work-'));
try {
  const env = {
    PATH: process.env['PATH'],
    HOME: work,
    SCAN_CACHE_DIR: path.join(work, 'cache'),
    SCAN_STATE_DIR: path.join(work, 'state'),
  };
  const bench = { folder, env, passes: short ? SHORT_PASSES : 9 };
  const rows = await measure(short && only.length === 0 ? SHORT : only, bench, work);
  const text = `${tableOf(rows)}\n\nNode ${process.version}, ${availableParallelism()} cores; ratios of least values of one interleaved run. The corpora stay in ${folder}.\n`;
  process.stdout.write(text);
  if (!short && only.length === 0) writeResults(bench, rows);
  const recorded = (JSON.parse(readFileSync(RESULTS, 'utf8')) as { readonly rows: readonly Row[] }).rows;
  const absurd = rows.filter((row) => isAbsurd(row, recorded));
  for (const { what } of absurd) process.stderr.write(`far beyond its goal: ${what}\n`);
  if (short && absurd.length > 0) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
