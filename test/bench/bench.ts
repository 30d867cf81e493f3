/**
 * `npm run bench`: every row of the README's table, measured beside its yardstick in the same run. `--short` measures less often,
 * leaves out the large corpus, and fails only on ratios beyond twice the goal.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  SMALL,
  startRows,
  type Bench,
  type Row,
} from './rows.ts';
import { startUpstream } from './upstream.ts';

const SYMBOLS = 800;

/** Beyond twice their goals, for the reason that NOTES.md gives: measured and shown, but no judges before they are near. */
const TOLD_ONLY: ReadonlySet<string> = new Set([
  'whole scan, warm process / bare',
  'whole scan, one shot, process wall / bare',
]);
const SHORT = ['reading', 'scan', 'cache', 'indicators', 'start'];

function isMet({ result, goal, goalIs }: Row, slack = 1): boolean {
  return goalIs === 'at most' ? result <= goal * slack : result >= goal / slack;
}

function shown(value: number, unit: Row['unit']): string {
  return unit === 'MB' ? `${value.toFixed(0)} MB` : value.toFixed(2);
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { what, unit, result, goal, goalIs, measured: m, yardstick: y } = row;
    const cpu = `${m.userMs.toFixed(0)} + ${m.systemMs.toFixed(0)} ms`;
    const wall = y === null ? `${m.wallMs.toFixed(0)} ms` : `${m.wallMs.toFixed(1)} / ${y.wallMs.toFixed(1)} ms`;
    const met = isMet(row) ? 'met' : 'NOT met';
    return `| ${what} | ${goalIs} ${shown(goal, unit)} | ${shown(result, unit)} | ${met} | ${wall} | ${cpu} | ${m.peakMb.toFixed(0)} MB |`;
  });
  return [
    '| what | goal | result | | least wall | least user + system | peak memory |',
    '|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

async function measure(only: readonly string[], bench: Bench, work: string): Promise<readonly Row[]> {
  const coins = SMALL / EXCHANGES.length;
  const upstream = await startUpstream(coins, SYMBOLS);
  const env = {
    ...bench.env,
    COINALYZE_API_KEY: 'benchmark',
    COINALYZE_BASE_URL: upstream.url,
    SCAN_QUOTA_UNITS: '100000',
    SCAN_QUOTA_MIN_SPACING_MS: '0',
    SCAN_CACHE_DIR: path.join(work, 'filled-cache'),
  };
  const parts: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
    reading: () => readingRows(bench),
    scan: () => scanRows(bench),
    cache: () => cacheRows(bench, env),
    indicators: () => indicatorRows(bench),
    large: () => largeRows(bench),
    start: () => startRows(bench),
  };
  const rows: Row[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (only.length > 0 && !only.includes(name)) continue;
    process.stderr.write(`measuring: ${name}\n`);
    rows.push(...(await part()));
  }
  upstream.close();
  return rows;
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
  const parts = short && only.length === 0 ? SHORT : only;
  const rows = await measure(parts, { folder, env, passes: short ? 3 : 9 }, work);
  const text = `${tableOf(rows)}\n\nNode ${process.version}, ${availableParallelism()} cores; ratios of least values of one interleaved run. The corpora stay in ${folder}.\n`;
  process.stdout.write(text);
  if (!short && only.length === 0) {
    const hashes = (['arrays', 'objects'] as const).map((form) => [
      form,
      corpus({ folder, env, passes: 0 }, SMALL, form).hash,
    ]);
    const results = {
      node: process.version,
      seed: SEED,
      corpora: {
        ...Object.fromEntries(hashes),
        [`arrays of ${LARGE}`]: corpus({ folder, env, passes: 0 }, LARGE, 'arrays').hash,
      },
      rows,
    };
    writeFileSync(path.join(import.meta.dirname, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  }
  const absurd = rows.filter((row) => !TOLD_ONLY.has(row.what) && !isMet(row, 2));
  for (const { what } of absurd) process.stderr.write(`beyond twice its goal: ${what}\n`);
  if (short && absurd.length > 0) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
