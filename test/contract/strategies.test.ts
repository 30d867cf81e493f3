import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SeriesKind } from '../../src/core/series.ts';
import { SERIES_KINDS, SERIES_WINDOW_MS } from '../../src/core/series.ts';
import type { Component, ExternalInput, ExternalInputs } from '../../src/core/strategy.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import type { Scored } from './checks.ts';
import {
  differences,
  firedBars,
  inconsistencies,
  lookAhead,
  mirrored,
  sampleBars,
  scoreOf,
  scored,
  unconfirmedPivots,
} from './checks.ts';
import type { Row } from './markets.ts';
import {
  allAbsent,
  candlesOf,
  closeTimeAt,
  copied,
  generator,
  randomSeries,
  syntheticHistory,
  viewAt,
} from './markets.ts';

const SEEDS = [1, 2, 3];

const histories = SEEDS.map((seed) => syntheticHistory(seed, 700));

describe('the list', () => {
  it('holds the three strategies under ids of their own', () => {
    expect(STRATEGIES.map(({ id }) => id)).toEqual(['trend-breakout', 'crowding-reversal', 'squeeze-break']);
  });
});

describe.each(STRATEGIES)('$id', (strategy) => {
  it.each(histories)('sees nothing of the future ($name)', (history) => {
    expect(lookAhead(strategy, history, sampleBars(strategy, history))).toEqual([]);
  });

  it.each(histories)('shows pivots only once they are confirmed ($name)', (history) => {
    expect(unconfirmedPivots(strategy, history, sampleBars(strategy, history))).toEqual([]);
  });

  it.each(histories)('gives the same answer to the same question ($name)', (history) => {
    const found = sampleBars(strategy, history).flatMap((bar) => {
      const input = viewAt(history, bar);
      const first = strategy.evaluate(input);
      const again = strategy.evaluate({ ...input, candles: copied(input.candles) });
      return differences(first, again);
    });
    expect(found).toEqual([]);
  });

  it.each(histories)('adds up and holds only finite numbers, from the warm-up on ($name)', (history) => {
    const bars = Array.from(
      { length: history.candles.length - strategy.warmup },
      (_, index) => strategy.warmup + index,
    );
    const found = bars.flatMap((bar) =>
      inconsistencies(strategy, strategy.evaluate(viewAt(history, bar))).map((what) => `bar ${bar}: ${what}`),
    );
    expect(found).toEqual([]);
  });

  it('fires long and short somewhere', () => {
    const directions = histories.flatMap((history) =>
      firedBars(strategy, history).map((bar) => scored(strategy, viewAt(history, bar)).direction),
    );
    expect(new Set(directions)).toEqual(new Set(['long', 'short']));
  });

  it('gives 10 of 20 when all external histories are missing, and the prices alone decide the rest', () => {
    const bars = histories.flatMap((history) => sampleBars(strategy, history).map((bar) => viewAt(history, bar)));
    for (const input of bars) {
      const missing = scored(strategy, { ...input, external: allAbsent() });
      const full = scored(strategy, input);
      const prices = ({ components }: Scored): number =>
        scoreOf(components.filter(({ component }) => !strategy.series.includes(component as SeriesKind)));
      expect(missing.external.score).toBe(10);
      expect(missing.external.openInterestScore).toBe(10);
      expect(scoreOf(missing.components)).toBeCloseTo(prices(full) + 10, 9);
      expect(missing.direction).toBe(full.direction);
    }
  });

  it('mirrors: prices turned upside down swap the sides', () => {
    const turns = histories.flatMap((history) => sampleBars(strategy, history).map((bar) => viewAt(history, bar)));
    for (const input of turns) {
      const neutral = { ...input, external: allAbsent() };
      const upright = scored(strategy, neutral);
      const turned = scored(strategy, mirrored(neutral, 8192));
      expect(scoreOf(turned.components.filter(mirrors))).toBeCloseTo(scoreOf(upright.components.filter(mirrors)), 9);
      expect(turned.direction).toBe({ long: 'short', short: 'long', none: 'none' }[upright.direction]);
      if (upright.setup === null || turned.setup === null) continue;
      expect(8192 - turned.setup.stop_loss).toBeCloseTo(upright.setup.stop_loss, 9);
      expect(8192 - turned.setup.take_profit).toBeCloseTo(upright.setup.take_profit, 9);
      expect(turned.setup.risk_reward).toBeCloseTo(upright.setup.risk_reward, 9);
    }
  });

  it('fails with a reason on a market without any range', () => {
    const rows: Row[] = Array.from({ length: 600 }, () => [100, 100, 100, 100, 5]);
    expect(strategy.evaluate({ candles: candlesOf(rows), external: allAbsent(), amounts: null })).toMatchObject({
      kind: 'failed',
      code: 'ATR_ZERO',
    });
  });

  it('is quiet on a market that only breathes, with or without volume', () => {
    for (const volume of [0, 5]) {
      const rows: Row[] = Array.from({ length: 600 }, () => [100, 100.5, 99.5, 100, volume]);
      const evaluation = strategy.evaluate({ candles: candlesOf(rows), external: allAbsent(), amounts: null });
      expect(evaluation).toMatchObject({ kind: 'scored', direction: 'none', side: 'long', setup: null });
      expect(inconsistencies(strategy, evaluation)).toEqual([]);
    }
  });

  it('keeps its score inside its bounds, whatever the open series turn out to say', () => {
    const [history] = histories;
    const bars = sampleBars(strategy, history!);
    fc.assert(
      fc.property(
        fc.constantFrom(...bars),
        fc.array(fc.constantFrom('open', 'stale', 'absent', 'final'), { minLength: 4, maxLength: 4 }),
        fc.array(fc.constantFrom('absent', 'final'), { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (bar, before, after, seed) => {
          const view = viewAt(history!, bar);
          const closeTime = closeTimeAt(history!.candles, bar);
          const known = scored(strategy, { ...view, external: externalIn(before, closeTime, seed) });
          const revealed = scored(strategy, { ...view, external: revealedFrom(before, after, closeTime, seed) });
          const low = known.components.reduce((sum, component) => sum + component.low, 0);
          const high = known.components.reduce((sum, component) => sum + component.high, 0);
          const score = scoreOf(revealed.components);
          expect(inconsistencies(strategy, known)).toEqual([]);
          expect(score).toBeGreaterThanOrEqual(low - 1e-9);
          expect(score).toBeLessThanOrEqual(high + 1e-9);
          expect(revealed.side).toBe(known.side);
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });
});

/** A range is another share of the price where the price stands elsewhere, so `calm` has no mirror image. */
function mirrors({ component }: Component): boolean {
  return component !== 'calm';
}

type Knowledge = 'open' | 'stale' | 'absent' | 'final';

function externalIn(states: readonly Knowledge[], closeTime: number, seed: number): ExternalInputs {
  const [openInterest, funding, longShort, liquidations] = SERIES_KINDS.map((kind, index) =>
    inputIn(kind, states[index]!, closeTime, seed + index),
  );
  return {
    open_interest: openInterest!,
    funding_rate: funding!,
    long_short_ratio: longShort!,
    liquidations: liquidations!,
  };
}

/** What is known stays; what is open or stale becomes what a later answer says, from other numbers. */
function revealedFrom(
  before: readonly Knowledge[],
  after: readonly Knowledge[],
  closeTime: number,
  seed: number,
): ExternalInputs {
  const first = externalIn(before, closeTime, seed);
  const later = externalIn(after, closeTime, seed + 50);
  const pick = (kind: SeriesKind, index: number): ExternalInput =>
    before[index] === 'absent' || before[index] === 'final' ? first[kind] : later[kind];
  return {
    open_interest: pick('open_interest', 0),
    funding_rate: pick('funding_rate', 1),
    long_short_ratio: pick('long_short_ratio', 2),
    liquidations: pick('liquidations', 3),
  };
}

function inputIn(kind: SeriesKind, state: Knowledge, closeTime: number, seed: number): ExternalInput {
  if (state === 'open') return { state, code: 'deferred' };
  if (state === 'absent') return { state, code: 'no-data' };
  const random = generator(seed);
  const missing = [0, 0.05, 0.6][seed % 3]!;
  const lag = state === 'stale' ? HOUR_MS * Math.ceil(random() * 8) : 0;
  const from = closeTime - SERIES_WINDOW_MS - HOUR_MS;
  return { state: 'available', series: randomSeries(kind, from, closeTime - lag, random, missing) };
}
