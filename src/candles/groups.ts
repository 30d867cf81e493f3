/** The files of each market, before they are read: names and folders say which belong together, and where they do not, the content. */
import { setImmediate } from 'node:timers/promises';
import type { SkippedFile } from '../core/candles.ts';
import type { Market, MarketName } from '../core/market.ts';
import type { Timeframe } from '../core/time.ts';
import { exchangeId, parseMarketName } from '../symbols/naming.ts';
import type { CandleFile } from './discover.ts';
import type { FileName } from './names.ts';
import { marketOf, readCandleFile, readName, type ParsedSeries, type ReadOptions } from './reader.ts';
import { countFile, type ReadTally } from './tally.ts';

export interface GroupOptions extends ReadOptions {
  /** Of the feed: a market is spelled as its perpetual file of this timeframe spells it. */
  readonly timeframe: Timeframe | 'auto';
  /** Hears of each file that has to be read for its market; what it throws ends the grouping. */
  readonly onFile?: () => void;
}

interface NamedFile {
  readonly file: CandleFile;
  readonly named: FileName;
}

/** All there is of one market: exchange and unified symbol. */
export interface MarketFiles {
  /** Upper case. */
  readonly exchange: string;
  /** The spelling of its perpetual file of the feed's timeframe, the first by name; else of its first file by name. */
  readonly symbol: string;
  /** What the symbol means; null when it is not understood. */
  readonly name: MarketName | null;
  /** To be read. */
  readonly files: readonly NamedFile[];
  /** Read already, because only their content told their market. */
  readonly held: readonly ParsedSeries[];
  /** Files that cannot be read and whose market is known all the same. */
  readonly skipped: readonly SkippedFile[];
  /** How many of `held` took part when the market was read before; null while it was not read. */
  readonly heldBefore: number | null;
}

/** One way in which a file of the market spells it. */
interface Spelling {
  readonly file: string;
  readonly symbol: string;
  readonly isOfFeed: boolean;
  /** True when it says that it is the perpetual's. */
  readonly isMarked: boolean;
}

interface Group {
  readonly exchange: string;
  readonly name: MarketName | null;
  spelling: Spelling;
  readonly files: NamedFile[];
  readonly held: ParsedSeries[];
  readonly skipped: SkippedFile[];
}

/** Reading does not wait for anything; now and then bars and signals get their turn. */
const FILES_PER_TURN = 32;

/**
 * Sorted by exchange, then symbol: the same for the same files, whatever order the disk gave.
 *
 * @param unread files that the search skipped: their markets are known by name
 * @param tally counts the files that are read here
 */
export async function groupFiles(
  files: readonly CandleFile[],
  unread: readonly SkippedFile[],
  options: GroupOptions,
  tally: ReadTally,
): Promise<readonly MarketFiles[]> {
  const groups = new Map<string, Group>();
  const unknown: CandleFile[] = [];
  for (const file of files) {
    const name = readName(file);
    const market = name.ok ? marketOf(name.named, options) : null;
    if (!name.ok || market === null || name.named.timeframe === null) unknown.push(file);
    else addNamed(groups, market, { file, named: name.named }, options);
  }
  for (const skipped of unread) addSkipped(groups, skipped);
  for (const [index, file] of unknown.entries()) {
    await readFirst(file, groups, options, tally);
    options.onFile?.();
    if (index % FILES_PER_TURN === 0) await setImmediate();
  }
  joinSpot(groups);
  return [...groups.values()].map(marketFiles).sort(byMarket);
}

/** A spot file says no settlement: it goes with the perpetual of its pair, whatever that settles in, and is left out there. */
function joinSpot(groups: Map<string, Group>): void {
  const isSpot = ({ files, held }: Group): boolean =>
    files.length > 0 && files.every(({ named }) => named.spot) && held.every(({ spot }) => spot);
  const spot = [...groups].filter(([, group]) => isSpot(group));
  if (spot.length === 0) return;
  const perpetuals = new Map([...groups.values()].filter((group) => !isSpot(group)).map((one) => [pairOf(one), one]));
  for (const [key, group] of spot) {
    const perpetual = group.name === null || group.held.length > 0 ? undefined : perpetuals.get(pairOf(group));
    if (perpetual === undefined) continue;
    const { symbol } = perpetual.spelling;
    perpetual.files.push(...group.files.map(({ file, named }) => ({ file, named: { ...named, symbol } })));
    perpetual.skipped.push(...group.skipped);
    groups.delete(key);
  }
}

function pairOf({ exchange, name }: Group): string {
  return [exchangeId(exchange), name?.multiplier, name?.base, name?.quote].join(' ');
}

/** Reads a file of which nothing but its content can tell the market. */
async function readFirst(
  file: CandleFile,
  groups: Map<string, Group>,
  options: GroupOptions,
  tally: ReadTally,
): Promise<void> {
  const result = await readCandleFile(file, options);
  countFile(tally, result);
  if (!result.ok) {
    addSkipped(groups, result.skipped);
    return;
  }
  for (const skipped of result.refused) addSkipped(groups, skipped);
  for (const parsed of result.series) addHeld(groups, parsed, options);
}

function addNamed(groups: Map<string, Group>, market: Market, file: NamedFile, { timeframe }: GroupOptions): void {
  const isOfFeed = !file.named.spot && file.named.timeframe === timeframe;
  const isMarked = file.named.marked !== null;
  groupOf(groups, market, { file: file.file.name, symbol: market.symbol, isOfFeed, isMarked }).files.push(file);
}

function addHeld(
  groups: Map<string, Group>,
  parsed: ParsedSeries,
  { timeframe }: Pick<GroupOptions, 'timeframe'>,
): void {
  const { market, timeframe: own } = parsed.series;
  const isOfFeed = !parsed.spot && own === timeframe;
  const isMarked = parsed.marked !== null;
  groupOf(groups, market, { file: parsed.file, symbol: market.symbol, isOfFeed, isMarked }).held.push(parsed);
}

function addSkipped(groups: Map<string, Group>, skipped: SkippedFile): void {
  const { market, file } = skipped;
  if (market === null) return;
  groupOf(groups, market, { file, symbol: market.symbol, isOfFeed: false, isMarked: false }).skipped.push(skipped);
}

function groupOf(groups: Map<string, Group>, { exchange, symbol }: Market, spelling: Spelling): Group {
  const name = parseMarketName(exchange, symbol);
  const key = keyOfNamed({ exchange, symbol, name });
  const known = groups.get(key);
  if (known === undefined) {
    const group: Group = { exchange, name, spelling, files: [], held: [], skipped: [] };
    groups.set(key, group);
    return group;
  }
  if (isBefore(spelling, known.spelling)) known.spelling = spelling;
  return known;
}

/** The same for all spellings of a market, and for no other market. */
export function keyOfNamed({ exchange, symbol, name }: Pick<MarketFiles, 'exchange' | 'symbol' | 'name'>): string {
  // No exchange has a colon in its name, and no unified symbol is one that is not understood.
  return `${exchangeId(exchange)}:${name === null ? symbol : name.unified}`;
}

/** `keyOfNamed` of a market of which nothing but its spelling is at hand. */
export function keyOfMarket({ exchange, symbol }: Market): string {
  return keyOfNamed({ exchange, symbol, name: parseMarketName(exchange, symbol) });
}

function isBefore(a: Spelling, b: Spelling): boolean {
  if (a.isOfFeed !== b.isOfFeed) return a.isOfFeed;
  return a.isMarked === b.isMarked ? a.file < b.file : a.isMarked;
}

const NONE: readonly never[] = [];

/** Ten thousand of them stand at once: what is empty takes no memory. */
function marketFiles({ exchange, name, spelling, files, held, skipped }: Group): MarketFiles {
  return {
    exchange,
    symbol: spelling.symbol,
    name,
    files,
    held: held.length === 0 ? NONE : held,
    skipped: skipped.length === 0 ? NONE : skipped,
    heldBefore: null,
  };
}

function byMarket(a: MarketFiles, b: MarketFiles): number {
  return compareText(a.exchange, b.exchange) || compareText(a.symbol, b.symbol);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * The markets that have to be read again, or for the first time, because files of other names turned out to hold candles of theirs.
 * Sorted as `groupFiles` does.
 *
 * @param refused parts of such files that cannot be used: they give their market all the same
 */
export function groupStrays(
  strays: readonly ParsedSeries[],
  groups: readonly MarketFiles[],
  refused: readonly SkippedFile[] = [],
): readonly MarketFiles[] {
  if (strays.length === 0 && refused.length === 0) return NONE;
  const found = new Map<string, Group>();
  for (const parsed of strays) addHeld(found, parsed, { timeframe: 'auto' });
  for (const skipped of refused) addSkipped(found, skipped);
  const known = new Map(groups.map((group) => [keyOfNamed(group), group]));
  return [...found].map(([key, more]) => together(known.get(key), marketFiles(more))).sort(byMarket);
}

function together(known: MarketFiles | undefined, more: MarketFiles): MarketFiles {
  if (known === undefined) return more;
  return {
    ...known,
    held: [...known.held, ...more.held],
    skipped: [...known.skipped, ...more.skipped],
    heldBefore: known.held.length,
  };
}
