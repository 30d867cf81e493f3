/** One candle file to sound columns, or to the reason why not. */
import {
  sliceColumns,
  type CandleFindings,
  type CandleSeries,
  type FileSkipReason,
  type SkippedFile,
} from '../core/candles.ts';
import { TIMEFRAME_MS } from '../core/time.ts';
import { failed, readBytes, type Failure } from './bytes.ts';
import { repairColumns } from './columns.ts';
import type { CandleFile } from './discover.ts';
import type { RawSeries, Source } from './formats/format.ts';
import { FORMATS } from './formats/index.ts';
import { readJson, type JsonReading } from './json.ts';
import type { NameReading } from './names.ts';
import { unsupportedDetail } from './unsupported.ts';

export interface ParsedSeries {
  /** As reports name the file. */
  readonly file: string;
  /** All candles of the file, except a last one that was unfinished when the file was written. */
  readonly series: CandleSeries;
  readonly findings: CandleFindings;
  /** When the file was last written, ms UTC. */
  readonly modifiedAt: number;
  /** True when the file's name says that the candles are the spot market's. */
  readonly spot: boolean;
}

export type ReadResult =
  | { readonly ok: true; readonly series: readonly ParsedSeries[] }
  | { readonly ok: false; readonly skipped: SkippedFile };

const UNKNOWN_NAME: NameReading = {
  ok: false,
  reason: 'unknown-name',
  detail: 'its name must say exchange, symbol and timeframe, e.g. BINANCE_BTCUSDT_4h.json',
  market: null,
};

/** Reads the file synchronously. Whatever its bytes are, it does not throw. */
export function readCandleFile(file: CandleFile): ReadResult {
  const name = readName(file.path);
  const skip = (reason: FileSkipReason, detail: string): ReadResult => ({
    ok: false,
    skipped: { file: file.name, reason, detail, market: name.ok ? name.named.market : name.market },
  });
  const unsupported = unsupportedDetail(file.path);
  if (unsupported !== null) return skip('unsupported-format', unsupported);
  if (!name.ok) return skip(name.reason, name.detail);

  const content = readBytes(file.path);
  if (!content.ok) return skip(content.reason, content.detail);
  const parsed = parse(file.path, content.bytes);
  if (!parsed.ok) return skip(parsed.reason, parsed.detail);

  const series: ParsedSeries[] = [];
  for (const { market, timeframe, spot, rows } of parsed.series) {
    const repaired = repairColumns(rows, timeframe);
    if (!repaired.ok) return skip(repaired.reason, repaired.detail);
    const finished = withoutUnfinished({ market, timeframe, ...repaired.columns }, content.modifiedAt);
    if (finished.length === 0) return skip('no-candles', 'its only candle was unfinished when the file was written');
    const { findings } = repaired;
    series.push({ file: file.name, series: finished, findings, modifiedAt: content.modifiedAt, spot });
  }
  return { ok: true, series };
}

/** What the first format that knows names of this form reads in it. */
function readName(file: string): NameReading {
  for (const format of FORMATS) {
    const reading = format.readName(file);
    if (reading !== null) return reading;
  }
  return UNKNOWN_NAME;
}

function parse(file: string, bytes: Buffer): { readonly ok: true; readonly series: readonly RawSeries[] } | Failure {
  let json: JsonReading | null = null;
  const source: Source = { bytes, json: () => (json ??= readJson(bytes)) };
  for (const format of FORMATS) {
    const name = format.readName(file);
    const series = name?.ok === true ? format.parse(source, name.named) : null;
    if (series !== null) return { ok: true, series };
  }
  const document = source.json();
  return document.ok ? failed('not-candles', 'it holds no rows of time, open, high, low, close and volume') : document;
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
