/** All markets at one as-of time: what the strategies say for each set of series that is known. */
import { marketKey, type CoinalyzeSymbol } from '../../../src/core/market.ts';
import { SERIES_KINDS, type SeriesKind, type Window } from '../../../src/core/series.ts';
import type { Signal } from '../../../src/core/signal.ts';
import { HOUR_MS, TIMEFRAME_MS } from '../../../src/core/time.ts';
import { seriesWindow } from '../../../src/plan/window.ts';
import { evaluateOne } from '../../../src/processor/evaluate.ts';
import { externalInputs, kindsToAsk } from '../../../src/processor/external-inputs.ts';
import { orderSignals } from '../../../src/processor/order.ts';
import { selectSeries } from '../../../src/processor/select.ts';
import { STRATEGIES } from '../../../src/strategies/index.ts';
import type { Answer, AnswerOf } from './answers.ts';
import type { PlanWorld } from './world.ts';

interface SessionMarket {
  /** `EXCHANGE:SYMBOL`. */
  readonly key: string;
  /** Null for a market that maps to nothing. */
  readonly symbol: CoinalyzeSymbol | null;
  readonly kinds: readonly SeriesKind[];
  /** Of its last closed candle, ms UTC; null without candles. */
  readonly closeTime: number | null;
}

export interface Session {
  readonly asOf: number;
  readonly window: Window;
  readonly markets: readonly SessionMarket[];
  /** Indices of the markets that a symbol feeds. */
  readonly usersOf: ReadonlyMap<CoinalyzeSymbol, readonly number[]>;
  /** Signals of the market at `index` when exactly the series of `known` are. */
  signalsOf(index: number, known: ReadonlySet<SeriesKind>): readonly Signal[];
  /** The feed's signals when each market's series are those of `knownOf`. */
  feed(knownOf: (index: number) => ReadonlySet<SeriesKind>): readonly Signal[];
  /** The feed after everything was fetched. */
  full(): readonly Signal[];
  fetch(kind: SeriesKind, symbol: CoinalyzeSymbol, fetchedAt: number): Answer;
  /** Wall time spent in strategies so far, ms. */
  analysingMs(): number;
}

const TIMEFRAME = '4h';
export const CANDLE_MS = TIMEFRAME_MS[TIMEFRAME];
const WARMUP = Math.min(...STRATEGIES.map(({ warmup }) => warmup));

/** `asOf`: ms UTC. Nothing is evaluated before it is asked for, and nothing twice. */
export function createSession({ markets }: PlanWorld, asOf: number, answerOf: AnswerOf): Session {
  const chosen = markets.map(({ market, files, resolution }) => ({
    market,
    resolution,
    selection: selectSeries(files, { timeframe: TIMEFRAME, asOf, warmup: WARMUP }),
  }));
  const window = seriesWindow(
    asOf,
    chosen.flatMap(({ selection }) => (selection.kind === 'series' ? [selection.series] : [])),
  );
  const own = chosen.map(({ market, resolution, selection }): SessionMarket => {
    const series = selection.kind === 'series' ? selection.series : null;
    return {
      key: marketKey(market),
      symbol: resolution.tier === 'neutral' ? null : resolution.listed.symbol,
      kinds: kindsToAsk(resolution),
      closeTime: series === null ? null : series.time.at(-1)! + TIMEFRAME_MS[series.timeframe],
    };
  });
  const published = asOf + HOUR_MS;
  const evaluated = new Map<number, readonly Signal[]>();
  let spentMs = 0;
  const signalsOf = (index: number, known: ReadonlySet<SeriesKind>): readonly Signal[] => {
    const key = index * 2 ** SERIES_KINDS.length + maskOf(known);
    const before = evaluated.get(key);
    if (before !== undefined) return before;
    const { symbol } = own[index]!;
    const external = externalInputs(chosen[index]!.resolution, (kind) => {
      if (!known.has(kind)) return undefined;
      const value = answerOf(kind, symbol!, window, published);
      if (value === 'absent') return { ok: false, code: 'no-data', detail: '' };
      return { ok: true, value, asOf, fetchedAt: published, stale: false, origin: 'fetched' };
    });
    const started = performance.now();
    const signals = STRATEGIES.map((strategy) => evaluateOne({ ...chosen[index]!, external }, strategy, asOf));
    spentMs += performance.now() - started;
    evaluated.set(key, signals);
    return signals;
  };
  const feed: Session['feed'] = (knownOf) => orderSignals(own.flatMap((_, index) => signalsOf(index, knownOf(index))));
  const allOf = own.map(({ kinds }) => new Set(kinds));
  const symbols = own.flatMap(({ symbol }, index) => (symbol === null ? [] : [{ symbol, index }]));
  const users = Map.groupBy(symbols, ({ symbol }) => symbol);
  return {
    asOf,
    window,
    markets: own,
    usersOf: new Map([...users].map(([symbol, of]) => [symbol, of.map(({ index }) => index)])),
    signalsOf,
    feed,
    full: () => feed((index) => allOf[index]!),
    fetch: (kind, symbol, fetchedAt) => answerOf(kind, symbol, window, fetchedAt),
    analysingMs: () => spentMs,
  };
}

function maskOf(known: ReadonlySet<SeriesKind>): number {
  return SERIES_KINDS.reduce((mask, kind, bit) => (known.has(kind) ? mask | (1 << bit) : mask), 0);
}
