import { describe, expect, it } from 'vitest';
import type { SeriesKind } from '../../src/core/series.ts';
import { SERIES_KINDS } from '../../src/core/series.ts';
import type { ExplainedComponent, Part, SeriesUse } from '../../src/core/strategy.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { breakdownOf } from '../../src/processor/breakdown.ts';
import type { Finding, Findings } from '../../src/processor/finding.ts';
import type { ScoredAnswer } from '../../src/processor/known-market.ts';
import { hundredths, pendingWidths, priceHundredthsOf, scoreOf } from '../../src/processor/score.ts';
import { missingFinding } from '../../src/processor/series-findings.ts';

const ANSWER: ScoredAnswer = {
  kind: 'scored',
  direction: 'long',
  side: 'long',
  setup: null,
  triggers: { long: null, short: null },
  unmet: { long: [], short: [] },
  heldAgo: { long: 0, short: null },
  seriesSpanMs: DAY_MS,
  priceHundredths: 4_000,
  explained: null,
};
const USES: readonly SeriesUse[] = [
  { kind: 'open_interest', weight: 0.2, speaksFor: { long: 'low', short: 'low' } },
  { kind: 'funding_rate', weight: 0.4, speaksFor: { long: 'low', short: 'high' } },
];
const UNKNOWN = Object.fromEntries(
  SERIES_KINDS.map((kind) => [kind, missingFinding(kind, 'deferred', DAY_MS)]),
) as Readonly<Record<SeriesKind, Finding>>;

function findings(changes: Partial<Findings>): Findings {
  return { ...UNKNOWN, ...changes };
}

function ranked(kind: SeriesKind, percentile: number, final: boolean): Finding {
  return { ...UNKNOWN[kind], status: 'used', cause: null, detail: null, percentile, n: 500, final };
}

const score = (changes: Partial<Findings>, priceHundredths = 4_000): ReturnType<typeof scoreOf> =>
  scoreOf({ ...ANSWER, priceHundredths }, USES, findings(changes));

describe('a score', () => {
  it('counts in hundredths, each component rounded by itself', () => {
    expect(hundredths(0.29)).toBe(29);
    expect(hundredths(12.345_678)).toBe(1_235);
    const points = [
      { component: 'a', points: 1.004, max: 10 },
      { component: 'b', points: 1.004, max: 10 },
    ];
    expect(priceHundredthsOf(points)).toBe(200);
  });

  // What is not known counts half of the most it can give: 2 of 4 and 4 of 8.
  it('without answers stands half way, and within all that they could give', () => {
    expect(score({})).toEqual({ score: 46, low: 40, high: 52, openInterest: 10 });
  });

  it('of a final answer has no width for it', () => {
    // Open interest at 0.75, which speaks low: 20 * 0.25 = 5 of 20, weighed 1.
    expect(score({ open_interest: ranked('open_interest', 0.75, true) })).toEqual({
      score: 45,
      low: 41,
      high: 49,
      openInterest: 5,
    });
    // Funding at 0.1: 20 * 0.9 = 18, weighed 7.2.
    const both = {
      open_interest: ranked('open_interest', 0.75, true),
      funding_rate: ranked('funding_rate', 0.1, true),
    };
    expect(score(both)).toEqual({ score: 48.2, low: 48.2, high: 48.2, openInterest: 5 });
  });

  it('of a final answer has no width where its points are rounded either', () => {
    // 20 * (2 / 3) weighed by 0.4 is 5.3333.
    const thirds = { ...ranked('funding_rate', 1 / 3, true) };
    expect(score({ funding_rate: thirds, open_interest: ranked('open_interest', 0.75, true) })).toEqual({
      score: 46.33,
      low: 46.33,
      high: 46.33,
      openInterest: 5,
    });
  });

  it('of an answer that can still change keeps its width and counts what is known', () => {
    // 7.2 stands; it may become anything from 0 to 8.
    expect(score({ funding_rate: ranked('funding_rate', 0.1, false) })).toEqual({
      score: 49.2,
      low: 40,
      high: 52,
      openInterest: 10,
    });
  });

  it('lies within 0 and 100', () => {
    expect(score({}, 9_900)).toEqual({ score: 100, low: 99, high: 100, openInterest: 10 });
  });

  it('rounds bounds outward, component by component', () => {
    const odd: readonly SeriesUse[] = [
      { kind: 'funding_rate', weight: 0.333_33, speaksFor: { long: 'low', short: 'high' } },
    ];
    // At most 6.6666 points: the end stands at 6.67, above what rounding each would reach.
    expect(scoreOf(ANSWER, odd, findings({}))).toEqual({ score: 43.33, low: 40, high: 46.67, openInterest: 10 });
  });

  it('says of which answers how much still hangs', () => {
    expect(pendingWidths(USES, 'long', findings({ open_interest: ranked('open_interest', 0.5, true) }))).toEqual([
      { kind: 'funding_rate', width: 8 },
    ]);
    expect(pendingWidths(USES, 'long', findings({})).map(({ width }) => width)).toEqual([4, 8]);
  });
});

describe('the parts of a score', () => {
  const part = (points: number): Part => ({
    part: 'p',
    value: 1.234_567_891_2,
    zero_at: 0,
    full_at: 1,
    points,
    max: 10,
  });
  const why = (parts: readonly Part[]): ExplainedComponent => ({ component: 'a', code: 'A', text: 'a', parts });
  const partsOf = (...points: readonly number[]): readonly number[] => {
    const whole = points.reduce((sum, one) => sum + one, 0);
    const [first] = breakdownOf(
      [{ component: 'a', points: whole, max: 30 }],
      [why(points.map(part))],
      [],
      'long',
      UNKNOWN,
      null,
    );
    expect(first!.parts.reduce((sum, one) => sum + Math.round(one.points * 100), 0)).toBe(
      Math.round(first!.points * 100),
    );
    return first!.parts.map((one) => one.points);
  };

  it.each([
    [
      [1, 2],
      [1, 2],
    ],
    // 3.3366 is 3.34: a hundredth is left over, and the first part with a fraction takes it.
    [
      [1.1122, 2.2244],
      [1.12, 2.22],
    ],
    [
      [1, 1.1122, 1.2233],
      [1, 1.12, 1.22],
    ],
    // Two are left over of 0.018: the first two take one each.
    [
      [0.006, 0.006, 0.006],
      [0.01, 0.01, 0],
    ],
    [[0.004], [0]],
    [
      [0.29, 0.57],
      [0.29, 0.57],
    ],
  ])('%j are shown as %j, which add up', (points, shown) => {
    expect(partsOf(...points)).toEqual(shown);
  });

  it('show eight digits of their values', () => {
    const [only] = breakdownOf([{ component: 'a', points: 1, max: 30 }], [why([part(1)])], [], 'long', UNKNOWN, null);
    expect(only).toEqual({
      component: 'a',
      points: 1,
      max: 30,
      code: 'A',
      text: 'a',
      parts: [{ part: 'p', value: 1.234_567_9, zero_at: 0, full_at: 1, points: 1, max: 10 }],
    });
  });

  it('of series say whose they are when they stand in', () => {
    const known = findings({ funding_rate: { ...ranked('funding_rate', 0.1, true), value: 0.01 } });
    const text = (standIn: string | null): string =>
      breakdownOf([], [], USES.slice(1), 'long', known, standIn)[0]!.text;
    expect(text('Binance')).toBe("Binance's funding rate 0.01 %: percentile 0.10 of 500 values");
    expect(text(null)).toBe('funding rate 0.01 %: percentile 0.10 of 500 values');
  });
});
