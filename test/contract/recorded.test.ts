import { readdirSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import type { Direction } from '../../src/core/strategy.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { answerOf, inconsistencies, judgedOf, lookAhead, priceScore, sampleBars } from './checks.ts';
import type { History } from './markets.ts';
import { recordedCandles, seenAt } from './markets.ts';
import { THREE } from '../support/strategies.ts';

/** One market at one bar, seen with 600 candles and with fewer. */
interface Cut {
  readonly strategy: string;
  readonly where: string;
  readonly direction: Direction;
  readonly directionOf200: Direction;
  readonly moved: number;
}

function cutsOf(history: History, bar: number): readonly Cut[] {
  const [full, at500, at200] = [600, 500, 200].map((seen) => {
    const candles = seenAt(history, bar, seen);
    return STRATEGIES.map((strategy) => judgedOf(strategy, candles));
  });
  return STRATEGIES.map(({ id }, index) => ({
    strategy: id,
    where: `${history.name} bar ${bar}`,
    direction: full![index]!.direction,
    directionOf200: at200![index]!.direction,
    moved: Math.abs(priceScore(full![index]!) - priceScore(at500![index]!)),
  }));
}

describeWithShared('candles/perps-2026-01', 'on recorded candles', () => {
  const folder = sharedPath('candles', 'perps-2026-01');
  const truncated = ['KUCOIN_CAKE', 'KUCOIN_RUNE'];
  const recorded = readdirSync(folder)
    .filter((file) => file.endsWith('_4h.json') && !truncated.some((name) => file.startsWith(name)))
    .map((file): History => ({ name: file, candles: recordedCandles(sharedPath('candles', 'perps-2026-01', file)) }));
  const long = recorded.filter(({ candles }) => candles.length > 700);
  let cuts: readonly Cut[] = [];

  beforeAll(() => {
    cuts = long.flatMap((history) => {
      const samples = Math.floor((history.candles.length - 600) / 7) + 1;
      return Array.from({ length: samples }, (_, step) => cutsOf(history, 599 + 7 * step)).flat();
    });
  }, 60_000);

  it.each(STRATEGIES)('$id sees nothing of the future', (strategy) => {
    const found = long.slice(0, 3).flatMap((history) => lookAhead(strategy, history, sampleBars(strategy, history)));
    expect(found).toEqual([]);
  });

  it.each(STRATEGIES)('$id adds up on every market', (strategy) => {
    const found = recorded.flatMap((history) => {
      if (history.candles.length < strategy.warmup) return [];
      const answer = answerOf(strategy, seenAt(history, history.candles.length - 1));
      return inconsistencies(answer).map((what) => `${history.name}: ${what}`);
    });
    expect(found).toEqual([]);
  });

  it.each(THREE)('$id keeps its direction when only the last 200 candles are known', ({ id }) => {
    const gated = cuts.filter(({ strategy, direction }) => strategy === id && direction !== 'none');
    expect(new Set(gated.map(({ direction }) => direction))).toEqual(new Set(['long', 'short']));
    expect(gated.filter(({ direction, directionOf200 }) => direction !== directionOf200)).toEqual([]);
  });

  it.each(STRATEGIES)('$id moves by at most 0.5 in 98 % of samples when cut to 500 candles', ({ id }) => {
    const samples = cuts.filter(({ strategy }) => strategy === id);
    const rest = samples.filter(({ moved }) => moved > 0.5);
    const list = rest.map(({ where, moved }) => `${where} by ${moved.toFixed(2)}`).join(', ');
    process.stdout.write(
      `${id}: ${rest.length} of ${samples.length} samples move by more than 0.5: ${list || 'none'}\n`,
    );
    expect(samples.length).toBeGreaterThan(3000);
    expect(rest.length / samples.length).toBeLessThanOrEqual(0.02);
  });
});
