import { describe, expect, it } from 'vitest';
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import { SERIES_INTERVAL_MS, SERIES_WINDOW_MS, type Series, type SeriesKind } from '../../src/core/series.ts';
import type { Signal } from '../../src/core/signal.ts';
import type { ExternalInputs } from '../../src/core/strategy.ts';
import { plannedSignals, strategyPlans, type KnownSeries, type OpenMarket } from '../../src/plan/open.ts';
import { crowdingReversal } from '../../src/strategies/crowding-reversal.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { evaluateOne } from '../../src/processor/evaluate.ts';
import {
  AS_OF,
  CLOSE_TIME,
  component,
  evaluateMarket,
  answer,
  marketInput,
  strategy,
} from '../processor-grid/fixtures.ts';

const SYMBOL = 'PEPEUSDT.6' as CoinalyzeSymbol;
const ALL: readonly SeriesKind[] = ['open_interest', 'funding_rate', 'long_short_ratio', 'liquidations'];
const PLANS = strategyPlans(STRATEGIES);
const open = { state: 'open', code: 'deferred' } as const;
const gone = { state: 'absent', code: 'no-data' } as const;

function seriesTo(kind: SeriesKind, completeTo: number): Series {
  const interval = SERIES_INTERVAL_MS[kind];
  const from = CLOSE_TIME - SERIES_WINDOW_MS;
  const time = Float64Array.from({ length: (completeTo - from) / interval }, (_, i) => from + i * interval);
  const value = time.map((_, i) => 100 + (i % 7));
  const base = { length: time.length, time, coveredFrom: from, completeTo, fetchedAt: completeTo };
  return kind === 'liquidations' ? { kind, ...base, long: value, short: value } : { kind, ...base, value };
}

/** Signals of the built-in strategies with what `knownOf` knows, and the planner's view of them. */
function see(known: Partial<Record<SeriesKind, Partial<KnownSeries>>>, kinds: readonly SeriesKind[] = ALL) {
  const store = new Map(
    ALL.map((kind): [SeriesKind, KnownSeries] => [
      kind,
      { pair: { kind, symbol: SYMBOL, keptTo: null }, answer: null, askable: true, ...known[kind] },
    ]),
  );
  const inputOf = (kind: SeriesKind): ExternalInputs[SeriesKind] => {
    const value = store.get(kind)!.answer;
    if (!kinds.includes(kind) || value === 'absent') return gone;
    return value === null ? open : { state: 'available', series: value };
  };
  const external = {
    open_interest: inputOf('open_interest'),
    funding_rate: inputOf('funding_rate'),
    long_short_ratio: inputOf('long_short_ratio'),
    liquidations: inputOf('liquidations'),
  };
  const signals = evaluateMarket(marketInput({ external }), STRATEGIES, AS_OF);
  const market: OpenMarket = { symbol: SYMBOL, kinds, signals };
  return { signals, store, planned: plannedSignals(market, 5, PLANS, (kind) => store.get(kind)!) };
}

const crowding = STRATEGIES.indexOf(crowdingReversal);

describe('what the planner sees of a market', () => {
  it('every series that its strategy uses, as wide as the component of its name', () => {
    const { planned, signals } = see({});
    const widths = planned.map((signal) =>
      Object.fromEntries(signal.open.map(({ pair, width }) => [pair.kind, width])),
    );
    expect(widths).toEqual([
      { open_interest: 20 },
      { open_interest: 4, funding_rate: 8, long_short_ratio: 4, liquidations: 4 },
      { open_interest: 20 },
    ]);
    expect(planned.map(({ low, high }) => [low, high])).toEqual(signals.map(({ score_bounds }) => score_bounds));
    expect(planned.every(({ blocked }) => !blocked)).toBe(true);
  });

  it('one pair for all signals that use it', () => {
    const { planned, store } = see({});
    const pairs = planned.flatMap((signal) => signal.open.map(({ pair }) => pair));
    expect(pairs.filter((pair) => pair === store.get('open_interest')!.pair)).toHaveLength(3);
  });

  it('nothing is open of what is final, absent, or not to be had for the symbol', () => {
    const final = seriesTo('funding_rate', CLOSE_TIME);
    const { planned } = see({ funding_rate: { answer: final }, liquidations: { answer: 'absent' } }, [
      'open_interest',
      'funding_rate',
      'liquidations',
    ]);
    expect(planned[crowding]!.open.map(({ pair }) => pair.kind)).toEqual(['open_interest']);
    expect(planned[crowding]!.high - planned[crowding]!.low).toBeCloseTo(4, 9);
  });

  it('a kept series that lacks a bucket is open, one that cannot be asked for blocks', () => {
    const old = seriesTo('open_interest', CLOSE_TIME - SERIES_INTERVAL_MS.open_interest);
    expect(see({ open_interest: { answer: old } }).planned[0]!.open).toHaveLength(1);
    const waiting = see({ open_interest: { answer: old, askable: false } }).planned;
    expect(waiting.map(({ blocked }) => blocked)).toEqual([true, true, true]);
    expect(waiting.map((signal) => signal.open.length)).toEqual([0, 3, 0]);
  });

  it('widths of what is open add up to the width of the bounds, whatever is known', () => {
    for (let mask = 0; mask < 2 ** ALL.length; mask += 1) {
      const answers = ALL.map((kind, bit) => [kind, { answer: mask & (1 << bit) ? seriesTo(kind, CLOSE_TIME) : null }]);
      const { planned } = see(Object.fromEntries(answers) as Partial<Record<SeriesKind, Partial<KnownSeries>>>);
      for (const { low, high, open: pairs } of planned) {
        expect(high - low).toBeCloseTo(
          pairs.reduce((sum, { width }) => sum + width, 0),
          9,
        );
      }
    }
  });

  it('a market that maps to nothing has nothing open, and blocks only where its bounds are open', () => {
    const seen = (external: ExternalInputs): readonly boolean[] => {
      const signals = evaluateMarket(marketInput({ external }), STRATEGIES, AS_OF);
      const planned = plannedSignals({ symbol: null, kinds: [], signals }, 0, PLANS, () => {
        throw new Error('nobody asks for the series of no symbol');
      });
      expect(planned.flatMap((signal) => signal.open)).toEqual([]);
      return planned.map(({ blocked }) => blocked);
    };
    const all = (state: ExternalInputs[SeriesKind]): ExternalInputs => ({
      open_interest: state,
      funding_rate: state,
      long_short_ratio: state,
      liquidations: state,
    });
    expect(seen(all(gone))).toEqual([false, false, false]);
    expect(seen(all(open))).toEqual([true, true, true]);
  });

  it('only signals that are ok take part, in the places that the feed gives to equal scores', () => {
    const { signals, planned, store } = see({});
    const byId = signals.map(({ strategy }, at) => ({ strategy, place: planned[at]!.place }));
    expect(byId.toSorted((a, b) => a.place - b.place).map(({ strategy }) => strategy)).toEqual(
      signals.map(({ strategy }) => strategy).sort(),
    );
    expect(byId.map(({ place }) => place).sort((a, b) => a - b)).toEqual([15, 16, 17]);
    const failed: Signal = { ...signals[0]!, status: 'stale', score: null, score_bounds: null };
    const market = { symbol: SYMBOL, kinds: ALL, signals: [failed, ...signals.slice(1)] };
    expect(plannedSignals(market, 5, PLANS, (kind) => store.get(kind)!)).toHaveLength(2);
  });

  it('a strategy whose component has another name is as wide as its bounds', () => {
    const own = strategy('own', () =>
      answer({ components: [component('trend', 56, 80), component('crowd', 10, 20, { low: 0, high: 20 })] }),
    );
    const signals = [evaluateOne(marketInput(), own, AS_OF)];
    const { store } = see({});
    const [planned] = plannedSignals({ symbol: SYMBOL, kinds: ALL, signals }, 0, strategyPlans([own]), (kind) =>
      store.get(kind)!,
    );
    expect(planned!.open.map(({ width }) => width)).toEqual([20]);
  });
});
