/** `scan strategies new` and `scan strategies check`. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../config.ts';
import { sliceColumns, type CandleSeries } from '../core/candles.ts';
import { ConfigError } from '../core/config-error.ts';
import { paint, paragraph, type Look } from '../feed/layout.ts';
import { findCandles, judgeMarkets, timeOf } from '../job/reading.ts';
import { CHECKS, checkContract, type CheckResult, type ContractResult } from '../own-strategies/contract.ts';
import { skeleton } from '../own-strategies/skeleton.ts';
import { systemClock } from '../platform/clock.ts';
import { describeSystemError } from '../platform/text.ts';
import { appearance, commandName, EXIT, type CommandContext } from './context.ts';
import { openOne } from './run-strategies.ts';

/** Markets that are walked through, spread over all there are. */
const MARKETS = 12;
const SHOWN = 3;

/** @throws ConfigError where something stands already, or nothing can be written */
export function writeSkeleton(given: string, { cwd, stdout, env }: CommandContext): void {
  const id = path
    .basename(given)
    .replace(/\.\w+$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-\d]+|-+$/g, '');
  if (!/\.m?ts$/.test(given))
    throw new ConfigError(`${given}: a strategy is a TypeScript file; name it e.g. my-idea.ts`, 2);
  try {
    writeFileSync(path.resolve(cwd, given), skeleton(id || 'mine'), { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'EEXIST' ? 'it exists, and is left as it is' : describeSystemError(error);
    throw new ConfigError(`${given}: ${reason}; choose another name`, 2);
  }
  const shown = /[\\/]/.test(given) ? given : `./${given}`;
  const name = commandName(env);
  stdout.write(`Wrote ${given}. Next:\n  ${name} strategies check ${shown}\n  ${name} data/ --strategy all,${shown}\n`);
}

/**
 * Prints what the contract found on the markets of `folder`, the shipped sample without one; answers with the exit code.
 * @throws ConfigError for a file that is no strategy, and for a folder without candles
 */
export async function checkStrategy(
  given: string,
  folder: string | undefined,
  context: CommandContext,
): Promise<number> {
  const { strategyTimeoutMs: timeoutMs, timeframe } = loadConfig({ ...context, flags: {} });
  const file = path.resolve(context.cwd, given);
  const limits = { timeoutMs, deadlineMs: Infinity, explain: 'all', taken: [] } as const;
  const own = await openOne(given, 'strategies check', { ...limits, file });
  try {
    const paths = [
      folder === undefined ? path.join(context.packageRoot, 'data', 'sample') : path.resolve(context.cwd, folder),
    ];
    const markets = await marketsIn(paths, own.strategy, timeframe);
    const look = appearance(context.stdout, context.env);
    const result = checkContract(own, markets, timeoutMs);
    const isSound = result.checks.every(({ faults }) => faults.length === 0);
    context.stdout.write(`${reportOf(own.strategy.id, markets.length, result, look).join('\n')}\n`);
    return isSound ? EXIT.ok : EXIT.degraded;
  } finally {
    own.close();
  }
}

type OwnStrategy = Awaited<ReturnType<typeof openOne>>['strategy'];
type Timeframe = ReturnType<typeof loadConfig>['timeframe'];

/** Candles of some markets as a scan would show them. */
async function marketsIn(
  paths: readonly string[],
  strategy: OwnStrategy,
  timeframe: Timeframe,
): Promise<readonly CandleSeries[]> {
  const input = await findCandles({ paths, exclude: [] });
  const found: CandleSeries[] = [];
  const request = {
    paths,
    exclude: [],
    format: null,
    filter: { symbol: null, exchange: null, exclude: null, limit: null },
    // Its markets are chosen by what it needs; it is not asked yet.
    strategies: [{ ...strategy, judge: () => ({ kind: 'failed', code: 'NOT_ASKED', text: 'not asked' }) as const }],
    timeframe,
    asOf: null,
    provider: 'none',
    hasKey: false,
    aim: { goal: null, remaining: false },
    detail: 'lean',
    referenceVenues: [],
    version: '',
    runId: '',
  } as const;
  const services = { clock: systemClock, tell: () => undefined, interrupt: new AbortController().signal };
  await judgeMarkets(request, input, timeOf(request, input, systemClock.now()), services, (_, series) => {
    if (series.length > strategy.warmup) found.push(copied(series));
  });
  const every = Math.max(1, Math.floor(found.length / MARKETS));
  const chosen = found.filter((_, index) => index % every === 0).slice(0, MARKETS);
  if (chosen.length > 0) return chosen;
  throw new ConfigError(`${paths[0]!}: no market has more than the ${strategy.warmup} closed candles that it needs`, 2);
}

/** The columns serve for the next market. */
function copied(series: CandleSeries): CandleSeries {
  const own = sliceColumns(series, 0, series.length);
  const { time, open, high, low, close, volume } = own;
  return {
    ...own,
    time: time.slice(),
    open: open.slice(),
    high: high.slice(),
    low: low.slice(),
    close: close.slice(),
    volume: volume.slice(),
  };
}

function reportOf(id: string, markets: number, result: ContractResult, look: Look): readonly string[] {
  const { checks, ms, directions, uneven } = result;
  const { long, short, none } = directions;
  const answers = long + short + none;
  const head = `${id}: ${answers} answers on ${markets} markets, ${long} long, ${short} short, ${none} without direction`;
  const notes = [
    ...(answers > 0 && long + short === 0 ? ['it had no direction anywhere: there was no entry to look at'] : []),
    ...(uneven.count > 0
      ? [
          `the sides differ: in ${uneven.count} of ${uneven.of} answers the market upside down does not give the other side`,
        ]
      : []),
  ];
  const failed = checks.filter(({ faults }) => faults.length > 0).length;
  return [
    ...paragraph(head, look),
    `${ms.median.toFixed(1)} ms a market, at most ${ms.most.toFixed(1)} ms`,
    '',
    ...checks.flatMap((one) => linesOf(one, look)),
    ...notes.flatMap((text) => paragraph(`note: ${text}`, look)),
    '',
    failed === 0 ? 'All checks hold.' : `${failed} of ${checks.length} checks fail.`,
  ];
}

function linesOf({ check, looked, faults }: CheckResult, look: Look): readonly string[] {
  const verdict = faults.length > 0 ? paint('FAIL', 'red', look) : looked === 0 ? '-   ' : paint('ok  ', 'green', look);
  const shown = faults.slice(0, SHOWN);
  const more = faults.length > SHOWN ? [`and ${faults.length - SHOWN} more`] : [];
  return [
    `${verdict}  ${check}: ${CHECKS[check]}`,
    ...[...shown, ...more].flatMap((text) => paragraph(text, look, [6, 8])),
  ];
}
