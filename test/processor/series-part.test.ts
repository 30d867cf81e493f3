import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FailureCode } from '../../src/core/outcome.ts';
import type { Series, SeriesKind } from '../../src/core/series.ts';
import { SERIES_INTERVAL_MS, SERIES_KINDS, SERIES_WINDOW_MS } from '../../src/core/series.ts';
import type { Side } from '../../src/core/strategy.ts';
import { DAY_MS, HOUR_MS } from '../../src/core/time.ts';
import type { Finding, SeriesAmounts, SeriesPoints } from '../../src/processor/finding.ts';
import { closeBefore, memoOf } from '../../src/processor/price-memo.ts';
import { NEW_MONEY } from '../../src/strategies/new-money.ts';
import { generator, randomSeries } from '../contract/markets.ts';
import { rankSeries } from '../../src/processor/series-rank.ts';
import { quadrantOf } from '../../src/processor/series-score.ts';
import type { Given, Shape } from './series-block.ts';
import { CLOSE, block, buckets, candlesAt, codeOf, counting, pointsOf } from './series-block.ts';

function withoutDetail(finding: Finding): Finding {
  return { ...finding, detail: null };
}

describe('percentiles', () => {
  it('rank the newest value among those before it, and mirror with the side', () => {
    const external = { long_short_ratio: buckets('long_short_ratio', [...counting(200), 100.5]) };
    expect(block(external).findings.long_short_ratio).toMatchObject({
      status: 'used',
      value: 100.5,
      percentile: 0.5,
      asOf: CLOSE,
      stale: false,
    });
    const top = { long_short_ratio: buckets('long_short_ratio', counting(200)) };
    expect(pointsOf(block(top), 'long_short_ratio').points).toBe(5);
    expect(pointsOf(block(top, { side: 'short' }), 'long_short_ratio').points).toBe(0);
  });

  it('of the same candles follow the series, and of open interest the stretch as well', () => {
    const ranks = (values: readonly number[], spanMs: number): (number | null)[] => {
      const kinds = ['open_interest', 'long_short_ratio'] as const;
      const { findings } = block(Object.fromEntries(kinds.map((kind) => [kind, buckets(kind, values)])), { spanMs });
      return [
        findings.open_interest.changePct,
        findings.open_interest.percentile,
        findings.long_short_ratio.percentile,
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
          const [whole, gapped] = [series, beyondGap].map((known) => block({ [kind]: known }));
          // Of a value that is too old only the age may differ that the text names.
          const found = [whole!, gapped!].map(({ findings, points }) => [withoutDetail(findings[kind]), points]);
          expect(found[1], `${kind} ${length} ${ahead}`).toEqual(found[0]);
          if (whole!.findings[kind].status === 'used') used += 1;
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
    expect(block(external).findings.funding_rate.percentile).toBe(0.5);
  });

  it('look at the last 500 changes of open interest, 180 funding buckets, 720 ratios and 500 liquidation sums', () => {
    const falling = counting(900).map((value) => 1000 - value);
    const history = (kind: SeriesKind): number | null => {
      return block({ [kind]: buckets(kind, falling) }).findings[kind].n;
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
      return block({ [kind]: buckets(kind, counting(count), { coveredFrom }) });
    };
    expect(of(before + 1).findings[kind].status).toBe('used');
    expect(of(before).findings[kind]).toMatchObject({
      status: 'neutral',
      cause: 'short-history',
      percentile: null,
      n: null,
    });
    expect(codeOf(of(before), kind)).toBe(`${prefix}_UNAVAILABLE:short-history`);
    expect(of(before).findings[kind].value).not.toBeNull();
  });

  it('rise with the change of open interest', () => {
    const random = generator(3);
    const past = Array.from({ length: 300 }, () => 1000 + 50 * random());
    const points = [900, 980, 1000, 1020, 1040, 1100].map((newest) => {
      const external = { open_interest: buckets('open_interest', [...past, newest]) };
      return block(external, { uses: NEW_MONEY }).points[0]!.points;
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
      return block(external, { uses: NEW_MONEY }).points[0]!.points;
    });
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    expect(Math.abs(mean - 10)).toBeLessThan(0.5);
  });
});

describe('time', () => {
  it('takes only buckets that are closed by the close, also between two full hours', () => {
    const close = CLOSE + 15 * 60_000;
    const series = buckets('long_short_ratio', [...counting(150), 999], { close: CLOSE + HOUR_MS });
    const reading = block({ long_short_ratio: series }, { candles: candlesAt([100], '15m', close) }).findings
      .long_short_ratio;
    expect(reading).toMatchObject({ value: 150, asOf: CLOSE });
  });

  it('bridges two missing buckets and no more', () => {
    const of = (missing: number) => {
      const holes = Array.from({ length: missing }, () => Number.NaN);
      const external = { long_short_ratio: buckets('long_short_ratio', [...counting(150), ...holes]) };
      return block(external).findings.long_short_ratio;
    };
    expect(of(2)).toMatchObject({ status: 'used', value: 150, asOf: CLOSE - 2 * HOUR_MS, stale: false });
    expect(of(3)).toMatchObject({ status: 'neutral', cause: 'too-old', value: null });
  });

  it('bridges two missing buckets where the change of open interest starts, and no more', () => {
    const of = (missing: number) => {
      const values = counting(200).map((value) => 1000 + value);
      for (let back = 0; back < missing; back += 1) values[200 - 1 - 24 - back] = Number.NaN;
      return block({ open_interest: buckets('open_interest', values) }).findings.open_interest;
    };
    expect(of(2).changePct).toBeCloseTo(100 * (1200 / 1174 - 1), 9);
    expect(of(3)).toMatchObject({ status: 'neutral', cause: 'gap', value: 1200, changePct: null });
  });

  it('measures the change of open interest over the span it is asked for', () => {
    const external = { open_interest: buckets('open_interest', counting(300)) };
    const change = (hours: number) => block(external, { spanMs: hours * HOUR_MS }).findings.open_interest.changePct;
    expect(change(24)).toBeCloseTo(100 * (300 / 276 - 1), 9);
    expect(change(72)).toBeCloseTo(100 * (300 / 228 - 1), 9);
  });

  it('keeps funding for two buckets', () => {
    const of = (missing: number) => {
      const holes = Array.from({ length: missing }, () => Number.NaN);
      return block({ funding_rate: buckets('funding_rate', [...counting(100), ...holes]) }).findings.funding_rate
        .status;
    };
    expect([of(0), of(2), of(3)]).toEqual(['used', 'used', 'neutral']);
  });
});

describe('liquidations', () => {
  it('count hours without a bucket as hours without liquidations', () => {
    const quiet = Array.from({ length: 700 }, () => Number.NaN);
    const external = { liquidations: buckets('liquidations', [...quiet, 3, Number.NaN, 4], { short: 1 }) };
    // 3 - 1, nothing, 4 - 1; all sums before it are lower.
    expect(block(external).findings.liquidations).toMatchObject({
      status: 'used',
      value: 5,
      percentile: 1,
      asOf: CLOSE,
    });
  });

  it('without a single bucket are level with their past', () => {
    const external = { liquidations: buckets('liquidations', []) };
    expect(block(external).findings.liquidations).toMatchObject({ value: 0, percentile: 0.5 });
  });

  it('are neutral when the answer ends long before the close', () => {
    const external = { liquidations: buckets('liquidations', counting(700), { completeTo: CLOSE - 3 * HOUR_MS }) };
    expect(block(external).findings.liquidations.cause).toBe('too-old');
  });
});

describe('what is said of a series', () => {
  const texts = (given: Given, shape: Shape = {}): readonly string[] =>
    block(given, shape).reasons.map(({ text }) => text);
  const interest = (newest: number): Given => ({
    open_interest: buckets('open_interest', [...counting(200).map(() => 100), newest]),
  });

  it('names the change of open interest with its sign and its stretch', () => {
    expect(texts(interest(150))).toContain('open interest +50.00 % in 24 h: percentile 1.00 of 176 values');
    expect(texts(interest(100.5))).toContain('open interest +0.50 % in 24 h: percentile 1.00 of 176 values');
    expect(texts(interest(100), { spanMs: 36 * HOUR_MS })).toContain(
      'open interest +0.00 % in 36 h: percentile 0.50 of 164 values',
    );
    expect(
      texts(interest(99.5), { uses: [{ kind: 'open_interest', weight: 1, speaksFor: { long: 'low', short: 'low' } }] }),
    ).toContain('open interest -0.50 % in 24 h: percentile 0.00 of 176 values');
  });

  it('says where it stands in time, and of one without points why', () => {
    const ratio = (values: readonly number[], completeTo = CLOSE): Given => ({
      long_short_ratio: buckets('long_short_ratio', values, { completeTo }),
    });
    expect(texts(ratio(counting(200)))).toContain(
      "long/short ratio: newest bucket ended 0 h before the candle's close",
    );
    expect(texts(ratio([...counting(200), Number.NaN], CLOSE - HOUR_MS))).toContain(
      "long/short ratio: newest bucket ended 1 h before the candle's close, others are still missing",
    );
    expect(texts(ratio(counting(20)))).toContain(
      'long/short ratio counts as neutral: 19 values to rank among, 120 needed',
    );
  });

  it('says of open interest without a change whether a bucket is missing or no number could tell it', () => {
    const values = counting(200).map((value) => 1_000 + value);
    values[199 - 24] = Number.NaN;
    values[198 - 24] = Number.NaN;
    values[197 - 24] = Number.NaN;
    const { findings } = block({ open_interest: buckets('open_interest', values) });
    expect(findings.open_interest.detail).toBe("no bucket 24 h before the candle's close");
    const tiny = block(interest(1e17 * 100 * 10));
    expect(tiny.findings.open_interest).toMatchObject({ cause: 'out-of-range', detail: 'its change is out of range' });
  });

  it('a change that no number says is ranked among nothing', () => {
    const values = counting(200).map((value) => (value === 200 ? 1e20 : 100));
    const ranking = rankSeries(buckets('open_interest', values), CLOSE, DAY_MS);
    expect(ranking.sample).toMatchObject({ kind: 'current', statistic: 1e18 });
    expect(ranking).toMatchObject({ percentile: null, spread: null });
  });

  it('that is missing is not stale, and has no spread', () => {
    expect(block({ open_interest: 'deferred' }).findings.open_interest).toMatchObject({ stale: false, spread: null });
  });

  it('has the spread of the changes of open interest that were ranked, and of nothing else', () => {
    const wave = counting(400).map((value) => 1_000 + 10 * Math.sin(value));
    const changes = wave.slice(24, -1).map((value, index) => value / wave[index]! - 1);
    const mean = changes.reduce((sum, one) => sum + one, 0) / changes.length;
    const variance = changes.reduce((sum, one) => sum + (one - mean) ** 2, 0) / changes.length;
    const { findings } = block({
      open_interest: buckets('open_interest', wave),
      long_short_ratio: buckets('long_short_ratio', wave),
    });
    expect(findings.open_interest.spread).toBeCloseTo(Math.sqrt(variance), 12);
    expect(findings.long_short_ratio.spread).toBeNull();
  });
});

describe('bounds', () => {
  const component = (given: Series | FailureCode) => pointsOf(block({ long_short_ratio: given }), 'long_short_ratio');

  it('have no width once everything is known', () => {
    expect(component(buckets('long_short_ratio', counting(200)))).toMatchObject({ points: 5, low: 5, high: 5, max: 5 });
  });

  it('span the weight while a series is pending, and stand at half when there is none', () => {
    expect(component('deferred')).toMatchObject({ points: 2.5, low: 0, high: 5, unweighted: 10 });
    expect(codeOf(block({ long_short_ratio: 'deferred' }), 'long_short_ratio')).toBe('LONG_SHORT_UNAVAILABLE:deferred');
    expect(component('not-listed')).toMatchObject({ points: 2.5, low: 2.5, high: 2.5 });
  });

  it('span the weight while a series that is used lacks closed buckets', () => {
    const behind = buckets('long_short_ratio', [...counting(200), Number.NaN], { completeTo: CLOSE - HOUR_MS });
    expect(component(behind)).toMatchObject({ points: 5, low: 0, high: 5 });
    const { findings, reasons } = block({ long_short_ratio: behind });
    expect(findings.long_short_ratio).toMatchObject({ status: 'used', stale: true, final: false });
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
  const usd = (amounts: SeriesAmounts | null, candles = candlesAt([10, 20, 30, 40], '1h')): number | null =>
    block({ open_interest: behind }, { candles, amounts }).findings.open_interest.valueUsd;

  it('are the amount at the close of the candle that was closed when the bucket ended', () => {
    // The newest bucket ended two hours before the close: the candle with the close 20.
    expect(usd({ denomination: 'BASE_ASSET', baseFactor: 1 })).toBe(200 * 20);
    expect(usd({ denomination: 'BASE_ASSET', baseFactor: 1000 })).toBe(200 * 20 * 1000);
  });

  it('are had for liquidations too, and not for what is no amount', () => {
    const given = {
      liquidations: buckets('liquidations', [1, 2, 3], { coveredFrom: CLOSE - 3 * HOUR_MS }),
      long_short_ratio: buckets('long_short_ratio', [1, 2, 3]),
      funding_rate: buckets('funding_rate', [1, 2, 3]),
    };
    const { findings } = block(given, { amounts: { denomination: 'BASE_ASSET', baseFactor: 1 } });
    expect(findings.liquidations.valueUsd).toBe(6 * 100);
    expect([findings.long_short_ratio.valueUsd, findings.funding_rate.valueUsd]).toEqual([null, null]);
  });

  it('are the amount itself where it is in dollars, and unknown for contracts', () => {
    expect(usd({ denomination: 'QUOTE_ASSET', baseFactor: 1 })).toBe(200);
    expect(usd({ denomination: 'CONTRACTS', baseFactor: 1 })).toBeNull();
    expect(usd(null)).toBeNull();
  });

  it('are unknown where the candle at which the bucket ended is missing', () => {
    const whole = candlesAt([10, 20, 30, 40, 50], '1h');
    const cut = (column: Float64Array): Float64Array => column.filter((_, index) => index !== 2);
    const missing = { ...whole, length: 4, time: cut(whole.time), close: cut(whole.close) };
    expect(usd({ denomination: 'BASE_ASSET', baseFactor: 1 }, whole)).toBe(200 * 30);
    expect(usd({ denomination: 'BASE_ASSET', baseFactor: 1 }, missing)).toBeNull();
  });
});

describe('liquidations of a day', () => {
  const amounts = { denomination: 'BASE_ASSET', baseFactor: 2 } as const;
  const sum = (series: Series, shape: Shape): number | null =>
    block({ liquidations: series }, { amounts, ...shape }).findings.liquidations.sum24hUsd;

  it('are long and short ones, each at the close of the candle that was closed when its bucket ended', () => {
    // Seven candles of four hours: the first one closes 24 hours before the last.
    const candles = candlesAt([1, 10, 100, 1000, 10_000, 100_000, 1_000_000]);
    const hours = Array.from({ length: 26 }, (_, index) => index);
    const only = (hour: number): Series =>
      buckets(
        'liquidations',
        hours.map((index) => (index === hour ? 3 : Number.NaN)),
        { short: 4 },
      );
    // The bucket that ends with the candle, the one an hour before, the first of the day, and one that lies before it.
    expect(sum(only(25), { candles })).toBe(2 * 7 * 1_000_000);
    expect(sum(only(24), { candles })).toBe(2 * 7 * 100_000);
    expect(sum(only(2), { candles })).toBe(2 * 7);
    expect(sum(only(1), { candles })).toBe(0);
    expect(sum(only(5), { candles })).toBe(2 * 7 * 10);
    const all = buckets(
      'liquidations',
      Array.from({ length: 30 }, () => 1),
      { short: 1 },
    );
    expect(sum(all, { candles })).toBe(2 * 2 * (3 * 1 + 4 * 11_1110 + 1_000_000));
  });

  it('are the amounts where they are in dollars, and nothing is worth nothing without any price', () => {
    const all = buckets(
      'liquidations',
      Array.from({ length: 30 }, () => 1),
      { short: 2 },
    );
    expect(sum(all, { amounts: { denomination: 'QUOTE_ASSET', baseFactor: 1 } })).toBe(24 * 3);
    expect(sum(buckets('liquidations', []), {})).toBe(0);
    expect(sum(buckets('liquidations', [0, 0, 0]), {})).toBe(0);
  });

  it('are unknown without a price, for contracts, and as long as a bucket may still come', () => {
    const all = buckets(
      'liquidations',
      Array.from({ length: 30 }, () => 1),
    );
    expect(sum(all, {})).toBeNull();
    expect(sum(all, { amounts: { denomination: 'CONTRACTS', baseFactor: 1 } })).toBeNull();
    expect(sum(all, { amounts: null })).toBeNull();
    const dollars = { amounts: { denomination: 'QUOTE_ASSET', baseFactor: 1 } } as const;
    expect(sum(buckets('liquidations', [1, 1], { completeTo: CLOSE - HOUR_MS }), dollars)).toBeNull();
    expect(sum(buckets('liquidations', [1, 1], { coveredFrom: CLOSE - DAY_MS + 1 }), dollars)).toBeNull();
    expect(sum(buckets('liquidations', [1, 1], { coveredFrom: CLOSE - DAY_MS }), dollars)).toBe(2);
  });

  it('leave out what happened after the close', () => {
    const later = buckets('liquidations', [1, 2, 4, 8], { close: CLOSE + 2 * HOUR_MS });
    expect(sum(later, { amounts: { denomination: 'QUOTE_ASSET', baseFactor: 1 } })).toBe(1 + 2);
  });
});

describe('look-ahead', () => {
  const values = counting(700).map((value) => 1000 + ((value * 7919) % 1009));
  const found = (series: Series) => block({ [series.kind]: series }).findings[series.kind];

  it.each(SERIES_KINDS)('buckets of %s that are not closed by the close change nothing', (kind) => {
    const interval = SERIES_INTERVAL_MS[kind];
    const known = buckets(kind, values);
    const later = buckets(kind, [...values, 1, 5000, 70], {
      close: CLOSE + 3 * interval,
      coveredFrom: known.coveredFrom,
    });
    expect(found(later)).toEqual(found(known));
    expect(found(known).status).toBe('used');
  });

  it.each(SERIES_KINDS)('a bucket of %s taken for closed an interval too early is noticed', (kind) => {
    const interval = SERIES_INTERVAL_MS[kind];
    const known = buckets(kind, values);
    const later = buckets(kind, [...values, 1], { close: CLOSE + interval, coveredFrom: known.coveredFrom });
    expect(found({ ...later, time: later.time.map((start) => start - interval) })).not.toEqual(found(known));
  });
});

describe('quadrant', () => {
  const wholeDay = [100, 100, 100, 100, 100, 100];
  const wave = counting(300).map((value) => 1000 + 10 * Math.sin(value));
  const quadrant = (newest: number, price: number) =>
    block({ open_interest: buckets('open_interest', [...wave, newest]) }, { candles: candlesAt([...wholeDay, price]) })
      .quadrant;

  it('says who came and who left', () => {
    expect(quadrant(1200, 101)).toBe('new_longs');
    expect(quadrant(800, 101)).toBe('short_covering');
    expect(quadrant(1200, 99)).toBe('new_shorts');
    expect(quadrant(800, 99)).toBe('long_liquidation');
  });

  it('is flat up to half a standard deviation, and where nothing moved at all', () => {
    const price = memoOf(candlesAt([...wholeDay, 100.5]), [DAY_MS]);
    const { findings } = block({ open_interest: buckets('open_interest', wave) });
    const of = (changePct: number, spread: number | null, before: number | null = 100) =>
      quadrantOf(price, before, { ...findings.open_interest, changePct, spread });
    expect([of(0.99, 0.02), of(1, 0.02), of(1.01, 0.02)]).toEqual(['flat', 'flat', 'new_longs']);
    expect([of(-0.99, 0.02), of(-1, 0.02), of(-1.01, 0.02)]).toEqual(['flat', 'flat', 'short_covering']);
    expect([of(1.01, 0.02, 101), of(-1.01, 0.02, 101)]).toEqual(['new_shorts', 'long_liquidation']);
    // Open interest that stood still for a month.
    expect(of(0, 0)).toBe('flat');
    expect([of(5, null), of(5, 0.02, null)]).toEqual([null, null]);
  });

  it('is flat inside the dead band, and unknown without open interest', () => {
    expect(quadrant(wave.at(-24)!, 101)).toBe('flat');
    expect(quadrant(1200, 100)).toBe('flat');
    expect(block({}, { candles: candlesAt([...wholeDay, 101]) }).quadrant).toBeNull();
  });
});

describe('points', () => {
  it('of all uses without any series are half of 20, and their explanation says why', () => {
    const { points, components, reasons } = block({});
    expect(points.reduce((sum, one) => sum + one.points, 0)).toBe(10);
    expect(
      points.every(({ low, high, unweighted, max }) => low === 2.5 && high === 2.5 && unweighted === 10 && max === 5),
    ).toBe(true);
    expect(components.map(({ component }) => component)).toEqual(SERIES_KINDS);
    expect(components[0]).toEqual({
      component: 'open_interest',
      code: 'OI_UNAVAILABLE:no-data',
      text: 'open interest counts as neutral: there is none upstream',
      parts: [{ part: 'percentile', value: null, zero_at: 0, full_at: 1, points: 2.5, max: 5 }],
    });
    expect(reasons.map(({ code }) => code)).toEqual(components.map(({ code }) => code));
  });

  it('that an answer earned are a reason, be they less than one', () => {
    // Of 200 values 20 lie below: 0.1 of 5 points.
    const given = { long_short_ratio: buckets('long_short_ratio', [...counting(200), 20.5]) };
    const { reasons } = block(given);
    expect(reasons.map(({ code }) => code)).toContain('LONG_SHORT_PERCENTILE');
  });

  it('are explained by the percentile, towards the end that speaks for the side', () => {
    const given = { long_short_ratio: buckets('long_short_ratio', counting(200)) };
    const { components, reasons } = block(given, { side: 'short' });
    expect(components[2]).toEqual({
      component: 'long_short_ratio',
      code: 'LONG_SHORT_PERCENTILE',
      text: 'long/short ratio 200: percentile 1.00 of 199 values',
      parts: [{ part: 'percentile', value: 1, zero_at: 1, full_at: 0, points: 0, max: 5 }],
    });
    // Nothing earned is no reason; where it stands in time is said.
    expect(reasons.map(({ code }) => code)).not.toContain('LONG_SHORT_PERCENTILE');
    expect(reasons.map(({ code }) => code)).toContain('LONG_SHORT_CURRENT');
  });

  it('stay inside their bounds, whatever pending series turn out to say', () => {
    const sum = (points: readonly SeriesPoints[], end: 'low' | 'points' | 'high'): number =>
      points.reduce((total, one) => total + one[end], 0);
    const state = fc.constantFrom('deferred', 'behind', 'no-data', 'final');
    fc.assert(
      fc.property(
        fc.tuple(state, state, state, state),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.constantFrom<Side>('long', 'short'),
        (states, seed, side) => {
          const before: Given = {};
          const after: Given = {};
          SERIES_KINDS.forEach((kind, index) => {
            const known = states[index]!;
            const isFinal = known === 'no-data' || known === 'final';
            before[kind] =
              known === 'deferred' || known === 'no-data' ? known : wandering(kind, seed + index, !isFinal);
            after[kind] = isFinal ? before[kind] : wandering(kind, seed + 50 + index, false);
          });
          const pending = block(before, { side }).points;
          const known = block(after, { side }).points;
          expect(sum(known, 'points')).toBeGreaterThanOrEqual(sum(pending, 'low') - 1e-9);
          expect(sum(known, 'points')).toBeLessThanOrEqual(sum(pending, 'high') + 1e-9);
          expect(sum(known, 'high') - sum(known, 'low')).toBe(0);
          for (const one of pending) {
            expect(one.low >= 0 && one.low <= one.points && one.points <= one.high && one.high <= one.max).toBe(true);
          }
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });
});

/** Some have many holes, some few; one that is behind lacks the newest hours. */
function wandering(kind: SeriesKind, seed: number, behind: boolean): Series {
  const random = generator(seed);
  const missing = [0, 0.05, 0.6][seed % 3]!;
  const lag = behind ? HOUR_MS * Math.ceil(random() * 8) : 0;
  return randomSeries(kind, CLOSE - SERIES_WINDOW_MS - HOUR_MS, CLOSE - lag, random, missing);
}

describe('the memo of closes', () => {
  it('holds the closes of 24 hours and one before, NaN where a candle is missing', () => {
    const whole = candlesAt(counting(30), '4h');
    expect([...memoOf(whole, []).closes24h]).toEqual([24, 25, 26, 27, 28, 29, 30]);
    const cut = (column: Float64Array): Float64Array => column.filter((_, index) => index !== 26);
    const missing = { ...whole, length: 29, time: cut(whole.time), close: cut(whole.close) };
    expect([...memoOf(missing, []).closes24h]).toEqual([24, 25, 26, Number.NaN, 28, 29, 30]);
    expect(memoOf(candlesAt([1, 2, 3], '1d'), []).closes24h).toEqual(Float64Array.of(2, 3));
    expect(memoOf(candlesAt(counting(200), '15m'), []).closes24h).toHaveLength(97);
  });

  it('holds the latest close at each span, null where history does not reach so far', () => {
    const candles = candlesAt(counting(30), '4h');
    const memo = memoOf(candles, [DAY_MS, 28 * HOUR_MS, 72 * HOUR_MS, 30 * HOUR_MS, 200 * HOUR_MS]);
    expect(memo).toMatchObject({ closeNow: 30, closeTime: CLOSE, closeAtSpan: [24, 23, 12, 22, null] });
    expect(closeBefore(candles, DAY_MS)).toBe(24);
    expect(closeBefore(candles, 7 * DAY_MS)).toBeNull();
  });
});
