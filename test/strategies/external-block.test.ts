import { describe, expect, it } from 'vitest';
import type { SeriesKind } from '../../src/core/series.ts';
import { SERIES_INTERVAL_MS, SERIES_WINDOW_MS } from '../../src/core/series.ts';
import type { ExternalInput, ExternalInputs, StrategyInput } from '../../src/core/strategy.ts';
import { DAY_MS, HOUR_MS, floorTo } from '../../src/core/time.ts';
import type { Timeframe } from '../../src/core/time.ts';
import type { ExternalBlock, ExternalUse } from '../../src/strategies/external-block.ts';
import { NEW_MONEY, externalBlock } from '../../src/strategies/external-block.ts';
import type { Row } from '../contract/markets.ts';
import { allAbsent, candlesOf, closeTimeAt, generator, seriesOf } from '../contract/markets.ts';

/** Close of the last candle of `input()`. */
const CLOSE = Date.UTC(2025, 5, 1);

const EVERY_KIND: readonly ExternalUse[] = (
  ['open_interest', 'funding_rate', 'long_short_ratio', 'liquidations'] as const
).map((kind) => ({ kind, weight: 0.25, speaksFor: { long: 'high', short: 'low' } }));

function input(external: Partial<ExternalInputs>, closes: readonly number[] = [100], close = CLOSE): StrategyInput {
  return at('4h', external, closes, close);
}

function at(
  timeframe: Timeframe,
  external: Partial<ExternalInputs>,
  closes: readonly number[],
  close: number,
): StrategyInput {
  const rows = closes.map((price): Row => [price, price, price, price, 1]);
  const candles = candlesOf(rows, timeframe);
  const shift = close - closeTimeAt(candles, candles.length - 1);
  return {
    candles: { ...candles, time: candles.time.map((time) => time + shift) },
    external: { ...allAbsent(), ...external },
    amounts: null,
  };
}

/** `values` are the last closed buckets, the newest last; NaN leaves one out, `short` is the other side of liquidations. */
function buckets(
  kind: SeriesKind,
  values: readonly number[],
  options: { close?: number; completeTo?: number; coveredFrom?: number; short?: number } = {},
): ExternalInput {
  const interval = SERIES_INTERVAL_MS[kind];
  const close = options.close ?? CLOSE;
  const end = floorTo(close, interval);
  const points = values
    .map((value, index) => ({ time: end - (values.length - index) * interval, value }))
    .filter(({ value }) => !Number.isNaN(value));
  const series = seriesOf(
    kind,
    points.map(({ time }) => time),
    points.map(({ value }) => value),
    points.map(() => options.short ?? 0),
    options.coveredFrom ?? close - SERIES_WINDOW_MS,
    options.completeTo ?? end,
  );
  return { state: 'available', series };
}

function block(given: StrategyInput, side: 'long' | 'short' = 'long'): ExternalBlock {
  return externalBlock(given, EVERY_KIND, side, DAY_MS);
}

function counting(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function componentOf({ components }: ExternalBlock, kind: SeriesKind) {
  return components.find(({ component }) => component === kind)!;
}

describe('percentiles', () => {
  it('rank the newest value among those before it, and mirror with the side', () => {
    const external = { long_short_ratio: buckets('long_short_ratio', [...counting(200), 100.5]) };
    expect(block(input(external)).reading.components.long_short_ratio).toMatchObject({
      status: 'used',
      value: 100.5,
      percentile: 0.5,
      as_of: CLOSE,
      stale: false,
    });
    const top = { long_short_ratio: buckets('long_short_ratio', counting(200)) };
    expect(componentOf(block(input(top), 'long'), 'long_short_ratio').points).toBe(5);
    expect(componentOf(block(input(top), 'short'), 'long_short_ratio').points).toBe(0);
  });

  it('of the same candles follow the series, and of open interest the stretch as well', () => {
    const candles = input({}).candles;
    const ranks = (values: readonly number[], spanMs: number): (number | null)[] => {
      const kinds = ['open_interest', 'long_short_ratio'] as const;
      const external = { ...allAbsent(), ...Object.fromEntries(kinds.map((kind) => [kind, buckets(kind, values)])) };
      const { components } = externalBlock({ candles, external, amounts: null }, EVERY_KIND, 'long', spanMs).reading;
      return [
        components.open_interest.change_pct,
        components.open_interest.percentile,
        components.long_short_ratio.percentile,
      ];
    };
    const rising = counting(300);
    const falling = rising.toReversed();
    const [first, again] = [ranks(rising, DAY_MS), ranks(rising, DAY_MS)];
    expect(again).toEqual(first);
    expect(ranks(falling, DAY_MS)).toEqual([-96, 0, 0]);
    expect(ranks(rising, 2 * DAY_MS)).toEqual([100 * (300 / 252 - 1), 0, 1]);
    expect(first).toEqual([100 * (300 / 276 - 1), 0, 1]);
  });

  it('are the same whether or not something lies before the 30 days, beyond a gap', () => {
    let used = 0;
    for (const kind of ['open_interest', 'funding_rate', 'long_short_ratio'] as const) {
      const interval = SERIES_INTERVAL_MS[kind];
      const window = SERIES_WINDOW_MS / interval;
      for (const length of [1, 2, 130, window - 1, window, window + 1, window + 40]) {
        for (const ahead of [-1, 0, 1, 5]) {
          const values = counting(length).map((value) => (value * 7_919) % 1_009);
          const series = buckets(kind, values, { close: CLOSE + ahead * interval });
          const beyondGap = buckets(kind, [5, ...Array.from({ length: window }, () => Number.NaN), ...values], {
            close: CLOSE + ahead * interval,
          });
          const [whole, gapped] = [series, beyondGap].map((known) => block(input({ [kind]: known })).reading);
          expect(gapped, `${kind} ${length} ${ahead}`).toEqual(whole);
          if (whole!.components[kind].status === 'used') used += 1;
        }
      }
    }
    expect(used).toBeGreaterThan(30);
  });

  it('count equals half', () => {
    const external = {
      funding_rate: buckets(
        'funding_rate',
        Array.from({ length: 100 }, () => 0.01),
      ),
    };
    expect(block(input(external)).reading.components.funding_rate.percentile).toBe(0.5);
  });

  it('look at the last 500 changes of open interest, 180 funding buckets, 720 ratios and 500 liquidation sums', () => {
    const falling = counting(900).map((value) => 1000 - value);
    const history = (kind: SeriesKind): number => {
      const text = componentOf(block(input({ [kind]: buckets(kind, falling) })), kind).text;
      return Number(/of (\d+) values/.exec(text)?.[1]);
    };
    expect(history('open_interest')).toBe(500);
    // The window of 30 days holds 180 and 720 buckets, the current one among them.
    expect(history('funding_rate')).toBe(179);
    expect(history('long_short_ratio')).toBe(719);
    expect(history('liquidations')).toBe(500);
  });

  it.each([
    ['open_interest', 24 + 120, 'OI'],
    ['funding_rate', 80, 'FUNDING'],
    ['long_short_ratio', 120, 'LONG_SHORT'],
    ['liquidations', 2 + 240, 'LIQUIDATIONS'],
  ] as const)('need enough history: %s', (kind, before, prefix) => {
    const of = (count: number) => {
      const coveredFrom = CLOSE - count * SERIES_INTERVAL_MS[kind];
      return block(input({ [kind]: buckets(kind, counting(count), { coveredFrom }) })).reading.components[kind];
    };
    expect(of(before + 1).status).toBe('used');
    expect(of(before)).toMatchObject({
      status: 'neutral',
      reason: `${prefix}_UNAVAILABLE:short-history`,
      percentile: null,
    });
    expect(of(before).value).not.toBeNull();
  });

  it('rise with the change of open interest', () => {
    const random = generator(3);
    const past = Array.from({ length: 300 }, () => 1000 + 50 * random());
    const points = [900, 980, 1000, 1020, 1040, 1100].map((newest) => {
      const external = { open_interest: buckets('open_interest', [...past, newest]) };
      return externalBlock(input(external), NEW_MONEY, 'long', DAY_MS).reading.score;
    });
    expect(points).toEqual([...points].sort((a, b) => a - b));
    expect(points[0]).toBe(0);
    expect(points.at(-1)).toBe(20);
  });

  it('average to neutral over shuffled histories', () => {
    const random = generator(11);
    const scores = Array.from({ length: 400 }, () => {
      let level = 1000;
      const values = Array.from({ length: 300 }, () => (level *= 1 + 0.02 * (random() - 0.5)));
      const external = { open_interest: buckets('open_interest', values) };
      return externalBlock(input(external), NEW_MONEY, 'long', DAY_MS).reading.score;
    });
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    expect(Math.abs(mean - 10)).toBeLessThan(0.5);
  });
});

describe('time', () => {
  it('takes only buckets that are closed by the close, also between two full hours', () => {
    const close = CLOSE + 15 * 60_000;
    const series = buckets('long_short_ratio', [...counting(150), 999], { close: CLOSE + HOUR_MS });
    const reading = block(at('15m', { long_short_ratio: series }, [100], close)).reading.components.long_short_ratio;
    expect(reading).toMatchObject({ value: 150, as_of: CLOSE });
  });

  it('bridges two missing buckets and no more', () => {
    const of = (missing: number) => {
      const holes = Array.from({ length: missing }, () => Number.NaN);
      const external = { long_short_ratio: buckets('long_short_ratio', [...counting(150), ...holes]) };
      return block(input(external)).reading.components.long_short_ratio;
    };
    expect(of(2)).toMatchObject({ status: 'used', value: 150, as_of: CLOSE - 2 * HOUR_MS, stale: false });
    expect(of(3)).toMatchObject({ status: 'neutral', reason: 'LONG_SHORT_UNAVAILABLE:too-old', value: null });
  });

  it('bridges two missing buckets where the change of open interest starts, and no more', () => {
    const of = (missing: number) => {
      const values = counting(200).map((value) => 1000 + value);
      for (let back = 0; back < missing; back += 1) values[200 - 1 - 24 - back] = Number.NaN;
      return block(input({ open_interest: buckets('open_interest', values) })).reading.components.open_interest;
    };
    expect(of(2).change_pct).toBeCloseTo(100 * (1200 / 1174 - 1), 9);
    expect(of(3)).toMatchObject({ status: 'neutral', reason: 'OI_UNAVAILABLE:gap', value: 1200, change_pct: null });
  });

  it('measures the change of open interest over the span it is asked for', () => {
    const external = { open_interest: buckets('open_interest', counting(300)) };
    const change = (hours: number) =>
      externalBlock(input(external), NEW_MONEY, 'long', hours * HOUR_MS).reading.components.open_interest.change_pct;
    expect(change(24)).toBeCloseTo(100 * (300 / 276 - 1), 9);
    expect(change(72)).toBeCloseTo(100 * (300 / 228 - 1), 9);
  });

  it('keeps funding for two buckets', () => {
    const of = (missing: number) => {
      const holes = Array.from({ length: missing }, () => Number.NaN);
      return block(input({ funding_rate: buckets('funding_rate', [...counting(100), ...holes]) })).reading.components
        .funding_rate.status;
    };
    expect([of(0), of(2), of(3)]).toEqual(['used', 'used', 'neutral']);
  });
});

describe('liquidations', () => {
  it('count hours without a bucket as hours without liquidations', () => {
    const quiet = Array.from({ length: 700 }, () => Number.NaN);
    const external = { liquidations: buckets('liquidations', [...quiet, 3, Number.NaN, 4], { short: 1 }) };
    // 3 - 1, nothing, 4 - 1; all sums before it are lower.
    expect(block(input(external)).reading.components.liquidations).toMatchObject({
      status: 'used',
      value: 5,
      percentile: 1,
      as_of: CLOSE,
    });
  });

  it('without a single bucket are level with their past', () => {
    const external = { liquidations: buckets('liquidations', []) };
    expect(block(input(external)).reading.components.liquidations).toMatchObject({ value: 0, percentile: 0.5 });
  });

  it('are neutral when the answer ends long before the close', () => {
    const external = { liquidations: buckets('liquidations', counting(700), { completeTo: CLOSE - 3 * HOUR_MS }) };
    expect(block(input(external)).reading.components.liquidations.reason).toBe('LIQUIDATIONS_UNAVAILABLE:too-old');
  });
});

describe('bounds', () => {
  const component = (given: ExternalInput) =>
    componentOf(block(input({ long_short_ratio: given })), 'long_short_ratio');

  it('have no width once everything is known', () => {
    expect(component(buckets('long_short_ratio', counting(200)))).toMatchObject({ points: 5, low: 5, high: 5, max: 5 });
  });

  it('span the weight while a series is open, and stand at half when there is none', () => {
    expect(component({ state: 'open', code: 'deferred' })).toMatchObject({
      points: 2.5,
      low: 0,
      high: 5,
      code: 'LONG_SHORT_UNAVAILABLE:deferred',
    });
    expect(component({ state: 'absent', code: 'not-listed' })).toMatchObject({ points: 2.5, low: 2.5, high: 2.5 });
  });

  it('span the weight while a series that is used lacks closed buckets', () => {
    const behind = buckets('long_short_ratio', [...counting(200), Number.NaN], { completeTo: CLOSE - HOUR_MS });
    expect(component(behind)).toMatchObject({ points: 5, low: 0, high: 5 });
    const { reading, reasons } = block(input({ long_short_ratio: behind }));
    expect(reading.components.long_short_ratio).toMatchObject({ status: 'used', stale: true });
    expect(reasons.map(({ code }) => code)).toContain('LONG_SHORT_STALE');
  });

  it('are closed when upstream is known to lack the newest buckets, open when they may still come', () => {
    const holes = [Number.NaN, Number.NaN, Number.NaN];
    const known = component(buckets('long_short_ratio', [...counting(200), ...holes]));
    expect(known).toMatchObject({ points: 2.5, low: 2.5, high: 2.5 });
    const behind = { completeTo: CLOSE - 3 * HOUR_MS };
    const unknown = component(buckets('long_short_ratio', [...counting(200), ...holes], behind));
    expect(unknown).toMatchObject({ points: 2.5, low: 0, high: 5 });
  });
});

describe('dollars', () => {
  const behind = buckets('open_interest', [...counting(200), Number.NaN, Number.NaN]);
  const usd = (amounts: StrategyInput['amounts']): number | null => {
    const given = at('1h', { open_interest: behind }, [10, 20, 30, 40], CLOSE);
    return block({ ...given, amounts }).reading.components.open_interest.value_usd;
  };

  it('are the amount at the close of the candle that was closed when the bucket ended', () => {
    // The newest bucket ended two hours before the close: the candle with the close 20.
    expect(usd({ denomination: 'BASE_ASSET', baseFactor: 1 })).toBe(200 * 20);
    expect(usd({ denomination: 'BASE_ASSET', baseFactor: 1000 })).toBe(200 * 20 * 1000);
  });

  it('are the amount itself where it is in dollars, and unknown for contracts', () => {
    expect(usd({ denomination: 'QUOTE_ASSET', baseFactor: 1 })).toBe(200);
    expect(usd({ denomination: 'CONTRACTS', baseFactor: 1 })).toBeNull();
    expect(usd(null)).toBeNull();
  });
});

describe('quadrant', () => {
  const wave = counting(300).map((value) => 1000 + 10 * Math.sin(value));
  const quadrant = (newest: number, price: number) =>
    block(input({ open_interest: buckets('open_interest', [...wave, newest]) }, [100, 100, 100, 100, 100, 100, price]))
      .quadrant;

  it('says who came and who left', () => {
    expect(quadrant(1200, 101)).toBe('new_longs');
    expect(quadrant(800, 101)).toBe('short_covering');
    expect(quadrant(1200, 99)).toBe('new_shorts');
    expect(quadrant(800, 99)).toBe('long_liquidation');
  });

  it('is flat inside the dead band, and unknown without open interest', () => {
    expect(quadrant(wave.at(-24)!, 101)).toBe('flat');
    expect(quadrant(1200, 100)).toBe('flat');
    expect(block(input({}, [100, 100, 100, 100, 100, 100, 101])).quadrant).toBeNull();
  });
});
