/** The simulation in short; `npm run simulate` is the whole. */
import { beforeAll, describe, expect, it } from 'vitest';
import { SERIES_INTERVAL_MS, SERIES_KINDS, type Series } from '../../../src/core/series.ts';
import { SECOND_MS } from '../../../src/core/time.ts';
import { mapHistory } from '../../../src/external/coinalyze/map.ts';
import { INTERVALS_MS } from '../../../src/external/coinalyze/schema.ts';
import { answer } from '../../../src/sandbox/api.ts';
import { describeWithShared } from '../../support/shared.ts';
import { createAnswers } from './answers.ts';
import { asOfTimes, compareAll, LAST_CLOSE, START_AFTER_CLOSE_MS, type AsOfResult } from './compare.ts';
import { createQuotaModel, LIMITS } from './quota.ts';
import { createSession } from './session.ts';
import { loadWorld, type PlanWorld } from './world.ts';

const PATHS = {
  open_interest: 'open-interest-history',
  funding_rate: 'funding-rate-history',
  long_short_ratio: 'long-short-ratio-history',
  liquidations: 'liquidation-history',
} as const;

describeWithShared('candles/perps-2026-01', 'the quota plan over recorded markets', () => {
  let world: PlanWorld;
  let results: readonly AsOfResult[];

  beforeAll(async () => {
    world = (await loadWorld(260, () => undefined))!;
    results = compareAll(world, asOfTimes(24).slice(-2), () => undefined);
  });

  it('answers every goal as a full fetch does', () => {
    expect(results.flatMap(({ differences }) => differences)).toEqual([]);
    expect(results.every(({ directed }) => directed > 20)).toBe(true);
  });

  it('costs no more calls than the plain filter, and that no more than everything', () => {
    for (const { goals, baseline, everything } of results) {
      expect(goals['actionable']!.calls).toBe(baseline.calls);
      expect(goals['top 20']!.calls).toBeLessThanOrEqual(baseline.calls);
      expect(goals['min-score 70']!.calls).toBeLessThanOrEqual(everything.calls);
      expect(goals['all']!.calls).toBe(everything.calls);
      expect(baseline.calls).toBeLessThan(everything.calls / 4);
    }
  });

  it('series are those that the sandbox answers', () => {
    const session = createSession(world, LAST_CLOSE, () => 'absent');
    const { window } = session;
    const fetchedAt = LAST_CLOSE + START_AFTER_CLOSE_MS;
    const answerOf = createAnswers(world.sources, { from: window.from - 7 * INTERVALS_MS.daily, to: window.to });
    const original = [...world.sources.keys()].filter((symbol, at) => !symbol.includes('~') && at % 10 === 0);
    for (const kind of SERIES_KINDS) {
      for (const symbol of original) {
        const query = {
          symbols: symbol,
          interval: SERIES_INTERVAL_MS[kind] === INTERVALS_MS['4hour'] ? '4hour' : '1hour',
          from: String(window.from / SECOND_MS),
          to: String(window.to / SECOND_MS),
        };
        const reply = answer(PATHS[kind], new URLSearchParams(query), fetchedAt);
        const rows = reply.ok ? (reply.rows() as { readonly history: readonly unknown[] }[]) : [];
        const { outcome } = mapHistory(kind, rows[0]?.history ?? [], window, fetchedAt);
        expect(answerOf(kind, symbol, window, fetchedAt), `${kind} of ${symbol}`).toEqual(
          outcome.ok ? (outcome.value satisfies Series) : 'absent',
        );
      }
    }
  });

  it('copies are other markets: other prices, other symbols, the same tiers', () => {
    const copies = world.markets.filter(({ market }) => market.symbol.includes('~'));
    expect(copies).toHaveLength(50);
    for (const { market, files, resolution } of copies) {
      const original = world.markets.find(
        (other) => `${other.market.symbol}~1` === market.symbol && other.market.exchange === market.exchange,
      )!;
      expect(resolution.tier).toBe(original.resolution.tier);
      for (const [at, { close, high, low, length }] of files.entries()) {
        const ratio = close[length - 1]! / original.files[at]!.close[length - 1]!;
        expect(ratio).not.toBe(1);
        expect(Math.abs(Math.log(ratio))).toBeLessThan(0.1);
        expect(close.every((value, i) => value <= high[i]! && value >= low[i]!)).toBe(true);
      }
    }
  });
});

describe('the quota of the simulation', () => {
  it('never lets more than the limit through in any window, and keeps requests apart', () => {
    const quota = createQuotaModel(0);
    const sent: { readonly at: number; readonly calls: number }[] = [];
    for (const calls of [20, 20, 1, 20, 7, 13, 20, 20, 1, 1, 1, 20, 20]) {
      const at = quota.earliest(calls);
      quota.send(calls);
      sent.push({ at, calls });
    }
    for (const [index, { at }] of sent.entries()) {
      const inWindow = sent.filter((one) => one.at <= at && one.at > at - LIMITS.windowMs);
      expect(inWindow.reduce((sum, { calls }) => sum + calls, 0)).toBeLessThanOrEqual(LIMITS.calls);
      if (index > 0) expect(at - sent[index - 1]!.at).toBeGreaterThanOrEqual(LIMITS.minSpacingMs);
    }
    expect(sent.at(-1)!.at).toBeLessThan(5 * LIMITS.windowMs);
  });
});
