/** What the marker of a sample says. */
import { readFileSync } from 'node:fs';

/** The time of a sample, ms UTC, from its marker file; null when the marker does not say it. */
export function readSampleTime(marker: string): number | null {
  try {
    const { generated, as_of: asOf } = JSON.parse(readFileSync(marker, 'utf8')) as Partial<Record<string, unknown>>;
    return generated === true && typeof asOf === 'number' && Number.isSafeInteger(asOf) && asOf >= 0 ? asOf : null;
  } catch {
    // A marker without a time still marks the folder, which then has no clock of its own.
    return null;
  }
}
