import { describe, expect, it } from 'vitest';
import type { CandleSeries } from '../../src/core/candles.ts';
import { sliceColumns } from '../../src/core/candles.ts';
import type { Judged } from '../../src/core/strategy.ts';
import { SIDES } from '../../src/core/strategy.ts';
import { createViewer } from '../../src/processor/view.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import {
  answerIn,
  answerOf,
  differences,
  firedBars,
  inconsistencies,
  judgedOf,
  lookAhead,
  sampleBars,
  unconfirmedPivots,
} from './checks.ts';
import type { Row } from './markets.ts';
import type { History } from './markets.ts';
import { candlesOf, copied, mirrored, seenAt, syntheticHistory } from './markets.ts';

const histories = [1, 2, 3].map((seed) => syntheticHistory(seed, 700));
/** The third history, with holes in its volume and a stretch without any. */
const unmeasured: History = { name: 'volumes missing', candles: withoutVolumes(histories[2]!.candles) };
const MIRROR = 8192;

function withoutVolumes(candles: CandleSeries): CandleSeries {
  return { ...candles, volume: candles.volume.map((volume, bar) => (bar % 5 === 0 || bar % 200 < 60 ? NaN : volume)) };
}

it('the three strategies stand under ids of their own', () => {
  const ids = STRATEGIES.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(['trend-breakout', 'crowding-reversal', 'squeeze-break']));
  expect(new Set(ids).size).toBe(ids.length);
});

describe.each(STRATEGIES)('$id', (strategy) => {
  it('says what it was worth with numbers, or that nobody measured it', () => {
    const { status, n, period, ...numbers } = strategy.record;
    const measured = status !== 'unmeasured';
    expect(n > 0).toBe(measured);
    expect(period === null).toBe(!measured);
    for (const number of Object.values(numbers)) expect(number === null).toBe(!measured);
    for (const interval of [numbers.interval, numbers.net_interval]) {
      if (interval !== null) expect(interval[0]).toBeLessThan(interval[1]);
    }
    if (status === 'negative') expect([numbers.net_interval![1] < 0, numbers.excess_r! <= 0]).toEqual([true, true]);
  });

  it('shares out its 20 points of series whole', () => {
    const weights = strategy.series.reduce((sum, { weight }) => sum + weight, 0);
    expect(weights).toBeCloseTo(1, 12);
    expect(new Set(strategy.series.map(({ kind }) => kind)).size).toBe(strategy.series.length);
  });

  it.each(histories)('sees nothing of the future ($name)', (history) => {
    expect(lookAhead(strategy, history, sampleBars(strategy, history))).toEqual([]);
  });

  it.each(histories)('shows pivots only once they are confirmed ($name)', (history) => {
    expect(unconfirmedPivots(strategy, history, sampleBars(strategy, history))).toEqual([]);
  });

  it.each(histories)('gives the same answer to the same question, whoever was looked at before ($name)', (history) => {
    const view = createViewer();
    const found = sampleBars(strategy, history).flatMap((bar) => {
      const candles = seenAt(history, bar);
      const first = answerIn(strategy, view(candles));
      view(seenAt(histories[0]!, strategy.warmup + 7));
      const again = [answerIn(strategy, view(candles)), answerIn(strategy, createViewer()(copied(candles)))];
      return again.flatMap((other) => differences(first, other));
    });
    expect(found).toEqual([]);
  });

  it.each(histories)('answers data that outlive the view and refer to nothing of it ($name)', (history) => {
    const view = createViewer();
    for (const bar of sampleBars(strategy, history)) {
      const answer = answerIn(strategy, view(seenAt(history, bar)));
      const before = structuredClone(answer);
      view(seenAt(histories[1]!, strategy.warmup + 100));
      expect(differences(before, answer)).toEqual([]);
      expect(JSON.stringify(answer.judged).length).toBeLessThan(1500);
    }
  });

  it.each([...histories, unmeasured])(
    'adds up and holds only finite numbers, from the warm-up on ($name)',
    (history) => {
      const found: string[] = [];
      for (let bar = strategy.warmup - 1; bar < history.candles.length; bar += 1) {
        const wrong = inconsistencies(answerOf(strategy, seenAt(history, bar)));
        found.push(...wrong.map((what) => `bar ${bar}: ${what}`));
      }
      expect(found).toEqual([]);
    },
  );

  it.each(histories)('says how many candles ago a side last held ($name)', (history) => {
    const seen = new Set<number | null>();
    for (let bar = strategy.warmup + 1; bar < history.candles.length; bar += 1) {
      const candles = seenAt(history, bar, history.candles.length);
      const cuts = [0, 1, 2].map((ago) => judgedOf(strategy, sliceColumns(candles, 0, candles.length - ago)));
      for (const side of SIDES) {
        const ago = cuts.findIndex(({ unmet }) => unmet[side].length === 0);
        seen.add(cuts[0]!.heldAgo[side]);
        expect(cuts[0]!.heldAgo[side], `bar ${bar} ${side}`).toBe(ago < 0 ? null : ago);
      }
    }
    expect(seen).toEqual(new Set([0, 1, 2, null]));
  });

  it('fires long and short somewhere', () => {
    const directions = histories.flatMap((history) =>
      firedBars(strategy, history).map((bar) => judgedOf(strategy, seenAt(history, bar)).direction),
    );
    expect(new Set(directions)).toEqual(new Set(['long', 'short']));
  });

  it('mirrors: prices turned upside down swap the sides', () => {
    for (const candles of histories.flatMap((history) =>
      sampleBars(strategy, history).map((bar) => seenAt(history, bar)),
    )) {
      const upright = judgedOf(strategy, candles);
      const turned = judgedOf(strategy, mirrored(candles, MIRROR));
      const direction = { long: 'short', short: 'long', none: 'none' } as const;
      expect(turned.direction).toBe(direction[upright.direction]);
      expect(turned.unmet.long.length).toBe(upright.unmet.short.length);
      expect(turned.heldAgo).toEqual({ long: upright.heldAgo.short, short: upright.heldAgo.long });
      expectMirrored(upright, turned);
    }
  });

  it('lets volume decide no direction, no condition, no level and no trigger', () => {
    for (let bar = strategy.warmup - 1; bar < unmeasured.candles.length; bar += 1) {
      const [{ points: _points, side: _side, ...judged }, { points: _known, side: _other, ...whole }] = [
        judgedOf(strategy, seenAt(unmeasured, bar)),
        judgedOf(strategy, seenAt(histories[2]!, bar)),
      ];
      expect(judged, `bar ${bar}`).toEqual(whole);
    }
  });

  it('does not care in which unit prices and volumes are counted', () => {
    for (const candles of histories.flatMap((history) =>
      sampleBars(strategy, history).map((bar) => seenAt(history, bar)),
    )) {
      const first = judgedOf(strategy, candles);
      // Powers of two leave every digit as it is.
      const scaled = judgedOf(strategy, times(candles, 2 ** -20, 2 ** 9));
      const { setup, triggers, ...others } = scaled;
      const { setup: expected, triggers: at, ...same } = first;
      expect(others).toEqual(same);
      for (const level of ['entry', 'stop_loss', 'take_profit'] as const) {
        expect(setup?.[level]).toBe(expected === null ? undefined : expected[level] * 2 ** -20);
      }
      for (const side of SIDES) {
        expect((triggers[side]?.price ?? 0) * 2 ** 20).toBeCloseTo(at[side]?.price ?? 0, 2);
      }
    }
  });

  it('never makes a sound score of a price that is no number', () => {
    const { candles } = histories[0]!;
    for (const column of ['high', 'low', 'close'] as const) {
      for (const value of [Number.NaN, column === 'low' ? -Infinity : Infinity]) {
        for (const bar of [1, 300, 598, 599]) {
          const broken = copied(sliceColumns(candles, 0, 600));
          broken[column][bar] = value;
          const judged = strategy.judge(createViewer()(broken));
          const sum =
            judged.kind === 'failed' ? Number.NaN : judged.points.reduce((all, { points }) => all + points, 0);
          expect(Number.isFinite(sum), `${column} ${value} at ${bar}`).toBe(false);
        }
      }
    }
  });

  it('answers in any case, however absurd the candles are', () => {
    const { candles } = histories[0]!;
    for (const column of ['open', 'high', 'low', 'close', 'volume'] as const) {
      for (const value of [-Infinity, 0, -1, 1e300, 1e-300, 5e-324]) {
        for (const from of [0, 300, 598, 599]) {
          const broken = copied(sliceColumns(candles, 0, 600));
          broken[column].fill(value, from);
          expect(() => strategy.judge(createViewer()(broken))).not.toThrow();
        }
      }
    }
  });

  it('fails with a reason on a market without any range', () => {
    const rows: Row[] = Array.from({ length: 600 }, () => [100, 100, 100, 100, 5]);
    expect(strategy.judge(createViewer()(candlesOf(rows)))).toMatchObject({ kind: 'failed', code: 'ATR_ZERO' });
  });

  it('is quiet on a market that only breathes, with or without volume', () => {
    for (const volume of [0, 5]) {
      const rows: Row[] = Array.from({ length: 600 }, () => [100, 100.5, 99.5, 100, volume]);
      const answer = answerOf(strategy, candlesOf(rows));
      expect(answer.judged).toMatchObject({ direction: 'none', side: 'long', setup: null });
      expect(inconsistencies(answer)).toEqual([]);
    }
  });
});

/** A range is another share of the price where the price stands elsewhere, so `calm` has no mirror image. */
function expectMirrored(upright: Judged, turned: Judged): void {
  const points = ({ points: all }: Judged): readonly number[] =>
    all.filter(({ component }) => component !== 'calm').map((one) => one.points);
  if (turned.side !== upright.side) {
    points(turned).forEach((one, index) => expect(one).toBeCloseTo(points(upright)[index]!, 9));
  }
  for (const [side, other] of [
    ['long', 'short'],
    ['short', 'long'],
  ] as const) {
    const trigger = upright.triggers[side];
    const mirror = turned.triggers[other];
    expect(mirror === null).toBe(trigger === null);
    if (trigger === null || mirror === null) continue;
    expect(MIRROR - mirror.price).toBeCloseTo(trigger.price, 3);
    expect(-mirror.distanceAtr).toBeCloseTo(trigger.distanceAtr, 4);
  }
  if (upright.setup === null || turned.setup === null) return;
  expect(MIRROR - turned.setup.stop_loss).toBeCloseTo(upright.setup.stop_loss, 9);
  expect(MIRROR - turned.setup.take_profit).toBeCloseTo(upright.setup.take_profit, 9);
  expect(turned.setup.risk_reward).toBeCloseTo(upright.setup.risk_reward, 9);
}

function times(candles: CandleSeries, price: number, volume: number): CandleSeries {
  const by = (column: Float64Array, factor: number): Float64Array => column.map((value) => value * factor);
  return {
    ...candles,
    open: by(candles.open, price),
    high: by(candles.high, price),
    low: by(candles.low, price),
    close: by(candles.close, price),
    volume: by(candles.volume, volume),
  };
}
