import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/core/outcome.ts';
import { SERIES_WINDOW_MS, type Series, type SeriesKind } from '../../src/core/series.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import {
  absenceFault,
  answersOf,
  countAnswers,
  countUnmapped,
  seriesFaults,
  type Answer,
} from '../../src/job/answers.ts';
import { KnownMarkets } from '../../src/job/known-markets.ts';
import { SeriesBook, type KnownAnswer } from '../../src/job/series-book.ts';
import type { KeptAnswer, KeptUpstream } from '../../src/job/upstream.ts';
import { createJudge } from '../../src/processor/judging.ts';
import { AS_OF, CLOSE_TIME, known, judged, MARKET, RESOLVED, selected, series, strategy } from '../processor/known.ts';

const USER = strategy('uses-oi');
const UPSTREAM = { provider: 'coinalyze' } as unknown as KeptUpstream;
const KEY = { provider: 'coinalyze', kind: 'open_interest', instrument: RESOLVED.listed.symbol } as const;

/** Complete up to `completeTo`; stale is what the cache says, which knows only of the candle farthest ahead. */
function interest(completeTo: number, origin: 'cache' | 'fetched'): Extract<Outcome<Series>, { ok: true }> {
  const value = {
    kind: 'open_interest',
    length: 1,
    time: Float64Array.of(completeTo - HOUR_MS),
    value: Float64Array.of(1),
    coveredFrom: CLOSE_TIME - SERIES_WINDOW_MS - 8 * HOUR_MS,
    completeTo,
    fetchedAt: completeTo,
  } as const;
  return { ok: true, value, asOf: completeTo, fetchedAt: completeTo, stale: true, origin };
}

function marketAt(lagMs: number, symbol: string) {
  const own = series(200);
  const late = { ...own, time: own.time.map((time) => time - lagMs) };
  const judge = createJudge({ strategies: [USER], asOf: AS_OF, detail: 'lean' });
  return { market: { ...MARKET, symbol }, timeframes: ['4h' as const], ...judge(selected({ series: late })) };
}

function answersFor(
  lags: readonly number[],
  kept: KeptAnswer | null,
  fetched: Outcome<Series> | null,
): readonly Answer[] {
  const markets = new KnownMarkets(
    lags.map((lag, index) => marketAt(lag, `M${index}`)),
    [USER],
  );
  markets.resolve(lags.map(() => RESOLVED));
  const book = new SeriesBook();
  if (kept !== null) book.keep(KEY, kept);
  if (fetched !== null) book.record(KEY, fetched);
  return answersOf({ known: markets, book, upstream: UPSTREAM });
}

describe('a series that markets of two candles use', () => {
  const old = CLOSE_TIME - 4 * HOUR_MS;
  const kept: KeptAnswer = { state: 'absent', answer: interest(old, 'cache'), due: true };

  it('is needed once, for the newest of their candles', () => {
    expect(answersFor([4 * HOUR_MS, 0], null, null)).toMatchObject([
      { key: KEY, closedAt: CLOSE_TIME, outcome: { ok: false, code: 'deferred' }, saved: null },
    ]);
  });

  it('is final for the one that is a candle behind, and counts as cached', () => {
    const answers = answersFor([4 * HOUR_MS], kept, null);
    expect(answers).toMatchObject([{ outcome: { stale: false }, saved: 'final' }]);
    expect(countAnswers(answers)).toMatchObject({ cached: 1, stale: 0 });
  });

  it('is stale as soon as another market of its symbol is not behind', () => {
    const answers = answersFor([4 * HOUR_MS, 0], kept, null);
    expect(answers).toMatchObject([{ outcome: { stale: true }, saved: null }]);
    expect(countAnswers(answers)).toMatchObject({ cached: 0, stale: 1 });
  });

  it('that was fetched is counted as fetched', () => {
    const answers = answersFor([0], kept, { ...interest(CLOSE_TIME, 'fetched'), stale: false });
    expect(countAnswers(answers)).toEqual({ fetched: 1, cached: 0, stale: 0, missing: 0, deferred: 0 });
    expect(answers[0]!.saved).toBeNull();
  });
});

describe('counts', () => {
  const failed = (
    code: 'no-data' | 'deferred' | 'timeout' | 'upstream',
    detail = 'why',
  ): { readonly outcome: KnownAnswer } => ({
    outcome: { ok: false, code, detail },
  });

  it('tell what was deferred from what is missing', () => {
    expect(countAnswers([failed('no-data'), failed('deferred'), failed('timeout')])).toMatchObject({
      missing: 2,
      deferred: 1,
    });
  });

  it('faults are those of upstream, one reason per code with its first detail, those that the cache covered included', () => {
    const answers = [failed('no-data'), failed('deferred'), failed('timeout', 'first'), failed('timeout', 'second')];
    expect(
      seriesFaults(
        answers,
        new Map([
          ['timeout', 2],
          ['upstream', 3],
          ['deferred', 9],
        ]),
      ),
    ).toEqual([
      { code: 'series-unavailable', text: '4 series could not be had: timeout (first)' },
      { code: 'series-unavailable', text: '3 series could not be had: upstream' },
    ]);
  });

  it('without a market list there is about one need for each name and kind', () => {
    const deferred = { tier: 'neutral', reason: 'deferred', name: RESOLVED.name } as const;
    const listed = { tier: 'neutral', reason: 'not-listed', name: RESOLVED.name } as const;
    const stale = { kind: 'unscored', status: 'stale', reason: { code: 'old-candles', text: 'old' } } as const;
    expect(countUnmapped([known([judged()], {}, deferred), known([judged()], {}, deferred)], [USER])).toBe(1);
    expect(countUnmapped([known([judged()], {}, listed), known([stale], {}, deferred)], [USER])).toBe(0);
  });
});

describe('series that every perpetual has', () => {
  it('may be left out by a tenth of the answers, and degrade the run beyond', () => {
    const known = (count: number, kind: SeriesKind = 'open_interest'): readonly Pick<Answer, 'key' | 'outcome'>[] =>
      Array.from({ length: count }, () => ({
        key: { ...KEY, kind },
        outcome: { ok: false, code: 'no-data', detail: '' },
      }));
    expect(absenceFault({ asked: 0, absent: 0 }, [])).toEqual([]);
    expect(absenceFault({ asked: 20, absent: 2 }, known(20))).toEqual([]);
    // One of many that is asked for again, and absent again, is no sign of a broken upstream.
    expect(absenceFault({ asked: 1, absent: 1 }, known(10))).toEqual([]);
    expect(absenceFault({ asked: 1, absent: 1 }, [...known(9), ...known(9, 'liquidations')])).toHaveLength(1);
    expect(absenceFault({ asked: 20, absent: 3 }, known(20))).toEqual([
      { code: 'series-unavailable', text: expect.stringMatching(/^3 of 20 series of open interest and funding/) },
    ]);
  });
});
