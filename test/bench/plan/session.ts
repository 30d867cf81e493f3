/** All markets at one as-of time: judged once, then what their signals score for each set of series that is known. */
import { marketKey, type CoinalyzeSymbol } from '../../../src/core/market.ts';
import { SERIES_KINDS, type SeriesKind, type Window } from '../../../src/core/series.ts';
import type { Direction, Setup } from '../../../src/core/strategy.ts';
import { HOUR_MS, TIMEFRAME_MS } from '../../../src/core/time.ts';
import type { SignalToPlan } from '../../../src/plan/planned.ts';
import { seriesWindow } from '../../../src/plan/window.ts';
import { kindsToAsk } from '../../../src/processor/askable.ts';
import { createJudge } from '../../../src/processor/judging.ts';
import type { KnownMarket } from '../../../src/processor/known-market.ts';
import { unfetched, withSeries } from '../../../src/processor/learning.ts';
import { orderSignals } from '../../../src/processor/order.ts';
import { pendingWidths } from '../../../src/processor/score.ts';
import { selectSeries } from '../../../src/processor/select.ts';
import { STRATEGIES } from '../../../src/strategies/index.ts';
import type { Answer, AnswerOf } from './answers.ts';
import type { PlanWorld } from './world.ts';

interface SessionMarket {
  /** Null for a market that maps to nothing. */
  readonly symbol: CoinalyzeSymbol | null;
  readonly kinds: readonly SeriesKind[];
  /** Of its last closed candle, ms UTC; null without candles. */
  readonly closeTime: number | null;
}

/** What the feed says of a signal, as far as goals ask for it. */
export interface FeedSignal {
  /** `EXCHANGE:SYMBOL strategy`. */
  readonly id: string;
  /** Index among the markets. */
  readonly market: number;
  /** Index among the strategies. */
  readonly strategy: number;
  readonly direction: Direction;
  /** Null without status ok. */
  readonly score: number | null;
  readonly setup: Setup | null;
}

export interface Session {
  readonly asOf: number;
  readonly window: Window;
  readonly markets: readonly SessionMarket[];
  /** Indices of the markets that a symbol feeds. */
  readonly usersOf: ReadonlyMap<CoinalyzeSymbol, readonly number[]>;
  /** Signals with a score of the market at `index` when exactly the series of `known` are, as the planner is told of them. */
  toPlan(index: number, known: ReadonlySet<SeriesKind>): readonly SignalToPlan[];
  /** The feed's signals when each market's series are those of `knownOf`. */
  feed(knownOf: (index: number) => ReadonlySet<SeriesKind>): readonly FeedSignal[];
  /** The feed after everything was fetched. */
  full(): readonly FeedSignal[];
  fetch(kind: SeriesKind, symbol: CoinalyzeSymbol, fetchedAt: number): Answer;
  /** Wall time of judging all markets, ms. */
  readonly judgingMs: number;
}

const TIMEFRAME = '4h';
export const CANDLE_MS = TIMEFRAME_MS[TIMEFRAME];
const WARMUP = Math.min(...STRATEGIES.map(({ warmup }) => warmup));

/** `asOf`: ms UTC. No market is scored twice for the same series. */
export function createSession({ markets }: PlanWorld, asOf: number, answerOf: AnswerOf): Session {
  const started = performance.now();
  const judge = createJudge({ strategies: STRATEGIES, asOf, detail: 'lean' });
  const priced = markets.map(({ market, files, resolution }) => {
    const judged = judge(selectSeries(files, { timeframe: TIMEFRAME, asOf, warmup: WARMUP }));
    return unfetched(market, judged, resolution, STRATEGIES);
  });
  const judgingMs = performance.now() - started;
  const window = seriesWindow(
    asOf,
    priced.flatMap(({ facts }) => facts ?? []),
  );
  const own = priced.map(({ resolution, facts }): SessionMarket => ({
    symbol: resolution.tier === 'neutral' ? null : resolution.listed.symbol,
    kinds: kindsToAsk(resolution),
    closeTime: facts?.closedAt ?? null,
  }));
  const published = asOf + HOUR_MS;
  const scored = new Map<number, KnownMarket>();
  const knownMarket = (index: number, known: ReadonlySet<SeriesKind>): KnownMarket => {
    const key = index * 2 ** SERIES_KINDS.length + maskOf(known);
    const before = scored.get(key);
    if (before !== undefined) return before;
    const { symbol } = own[index]!;
    let market = priced[index]!;
    for (const kind of known) {
      const value = answerOf(kind, symbol!, window, published);
      const base = { asOf, fetchedAt: published, stale: false, origin: 'fetched' } as const;
      const outcome =
        value === 'absent'
          ? ({ ok: false, code: 'no-data', detail: '' } as const)
          : { ok: true as const, value, ...base };
      market = withSeries(market, kind, outcome, null, STRATEGIES);
    }
    scored.set(key, market);
    return market;
  };
  const feed: Session['feed'] = (knownOf) => {
    const all = own.map((_, index) => knownMarket(index, knownOf(index)));
    return orderSignals(all, STRATEGIES).map(({ market, strategy }) => feedSignal(all[market]!, market, strategy));
  };
  const allOf = own.map(({ kinds }) => new Set(kinds));
  const symbols = own.flatMap(({ symbol }, index) => (symbol === null ? [] : [{ symbol, index }]));
  const users = Map.groupBy(symbols, ({ symbol }) => symbol);
  return {
    asOf,
    window,
    markets: own,
    usersOf: new Map([...users].map(([symbol, of]) => [symbol, of.map(({ index }) => index)])),
    toPlan: (index, known) => signalsToPlan(knownMarket(index, known), index),
    feed,
    full: () => feed((index) => allOf[index]!),
    fetch: (kind, symbol, fetchedAt) => answerOf(kind, symbol, window, fetchedAt),
    judgingMs,
  };
}

function feedSignal({ market, answers, scores }: KnownMarket, index: number, strategy: number): FeedSignal {
  const answer = answers[strategy]!;
  const id = `${marketKey(market)} ${STRATEGIES[strategy]!.id}`;
  if (answer.kind === 'unscored') return { id, market: index, strategy, direction: 'none', score: null, setup: null };
  const { direction, setup } = answer;
  return { id, market: index, strategy, direction, score: scores[strategy]!.score, setup };
}

/** As a run tells the planner. */
function signalsToPlan({ answers, scores, ownFindings }: KnownMarket, market: number): readonly SignalToPlan[] {
  return answers.flatMap((answer, strategy): readonly SignalToPlan[] => {
    if (answer.kind === 'unscored') return [];
    const { low, high } = scores[strategy]!;
    const uses = STRATEGIES[strategy]!.series;
    const pending = low < high ? pendingWidths(uses, answer.side, ownFindings[strategy]!) : [];
    const place = market * STRATEGIES.length + strategy;
    return [{ place, strategy, hasDirection: answer.direction !== 'none', low, high, pending }];
  });
}

function maskOf(known: ReadonlySet<SeriesKind>): number {
  return SERIES_KINDS.reduce((mask, kind, bit) => (known.has(kind) ? mask | (1 << bit) : mask), 0);
}
