import { describe, expect, it } from 'vitest';
import type { SeriesKind } from '../../src/core/series.ts';
import { plannedSignals, type KnownSeries, type SignalToPlan } from '../../src/plan/planned.ts';
import { keyFor } from './worlds.ts';

const signal: SignalToPlan = {
  place: 5,
  strategy: 2,
  hasDirection: true,
  low: 40,
  high: 52,
  pending: [
    { kind: 'open_interest', width: 4 },
    { kind: 'funding_rate', width: 8 },
  ],
};
const known = new Map<SeriesKind, KnownSeries>([
  ['open_interest', { key: keyFor('A', 'open_interest'), askable: true }],
  ['funding_rate', { key: keyFor('A', 'funding_rate'), askable: true }],
]);

describe('what the planner sees of a market', () => {
  it('every series that is pending and can be asked for, as one object for all signals', () => {
    const [first, second] = plannedSignals([signal, { ...signal, place: 6 }], (kind) => known.get(kind)!);
    const pending = [
      { key: known.get('open_interest')!.key, width: 4 },
      { key: known.get('funding_rate')!.key, width: 8 },
    ];
    expect(first).toEqual({ ...signal, pending, waiting: false });
    expect(second!.pending[0]!.key).toBe(first!.pending[0]!.key);
  });

  it('a series that cannot be asked for makes the signal wait', () => {
    const knownOf = (kind: SeriesKind): KnownSeries => ({ ...known.get(kind)!, askable: kind === 'funding_rate' });
    const [planned] = plannedSignals([signal], knownOf);
    expect(planned!.pending.map(({ key }) => key.kind)).toEqual(['funding_rate']);
    expect(planned!.waiting).toBe(true);
  });

  it('without a market list what is pending waits, and a signal with nothing pending does not', () => {
    const planned = plannedSignals([signal, { ...signal, pending: [] }], () => null);
    expect(planned.map(({ pending, waiting }) => [pending.length, waiting])).toEqual([
      [0, true],
      [0, false],
    ]);
  });
});
