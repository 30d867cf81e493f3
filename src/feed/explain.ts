/** `scan show --explain`: why a score is what it is. */
import type { FeedSummary } from '../core/feed.ts';
import type { MarketRow } from '../core/market-row.ts';
import { isExplained, type ExplainedSignal, type Signal } from '../core/signal.ts';
import type { Reason, Setup } from '../core/strategy.ts';
import { formatDuration, formatPrice } from '../platform/text.ts';
import { marketLines } from './explain-market.ts';
import { scoreLines } from './explain-score.ts';
import { paint, paragraph, tableLines, type Column, type Look } from './layout.ts';
import { legendLines, recordOf } from './records.ts';
import { conditionLines, triggerLines } from './triggers.ts';
import {
  closeTimeOf,
  CROWDED_BREADTH,
  directionStyle,
  percentText,
  recordText,
  sideText,
  timeText,
  venuesText,
} from './words.ts';

/** One signal to explain, with all that is known of it. */
export interface ExplainBlock {
  /** Explained, or without a score; one that could not be explained says so. */
  readonly signal: Signal;
  /** On how many other venues the strategy says the same. */
  readonly others: number;
  /** The market's row, or null when the feed has none. */
  readonly market: MarketRow | null;
  /** Sentences on where the explanation comes from; empty when the feed held it. */
  readonly notes: readonly string[];
}

export interface Explaining {
  readonly summary: FeedSummary;
  /** Blocks that are left out. */
  readonly more: number;
}

/** The blocks one below the other. Ends with a newline. */
export function explain(blocks: readonly ExplainBlock[], { summary, more }: Explaining, look: Look): string {
  const texts = blocks.map((block) => blockLines(block, summary, look).join('\n'));
  if (more > 0) {
    const beyond = paragraph(`${more} more: --limit shows more, --symbol one market`, look);
    texts.push(beyond.map((line) => paint(line, 'dim', look)).join('\n'));
  }
  const legend = legendLines([...new Set(blocks.map(({ signal }) => signal.strategy))], summary, look);
  if (legend.length > 0) texts.push(legend.join('\n'));
  return `${texts.join(`\n\n${paint('-'.repeat(Math.min(look.width, 40)), 'dim', look)}\n\n`)}\n`;
}

function blockLines(block: ExplainBlock, summary: FeedSummary, look: Look): readonly string[] {
  const { signal, others, market, notes } = block;
  const timeframe = signal.timeframe ?? 'no candles';
  const unified = market === null ? '' : `${market.unified_symbol ?? 'name not understood'}, `;
  const title = `${signal.exchange} ${signal.symbol}${venuesText(others)} (${unified}${timeframe})  ${signal.strategy}`;
  const lines = [
    ...paragraph(title, look).map((line) => paint(line, 'bold', look)),
    ...verdictLines(signal, look),
    ...notes.flatMap((note) => paragraph(note, look).map((line) => paint(line, 'yellow', look))),
  ];
  if (!isExplained(signal)) {
    return [
      ...lines,
      ...triggerLines(signal, look),
      ...recordSentences(signal, summary).flatMap((text) => paragraph(text, look)),
      ...(market === null ? [] : marketLines(market, null, look)),
    ];
  }
  return [
    ...lines,
    ...backgroundLines(signal, summary, look),
    ...scoreLines(signal.score_breakdown, look),
    ...conditionLines(signal, look),
    ...marketLines(
      signal.market,
      signal.score_breakdown.map(({ component }) => component),
      look,
    ),
    ...reasonLines(signal, look),
  ];
}

function verdictLines(signal: Signal, look: Look): readonly string[] {
  const { status, status_reason: reason, price } = signal;
  const closed = closeTimeOf(signal);
  const candle = price === null || closed === null ? '' : `, price ${formatPrice(price)} at ${timeText(closed)}`;
  if (status !== 'ok') {
    const text = `No score: ${status} (${reason?.code ?? 'no reason'}): ${reason?.text ?? ''}${candle}`;
    return paragraph(text, look).map((line) => paint(line, 'yellow', look));
  }
  const place = `rank ${signal.rank_in_strategy ?? '-'} in its strategy`;
  const verdict = `${sideText(signal)}, score ${signal.score?.toFixed(2) ?? '-'} of 100, ${place}${candle}`;
  const { score_bounds: bounds } = signal;
  return [
    ...paragraph(verdict, look).map((line) => paint(line, directionStyle(signal), look)),
    ...paragraph(
      bounds === null || bounds[0] === bounds[1]
        ? 'The score is final: no later answer can change it.'
        : `The score is pending: answers that are still missing could make it ${bounds[0].toFixed(2)} to ${bounds[1].toFixed(2)}.`,
      look,
    ),
  ];
}

/** Since when, what the strategy has been worth, how many say the same, and the trade. */
function backgroundLines(signal: ExplainedSignal, summary: FeedSummary, look: Look): readonly string[] {
  const { setup, warmed_up: warm } = signal;
  const lines = [
    ...(warm || signal.status !== 'ok'
      ? []
      : ['Not warmed up: the score still depends a little on where history starts.']),
    ...sinceSentences(signal),
    ...recordSentences(signal, summary),
    ...breadthSentences(signal),
    ...(setup === null ? [] : [setupText(setup, signal)]),
  ];
  return lines.flatMap((line) => paragraph(line, look));
}

function recordSentences({ strategy }: Signal, summary: FeedSummary): readonly string[] {
  const record = recordOf(strategy, summary);
  return record === null ? [] : [`The record of ${strategy} is ${recordText(record)}`];
}

function sinceSentences(signal: ExplainedSignal): readonly string[] {
  const closed = closeTimeOf(signal);
  if (signal.since === null || closed === null) return [];
  const age =
    signal.since >= closed ? 'new with this candle' : `${formatDuration(closed - signal.since)} before this candle`;
  return [`Since ${timeText(signal.since)} (${age}), as far as earlier feeds know`];
}

function breadthSentences({ breadth, direction }: ExplainedSignal): readonly string[] {
  if (breadth === null) return [];
  const crowded = breadth >= CROWDED_BREADTH ? ': so many signals are one bet' : '';
  return [`Breadth: ${(100 * breadth).toFixed(0)} % of coins broke out ${direction} within 3 candles${crowded}`];
}

function setupText(setup: Setup, { timeframe }: ExplainedSignal): string {
  const { entry, stop_loss: stop, take_profit: target, risk_reward, max_bars } = setup;
  const level = (price: number): string => `${formatPrice(price)} (${percentText((100 * (price - entry)) / entry)})`;
  return `Setup: entry ${formatPrice(entry)}, stop ${level(stop)}, target ${level(target)}, risk/reward ${risk_reward.toFixed(2)} before costs, at most ${max_bars} candles of ${timeframe ?? '?'}`;
}

const REASON_COLUMNS: readonly Column<Reason>[] = [
  { title: 'CODE', align: 'left', text: ({ code }) => code, dispensable: 1 },
  { title: 'WHY', align: 'left', text: ({ text }) => text, wraps: 16 },
];

/** The reasons, and what the components have to say. */
function reasonLines({ reasons, score_breakdown: breakdown }: ExplainedSignal, look: Look): readonly string[] {
  const all = [...reasons, ...breakdown.filter(({ code }) => reasons.every((reason) => reason.code !== code))];
  return all.length === 0 ? [] : ['', 'Reasons', ...tableLines(REASON_COLUMNS, all, look)];
}
