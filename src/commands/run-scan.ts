import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { discoverCandleFiles, type CandleFile } from '../candles/discover.ts';
import { loadCandles, readSampleTime, type LoadedCandles } from '../candles/load.ts';
import type { ReadOptions } from '../candles/reader.ts';
import { defaultOutput, loadConfig, type SettingName } from '../config.ts';
import { ConfigError } from '../core/config-error.ts';
import type { Feed, ProviderName } from '../core/feed.ts';
import { parseFeed } from '../feed/parse.ts';
import { removeDeadTemps } from '../platform/atomic-file.ts';
import { systemClock } from '../platform/clock.ts';
import { createLog, type Log } from '../platform/log.ts';
import { createProgress } from '../platform/progress.ts';
import { Interrupted, listenForSignals } from '../platform/signals.ts';
import type { ScanRequest } from '../scan.ts';
import { appearance, EXIT, type CommandContext } from './context.ts';
import { exclusively } from './exclusive.ts';
import { takesFeed } from './output-place.ts';
import {
  doubtfulRows,
  formatOf,
  keepMarkets,
  parseAsOf,
  parseLimit,
  parseWaitLock,
  providerFor,
  selectStrategies,
  skippedFiles,
} from './run-options.ts';
import { aimOf, parseGoals } from './run-aim.ts';
import { finish, leftBehind, stageWriter, type RunTools } from './run-output.ts';
import { scanUpstream } from './scan-upstream.ts';

/** As commander hands them over; every value as typed. */
export interface RunFlags {
  readonly strategy?: string;
  readonly timeframe?: string;
  readonly provider?: string;
  readonly budget?: string;
  readonly deadline?: string;
  readonly waitLock?: string | true;
  readonly output?: string;
  readonly logLevel?: string;
  readonly logFormat?: string;
  readonly symbol?: string;
  readonly exchange?: string;
  readonly format?: string;
  readonly limit?: string;
  readonly fetch?: string;
  readonly top?: string;
  readonly minScore?: string;
  readonly asOf?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly progress: boolean;
  readonly allowDegraded?: true;
}

/** Reads, scans, writes and prints; answers with the exit code. */
export async function run(paths: readonly string[], flags: RunFlags, context: CommandContext): Promise<number> {
  const config = loadConfig({ ...context, flags: settingsIn(flags) });
  const { stderr, env } = context;
  const bars = flags.progress && !flags.quiet && stderr.isTTY === true && env['TERM'] !== 'dumb' && !env['CI'];
  const progress = createProgress(context.stderr, { enabled: bars });
  const log = createLog({
    write: (text) => progress.write(text),
    level: config.logLevel,
    format: config.logFormat,
    quiet: flags.quiet === true,
    colour: appearance(stderr, env).colour,
    secrets: config.apiKey === null ? [] : [config.apiKey],
    clock: systemClock,
  });
  const signals = listenForSignals({
    onFirst: (signal) => log.info(`${signal}: ending; the request in flight gets 5 s. Once more ends at once`),
    beforeExit: () => progress.stop(),
  });
  const tools: RunTools = { context, config, log, progress, interrupt: signals.abort, written: { stage: null } };
  try {
    return await runScan(paths, flags, tools);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    progress.stop();
    log.error(`scan: ${error.message}: ${leftBehind(tools)}; what was fetched is kept`);
    return error.exitCode;
  } finally {
    signals.stop();
    progress.stop();
  }
}

function settingsIn(flags: RunFlags): Readonly<Partial<Record<SettingName, string>>> {
  const given: Partial<Record<SettingName, string | undefined>> = {
    strategies: flags.strategy,
    timeframe: flags.timeframe,
    provider: flags.provider,
    fetch: flags.fetch,
    budgetMs: flags.budget,
    deadlineMs: flags.deadline,
    output: flags.output,
    logLevel: flags.logLevel,
    logFormat: flags.logFormat,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What was asked for, read from the flags. */
interface Asked extends Pick<ScanRequest, 'strategies' | 'aim'> {
  /** ms UTC; null for the time that goes with the input. */
  readonly asOf: number | null;
  readonly limit: number | null;
  readonly format: ReadOptions['format'];
  /** Null when no feed is to be written. */
  readonly output: string | null;
}

async function runScan(paths: readonly string[], flags: RunFlags, tools: RunTools): Promise<number> {
  const { config } = tools;
  const strategies = selectStrategies(config.strategies, config.sources.strategies);
  const asOf = flags.asOf === undefined ? null : parseAsOf(flags.asOf);
  const limit = flags.limit === undefined ? null : parseLimit(flags.limit);
  const format = formatOf(flags.format);
  const aim = aimOf(config, parseGoals(flags));
  const waitMs = parseWaitLock(flags.waitLock, config.deadlineMs);
  const output = isPartial(paths, flags) && config.sources.output !== 'flag' ? null : config.output;
  if (output !== null && !takesFeed(config, tools.log)) return EXIT.noFeed;
  const work = (): Promise<number> => scanPaths(paths, flags, { strategies, aim, asOf, limit, format, output }, tools);
  // Neither fetches nor writes: it may run beside any other.
  if (config.provider === 'none' && output === null) return work();
  return exclusively({ ...tools, waitMs }, work);
}

async function scanPaths(
  paths: readonly string[],
  flags: RunFlags,
  { strategies, aim, asOf, limit, format, output }: Asked,
  tools: RunTools,
): Promise<number> {
  const { config, log, context } = tools;
  const deadline = systemClock.monotonic() + config.deadlineMs;
  const { symbol = null, exchange = null } = flags;
  const input = await readInput(paths, { format, exchange }, tools);
  if (!input.candles.markets.some(({ series }) => series.length > 0)) return nothingRead(input, log);
  const candles = keepMarkets(input.candles, { symbol, exchange, limit });
  const provider = providerFor(config, input.sampleMarker !== null);
  announce(provider, input, tools);

  const request: ScanRequest = {
    ...input,
    candles,
    inputs: { paths, symbol, exchange, limit, sample: input.sampleMarker !== null },
    strategies,
    timeframe: config.timeframe,
    asOf: asOf ?? timeOf(provider, input),
    provider,
    aim,
    referenceVenues: config.referenceVenues,
    version: context.version,
    runId: randomUUID(),
    previous: output === null ? null : readPrevious(output, log),
  };
  const publish = output === null ? null : stageWriter(output, tools);
  const feed = await scanUpstream(request, { ...tools, version: context.version, deadline, publish });
  return finish(feed, output, flags, tools);
}

/** A look at a part of the market must not replace the feed of the whole. */
function isPartial(paths: readonly string[], { symbol, exchange, limit }: RunFlags): boolean {
  const onlyFiles = paths.every((given) => statSync(given, { throwIfNoEntry: false })?.isFile() === true);
  return onlyFiles || symbol !== undefined || exchange !== undefined || limit !== undefined;
}

interface Input extends Pick<ScanRequest, 'files' | 'skipped'> {
  readonly candles: LoadedCandles;
  /** Set when all files belong to a sample. */
  readonly sampleMarker: string | null;
}

async function readInput(
  paths: readonly string[],
  given: Pick<ReadOptions, 'format' | 'exchange'>,
  { config, log, progress, interrupt }: RunTools,
): Promise<Input> {
  const { problems } = await removeDeadTemps(config.output);
  for (const problem of problems) log.warn(problem);
  const found = await discoverCandleFiles(paths, { exclude: [config.output, defaultOutput(config.root)] });
  if (!found.ok) throw new ConfigError(`${found.path}: ${found.detail}`, 2);
  const own = found.files.filter((file) => file.sampleMarker === null);
  const sample: readonly CandleFile[] = found.files.filter((file) => file.sampleMarker !== null);
  const files = own.length > 0 ? own : sample;
  if (own.length > 0 && sample.length > 0) log.info(`Left out the made-up sample (${sample.length} files)`);
  const bar = progress.bar('reading', files.length);
  const options = { ...given, now: systemClock.now() };
  const candles = await loadCandles(
    files,
    options,
    (done) => {
      interrupt.throwIfAborted();
      bar.update(done, 'files');
    },
    found.skipped,
  );
  const count = files.length + found.skipped.length;
  if (found.ignored.length > 0)
    log.info(`${found.ignored.length} files hold no candles of a market (mark prices, funding and the like)`);
  log.line(`[DIRECTORY MODE] Found ${candles.markets.length} markets in ${count} files`);
  if (candles.spotFiles > 0)
    log.warn(`${candles.spotFiles} files hold spot candles; they are scored as the market's own`);
  for (const warning of doubtfulRows(candles.findings)) log.warn(warning);
  for (const warning of skippedFiles([...found.skipped, ...candles.skipped])) log.warn(warning);
  return {
    candles,
    files: count,
    skipped: found.skipped,
    sampleMarker: own.length > 0 ? null : (sample[0]?.sampleMarker ?? null),
  };
}

function nothingRead({ files, skipped, candles }: Input, log: Log): number {
  const why = files === 0 ? 'no candle files were found' : `none of ${files} files could be read`;
  const first = [...skipped, ...candles.skipped][0];
  const example = first === undefined ? '' : `, e.g. ${first.file}: ${first.detail}`;
  log.error(`scan: ${why}${example}. No feed was written; an older one stays as it was`);
  return EXIT.noFeed;
}

function announce(provider: ProviderName, { sampleMarker }: Input, { config, log }: RunTools): void {
  if (sampleMarker !== null) {
    log.line('[SAMPLE] Made-up candles of made-up markets, to show how it works: nothing here is a real price.');
  }
  if (provider === 'sandbox') {
    log.line('[SANDBOX] Series come from the built-in server and are made up. No account, no key, no network.');
  }
  if (provider === 'none' && config.provider === 'auto') {
    log.info(
      'No COINALYZE_API_KEY: every series is neutral. A free key comes from https://coinalyze.net; --provider sandbox shows made-up series.',
    );
  }
}

/** rulings.md 1 and 25: a file's newest candle is never proven closed, so made-up series live at its open time. */
function timeOf(provider: ProviderName, { sampleMarker, candles }: Input): number {
  const newest = candles.newestOpen ?? systemClock.now();
  if (sampleMarker !== null) return readSampleTime(sampleMarker) ?? newest;
  return provider === 'sandbox' ? newest : systemClock.now();
}

/** Null when there is none that can be read: writing will tell what is wrong with the file. */
function readPrevious(file: string, log: Log): Feed | null {
  try {
    // Reading a named pipe would wait for its writer for ever.
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return null;
    const previous = parseFeed(readFileSync(file, 'utf8'), file);
    if (previous.ok) return previous.feed;
    log.warn(`not compared with the previous feed: ${previous.detail}`);
  } catch (error) {
    log.warn(`not compared with the previous feed: ${file} cannot be read (${String(error)})`);
  }
  return null;
}
