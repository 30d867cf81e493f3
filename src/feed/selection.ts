/** Which signals of a feed are asked for, and what to say when a name is unknown or nothing is left. */
import type { Signal } from '../core/signal.ts';
import { closest } from '../platform/text.ts';
import { findSignals, nearestName } from './find.ts';

/** What signals are chosen by, all of it together; null when not asked for. */
export interface Selection {
  /** A coin, a symbol, a unified symbol or EXCHANGE:SYMBOL, case ignored. */
  readonly symbol: string | null;
  readonly exchange: string | null;
  /** An id, several separated by commas, or `all`. */
  readonly strategy: string | null;
  /** `long`, `short` or `none`. */
  readonly direction: string | null;
}

const FILTERS = ['symbol', 'exchange', 'strategy', 'direction'] as const;
type Filter = (typeof FILTERS)[number];

/** In the order of `signals`. */
export function selectSignals(signals: readonly Signal[], selection: Selection): readonly Signal[] {
  return FILTERS.reduce((left, filter) => kept(left, filter, selection[filter]), signals);
}

function kept(signals: readonly Signal[], filter: Filter, asked: string | null): readonly Signal[] {
  if (asked === null || (filter === 'strategy' && asked === 'all')) return signals;
  if (filter === 'symbol') return findSignals(signals, asked);
  const wanted = namesIn(filter, asked);
  return signals.filter((signal) => wanted.includes(signal[filter].toLowerCase()));
}

function namesIn(filter: Filter, asked: string): readonly string[] {
  const names = filter === 'strategy' ? asked.split(',') : [asked];
  return names.map((name) => name.trim().toLowerCase());
}

/** The first name in the selection that no signal of the feed has, with the nearest and what there is; null when all are known. */
export function unknownName(signals: readonly Signal[], selection: Selection): string | null {
  const { symbol } = selection;
  for (const filter of ['exchange', 'strategy'] as const) {
    const asked = selection[filter];
    if (asked === null || (filter === 'strategy' && asked === 'all')) continue;
    const known = [...new Set(signals.map((signal) => signal[filter]))].sort();
    const given = filter === 'strategy' ? asked.split(',') : [asked];
    const unknown = given
      .map((name) => name.trim())
      .find((name) => !known.some((one) => one.toLowerCase() === name.toLowerCase()));
    if (unknown === undefined) continue;
    return `--${filter}: the feed has no ${filter} "${unknown}"${didYouMean(closest(unknown, known))}; it has ${known.join(', ') || 'no signals'}`;
  }
  if (symbol === null || findSignals(signals, symbol).length > 0) return null;
  return `--symbol: no market "${symbol}" in the feed${didYouMean(nearestName(signals, symbol))}`;
}

function didYouMean(near: string | null): string {
  return near === null ? '' : `; did you mean ${near}?`;
}

/** For a selection of known names that leaves nothing: which of them to leave out, and what there is then. */
export function nothingSelected(signals: readonly Signal[], selection: Selection): string {
  const used = FILTERS.filter((filter) => selection[filter] !== null);
  const asked = used.map((filter) => `--${filter} ${selection[filter]}`).join(' ');
  if (used.length === 0) return 'The feed has no signals.';
  const hints = used.flatMap((filter) => {
    const left = selectSignals(signals, { ...selection, [filter]: null });
    return left.length === 0 ? [] : [`Without --${filter} there are ${left.length}: ${countsOf(left)}.`];
  });
  return [`No signal matches ${asked}.`, ...hints].join(' ');
}

function countsOf(signals: readonly Signal[]): string {
  const scored = signals.filter(({ status }) => status === 'ok');
  const count = (direction: Signal['direction']): number =>
    scored.filter((signal) => signal.direction === direction).length;
  return `${count('long')} long, ${count('short')} short, ${count('none')} without direction, ${signals.length - scored.length} not scored`;
}
