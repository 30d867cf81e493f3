/** What the options of a run mean: which strategies, and for when. */
import { FORMATS } from '../candles/formats/index.ts';
import { placeOf, type SettingSource } from '../config.ts';
import { duration } from '../settings.ts';
import { ConfigError } from '../core/config-error.ts';
import type { Strategy } from '../core/strategy.ts';
import { closest } from '../platform/text.ts';
import { STRATEGIES } from '../strategies/index.ts';

/** ISO time with a zone, a date, or ms UTC. */
const ISO_TIME = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** @throws ConfigError */
export function parseAsOf(text: string): number {
  const time = /^\d{10,13}$/.test(text) ? Number(text) : isoTime(text);
  // Seconds would silently mean January 1970.
  if (Number.isFinite(time) && time >= Date.UTC(2010, 0)) return time;
  throw new ConfigError(
    `--as-of: "${text}" is not understood; expected e.g. 2026-01-19T17:00:00Z or 1768842000000 (ms UTC)`,
    2,
  );
}

/** NaN unless the text is a time of the calendar: `Date.parse` takes 30 February for 2 March. */
function isoTime(text: string): number {
  const day = ISO_TIME.exec(text)?.[1];
  if (day === undefined || !new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day)) return Number.NaN;
  return Date.parse(text);
}

/** @throws ConfigError */
export function parseLimit(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new ConfigError(`--limit: "${text}" is not understood; expected a whole number from 1 on`, 2);
}

/**
 * ms that `--wait-lock` waits; 0 without it, `whole` when it names no duration.
 * @throws ConfigError
 */
export function parseWaitLock(given: string | true | undefined, whole: number): number {
  if (given === undefined) return 0;
  if (given === true) return whole;
  const reading = duration(given);
  if ('value' in reading) return reading.value;
  throw new ConfigError(
    `--wait-lock: "${given}" is not understood; expected a duration such as 90s, 5m or 1h. Without one it stands after the paths`,
    2,
  );
}

/**
 * The id that `--format` names; null for all formats.
 * @throws ConfigError when it is unknown: the message names the nearest and the known ones
 */
export function formatOf(id: string | undefined): string | null {
  if (id === undefined) return null;
  const known = FORMATS.map((format) => format.id);
  if (known.includes(id)) return id;
  const near = closest(id, known);
  const hint = near === null ? '' : ` Did you mean ${near}?`;
  throw new ConfigError(`--format: unknown format "${id}".${hint} Known are ${known.join(', ')}.`, 2);
}

/**
 * The built-in strategies that `--strategy` names, in the order of the list; `all` is every one.
 * @throws ConfigError when an id is unknown: the message names the known ones
 */
export function selectStrategies(ids: readonly string[], source: SettingSource): readonly Strategy[] {
  if (ids.includes('all')) return STRATEGIES;
  const known = STRATEGIES.map((strategy) => strategy.id);
  for (const id of ids) {
    if (known.includes(id)) continue;
    const near = closest(id, known);
    const hint = near === null ? '' : ` Did you mean ${near}?`;
    const text = `${placeOf('strategies', source)}: unknown strategy "${id}".${hint} Known are ${known.join(', ')}, and all.`;
    throw new ConfigError(text, source === 'flag' ? 2 : 78);
  }
  return STRATEGIES.filter((strategy) => ids.includes(strategy.id));
}
