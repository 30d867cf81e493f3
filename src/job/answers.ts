/** How the series that signals can use stand, in the feed's counts. */
import type { DegradedReason, ExternalSummary } from '../core/feed.ts';
import { isUpstreamFault, type FailureCode } from '../core/outcome.ts';
import { hasNoHoles } from '../core/series.ts';
import type { Strategy } from '../core/strategy.ts';
import { mostOf } from '../plan/estimate.ts';
import { formatDuration } from '../platform/text.ts';
import { EVERYTHING } from '../plan/goal.ts';
import type { KnownMarket } from '../processor/known-market.ts';
import type { SeriesNeed } from './known-markets.ts';
import type { Run } from './run.ts';
import { isFinal, type KnownAnswer, type KnownSeries } from './series-book.ts';
import type { KeptUpstream, Upstream } from './upstream.ts';

export interface Answer extends SeriesNeed {
  /** `stale` only where it lacks something for the newest candle among the markets of its symbol. */
  readonly outcome: KnownAnswer;
  /** What the cache gave for nothing: `final` and `fresh` as the cache says; null when it had to be fetched. */
  readonly saved: 'final' | 'fresh' | null;
}

const NOT_ASKED: KnownAnswer = { ok: false, code: 'deferred', detail: 'it was not asked for in this run' };

/** One for each series that a signal with a score can use. */
export function answersOf({
  known,
  book,
  upstream,
}: Pick<Run, 'known' | 'book'> & { readonly upstream: KeptUpstream | null }): readonly Answer[] {
  if (upstream === null) return [];
  return known.needs(upstream.provider).map((need) => answerOf(need, book.knownOf(need.key)));
}

function answerOf(need: SeriesNeed, series: KnownSeries): Answer {
  const { outcome: newest, kept } = series;
  if (newest === undefined) return { ...need, outcome: NOT_ASKED, saved: null };
  // Another market may be a candle ahead of this one, and the cache knows only of the one farthest ahead.
  const isDone = newest.ok && isFinal(series, need.closedAt);
  const outcome = isDone && newest.stale ? { ...newest, stale: false } : newest;
  if (kept !== 'absent') return { ...need, outcome, saved: kept };
  return { ...need, outcome, saved: isDone && newest.origin === 'cache' ? 'final' : null };
}

type Counts = Pick<ExternalSummary, 'fetched' | 'cached' | 'stale' | 'missing' | 'deferred'>;

/** Every answer counts once: not had, else stale, else by where it came from. */
export function countAnswers(answers: readonly Pick<Answer, 'outcome'>[]): Counts {
  const counts = { fetched: 0, cached: 0, stale: 0, missing: 0, deferred: 0 };
  for (const { outcome } of answers) {
    if (!outcome.ok) counts[outcome.code === 'deferred' ? 'deferred' : 'missing'] += 1;
    else if (outcome.stale) counts.stale += 1;
    else counts[outcome.origin === 'cache' ? 'cached' : 'fetched'] += 1;
  }
  return counts;
}

/**
 * Why these answers degrade the run: one reason per code, with the detail of its first failure. Failures that an older cache
 * entry stood in for count too, because nobody else would see them.
 */
export function seriesFaults(
  answers: readonly Pick<Answer, 'outcome'>[],
  covered: ReadonlyMap<FailureCode, number>,
): readonly DegradedReason[] {
  const counts = new Map([...covered].filter(([code]) => isUpstreamFault(code)));
  const details = new Map<FailureCode, string>();
  for (const { outcome } of answers) {
    if (outcome.ok || !isUpstreamFault(outcome.code)) continue;
    counts.set(outcome.code, (counts.get(outcome.code) ?? 0) + 1);
    if (!details.has(outcome.code)) details.set(outcome.code, outcome.detail);
  }
  return [...counts].map(([code, count]) => {
    const detail = details.get(code);
    const example = detail === undefined ? '' : ` (${detail})`;
    return { code: 'series-unavailable', text: `${count} series could not be had: ${code}${example}` };
  });
}

/** Of the series that every perpetual has, so many may be left out before upstream itself is in doubt. */
const MOST_ABSENT = 0.1;

/** Also of all that is known: a run that asks for a single one again may find it absent again. */
export function absenceFault(
  { asked, absent }: Upstream['absences'],
  answers: readonly Pick<Answer, 'key' | 'outcome'>[],
): readonly DegradedReason[] {
  const known = answers.filter(({ key, outcome }) => hasNoHoles(key.kind) && (outcome.ok || isAbsent(outcome.code)));
  if (absent <= MOST_ABSENT * Math.max(asked, known.length)) return [];
  const text = `${absent} of ${asked} series of open interest and funding that were asked for are missing in the answers, though every perpetual has them`;
  return [{ code: 'series-unavailable', text }];
}

function isAbsent(code: FailureCode): boolean {
  return code === 'no-data' || code === 'absent-once';
}

/** Why they were not: empty unless the provider asked for silence. */
export function silenceText({ upstream }: Pick<Run, 'upstream'>): string {
  const ms = upstream?.silentMs() ?? 0;
  return ms === 0
    ? ''
    : `: the provider asked for silence (429), and no request is sent for another ${formatDuration(ms)}`;
}

/** Series that the goal, or all of them where they are wanted, could still use and that were not reached. */
export function countUnreached({ request: { aim }, known, book, upstream, strategies }: Run): number {
  const unmapped = countUnmapped(known.all, strategies);
  if (upstream === null) return unmapped;
  const goal = aim.remaining || aim.goal === null ? EVERYTHING : aim.goal;
  const signals = known.planned(book, upstream.provider);
  return mostOf(goal, signals, (wanted) => upstream.offers(wanted)).calls + unmapped;
}

/**
 * Without a market list: one series for each distinct unified name and kind that a signal with a score could use. How names map
 * is not known then, so the list may make it fewer, or more where venues of one name have symbols of their own.
 */
export function countUnmapped(markets: readonly KnownMarket[], strategies: readonly Strategy[]): number {
  const needs = new Set<string>();
  for (const { resolution, answers } of markets) {
    if (resolution.tier !== 'neutral' || resolution.reason !== 'deferred' || resolution.name === null) continue;
    for (const [index, answer] of answers.entries()) {
      if (answer.kind !== 'scored') continue;
      for (const { kind } of strategies[index]!.series) needs.add(`${kind} ${resolution.name.unified}`);
    }
  }
  return needs.size;
}
