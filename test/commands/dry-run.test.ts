import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aimOf, parseGoals } from '../../src/commands/run-aim.ts';
import type { Feed } from '../../src/core/feed.ts';
import { loadConfig, type Config } from '../../src/config.ts';
import type { DryRun, GoalCost } from '../../src/job/dry-run.ts';
import { takeRunLock } from '../../src/platform/lock.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { workplace } from '../support/cli.ts';
import { ROOT, SAMPLE } from '../support/places.ts';
import { runHere } from '../support/in-process.ts';

const place = workplace();
const OWN = place.path('own');
const WITH_KEY = { COINALYZE_API_KEY: 'KEY-1', COINALYZE_BASE_URL: 'http://127.0.0.1:1' };

beforeAll(() => {
  cpSync(SAMPLE, OWN, { recursive: true });
  rmSync(path.join(OWN, 'perpscan-sample.json'));
});
afterAll(() => place.remove());

async function plan(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<DryRun> {
  const { code, stdout } = await runHere(place, [...args, '--dry-run', '--json'], { env });
  expect(code).toBe(0);
  return JSON.parse(stdout) as DryRun;
}

function goalOf({ goals }: DryRun, goal: GoalCost['goal']): GoalCost {
  return goals.find((one) => one.goal === goal)!;
}

/** Names and contents, without the locks and the shared memory of SQLite. */
function filesIn(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(sqlite|json)$/.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(folder, name), 'latin1')]));
}

describe('scan --dry-run', () => {
  it('on a new machine makes nothing, and says what it cannot know', async () => {
    const env = { SCAN_CACHE_DIR: place.path('new'), SCAN_STATE_DIR: place.path('new-state') };
    const told = await plan([SAMPLE], env);
    expect(told).toMatchObject({ markets: 72, distinct_symbols: null, market_list: 'missing', cached: { final: 0 } });
    expect(told.goals.map(({ calls }) => calls)).toEqual([null, null, null]);
    const { stdout } = await runHere(place, [SAMPLE, '--dry-run'], { env });
    expect(stdout).toContain('No market list is cached');
    expect(existsSync(env.SCAN_CACHE_DIR)).toBe(false);
    expect(existsSync(env.SCAN_STATE_DIR)).toBe(false);
  });

  it('tells what the run then spends, changes no file, and needs no lock', async () => {
    const env = { SCAN_CACHE_DIR: place.path('cache-a') };
    const output = place.path('feed.json');
    const feed = (): Feed => JSON.parse(readFileSync(output, 'utf8')) as Feed;
    const scan = async (...args: readonly string[]): Promise<number> => {
      expect((await runHere(place, [SAMPLE, '--output', output, '--quiet', ...args], { env })).code).toBe(0);
      return feed().summary.external.calls;
    };
    await scan('--top', '1');
    const before = filesIn(place.folder);
    const never = new AbortController().signal;
    const options = { clock: systemClock, waitMs: 0, abort: never, onWait: () => undefined };
    const lock = await takeRunLock(env.SCAN_CACHE_DIR, options);
    const told = await plan([SAMPLE, '--top', '10', '--min-score', '80', '--output', output], env);
    if (lock.state === 'held') lock.release();
    expect(filesIn(place.folder)).toEqual(before);
    expect(told).toMatchObject({ market_list: 'cached', quota_known: true });
    expect(told.goals.map(({ goal, top, min_score }) => [goal, top, min_score])).toEqual([
      ['actionable', null, null],
      ['top', 10, null],
      ['min-score', null, 80],
      ['all', null, null],
    ]);
    const top = goalOf(told, 'top').calls!;
    const spent = await scan('--top', '10');
    expect(spent).toBeGreaterThanOrEqual(top.at_least);
    expect(spent).toBeLessThanOrEqual(top.at_most);
    const after = await plan([SAMPLE], env);
    expect(goalOf(after, 'actionable').calls).toEqual({
      at_least: goalOf(told, 'actionable').calls!.at_most - spent,
      at_most: goalOf(told, 'actionable').calls!.at_most - spent,
    });
    expect(await scan()).toBe(goalOf(after, 'all').calls!.at_most);
    expect(goalOf(await plan([SAMPLE], env), 'all').calls).toEqual({ at_least: 0, at_most: 0 });
  });

  it('works without a key, and counts minutes from an unused quota then', async () => {
    const told = await plan([OWN, '--as-of', String(SAMPLE_AS_OF)]);
    expect(told).toMatchObject({ provider: 'coinalyze', market_list: 'missing', quota_known: false });
    const known = await plan([OWN, '--as-of', String(SAMPLE_AS_OF)], WITH_KEY);
    expect(known).toMatchObject({ provider: 'coinalyze', quota_known: true });
  });

  it('of provider none says that there is nothing to plan', async () => {
    const { code, stdout } = await runHere(place, [OWN, '--provider', 'none', '--dry-run']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Provider none: nothing would be fetched.\n' });
  });

  it('says that a run which is to fetch nothing costs nothing', async () => {
    const remark = /With (.+) none a run sends nothing/;
    const byFlag = await runHere(place, [SAMPLE, '--dry-run', '--fetch', 'none']);
    expect(remark.exec(byFlag.stdout)?.[1]).toBe('--fetch');
    const byVariable = await runHere(place, [SAMPLE, '--dry-run'], { env: { SCAN_FETCH: 'none' } });
    expect(remark.exec(byVariable.stdout)?.[1]).toBe('SCAN_FETCH');
  });
});

describe('what is fetched for', () => {
  const config = (flags: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): Config =>
    loadConfig({ flags, env: { HOME: place.folder, ...env }, cwd: place.folder, packageRoot: ROOT });

  it('signals with a direction first and then the remaining series, unless something else is said', () => {
    expect(aimOf(config({}), parseGoals({}))).toEqual({ goal: { kind: 'actionable' }, remaining: true });
    expect(aimOf(config({ fetch: 'actionable' }), parseGoals({}))).toEqual({
      goal: { kind: 'actionable' },
      remaining: false,
    });
    expect(aimOf(config({}, { SCAN_FETCH: 'none' }), parseGoals({}))).toEqual({ goal: null, remaining: false });
  });

  it('an explicit goal stops when it is met, unless everything is asked for on the same line', () => {
    const top = { goal: { kind: 'top', count: 5 }, remaining: false };
    expect(aimOf(config({}), parseGoals({ top: '5' }))).toEqual(top);
    expect(aimOf(config({}, { SCAN_FETCH: 'all' }), parseGoals({ top: '5' }))).toEqual(top);
    expect(aimOf(config({ fetch: 'all' }), parseGoals({ top: '5' }))).toEqual({ ...top, remaining: true });
    const score = { goal: { kind: 'min-score', score: 72.5 }, remaining: false };
    expect(aimOf(config({ fetch: 'actionable' }), parseGoals({ minScore: '72.5' }))).toEqual(score);
  });

  it('a goal contradicts that nothing is fetched, wherever that was said', () => {
    expect(() => aimOf(config({ fetch: 'none' }), parseGoals({ top: '5' }))).toThrow(/^--top: .* with --fetch none;/);
    const byVariable = config({}, { SCAN_FETCH: 'none' });
    expect(() => aimOf(byVariable, parseGoals({ minScore: '70' }))).toThrow(/^--min-score: .* with SCAN_FETCH none;/);
  });
});
