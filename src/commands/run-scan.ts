import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { defaultOutput, loadConfig, type Config, type SettingName } from '../config.ts';
import { namesIn } from '../core/text.ts';
import { isTimeframe } from '../core/time.ts';
import { previousFeed } from '../job/previous.ts';
import { ConfigError } from '../core/config-error.ts';
import type { Aim } from '../job/request.ts';
import { fetchingTime } from '../job/time-bounds.ts';
import { removeDeadTemps } from '../platform/temps.ts';
import { systemClock } from '../platform/clock.ts';
import { createLog, type Log } from '../platform/log.ts';
import { Interrupted, listenForSignals } from '../platform/signals.ts';
import { silentProgress } from '../platform/silent-progress.ts';
import { scan, type ScanRequest } from '../scan.ts';
import { appearance, EXIT, type CommandContext } from './context.ts';
import { takesFeed } from './output-place.ts';
import { parseNames } from './name-lists.ts';
import { nothingRead } from './run-nothing.ts';
import { aimOf, noteOnTimes, parseGoals, type NamedGoals } from './run-aim.ts';
import { renderEvents } from './run-events.ts';
import { formatOf, parseAsOf, parseLimit, parseWaitLock } from './run-options.ts';
import { finish, leftBehind, OutputRefused, stageWriter, type RunTools } from './run-output.ts';
import { pinged } from './run-ping.ts';
import { openStrategies, type OpenStrategies } from './run-strategies.ts';

/** As commander hands them over; every value as typed. */
export interface RunFlags {
  readonly strategy?: string;
  readonly strategyTimeout?: string;
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
  readonly exclude?: string;
  readonly format?: string;
  readonly limit?: string;
  readonly fetch?: string;
  readonly top?: string;
  readonly minScore?: string;
  readonly dryRun?: true;
  readonly refresh?: 'markets';
  readonly detail?: string;
  readonly asOf?: string;
  readonly json?: true;
  readonly quiet?: true;
  /** Called by another program: without --output no feed is written. */
  readonly isLibrary?: true;
  readonly progress: boolean;
  readonly allowDegraded?: true;
  readonly pingUrl?: string;
}

/**
 * Reads, scans, writes and prints; answers with the exit code.
 *
 * @param expectPaths throws for paths that are not there
 */
export async function run(
  paths: readonly string[],
  flags: RunFlags,
  context: CommandContext,
  expectPaths: () => void,
): Promise<number> {
  const config = loadConfig({ ...context, flags: settingsIn(flags) });
  const { stderr, env } = context;
  const bars = flags.progress && !flags.quiet && stderr.isTTY === true && env['TERM'] !== 'dumb' && !env['CI'];
  const progress = bars
    ? (await import('../platform/progress.ts')).createProgress(stderr, { enabled: true })
    : silentProgress(stderr);
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
  tellSettings(config, log);
  const tools: RunTools = {
    context,
    config,
    log,
    progress,
    interrupt: signals.abort,
    written: { stage: null, last: null, degraded: null },
  };
  const work = (): Promise<number> => {
    expectPaths();
    return runScan(paths, flags, tools);
  };
  const isHeardOf = config.pingUrl !== '' && !flags.dryRun && outputOf(paths, flags, config) !== null;
  try {
    return await (isHeardOf ? pinged(tools, work) : work());
  } catch (error) {
    progress.stop();
    if (error instanceof OutputRefused) {
      log.error(`scan: ${error.message}`);
      return EXIT.noFeed;
    }
    if (!(error instanceof Interrupted)) throw error;
    log.error(`scan: ${error.message}: ${leftBehind(tools)}; what was fetched is cached`);
    return error.exitCode;
  } finally {
    signals.stop();
    progress.stop();
  }
}

/** Whoever runs a scan hears first where the key goes, and then what the folder wanted to set. */
function tellSettings({ apiKey, provider, foreignHost, refused, lookedAt }: Config, log: Log): void {
  const asksWithKey = apiKey !== null && (provider === 'auto' || provider === 'coinalyze');
  if (asksWithKey && foreignHost !== null)
    log.line(`[HOST] The key goes to ${foreignHost.host}, not to Coinalyze (${foreignHost.namedBy})`);
  // Lines, because a folder may set the log level.
  for (const text of refused) log.line(`[WARN] ${text}`);
  for (const { file, found } of lookedAt) log.debug(`settings: ${found ? 'read' : 'not there'}`, { file });
}

function settingsIn(flags: RunFlags): Readonly<Partial<Record<SettingName, string>>> {
  const given: Partial<Record<SettingName, string | undefined>> = {
    strategies: flags.strategy,
    strategyTimeoutMs: flags.strategyTimeout,
    timeframe: flags.timeframe,
    provider: flags.provider,
    fetch: flags.fetch,
    budgetMs: flags.budget,
    deadlineMs: flags.deadline,
    output: flags.output,
    logLevel: flags.logLevel,
    logFormat: flags.logFormat,
    detail: flags.detail,
    pingUrl: flags.pingUrl,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What was asked for, read from the flags. */
interface Asked {
  readonly request: ScanRequest;
  readonly goals: NamedGoals;
  /** Null when no feed is to be written. */
  readonly output: string | null;
}

async function runScan(paths: readonly string[], flags: RunFlags, tools: RunTools): Promise<number> {
  const opened = await openStrategies(tools.config, tools.context);
  try {
    return await runAsked(askedFor(paths, flags, opened, tools), flags, tools);
  } finally {
    opened.close();
  }
}

async function runAsked(asked: Asked, flags: RunFlags, tools: RunTools): Promise<number> {
  const { config } = tools;
  if (flags.dryRun) {
    const { printDryRun } = await import('./dry-run.ts');
    return printDryRun(asked.request, asked.goals, flags.json === true, tools);
  }
  const waitMs = parseWaitLock(flags.waitLock, config.deadlineMs);
  const { output } = asked;
  const note = config.provider === 'none' ? null : noteOnTimes(config, asked.request.aim);
  if (note !== null) tools.log.warn(note);
  if (output !== null && !takesFeed(config, tools.log)) return EXIT.noFeed;
  const work = (interrupt: AbortSignal): Promise<number> => scanAndWrite(asked, flags, { ...tools, interrupt });
  // Neither fetches nor writes: it may run beside any other.
  if (config.provider === 'none' && output === null) return work(tools.interrupt);
  const { exclusively } = await import('./exclusive.ts');
  return exclusively({ ...tools, waitMs }, work);
}

const NOTHING: Aim = { goal: null, remaining: false };

/** @throws ConfigError for flags that are not understood or contradict each other */
function askedFor(
  paths: readonly string[],
  flags: RunFlags,
  { strategies, own }: OpenStrategies,
  { config, context }: RunTools,
): Asked {
  const goals = parseGoals(flags);
  const limit = flags.limit === undefined ? null : parseLimit(flags.limit);
  const request = {
    paths,
    exclude: [config.output, defaultOutput(config.root)],
    format: formatOf(flags.format),
    filter: {
      symbol: parseNames('--symbol', flags.symbol),
      exchange: parseNames('--exchange', flags.exchange),
      exclude: parseNames('--exclude', flags.exclude),
      limit,
    },
    ...aloneFlags(paths, flags),
    strategies,
    own,
    timeframe: config.timeframe,
    asOf: flags.asOf === undefined ? null : parseAsOf(flags.asOf),
    provider: config.provider,
    hasKey: config.apiKey !== null,
    aim: flags.dryRun ? NOTHING : aimOf(config, goals),
    detail: config.detail,
    referenceVenues: config.referenceVenues,
    refreshMarkets: flags.refresh === 'markets',
    version: context.version,
    runId: randomUUID(),
  };
  if (request.refreshMarkets && !flags.dryRun && request.aim.goal === null) {
    throw new ConfigError(
      '--refresh markets: with --fetch none nothing is asked for; leave one of them out',
      EXIT.usage,
    );
  }
  return { request, goals, output: outputOf(paths, flags, config) };
}

/** Null when no feed is to be written: a look at a part of the market must not replace the feed of the whole. */
function outputOf(paths: readonly string[], flags: RunFlags, { output, sources }: Config): string | null {
  return (flags.isLibrary || looksAtPart(paths, flags)) && sources.output !== 'flag' ? null : output;
}

/** Of a single file the flags may say what its name does not. */
function aloneFlags(paths: readonly string[], { symbol, timeframe }: RunFlags): Pick<ScanRequest, 'alone'> {
  const [name = null, ...others] = namesIn(parseNames('--symbol', symbol));
  if (paths.length !== 1 || !paths.every(isFile) || others.length > 0) return {};
  return { alone: { symbol: name, timeframe: timeframe !== undefined && isTimeframe(timeframe) ? timeframe : null } };
}

function looksAtPart(paths: readonly string[], { symbol, exchange, limit }: RunFlags): boolean {
  return paths.every(isFile) || symbol !== undefined || exchange !== undefined || limit !== undefined;
}

/** What cannot be looked at is none: reading it gives the reason. */
function isFile(given: string): boolean {
  try {
    return statSync(given).isFile();
  } catch {
    return false;
  }
}

async function scanAndWrite({ request, output }: Asked, flags: RunFlags, tools: RunTools): Promise<number> {
  const { config, log, progress, interrupt } = tools;
  const started = systemClock.monotonic();
  const { problems } = await removeDeadTemps(config.output);
  for (const problem of problems) log.warn(problem);
  const tell = renderEvents(log, progress, config);
  const leftMs = (): number => Math.max(0, Math.ceil(started + config.deadlineMs - systemClock.monotonic()));
  const scanned = await scan(request, {
    clock: systemClock,
    tell,
    interrupt,
    connect: async (provider, { asOf, window }) => {
      // HTTP client and cache are of no use to a run without series.
      const { openUpstream } = await import('../wire.ts');
      return openUpstream(provider, {
        config,
        version: request.version,
        asOf,
        window,
        giveUp: AbortSignal.timeout(leftMs()),
        onBatch: ({ kind, symbols }) => log.debug('sending', { kind, symbols: symbols.length }),
        note: (text) => log.warn(text),
      });
    },
    time: fetchingTime(leftMs(), config.budgetMs, interrupt, systemClock),
    previous: () => (output === null ? null : previousFeed(output, tell)),
    publish: output === null ? null : stageWriter(output, tools),
  });
  if (scanned.ok) return finish(scanned, output, flags, tools);
  log.error(nothingRead(scanned));
  return EXIT.noFeed;
}
