/** What a run ends with, and `scan show`. */
import type { Feed, RunStage } from '../core/feed.ts';
import type { SignalHead } from '../core/signal.ts';
import { MINUTE_MS, SECOND_MS, TIMEFRAME_MS } from '../core/time.ts';
import { escapeControl, formatDuration, formatPrice } from '../platform/text.ts';
import { coinOf, collapse, type CoinSignal } from './find.ts';
import { layTable, leftOutLines, paint, paragraph, tableLines } from './layout.ts';
import type { Column, Look, Style, Table } from './layout.ts';

const BEST = 5;
/** Files named in the summary; the feed has them all. */
const NAMED_FILES = 5;

export interface SummaryOptions {
  /** The feed's path as the user would type it, or null when none was written. */
  readonly file: string | null;
  /** What the user types to start the program, e.g. `npx scan`. */
  readonly command: string;
}

interface FeedTableOptions {
  /** Coins per strategy. */
  readonly top: number;
  readonly now?: number;
}

const RANK: Column<CoinSignal> = {
  title: '#',
  align: 'right',
  text: ({ best }) => String(best.rank_in_strategy ?? '-'),
};

const STRATEGY: Column<CoinSignal> = {
  title: 'STRATEGY',
  align: 'left',
  text: ({ best }) => best.strategy,
  dispensable: 1,
};

const COLUMNS: readonly Column<CoinSignal>[] = [
  { title: 'MARKET', align: 'left', text: ({ best }) => best.symbol, style: () => 'bold' },
  { title: 'VENUE', align: 'left', text: ({ best, others }) => best.exchange + venuesText(others), dispensable: 2 },
  { title: 'ACTION', align: 'left', text: ({ best }) => best.action, style: ({ best }) => actionStyle(best) },
  { title: 'SCORE', align: 'right', text: ({ best }) => scoreText(best.score) },
  { title: 'COULD BE', align: 'left', text: ({ best }) => boundsText(best) ?? '', dispensable: 6 },
  { title: 'PRICE', align: 'right', text: ({ best }) => priceText(best.price), dispensable: 3 },
  { title: 'STOP', align: 'right', text: ({ best }) => priceText(best.setup?.stop_loss), dispensable: 4 },
  { title: 'TARGET', align: 'right', text: ({ best }) => priceText(best.setup?.take_profit), dispensable: 4 },
  { title: 'R/R', align: 'right', text: ({ best }) => best.setup?.risk_reward.toFixed(2) ?? '', dispensable: 5 },
];

/** Too much for the end of a run, which is to be short. */
const OPEN_INTEREST: Column<CoinSignal> = {
  title: 'OPEN INTEREST',
  align: 'left',
  text: ({ best }) => openInterestText(best),
  dispensable: 7,
};

/** The end of a run: the best five with a direction, the counts, what to type next. Ends with a newline. */
export function runSummary(feed: Feed<SignalHead>, options: SummaryOptions, look: Look): string {
  const best = collapse(feed.signals.filter(({ direction }) => direction !== 'none')).slice(0, BEST);
  const title = `Best ${best.length} with a direction, of ${feed.signals.length} signals`;
  const table =
    best.length === 0
      ? ['No signal with a direction.']
      : [paint(title, 'bold', look), ...tableLines([STRATEGY, ...COLUMNS], best, look)];
  const lines = [
    ...bannerOf(feed, look),
    ...table,
    ...staleLines(feed, look),
    '',
    ...countLines(feed, look),
    ...nextSteps(feed, options, look),
  ];
  return `${lines.join('\n')}\n`;
}

/** What is shown of a feed as a whole; without `now`, the wall clock in ms UTC, it says that no file was written. */
export function feedTable(feed: Feed<SignalHead>, { top, now }: FeedTableOptions, look: Look): string {
  return `${feedHead(feed, now ?? null, look)}\n${signalTables(feed.signals, top, look)}`;
}

/** The first `top` coins of each strategy among `signals`, which are in the feed's order. Ends with a newline. */
export function signalTables(signals: readonly SignalHead[], top: number, look: Look): string {
  const strategies = [...new Set(signals.map(({ strategy }) => strategy))].sort();
  const blocks = strategies.map((strategy) => {
    const own = signals.filter((signal) => signal.strategy === strategy);
    return strategyBlock(strategy, own, top, look);
  });
  const note = leftOutLines(
    blocks.flatMap(({ table }) => table ?? []),
    look,
  );
  if (blocks.length === 0) return 'No signals.\n';
  const lines = blocks.map((block) => block.lines.join('\n'));
  return `${[...lines, ...(note.length === 0 ? [] : [note.join('\n')])].join('\n\n')}\n`;
}

interface StrategyBlock {
  readonly lines: readonly string[];
  /** Null when none of its signals has a score. */
  readonly table: Table | null;
}

function strategyBlock(strategy: string, signals: readonly SignalHead[], top: number, look: Look): StrategyBlock {
  const scored = signals.filter(({ status }) => status === 'ok');
  const count = (direction: SignalHead['direction']): number =>
    scored.filter((signal) => signal.direction === direction).length;
  const counts = `${count('long')} long, ${count('short')} short, ${count('none')} without direction, ${signals.length - scored.length} not scored`;
  const [first = '', ...others] = paragraph(`${strategy}  ${counts}`, look);
  const title = [first.replace(escapeControl(strategy), (name) => paint(name, 'bold', look)), ...others];
  const coins = collapse(scored);
  if (coins.length === 0) return { lines: title, table: null };
  const shown = coins.slice(0, top);
  const rest = coins.length > shown.length ? [paint(`${coins.length - shown.length} more`, 'dim', look)] : [];
  const table = layTable([RANK, ...COLUMNS, OPEN_INTEREST], shown, look);
  return { lines: [...title, ...table.lines, ...rest], table };
}

/** How old a feed is at `now` (ms UTC; null when it is not written), what it was made from, and what nobody may overlook. Ends with a newline. */
export function feedHead(feed: Feed<SignalHead>, now: number | null, look: Look): string {
  const { run, summary, last_updated: written } = feed;
  const newest = Math.max(...feed.signals.map((signal) => closeTimeOf(signal) ?? 0), 0);
  const candles = newest === 0 ? 'no candles' : `${run.timeframe} candles up to ${timeText(newest)}`;
  const age = now === null ? 'Not written' : `Written ${ageText(now - written)} (${timeText(written)})`;
  const text = `${age}; ${candles}; markets: ${summary.markets}; series: ${run.provider}`;
  return `${[...paragraph(text, look), ...bannerOf(feed, look)].join('\n')}\n`;
}

function ageText(age: number): string {
  if (age < -MINUTE_MS) return `${formatDuration(-age)} in the future by this machine's clock`;
  // Seconds matter to nobody once there are minutes.
  return `${formatDuration(Math.max(0, age - (age % (age < MINUTE_MS ? SECOND_MS : MINUTE_MS))))} ago`;
}

const UNFINISHED: Readonly<Record<Exclude<RunStage, 'complete'>, string>> = {
  price:
    'Stage price: directions and setups are final, scores are not; series are still being fetched, or the run was ended.',
  exact: 'Stage exact: the goal of the run is met; the rest is still being fetched, or the run was ended.',
};

/** What nobody may overlook. */
function bannerOf({ run }: Pick<Feed, 'run'>, look: Look): readonly string[] {
  const warnings = run.degraded_reasons.map(({ code, text }) => `Degraded (${code}): ${text}`);
  if (run.stage !== 'complete') warnings.unshift(UNFINISHED[run.stage]);
  if (run.inputs.sample) warnings.unshift('Made-up sample data: names are real tickers, every number is invented.');
  else if (run.provider === 'sandbox')
    warnings.unshift('Series are made up (provider sandbox): do not trade on these scores.');
  return warnings.flatMap((text) => paragraph(text, look).map((line) => paint(line, 'yellow', look)));
}

/** Old candles are the usual reason why a first scan finds nothing; nothing unless most signals are stale. */
function staleLines({ signals, summary }: Feed<SignalHead>, look: Look): readonly string[] {
  const { stale, total } = summary.signals;
  const newest = Math.max(...signals.map(({ candle_time: opened }) => opened ?? 0), 0);
  if (newest === 0 || stale <= total / 2) return [];
  // At its open time: nobody knows whether the newest candle of a file was closed when it was saved.
  const time = new Date(newest).toISOString().replace('.000Z', 'Z');
  const text = `${stale} of ${total} signals are stale: the newest candle is of ${timeText(newest)}. Refresh the candle files, or look at the past with --as-of ${time}`;
  return paragraph(text, look).map((line) => paint(line, 'yellow', look));
}

function countLines({ summary, run }: Feed<SignalHead>, look: Look): readonly string[] {
  const { signals, resolution, external } = summary;
  const lines = [
    `Signals ${signals.total}: ${signals.long} long, ${signals.short} short, ${signals.none} without direction, ${signals.insufficient_data} insufficient data, ${signals.stale} stale, ${signals.error} errors`,
    `Markets ${summary.markets}: ${resolution.resolved} resolved, ${resolution.aggregated} aggregated, ${resolution.neutral} neutral`,
    `Series (${run.provider}): ${external.fresh} fetched, ${external.cached} cached, ${external.stale} stale, ${external.deferred} deferred, ${external.missing} missing; ${external.requests} requests, ${external.units} units; took ${formatDuration(run.duration_ms)}`,
  ];
  return [...lines.flatMap((line) => paragraph(line, look)), ...skippedLines(summary.files_skipped, look)];
}

function skippedLines(skipped: Feed['summary']['files_skipped'], look: Look): readonly string[] {
  if (skipped.length === 0) return [];
  const named = skipped.slice(0, NAMED_FILES).map(({ file, reason }) => `${file}: ${reason}`);
  const rest = skipped.length > named.length ? [`${skipped.length - named.length} more in .summary.files_skipped`] : [];
  const title = `Files skipped ${skipped.length}:`;
  const lines = [title, ...[...named, ...rest].flatMap((line) => paragraph(line, look, [2, 4]))];
  return lines.map((line) => paint(line, 'yellow', look));
}

function nextSteps({ signals }: Feed<SignalHead>, { file, command }: SummaryOptions, look: Look): readonly string[] {
  if (file === null) return [];
  const path = quoted(file);
  const first = signals[0];
  const steps = [
    `${command} show ${path}`,
    ...(first === undefined ? [] : [`${command} show ${path} --symbol ${quoted(coinOf(first))} --explain`]),
    `jq '.signals[0]' ${path}`,
  ];
  return ['', 'Next:', ...steps.map((step) => paint(`  ${step}`, 'dim', look))];
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${escapeControl(text).replaceAll("'", String.raw`'\''`)}'`;
}

export function venuesText(others: number): string {
  if (others === 0) return '';
  return others === 1 ? ' +1 venue' : ` +${others} venues`;
}

export function actionStyle({ direction }: SignalHead): Style | null {
  if (direction === 'none') return null;
  return direction === 'long' ? 'green' : 'red';
}

export function scoreText(score: number | null): string {
  return score === null ? '-' : score.toFixed(2);
}

/** Null when nothing that is still open could change the score. */
export function boundsText({ score_bounds: bounds }: SignalHead): string | null {
  if (bounds === null || bounds[0] === bounds[1]) return null;
  return `${bounds[0].toFixed(2)} to ${bounds[1].toFixed(2)}`;
}

/** `2026-01-19 16:00 UTC`. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** When the signal's candle closed, ms UTC; null without candles. */
export function closeTimeOf({ candle_time: opened, timeframe }: SignalHead): number | null {
  return opened === null || timeframe === null ? null : opened + TIMEFRAME_MS[timeframe];
}

function priceText(price: number | null | undefined): string {
  return price === null || price === undefined ? '' : formatPrice(price);
}

function openInterestText({ oi_metadata: { status, venue, score, stale } }: SignalHead): string {
  if (status === 'neutral') return 'neutral';
  return `${score.toFixed(1)} ${status} ${venue ?? ''}${stale ? ', stale' : ''}`.trim();
}
