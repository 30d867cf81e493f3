/** What strategies that failed mean for the run. */
import type { DegradedReason } from '../core/feed.ts';
import type { SignalHead } from '../core/signal.ts';
import { isStrategyFault } from './evaluate.ts';

/** One reason per strategy that threw or answered nonsense, with the text of its first failure. */
export function strategyFaults(signals: readonly SignalHead[]): readonly DegradedReason[] {
  const faulty = signals.filter(isStrategyFault);
  return [...new Set(faulty.map(({ strategy }) => strategy))].map((id) => {
    const own = faulty.filter(({ strategy }) => strategy === id);
    return { code: 'strategy-threw', text: `${id} failed on ${own.length} markets: ${own[0]!.status_reason!.text}` };
  });
}
