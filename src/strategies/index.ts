/** Every strategy there is. A new one is a file beside this one and a line here; the contract tests cover it from then on. */
import type { Strategy } from '../core/strategy.ts';
import { crowdingReversal } from './crowding-reversal.ts';
import { squeezeBreak } from './squeeze-break.ts';
import { trendBreakout } from './trend-breakout.ts';

export const STRATEGIES: readonly Strategy[] = [trendBreakout, crowdingReversal, squeezeBreak];
