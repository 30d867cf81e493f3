import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Offer, SeriesKey } from '../../src/core/offer.ts';
import { SERIES_KINDS, type SeriesKind } from '../../src/core/series.ts';
import { EVERYTHING, standingOf, type Goal, type PlannedKey, type PlannedSignal } from '../../src/plan/goal.ts';
import { nextOffer, type Offers } from '../../src/plan/planner.ts';
import {
  answerOf,
  batchesOf,
  goalArbitrary,
  keyFor,
  membersOf,
  play,
  scoreOf,
  seen,
  worldArbitrary,
  type Scored,
  type TrueSignal,
  type World,
} from './worlds.ts';

const world = worldArbitrary({ signals: 8, symbols: 5 });
const offers = fc.constantFrom(1, 2, 3, 20).map(batchesOf);

function truth({ signals }: World): readonly Scored[] {
  return signals.map((signal) => ({ ...signal, score: scoreOf(signal) }));
}

/** What a reader of the feed sees: neutral points stand for what is not known. */
function shown(of: World, known: ReadonlySet<SeriesKey>): readonly Scored[] {
  const score = ({ price, parts }: TrueSignal): number =>
    parts.reduce((sum, { key, points, width }) => sum + (known.has(key) ? points : width / 2), price);
  return of.signals.map((signal) => ({ ...signal, score: score(signal) }));
}

function scored({ place, strategy, hasDirection }: PlannedSignal, score: number): Scored {
  return { place, strategy, hasDirection, score };
}

/** Those of `drawn` that the bits of `mask` name. */
function some({ keys }: World, mask: number): ReadonlySet<SeriesKey> {
  return new Set(keys.filter((_, index) => ((mask >> (index % 16)) & 1) === 1));
}

const mask = fc.integer({ min: 0, max: 2 ** 16 });

describe('a planned run', () => {
  it('answers the goal as a full fetch does', () => {
    fc.assert(
      fc.property(world, goalArbitrary, offers, fc.boolean(), (drawn, goal, port, fill) => {
        const { known } = play(drawn, goal, port, fill);
        const signals = seen(drawn, known);
        expect(standingOf(goal, signals)).toEqual({ met: true, undecided: [], waiting: [] });
        const right = membersOf(goal, truth(drawn));
        const places = new Set(right.map(({ place }) => place));
        // Members are shown with their scores, in their order.
        const members = shown(drawn, known).filter(({ place }) => places.has(place));
        expect(answerOf(EVERYTHING, members)).toBe(answerOf(EVERYTHING, right));
        // Whatever the remaining series turn out to be, nobody else becomes a member.
        const atBest = signals.map((signal) => scored(signal, places.has(signal.place) ? signal.low : signal.high));
        expect(membersOf(goal, atBest).map(({ place }) => place)).toEqual(right.map(({ place }) => place));
      }),
      { numRuns: 3_000 },
    );
  });

  it('asks for nothing twice, never more than a request holds, and one kind at a time', () => {
    fc.assert(
      fc.property(world, goalArbitrary, fc.constantFrom(1, 2, 3, 20), fc.boolean(), (drawn, goal, size, fill) => {
        const { asked } = play(drawn, goal, batchesOf(size), fill);
        expect(new Set(asked).size).toBe(asked.length);
        const planned = nextOffer(goal, seen(drawn, new Set()), { offers: batchesOf(size), fill });
        if (planned === null) return;
        const { brings, calls } = planned.offer;
        expect(brings.length).toBeLessThanOrEqual(size);
        expect(calls).toBe(brings.length);
        expect(new Set(brings).size).toBe(brings.length);
        expect(new Set(brings.map(({ kind }) => kind)).size).toBe(1);
      }),
      { numRuns: 1_000 },
    );
  });

  it('costs no more than the plain filter, which costs no more than everything', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 1, max: 5 }), offers, (drawn, count, port) => {
        const directed = drawn.signals.filter(({ hasDirection }) => hasDirection);
        const baseline = new Set(directed.flatMap(({ parts }) => parts.map(({ key }) => key))).size;
        expect(play(drawn, { kind: 'actionable' }, port).asked.length).toBe(baseline);
        expect(play(drawn, { kind: 'top', count }, port).asked.length).toBeLessThanOrEqual(baseline);
        expect(play(drawn, EVERYTHING, port).asked.length).toBe(drawn.keys.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('with fewer signals than asked for, the best are all of them', () => {
    fc.assert(
      fc.property(world, offers, (drawn, port) => {
        const top = play(drawn, { kind: 'top', count: 100 }, port);
        expect(new Set(top.asked)).toEqual(new Set(play(drawn, { kind: 'actionable' }, port).asked));
      }),
    );
  });

  it('ends when series cannot be had, says so, and still settles what it can', () => {
    fc.assert(
      fc.property(world, goalArbitrary, offers, mask, (drawn, goal, port, bits) => {
        const dead = some(drawn, bits);
        const { known, asked } = play(drawn, goal, port, false, dead);
        const failed = new Set(asked.filter((key) => dead.has(key)));
        const standing = standingOf(goal, seen(drawn, known, failed));
        expect(standing.undecided).toEqual([]);
        expect(standing.met).toBe(standing.waiting.length === 0);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('who is undecided', () => {
  it('of the best of each strategy are those that could still be among them, and need to be asked to be known', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 1, max: 4 }), mask, (drawn, count, bits) => {
        const signals = seen(drawn, some(drawn, bits));
        const goal: Goal = { kind: 'top', count };
        const { undecided, met } = standingOf(goal, signals);
        const isMember = (signal: PlannedSignal, own: number, others: 'low' | 'high'): boolean => {
          const scores = signals.map((one) => scored(one, one === signal ? own : one[others]));
          return membersOf(goal, scores).some(({ place }) => place === signal.place);
        };
        for (const { signal, needsAll } of undecided) {
          expect(isMember(signal, signal.high, 'low')).toBe(true);
          expect(needsAll).toBe(isMember(signal, signal.low, 'high'));
        }
        // Met is met: each member at its best among others at their best is final.
        const atBest = membersOf(
          goal,
          signals.map((one) => scored(one, one.high)),
        );
        const final = new Set(signals.filter(({ pending }) => pending.length === 0).map(({ place }) => place));
        expect(met).toBe(atBest.every(({ place }) => final.has(place)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of a score are those that reach it at their best, who need all once they reach it at their worst', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 0, max: 20 }), mask, (drawn, n, bits) => {
        const signals = seen(drawn, some(drawn, bits));
        const score = n * 5;
        const { undecided } = standingOf({ kind: 'min-score', score }, signals);
        const able = signals.filter(({ high, pending }) => high >= score && pending.length > 0);
        expect(undecided).toEqual(able.map((signal) => ({ signal, needsAll: signal.low >= score })));
      }),
    );
  });

  it('signals that cannot become final take no place among the best, and are told', () => {
    const stuck: PlannedSignal = { ...signal(1, 90, []), high: 95, waiting: true };
    const second = signal(2, 50, [{ key: keyFor('A'), width: 20 }]);
    const third = signal(3, 10, [{ key: keyFor('B'), width: 20 }]);
    const standing = standingOf({ kind: 'top', count: 1 }, [third, second, stuck]);
    expect(standing).toEqual({ met: false, undecided: [{ signal: second, needsAll: false }], waiting: [stuck] });
  });

  it('each strategy has its own best', () => {
    const low = { ...signal(1, 5, [{ key: keyFor('A'), width: 4 }]), strategy: 1 };
    const high = signal(2, 60, [{ key: keyFor('B'), width: 20 }]);
    const next = signal(3, 30, [{ key: keyFor('C'), width: 20 }]);
    const { undecided } = standingOf({ kind: 'top', count: 1 }, [low, high, next]);
    expect(new Set(undecided.map((one) => one.signal.place))).toEqual(new Set([1, 2]));
  });
});

function signal(place: number, low: number, pending: PlannedSignal['pending']): PlannedSignal {
  return {
    place,
    strategy: 0,
    hasDirection: true,
    low,
    high: pending.reduce((sum, { width }) => sum + width, low),
    pending,
    waiting: false,
  };
}

/** Kind and symbols of the next request, with how many are needed. */
function next(goal: Goal, signals: readonly PlannedSignal[], port: Offers = batchesOf(20), fill = false): string {
  const planned = nextOffer(goal, signals, { offers: port, fill });
  if (planned === null) return 'nothing';
  const { brings } = planned.offer;
  return `${brings[0]!.kind} ${brings.map(({ instrument }) => instrument).join('')} ${planned.needed}`;
}

describe('the next request', () => {
  it('does not depend on the order of the signals', () => {
    const kept = worldArbitrary({ signals: 12, symbols: 5, kept: true });
    fc.assert(
      fc.property(kept, goalArbitrary, offers, fc.boolean(), (drawn, goal, port, fill) => {
        const signals = seen(drawn, new Set());
        const options = { offers: port, fill };
        expect(nextOffer(goal, signals.toReversed(), options)).toEqual(nextOffer(goal, signals, options));
      }),
      { numRuns: 1_000 },
    );
  });

  it('serves what decides most signals first, then the widest bounds, then the oldest answer, then by name', () => {
    const one = (place: number, name: string, width: number, keptTo: number | null = null): PlannedSignal =>
      signal(place, 0, [{ key: keyFor(name, 'open_interest', keptTo), width }]);
    const shared = keyFor('S');
    const signals = [
      one(1, 'Y', 4, 9),
      one(2, 'O', 4, 5),
      one(3, 'W', 20),
      signal(4, 0, [{ key: shared, width: 4 }]),
      signal(5, 0, [{ key: shared, width: 4 }]),
      one(6, 'N', 4),
      one(7, 'M', 4),
    ];
    expect(next(EVERYTHING, signals)).toBe('open_interest SWMNOY 6');
    expect(next(EVERYTHING, signals, batchesOf(2))).toBe('open_interest SW 2');
  });

  it('goes on with signals that have least left before it begins with others', () => {
    const half = signal(1, 0, [{ key: keyFor('A', 'liquidations'), width: 4 }]);
    const whole = signal(2, 0, [
      { key: keyFor('B', 'funding_rate'), width: 8 },
      { key: keyFor('B', 'liquidations'), width: 4 },
    ]);
    expect(next(EVERYTHING, [whole, half], batchesOf(1))).toBe('liquidations A 1');
  });

  it('of kinds that decide as many signals takes the one with more points, and of equals the first', () => {
    const both = (width: number): PlannedSignal =>
      signal(1, 0, [
        { key: keyFor('A', 'liquidations'), width },
        { key: keyFor('A', 'funding_rate'), width: 8 },
      ]);
    expect(next(EVERYTHING, [both(9)])).toBe('liquidations A 1');
    expect(next(EVERYTHING, [both(8)])).toBe('funding_rate A 1');
  });

  it('goes out short rather than filled with guesses, unless the remaining series are wanted too', () => {
    const signals = [
      signal(1, 60, [{ key: keyFor('A'), width: 20 }]),
      signal(2, 10, [{ key: keyFor('B'), width: 20 }]),
    ];
    const top: Goal = { kind: 'top', count: 1 };
    expect(next(top, signals)).toBe('open_interest A 1');
    expect(next(top, signals, batchesOf(20), true)).toBe('open_interest AB 1');
    expect(next(top, signals, batchesOf(1), true)).toBe('open_interest A 1');
  });

  it('is filled with the most useful of its kind, and with nothing of another', () => {
    const signals = [
      signal(1, 60, [{ key: keyFor('A'), width: 20 }]),
      signal(2, 10, [{ key: keyFor('B'), width: 4 }]),
      signal(3, 10, [{ key: keyFor('C'), width: 20 }]),
      signal(4, 10, [{ key: keyFor('D', 'liquidations'), width: 20 }]),
    ];
    expect(next({ kind: 'top', count: 1 }, signals, batchesOf(20), true)).toBe('open_interest ACB 1');
    expect(next({ kind: 'top', count: 1 }, signals, batchesOf(2), true)).toBe('open_interest AC 1');
    const wanted: string[] = [];
    const port: Offers = (keys) => {
      wanted.push(keys.map(({ instrument }) => instrument).join(''));
      return batchesOf(2)(keys);
    };
    next({ kind: 'top', count: 1 }, signals, port, true);
    expect(wanted).toEqual(['A', 'ACB']);
  });

  it('asks for the widest series alone of a signal that one answer may rule out', () => {
    const signals = [
      signal(1, 45, [
        { key: keyFor('A', 'open_interest'), width: 4 },
        { key: keyFor('A', 'funding_rate'), width: 8 },
        { key: keyFor('A', 'liquidations'), width: 8 },
      ]),
    ];
    const wantedOf = (score: number): readonly string[] => {
      const wanted: string[] = [];
      const port: Offers = (keys) => {
        wanted.push(...keys.map(({ kind }) => kind));
        return batchesOf(20)(keys);
      };
      nextOffer({ kind: 'min-score', score }, signals, { offers: port, fill: false });
      return wanted;
    };
    expect(wantedOf(50)).toEqual(['funding_rate']);
    // A member for certain needs all of them, whichever comes first.
    expect(wantedOf(45)).toEqual(['funding_rate', 'liquidations', 'open_interest']);
  });

  it('is nothing when nothing is offered, or nothing that is offered is needed', () => {
    const signals = [signal(1, 0, [{ key: keyFor('A'), width: 4 }])];
    expect(next(EVERYTHING, signals, () => [])).toBe('nothing');
    expect(next(EVERYTHING, signals, () => [{ brings: [keyFor('X')], calls: 1 }])).toBe('nothing');
    expect(next(EVERYTHING, [signal(1, 0, [])])).toBe('nothing');
  });

  it('is the whole venue where that decides more signals for a call, whatever else it brings', () => {
    const keys = ['A', 'B', 'C'].map((name) => keyFor(name, 'funding_rate'));
    const signals = keys.map((key, at) => signal(at, 0, [{ key, width: 4 }]));
    const venue: Offer = { brings: [...keys.slice(0, 2), keyFor('X', 'funding_rate')], calls: 1 };
    const port: Offers = (wanted) => [...batchesOf(20)(wanted), venue];
    const planned = nextOffer(EVERYTHING, signals, { offers: port, fill: false });
    expect(planned).toEqual({ offer: venue, needed: 2 });
    const dear: Offers = (wanted) => [{ ...venue, calls: 3 }, ...batchesOf(20)(wanted)];
    expect(nextOffer(EVERYTHING, signals, { offers: dear, fill: false })!.needed).toBe(3);
  });
});

describe('what is wanted, best first', () => {
  /** The keys that offers are asked for, as `kind instrument`. */
  function wanted(signals: readonly PlannedSignal[], goal: Goal = { kind: 'actionable' }): readonly string[] {
    let asked: readonly string[] = [];
    const port: Offers = (keys) => {
      asked = keys.map(({ kind, instrument }) => `${kind} ${instrument}`);
      return [];
    };
    expect(nextOffer(goal, signals, { offers: port, fill: false })).toBeNull();
    return asked;
  }

  it('most signals first, then most points, then the oldest cached answer, then by name and kind', () => {
    const shared = keyFor('Z');
    expect(
      wanted([
        signal(1, 0, [{ key: keyFor('C', 'open_interest', 2), width: 20 }]),
        signal(2, 0, [{ key: keyFor('B', 'open_interest', 1), width: 20 }]),
        signal(3, 0, [{ key: keyFor('A', 'open_interest', 3), width: 20 }]),
        signal(4, 0, [{ key: keyFor('E'), width: 20 }]),
        signal(5, 0, [{ key: keyFor('D'), width: 20 }]),
        signal(6, 0, [{ key: keyFor('Y'), width: 20.5 }]),
        signal(7, 0, [{ key: shared, width: 1 }]),
        signal(8, 0, [{ key: shared, width: 1 }]),
      ]).map((one) => one.slice(-1)),
    ).toEqual(['Z', 'Y', 'D', 'E', 'B', 'C', 'A']);
    const kinds = ['liquidations', 'funding_rate', 'open_interest', 'long_short_ratio'] as const;
    expect(wanted(kinds.map((kind, place) => signal(place, 0, [{ key: keyFor('A', kind), width: 4 }])))).toEqual(
      SERIES_KINDS.map((kind) => `${kind} A`),
    );
  });

  it('of a signal that may still be ruled out only the widest, of equals the first kind', () => {
    const pending: PlannedSignal['pending'] = [
      { key: keyFor('A', 'liquidations'), width: 4 },
      { key: keyFor('A', 'funding_rate'), width: 8 },
      { key: keyFor('A', 'open_interest'), width: 8 },
    ];
    const maybe = signal(1, 50, pending);
    expect(wanted([maybe], { kind: 'min-score', score: 60 })).toEqual(['open_interest A']);
    expect(wanted([{ ...maybe, pending: pending.toReversed() }], { kind: 'min-score', score: 60 })).toEqual([
      'open_interest A',
    ]);
    expect(wanted([maybe], { kind: 'min-score', score: 50 })).toHaveLength(3);
  });

  it('the offer with most signals a call is taken, then with most points, then of the first kind', () => {
    const pairs: PlannedSignal['pending'] = [
      { key: keyFor('A', 'funding_rate'), width: 8 },
      { key: keyFor('A', 'liquidations'), width: 4 },
    ];
    expect(next({ kind: 'actionable' }, [signal(1, 0, pairs)])).toBe('funding_rate A 1');
    const equal = pairs.map(({ key }) => ({ key, width: 4 }));
    expect(next({ kind: 'actionable' }, [signal(1, 0, equal.toReversed())])).toBe('funding_rate A 1');
    // Alone in its kind, B decides a whole signal a call; the other two share one.
    expect(next({ kind: 'actionable' }, [signal(1, 0, pairs), signal(2, 0, [{ key: keyFor('B'), width: 1 }])])).toBe(
      'open_interest B 1',
    );
  });

  it('an offer that brings nothing that is needed is not taken', () => {
    const port: Offers = () => [{ brings: [keyFor('X')], calls: 1 }];
    const one = signal(1, 0, [{ key: keyFor('A'), width: 20 }]);
    expect(nextOffer({ kind: 'actionable' }, [one], { offers: port, fill: false })).toBeNull();
  });

  it('thirds of a signal add up to a signal, and parts of a point to points, whatever their order', () => {
    const [first, second] = ['A', 'B'];
    for (const [shared, alone] of [
      [keyFor(first), keyFor(second)],
      [keyFor(second), keyFor(first)],
    ] as const) {
      const thirds = Array.from({ length: 12 }, (_, at) =>
        signal(at, 0, [
          { key: shared, width: 1 },
          { key: keyFor(`X${at}`, 'funding_rate'), width: 1 },
          { key: keyFor(`X${at}`, 'liquidations'), width: 1 },
        ]),
      );
      const wholes = Array.from({ length: 4 }, (_, at) => signal(20 + at, 0, [{ key: alone, width: 3 }]));
      expect(wanted([...thirds, ...wholes]).slice(0, 2)).toEqual(['open_interest A', 'open_interest B']);
    }
    const twice = (name: string, ...widths: readonly number[]): readonly PlannedSignal[] => {
      const key = keyFor(name);
      return widths.map((width, at) => signal(at, 0, [{ key, width }]));
    };
    // 1.1 * 100 is a little more than 110.
    expect(wanted([...twice('B', 1.1, 1.1), ...twice('A', 1, 1.2)])).toEqual(['open_interest A', 'open_interest B']);
  });

  it('many series stand by name, in whatever order they came', () => {
    const names = Array.from({ length: 300 }, (_, at) => `C${String((at * 37) % 300).padStart(3, '0')}`);
    expect(wanted(names.map((name, place) => signal(place, 0, [{ key: keyFor(name), width: 1 }])))).toEqual(
      names.toSorted().map((name) => `open_interest ${name}`),
    );
  });
});

describe('of several offers', () => {
  const key = (name: string, kind: SeriesKind): PlannedKey => keyFor(name, kind);
  const alone = (key: PlannedKey, place: number): PlannedSignal => signal(place, 0, [{ key, width: 8 }]);
  /** The index of the offer that is taken. */
  function taken(signals: readonly PlannedSignal[], all: readonly Offer[]): number {
    const planned = nextOffer(EVERYTHING, signals, { offers: () => all, fill: false });
    return all.findIndex((offer) => offer === planned?.offer);
  }

  it('that are worth the same the first is taken, however many calls each has', () => {
    const [a, b, c] = ['A', 'B', 'C'].map((name) => key(name, 'open_interest')) as [PlannedKey, PlannedKey, PlannedKey];
    const signals = [a, b, c].map(alone);
    expect(
      taken(signals, [
        { brings: [a], calls: 1 },
        { brings: [b, c], calls: 2 },
      ]),
    ).toBe(0);
    expect(
      taken(signals, [
        { brings: [b, c], calls: 2 },
        { brings: [a], calls: 1 },
      ]),
    ).toBe(0);
  });

  it('that are worth the same the one with the first kind is taken, whatever else it brings', () => {
    const [interest, funding, other, last] = [
      key('A', 'open_interest'),
      key('B', 'funding_rate'),
      key('C', 'funding_rate'),
      key('D', 'liquidations'),
    ];
    const signals = [interest, funding, other, last].map(alone);
    expect(
      taken(signals, [
        { brings: [funding, other], calls: 2 },
        { brings: [interest, last], calls: 2 },
      ]),
    ).toBe(1);
  });

  it('one of two halves of a signal is worth as much as one of a whole', () => {
    const pair = (first: SeriesKind, second: SeriesKind): readonly PlannedKey[] => [key('B', first), key('C', second)];
    const chosen = (whole: PlannedKey, halves: readonly PlannedKey[]): number =>
      taken(
        [
          alone(whole, 0),
          signal(
            1,
            0,
            halves.map((one) => ({ key: one, width: 4 })),
          ),
        ],
        [
          { brings: [whole], calls: 1 },
          { brings: halves, calls: 1 },
        ],
      );
    expect(chosen(key('A', 'open_interest'), pair('funding_rate', 'liquidations'))).toBe(0);
    expect(chosen(key('A', 'funding_rate'), pair('open_interest', 'liquidations'))).toBe(1);
  });

  it('a dear one is taken as well when it is the only one', () => {
    const a = key('A', 'open_interest');
    expect(taken([alone(a, 0)], [{ brings: [a], calls: 12 }])).toBe(0);
  });
});
