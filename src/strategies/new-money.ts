import type { SeriesUse } from '../core/strategy.ts';

/** Rising open interest confirms a move in either direction. */
export const NEW_MONEY: readonly SeriesUse[] = [
  { kind: 'open_interest', weight: 1, speaksFor: { long: 'high', short: 'high' } },
];
