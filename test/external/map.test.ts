import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SERIES_INTERVAL_MS } from '../../src/core/series.ts';
import type { Series, SeriesKind, Window } from '../../src/core/series.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/core/time.ts';
import { mapExchange, mapFutureMarket, mapHistory } from '../../src/external/coinalyze/map.ts';
import {
  exchangeRow,
  futureMarketRow,
  goodRows,
  historyEntry,
  HISTORY_PATH,
  INTERVALS_MS,
  liquidationRow,
  longShortRow,
  openInterestRow,
  page,
  SERIES_INTERVAL,
} from '../../src/external/coinalyze/schema.ts';
import { completeTo } from '../../src/external/publication.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { CLOSE, windowFor } from './support.ts';

const WINDOW = windowFor();

function row(hoursBefore: number, c: number): object {
  return { t: (CLOSE - hoursBefore * HOUR_MS) / 1_000, o: c, h: c, l: c, c };
}

function mapped(
  rows: readonly unknown[],
  fetchedAt: number,
  kind: SeriesKind = 'open_interest',
  window = WINDOW,
): Series {
  const { outcome } = mapHistory(kind, rows, window, fetchedAt);
  if (!outcome.ok) throw new Error(outcome.detail);
  return outcome.value;
}

describe('mapping a history', () => {
  it('every series is asked with the interval its buckets have in core', () => {
    for (const [kind, name] of Object.entries(SERIES_INTERVAL)) {
      expect(INTERVALS_MS[name]).toBe(SERIES_INTERVAL_MS[kind as SeriesKind]);
    }
  });

  it('the open bucket is dropped, to the millisecond', () => {
    const rows = [row(2, 1), row(1, 2), row(0, 3)];
    expect(mapped(rows, CLOSE).length).toBe(2);
    expect(mapped(rows, CLOSE - 1).length).toBe(1);
    expect(mapped(rows, CLOSE + HOUR_MS).length).toBe(3);
  });

  it('rows are sorted, equal twins are one bucket and twins that differ are none', () => {
    const { outcome, droppedRows } = mapHistory(
      'open_interest',
      [row(1, 4), row(3, 2), row(2, 3), row(3, 2), row(2, 9)],
      WINDOW,
      CLOSE,
    );
    expect(outcome).toMatchObject({
      ok: true,
      asOf: CLOSE,
      value: { time: Float64Array.of(CLOSE - 3 * HOUR_MS, CLOSE - HOUR_MS), value: Float64Array.of(2, 4) },
    });
    expect(droppedRows).toBe(2);
  });

  it('buckets off the grid and outside the window are dropped, only the first are faults', () => {
    const rows = [row(1.5, 1), row(1, 2), { ...row(0, 0), t: (WINDOW.from - HOUR_MS) / 1_000 }];
    const { outcome, droppedRows } = mapHistory('open_interest', rows, WINDOW, CLOSE);
    expect(outcome).toMatchObject({ value: { length: 1 } });
    expect(droppedRows).toBe(1);
  });

  it('times in milliseconds are noticed', () => {
    const rows = [{ ...row(1, 1), t: CLOSE - HOUR_MS }];
    expect(mapHistory('open_interest', rows, WINDOW, CLOSE).outcome).toMatchObject({ ok: false, code: 'bad-payload' });
  });

  it('a symbol with nothing but its open bucket has no data yet', () => {
    expect(mapHistory('open_interest', [row(0, 1)], WINDOW, CLOSE).outcome).toMatchObject({
      ok: false,
      code: 'no-data',
    });
    expect(mapHistory('open_interest', [], WINDOW, CLOSE).outcome).toMatchObject({ ok: false, code: 'no-data' });
  });

  it('a bucket that has only just closed may still lack its last minute: it is not complete yet', () => {
    const early = CLOSE + 2 * MINUTE_MS - 1;
    const rows = [row(1, 1), row(0, 1)];
    expect(mapped(rows, early).completeTo).toBe(CLOSE - HOUR_MS);
    expect(mapHistory('open_interest', rows, WINDOW, early).outcome).toMatchObject({ stale: true });
    expect(mapped(rows, early + 1).completeTo).toBe(CLOSE);
    expect(mapHistory('open_interest', rows, WINDOW, early + 1).outcome).toMatchObject({ stale: false });
  });

  it.each(['open_interest', 'funding_rate'] as const)(
    'the newest bucket of %s of an upstream that is behind may be one that still grows there: only a later one tells',
    (kind) => {
      const interval = kind === 'open_interest' ? HOUR_MS : 4 * HOUR_MS;
      const [last, open, impossible] = [interval / HOUR_MS, 0, -8].map((hoursBefore) => row(hoursBefore, 1));
      const now = CLOSE + HOUR_MS + 5 * MINUTE_MS;
      const reach = (rows: readonly object[]): number => mapped(rows, now, kind).completeTo;
      expect(reach([last!])).toBe(CLOSE - interval);
      expect(reach([last!, open!])).toBe(CLOSE);
      // What nobody can have measured yet tells nothing.
      expect(reach([last!, impossible!])).toBe(CLOSE - interval);
    },
  );

  it('long/short buckets appear late and whole: one that is there is complete, however early it was asked', () => {
    const ratio = [{ t: (CLOSE - HOUR_MS) / 1_000, r: 1.2 }];
    expect(mapped(ratio, CLOSE + 5_000, 'long_short_ratio').completeTo).toBe(CLOSE);
  });

  it('the absence of a bucket is believed after the publication lag of its kind', () => {
    const liquidation = [{ t: (CLOSE - 9 * HOUR_MS) / 1_000, l: 1, s: 0 }];
    const ratio = [{ t: (CLOSE - 9 * HOUR_MS) / 1_000, r: 1.2 }];
    expect(mapped(liquidation, CLOSE + 3 * MINUTE_MS - 1, 'liquidations').completeTo).toBe(CLOSE - HOUR_MS);
    expect(mapped(liquidation, CLOSE + 3 * MINUTE_MS, 'liquidations').completeTo).toBe(CLOSE);
    expect(mapped(ratio, CLOSE + 30 * MINUTE_MS - 1, 'long_short_ratio').completeTo).toBe(CLOSE - HOUR_MS);
    expect(mapped(ratio, CLOSE + 30 * MINUTE_MS, 'long_short_ratio').completeTo).toBe(CLOSE);
  });

  it('nothing is complete beyond what was asked', () => {
    const window: Window = { ...WINDOW, to: CLOSE - 3 * HOUR_MS };
    expect(completeTo('open_interest', window, CLOSE + 9 * HOUR_MS, null)).toBe(CLOSE - 2 * HOUR_MS);
    expect(completeTo('funding_rate', window, CLOSE + 9 * HOUR_MS, null)).toBe(CLOSE);
  });

  it('impossible values are dropped: negative amounts and ratios, rates beyond 100 %', () => {
    const t = (CLOSE - 4 * HOUR_MS) / 1_000;
    expect(
      goodRows(
        [
          { t, l: -1, s: 0 },
          { t, l: 0, s: 1 },
        ],
        liquidationRow,
      ),
    ).toMatchObject({ bad: 1 });
    expect(
      goodRows(
        [
          { t, r: -1 },
          { t, r: 1, l: null, s: null },
        ],
        longShortRow,
      ),
    ).toMatchObject({ bad: 1 });
    expect(mapHistory('funding_rate', [row(4, 150)], WINDOW, CLOSE).outcome).toMatchObject({ code: 'bad-payload' });
    expect(mapHistory('funding_rate', [row(4, -0.303)], WINDOW, CLOSE).outcome).toMatchObject({ ok: true });
  });

  it('plain decimals in quotes are numbers, other text is not', () => {
    const t = (CLOSE - HOUR_MS) / 1_000;
    const good = (c: unknown): number => goodRows([{ t, o: 1, h: 1, l: 1, c }], openInterestRow).good.length;
    expect(['0.01', '12', '1e3'].map(good)).toEqual([1, 1, 1]);
    expect(['NaN', 'Infinity', '', '1e999', '0x10', true, [], null].map(good)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

/** Parses a recorded body the way an answer is. */
function recorded(file: string): ReadonlyMap<string, readonly unknown[]> {
  const { good, bad } = goodRows(page.parse(JSON.parse(readFileSync(file, 'utf8'))), historyEntry);
  expect(bad).toBe(0);
  return new Map(good.map((entry) => [entry.symbol, entry.history]));
}

function rowTimes(rows: readonly unknown[]): number[] {
  return rows.map((candidate) => (candidate as { t: number }).t * 1_000);
}

/** A window around all rows, asked right after the last one closed. */
function windowAround(rows: readonly unknown[], interval: number): { window: Window; fetchedAt: number } {
  const times = rowTimes(rows);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  return { window: { from, to, closedBy: to + interval }, fetchedAt: to + interval };
}

describeWithShared('candles/derivatives/coinalyze/api-shape-utc', 'recorded hourly histories', () => {
  const folder = sharedPath('candles', 'derivatives', 'coinalyze', 'api-shape-utc', '1hour');
  for (const kind of ['open_interest', 'long_short_ratio', 'liquidations'] as const) {
    it(`${kind}: every row arrives with its value`, () => {
      const files = readdirSync(folder).filter((name) => name.endsWith(`_${HISTORY_PATH[kind]}.json`));
      expect(files.length).toBeGreaterThan(2);
      for (const file of files) {
        for (const rows of recorded(`${folder}/${file}`).values()) {
          const { window, fetchedAt } = windowAround(rows, HOUR_MS);
          const { outcome, droppedRows } = mapHistory(kind, rows, window, fetchedAt);
          expect(droppedRows).toBe(0);
          if (!outcome.ok) throw new Error(outcome.detail);
          expect([...outcome.value.time]).toEqual(rowTimes(rows));
          const values = rows.map((candidate) => candidate as Record<'c' | 'r' | 'l' | 's', number>);
          const { value } = outcome;
          if (value.kind === 'liquidations') {
            expect([...value.long]).toEqual(values.map(({ l }) => l));
            expect([...value.short]).toEqual(values.map(({ s }) => s));
          } else expect([...value.value]).toEqual(values.map((v) => (kind === 'open_interest' ? v.c : v.r)));
        }
      }
    });
  }
});

describeWithShared('coinalyze', 'recorded answers of the API', () => {
  it('4-hour histories of three venues keep their order change and their missing symbol apart', () => {
    const interest = recorded(sharedPath('coinalyze', 'catalinprg_crypto-swings', 'open_interest_history.json'));
    const liquidations = recorded(sharedPath('coinalyze', 'catalinprg_crypto-swings', 'liquidation_history.json'));
    expect([...interest.keys()]).toEqual(['BTCUSDT.6', 'BTCUSDT_PERP.3', 'BTCUSDT_PERP.A']);
    for (const rows of interest.values()) {
      const { window, fetchedAt } = windowAround(rows, 4 * HOUR_MS);
      expect(mapped(rows, fetchedAt, 'open_interest', window).length).toBe(rows.length);
    }
    for (const rows of liquidations.values()) expect(goodRows(rows, liquidationRow).bad).toBe(0);
  });

  it('15-minute answers of 200 symbols pass, the empty ones included', () => {
    const files = {
      open_interest: 'open-interest-history_15min.json',
      long_short_ratio: 'long-short-ratio-history_15min.json',
      liquidations: 'liquidation-history_15min.json',
    } as const;
    for (const [kind, file] of Object.entries(files)) {
      const bySymbol = JSON.parse(
        readFileSync(sharedPath('coinalyze', 'longwave-ux_QuantoPro', file), 'utf8'),
      ) as Record<string, unknown>;
      let empty = 0;
      for (const answer of Object.values(bySymbol)) {
        const { good, bad } = goodRows(page.parse(answer), historyEntry);
        expect(bad).toBe(0);
        if (good.length === 0) empty += 1;
        for (const { history } of good) {
          const hourStarts = history.filter((candidate) => (candidate as { t: number }).t % 3_600 === 0);
          const everything: Window = { from: 0, to: 9e12, closedBy: 9e12 };
          const { outcome, droppedRows } = mapHistory(kind as SeriesKind, history, everything, 9e12);
          expect(outcome.ok ? outcome.value.length : 0).toBe(hourStarts.length);
          expect(droppedRows).toBe(history.length - hourStarts.length);
        }
      }
      expect(empty, file).toBeGreaterThan(kind === 'liquidations' ? 10 : -1);
    }
  });

  it('the lists of exchanges and markets map without loss', () => {
    const read = (file: string): unknown[] =>
      page.parse(JSON.parse(readFileSync(sharedPath('coinalyze', file), 'utf8')));
    for (const [file, count] of [
      ['exchanges_2025-06-22_recorded.json', 26],
      ['exchanges_2026-06-10_reconstructed.json', 28],
    ] as const) {
      const { good, bad } = goodRows(read(file), exchangeRow);
      expect([good.length, bad]).toEqual([count, 0]);
      expect(good.map(mapExchange)).toContainEqual({ code: 'A', name: 'Binance' });
    }
    const markets = goodRows(read('future-markets_3rows_2025-06-22_recorded.json'), futureMarketRow);
    expect(markets.bad).toBe(0);
    expect(mapFutureMarket(markets.good[0]!)).toEqual({
      symbol: 'BTCUSD_PERP.A',
      venueCode: 'A',
      symbolOnExchange: 'BTCUSD_PERP',
      baseAsset: 'BTC',
      quoteAsset: 'USD',
      perpetual: true,
      expireAt: null,
      margined: 'COIN',
      denomination: 'QUOTE_ASSET',
      hasLongShortRatio: true,
    });
  });
});
