import { execFileSync } from 'node:child_process';
import { mkdirSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readBytes } from '../../src/candles/bytes.ts';
import { folderWith } from './support.ts';

const WRITTEN = Date.UTC(2026, 0, 1);

function told(file: string, now: number) {
  const reading = readBytes(file, now);
  return reading.ok ? { modifiedAt: reading.modifiedAt, text: reading.bytes.toString('latin1') } : reading.reason;
}

test.each([0, 1, 255, 262_127, 262_128, 262_129, 400_000])(
  'a file of %i bytes is read in the same way whether it was written long ago or just now',
  (bytes) => {
    const text = 'x'.repeat(bytes);
    const file = path.join(folderWith({ a: text }), 'a');
    utimesSync(file, WRITTEN / 1e3, WRITTEN / 1e3);
    const expected = { modifiedAt: WRITTEN, text };
    for (const age of [60_000, 2_001, 2_000, 0, -60_000]) expect(told(file, WRITTEN + age)).toEqual(expected);
  },
);

test('a zero stands behind the bytes, whatever file was read before', () => {
  const folder = folderWith({ long: 'y'.repeat(99), short: '[]' });
  for (const now of [0, Date.UTC(2100, 0)]) {
    told(path.join(folder, 'long'), now);
    const reading = readBytes(path.join(folder, 'short'), now);
    expect(reading.ok && new Uint8Array(reading.bytes.buffer)[reading.bytes.byteOffset + 2]).toBe(0);
  }
});

test('what is no file is told apart from what cannot be read', () => {
  const folder = folderWith();
  mkdirSync(path.join(folder, 'folder'));
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  const reasons = ['folder', 'pipe', 'nothing'].map((name) => told(path.join(folder, name), Date.UTC(2100, 0)));
  expect(reasons).toEqual(['not-a-file', 'not-a-file', 'unreadable']);
});
