import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect } from 'vitest';
import type { CandleColumns } from '../../src/core/candles.ts';
import type { CandleFile } from '../../src/candles/discover.ts';
import { readCandleFile, type ParsedSeries, type ReadOptions } from '../../src/candles/reader.ts';

export { brokenPromise } from './broken-promise.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder with these files (relative path to content), removed after the test. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perpscan-candles-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

export const HOUR = 3_600_000;
export const START = Date.UTC(2026, 0, 1);

export type Row = [number, number, number, number, number, number];

/** Hourly (or `step`) candles from 2026-01-01 that all differ. */
export function rows(count: number, step = HOUR): Row[] {
  return Array.from({ length: count }, (_, i) => [START + i * step, 100 + i, 102 + i, 99 + i, 101 + i, 10 + i]);
}

export function asObjects(list: readonly Row[]): object[] {
  return list.map(([time, open, high, low, close, volume]) => ({ time, open, high, low, close, volume }));
}

/** Reads whatever can be read, at a time when none of the recorded and made candles lie ahead. */
export const READ_ANY: ReadOptions = { format: null, exchange: null, now: Date.UTC(2026, 10, 20) };

/** The file at that absolute path, as the search would give it. */
export function fileAt(file: string, name = path.basename(file)): CandleFile {
  return { folder: path.dirname(file) + path.sep, name, sampleMarker: null };
}

/** Reads `content` as a file of this name. */
export async function readAs(
  name: string,
  content: string | Uint8Array,
  modifiedAt?: number,
  options: Partial<ReadOptions> = {},
) {
  const folder = folderWith({ [name]: content });
  const file = path.join(folder, name);
  if (modifiedAt !== undefined) utimesSync(file, modifiedAt / 1000, modifiedAt / 1000);
  return readCandleFile(fileAt(file, name), { ...READ_ANY, ...options });
}

export async function readOne(
  name: string,
  content: string | Uint8Array,
  modifiedAt?: number,
  options: Partial<ReadOptions> = {},
): Promise<ParsedSeries> {
  const result = await readAs(name, content, modifiedAt, options);
  if (!result.ok) throw new Error(`${result.skipped.reason}: ${result.skipped.detail}`);
  expect(result.series).toHaveLength(1);
  return result.series[0]!;
}

export async function skipOf(name: string, content: string | Uint8Array, options: Partial<ReadOptions> = {}) {
  const result = await readAs(name, content, undefined, options);
  if (result.ok) throw new Error('the file was read');
  return result.skipped;
}

export function rowsOf(columns: CandleColumns): Row[] {
  return Array.from(columns.time, (time, i) => [
    time,
    columns.open[i]!,
    columns.high[i]!,
    columns.low[i]!,
    columns.close[i]!,
    columns.volume[i]!,
  ]);
}
