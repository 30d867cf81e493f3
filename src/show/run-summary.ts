/** What a run ends with: what moved, what is near, what is new, the counts, and what to type next. */
import type { FeedContent, FeedSummary } from '../core/feed.ts';
import { bannerLines } from '../feed/head.ts';
import { paint, paragraph, type Look } from '../feed/layout.ts';
import { CROWDED_BREADTH } from '../feed/words.ts';
import { escapeControl, formatDuration } from '../platform/text.ts';
import { extremeLines } from './extremes.ts';
import { nearestTriggers } from './nearest-triggers.ts';
import { newSignals } from './new-signals.ts';

/** Files named in the summary; the feed has them all. */
const NAMED_FILES = 5;

export interface RunSummaryOptions {
  /** The feed's path as the user would type it, or null when none was written. */
  readonly file: string | null;
  /** What the user types to start the program, e.g. `npx scan`. */
  readonly command: string;
  /** Whether there was an earlier feed of the same scan, which tells what is new. */
  readonly comparable: boolean;
}

/** Markets and signals pass by once each. Ends with a newline. */
export function runSummary(feed: FeedContent, options: RunSummaryOptions, look: Look): string {
  const near = nearestTriggers(feed.summary);
  const news = newSignals(options.comparable, feed.summary.candles.newest_close);
  let first: string | null = null;
  for (const signal of feed.signals) {
    first ??= signal.coin;
    near.add(signal);
    news.add(signal);
  }
  const lines = [
    ...bannerLines(feed, look),
    ...breadthLines(feed.summary, look),
    ...extremeLines(feed.markets, feed.run.as_of, look),
    ...near.lines(look),
    ...news.lines(feed, look),
    '',
    ...countLines(feed, look),
    ...nextSteps(first, options, look),
  ];
  return `${lines.join('\n')}\n`;
}

function breadthLines({ breadth: { long, short } }: FeedSummary, look: Look): readonly string[] {
  if (long === null || short === null) return [];
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const crowded = Math.max(long, short) >= CROWDED_BREADTH ? ' So many signals of one side are one bet.' : '';
  const text = `Breadth: ${percent(long)} of coins broke out upwards within 3 candles, ${percent(short)} downwards.${crowded}`;
  return paragraph(text, look);
}

function countLines({ summary, run }: FeedContent, look: Look): readonly string[] {
  const { signals, resolution, external } = summary;
  const lines = [
    `Signals ${signals.total}: ${signals.long} long, ${signals.short} short, ${signals.none} without direction, ${signals.insufficient_data} insufficient data, ${signals.stale} stale, ${signals.error} errors`,
    `Markets ${summary.markets}: ${resolution.resolved} resolved (own series), ${resolution.aggregated} aggregated (a stand-in's), ${resolution.neutral} neutral (none)`,
    `Series (${run.provider}): ${external.fetched} fetched, ${external.cached} cached, ${external.stale} stale, ${external.deferred} deferred, ${external.missing} missing; ${external.requests} requests, ${external.calls} calls; took ${formatDuration(run.duration_ms)}${run.attribution === null ? '' : `. ${run.attribution}`}`,
  ];
  return [...lines.flatMap((line) => paragraph(line, look)), ...skippedLines(summary.files_skipped, look)];
}

function skippedLines(skipped: FeedSummary['files_skipped'], look: Look): readonly string[] {
  if (skipped.length === 0) return [];
  const named = skipped.slice(0, NAMED_FILES).map(({ file, reason }) => `${file}: ${reason}`);
  const others = skipped.length - named.length;
  const more = others > 0 ? [`${others} more in .summary.files_skipped`] : [];
  const title = `Files skipped ${skipped.length}:`;
  const lines = [title, ...[...named, ...more].flatMap((line) => paragraph(line, look, [2, 4]))];
  return lines.map((line) => paint(line, 'yellow', look));
}

function nextSteps(coin: string | null, { file, command }: RunSummaryOptions, look: Look): readonly string[] {
  if (file === null) return [];
  const path = quoted(file);
  const steps = [
    `${command} show ${path}`,
    ...(coin === null ? [] : [`${command} show ${path} --symbol ${quoted(coin)} --explain`]),
    `${command} show ${path} --markets --sort -oi_change_24h_pct`,
    `jq '.signals[0]' ${path}`,
  ];
  return ['', 'Next:', ...steps.map((step) => paint(`  ${step}`, 'dim', look))];
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${escapeControl(text).replaceAll("'", String.raw`'\''`)}'`;
}
