/** The markets of the simulation: recorded ones, and copies of them under new coins. */
import { existsSync } from 'node:fs';
import { discoverCandleFiles } from '../../../src/candles/discover.ts';
import { copied } from '../../../src/candles/column-memory.ts';
import { groupFiles } from '../../../src/candles/groups.ts';
import { readMarket } from '../../../src/candles/market.ts';
import { createTally } from '../../../src/candles/tally.ts';
import type { CandleSeries } from '../../../src/core/candles.ts';
import type { CoinalyzeSymbol, NamedMarket, Resolution } from '../../../src/core/market.ts';
import { MINUTE_MS, TIMEFRAME_MS } from '../../../src/core/time.ts';
import { mapExchange, mapFutureMarket } from '../../../src/external/coinalyze/map.ts';
import type { Instrument } from '../../../src/sandbox/generator.ts';
import { FUTURES } from '../../../src/sandbox/listing.ts';
import { fractal, growth, worldKey } from '../../../src/sandbox/noise.ts';
import { EXCHANGES } from '../../../src/sandbox/venues.ts';
import { buildMarketIndex } from '../../../src/symbols/market-index.ts';
import { DEFAULT_REFERENCE_VENUES } from '../../../src/core/venues.ts';
import { resolveMarket } from '../../../src/symbols/resolver.ts';
import { sharedPath } from '../../support/shared.ts';

/** Seed of the copies' noise; the sandbox's world has its own. */
export const SEED = 5;

interface WorldMarket {
  readonly market: NamedMarket;
  /** One per timeframe that could be read. */
  readonly files: readonly CandleSeries[];
  readonly resolution: Resolution;
}

/** What makes the histories of a listed symbol. */
export interface Source {
  readonly instrument: Instrument;
  readonly hasLiquidations: boolean;
  readonly hasLongShortRatio: boolean;
}

export interface PlanWorld {
  /** By exchange, then symbol, as the scan has them. */
  readonly markets: readonly WorldMarket[];
  readonly sources: ReadonlyMap<CoinalyzeSymbol, Source>;
  /** Wall time of reading the recorded files, and their number of markets. */
  readonly read: { readonly ms: number; readonly markets: number };
}

const RECORDED = sharedPath('candles', 'perps-2026-01');

/** `count` markets: recorded ones and, beyond those, copies. Null, with a line, where the recorded data is missing. */
export async function loadWorld(count: number, say: (line: string) => void): Promise<PlanWorld | null> {
  if (!existsSync(RECORDED)) {
    say(`skipped: the recorded candles are not there (${RECORDED})`);
    return null;
  }
  const started = performance.now();
  const recorded = await readRecorded();
  const read = { ms: performance.now() - started, markets: recorded.length };
  const originals = resolveAll(recorded);
  const markets = Array.from({ length: Math.ceil(count / originals.length) }, (_, generation) => {
    const left = Math.min(originals.length, count - generation * originals.length);
    // Fewer than all of them are taken evenly, so that every exchange keeps its share.
    const taken = Array.from({ length: left }, (_, at) => originals[Math.floor((at * originals.length) / left)]!);
    return generation === 0 ? taken : taken.map((original) => copyOf(original, generation));
  }).flat();
  markets.sort(
    (a, b) => compareText(a.market.exchange, b.market.exchange) || compareText(a.market.symbol, b.market.symbol),
  );
  return { markets, sources: sourcesOf(markets), read };
}

interface RecordedMarket {
  readonly market: NamedMarket;
  readonly series: readonly CandleSeries[];
}

async function readRecorded(): Promise<readonly RecordedMarket[]> {
  const found = await discoverCandleFiles([RECORDED], { exclude: [] });
  if (!found.ok) throw new Error(found.detail);
  const options = { format: null, exchange: null, now: Date.now(), timeframe: '4h', onFile: () => undefined } as const;
  const tally = createTally();
  const recorded: RecordedMarket[] = [];
  for (const group of await groupFiles(found.files, found.skipped, options, tally)) {
    const { market, series, spot } = await readMarket(group, options, tally);
    const { name } = group;
    const coin = name?.base ?? market.symbol;
    const named = { ...market, unified: name?.unified ?? null, coin, multiplier: name?.multiplier ?? 1, spot };
    // Columns last until the next market is read.
    recorded.push({ market: named, series: series.map((one) => copied(one)) });
  }
  return recorded;
}

function resolveAll(recorded: readonly RecordedMarket[]): readonly WorldMarket[] {
  const rows = [...FUTURES.values()].map(({ row }) => mapFutureMarket(row));
  const index = buildMarketIndex({ venues: EXCHANGES.map(mapExchange), markets: rows, fetchedAt: 0 });
  return recorded.map(({ market, series }) => ({
    market,
    files: series,
    resolution: resolveMarket(market, index, { referenceVenues: DEFAULT_REFERENCE_VENUES }),
  }));
}

/** Between a name and the number of the copy: in no recorded name. */
const COPY = '~';

/**
 * The same market under another coin, with prices of its own. It maps as its original does, to symbols of its own: markets that
 * share a symbol have copies that share one.
 */
function copyOf({ market, files, resolution }: WorldMarket, generation: number): WorldMarket {
  const named = { ...market, symbol: `${market.symbol}${COPY}${generation}` };
  const key = worldKey('copy', String(SEED), String(generation), resolution.name?.base ?? market.symbol);
  return {
    market: named,
    files: files.map((series) => ({ ...disturbed(series, key), market: named })),
    resolution:
      resolution.tier === 'neutral'
        ? resolution
        : {
            ...resolution,
            listed: {
              ...resolution.listed,
              symbol: `${resolution.listed.symbol}${COPY}${generation}` as CoinalyzeSymbol,
            },
          },
  };
}

const GRID_MS = 15 * MINUTE_MS;
/** Moves a price by some 0.4 % within four hours, on top of its own moves of 2 %. */
const PRICE_NOISE = { shortest: 1, longest: 1024, amplitude: 0.001 } as const;
const VOLUME_NOISE = { shortest: 1, longest: 256, amplitude: 0.02 } as const;

/** The same noise at the same time, whatever the timeframe. */
function disturbed(series: CandleSeries, key: number): CandleSeries {
  const stride = TIMEFRAME_MS[series.timeframe] / GRID_MS;
  const first = Math.floor(series.time[0]! / GRID_MS);
  const count = Math.floor(series.time.at(-1)! / GRID_MS) + stride - first + 1;
  const price = fractal(key, first, count, PRICE_NOISE).map(growth);
  const volume = fractal(key + 1, first, count, VOLUME_NOISE).map(growth);
  const start = (i: number): number => Math.floor(series.time[i]! / GRID_MS) - first;
  const at = (i: number): number => price[start(i)]!;
  const after = (i: number): number => price[start(i) + stride]!;
  return {
    ...series,
    open: series.open.map((value, i) => value * at(i)),
    high: series.high.map((value, i) => value * Math.max(at(i), after(i))),
    low: series.low.map((value, i) => value * Math.min(at(i), after(i))),
    close: series.close.map((value, i) => value * after(i)),
    volume: series.volume.map((value, i) => value * volume[start(i)]!),
  };
}

function sourcesOf(markets: readonly WorldMarket[]): ReadonlyMap<CoinalyzeSymbol, Source> {
  const sources = new Map<CoinalyzeSymbol, Source>();
  for (const { resolution } of markets) {
    if (resolution.tier === 'neutral') continue;
    const { symbol } = resolution.listed;
    const [listed, generation] = symbol.split(COPY);
    const { row, instrument, hasLiquidations } = FUTURES.get(listed!)!;
    const { coin, venue } = instrument;
    const own = {
      ...instrument,
      coin: { ...coin, ticker: `${coin.ticker}${COPY}${generation}` },
      venue: `${venue}${COPY}${generation}`,
    };
    sources.set(symbol, {
      instrument: generation === undefined ? instrument : own,
      hasLiquidations,
      hasLongShortRatio: row.has_long_short_ratio_data,
    });
  }
  return sources;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
