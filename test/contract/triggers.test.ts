import { readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CandleSeries } from '../../src/core/candles.ts';
import type { Judged, Side, Strategy, Trigger } from '../../src/core/strategy.ts';
import { SIDES } from '../../src/core/strategy.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { judgedOf } from './checks.ts';
import type { History } from './markets.ts';
import { recordedCandles, seenAt, syntheticHistory, withNext } from './markets.ts';

const MILLIONTH = 1e-6;

function holdsAt(strategy: Strategy, candles: CandleSeries, side: Side, close: number): boolean {
  const next = judgedOf(strategy, withNext(candles, close));
  return next.direction === side && next.unmet[side].length === 0;
}

/** What is wrong with a trigger: the candle that closes there must make exactly this side's conditions hold, one nearer must not. */
function faultsOf(strategy: Strategy, candles: CandleSeries, side: Side, { price, distanceAtr }: Trigger): string[] {
  const last = candles.close[candles.length - 1]!;
  const away = side === 'long' ? 1 : -1;
  const other = side === 'long' ? 'short' : 'long';
  const faults: string[] = [];
  if (Number(price.toPrecision(8)) !== price) faults.push(`${price} has more than eight digits`);
  if (!(away * (price - last) > 0 && away * distanceAtr > 0)) faults.push(`${price} is not beyond ${last}`);
  if (!holdsAt(strategy, candles, side, price)) faults.push(`${side} does not fire at ${price}`);
  if (holdsAt(strategy, candles, other, price)) faults.push(`${other} fires at ${price} as well`);
  const nearer = price * (1 - away * MILLIONTH);
  if (holdsAt(strategy, candles, side, nearer)) faults.push(`${side} fires at ${nearer} already`);
  return faults;
}

/** Where a side without a trigger fires after all; nothing when it fires at the last close, for then it is not the close that is missing. */
function missedBy(strategy: Strategy, candles: CandleSeries, side: Side): string[] {
  const last = candles.close[candles.length - 1]!;
  if (holdsAt(strategy, candles, side, last)) return [];
  const away = side === 'long' ? 1 : -1;
  return Array.from({ length: 14 }, (_, step) => last * 2 ** (away * 2 ** (step - 15)))
    .filter((close) => holdsAt(strategy, candles, side, close))
    .map((close) => `${side} fires at ${close}`);
}

interface Tally {
  triggers: number;
  readonly faults: string[];
}

function check(strategy: Strategy, candles: CandleSeries, tally: Tally, searchMissed: boolean): void {
  const judged = strategyJudged(strategy, candles);
  if (judged === null) return;
  for (const side of SIDES) {
    const trigger = judged.triggers[side];
    if (judged.direction !== 'none') {
      if (trigger !== null) tally.faults.push('a trigger beside a direction');
    } else if (trigger !== null) {
      tally.triggers += 1;
      tally.faults.push(...faultsOf(strategy, candles, side, trigger));
    } else if (searchMissed) {
      tally.faults.push(...missedBy(strategy, candles, side));
    }
  }
}

function strategyJudged(strategy: Strategy, candles: CandleSeries): Judged | null {
  return candles.length < strategy.warmup ? null : judgedOf(strategy, candles);
}

describe.each(STRATEGIES)('$id', (strategy) => {
  const histories = new Map<number, History>();
  const historyOf = (seed: number): History => {
    const history = histories.get(seed) ?? syntheticHistory(seed, 700);
    histories.set(seed, history);
    return history;
  };

  it('names the close that fires, and none where no close does', () => {
    const tally: Tally = { triggers: 0, faults: [] };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: strategy.warmup - 1, max: 699 }),
        fc.constantFrom(600, 400, 180),
        (seed, bar, seen) => {
          check(strategy, seenAt(historyOf(seed), bar, seen), tally, true);
          expect(tally.faults).toEqual([]);
        },
      ),
      { numRuns: 1500, seed: 5 },
    );
    expect(tally.triggers).toBeGreaterThan(60);
  });

  it('a trigger that is off by two units of its last digit is noticed', () => {
    const off: Strategy = {
      ...strategy,
      judge: (view) => {
        const judged = strategy.judge(view);
        if (judged.kind === 'failed') return judged;
        const moved = (trigger: Trigger | null, by: number): Trigger | null =>
          trigger === null ? null : { ...trigger, price: Number((trigger.price * by).toPrecision(8)) };
        const { long, short } = judged.triggers;
        return { ...judged, triggers: { long: moved(long, 1 - 3e-7), short: moved(short, 1 + 3e-7) } };
      },
    };
    const tally: Tally = { triggers: 0, faults: [] };
    for (let bar = 200; bar < 700; bar += 1) check(off, seenAt(historyOf(1), bar), tally, false);
    expect(tally.triggers).toBeGreaterThan(10);
    expect(tally.faults.length).toBeGreaterThan(0.9 * tally.triggers);
  });
});

describeWithShared('candles/perps-2026-01', 'on recorded candles', () => {
  const folder = sharedPath('candles', 'perps-2026-01');
  const truncated = ['KUCOIN_CAKE', 'KUCOIN_RUNE'];
  const recorded = readdirSync(folder)
    .filter((file) => file.endsWith('_4h.json') && !truncated.some((name) => file.startsWith(name)))
    .map((file): History => ({ name: file, candles: recordedCandles(sharedPath('candles', 'perps-2026-01', file)) }));
  /** Triggers of trend-breakout are everywhere, those of the others rare. */
  const EVERY: Readonly<Record<string, number>> = { 'trend-breakout': 23, 'crowding-reversal': 3 };

  it.each(STRATEGIES)('$id names the close that fires', (strategy) => {
    const tally: Tally = { triggers: 0, faults: [] };
    for (const history of recorded) {
      for (let bar = history.candles.length - 1; bar >= 200; bar -= EVERY[strategy.id] ?? 5) {
        check(strategy, seenAt(history, bar), tally, bar % 40 === 0);
      }
    }
    process.stdout.write(`${strategy.id}: ${tally.triggers} triggers checked\n`);
    expect(tally.faults).toEqual([]);
    expect(tally.triggers).toBeGreaterThan(1000);
  });
});
