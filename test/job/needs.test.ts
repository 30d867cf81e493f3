import { describe, expect, it } from 'vitest';
import type { CandleSeries } from '../../src/core/candles.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import { SERIES_WINDOW_MS, type Series } from '../../src/core/series.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import type { Kept } from '../../src/external/cached.ts';
import { sealSignals } from '../../src/feed/sealed-signal.ts';
import { answersOf, type Answer } from '../../src/job/needs.ts';
import { SeriesBook } from '../../src/job/series-book.ts';
import { longSignal } from '../feed/fixtures.ts';
import { CLOSE_TIME, MARKET, RESOLVED, series, strategy } from '../processor-grid/fixtures.ts';

/** A market of the run has a candle more than those of the symbol have. */
const CLOSED_BY = CLOSE_TIME + 4 * HOUR_MS;
const WINDOW = { from: CLOSE_TIME - SERIES_WINDOW_MS, to: CLOSED_BY, closedBy: CLOSED_BY };
const { symbol } = RESOLVED.listed;
const USER = { ...strategy('uses-oi'), series: ['open_interest'] as const };

/** Complete up to `completeTo`; stale is what the cache says, which knows only of the candle farthest ahead. */
function interest(completeTo: number, origin: 'cache' | 'fetched'): Extract<Outcome<Series>, { ok: true }> {
  const value = {
    kind: 'open_interest',
    length: 1,
    time: Float64Array.of(completeTo - HOUR_MS),
    value: Float64Array.of(1),
    coveredFrom: WINDOW.from,
    completeTo,
    fetchedAt: completeTo,
  } as const;
  return { ok: true, value, asOf: completeTo, fetchedAt: completeTo, stale: completeTo < CLOSED_BY, origin };
}

async function bookWith(kept: Kept): Promise<SeriesBook> {
  const book = new SeriesBook({ peek: (_, symbols) => Promise.resolve(symbols.map(() => kept)) }, WINDOW);
  await book.readKept('open_interest', [symbol]);
  return book;
}

function answerFor(candles: readonly CandleSeries[], book: SeriesBook): Answer {
  const markets = candles.map((own) => ({
    market: MARKET,
    resolution: RESOLVED,
    selection: { kind: 'series', series: own, stale: false, cut: false, resampledFrom: null } as const,
  }));
  const signals = candles.map(() => sealSignals([longSignal({ strategy: USER.id, rank_in_strategy: null })]));
  const answers = answersOf({ markets, signals, book }, [USER]);
  expect(answers.map(({ kind }) => kind)).toEqual(['open_interest']);
  return answers[0]!;
}

const behind = series(200);
const ahead = { ...behind, time: behind.time.map((time) => time + 4 * HOUR_MS) };

describe('what the cache gives to a market that is a candle behind', () => {
  const kept: Kept = { state: 'absent', answer: interest(CLOSE_TIME, 'cache'), due: true };

  it('is final for it and costs nothing, and is told so', async () => {
    expect(answerFor([behind], await bookWith(kept))).toMatchObject({ outcome: { stale: false }, saved: 'final' });
  });

  it('is stale as soon as another market of its symbol is not behind', async () => {
    expect(answerFor([behind, ahead], await bookWith(kept))).toMatchObject({ outcome: { stale: true }, saved: null });
  });

  it('is no saving once it was asked for all the same', async () => {
    const book = await bookWith(kept);
    book.record('open_interest', [symbol], [interest(CLOSED_BY, 'fetched')]);
    expect(answerFor([behind, ahead], book)).toMatchObject({ outcome: { stale: false }, saved: null });
  });

  it('is what the cache says of it where it is not behind', async () => {
    const final: Kept = { state: 'final', answer: interest(CLOSED_BY, 'cache'), due: false };
    expect(answerFor([ahead], await bookWith(final))).toMatchObject({ outcome: { stale: false }, saved: 'final' });
    const fresh: Kept = { state: 'fresh', answer: interest(CLOSED_BY - HOUR_MS, 'cache'), due: false };
    expect(answerFor([ahead], await bookWith(fresh))).toMatchObject({ outcome: { stale: true }, saved: 'fresh' });
    const nothing: Kept = { state: 'absent', answer: null, due: true };
    expect(answerFor([ahead], await bookWith(nothing))).toMatchObject({ outcome: { code: 'deferred' }, saved: null });
  });
});
