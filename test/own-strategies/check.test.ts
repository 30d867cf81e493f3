import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { checkContract } from '../../src/own-strategies/contract.ts';
import type { OwnStrategy } from '../../src/own-strategies/remote.ts';
import { createViewer } from '../../src/processor/view.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { syntheticHistory } from '../contract/markets.ts';
import { copyMarkets } from '../faults/market-folder.ts';
import { workplace, type CliResult } from '../support/cli.ts';
import { SAMPLE } from '../support/places.ts';
import { runHere } from '../support/in-process.ts';
import { writeStrategy } from './files.ts';

const place = workplace();

beforeAll(() => {
  copyMarkets(place.path('candles'), 2);
});
afterAll(() => place.remove());

function check(file: string, env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  return runHere(place, ['strategies', 'check', file, 'candles'], { env });
}

describe('scan strategies new', () => {
  it('writes a strategy that holds all checks, scans, and says what to type next', async () => {
    const { code, stdout } = await runHere(place, ['strategies', 'new', 'My Idea.ts']);
    expect([code, stdout]).toEqual([
      0,
      'Wrote My Idea.ts. Next:\n  scan strategies check ./My Idea.ts\n  scan data/ --strategy all,./My Idea.ts\n',
    ]);
    const checked = await runHere(place, ['strategies', 'check', './My Idea.ts']);
    expect(checked.code, checked.stdout).toBe(0);
    expect(checked.stdout).toMatch(/^my-idea: \d+ answers on 12 markets, \d\d+ long, \d\d+ short, /);
    expect(checked.stdout).toMatch(/\nok {4}triggers: /);
    expect(checked.stdout).toMatch(/\nAll checks hold\.\n$/);
    const scanned = await runHere(place, [SAMPLE, '--strategy', 'all,My Idea.ts', '--provider', 'none', '--json']);
    const { summary } = JSON.parse(scanned.stdout) as Feed;
    expect(summary.by_strategy['my-idea']!.long + summary.by_strategy['my-idea']!.short).toBeGreaterThan(0);
  });

  it('never writes over a file', async () => {
    writeFileSync(place.path('there.ts'), 'mine');
    const { code, stderr } = await runHere(place, ['strategies', 'new', 'there.ts']);
    expect([code, stderr]).toEqual([2, 'scan: there.ts: it exists, and is left as it is; choose another name\n']);
    expect(readFileSync(place.path('there.ts'), 'utf8')).toBe('mine');
  });

  it.each([
    [['new'], /strategies new: name the file, e\.g\. \.\/mine\.ts/],
    [['new', 'mine.py'], /mine\.py: a strategy is a TypeScript file; name it e\.g\. my-idea\.ts/],
    [['new', 'none/mine.ts'], /none\/mine\.ts: there is no such file or folder; choose another name/],
    [['check', 'none.ts'], /strategies check: none\.ts: there is no such file or folder/],
    [['chek', 'mine.ts'], /"chek" is not understood; expected one of new, check/],
  ])('refuses %j with one line', async (args, line) => {
    const { code, stderr } = await runHere(place, ['strategies', ...args]);
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toMatch(line);
  });
});

const answering = (change: string): string => `(view) => {
    const right = judge(view);
    if (right.kind === 'failed') return right;
    const { candles, indicators } = view;
    const last = candles.length - 1;
    ${change}
  }`;
/** Points beside those of the rule. */
const points = (share: string): string =>
  answering(`return { ...right, points: [{ component: 'above', points: 80 * (${share}), max: 80 }] };`);
/** Explains whatever points it has. */
const EXPLAIN = `(view, judged) => {
    const right = explain(view, judged);
    const share = judged.points[0]!.points / 80;
    return { ...right, parts: [{ ...right.parts[0]!, parts: [{ ...right.parts[0]!.parts[0]!, value: share }] }] };
  }`;

/** A strategy, the check that it fails, and the line that says why. */
const WRONG: readonly (readonly [string, Readonly<Record<string, string>>, string, RegExp])[] = [
  [
    'points that do not add up',
    { judge: points('0.5'), explain: `(view, judged) => explain(view, judge(view) as Judged)` },
    'answers',
    /BINANCE:\S+ at 2026-\S+ \S+: above: the (parts add up to|points of a part)/,
  ],
  [
    'writing to the candles',
    { judge: answering('candles.close[0] = 1; return right;') },
    'no writing',
    /it writes to close$/m,
  ],
  [
    'a memory of its own',
    { judge: points('(asked += 1) % 2'), explain: EXPLAIN },
    'determinism',
    /a second question changes points\.0\.points$/m,
  ],
  [
    'a look into the future',
    { judge: points('new Float64Array(candles.close.buffer)[candles.length] === 0 ? 0 : 1'), explain: EXPLAIN },
    'prefix',
    /candles that lie behind in memory change\s+points\.0\.points$/m,
  ],
  [
    'heldAgo that forgets',
    {
      judge: answering(
        'return { ...right, heldAgo: { ...right.heldAgo, long: right.direction === "long" ? 0 : null } };',
      ),
    },
    'prefix',
    /heldAgo\.long is null, earlier\s+answers say [12]$/m,
  ],
  [
    'a look at the start of history',
    { judge: points('(candles.close[0]! * 1000) % 1'), explain: EXPLAIN },
    'warm-up',
    /with the last 500 candles\s+alone: \d+\.\d points$/m,
  ],
  [
    'a trigger that does not fire',
    {
      judge: answering(
        'const away = Number((candles.close[last]! * 1.0001).toPrecision(8)); return right.direction !== "none" ? right : { ...right, triggers: { long: { price: away, distanceAtr: 0.1 }, short: null } };',
      ),
    },
    'triggers',
    /a close at \S+ does not fire\s+the long that triggers\.long names$/m,
  ],
  [
    'a throw',
    { judge: answering('if (last % 50 === 0) throw new Error("planted"); return right;') },
    'answers',
    /at 2026-\S+ \S+: Error: planted \(line \d+\)$/m,
  ],
];

describe('scan strategies check', () => {
  it('finds a strategy sound that is, and notes that it has one side', async () => {
    writeStrategy(place.path('sound.ts'));
    const { code, stdout } = await check('sound.ts');
    expect(stdout).toMatch(/note: the sides differ: in \d+ of \d+ answers/);
    expect(stdout).toMatch(/\n- {5}triggers: /);
    expect([code, stdout.includes('FAIL')], stdout).toEqual([0, false]);
  });

  it.each(WRONG)('finds %s, and says where', async (_, changes, failing, line) => {
    writeStrategy(place.path('wrong.ts'), changes, 'let asked = 0;');
    const { code, stdout } = await check('wrong.ts');
    const failed = [...stdout.matchAll(/^FAIL {2}([\w -]+):/gm)].map(([, name]) => name);
    expect([code, failed], stdout).toEqual([3, expect.arrayContaining([failing])]);
    const [, lines = ''] = new RegExp(`^FAIL  ${failing}:.*\\n((?: {6}.*\\n)+)`, 'm').exec(stdout)!;
    expect(lines.replaceAll(/\n {8}/g, ' ')).toMatch(line);
  });

  it('finds one too slow that takes a fifth of its limit', async () => {
    const busy = 'const end = performance.now() + 60; while (performance.now() < end); return right;';
    writeStrategy(place.path('slow.ts'), { warmup: '598', warmedUpAt: '598', judge: answering(busy) });
    const { code, stdout } = await check('slow.ts', { SCAN_STRATEGY_TIMEOUT: '250ms' });
    expect(stdout).toMatch(/FAIL {2}time: .*\n {6}the median market takes \d+ ms of 250/);
    expect(code).toBe(3);
  });

  it('refuses what is no strategy, as a scan does', async () => {
    writeStrategy(place.path('bad.ts'), { warmup: 'null' });
    const { code, stderr } = await check('bad.ts');
    expect([code, stderr]).toEqual([
      2,
      'scan: strategies check: bad.ts: warmup is null; it must be a whole number from 1 to 600\n',
    ]);
  });
});

describe('the contract', () => {
  it.each(STRATEGIES)('finds nothing wrong with $id', (strategy) => {
    const viewOf = createViewer();
    const ask: OwnStrategy['ask'] = (candles, fresh = false) => {
      const view = (fresh ? createViewer() : viewOf)(candles);
      const judgement = strategy.judge(view);
      return { judgement, explanation: null, written: null, ms: 0 };
    };
    const { checks } = checkContract(
      { strategy, ask },
      [syntheticHistory(1, 600).candles, syntheticHistory(2, 600).candles],
      5_000,
    );
    expect(checks.flatMap(({ faults }) => faults)).toEqual([]);
    expect(checks.every(({ looked }) => looked > 0)).toBe(true);
  });
});
