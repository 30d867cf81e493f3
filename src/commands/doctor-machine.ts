/** `scan doctor` without a folder: can a scan work here, and with what. */
import { existsSync, readFileSync } from 'node:fs';
import { loadConfig, SETTINGS, type Config, type SettingName } from '../config.ts';
import { ConfigError } from '../core/config-error.ts';
import { TIMEFRAME_MS, isTimeframe } from '../core/time.ts';
import { paint, paragraph, tableLines, type Column, type Look, type Style } from '../feed/layout.ts';
import { candlesText } from '../feed/head.ts';
import { parseFeed } from '../feed/parse.ts';
import { systemClock } from '../platform/clock.ts';
import { createRedactor } from '../platform/log.ts';
import { describeSystemError, formatDuration } from '../platform/text.ts';
import { secretsNear } from '../settings-places.ts';
import { appearance, EXIT, type CommandContext } from './context.ts';
import {
  checkClock,
  checkDotenv,
  checkKey,
  checkNode,
  checkProxy,
  checkSettings,
  checkSqlite,
  type Check,
  type Runtime,
} from './doctor-checks.ts';
import { askWithKey } from '../wire-key.ts';
import { checkCache, checkDisk, checkLedger, checkLock } from './doctor-places.ts';
import { checkMarketList } from './doctor-market-list.ts';
import { checkOutput } from './output-place.ts';

export interface MachineFlags {
  readonly json?: true;
  readonly offline?: true;
}

/** One setting, with its name in every place where it can be set. */
interface Setting {
  readonly name: string;
  readonly value: string | number | readonly string[];
  /** Of the value, where it is a duration. */
  readonly unit: 'ms' | null;
  readonly source: string;
  /** Absolute path of the file it comes from; null where it comes from none. */
  readonly path: string | null;
  readonly flag: string | null;
  readonly environment: string;
}

/** What `--json` prints. `settings` is empty when they cannot be read: the check `settings` says why. */
interface MachineReport {
  readonly doctor: 'machine';
  readonly version: string;
  readonly checks: readonly Check[];
  readonly settings: readonly Setting[];
  readonly summary: { readonly ok: number; readonly warn: number; readonly fail: number };
}

/** A feed that missed this many of its candles is no longer refreshed by anyone. */
const OLD_FEED_CANDLES = 2;

/** Checks, prints, and answers with the exit code: 78 when a check fails. */
export async function doctorMachine(flags: MachineFlags, context: CommandContext): Promise<number> {
  const report = await examine(flags, context, thisRuntime());
  const text = flags.json
    ? `${JSON.stringify(report, null, 2)}\n`
    : reportText(report, appearance(context.stdout, context.env));
  // No check shows the key; what upstream answers might.
  context.stdout.write(createRedactor(secretsNear(context))(text));
  return report.summary.fail > 0 ? EXIT.configuration : EXIT.ok;
}

function thisRuntime(): Runtime {
  const { versions, execPath, platform, arch } = process;
  return { node: versions.node, execPath, sqlite: versions['sqlite'] ?? null, platform: `${platform} ${arch}` };
}

export async function examine(flags: MachineFlags, context: CommandContext, runtime: Runtime): Promise<MachineReport> {
  const machine = [checkNode(runtime, context.packageRoot), checkSqlite(runtime)];
  const config = readConfig(context);
  if (config instanceof ConfigError) return reportOf(context, [...machine, brokenSettings(config)], []);
  const checks = [...machine, ...(await checksOf(config, flags, context))];
  return reportOf(context, checks, settingsOf(config));
}

function readConfig(context: CommandContext): Config | ConfigError {
  try {
    return loadConfig({ ...context, flags: {}, acceptOpenKeyFile: true });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function brokenSettings({ message }: ConfigError): Check {
  const remedy = 'mend it and run scan doctor again: what depends on settings was not looked at';
  return { name: 'settings', status: 'fail', fact: message, remedy, data: {} };
}

async function checksOf(config: Config, flags: MachineFlags, context: CommandContext): Promise<readonly Check[]> {
  const { apiKey } = config;
  // Before the call, which would make the folder of the ledger and spend a call.
  const places = [
    checkCache(config),
    checkLedger(config),
    await checkLock(config),
    apiKey === null ? null : await checkMarketList(config, systemClock.now()),
    checkDisk(config),
    checkOutput(config),
  ];
  const answer = apiKey === null || flags.offline ? null : await askWithKey(config, apiKey, context.version);
  const checks = [
    checkSettings(config),
    checkKey(config.keyPlace, answer),
    checkProxy(config, context.env),
    checkClock(answer),
    ...places,
    checkFeed(config, systemClock.now()),
    checkDotenv(config),
  ];
  return checks.filter((check) => check !== null);
}

/** Null without a feed: the first run writes it. */
function checkFeed({ output }: Config, now: number): Check | null {
  if (!existsSync(output)) return null;
  const unread = (fact: string): Check => {
    const data = { path: output, written: null, age_s: null, newest_close: null, stale_markets: null, signals: null };
    return { name: 'feed', status: 'warn', fact, remedy: 'the next run replaces it', data };
  };
  let parsed: ReturnType<typeof parseFeed>;
  try {
    parsed = parseFeed(readFileSync(output, 'utf8'), output);
  } catch (error) {
    return unread(`${output} cannot be read (${describeSystemError(error)})`);
  }
  if (!parsed.ok) return unread(parsed.detail);
  const { last_updated: written, run, signals, summary } = parsed.feed;
  const { newest_close: newest, stale_markets: stale } = summary.candles;
  const age = now - written;
  const candleMs = isTimeframe(run.timeframe) ? TIMEFRAME_MS[run.timeframe] : TIMEFRAME_MS['1d'];
  const isOld = (ms: number): boolean => ms > OLD_FEED_CANDLES * candleMs;
  const remedies = [
    ...(isOld(age) ? ['nothing refreshes it: look at the cron job or the timer'] : []),
    ...run.degraded_reasons.map(({ code, text }) => `degraded (${code}): ${text}`),
    ...(newest !== null && !run.inputs.sample && isOld(now - newest) ? ['its candles are old: refresh the files'] : []),
  ];
  const [remedy = null] = remedies;
  return {
    name: 'feed',
    status: remedy === null ? 'ok' : 'warn',
    fact: `written ${formatDuration(age)} ago; ${candlesText(parsed.feed, now)}; ${signals.length} signals, series: ${run.provider}`,
    remedy,
    data: {
      path: output,
      written,
      age_s: Math.round(age / 1_000),
      newest_close: newest,
      stale_markets: stale,
      signals: signals.length,
    },
  };
}

function settingsOf(config: Config): readonly Setting[] {
  return (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const { flag, env, file } = SETTINGS[name];
    const unit = name.endsWith('Ms') ? 'ms' : null;
    const [source, path] = [config.sources[name], config.files[name]];
    return { name: file, value: shownOf(name, config), unit, source, path, flag, environment: env };
  });
}

/** The path of a ping is as good as a password. */
function shownOf(name: SettingName, config: Config): Setting['value'] {
  return name === 'pingUrl' && config.pingUrl !== '' ? `${new URL(config.pingUrl).origin}/...` : config[name];
}

function reportOf(context: CommandContext, checks: readonly Check[], settings: readonly Setting[]): MachineReport {
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  const summary = { ok: count('ok'), warn: count('warn'), fail: count('fail') };
  return { doctor: 'machine', version: context.version, checks, settings, summary };
}

const STYLES: Readonly<Record<Check['status'], Style>> = { ok: 'green', warn: 'yellow', fail: 'red' };
const CHECK_COLUMNS: readonly Column<Check>[] = [
  { title: '', align: 'left', text: ({ status }) => status, style: ({ status }) => STYLES[status] },
  { title: 'CHECK', align: 'left', text: ({ name }) => name, style: () => 'bold' },
  {
    title: 'FOUND',
    align: 'left',
    text: ({ fact, remedy }) => (remedy === null ? fact : `${fact}. What helps: ${remedy}`),
  },
];
const SETTING_COLUMNS: readonly Column<Setting>[] = [
  { title: 'SETTING', align: 'left', text: ({ name }) => name },
  {
    title: 'FROM',
    align: 'left',
    text: ({ source }) => source,
    style: ({ source }) => (source === 'default' ? 'dim' : null),
    dispensable: 1,
  },
  { title: 'VALUE', align: 'left', text: settingText, wraps: 20 },
];

function settingText({ value, unit }: Setting): string {
  if (typeof value === 'number' && unit === 'ms') return formatDuration(value);
  return typeof value === 'object' ? value.join(', ') : String(value);
}

/** One line for each file that sets something. */
function fileLines(settings: readonly Setting[], look: Look): readonly string[] {
  const fromFiles = Map.groupBy(settings, ({ path }) => path);
  return [...fromFiles].flatMap(([path, ones]) =>
    path === null ? [] : paragraph(`From ${path}: ${ones.map(({ name }) => name).join(', ')}`, look),
  );
}

function reportText({ version, checks, settings, summary }: MachineReport, look: Look): string {
  const verdict =
    summary.fail > 0 ? 'A scan cannot work like this' : summary.warn > 0 ? 'A scan works' : 'Everything is in order';
  const counts = `${summary.ok} ok, ${summary.warn} to look at, ${summary.fail} failed`;
  const lines = [
    paint(`perpscan ${version}`, 'bold', look),
    ...tableLines(CHECK_COLUMNS, checks, look),
    ...(settings.length === 0 ? [] : ['', ...tableLines(SETTING_COLUMNS, settings, look)]),
    ...fileLines(settings, look),
    '',
    ...paragraph(`${verdict}: ${counts}. scan doctor <folder> looks at candle files.`, look),
  ];
  return `${lines.join('\n')}\n`;
}
