/** What a candle format is. One file in `formats/`, one line in its index. */
import type { RawColumns } from '../columns.ts';
import type { JsonReading } from '../json.ts';
import type { NamedSeries, NameReading } from '../names.ts';

/** A file's content, unpacked. */
export interface Source {
  readonly bytes: Buffer;
  /** Parsed once, when a format asks. */
  readonly json: () => JsonReading;
}

export interface RawSeries extends NamedSeries {
  readonly rows: RawColumns;
}

export interface CandleFormat {
  /** kebab-case. */
  readonly id: string;
  /** One line for people: name and content. */
  readonly summary: string;
  /** What the name of the file (absolute path) says, or null when it is not a name of this format. */
  readonly readName: (file: string) => NameReading | null;
  /** The series in the file, usually the one that it is named for; null when the content is not of this format. */
  readonly parse: (source: Source, named: NamedSeries) => readonly RawSeries[] | null;
}
