import { expect, test } from 'vitest';
import { createTally } from '../../src/candles/tally.ts';
import { readEvent } from '../../src/job/reading.ts';

const INPUT = { files: [], unread: [], ignored: 0, samplesLeftOut: 0, sampleMarker: null };

function doubts(counts: {
  readonly naiveTimes?: number;
  readonly future?: number;
  readonly futureRows?: number;
}): readonly string[] {
  const tally = createTally();
  tally.filesWith.naiveTimes = counts.naiveTimes ?? 0;
  tally.filesWith.future = counts.future ?? 0;
  tally.rows.future = counts.futureRows ?? 0;
  return readEvent(INPUT, { markets: [], tally }, 'none', []).doubts;
}

test('rows whose times may not mean what they say are told once, with a count', () => {
  expect(doubts({})).toEqual([]);
  expect(doubts({ naiveTimes: 2, future: 1, futureRows: 3 })).toEqual([
    '2 files with times without a zone; they were read as UTC',
    '1 file with candles dated in the future; 3 were left out',
  ]);
});
