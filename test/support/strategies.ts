/** The three strategies that tests with fixed figures are about, however many there are. */
import type { Strategy } from '../../src/core/strategy.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

export const THREE_IDS = ['trend-breakout', 'crowding-reversal', 'squeeze-break'];
export const THREE: readonly Strategy[] = THREE_IDS.map((id) => STRATEGIES.find((one) => one.id === id)!);

/** A command line with these three in place of all. */
export function ofThree(args: readonly string[]): readonly string[] {
  const at = args.indexOf('--strategy');
  return [...(at === -1 ? args : args.toSpliced(at, 2)), '--strategy', THREE_IDS.join(',')];
}
