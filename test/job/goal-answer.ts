import { isExplained, type Signal } from '../../src/core/signal.ts';
import type { Goal } from '../../src/plan/goal.ts';

/**
 * What `goal` asks of a feed, one line per member: strategy by strategy, each in the feed's order. Between strategies the order says
 * nothing: it goes by ranks, and those depend on which markets were scanned.
 */
export function answerTo(goal: Goal, feed: readonly Signal[]): readonly string[] {
  const members = membersOf(goal, feed);
  const strategies = [...new Set(members.map(({ strategy }) => strategy))].sort();
  const ordered = strategies.flatMap((id) => members.filter(({ strategy }) => strategy === id));
  return ordered.map((signal) => {
    const setup = isExplained(signal) ? signal.setup : null;
    return `${signal.id} ${signal.score} ${signal.direction} ${JSON.stringify(setup)}`;
  });
}

function membersOf(goal: Goal, feed: readonly Signal[]): readonly Signal[] {
  const ok = feed.filter(({ status }) => status === 'ok');
  if (goal.kind === 'all') return ok;
  if (goal.kind === 'min-score') return ok.filter(({ score }) => score! >= goal.score);
  const directed = ok.filter(({ direction }) => direction !== 'none');
  return goal.kind === 'top' ? directed.filter((signal) => placeOf(signal, directed) < goal.count) : directed;
}

/** Among those of its strategy. */
function placeOf(signal: Signal, directed: readonly Signal[]): number {
  return directed.filter(({ strategy }) => strategy === signal.strategy).indexOf(signal);
}
