import type { IgnoredFile } from '../candles/discover.ts';
import type { Problem } from '../candles/survey-problem.ts';
import type { Survey } from '../candles/survey.ts';

/** What was found, before it is put into words. */
export interface FolderReport {
  readonly version: string;
  readonly paths: readonly string[];
  readonly survey: Survey;
  readonly ignored: readonly IgnoredFile[];
  /** Files of the made-up sample that were left out because there are others. */
  readonly sampleLeftOut: number;
  readonly problems: readonly Problem[];
}
