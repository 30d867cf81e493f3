import { describe, expect, it } from 'vitest';
import type { Evaluation, GateCondition, Part, Side, Strategy, StrategyInput } from '../../src/core/strategy.ts';
import { gateOf as shownGate, scoreOf as shownScore } from '../../src/processor/score.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { mirrored, sampleBars, scored, type Scored } from './checks.ts';
import { allAbsent, candlesOf, syntheticHistory, viewAt } from './markets.ts';

const histories = [1, 2, 3, 4].map((seed) => syntheticHistory(seed, 700));
const SIDES: readonly Side[] = ['long', 'short'];

/** The same bars with all series, without any, and upside down; then with a history too short for the slow average. */
function inputsFor(strategy: Strategy): readonly StrategyInput[] {
  return histories.flatMap((history) =>
    sampleBars(strategy, history).flatMap((bar) => {
      const view = viewAt(history, bar);
      const absent = { ...view, external: allAbsent() };
      return [view, absent, mirrored(absent, 8192), viewAt(history, bar, strategy.warmup)];
    }),
  );
}

function shareOf({ value, zero_at: zero, full_at: full }: Part): number | null {
  if (value === null) return null;
  if (zero === full) return value > zero ? 1 : 0;
  return Math.min(Math.max((value - zero) / (full - zero), 0), 1);
}

/** What a part says of itself and what it earned, where the two disagree. */
function wrongParts({ components }: Scored): readonly string[] {
  return components.flatMap(({ component, parts, points, max }) => {
    const sum = parts.reduce((total, part) => total + part.points, 0);
    const most = parts.reduce((total, part) => total + Math.max(0, part.max), 0);
    const found = parts.flatMap((part) => {
      const share = shareOf(part);
      const halfOrNone = part.points === 0 || Math.abs(part.points - part.max / 2) < 1e-9;
      const right = share === null ? halfOrNone : Math.abs(part.points - part.max * share) < 1e-9;
      return right ? [] : [`${component}: ${JSON.stringify(part)}`];
    });
    if (parts.length === 0 || Math.abs(sum - points) > 1e-9) found.push(`${component}: the parts add up to ${sum}`);
    if (Math.abs(most - max) > 1e-9) found.push(`${component}: the parts' maxima add up to ${most}`);
    return found;
  });
}

function compares({ value, needs, threshold }: GateCondition): boolean {
  if (threshold === null) return false;
  if (needs === '>') return value > threshold;
  if (needs === '>=') return value >= threshold;
  return needs === '<' ? value < threshold : value <= threshold;
}

function isClear({ value, threshold }: GateCondition): boolean {
  return threshold === null || Math.abs(value - threshold) > 1e-9 * Math.max(1, Math.abs(value));
}

/** The input with another last close and everything else as it was. */
function closedAt(input: StrategyInput, price: number): StrategyInput {
  const close = Float64Array.from(input.candles.close);
  close[close.length - 1] = price;
  return { ...input, candles: { ...input.candles, close } };
}

function conditionAt(answer: Evaluation, side: Side, code: string): GateCondition | undefined {
  return answer.kind === 'failed' ? undefined : answer.gate[side].find((one) => one.code === code);
}

describe.each(STRATEGIES)('$id', (strategy) => {
  const inputs = inputsFor(strategy);
  const answers = inputs.map((input) => scored(strategy, input));

  it('every part earns nothing at zero_at, all at full_at and its share in between, and they add up', () => {
    expect(answers.flatMap(wrongParts)).toEqual([]);
    const parts = answers.flatMap(({ components }) => components.flatMap((one) => one.parts));
    for (const name of new Set(parts.map(({ part }) => part))) {
      const values = new Set(parts.filter(({ part }) => part === name).map(({ value }) => value));
      expect(values.size, `${name} is always the same`).toBeGreaterThan(1);
    }
  });

  it('a side whose demands all hold is the direction, and without a direction no side has them all', () => {
    for (const { gate, direction, side, reasons } of answers) {
      const met = SIDES.filter((one) => gate[one].every(({ holds }) => holds));
      if (direction === 'none') expect(met).toEqual([]);
      else expect(met).toContain(direction);
      const missing = gate[side].find(({ holds }) => !holds);
      expect(missing?.code).toBe(direction === 'none' ? reasons[0]!.code : undefined);
    }
  });

  it('a demand holds when its value stands where it must against its threshold', () => {
    const conditions = answers.flatMap(({ gate }) => [...gate.long, ...gate.short]);
    const wrong = conditions.filter((one) => isClear(one) && compares(one) !== one.holds);
    expect(wrong).toEqual([]);
    for (const code of new Set(conditions.map((one) => one.code))) {
      const measured = conditions.filter((one) => one.code === code);
      if (code === 'NO_GATE_NO_SQUEEZE') continue;
      expect(new Set(measured.map(({ holds }) => holds)), code).toEqual(new Set([true, false]));
    }
  });

  it('a close just beyond a threshold on the close flips that demand', () => {
    let flips = 0;
    const wrong: string[] = [];
    inputs.forEach((input, index) => {
      for (const side of SIDES) {
        for (const { measure, code, needs, threshold } of answers[index]!.gate[side]) {
          if (measure !== 'close' || threshold === null) continue;
          for (const sign of [1, -1] as const) {
            const answer = strategy.evaluate(closedAt(input, threshold * (1 + sign * 1e-7)));
            const then = conditionAt(answer, side, code);
            // Another close can begin or end a squeeze, and with it the range: then it is another question.
            if (then === undefined || then.threshold === null) continue;
            if (strategy.id === 'squeeze-break' && then.threshold !== threshold) continue;
            flips += 1;
            if (then.holds !== (sign > 0 === needs.startsWith('>'))) wrong.push(`${code} of ${side} at ${threshold}`);
          }
        }
      }
    });
    expect(wrong).toEqual([]);
    expect(flips).toBeGreaterThan(50);
  });

  it('what the feed shows still adds up and still says what holds', () => {
    for (const answer of answers) {
      for (const { parts, points } of shownScore(answer.components).breakdown) {
        const hundredths = parts.reduce((sum, part) => sum + Math.round(100 * part.points), 0);
        expect(hundredths).toBe(Math.round(100 * points));
      }
      const { long, short } = shownGate(answer.gate);
      const both = [...answer.gate.long, ...answer.gate.short];
      expect([...long, ...short].map(({ holds }) => holds)).toEqual(both.map(({ holds }) => holds));
      for (const one of [...long, ...short].filter(isClear)) expect(compares(one), JSON.stringify(one)).toBe(one.holds);
    }
  });
});

it('a threshold that rounding would step over keeps its digits', () => {
  const row = { code: 'C', measure: 'close', needs: '>', threshold: 1.234_567_81, holds: true } as const;
  const { long } = shownGate({ long: [{ ...row, value: 1.234_567_812 }], short: [] });
  expect(long).toEqual([{ ...row, value: 1.234_567_812 }]);
});

it('levels that are no prices are a demand of their own', () => {
  // A coin that has lost almost everything: a target 4 ATR below its price lies below zero.
  const rows = Array.from({ length: 300 }, (_, bar) => {
    const price = 1000 - 3 * Math.min(bar, 299);
    return [price + 3, price + 60, price - 60, price, 10] as const;
  });
  const [trend] = STRATEGIES;
  const last = [100, 104, 4, 5, 40] as const;
  const answer = scored(trend!, { candles: candlesOf([...rows, last]), external: allAbsent(), amounts: null });
  expect(answer.direction).toBe('none');
  expect(answer.gate.short.at(-1)).toMatchObject({ code: 'NO_GATE_LEVELS', needs: '>', threshold: 0, holds: false });
});
