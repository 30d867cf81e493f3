/** Which signals of a feed are asked for, and what to say when a name is unknown or nothing is left. */
import type { Feed } from '../core/feed.ts';
import { isExplained, type Signal } from '../core/signal.ts';
import { namesIn } from '../core/text.ts';
import { closest } from '../platform/text.ts';
import { findByName, nearestName, unifiedNames } from './find.ts';

/** What signals are chosen by, all of it together; null when not asked for. */
export interface Selection {
  /** Coins, symbols, unified symbols or EXCHANGE:SYMBOL; here and below several are separated by commas, case ignored. */
  readonly symbol: string | null;
  readonly exchange: string | null;
  /** Ids, or `all`. */
  readonly strategy: string | null;
  /** `long`, `short` or `none`. */
  readonly direction: string | null;
  /** The least score. */
  readonly minScore: number | null;
  /** How long before the newest close of the feed a direction may have begun, as typed and in ms. */
  readonly since: { readonly text: string; readonly ms: number } | null;
}

export const NOTHING_ASKED: Selection = {
  symbol: null,
  exchange: null,
  strategy: null,
  direction: null,
  minScore: null,
  since: null,
};

const FILTERS = ['symbol', 'exchange', 'strategy', 'direction', 'minScore', 'since'] as const;
type Filter = (typeof FILTERS)[number];

/** In the order of the feed. */
export function selectSignals(feed: Feed, selection: Selection): readonly Signal[] {
  return FILTERS.reduce((left, filter) => kept(left, filter, selection, feed), feed.signals);
}

function kept(signals: readonly Signal[], filter: Filter, asked: Selection, feed: Feed): readonly Signal[] {
  if (asked[filter] === null) return signals;
  const { symbol, strategy, direction, minScore, since } = asked;
  if (filter === 'symbol') return findByName(signals, symbol!, unifiedNames(feed.markets));
  if (filter === 'exchange') return signals.filter(({ exchange }) => isAmong(exchange, asked.exchange!));
  if (filter === 'direction') return signals.filter((signal) => isAmong(signal.direction, direction!));
  if (filter === 'minScore') return signals.filter(({ score }) => score !== null && score >= minScore!);
  if (filter === 'since') return signals.filter((signal) => beganAfter(signal, newestCloseOf(feed) - since!.ms));
  return namesIn(strategy).includes('all') ? signals : signals.filter((one) => isAmong(one.strategy, strategy!));
}

/** Whether `name` is one of those that were asked for. */
export function isAmong(name: string, asked: string): boolean {
  return namesIn(asked.toLowerCase()).includes(name.toLowerCase());
}

function beganAfter(signal: Signal, time: number): boolean {
  return isExplained(signal) && signal.since !== null && signal.since > time;
}

/** What `--since` counts back from, ms UTC: the wall clock would say something else of the same feed at every look. */
function newestCloseOf({ summary, run }: Feed): number {
  return summary.candles.newest_close ?? run.as_of;
}

/** The first name in the selection that no signal of the feed has, with the nearest and what there is; null when all are known. */
export function unknownName({ signals, markets }: Feed, selection: Selection): string | null {
  const { symbol } = selection;
  for (const filter of ['exchange', 'strategy'] as const) {
    const asked = selection[filter];
    if (asked === null || (filter === 'strategy' && namesIn(asked).includes('all'))) continue;
    const known = [...new Set(signals.map((signal) => signal[filter]))].sort();
    const unknown = namesIn(asked).find((name) => !known.some((one) => isAmong(one, name)));
    if (unknown === undefined) continue;
    return `--${filter}: the feed has no ${filter} "${unknown}"${didYouMean(closest(unknown, known))}; it has ${known.join(', ') || 'no signals'}`;
  }
  const names = unifiedNames(markets);
  const unknown = namesIn(symbol).find((name) => findByName(signals, name, names).length === 0);
  if (unknown === undefined) return null;
  return `--symbol: no market "${unknown}" in the feed${didYouMean(nearestName(signals, unknown, names))}`;
}

function didYouMean(near: string | null): string {
  return near === null ? '' : `; did you mean ${near}?`;
}

/** For a selection of known names that leaves nothing: which of them to leave out, and what there is then. */
export function nothingSelected(feed: Feed, selection: Selection): string {
  const used = FILTERS.filter((filter) => selection[filter] !== null);
  const asked = used.map((filter) => `--${FLAGS[filter]} ${typed(selection[filter])}`).join(' ');
  if (used.length === 0) return 'The feed has no signals.';
  const hints = used.flatMap((filter) => {
    const left = selectSignals(feed, { ...selection, [filter]: null });
    return left.length === 0 ? [] : [`Without --${FLAGS[filter]} there are ${left.length}: ${countsText(left)}.`];
  });
  return [`No signal matches ${asked}.`, ...hints].join(' ');
}

const FLAGS: Readonly<Record<Filter, string>> = {
  symbol: 'symbol',
  exchange: 'exchange',
  strategy: 'strategy',
  direction: 'direction',
  minScore: 'min-score',
  since: 'since',
};

function typed(value: Selection[Filter]): string {
  return typeof value === 'object' && value !== null ? value.text : String(value);
}

function countsText(signals: readonly Signal[]): string {
  const scored = signals.filter(({ status }) => status === 'ok');
  const count = (direction: Signal['direction']): number =>
    scored.filter((signal) => signal.direction === direction).length;
  return `${count('long')} long, ${count('short')} short, ${count('none')} without direction, ${signals.length - scored.length} not scored`;
}
