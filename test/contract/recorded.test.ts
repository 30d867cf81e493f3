import { readdirSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import type { Direction } from '../../src/core/strategy.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { inconsistencies, lookAhead, sampleBars, scoreOf, scored } from './checks.ts';
import type { History } from './markets.ts';
import { allAbsent, recordedCandles, syntheticExternal, viewAt } from './markets.ts';

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
    const input = { ...viewAt(history, bar, seen), external: allAbsent() };
    return STRATEGIES.map((strategy) => scored(strategy, input));
  });
  return STRATEGIES.map(({ id }, index) => ({
    strategy: id,
    where: `${history.name} bar ${bar}`,
    direction: full![index]!.direction,
    directionOf200: at200![index]!.direction,
    moved: Math.abs(scoreOf(full![index]!.components) - scoreOf(at500![index]!.components)),
  }));
}

describeWithShared('candles/perps-2026-01', 'on recorded candles', () => {
  const folder = sharedPath('candles', 'perps-2026-01');
  const truncated = ['KUCOIN_CAKE', 'KUCOIN_RUNE'];
  const recorded = readdirSync(folder)
    .filter((file) => file.endsWith('_4h.json') && !truncated.some((name) => file.startsWith(name)))
    .map((file, index): History => {
      const candles = recordedCandles(sharedPath('candles', 'perps-2026-01', file));
      return { name: file, candles, external: syntheticExternal(candles, index) };
    });
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
      const evaluation = strategy.evaluate(viewAt(history, history.candles.length - 1));
      return inconsistencies(strategy, evaluation).map((what) => `${history.name}: ${what}`);
    });
    expect(found).toEqual([]);
  });

  it.each(STRATEGIES)('$id keeps its direction when only the last 200 candles are known', ({ id }) => {
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
