/** What strategies have been worth, and in which order they are shown because of it. */
import type { FeedSummary } from '../core/feed.ts';
import type { StrategyRecord } from '../core/strategy.ts';
import { paint, paragraph, type Look } from './layout.ts';
import { RECORD_LEGEND, recordText } from './words.ts';

type Records = Pick<FeedSummary, 'by_strategy'>;

const ORDER: readonly StrategyRecord['status'][] = ['positive', 'inconclusive', 'unmeasured', 'negative'];

/** Strategies whose record is better come first, negative ones last; ties by id. */
export function byRecord(strategies: Iterable<string>, summary: Records): readonly string[] {
  const place = (id: string): number => ORDER.indexOf(recordOf(id, summary)?.status ?? 'unmeasured');
  return [...strategies].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** Null for a strategy that the summary does not name. */
export function recordOf(strategy: string, { by_strategy: all }: Records): StrategyRecord | null {
  return Object.hasOwn(all, strategy) ? all[strategy]!.record : null;
}

/** The record of a strategy in a line of its own; a negative one is said to stand last because of it. */
export function recordLines(strategy: string, summary: Records, look: Look): readonly string[] {
  const record = recordOf(strategy, summary);
  if (record === null) return [];
  const negative = record.status === 'negative';
  const text = `Record ${recordText(record)}${negative ? '. Its trades have lost: shown last' : ''}`;
  return paragraph(text, look).map((line) => paint(line, negative ? 'yellow' : 'dim', look));
}

/** What the records say of, unless nothing was measured of any. */
export function legendLines(strategies: readonly string[], summary: Records, look: Look): readonly string[] {
  const measured = strategies.some((id) => (recordOf(id, summary)?.excess_r ?? null) !== null);
  return measured ? paragraph(RECORD_LEGEND, look).map((line) => paint(line, 'dim', look)) : [];
}
