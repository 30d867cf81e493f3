import { describe, expect, it } from 'vitest';
import type { CandleSeries } from '../../src/core/candles.ts';
import type { Condition, Side, Strategy } from '../../src/core/strategy.ts';
import { SIDES } from '../../src/core/strategy.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { answerOf, sampleBars } from './checks.ts';
import { candlesOf, mirrored, seenAt, syntheticHistory } from './markets.ts';
import { THREE } from '../support/strategies.ts';

const histories = [1, 2, 3, 4].map((seed) => syntheticHistory(seed, 700));

/** The same bars upright, upside down, and with a history too short for the slow average. */
function marketsFor(strategy: Strategy): readonly CandleSeries[] {
  return histories.flatMap((history) =>
    sampleBars(strategy, history).flatMap((bar) => {
      const candles = seenAt(history, bar);
      return [candles, mirrored(candles, 8192), seenAt(history, bar, strategy.warmup)];
    }),
  );
}

function compares({ value, needs, threshold }: Condition): boolean {
  if (threshold === null) return false;
  if (needs === '>') return value > threshold;
  if (needs === '>=') return value >= threshold;
  return needs === '<' ? value < threshold : value <= threshold;
}

function isClear({ value, threshold }: Condition): boolean {
  return threshold === null || Math.abs(value - threshold) > 1e-9 * Math.max(1, Math.abs(value));
}

/** The market with another last close and everything else as it was. */
function closedAt(candles: CandleSeries, price: number): CandleSeries {
  const close = Float64Array.from(candles.close);
  close[close.length - 1] = price;
  return { ...candles, close };
}

describe.each(STRATEGIES)('$id', (strategy) => {
  const markets = marketsFor(strategy);
  const answers = markets.map((candles) => answerOf(strategy, candles));

  it('every part has more than one value', () => {
    const parts = answers.flatMap(({ explanation }) => explanation.parts.flatMap((one) => one.parts));
    for (const name of new Set(parts.map(({ part }) => part))) {
      const values = new Set(parts.filter(({ part }) => part === name).map(({ value }) => value));
      expect(values.size, `${name} is always the same`).toBeGreaterThan(1);
    }
  });

  it('a condition holds when its value stands where it must against its threshold, and each is met and unmet', () => {
    const conditions = answers.flatMap(({ explanation }) => SIDES.flatMap((side) => explanation.conditions[side]));
    expect(conditions.filter((one) => isClear(one) && compares(one) !== one.holds)).toEqual([]);
    for (const code of new Set(conditions.map((one) => one.code))) {
      // No market of these is nearly worthless.
      if (code === 'STOP_ABOVE_ZERO' || code === 'TARGET_ABOVE_ZERO') continue;
      const measured = conditions.filter((one) => one.code === code);
      expect(new Set(measured.map(({ holds }) => holds)), code).toEqual(new Set([true, false]));
    }
  });

  it('every condition has a code of its own within its side', () => {
    for (const side of SIDES) {
      const codes = answers[0]!.explanation.conditions[side].map(({ code }) => code);
      expect(new Set(codes).size).toBe(codes.length);
      expect(codes.filter((code) => !/^[A-Z0-9_]+$/.test(code))).toEqual([]);
    }
  });

  // Of others a threshold may move with the close.
  it.runIf(THREE.includes(strategy))('a close just beyond a threshold on the close changes that condition', () => {
    let changes = 0;
    const wrong: string[] = [];
    markets.forEach((candles, index) => {
      for (const side of SIDES) {
        for (const { measure, code, needs, threshold } of answers[index]!.explanation.conditions[side]) {
          if (measure !== 'close' || threshold === null) continue;
          for (const sign of [1, -1] as const) {
            const then = conditionAt(strategy, closedAt(candles, threshold * (1 + sign * 1e-7)), side, code);
            // Another close can begin or end a squeeze, and with it the range: then it is another question.
            if (then.threshold === null || (strategy.id === 'squeeze-break' && then.threshold !== threshold)) continue;
            changes += 1;
            if (then.holds !== (sign > 0 === needs.startsWith('>'))) wrong.push(`${code} of ${side} at ${threshold}`);
          }
        }
      }
    });
    expect(wrong).toEqual([]);
    expect(changes).toBeGreaterThan(50);
  });
});

function conditionAt(strategy: Strategy, candles: CandleSeries, side: Side, code: string): Condition {
  return answerOf(strategy, candles).explanation.conditions[side].find((one) => one.code === code)!;
}

it('levels that are no prices are a condition of their own', () => {
  // A coin that has lost almost everything: a target 4 ATR below its price lies below zero.
  const rows = Array.from({ length: 300 }, (_, bar) => {
    const price = 1000 - 3 * Math.min(bar, 299);
    return [price + 3, price + 60, price - 60, price, 10] as const;
  });
  const { judged, explanation } = answerOf(STRATEGIES[0]!, candlesOf([...rows, [100, 104, 4, 5, 40]]));
  expect(judged).toMatchObject({ direction: 'none', unmet: { short: ['TARGET_ABOVE_ZERO'] } });
  expect(explanation.conditions.short.at(-1)).toMatchObject({
    code: 'TARGET_ABOVE_ZERO',
    measure: 'take_profit',
    needs: '>',
    threshold: 0,
    holds: false,
  });
});
