import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import { standingOf, type Goal, type Pair, type PlannedSignal } from '../../src/plan/goal.ts';
import {
  answerOf,
  goalArbitrary,
  nextBatch,
  play,
  scoreOf,
  seen,
  worldArbitrary,
  type TrueSignal,
  type World,
} from './worlds.ts';

const world = worldArbitrary({ signals: 8, symbols: 5 });
const size = fc.constantFrom(1, 2, 3, 20);

function truth({ signals }: World): { place: number; hasDirection: boolean; score: number }[] {
  return signals.map((signal) => ({ ...signal, score: scoreOf(signal) }));
}

/** What a reader of the feed sees: neutral points stand for what is not known. */
function shown(of: World, known: ReadonlySet<Pair>): { place: number; hasDirection: boolean; score: number }[] {
  const score = ({ price, parts }: TrueSignal): number =>
    parts.reduce((sum, { pair, points, width }) => sum + (known.has(pair) ? points : width / 2), price);
  return of.signals.map((signal) => ({ ...signal, score: score(signal) }));
}

/** `right` as the feed would show it: the same members with the scores of `all`. */
function restrict(right: string, all: readonly { place: number; score: number }[]): string {
  const members = new Set(right.split(' ').map((text) => text.split('=')[0]));
  const own = all.filter(({ place }) => members.has(String(place)));
  return own
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .map(({ place, score }) => `${place}=${score}`)
    .join(' ');
}

describe('the planner', () => {
  it('a planned run answers the goal as a full fetch does', () => {
    fc.assert(
      fc.property(world, goalArbitrary, size, fc.boolean(), (drawn, goal, most, fill) => {
        const { known } = play(drawn, goal, most, fill);
        expect(standingOf(goal, seen(drawn, known))).toEqual({ met: true, undecided: [], blocked: [] });
        const right = answerOf(goal, truth(drawn));
        expect(restrict(right, shown(drawn, known))).toBe(right);
        // Whatever the rest turns out to be, nobody else becomes a member.
        const members = new Set(right.split(' ').map((text) => text.split('=')[0]));
        for (const signal of seen(drawn, known)) {
          if (members.has(String(signal.place)) || signal.low === signal.high) continue;
          if (goal.kind === 'min-score') expect(signal.high).toBeLessThan(goal.score);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('asks for nothing twice, never more than the size at once, and one kind at a time', () => {
    fc.assert(
      fc.property(world, goalArbitrary, size, fc.boolean(), (drawn, goal, most, fill) => {
        const { asked } = play(drawn, goal, most, fill);
        expect(new Set(asked).size).toBe(asked.length);
        const batch = nextBatch(goal, seen(drawn, new Set()), { size: most, fill });
        if (batch === null) return;
        expect(batch.symbols.length).toBeLessThanOrEqual(most);
        expect(new Set(batch.symbols).size).toBe(batch.symbols.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('costs no more than the plain filter, which costs no more than everything', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 1, max: 5 }), size, (drawn, count, most) => {
        const baseline = new Set(
          drawn.signals
            .filter(({ hasDirection }) => hasDirection)
            .flatMap(({ parts }) => parts.map(({ pair }) => pair)),
        ).size;
        expect(play(drawn, { kind: 'actionable' }, most).asked.length).toBe(baseline);
        expect(play(drawn, { kind: 'top', count }, most).asked.length).toBeLessThanOrEqual(baseline);
        expect(play(drawn, { kind: 'all' }, most).asked.length).toBe(drawn.pairs.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('every signal that is asked about could still have been settled by nothing else', () => {
    // Whoever is undecided gets its best, all others their worst: then it must be in the answer, so it cannot be left alone.
    fc.assert(
      fc.property(world, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 2 ** 16 }), (drawn, count, mask) => {
        const known = new Set(drawn.pairs.filter((_, index) => ((mask >> (index % 16)) & 1) === 1));
        const signals = seen(drawn, known);
        for (const { signal } of standingOf({ kind: 'top', count }, signals).undecided) {
          const before = signals.filter(
            (other) =>
              other.hasDirection &&
              other !== signal &&
              (other.low > signal.high || (other.low === signal.high && other.place < signal.place)),
          );
          expect(before.length).toBeLessThan(count);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('with fewer signals than asked for, the best are all of them', () => {
    fc.assert(
      fc.property(world, size, (drawn, most) => {
        const top = play(drawn, { kind: 'top', count: 100 }, most);
        expect(new Set(top.asked)).toEqual(new Set(play(drawn, { kind: 'actionable' }, most).asked));
      }),
    );
  });

  it('ends when pairs cannot be had, says so, and still settles what it can', () => {
    fc.assert(
      fc.property(world, goalArbitrary, size, fc.integer({ min: 0, max: 2 ** 16 }), (drawn, goal, most, mask) => {
        const dead = new Set(drawn.pairs.filter((_, index) => ((mask >> (index % 16)) & 1) === 1));
        const { known, asked } = play(drawn, goal, most, false, dead);
        const failed = new Set(asked.filter((pair) => dead.has(pair)));
        const standing = standingOf(goal, seen(drawn, known, failed));
        expect(standing.undecided).toEqual([]);
        expect(standing.met).toBe(standing.blocked.length === 0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not depend on the order of the signals', () => {
    fc.assert(
      fc.property(world, goalArbitrary, size, (drawn, goal, most) => {
        const signals = seen(drawn, new Set());
        const options = { size: most, fill: false };
        expect(nextBatch(goal, [...signals].reverse(), options)).toEqual(nextBatch(goal, signals, options));
      }),
    );
  });

  const pair = (symbol: string, kind: Pair['kind'] = 'open_interest', keptTo: number | null = null): Pair => ({
    symbol: symbol as CoinalyzeSymbol,
    kind,
    keptTo,
  });
  const signal = (place: number, low: number, open: PlannedSignal['open']): PlannedSignal => ({
    place,
    hasDirection: true,
    low,
    high: open.reduce((sum, { width }) => sum + width, low),
    open,
    blocked: false,
  });

  it('serves what decides most signals first, then the widest bounds, then the oldest answer', () => {
    const [shared, wide, old, young, never] = [
      pair('S'),
      pair('W'),
      pair('O', 'open_interest', 5),
      pair('Y', 'open_interest', 9),
      pair('N'),
    ];
    const signals = [
      signal(1, 0, [{ pair: young, width: 4 }]),
      signal(2, 0, [{ pair: old, width: 4 }]),
      signal(3, 0, [{ pair: wide, width: 20 }]),
      signal(4, 0, [{ pair: shared, width: 4 }]),
      signal(5, 0, [{ pair: shared, width: 4 }]),
      signal(6, 0, [{ pair: never, width: 4 }]),
    ];
    expect(nextBatch({ kind: 'all' }, signals, { size: 20, fill: false })).toEqual({
      kind: 'open_interest',
      symbols: ['S', 'W', 'N', 'O', 'Y'],
      needed: 5,
    });
  });

  it('goes on with signals that have least left before it begins with others', () => {
    const half = signal(1, 0, [{ pair: pair('A', 'liquidations'), width: 4 }]);
    const whole = signal(2, 0, [
      { pair: pair('B', 'funding_rate'), width: 8 },
      { pair: pair('B', 'liquidations'), width: 4 },
    ]);
    expect(nextBatch({ kind: 'all' }, [whole, half], { size: 1, fill: false })).toMatchObject({
      kind: 'liquidations',
      symbols: ['A'],
    });
  });

  it('a request goes out short rather than filled with guesses, unless the rest is wanted too', () => {
    const signals = [signal(1, 60, [{ pair: pair('A'), width: 20 }]), signal(2, 10, [{ pair: pair('B'), width: 20 }])];
    const top: Goal = { kind: 'top', count: 1 };
    expect(nextBatch(top, signals, { size: 20, fill: false })!.symbols).toEqual(['A']);
    expect(nextBatch(top, signals, { size: 20, fill: true })).toMatchObject({ symbols: ['A', 'B'], needed: 1 });
  });

  it('a signal that one answer may rule out is asked for its widest series alone', () => {
    const four = (symbol: string): PlannedSignal['open'] => [
      { pair: pair(symbol, 'open_interest'), width: 4 },
      { pair: pair(symbol, 'funding_rate'), width: 8 },
    ];
    const batch = nextBatch({ kind: 'min-score', score: 50 }, [signal(1, 45, four('A'))], { size: 20, fill: false });
    expect(batch).toEqual({ kind: 'funding_rate', symbols: ['A'], needed: 1 });
    // A member for certain needs all of them, whichever comes first.
    const member = nextBatch({ kind: 'min-score', score: 45 }, [signal(1, 45, four('A'))], { size: 20, fill: false });
    expect(member!.symbols).toEqual(['A']);
    expect(standingOf({ kind: 'min-score', score: 45 }, [signal(1, 45, four('A'))]).undecided[0]!.needsAll).toBe(true);
  });
});
