/** Reads one file on its own, always by the formats and JSON.parse. */
import path from 'node:path';
import { sliceColumns, type CandleColumns, type CandleSeries, type SkippedFile } from '../../../src/core/candles.ts';
import type { Market } from '../../../src/core/market.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../../src/core/time.ts';
import { failed, type Failure } from '../../../src/candles/bytes.ts';
import { repairColumns } from '../../../src/candles/columns.ts';
import { contentOf, type Content } from '../../../src/candles/content.ts';
import { pathOf, type CandleFile } from '../../../src/candles/discover.ts';
import { explainContent } from '../../../src/candles/explain.ts';
import type { FormatReading, RawSeries, RefusedPart, Source } from '../../../src/candles/formats/format.ts';
import { FORMATS } from '../../../src/candles/formats/index.ts';
import { readJson, type JsonReading } from '../../../src/candles/json.ts';
import { readCandleName, type FileName } from '../../../src/candles/names.ts';
import { missingParts } from '../../../src/candles/missing-parts.ts';
import { marketOf, type ParsedSeries } from '../../../src/candles/reader.ts';
import { contradiction } from '../../../src/symbols/naming.ts';
import { unsupportedName } from '../../../src/candles/unsupported.ts';
import { readUnpacked } from '../../../src/candles/unpack.ts';

export interface ReadOptions {
  /** Id of the only format that is tried, null for all. */
  readonly format: string | null;
  /** Exchange of files that name none. */
  readonly exchange: string | null;
  /** Wall clock, ms UTC: candles that open more than a timeframe later are no candles. */
  readonly now: number;
  /** Hears of sound candles of which nothing says the market; they are refused all the same. */
  readonly onUnnamed?: (candles: UnnamedCandles) => void;
}

interface UnnamedCandles {
  /** As reports name the file. */
  readonly file: string;
  readonly timeframe: Timeframe;
  readonly columns: CandleColumns;
  /** Rows with a time that names no zone, read as UTC. */
  readonly naiveTimes: number;
}

export type ReadResult =
  | {
      readonly ok: true;
      readonly series: readonly ParsedSeries[];
      /** Of a file with several markets, those that cannot be used. */
      readonly refused: readonly SkippedFile[];
    }
  | { readonly ok: false; readonly skipped: SkippedFile };

/** Whatever the bytes of the file are, it does not throw. */
export async function readCandleFile(file: CandleFile, options: ReadOptions): Promise<ReadResult> {
  const name = readCandleName(pathOf(file));
  const market = !name.ok ? name.market : name.named.timeframe === null ? null : marketOf(name.named, options);
  const skip = ({ reason, detail }: Failure | RefusedPart, of: Market | null = market): SkippedFile => ({
    file: file.name,
    reason,
    detail,
    market: of,
  });
  if (!name.ok) return { ok: false, skipped: skip({ ...name, ok: false }) };
  const unsupported = unsupportedName(pathOf(file));
  if (unsupported !== null) return { ok: false, skipped: skip(failed('unsupported-format', unsupported)) };

  const content = readUnpacked(pathOf(file), options.now);
  if (!content.ok) return { ok: false, skipped: skip(content) };
  const named = withInnerName(name.named, pathOf(file), content.innerName);
  if (!named.ok) return { ok: false, skipped: skip(named) };
  const parsed = await parse(content.bytes, content.innerName ?? pathOf(file), named.named, options);
  if (!parsed.ok) return { ok: false, skipped: skip(parsed) };

  const series: ParsedSeries[] = [];
  const refused = parsed.refused.map((part) => skip(part, part.market ?? market));
  for (const raw of parsed.series) {
    const one = finish(raw, options, content.modifiedAt);
    if (one.ok) series.push({ file: file.name, format: parsed.format, ...one.parsed });
    else refused.push(skip(one, marketOf(raw, options) ?? market));
    if (marketOf(raw, options) === null) tellUnnamed(file.name, raw, options);
  }
  const [first] = refused;
  return series.length === 0 && first !== undefined ? { ok: false, skipped: first } : { ok: true, series, refused };
}

/** What an archive's own name does not say, the name of the file in it may. */
function withInnerName(
  named: FileName,
  file: string,
  innerName: string | null,
): { readonly ok: true; readonly named: FileName } | Failure {
  const inner = innerName === null ? null : readCandleName(path.join(path.dirname(file), innerName));
  if (inner?.ok === false && inner.market === null) {
    return failed(inner.reason, `of the file in it, ${innerName}: ${inner.detail}`);
  }
  const within = inner?.ok === true ? inner.named : null;
  const other = within?.symbol ?? null;
  if (named.symbol !== null && other !== null && contradiction(named.exchange ?? '', named.symbol, other) !== null) {
    return failed('bad-series', `its name says ${named.symbol} but the file in it ${other}: rename it`);
  }
  return { ok: true, named: named.symbol === null ? (within ?? named) : named };
}

type Parsed = (Extract<FormatReading, { ok: true }> & { readonly format: string }) | Failure;

async function parse(bytes: Buffer, fileName: string, named: FileName, options: ReadOptions): Promise<Parsed> {
  const kind = contentOf(bytes, fileName.replace(/\.gz$/i, ''));
  if (!kind.ok) return kind;
  const formats = FORMATS.filter(
    ({ id, content }) => content === kind.content && (options.format === null || options.format === id),
  );
  const source = sourceOf(Buffer.from(bytes), options.format !== null);
  for (const { id, parse: parseAs } of formats) {
    const reading = await parseAs(source, named);
    if (reading !== null) return reading.ok ? { ...reading, format: id } : reading;
  }
  return options.format === null ? explainContent(kind.content, source) : notChosen(options.format, kind.content);
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
function finish(raw: RawSeries, options: ReadOptions, modifiedAt: number): Finished {
  const market = marketOf(raw, options);
  if (raw.rows.length === 0) return failed('no-candles', 'it holds no candles');
  if (market === null) return missingParts(raw, options);
  const repaired = repairColumns(raw.rows, raw.timeframe, options.now, raw);
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
  onUnnamed({ file, timeframe: repaired.timeframe, columns: repaired.columns, naiveTimes: raw.naiveTimes });
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
