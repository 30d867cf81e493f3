/** `scan doctor <folder>`: what it holds and what is wrong with it, in one reading. */
import { setImmediate } from 'node:timers/promises';
import { discoverCandleFiles, type CandleFile } from '../candles/discover.ts';
import { readCandleFile, type ParsedSeries, type UnnamedCandles } from '../candles/reader.ts';
import { readSampleTime } from '../candles/sample.ts';
import { findProblems } from '../candles/survey-problems.ts';
import { surveyCandles, type Doubt } from '../candles/survey.ts';
import { defaultOutput, loadConfig } from '../config.ts';
import type { SkippedFile } from '../core/candles.ts';
import { ConfigError } from '../core/config-error.ts';
import type { Market } from '../core/market.ts';
import { systemClock } from '../platform/clock.ts';
import { createProgress } from '../platform/progress.ts';
import { continuousTail } from '../processor/continuity.ts';
import { STRATEGIES } from '../strategies/index.ts';
import { AMBIGUOUS_TICKERS } from '../symbols/ambiguous.ts';
import { exchangeId, parseMarketName } from '../symbols/naming.ts';
import { appearance, EXIT, type CommandContext } from './context.ts';
import { folderJson } from './doctor-json.ts';
import type { FolderReport } from './doctor-report.ts';
import { folderText } from './doctor-text.ts';
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
  const { exchange = null } = flags;
  const read = await readAll(files, { format, exchange }, context);
  const kept = (market: Market | null): boolean =>
    exchange === null || (market !== null && exchangeId(market.exchange) === exchangeId(exchange));
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
    problems: findProblems(surveyed, STRATEGIES, found.ignored),
  };
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
