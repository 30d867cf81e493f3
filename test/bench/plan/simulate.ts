/** `npm run simulate`: what the quota plan costs and that it answers as a full fetch does. Prints Markdown, writes results.json. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { SEED as WORLD_SEED } from '../../../src/sandbox/noise.ts';
import { PUBLISHED_AFTER_MS } from './answers.ts';
import { asOfTimes, compareAll, START_AFTER_CLOSE_MS } from './compare.ts';
import { BUDGET_MS, cronDay, DEADLINE_MS, EVERY_MS } from './cron.ts';
import { LIMITS, REQUEST_MS } from './quota.ts';
import {
  busiestOf,
  checksOf,
  checkTable,
  costTable,
  cronSentence,
  cronTable,
  quantile,
  rowsOf,
  scaleTable,
} from './report.ts';
import { BATCH } from './run.ts';
import { measureScale, repeated } from './scale.ts';
import { loadWorld, SEED, type PlanWorld } from './world.ts';

const MARKETS = 1_100;
const AS_OF_TIMES = 24;
const MANY_MARKETS = 10_000;
const RESULTS = path.join(import.meta.dirname, 'results.json');

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Progress and what goes wrong: not part of the table. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function describe({ markets, sources }: PlanWorld): Readonly<Record<string, number>> {
  const count = (tier: string): number => markets.filter(({ resolution }) => resolution.tier === tier).length;
  return {
    markets: markets.length,
    resolved: count('resolved'),
    aggregated: count('aggregated'),
    neutral: count('neutral'),
    symbols: sources.size,
  };
}

function simulate(world: PlanWorld): boolean {
  const results = compareAll(world, asOfTimes(AS_OF_TIMES), say);
  const day = cronDay(world, say);
  say(`planning for ${MANY_MARKETS} markets`);
  const scale = measureScale(repeated(world, MANY_MARKETS));
  const rows = rowsOf(results);
  const checks = checksOf(results, day, scale);
  const readMs = (world.read.ms * world.markets.length) / world.read.markets;
  const pricePassMs = quantile(
    results.map((result) => result.pricePassMs),
    0.5,
  );
  const differences = [...results.flatMap((result) => result.differences), ...day.differences];
  const busiest = busiestOf(results).map(({ asOf, directed }) => ({ asOf, directed }));
  print(`\n${costTable(rows)}\n`);
  print(
    `Directions after ${((readMs + pricePassMs) / 1_000).toFixed(1)} s (reading ${readMs.toFixed(0)} ms, price pass ${pricePassMs.toFixed(0)} ms), without a call.\n`,
  );
  print(`${cronTable(day)}\n\n${cronSentence(day)}\n\n${scaleTable(scale)}\n\n${checkTable(checks)}`);
  for (const line of differences) say(`DIFFERENCE ${line}`);
  const settings = {
    seed: SEED,
    world_seed: WORLD_SEED,
    ...describe(world),
    quota: LIMITS,
    symbols_per_request: BATCH,
    request_ms: REQUEST_MS,
    published_after_ms: PUBLISHED_AFTER_MS,
    start_after_close_ms: START_AFTER_CLOSE_MS,
    cron: { every_ms: EVERY_MS, budget_ms: BUDGET_MS, deadline_ms: DEADLINE_MS },
  };
  const kept = { settings, rows, checks, direction: { readMs, pricePassMs }, busiest, results, cron: day.runs, scale };
  writeFileSync(RESULTS, `${JSON.stringify(kept, null, 2)}\n`);
  return checks.every(({ holds }) => holds);
}

const world = await loadWorld(MARKETS, say);
if (world !== null && !simulate(world)) process.exitCode = 1;
