/** All markets of a run with their signals as they stand: evaluated once, then only where a new answer can change something. */
import { setImmediate } from 'node:timers/promises';
import type { CoinalyzeSymbol, Resolution } from '../core/market.ts';
import type { SeriesKind, Window } from '../core/series.ts';
import type { Signal } from '../core/signal.ts';
import type { KeptSeries } from '../external/cached.ts';
import { sealSignals, type SealedSignal } from '../feed/sealed-signal.ts';
import { plannedSignals, strategyPlans } from '../plan/open.ts';
import { Planner } from '../plan/planner.ts';
import { seriesWindow } from '../plan/window.ts';
import { runWithin } from '../platform/time-limit.ts';
import type { MarketInput } from '../processor/evaluate.ts';
import { externalInputs, kindsToAsk } from '../processor/external-inputs.ts';
import { createGrid, type Grid } from '../processor/grid.ts';
import { selectSeries, type Selection } from '../processor/select.ts';
import type { ScanRequest, ScanServices } from './request.ts';
import { SeriesBook } from './series-book.ts';

/** One market on its way through the job. */
export type BoardMarket = Omit<MarketInput, 'external'>;

export type BoardRequest = Pick<ScanRequest, 'candles' | 'strategies' | 'timeframe' | 'asOf'>;

export interface BoardServices extends Pick<ScanServices, 'progress' | 'interrupt'> {
  /** Null without a provider. */
  readonly kept: KeptSeries | null;
}

/** Signals are objects until their turn ends: more at once cost memory (167 MB at 24, 200 at 64, for 1,098 markets), fewer cost time. */
const MARKETS_PER_TURN = 24;
/** For one turn; a strategy that hangs is cut off. A turn of the built-in ones takes some 5 ms. */
const TURN_LIMIT_MS = 2_000;

export class Board {
  readonly book: SeriesBook;
  /** Told of every signal as it changes. */
  readonly planner = new Planner();
  readonly window: Window;
  readonly #request: BoardRequest;
  readonly #services: BoardServices;
  readonly #selections: readonly Selection[];
  readonly #places: readonly number[];
  readonly #grid: Grid;
  readonly #plans: ReturnType<typeof strategyPlans>;
  #markets: readonly BoardMarket[] = [];
  #users: ReadonlyMap<CoinalyzeSymbol, readonly number[]> = new Map();
  readonly #signals: (readonly SealedSignal[])[] = [];

  constructor(request: BoardRequest, { kept, progress, interrupt }: BoardServices) {
    const { strategies, timeframe, asOf, candles } = request;
    const warmup = Math.min(...strategies.map((strategy) => strategy.warmup));
    this.#request = request;
    this.#services = { kept, progress, interrupt };
    this.#selections = candles.markets.map(({ series }) => selectSeries(series, { timeframe, asOf, warmup }));
    this.#places = placesOf(request);
    this.#grid = createGrid(strategies, asOf, (work) => runWithin(TURN_LIMIT_MS, work));
    this.#plans = strategyPlans(strategies);
    this.window = seriesWindow(
      asOf,
      this.#selections.flatMap((selection) => (selection.kind === 'series' ? [selection.series] : [])),
    );
    this.book = new SeriesBook(kept, this.window);
  }

  get markets(): readonly BoardMarket[] {
    return this.#markets;
  }

  /** Per market, in the order of the markets. */
  get signals(): readonly (readonly SealedSignal[])[] {
    return this.#signals;
  }

  /** Evaluates every market, with what is kept of its series. `resolutions`: in the order of the request's markets. */
  async resolve(resolutions: readonly Resolution[]): Promise<void> {
    this.#markets = this.#request.candles.markets.map(({ market }, index) => ({
      market,
      resolution: resolutions[index]!,
      selection: this.#selections[index]!,
    }));
    const mapped = this.#markets.flatMap(({ resolution }, index) =>
      resolution.tier === 'neutral' ? [] : [{ symbol: resolution.listed.symbol, index }],
    );
    this.#users = new Map(
      [...Map.groupBy(mapped, ({ symbol }) => symbol)].map(([symbol, users]) => [
        symbol,
        users.map(({ index }) => index),
      ]),
    );
    await this.#readKept();
    const bar = this.#services.progress.bar('analysing', this.#markets.length);
    await this.#evaluate([...this.#markets.keys()], (done) => bar.update(done, 'markets'));
  }

  /** Evaluates anew what uses any of `symbols`. */
  async update(symbols: readonly CoinalyzeSymbol[]): Promise<void> {
    await this.#evaluate([...new Set(symbols.flatMap((symbol) => this.#users.get(symbol) ?? []))]);
  }

  /** Of the series that any market with enough fresh candles could use. */
  async #readKept(): Promise<void> {
    const { strategies } = this.#request;
    const used = new Set(strategies.flatMap(({ series }) => series));
    const warmup = Math.min(...strategies.map((strategy) => strategy.warmup));
    const wanted = new Map<SeriesKind, CoinalyzeSymbol[]>([...used].map((kind) => [kind, []]));
    for (const { resolution, selection } of this.#markets) {
      if (resolution.tier === 'neutral' || selection.kind === 'none') continue;
      if (selection.stale || selection.series.length < warmup) continue;
      for (const kind of kindsToAsk(resolution)) wanted.get(kind)?.push(resolution.listed.symbol);
    }
    for (const [kind, symbols] of wanted) await this.book.readKept(kind, symbols);
  }

  async #evaluate(indices: readonly number[], onTurn: (done: number) => void = () => undefined): Promise<void> {
    for (let from = 0; from < indices.length; from += MARKETS_PER_TURN) {
      const turn = indices.slice(from, from + MARKETS_PER_TURN);
      const signals = this.#grid.evaluate(turn.map((index) => this.#inputOf(this.#markets[index]!)));
      for (const [slot, index] of turn.entries()) this.#place(index, signals[slot]!);
      onTurn(from + turn.length);
      // Bars and signals get their turn.
      await setImmediate();
      this.#services.interrupt.throwIfAborted();
    }
  }

  #inputOf({ market, selection, resolution }: BoardMarket): MarketInput {
    const external = externalInputs(resolution, (kind) =>
      resolution.tier === 'neutral' ? undefined : this.book.outcomeOf(kind, resolution.listed.symbol),
    );
    return { market, selection, resolution, external };
  }

  #place(index: number, signals: readonly Signal[]): void {
    const { resolution } = this.#markets[index]!;
    const symbol = resolution.tier === 'neutral' ? null : resolution.listed.symbol;
    const market = { symbol, kinds: kindsToAsk(resolution), signals };
    this.#signals[index] = sealSignals(signals);
    const knownOf: SeriesBook['knownOf'] = (kind, of) => this.book.knownOf(kind, of);
    this.planner.update(index, plannedSignals(market, this.#places[index]!, this.#plans, knownOf));
  }
}

/** Where each market stands among signals with equal scores. */
function placesOf({ candles: { markets } }: BoardRequest): readonly number[] {
  const order = markets
    .map(({ market: { exchange, symbol } }, index) => ({ exchange, symbol, index }))
    .sort((a, b) => compareText(a.exchange, b.exchange) || compareText(a.symbol, b.symbol));
  const places = Array.from({ length: markets.length }, () => 0);
  for (const [place, { index }] of order.entries()) places[index] = place;
  return places;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
