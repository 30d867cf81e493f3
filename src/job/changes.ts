/** What the fetched series changed. */
import type { RunPlan } from '../core/feed.ts';
import type { SignalHead } from '../core/signal.ts';

const TOP = 20;

export type Scored = Pick<SignalHead, 'id' | 'score' | 'direction'>;

/** Both in the feed's order. */
export function changesSince(before: readonly Scored[], now: readonly Scored[]): RunPlan['changed'] {
  const scores = new Map(before.map(({ id, score }) => [id, score]));
  const moves = now
    .map(({ id, score }) => Math.abs((score ?? 0) - (scores.get(id) ?? 0)))
    .filter((points) => points > 0);
  const top = new Set(topOf(before));
  return {
    signals: moves.length,
    // Scores have two decimals.
    largest: Math.round(moves.reduce((most, points) => Math.max(most, points), 0) * 100) / 100,
    entered_top_20: topOf(now).filter((id) => !top.has(id)).length,
  };
}

/** The best with a direction. */
function topOf(signals: readonly Scored[]): readonly string[] {
  return signals
    .filter(({ direction }) => direction !== 'none')
    .slice(0, TOP)
    .map(({ id }) => id);
}
