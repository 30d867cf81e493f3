import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { ReadOptions } from '../candles/reader.ts';
import { loadConfig, type SettingName } from '../config.ts';
import { readPrevious, type FeedFile, type ParsedPrevious, type PreviousFeed } from '../feed/previous.ts';
import { removeDeadTemps } from '../platform/atomic-file.ts';
import { systemClock } from '../platform/clock.ts';
import { createLog, type Log } from '../platform/log.ts';
import { createProgress } from '../platform/progress.ts';
import { Interrupted, listenForSignals } from '../platform/signals.ts';
import type { Aim } from '../job/request.ts';
import type { ScanRequest } from '../scan.ts';
import { appearance, EXIT, type CommandContext } from './context.ts';
import { exclusively } from './exclusive.ts';
import { takesFeed } from './output-place.ts';
import {
  formatOf,
  keepMarkets,
  parseAsOf,
  parseLimit,
  parseWaitLock,
  providerFor,
  selectStrategies,
} from './run-options.ts';
import { aimOf, noteOnTimes, parseGoals, type NamedGoals } from './run-aim.ts';
import { announce, nothingRead, readInput, timeOf } from './run-input.ts';
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
  readonly dryRun?: true;
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
  readonly goals: NamedGoals;
  /** Null when no feed is to be written. */
  readonly output: string | null;
}

async function runScan(paths: readonly string[], flags: RunFlags, tools: RunTools): Promise<number> {
  const { config } = tools;
  const strategies = selectStrategies(config.strategies, config.sources.strategies);
  const asOf = flags.asOf === undefined ? null : parseAsOf(flags.asOf);
  const limit = flags.limit === undefined ? null : parseLimit(flags.limit);
  const format = formatOf(flags.format);
  const waitMs = parseWaitLock(flags.waitLock, config.deadlineMs);
  const goals = parseGoals(flags);
  const output = isPartial(paths, flags) && config.sources.output !== 'flag' ? null : config.output;
  const asked = { strategies, asOf, limit, format, goals };
  if (flags.dryRun) return planPaths(paths, flags, { ...asked, aim: NOTHING, output: null }, tools);
  const aim = aimOf(config, goals);
  const note = config.provider === 'none' ? null : noteOnTimes(config, aim);
  if (note !== null) tools.log.warn(note);
  if (output !== null && !takesFeed(config, tools.log)) return EXIT.noFeed;
  const work = (): Promise<number> => scanPaths(paths, flags, { ...asked, aim, output }, tools);
  // Neither fetches nor writes: it may run beside any other.
  if (config.provider === 'none' && output === null) return work();
  return exclusively({ ...tools, waitMs }, work);
}

const NOTHING: Aim = { goal: null, rest: false };

/** What a run would fetch. */
async function planPaths(paths: readonly string[], flags: RunFlags, asked: Asked, tools: RunTools): Promise<number> {
  const request = await requestFor(paths, flags, asked, tools);
  if (request === null) return EXIT.noFeed;
  const { printDryRun } = await import('./dry-run.ts');
  return printDryRun(request, asked.goals, flags.json === true, tools);
}

async function scanPaths(paths: readonly string[], flags: RunFlags, asked: Asked, tools: RunTools): Promise<number> {
  const { config, log, context } = tools;
  const { output } = asked;
  const deadline = systemClock.monotonic() + config.deadlineMs;
  const { problems } = await removeDeadTemps(config.output);
  for (const problem of problems) log.warn(problem);
  const request = await requestFor(paths, flags, asked, tools);
  if (request === null) return EXIT.noFeed;
  const publish = output === null ? null : stageWriter(output, tools);
  const feed = await scanUpstream(request, { ...tools, version: context.version, deadline, publish });
  return finish(feed, output, flags, tools);
}

/** Null when no candles could be read. */
async function requestFor(
  paths: readonly string[],
  flags: RunFlags,
  { strategies, aim, asOf, limit, format, output }: Asked,
  tools: RunTools,
): Promise<ScanRequest | null> {
  const { config, log, context } = tools;
  const { symbol = null, exchange = null } = flags;
  const input = await readInput(paths, { format, exchange }, tools);
  if (!input.candles.markets.some(({ series }) => series.length > 0)) {
    nothingRead(input, log);
    return null;
  }
  const provider = providerFor(config, input.sampleMarker !== null);
  const candles = keepMarkets(input.candles, { symbol, exchange, limit });
  announce(provider, input, tools);
  return {
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
    previous: output === null ? null : previousFeed(output, log),
  };
}

/** A look at a part of the market must not replace the feed of the whole. */
function isPartial(paths: readonly string[], { symbol, exchange, limit }: RunFlags): boolean {
  const onlyFiles = paths.every((given) => statSync(given, { throwIfNoEntry: false })?.isFile() === true);
  return onlyFiles || symbol !== undefined || exchange !== undefined || limit !== undefined;
}

function readPreviousFile(file: string): ParsedPrevious {
  const descriptor = openSync(file, 'r');
  try {
    let bytes = Buffer.alloc(0);
    const read: FeedFile['read'] = (offset, length) => {
      if (bytes.length < length) bytes = Buffer.allocUnsafe(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
    };
    return readPrevious({ size: fstatSync(descriptor).size, read }, file);
  } finally {
    closeSync(descriptor);
  }
}

/** Null when there is none that can be read: writing will tell what is wrong with the file. */
function previousFeed(file: string, log: Log): PreviousFeed | null {
  try {
    // Reading a named pipe would wait for its writer for ever.
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return null;
    const previous = readPreviousFile(file);
    if (previous.ok) return previous.feed;
    log.warn(`not compared with the previous feed: ${previous.detail}`);
  } catch (error) {
    log.warn(`not compared with the previous feed: ${file} cannot be read (${String(error)})`);
  }
  return null;
}
