/** The signals of a feed as tables, one for each strategy. */
import type { FeedContent } from '../core/feed.ts';
import { isExplained, type Signal } from '../core/signal.ts';
import { formatDuration, escapeControl } from '../platform/text.ts';
import { coinCollector, type StrategyShown } from './collect.ts';
import type { CoinSignal } from './find.ts';
import { feedHead } from './head.ts';
import { layTable, leftOutLines, paint, paragraph } from './layout.ts';
import type { Column, Look, Table } from './layout.ts';
import { byRecord, legendLines, recordLines } from './records.ts';
import { boundsText, directionStyle, priceText, scoreText, sideText, venuesText } from './words.ts';
import { waitText } from './triggers.ts';

interface FeedTableOptions {
  /** Coins per strategy. */
  readonly top: number;
  /** ms UTC; null says that no file was written. */
  readonly now: number | null;
}

/** What tables of signals need of a feed. */
export type SignalView = Pick<FeedContent, 'signals' | 'summary'>;

const RANK: Column<CoinSignal> = {
  title: '#',
  align: 'right',
  text: ({ best }) => String(best.rank_in_strategy ?? '-'),
  dispensable: 6,
};

const MARKET: readonly Column<CoinSignal>[] = [
  { title: 'MARKET', align: 'left', text: ({ best }) => best.symbol, style: () => 'bold' },
  { title: 'VENUE', align: 'left', text: ({ best, others }) => best.exchange + venuesText(others), dispensable: 4 },
];

const SCORE: readonly Column<CoinSignal>[] = [
  { title: 'SIDE', align: 'left', text: ({ best }) => sideText(best), style: ({ best }) => directionStyle(best) },
  { title: 'SCORE', align: 'right', text: ({ best }) => scoreText(best.score), dispensable: 1 },
  { title: 'COULD BE', align: 'left', text: ({ best }) => boundsText(best) ?? '', dispensable: 7 },
];

/** Of signals with a direction. Stop, target and risk/reward stay where venue and last price have to go. */
export const TRADE_COLUMNS: readonly Column<CoinSignal>[] = [
  ...MARKET,
  ...SCORE,
  { title: 'PRICE', align: 'right', text: ({ best }) => priceText(best.price), dispensable: 5 },
  { title: 'STOP', align: 'right', text: ({ best }) => priceText(setupOf(best)?.stop_loss), dispensable: 2 },
  { title: 'TARGET', align: 'right', text: ({ best }) => priceText(setupOf(best)?.take_profit), dispensable: 2 },
  { title: 'R/R', align: 'right', text: ({ best }) => setupOf(best)?.risk_reward.toFixed(2) ?? '', dispensable: 3 },
];

/** Too much for the end of a run, which is to be short. */
function sinceColumns(newestClose: number | null): readonly Column<CoinSignal>[] {
  return [
    { title: 'SINCE', align: 'left', text: ({ best }) => sinceText(best, newestClose), dispensable: 8 },
    { title: 'OPEN INTEREST', align: 'left', text: ({ best }) => openInterestText(best), dispensable: 9 },
  ];
}

/** Of signals without a direction: where they would get one, or what is missing. */
const WAIT_COLUMNS: readonly Column<CoinSignal>[] = [
  RANK,
  ...MARKET,
  ...SCORE,
  { title: 'PRICE', align: 'right', text: ({ best }) => priceText(best.price), dispensable: 5 },
  { title: 'WAITS FOR', align: 'left', text: ({ best }) => waitText(best), wraps: 20 },
];

/** What is shown of a feed as a whole. Ends with a newline. */
export function feedTable(feed: FeedContent, { top, now }: FeedTableOptions, look: Look): string {
  return `${feedHead(feed, now, look)}\n${signalTables(feed, top, look)}`;
}

/** The first `top` coins of each strategy; strategies with a better record come first. Ends with a newline. */
export function signalTables({ signals, summary }: SignalView, top: number, look: Look): string {
  const collector = coinCollector(top);
  for (const signal of signals) collector.add(signal);
  const all = collector.result();
  const order = byRecord(
    all.map(({ strategy }) => strategy),
    summary,
  );
  const blocks = order.map((id) =>
    strategyBlock(
      all.find(({ strategy }) => strategy === id)!,
      summary,
      look,
    ),
  );
  if (blocks.length === 0) return 'No signals.\n';
  const notes = [
    ...leftOutLines(
      blocks.flatMap(({ tables }) => tables),
      look,
    ),
    ...legendLines(order, summary, look),
  ];
  const texts = blocks.map(({ lines }) => lines.join('\n'));
  return `${[...texts, ...(notes.length === 0 ? [] : [notes.join('\n')])].join('\n\n')}\n`;
}

interface StrategyBlock {
  readonly lines: readonly string[];
  readonly tables: readonly Table[];
}

function strategyBlock(shown: StrategyShown, summary: SignalView['summary'], look: Look): StrategyBlock {
  const { strategy, coins, more } = shown;
  const { long, short, none, notScored } = shown.counts;
  const counts = `${long} long, ${short} short, ${none} without direction, ${notScored} not scored`;
  const [first = '', ...others] = paragraph(`${strategy}  ${counts}`, look);
  const title = [first.replace(escapeControl(strategy), (name) => paint(name, 'bold', look)), ...others];
  const fired = coins.filter(({ best }) => best.direction !== 'none');
  const waiting = coins.filter(({ best }) => best.direction === 'none');
  const tables = [
    ...(fired.length === 0
      ? []
      : [layTable([RANK, ...TRADE_COLUMNS, ...sinceColumns(summary.candles.newest_close)], fired, look)]),
    ...(waiting.length === 0 ? [] : [layTable(WAIT_COLUMNS, waiting, look)]),
  ];
  const beyond = more === 0 ? [] : [paint(`${more} more`, 'dim', look)];
  const lines = [
    ...title,
    ...recordLines(strategy, summary, look),
    ...tables.flatMap((table) => table.lines),
    ...beyond,
  ];
  return { lines, tables };
}

function setupOf(signal: Signal): { stop_loss: number; take_profit: number; risk_reward: number } | null {
  return isExplained(signal) ? signal.setup : null;
}

/** Against the newest close of all markets: what a market that lags behind began is not new. */
function sinceText(signal: Signal, newestClose: number | null): string {
  if (!isExplained(signal) || signal.since === null || newestClose === null) return '';
  return signal.since >= newestClose ? 'new' : `${formatDuration(newestClose - signal.since)} ago`;
}

function openInterestText(signal: Signal): string {
  const { oi_metadata: openInterest } = signal;
  if (openInterest.status === 'neutral') return 'neutral';
  if (!isExplained(signal)) return openInterest.status === 'resolved' ? 'own' : 'stand-in';
  const { venue, stale } = signal.oi_metadata;
  const whose = openInterest.status === 'resolved' ? 'own' : `stand-in: ${venue ?? '?'}`;
  return `${whose}${stale ? ', stale' : ''}`;
}
