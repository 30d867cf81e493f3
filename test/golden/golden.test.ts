import { beforeAll, expect, it } from 'vitest';
import { describeWithShared } from '../support/shared.ts';
import { differencesOf } from './answer.ts';
import { RUNS } from './runs.ts';
import type { Answers } from './write.ts';
import { answersNow, goldenAnswers } from './write.ts';

describeWithShared('candles/perps-2026-01', 'scores, sides, setups and bounds on the recorded candles', () => {
  const golden = goldenAnswers();
  let now: Answers = {};

  beforeAll(async () => {
    now = await answersNow();
  }, 600_000);

  it.each(RUNS.map(({ name }) => name))('are those of before: %s', (name) => {
    const [before, after] = [golden[name] ?? {}, now[name] ?? {}];
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const found = keys.flatMap((key) => differencesOf(before[key], after[key]).map((what) => `${key}: ${what}`));
    expect(found.slice(0, 10), `${found.length} differences`).toEqual([]);
  });

  it('are many, and of every kind', () => {
    const all = Object.values(golden).flatMap((run) => Object.values(run));
    const count = (field: string, value: string): number => all.filter((answer) => answer[field] === value).length;
    expect(Object.keys(golden)).toEqual(RUNS.map(({ name }) => name));
    expect(all.length).toBeGreaterThan(3500);
    for (const direction of ['long', 'short']) expect(count('direction', direction)).toBeGreaterThan(90);
    for (const status of ['ok', 'stale', 'insufficient_data']) expect(count('status', status)).toBeGreaterThan(50);
    for (const tier of ['resolved', 'aggregated', 'neutral']) expect(count('oi_status', tier)).toBeGreaterThan(100);
  });
});
