/** Everything that must hold in a feed: its schema, and what no schema can say. */
import { isDeepStrictEqual } from 'node:util';
import type { Feed } from '../core/feed.ts';
import type { MarketRow } from '../core/market-row.ts';
import { isExplained, type ExplainedSignal, type Signal } from '../core/signal.ts';
import { countProblems } from './count-check.ts';
import { orderProblems } from './order-check.ts';
import { jqPath, type Problem } from './problem.ts';
import { shapeProblems } from './shape.ts';
import { isNewer, refusalOf } from './version.ts';

/** A number that is no integer has at most so many significant digits. */
const DIGITS = 8;

/**
 * All that is wrong with `data`, which stood in `file`. What the schema refuses is looked at alone: counts, order and joins of a feed
 * whose fields are not what they should be mean nothing.
 */
export function feedProblems(data: unknown, file: string): readonly Problem[] {
  const refusal = refusalOf(data, file);
  if (refusal !== null) return [{ path: '.schema_version', message: refusal }];
  const { schema_version: version } = data as { readonly schema_version: string };
  const problems = [...shapeProblems(data as object, isNewer(version) ? 'tolerate-added' : 'refuse-added')];
  if (problems.length > 0) return problems;
  const feed = data as Feed;
  return [
    ...marketProblems(feed.markets),
    ...completenessProblems(feed),
    ...joinProblems(feed),
    ...orderProblems(feed),
    ...countProblems(feed),
    ...digitProblems(feed, []),
  ];
}

function keyOf({ exchange, symbol }: Pick<MarketRow, 'exchange' | 'symbol'>): string {
  return `${exchange}:${symbol}`;
}

/** Each market once, by exchange, then symbol. */
function* marketProblems(markets: readonly MarketRow[]): Generator<Problem> {
  for (const [index, row] of markets.entries()) {
    const before = markets[index - 1];
    if (before === undefined) continue;
    const path = jqPath(['markets', index]);
    if (keyOf(before) === keyOf(row)) yield { path, message: `${keyOf(row)} stands there twice` };
    else if (before.exchange > row.exchange || (before.exchange === row.exchange && before.symbol > row.symbol)) {
      yield { path, message: `${keyOf(row)} stands behind ${keyOf(before)}` };
    }
  }
}

/** Ids are unique, and each market has exactly one signal of each strategy. */
function* completenessProblems({ markets, run, signals }: Feed): Generator<Problem> {
  const ids = new Set<string>();
  const answers = new Set<string>();
  for (const [index, signal] of signals.entries()) {
    const answer = `${keyOf(signal)} ${signal.strategy}`;
    if (ids.has(signal.id))
      yield { path: jqPath(['signals', index, 'id']), message: `${signal.id} stands there twice` };
    if (answers.has(answer)) yield { path: jqPath(['signals', index]), message: `a second signal of ${answer}` };
    if (!run.strategies.includes(signal.strategy)) {
      yield {
        path: jqPath(['signals', index, 'strategy']),
        message: `${signal.strategy} is not among .run.strategies`,
      };
    }
    const misspelt = idProblem(signal);
    if (misspelt !== null) yield { path: jqPath(['signals', index, 'id']), message: misspelt };
    ids.add(signal.id);
    answers.add(answer);
  }
  for (const [index, row] of markets.entries()) {
    for (const strategy of run.strategies) {
      if (answers.has(`${keyOf(row)} ${strategy}`)) continue;
      yield { path: jqPath(['markets', index]), message: `${keyOf(row)} has no signal of ${strategy}` };
    }
  }
}

function idProblem(signal: Signal): string | null {
  const { candle_time: time, exchange, id, strategy, symbol, timeframe } = signal;
  if (time === null || timeframe === null) return null;
  const isRight = ['', 'spot:'].some((kind) => id === `${exchange}:${symbol}:${kind}${timeframe}:${strategy}:${time}`);
  return isRight ? null : `${id} does not name its market, timeframe, strategy and candle`;
}

/** What a signal repeats of its market's row, its strategy and the summary. */
function* joinProblems(feed: Feed): Generator<Problem> {
  const rows = new Map(feed.markets.map((row) => [keyOf(row), row]));
  const { detail } = feed.run;
  for (const [index, signal] of feed.signals.entries()) {
    const row = rows.get(keyOf(signal));
    const explained = isExplained(signal);
    if (row === undefined) {
      yield { path: jqPath(['signals', index]), message: `${keyOf(signal)} is not among .markets` };
    }
    if (explained !== (detail === 'full' || signal.direction !== 'none')) {
      const message = `is ${explained ? '' : 'not '}explained, with direction ${signal.direction} and detail ${detail}`;
      yield { path: jqPath(['signals', index]), message };
    }
    if (!explained) continue;
    for (const [field, message] of repeated(signal, row, feed)) {
      yield { path: jqPath(['signals', index, field]), message };
    }
  }
}

function* repeated(
  signal: ExplainedSignal,
  row: MarketRow | undefined,
  { summary }: Feed,
): Generator<[string, string]> {
  const { breadth, direction, market, record, strategy } = signal;
  if (row !== undefined && !isDeepStrictEqual(market, row)) yield ['market', "differs from its market's row"];
  if (signal.unified_symbol !== market.unified_symbol) {
    yield ['unified_symbol', `${signal.unified_symbol}, but its market has ${market.unified_symbol}`];
  }
  const measured = summary.by_strategy[strategy]?.record.status;
  if (record !== measured) yield ['record', `${record}, but .summary.by_strategy says ${measured}`];
  if (direction !== 'none' && breadth !== summary.breadth[direction]) {
    yield ['breadth', `${breadth}, but .summary.breadth.${direction} is ${summary.breadth[direction]}`];
  }
}

function* digitProblems(value: unknown, at: readonly PropertyKey[]): Generator<Problem> {
  if (typeof value === 'number') {
    if (Number.isInteger(value) || Number(value.toPrecision(DIGITS)) === value) return;
    yield { path: jqPath(at), message: `${value} has more than ${DIGITS} significant digits` };
  } else if (Array.isArray(value)) {
    for (const [index, member] of (value as readonly unknown[]).entries()) yield* digitProblems(member, [...at, index]);
  } else if (typeof value === 'object' && value !== null && !isCloseCondition(value)) {
    for (const [name, member] of Object.entries(value)) yield* digitProblems(member, [...at, name]);
  }
}

/** A condition whose two numbers eight digits would make equal has all their digits: they say whether it holds. */
function isCloseCondition(value: object): boolean {
  if (!('threshold' in value && 'value' in value)) return false;
  const { value: measured, threshold } = value;
  if (typeof measured !== 'number' || typeof threshold !== 'number') return false;
  return measured.toPrecision(DIGITS) === threshold.toPrecision(DIGITS);
}
