/** What the options of a run mean: which strategies and markets, and for when. */
import { FORMATS } from '../candles/formats/index.ts';
import type { LoadedCandles, LoadedMarket } from '../candles/load.ts';
import { placeOf, type Config, type SettingSource } from '../config.ts';
import { duration } from '../settings.ts';
import type { CandleFindings, SkippedFile } from '../core/candles.ts';
import type { ProviderName } from '../core/feed.ts';
import { ConfigError } from '../core/config-error.ts';
import type { Strategy } from '../core/strategy.ts';
import { closest } from '../platform/text.ts';
import { STRATEGIES } from '../strategies/index.ts';
import { parseMarketName } from '../symbols/naming.ts';

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
  const parsed = duration.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    `--wait-lock: "${given}" is not understood; expected a duration such as 90s, 5m or 1h. Without one it stands after the paths`,
    2,
  );
}

/**
 * The provider of a run, once it is known whether its input is the sample.
 * @throws ConfigError
 */
export function providerFor({ provider, apiKey }: Config, sample: boolean): ProviderName {
  if (provider !== 'auto') {
    if (!sample || provider !== 'coinalyze') return provider;
    throw new ConfigError(
      'the sample is made up: real series do not go with it. Scan candles of your own, or use --provider sandbox',
      2,
    );
  }
  if (sample) return 'sandbox';
  return apiKey === null ? 'none' : 'coinalyze';
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

function inFiles(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

/** One sentence for each kind of rows whose times may not mean what they say. */
export function doubtfulRows(findings: readonly CandleFindings[]): readonly string[] {
  const told = (kind: 'future' | 'naiveTimes', text: (files: number, rows: number) => string): readonly string[] => {
    const counts = findings.map((one) => one[kind]).filter((count) => count > 0);
    const sum = counts.reduce((total, count) => total + count, 0);
    return counts.length === 0 ? [] : [text(counts.length, sum)];
  };
  return [
    ...told('naiveTimes', (files) => `${inFiles(files)} with times without a zone; they were read as UTC`),
    ...told('future', (files, rows) => `${inFiles(files)} with candles dated in the future; ${rows} were left out`),
  ];
}

/** Warnings of one reason that are told one by one: a wrong --format or a foreign folder has a thousand of them. */
const TOLD_PER_REASON = 20;

/** A sentence for each skipped file, and one for each reason that too many have. */
export function skippedFiles(skipped: readonly SkippedFile[]): readonly string[] {
  return [...Map.groupBy(skipped, ({ reason }) => reason)].flatMap(([reason, files]) => {
    const told = files.slice(0, TOLD_PER_REASON);
    const lines = told.map(({ file, detail }) => `${file} was skipped (${reason}): ${detail}`);
    const more = files.length - told.length;
    return more === 0
      ? lines
      : lines.concat(`${more} more files were skipped (${reason}): scan doctor --json names all`);
  });
}

export interface MarketFilter {
  /** A coin or a symbol, case ignored. */
  readonly symbol: string | null;
  readonly exchange: string | null;
  readonly limit: number | null;
}

/**
 * The markets that the filter keeps, in their order.
 * @throws ConfigError when it keeps none: the message names the nearest market or the known exchanges
 */
export function keepMarkets(candles: LoadedCandles, { symbol, exchange, limit }: MarketFilter): LoadedCandles {
  const onExchange = candles.markets.filter(
    ({ market }) => exchange === null || market.exchange === exchange.toUpperCase(),
  );
  if (onExchange.length === 0) throw noSuchExchange(exchange!, candles.markets);
  const wanted = symbol?.toLowerCase();
  const kept = onExchange.filter((one) => wanted === undefined || namesOf(one).includes(wanted));
  if (kept.length === 0) throw noSuchSymbol(symbol!, onExchange);
  return { ...candles, markets: kept.slice(0, limit ?? kept.length) };
}

function namesOf({ market }: LoadedMarket): readonly string[] {
  const name = parseMarketName(market.exchange, market.symbol);
  const names = name === null ? [market.symbol] : [market.symbol, name.base, name.unified];
  return names.map((text) => text.toLowerCase());
}

function noSuchExchange(exchange: string, markets: readonly LoadedMarket[]): ConfigError {
  const known = [...new Set(markets.map(({ market }) => market.exchange))];
  return new ConfigError(`--exchange: no market of "${exchange}" in the input; there are ${known.join(', ')}`, 2);
}

function noSuchSymbol(symbol: string, markets: readonly LoadedMarket[]): ConfigError {
  const near = closest(symbol, [...new Set(markets.flatMap(namesOf))]);
  const hint = near === null ? '' : `; did you mean ${near.toUpperCase()}?`;
  return new ConfigError(`--symbol: no market "${symbol}" among ${markets.length} in the input${hint}`, 2);
}

/**
 * The strategies that `--strategy` names, in the order of the list; `all` is every one.
 * @throws ConfigError when an id is unknown: the message names the known ones.
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
