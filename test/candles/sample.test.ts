import path from 'node:path';
import { expect, test } from 'vitest';
import { readSampleTime } from '../../src/candles/sample.ts';
import { folderWith } from './support.ts';

test.each([
  ['{"generated": true, "as_of": 1768842000000, "more": 1}', 1_768_842_000_000],
  ['{"generated": true, "as_of": 0}', 0],
  ['{"generated": false, "as_of": 5}', null],
  ['{"as_of": 5}', null],
  ['{"generated": true}', null],
  ['{"generated": true, "as_of": "5"}', null],
  ['{"generated": true, "as_of": -5}', null],
  ['{"generated": true, "as_of": 5.5}', null],
  ['{"generated": true, "as_of": 1e300}', null],
  ['[]', null],
  ['null', null],
  ['{', null],
])('a marker %s says %s', (text, time) => {
  expect(readSampleTime(path.join(folderWith({ marker: text }), 'marker'))).toBe(time);
});

test('a marker that is gone says nothing', () => {
  expect(readSampleTime('/nowhere/marker')).toBeNull();
});
