/** `scan doctor <folder>`: what it holds and what is wrong with it, in one reading. */
import { setImmediate } from 'node:timers/promises';
import { discoverCandleFiles, type CandleFile } from '../candles/discover.ts';
import { readCandleFile, type ParsedSeries, type UnnamedCandles } from '../candles/reader.ts';
import { readSampleTime } from '../candles/sample.ts';
import { findProblems } from '../candles/survey-problems.ts';
import { surveyCandles, type Doubt, type Survey } from '../candles/survey.ts';
import type { Problem } from '../candles/survey-problem.ts';
import { defaultOutput, loadConfig } from '../config.ts';
import type { SkippedFile } from '../core/candles.ts';
import { ConfigError } from '../core/config-error.ts';
import { marketKey, type Market } from '../core/market.ts';
import { namesIn } from '../core/text.ts';
import { timeText } from '../feed/words.ts';
import { systemClock } from '../platform/clock.ts';
import { createProgress } from '../platform/progress.ts';
import { formatDuration } from '../platform/text.ts';
import { continuousTail } from '../processor/continuity.ts';
import { STRATEGIES } from '../strategies/index.ts';
import { AMBIGUOUS_TICKERS } from '../symbols/ambiguous.ts';
import { exchangeId, parseMarketName } from '../symbols/naming.ts';
import { appearance, EXIT, type CommandContext } from './context.ts';
import { folderJson } from './doctor-json.ts';
import type { FolderReport } from './doctor-report.ts';
import { folderText } from './doctor-text.ts';
import { parseNames } from './name-lists.ts';
import { formatOf, parseAsOf } from './run-options.ts';

export interface FolderFlags {
  readonly json?: true;
  readonly format?: string;
  readonly exchange?: string;
  readonly asOf?: string;
}

/** Surveys, prints, and answers with the exit code: 4 when no candles could be read. */
export async function doctorFolder(
  paths: readonly string[],
  flags: FolderFlags,
  context: CommandContext,
): Promise<number> {
  const report = await examineFolder(paths, flags, context);
  const text = flags.json
    ? `${JSON.stringify(folderJson(report), null, 2)}\n`
    : folderText(report, appearance(context.stdout, context.env));
  context.stdout.write(text);
  return report.survey.series.length === 0 ? EXIT.noFeed : EXIT.ok;
}

/**
 * Reads and surveys without printing.
 *
 * @throws ConfigError
 */
export async function examineFolder(
  paths: readonly string[],
  flags: FolderFlags,
  context: CommandContext,
): Promise<FolderReport> {
  const config = loadConfig({ ...context, flags: {} });
  const format = formatOf(flags.format);
  const asOf = flags.asOf === undefined ? null : parseAsOf(flags.asOf);
  const found = await discoverCandleFiles(paths, { exclude: [config.output, defaultOutput(config.root)] });
  if (!found.ok) throw new ConfigError(`${found.path}: ${found.detail}`, 2);
  // As a scan: the sample counts only where there is nothing else.
  const own = found.files.filter(({ sampleMarker }) => sampleMarker === null);
  const files = own.length > 0 ? own : found.files;
  const marker = own.length > 0 ? null : (files[0]?.sampleMarker ?? null);
  const now = asOf ?? (marker === null ? null : readSampleTime(marker)) ?? systemClock.now();
  const exchanges = namesIn(parseNames('--exchange', flags.exchange)?.toUpperCase() ?? null);
  const exchange = exchanges.length === 1 ? exchanges[0]! : null;
  const read = await readAll(files, { format, exchange }, context);
  expectExchanges(exchanges, read);
  const kept = (market: Market | null): boolean =>
    exchanges.length === 0 ||
    (market !== null && exchanges.some((one) => exchangeId(one) === exchangeId(market.exchange)));
  const input = {
    parsed: read.parsed.filter(({ series }) => kept(series.market)),
    skipped: [...found.skipped, ...read.skipped].filter(({ market }) => market === null || kept(market)),
    unnamed: read.unnamed,
  };
  const surveyed = surveyCandles(input, { now, guard: (series) => continuousTail(series), doubt: doubtAbout });
  return {
    version: context.version,
    paths,
    survey: surveyed,
    ignored: found.ignored,
    sampleLeftOut: found.files.length - files.length,
    problems: [...mostlyDead(surveyed), ...findProblems(surveyed, STRATEGIES, found.ignored, config.timeframe)],
  };
}

/** What degrades a scan at this time: more than half of the markets stale or unreadable. */
function mostlyDead({ markets, series, now }: Survey): readonly Problem[] {
  const ofMarket = Map.groupBy(series, ({ market }) => marketKey(market));
  const dead = markets.flatMap(({ market }) => {
    const own = ofMarket.get(marketKey(market)) ?? [];
    if (own.some(({ stale }) => !stale)) return [];
    return { where: `${market.exchange} ${market.symbol}`, newest: own.toSorted((a, b) => a.ageMs - b.ageMs)[0] };
  });
  if (dead.length <= markets.length / 2) return [];
  const lastOpen = Math.max(...dead.map(({ newest }) => newest?.lastOpen ?? -Infinity));
  const past = Number.isFinite(lastOpen)
    ? `; scan --as-of ${new Date(lastOpen).toISOString().replace('.000Z', 'Z')} looks at the past`
    : '';
  return [
    {
      kind: 'stale-candles',
      severity: 'error',
      title: `Markets that are stale or unreadable, more than half of ${markets.length}: a scan now is degraded (exit 3)`,
      remedy: `refresh the files${past}`,
      cases: dead.map(({ where, newest }) => ({
        where,
        detail:
          newest === undefined
            ? 'no file of it can be read'
            : `the newest candle closed at ${timeText(now - newest.ageMs)}, ${formatDuration(newest.ageMs)} ago`,
      })),
    },
  ];
}

/** @throws ConfigError for an exchange of which there is no file */
function expectExchanges(exchanges: readonly string[], { parsed, skipped }: Readings): void {
  const known = new Set(
    [...parsed.map(({ series }) => series), ...skipped].flatMap(({ market }) => market?.exchange ?? []),
  );
  const missing = exchanges.find((name) => ![...known].some((one) => exchangeId(one) === exchangeId(name)));
  if (missing === undefined || known.size === 0) return;
  const there = [...known].sort().join(', ');
  throw new ConfigError(`--exchange: no market of "${missing}" in the input; there are ${there}`, EXIT.usage);
}

interface Readings {
  readonly parsed: readonly ParsedSeries[];
  readonly skipped: readonly SkippedFile[];
  readonly unnamed: readonly UnnamedCandles[];
}

/** The bar is drawn now and then. */
const FILES_PER_TURN = 32;

async function readAll(
  files: readonly CandleFile[],
  given: { readonly format: string | null; readonly exchange: string | null },
  { stderr, env }: CommandContext,
): Promise<Readings> {
  const progress = createProgress(stderr, { enabled: stderr.isTTY === true && env['TERM'] !== 'dumb' && !env['CI'] });
  const bar = progress.bar('reading', files.length);
  const [parsed, skipped, unnamed]: [ParsedSeries[], SkippedFile[], UnnamedCandles[]] = [[], [], []];
  const options = { ...given, now: systemClock.now(), onUnnamed: (one: UnnamedCandles) => void unnamed.push(one) };
  try {
    for (const [index, file] of files.entries()) {
      const reading = await readCandleFile(file, options);
      if (reading.ok) parsed.push(...reading.series);
      skipped.push(...(reading.ok ? reading.refused : [reading.skipped]));
      if (index % FILES_PER_TURN === 0) await setImmediate();
      bar.update(index + 1, 'files');
    }
  } finally {
    progress.stop();
  }
  return { parsed, skipped, unnamed };
}

function doubtAbout({ exchange, symbol }: Market): Doubt | null {
  const name = parseMarketName(exchange, symbol);
  if (name === null) return { kind: 'unknown-coin', detail: `"${symbol}" is not understood` };
  const ambiguous = AMBIGUOUS_TICKERS.get(name.base);
  return ambiguous === undefined ? null : { kind: 'ambiguous-ticker', detail: ambiguous.reason };
}
