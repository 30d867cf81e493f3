import { afterAll, describe, expect, it } from 'vitest';
import { workplace, type CliResult } from '../support/cli.ts';
import { SAMPLE } from '../support/places.ts';
import { runHere } from '../support/in-process.ts';

const place = workplace();
afterAll(() => place.remove());

function scanWith(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  return runHere(place, [SAMPLE, '--limit', '3', ...args], { env });
}

describe('the times of a run', () => {
  it('a budget that the deadline cuts off is said beforehand', async () => {
    const { code, stderr } = await scanWith(['--budget', '20m', '--deadline', '5m']);
    expect(stderr).toContain('[WARN] --budget (20 min) is longer than --deadline (5 min), which cuts it off');
    expect(code).toBe(0);
    const short = await scanWith([], { SCAN_BUDGET: '20m' });
    expect(short.stderr).toContain('[WARN] SCAN_BUDGET (20 min) is longer than SCAN_DEADLINE (15 min)');
  });

  it('nothing is said where nobody asked for the budget, or where it is not used', async () => {
    const runs = [
      await scanWith(['--deadline', '1m']),
      await scanWith(['--budget', '20m', '--fetch', 'actionable']),
      await scanWith(['--budget', '20m', '--provider', 'none']),
    ];
    for (const { code, stderr } of runs) {
      expect(code).toBe(0);
      expect(stderr).not.toContain('[WARN]');
    }
  });

  it('a deadline of nothing is refused unless nothing is fetched anyway', async () => {
    const fromVariable = await scanWith([], { SCAN_DEADLINE: '0s' });
    expect(fromVariable.code).toBe(78);
    expect(fromVariable.stderr).toMatch(/SCAN_DEADLINE: 0s leaves no time.*--fetch none/);
    const none = await scanWith(['--deadline', '0s', '--fetch', 'none']);
    expect(none.code).toBe(0);
  });
});
