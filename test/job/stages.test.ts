import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LoadedCandles } from '../../src/candles/load.ts';
import type { Feed } from '../../src/core/feed.ts';
import { marketKey } from '../../src/core/market.ts';
import type { Signal } from '../../src/core/signal.ts';
import { firstIssue } from '../../src/feed/parse.ts';
import type { Goal } from '../../src/plan/goal.ts';
import { answerTo } from '../bench/plan/run.ts';
import {
  HEALTHY,
  memoryStore,
  NOW,
  runScan,
  sampleCandles,
  type Behaviour,
  type Run,
  type RunOptions,
} from './world.ts';

const ACTIONABLE = { goal: { kind: 'actionable' }, rest: false } as const;
const EVERYTHING = { goal: { kind: 'actionable' }, rest: true } as const;
let candles: LoadedCandles;
let full: Run;

beforeAll(async () => {
  candles = await sampleCandles();
  full = await onNewCache({ aim: EVERYTHING });
});

async function onNewCache(options: RunOptions, before: readonly RunOptions[] = [], of = candles): Promise<Run> {
  const store = memoryStore();
  try {
    for (const earlier of before) await runScan(of, store, earlier);
    return await runScan(of, store, options);
  } finally {
    store.close();
  }
}

/** What candles alone decide. */
function decisions({ signals }: Feed): readonly object[] {
  return signals
    .map(({ id, status, direction, action, setup, price, gate }) => ({
      id,
      status,
      direction,
      action,
      setup,
      price,
      gate,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function byId({ signals }: Feed): ReadonlyMap<string, Signal> {
  return new Map(signals.map((signal) => [signal.id, signal]));
}

/** Scores lie within the bounds of every earlier stage, and bounds within earlier bounds. */
function expectNarrowing(stages: readonly Feed[]): void {
  for (const [index, earlier] of stages.entries()) {
    for (const later of stages.slice(index + 1)) {
      const before = byId(earlier);
      for (const { id, score, score_bounds: bounds } of later.signals) {
        const wide = before.get(id)!.score_bounds;
        if (bounds === null || wide === null) continue;
        expect(score, id).toBeGreaterThanOrEqual(wide[0]);
        expect(score, id).toBeLessThanOrEqual(wide[1]);
        expect(bounds[0], id).toBeGreaterThanOrEqual(wide[0]);
        expect(bounds[1], id).toBeLessThanOrEqual(wide[1]);
      }
    }
  }
}

const goals: fc.Arbitrary<Goal> = fc.oneof(
  fc.constant<Goal>({ kind: 'actionable' }),
  fc.integer({ min: 1, max: 25 }).map((count): Goal => ({ kind: 'top', count })),
  fc.integer({ min: 50, max: 95 }).map((score): Goal => ({ kind: 'min-score', score })),
);

/** Pairs chosen by a hash, so that a case can be run again. */
const some = (percent: number): fc.Arbitrary<(pair: string) => boolean> =>
  fc.integer({ min: 0, max: 99_999 }).map((seed) => (pair) => {
    let hash = seed;
    for (const character of pair) hash = (hash * 31 + character.charCodeAt(0)) % 1_000_003;
    return hash % 100 < percent;
  });

const behaviours: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.constant(HEALTHY),
  fc.record({ batchSize: fc.constantFrom(3, 7, 20), dead: some(15), late: some(15), now: fc.constant(NOW) }),
);

const cases = fc.record({
  goal: goals,
  rest: fc.boolean(),
  behaviour: behaviours,
  /** Units of an earlier run on the same cache. */
  kept: fc.constantFrom(0, 40, 120),
  restUnits: fc.constantFrom(0, 60, 150, Infinity),
  markets: fc.uniqueArray(fc.integer({ min: 0, max: 71 }), { minLength: 12, maxLength: 24 }),
});

describe('the stages of a run', () => {
  it('agree on all that candles decide, narrow the scores, and are valid feeds of one run', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ goal, rest, behaviour, kept, restUnits, markets }) => {
        const part = { ...candles, markets: markets.map((index) => candles.markets[index]!) };
        const before = kept === 0 ? [] : [{ aim: EVERYTHING, goalUnits: kept, restUnits: kept }];
        const run = await onNewCache({ aim: { goal, rest }, behaviour, restUnits }, before, part);
        const feeds = [...run.stages, run.feed];
        expect(run.feed.run.stage).toBe('complete');
        const order = ['price', 'exact', 'complete'];
        const places = feeds.map((feed) => order.indexOf(feed.run.stage));
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        for (const feed of feeds) {
          expect(firstIssue(feed, 'refuse-added')).toBeNull();
          expect(feed.run.id).toBe('run');
          expect(decisions(feed)).toEqual(decisions(run.feed));
        }
        expectNarrowing(feeds);
        // Nothing has been asked yet, not even for the market list.
        if (kept === 0 && run.stages.length > 0) expect(feeds[0]!.run.exactness!.waiting).toBe(0);
        for (const exact of feeds.filter((feed) => feed.run.stage === 'exact')) {
          expect(answerTo(goal, run.feed.signals)).toEqual(answerTo(goal, exact.signals));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('a planned run answers what was asked as the full fetch does, for no more units', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ goal, behaviour, kept, markets }) => {
        const part = { ...candles, markets: markets.map((index) => candles.markets[index]!) };
        const before = kept === 0 ? [] : [{ aim: EVERYTHING, goalUnits: kept, restUnits: kept }];
        const planned = await onNewCache({ aim: { goal, rest: false }, behaviour }, before, part);
        const everything = await onNewCache({ aim: EVERYTHING, behaviour }, before, part);
        const names = new Set(part.markets.map(({ market }) => marketKey(market)));
        const truth = full.feed.signals.filter((signal) => names.has(marketKey(signal)));
        const { exactness } = planned.feed.run;
        if (exactness!.met) expect(answerTo(goal, planned.feed.signals)).toEqual(answerTo(goal, truth));
        else expect(exactness!.waiting).toBeGreaterThan(0);
        expect(planned.units).toBeLessThanOrEqual(everything.units);
        expect(new Set(planned.asked).size).toBe(planned.asked.length);
        const all = new Set(everything.asked);
        expect(planned.asked.filter((pair) => !all.has(pair))).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('the budget bounds the rest and not the goal, in units as well', async () => {
    const goal = await onNewCache({ aim: ACTIONABLE });
    for (const restUnits of [0, goal.units, goal.units + 40]) {
      const run = await onNewCache({ aim: EVERYTHING, restUnits });
      expect(run.feed.run).toMatchObject({ degraded: false, exactness: { met: true } });
      // Places that the goal leaves in its requests go to the rest.
      expect(run.units).toBeLessThanOrEqual(Math.max(restUnits, goal.units + 4 * 20));
      expect(run.units).toBeLessThan(full.units);
    }
  });

  it('a deadline before the goal is met degrades the run, and the feed says what is open', async () => {
    const { feed, units } = await onNewCache({ aim: ACTIONABLE, goalUnits: 22 });
    expect(units).toBeLessThanOrEqual(22);
    expect(feed.run).toMatchObject({ degraded: true, degraded_reasons: [{ code: 'deadline' }] });
    expect(feed.run.exactness).toMatchObject({ goal: 'actionable', met: false, waiting: 0 });
    expect(feed.run.exactness!.open_signals).toBeGreaterThan(0);
  });

  it('what the deadline cut off is what was asked for, not what nobody wanted', async () => {
    const goal = await onNewCache({ aim: ACTIONABLE });
    const cut = await onNewCache({ aim: ACTIONABLE, goalUnits: 22 });
    const text = `${goal.units - cut.units} series were not reached within the deadline`;
    expect(cut.feed.run.degraded_reasons).toEqual([{ code: 'deadline', text }]);
    expect(cut.lines).toContain(`${text}; the next run goes on from here`);
    const all = await onNewCache({ aim: EVERYTHING, goalUnits: 22 });
    expect(all.feed.run.degraded_reasons[0]!.text).toBe(
      `${full.units - all.units} series were not reached within the deadline`,
    );
  });

  it('a bucket that upstream has not published yet is left to the run that can have it, and no fault', async () => {
    // Four minutes past the close only the long/short ratio is not there yet: asking would be in vain.
    const early: Behaviour = { ...HEALTHY, now: Date.UTC(2026, 10, 2, 16, 4) };
    const later: Behaviour = { ...HEALTHY, now: Date.UTC(2026, 10, 2, 16, 19) };
    const store = memoryStore();
    const first = await runScan(candles, store, { aim: ACTIONABLE, behaviour: early });
    expect(first.feed.run).toMatchObject({ degraded: false, exactness: { met: false } });
    expect(first.feed.run.exactness!.waiting).toBe(first.feed.run.exactness!.open_signals);
    expect(first.asked.some((pair) => pair.startsWith('open_interest'))).toBe(true);
    expect(first.asked.some((pair) => pair.startsWith('long_short_ratio'))).toBe(false);
    const second = await runScan(candles, store, { aim: ACTIONABLE, behaviour: early });
    expect(second).toMatchObject({ asked: [], units: 0 });
    expect(second.feed.run.exactness).toEqual(first.feed.run.exactness);
    const third = await runScan(candles, store, { aim: ACTIONABLE, behaviour: later });
    store.close();
    expect(third.feed.run.exactness).toMatchObject({ met: true });
    expect(third.asked.length).toBeGreaterThan(0);
    expect(third.asked.every((pair) => pair.startsWith('long_short_ratio'))).toBe(true);
  });

  it('a run with nothing to fetch writes once, without a unit and without a stage before', async () => {
    const again = await onNewCache({ aim: EVERYTHING }, [{ aim: EVERYTHING }]);
    expect(again).toMatchObject({ units: 0, asked: [], stages: [] });
    expect(again.feed.signals).toEqual(full.feed.signals);
    expect(again.feed.run.input_hash).toBe(full.feed.run.input_hash);
    expect(again.feed.run.plan!.saved.final).toBe(full.asked.length);
  });

  it('without fetching, what is kept is used and nothing is sent, not even for the market list', async () => {
    const none = { goal: null, rest: false };
    const empty = await onNewCache({ aim: none });
    expect(empty).toMatchObject({ units: 0, stages: [] });
    expect(empty.feed.summary.resolution.resolved).toBe(0);
    const kept = await onNewCache({ aim: none }, [{ aim: EVERYTHING }]);
    expect(kept).toMatchObject({ units: 0, stages: [] });
    expect(kept.feed.signals).toEqual(full.feed.signals);
  });

  it('an interrupted run leaves the stage that was published last', async () => {
    for (const stage of ['price', 'exact'] as const) {
      const controller = new AbortController();
      const published: string[] = [];
      const onStage = ({ run }: Feed): void => {
        published.push(run.stage);
        if (run.stage === stage) controller.abort(new Error('asked to end'));
      };
      await expect(onNewCache({ aim: EVERYTHING, interrupt: controller.signal, onStage })).rejects.toThrow(
        'asked to end',
      );
      expect(published.at(-1)).toBe(stage);
    }
  });

  it('says at each stage what has been spent, and at the end where it went and what it changed', () => {
    expect(full.lines.filter((line) => line.startsWith('[STAGE]'))).toEqual([
      expect.stringMatching(/^\[STAGE\] price: 216 signals, \d+ with a direction, 0 units$/),
      expect.stringMatching(/^\[STAGE\] exact: 216 signals, \d+ with a direction, \d+ units$/),
    ]);
    const { plan } = full.feed.run;
    const sum = (costs: readonly { readonly units: number }[]): number =>
      costs.reduce((total, { units }) => total + units, 0);
    expect(sum(Object.values(plan!.phases))).toBe(full.units);
    expect(sum(Object.values(plan!.kinds))).toBe(full.units - 2);
    const changed = full.feed.signals.filter(({ id, score }) => byId(full.stages[0]!).get(id)!.score !== score);
    expect(plan!.changed.signals).toBe(changed.length);
  });

  it('the number of a request is never above the number of all', () => {
    const counts = full.lines.flatMap((line) => {
      const found = /Fetching batch (\d+)\/(\d+)/.exec(line);
      return found === null ? [] : [found.slice(1).map(Number)];
    });
    expect(counts.length).toBeGreaterThan(5);
    for (const [number, of] of counts) expect(number).toBeLessThanOrEqual(of!);
    expect(counts.map(([number]) => number)).toEqual(counts.map((_, index) => index + 1));
  });
});
