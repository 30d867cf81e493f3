/** From paths to judged markets: files are searched, grouped by market, read, judged and let go one market at a time. */
import { setImmediate } from 'node:timers/promises';
import { discoverCandleFiles, type CandleFile } from '../candles/discover.ts';
import { groupFiles, groupStrays, keyOfNamed, type MarketFiles } from '../candles/groups.ts';
import { readMarket } from '../candles/market.ts';
import type { ParsedSeries, ReadOptions } from '../candles/reader.ts';
import { readSampleTime } from '../candles/sample.ts';
import { createTally, type ReadTally } from '../candles/tally.ts';
import type { CandleSeries, SkippedFile } from '../core/candles.ts';
import { ConfigError } from '../core/config-error.ts';
import type { ProviderName } from '../core/feed.ts';
import type { NamedMarket } from '../core/market.ts';
import { compareText, namesIn } from '../core/text.ts';
import type { Timeframe } from '../core/time.ts';
import { createJudge } from '../processor/judging.ts';
import type { JudgedCandles } from '../processor/known-market.ts';
import { selectSeries } from '../processor/select.ts';
import type { ReadEvent } from './events.ts';
import { expectTimeframe, keepMarkets, namedAs, passes, unscoredNames } from './filter.ts';
import type { ScanRequest, ScanServices } from './request.ts';

/** What was found, before anything is read. */
export interface CandleInput {
  readonly files: readonly CandleFile[];
  /** Files that cannot be opened, whose markets are known by name. */
  readonly unread: readonly SkippedFile[];
  /** Files that stand beside candles, such as funding rates. */
  readonly ignored: number;
  /** Files of the shipped sample that were left out beside others. */
  readonly samplesLeftOut: number;
  /** Absolute path of the marker when all files belong to a sample. */
  readonly sampleMarker: string | null;
}

export interface JudgedMarket extends JudgedCandles {
  readonly market: NamedMarket;
  /** Of its files that could be read. */
  readonly timeframes: readonly Timeframe[];
}

export interface JudgedInput {
  /** By exchange, then symbol. */
  readonly markets: readonly JudgedMarket[];
  readonly tally: ReadTally;
}

/** Hears of the series that the strategies see of each market, while it stands. */
export type OnSeries = (market: NamedMarket, series: CandleSeries) => void;

/** Reading is synchronous, because that is faster; now and then bars and signals get their turn. */
const MARKETS_PER_TURN = 32;

/** @throws ConfigError for a path that cannot be searched */
export async function findCandles({ paths, exclude }: Pick<ScanRequest, 'paths' | 'exclude'>): Promise<CandleInput> {
  const found = await discoverCandleFiles(paths, { exclude });
  if (!found.ok) throw new ConfigError(`${found.path}: ${found.detail}`, 2);
  const own = found.files.filter((file) => file.sampleMarker === null);
  const isSample = own.length === 0;
  return {
    files: isSample ? found.files : own,
    unread: found.skipped,
    ignored: found.ignored.length,
    samplesLeftOut: isSample ? 0 : found.files.length - own.length,
    sampleMarker: isSample ? (found.files[0]?.sampleMarker ?? null) : null,
  };
}

/** The time everything is computed for, ms UTC: now, unless the run is given one; the sample alone has a clock of its own. */
export function timeOf(
  { asOf }: Pick<ScanRequest, 'asOf'>,
  { sampleMarker }: Pick<CandleInput, 'sampleMarker'>,
  now: number,
): number {
  return asOf ?? (sampleMarker === null ? null : readSampleTime(sampleMarker)) ?? now;
}

function readOptions({ format, filter, alone }: ScanRequest, now: number): ReadOptions {
  const [exchange = null, ...others] = namesIn(filter.exchange);
  return { format, exchange: others.length === 0 ? exchange : null, now, ...(alone === undefined ? {} : { alone }) };
}

/** @throws ConfigError when the filter keeps no market, or none has the timeframe */
export async function judgeMarkets(
  request: ScanRequest,
  { files, unread }: CandleInput,
  asOf: number,
  services: Pick<ScanServices, 'clock' | 'tell' | 'interrupt'>,
  onSeries: OnSeries,
): Promise<JudgedInput> {
  const { strategies, timeframe, detail, own = [] } = request;
  const onFile = (): void => services.interrupt.throwIfAborted();
  const options = { ...readOptions(request, services.clock.now()), timeframe, onFile };
  const tally = createTally();
  const { kept: groups, notes } = keepMarkets(await groupFiles(files, unread, options, tally), request.filter);
  const judge = createJudge({ strategies, asOf, detail });
  // Which candles a market is judged by must not depend on a strategy of the user's own beside others.
  const others = strategies.filter(({ id }) => !own.some((one) => one.id === id));
  const needs = (others.length === 0 ? strategies : others).map(({ warmup }) => warmup);
  const selecting = { timeframe, asOf, warmup: Math.min(...needs) };
  const judged = new Map<string, JudgedMarket>();
  const strays: ParsedSeries[] = [];
  const strayParts: SkippedFile[] = [];
  const judgeOne = async (group: MarketFiles): Promise<void> => {
    const candles = await readMarket(group, options, tally);
    strays.push(...candles.strays);
    strayParts.push(...candles.strayParts);
    if (!candles.known) return;
    const market = namedMarket(candles.market, group, candles.spot);
    const selection = selectSeries(candles.series, selecting);
    const timeframes = candles.series.map((series) => series.timeframe);
    judged.set(keyOfNamed(group), { market, timeframes, ...judge(selection, timeframes) });
    if (selection.kind === 'series') onSeries(market, selection.series);
  };
  for (const [index, group] of groups.entries()) {
    await judgeOne(group);
    if (index % MARKETS_PER_TURN > 0) continue;
    services.tell({ type: 'reading', done: index, of: groups.length });
    await setImmediate();
    services.interrupt.throwIfAborted();
  }
  for (const group of groupStrays(strays, groups, strayParts)) {
    if (passes(namedAs(group), request.filter)) await judgeOne(group);
  }
  services.tell({ type: 'reading', done: groups.length, of: groups.length });
  const markets = [...judged.values()].sort(compareMarkets);
  expectTimeframe(markets, timeframe);
  for (const text of [...notes, ...unscoredNames(markets, request.filter)]) services.tell({ type: 'warned', text });
  return { markets, tally };
}

function namedMarket(
  { exchange, symbol }: Pick<NamedMarket, 'exchange' | 'symbol'>,
  { name }: MarketFiles,
  spot: boolean,
): NamedMarket {
  const unified = name === null ? null : spot ? name.unified.split(':')[0]! : name.unified;
  return { exchange, symbol, unified, coin: name?.base ?? symbol, multiplier: name?.multiplier ?? 1, spot };
}

function compareMarkets({ market: a }: JudgedMarket, { market: b }: JudgedMarket): number {
  return compareText(a.exchange, b.exchange) || compareText(a.symbol, b.symbol);
}

/** What a run tells of its input. */
export function readEvent(
  input: CandleInput,
  { markets, tally }: JudgedInput,
  provider: ProviderName,
  skipped: readonly SkippedFile[],
): ReadEvent {
  return {
    type: 'read',
    files: input.files.length + input.unread.length,
    markets: markets.length,
    skipped,
    ignored: input.ignored,
    samplesLeftOut: input.samplesLeftOut,
    isSample: input.sampleMarker !== null,
    provider,
    spotFiles: tally.spotFiles,
    doubts: doubtsOf(tally),
  };
}

function doubtsOf({ rows, filesWith }: ReadTally): readonly string[] {
  const inFiles = (count: number): string => (count === 1 ? '1 file' : `${count} files`);
  const doubts: string[] = [];
  if (filesWith.naiveTimes > 0)
    doubts.push(`${inFiles(filesWith.naiveTimes)} with times without a zone; they were read as UTC`);
  if (filesWith.shifted > 0)
    doubts.push(
      `${inFiles(filesWith.shifted)} with times that label the end of a candle; they were moved to its start`,
    );
  if (filesWith.noVolume > 0)
    doubts.push(`${inFiles(filesWith.noVolume)} with candles without a volume; their prices count`);
  if (filesWith.future > 0)
    doubts.push(`${inFiles(filesWith.future)} with candles dated in the future; ${rows.future} were left out`);
  return doubts;
}
