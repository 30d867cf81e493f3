/** What a candle format is. One file in `formats/`, one line in its index. */
import type { FileSkipReason } from '../../core/candles.ts';
import type { Market } from '../../core/market.ts';
import type { Failure } from '../bytes.ts';
import type { RawColumns } from '../columns.ts';
import type { Content } from '../content.ts';
import type { JsonReading } from '../json.ts';
import type { FileName } from '../names.ts';
import type { PlainRows } from '../plain-rows.ts';
import { PLAIN_TIMES, type TimesSaid } from '../times.ts';

/** A file's content, unpacked. */
export interface Source {
  readonly bytes: Buffer;
  /** Parsed once, when a format asks. */
  readonly json: () => JsonReading;
  /** The bytes as UTF-8 without a byte order mark, decoded once. */
  readonly text: () => string;
  /** True when the user named this format with `--format`: what is ambiguous otherwise is settled by that. */
  readonly chosen: boolean;
}

/**
 * One series as the file has it. What neither name nor content say stays null: the reader takes the exchange from
 * `--exchange` and the timeframe from the step of the times, and refuses what remains unknown.
 */
export interface RawSeries extends FileName, TimesSaid {
  readonly rows: RawColumns;
  /** The kind that rows say in the name of their market, where the file's name and folder say none. */
  readonly kindOfRows: 'perpetual' | 'spot' | null;
}

/** One of several series in a file that cannot be used. */
export interface RefusedPart {
  readonly market: Market | null;
  readonly reason: FileSkipReason;
  readonly detail: string;
}

export type FormatReading =
  | { readonly ok: true; readonly series: readonly RawSeries[]; readonly refused: readonly RefusedPart[] }
  | Failure;

export interface CandleFormat {
  /** kebab-case: what `--format` takes. */
  readonly id: string;
  /** One line for people: name and content. */
  readonly summary: string;
  /** Kind of bytes that it reads; others are never handed to it. */
  readonly content: Content;
  /**
   * As `parse`, for rows of six numbers that were read straight from the bytes: the same reading, sooner. Null when they are not of this
   * format. What `plainRows` does not read, and formats without it, go by `parse`.
   */
  readonly fromPlain?: (rows: PlainRows, named: FileName) => FormatReading | null;
  /**
   * The series in the file, usually the one that it is named for. Null when the content is not of this format, a failure
   * when it is and cannot be used. Whatever the bytes are, it does not throw.
   */
  readonly parse: (source: Source, named: FileName) => FormatReading | null | Promise<FormatReading | null>;
}

/** The reading of a file with the one series that it is named for. */
export function oneSeries(
  named: FileName,
  rows: RawColumns,
  times: TimesSaid = PLAIN_TIMES,
  kindOfRows: RawSeries['kindOfRows'] = null,
): FormatReading {
  return { ok: true, series: [{ ...named, rows, ...times, kindOfRows }], refused: [] };
}
