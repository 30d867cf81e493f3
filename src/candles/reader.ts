/** One candle file to sound columns, or to the reason why not. */
import path from 'node:path';
import {
  sliceColumns,
  type CandleColumns,
  type CandleFindings,
  type CandleSeries,
  type SkippedFile,
} from '../core/candles.ts';
import type { Market } from '../core/market.ts';
import { TIMEFRAME_MS, type Timeframe } from '../core/time.ts';
import { failed, type Failure } from './bytes.ts';
import { repairColumns } from './columns.ts';
import { contentOf, type Content } from './content.ts';
import { copied } from './column-memory.ts';
import { pathOf, type CandleFile } from './discover.ts';
import { explainContent } from './explain.ts';
import type { CandleFormat, FormatReading, RawSeries, RefusedPart, Source } from './formats/format.ts';
import { FORMATS } from './formats/index.ts';
import { readJson, type JsonReading } from './json.ts';
import { readPlainName } from './plain-name.ts';
import { contradiction, marketSymbol, readMarketName } from '../symbols/naming.ts';
import { exchangeNamed } from './name-words.ts';
import { missingParts } from './missing-parts.ts';
import { readCandleName, type FileName, type NameReading } from './names.ts';
import { isReadOver, plainRows } from './plain-rows.ts';
import { unsupportedName } from './unsupported.ts';
import { readUnpacked } from './unpack.ts';

export interface ReadOptions {
  /** Id of the only format that is tried, null for all. */
  readonly format: string | null;
  /** Exchange of files that name none. */
  readonly exchange: string | null;
  /** What the user says of the only file that is read, where its name and folder do not. */
  readonly alone?: Pick<FileName, 'symbol' | 'timeframe'>;
  /** Wall clock, ms UTC: candles that open more than a timeframe later are no candles. */
  readonly now: number;
  /** Hears of sound candles of which nothing says the market; they are refused all the same. */
  readonly onUnnamed?: (candles: UnnamedCandles) => void;
}

export interface UnnamedCandles {
  /** As reports name the file. */
  readonly file: string;
  readonly timeframe: Timeframe;
  readonly columns: CandleColumns;
  /** Rows with a time that names no zone, read as UTC. */
  readonly naiveTimes: number;
}

export interface ParsedSeries {
  /** As reports name the file. */
  readonly file: string;
  /** Id of the format that read it. */
  readonly format: string;
  /** All candles of the file, except a last one that was unfinished when the file was written. */
  readonly series: CandleSeries;
  readonly findings: CandleFindings;
  /** When the file was last written, ms UTC. */
  readonly modifiedAt: number;
  /** True when the file says that the candles are the spot market's. */
  readonly spot: boolean;
  /** What says that they are the perpetual's. */
  readonly marked: FileName['marked'];
  /** The kind that its rows say, where name and folder say none. */
  readonly kindOfRows: RawSeries['kindOfRows'];
  /** The symbol as the name has it. */
  readonly written: string;
  /** True when a last candle was left out because it was unfinished when the file was written. */
  readonly unfinished: boolean;
}

export type ReadResult =
  | {
      readonly ok: true;
      readonly series: readonly ParsedSeries[];
      /** Of a file with several markets, those that cannot be used. */
      readonly refused: readonly SkippedFile[];
    }
  | { readonly ok: false; readonly skipped: SkippedFile };

/** What the file's name and folder say. */
export function readName(file: CandleFile): NameReading {
  const plain = readPlainName(file.folder, path.basename(file.name));
  return plain === null ? readCandleName(pathOf(file)) : { ok: true, named: plain };
}

/** Reads a file whose candles are to last. Whatever its bytes are, it does not throw. */
export async function readCandleFile(file: CandleFile, options: ReadOptions): Promise<ReadResult> {
  const reading = readNamedFile(file, readName(file), options);
  // What is waited for stands in memory of its own; all else is copied before another file can be read.
  if (reading instanceof Promise) return reading;
  return reading.ok ? { ...reading, series: reading.series.map(lasting) } : reading;
}

/** `parsed` with candles that no other file is read over. */
function lasting(parsed: ParsedSeries): ParsedSeries {
  return isReadOver(parsed.series.time) ? { ...parsed, series: copied(parsed.series) } : parsed;
}

/**
 * Reads a file whose candles are used before the next one is read: they may stand in memory that it is read into. An answer at once,
 * no promise, where nothing has to be waited for. Whatever the bytes are, it does not throw.
 *
 * @param name as `readName` answered
 */
export function readNamedFile(
  file: CandleFile,
  name: NameReading,
  options: ReadOptions,
): ReadResult | Promise<ReadResult> {
  // Of a file that says no timeframe only its candles show that it holds any.
  const market = !name.ok ? name.market : name.named.timeframe === null ? null : marketOf(name.named, options);
  const skipped = ({ reason, detail }: Failure): ReadResult => ({
    ok: false,
    skipped: { file: file.name, reason, detail, market },
  });
  if (!name.ok) return skipped({ ...name, ok: false });
  const unsupported = unsupportedName(file.name);
  if (unsupported !== null) return skipped(failed('unsupported-format', unsupported));

  const location = pathOf(file);
  const content = readUnpacked(location, options.now);
  if (!content.ok) return skipped(content);
  const named = content.innerName === null ? name : withInnerName(name.named, location, content.innerName);
  if (!named.ok) return skipped(named);
  const finished = (parsed: Parsed): ReadResult =>
    parsed.ok ? finishAll(file.name, parsed, market, content.modifiedAt, options) : skipped(parsed);
  const told = withSymbolGiven(named.named, options);
  if (!told.ok) return skipped(told);
  const parsed = parse(content.bytes, content.innerName ?? file.name, told.named, options);
  return parsed instanceof Promise ? parsed.then(finished) : finished(parsed);
}

function finishAll(
  file: string,
  parsed: Extract<Parsed, { ok: true }>,
  market: Market | null,
  modifiedAt: number,
  options: ReadOptions,
): ReadResult {
  const series: ParsedSeries[] = [];
  const skip = ({ reason, detail }: Failure | RefusedPart, of: Market | null): SkippedFile => ({
    file,
    reason,
    detail,
    market: of,
  });
  const refused = parsed.refused.map((part) => skip(part, part.market ?? market));
  for (const raw of parsed.series) {
    const own = marketOf(raw, options);
    const one = finish(raw, own, options, modifiedAt);
    if (one.ok) series.push({ file, format: parsed.format, ...one.parsed });
    else refused.push(skip(one, own ?? market));
    if (own === null) tellUnnamed(file, raw, options);
  }
  const [first] = refused;
  return series.length === 0 && first !== undefined ? { ok: false, skipped: first } : { ok: true, series, refused };
}

type Whose = Pick<FileName, 'exchange' | 'symbol'>;

/** The market of that name, spelled as its exchange spells it. */
export function marketOf(named: Whose, { exchange, alone }: Pick<ReadOptions, 'exchange' | 'alone'>): Market | null {
  const known = named.exchange ?? (exchange === null ? null : exchangeNamed(exchange));
  const symbol = named.symbol ?? alone?.symbol ?? null;
  const spelled = known === null || symbol === null ? null : marketSymbol(known, symbol);
  return known === null || spelled === null ? null : { exchange: known, symbol: spelled };
}

/** What an archive's own name does not say, the name of the file in it may. */
function withInnerName(
  named: FileName,
  file: string,
  innerName: string,
): { readonly ok: true; readonly named: FileName } | Failure {
  const inner = readCandleName(path.join(path.dirname(file), innerName));
  if (!inner.ok && inner.market === null)
    return failed(inner.reason, `of the file in it, ${innerName}: ${inner.detail}`);
  const within = inner.ok ? inner.named : null;
  const other = within?.symbol ?? null;
  if (named.symbol !== null && other !== null && contradiction(named.exchange ?? '', named.symbol, other) !== null) {
    return failed('bad-series', `its name says ${named.symbol} but the file in it ${other}: rename it`);
  }
  return { ok: true, named: named.symbol === null ? (within ?? named) : named };
}

/** What `--symbol` says of a file that is read alone counts as if its name said it. */
function withSymbolGiven(
  named: FileName,
  { exchange, alone }: ReadOptions,
): { readonly ok: true; readonly named: FileName } | Failure {
  const symbol = named.symbol === null ? (alone?.symbol ?? null) : null;
  const at = named.exchange ?? (exchange === null ? null : exchangeNamed(exchange));
  if (symbol === null || at === null) return { ok: true, named };
  const { name, kind } = readMarketName(at, symbol);
  if (name === null || kind === 'dated' || kind === 'option') {
    return failed('unknown-name', `--symbol ${symbol} is no perpetual of ${at}: give coin and quote, e.g. BTCUSDT`);
  }
  const isSpot = named.spot || (named.marked === null && kind === 'spot');
  const marked = named.marked ?? (kind === 'perpetual' && !isSpot ? 'name' : null);
  return { ok: true, named: { ...named, exchange: at, symbol, spot: isSpot, marked } };
}

type Parsed = (Extract<FormatReading, { ok: true }> & { readonly format: string }) | Failure;

/** By the formats that read plain rows; where none does, all take their turn. */
function parse(bytes: Buffer, fileName: string, named: FileName, options: ReadOptions): Parsed | Promise<Parsed> {
  const kind = contentOf(bytes, fileName.replace(/\.gz$/i, ''));
  if (!kind.ok) return kind;
  const isWanted = ({ id, content }: CandleFormat): boolean =>
    content === kind.content && (options.format === null || options.format === id);
  const plain = kind.content === 'json' ? plainRows(bytes) : null;
  for (const format of plain === null ? [] : FORMATS) {
    const reading = isWanted(format) ? (format.fromPlain?.(plain!, named) ?? null) : null;
    if (reading !== null) return reading.ok ? { ...reading, format: format.id } : reading;
  }
  // The formats may take their time, and the next file is read into the same memory.
  return parseByFormats(Buffer.from(bytes), FORMATS.filter(isWanted), kind.content, named, options);
}

async function parseByFormats(
  bytes: Buffer,
  formats: readonly CandleFormat[],
  content: Content,
  named: FileName,
  { format }: ReadOptions,
): Promise<Parsed> {
  const source = sourceOf(bytes, format !== null);
  for (const { id, parse: parseAs } of formats) {
    const reading = await parseAs(source, named);
    if (reading !== null) return reading.ok ? { ...reading, format: id } : reading;
  }
  return format === null ? explainContent(content, source) : notChosen(format, content);
}

function sourceOf(bytes: Buffer, chosen: boolean): Source {
  let json: JsonReading | null = null;
  let text: string | null = null;
  return {
    bytes,
    json: () => (json ??= readJson(bytes)),
    text: () => (text ??= bytes.toString('utf8').replace(/^\uFEFF/, '')),
    chosen,
  };
}

function notChosen(format: string, content: Content): Failure {
  return failed('not-candles', `its content (${content}) is not of the format ${format}: leave --format out`);
}

type Finished = { readonly ok: true; readonly parsed: Omit<ParsedSeries, 'file' | 'format'> } | Failure;

/** A series that knows its market and timeframe, repaired. */
function finish(raw: RawSeries, market: Market | null, options: ReadOptions, modifiedAt: number): Finished {
  if (raw.rows.length === 0) return failed('no-candles', 'it holds no candles');
  if (market === null) return missingParts(raw, options);
  const { now, alone } = options;
  const asNamed = repairColumns(raw.rows, raw.timeframe, now, raw);
  const isUntold = !asNamed.ok && asNamed.reason === 'unknown-timeframe' && raw.timeframe === null;
  const repaired = isUntold && alone?.timeframe ? repairColumns(raw.rows, alone.timeframe, now, raw) : asNamed;
  if (!repaired.ok) return repaired;
  const { columns, timeframe } = repaired;
  const all: CandleSeries = { market, timeframe, ...columns };
  const series = withoutUnfinished(all, modifiedAt);
  if (series.length === 0) return failed('no-candles', 'its only candle was unfinished when the file was written');
  const findings = { ...repaired.findings, naiveTimes: raw.naiveTimes };
  const unfinished = series.length < all.length;
  return {
    ok: true,
    parsed: {
      series,
      findings,
      modifiedAt,
      spot: raw.spot,
      marked: raw.marked,
      kindOfRows: raw.kindOfRows,
      written: raw.symbol ?? market.symbol,
      unfinished,
    },
  };
}

function tellUnnamed(file: string, raw: RawSeries, { now, onUnnamed }: ReadOptions): void {
  if (onUnnamed === undefined) return;
  const repaired = repairColumns(raw.rows, raw.timeframe, now, raw);
  if (!repaired.ok) return;
  onUnnamed({ file, timeframe: repaired.timeframe, columns: copied(repaired.columns), naiveTimes: raw.naiveTimes });
}

/**
 * A file written while its last candle was still open holds that candle half-formed, however late the scan is: by then the
 * clock alone would take it for closed. Later writing times prove nothing (copies, checkouts), nor do earlier ones (archives).
 */
function withoutUnfinished(series: CandleSeries, modifiedAt: number): CandleSeries {
  const last = series.time[series.length - 1]!;
  const wasOpen = modifiedAt >= last && modifiedAt < last + TIMEFRAME_MS[series.timeframe];
  return wasOpen ? sliceColumns(series, 0, series.length - 1) : series;
}
