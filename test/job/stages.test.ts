import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { marketKey } from '../../src/core/market.ts';
import { isExplained, type Signal } from '../../src/core/signal.ts';
import { feedProblems } from '../../src/feed/check.ts';
import type { Goal } from '../../src/plan/goal.ts';
import { answerTo } from './goal-answer.ts';
import {
  HEALTHY,
  memoryStore,
  NOW,
  runScan,
  SAMPLE_FILES,
  type Behaviour,
  type Run,
  type RunOptions,
} from './world.ts';

const ACTIONABLE = { goal: { kind: 'actionable' }, remaining: false } as const;
const EVERYTHING = { goal: { kind: 'actionable' }, remaining: true } as const;
let full: Run;

beforeAll(async () => {
  full = await onNewCache({ aim: EVERYTHING });
});

async function onNewCache(
  options: RunOptions,
  before: readonly RunOptions[] = [],
  of: readonly string[] = SAMPLE_FILES,
): Promise<Run> {
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
    .map((signal) => ({
      id: signal.id,
      status: signal.status,
      direction: signal.direction,
      price: signal.price,
      triggers: signal.triggers,
      unmet: signal.unmet,
      setup: isExplained(signal) ? signal.setup : null,
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
  remaining: fc.boolean(),
  behaviour: behaviours,
  /** Units of an earlier run on the same cache. */
  kept: fc.constantFrom(0, 40, 120),
  remainingCalls: fc.constantFrom(0, 60, 150, Infinity),
  markets: fc.uniqueArray(fc.integer({ min: 0, max: 71 }), { minLength: 12, maxLength: 24 }),
});

describe('the stages of a run', () => {
  it('agree on all that candles decide, narrow the scores, and are valid feeds of one run', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ goal, remaining, behaviour, kept, remainingCalls, markets }) => {
        const part = markets.map((index) => SAMPLE_FILES[index]!);
        const before = kept === 0 ? [] : [{ aim: EVERYTHING, goalCalls: kept, remainingCalls: kept }];
        const run = await onNewCache({ aim: { goal, remaining }, behaviour, remainingCalls }, before, part);
        const feeds = [...run.stages, run.feed];
        expect(run.feed.run.stage).toBe('complete');
        const order = ['price', 'goal', 'complete'];
        const places = feeds.map((feed) => order.indexOf(feed.run.stage));
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        for (const feed of feeds) {
          expect(feedProblems(feed, 'the feed')).toEqual([]);
          expect(feed.run.id).toBe('run');
          expect(decisions(feed)).toEqual(decisions(run.feed));
        }
        expectNarrowing(feeds);
        // Nothing has been asked yet, not even for the market list.
        if (kept === 0 && run.stages.length > 0) expect(feeds[0]!.run.goal.waiting).toBe(0);
        for (const reached of feeds.filter((feed) => feed.run.stage === 'goal')) {
          expect(answerTo(goal, run.feed.signals)).toEqual(answerTo(goal, reached.signals));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('a planned run answers what was asked as the full fetch does, for no more calls', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ goal, behaviour, kept, markets }) => {
        const part = markets.map((index) => SAMPLE_FILES[index]!);
        const before = kept === 0 ? [] : [{ aim: EVERYTHING, goalCalls: kept, remainingCalls: kept }];
        const planned = await onNewCache({ aim: { goal, remaining: false }, behaviour }, before, part);
        const everything = await onNewCache({ aim: EVERYTHING, behaviour }, before, part);
        const names = new Set(planned.feed.markets.map(marketKey));
        const truth = full.feed.signals.filter((signal) => names.has(marketKey(signal)));
        const { goal: stand } = planned.feed.run;
        if (stand.met) expect(answerTo(goal, planned.feed.signals)).toEqual(answerTo(goal, truth));
        else expect(stand.waiting).toBeGreaterThan(0);
        expect(planned.calls).toBeLessThanOrEqual(everything.calls);
        expect(new Set(planned.asked).size).toBe(planned.asked.length);
        const all = new Set(everything.asked);
        expect(planned.asked.filter((pair) => !all.has(pair))).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('the budget bounds the remaining series and not the goal, in calls as well', async () => {
    const goal = await onNewCache({ aim: ACTIONABLE });
    for (const remainingCalls of [0, goal.calls, goal.calls + 40]) {
      const run = await onNewCache({ aim: EVERYTHING, remainingCalls });
      expect(run.feed.run).toMatchObject({ degraded: false, goal: { met: true } });
      // Places that the goal leaves in its requests go to the rest.
      expect(run.calls).toBeLessThanOrEqual(Math.max(remainingCalls, goal.calls + 4 * 20));
      expect(run.calls).toBeLessThan(full.calls);
    }
  });

  it('a deadline before the goal is met degrades the run, and the feed says what is open', async () => {
    const { feed, calls } = await onNewCache({ aim: ACTIONABLE, goalCalls: 22 });
    expect(calls).toBeLessThanOrEqual(22);
    expect(feed.run).toMatchObject({ degraded: true, degraded_reasons: [{ code: 'deadline' }] });
    expect(feed.run.goal).toMatchObject({ kind: 'actionable', met: false, waiting: 0 });
    expect(feed.run.goal.pending_signals).toBeGreaterThan(0);
  });

  it('what the deadline cut off is what was asked for, not what nobody wanted', async () => {
    const goal = await onNewCache({ aim: ACTIONABLE });
    const cut = await onNewCache({ aim: ACTIONABLE, goalCalls: 22 });
    const text = `${goal.calls - cut.calls} series were not reached within the deadline`;
    expect(cut.feed.run.degraded_reasons).toEqual([{ code: 'deadline', text }]);
    expect(cut.events).toContainEqual({ type: 'noted', text: `${text}; the next run goes on from here` });
    const all = await onNewCache({ aim: EVERYTHING, goalCalls: 22 });
    expect(all.feed.run.degraded_reasons[0]!.text).toBe(
      `${full.calls - all.calls} series were not reached within the deadline`,
    );
  });

  it('a bucket that upstream has not published yet is left to the run that can have it, and no fault', async () => {
    // Four minutes past the close only the long/short ratio is not there yet: asking would be in vain.
    const early: Behaviour = { ...HEALTHY, now: Date.UTC(2026, 10, 2, 16, 4) };
    const later: Behaviour = { ...HEALTHY, now: Date.UTC(2026, 10, 2, 16, 19) };
    const store = memoryStore();
    const first = await runScan(SAMPLE_FILES, store, { aim: ACTIONABLE, behaviour: early });
    expect(first.feed.run).toMatchObject({ degraded: false, goal: { met: false } });
    expect(first.feed.run.goal.waiting).toBe(first.feed.run.goal.pending_signals);
    expect(first.asked.some((pair) => pair.startsWith('open_interest'))).toBe(true);
    expect(first.asked.some((pair) => pair.startsWith('long_short_ratio'))).toBe(false);
    const second = await runScan(SAMPLE_FILES, store, { aim: ACTIONABLE, behaviour: early });
    expect(second).toMatchObject({ asked: [], calls: 0 });
    expect(second.feed.run.goal).toEqual(first.feed.run.goal);
    const third = await runScan(SAMPLE_FILES, store, { aim: ACTIONABLE, behaviour: later });
    store.close();
    expect(third.feed.run.goal).toMatchObject({ met: true });
    expect(third.asked.length).toBeGreaterThan(0);
    expect(third.asked.every((pair) => pair.startsWith('long_short_ratio'))).toBe(true);
  });

  it('a run with nothing to fetch writes once, without a unit and without a stage before', async () => {
    const again = await onNewCache({ aim: EVERYTHING }, [{ aim: EVERYTHING }]);
    expect(again).toMatchObject({ calls: 0, asked: [], stages: [] });
    expect(again.feed.signals).toEqual(full.feed.signals);
    expect(again.feed.run.input_hash).toBe(full.feed.run.input_hash);
    expect(again.feed.run.plan.saved.final).toBe(full.asked.length);
  });

  it('without fetching, what is kept is used and nothing is sent, not even for the market list', async () => {
    const none = { goal: null, remaining: false };
    const empty = await onNewCache({ aim: none });
    expect(empty).toMatchObject({ calls: 0, stages: [] });
    expect(empty.feed.summary.resolution.resolved).toBe(0);
    const kept = await onNewCache({ aim: none }, [{ aim: EVERYTHING }]);
    expect(kept).toMatchObject({ calls: 0, stages: [] });
    expect(kept.feed.signals).toEqual(full.feed.signals);
  });

  it('an interrupted run leaves the stage that was published last', async () => {
    for (const stage of ['price', 'goal'] as const) {
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
    const { long, short } = full.feed.summary.signals;
    const stage = { type: 'stage', signals: 216, directed: long + short };
    expect(full.events.filter(({ type }) => type === 'stage')).toEqual([
      { ...stage, stage: 'price', calls: 0 },
      { ...stage, stage: 'goal', calls: full.stages[1]!.summary.external.calls },
    ]);
    const { plan } = full.feed.run;
    const sum = (costs: readonly { readonly calls: number }[]): number =>
      costs.reduce((total, { calls }) => total + calls, 0);
    expect(sum(Object.values(plan.phases))).toBe(full.calls);
    expect(sum(Object.values(plan.kinds))).toBe(full.calls - 2);
    const changed = full.feed.signals.filter(({ id, score }) => byId(full.stages[0]!).get(id)!.score !== score);
    expect(plan.changed.signals).toBe(changed.length);
  });

  it('the number of a request is never above the number of all', () => {
    const counts = full.events.flatMap((event) => (event.type === 'batch' ? [[event.number, event.of] as const] : []));
    expect(counts.length).toBeGreaterThan(5);
    for (const [number, of] of counts) expect(number).toBeLessThanOrEqual(of);
    expect(counts.map(([number]) => number)).toEqual(counts.map((_, index) => index + 1));
  });
});
