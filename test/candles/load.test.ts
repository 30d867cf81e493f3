import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { discoverCandleFiles } from '../../src/candles/discover.ts';
import { loadCandles } from '../../src/candles/load.ts';
import { folderWith, HOUR, READ_ANY, rows, START, type Row } from './support.ts';
import { coinalyzeJson, klinesCsv } from './writers.ts';
import { zipOf } from './zip-writer.ts';

async function load(folder: string, now = READ_ANY.now) {
  const found = await discoverCandleFiles([folder], { exclude: [] });
  if (!found.ok) throw new Error(found.detail);
  return loadCandles(found.files, { ...READ_ANY, now }, () => undefined, found.skipped);
}

const named = (loaded: Awaited<ReturnType<typeof load>>) =>
  loaded.markets.map(({ market, series }) => `${market.exchange}:${market.symbol} ${series.length}`);

describe('all files of a run', () => {
  test('a candle of the future never becomes the newest', async () => {
    const list: Row[] = [...rows(8), [START + 40_000 * HOUR, 1, 2, 1, 2, 1]];
    const folder = folderWith({ 'A_BUSDT_1h.json': JSON.stringify(list), 'A_CUSDT_1h.json': JSON.stringify(rows(9)) });
    const loaded = await load(folder, START + 100 * HOUR);
    expect(loaded.newestOpen).toBe(START + 8 * HOUR);
    expect(loaded.findings.map(({ future }) => future)).toEqual([1, 0]);
  });

  test('the months of an archive become one series', async () => {
    const month = (from: number, to: number, name: string) =>
      zipOf([{ name: `${name}.csv`, content: klinesCsv(rows(to).slice(from)) }]);
    const folder = folderWith({
      'BTCUSDT-1h-2026-01.zip': month(0, 30, 'a'),
      'BTCUSDT-1h-2026-02.zip': month(30, 50, 'b'),
      'BTCUSDT-1h-2026-02.zip.CHECKSUM': 'ab',
      'BTCUSDT-fundingRate-2026-02.zip': 'ab',
    });
    const loaded = await load(folder);
    expect({ series: loaded.markets[0]!.series[0]!.length, merged: loaded.mergedFiles }).toEqual({
      series: 50,
      merged: 1,
    });
    expect(loaded.skipped).toEqual([]);
  });

  test("the years of Binance's spot archive without microseconds are spot as well", async () => {
    const year = (from: number, perMs: number) => {
      const list = rows(30).map(([t, o, h, l, c, v]): Row => [t - START + from, o, h, l, c, v]);
      return zipOf([{ name: 'a.csv', content: klinesCsv(list, { perMs }) }]);
    };
    const folder = folderWith({
      'a/BTCUSDT-1h-2024-12.zip': year(Date.UTC(2024, 11, 30, 18), 1),
      'a/BTCUSDT-1h-2025-01.zip': year(Date.UTC(2025, 0, 1), 1_000),
      'b/ETHUSDT-1h-2025-01.zip': year(Date.UTC(2025, 0, 1), 1_000),
      'b/ETHUSDT-1h-2025-02.zip': year(Date.UTC(2025, 1, 1), 1),
    });
    const loaded = await load(folder);
    expect(loaded.markets.map(({ series }) => series[0]!.length)).toEqual([60, 30]);
    expect(loaded.spotFiles).toBe(2);
    expect(loaded.skipped.map(({ file }) => file)).toEqual(['b/ETHUSDT-1h-2025-01.zip']);
  });

  test('markets of one file stand apart, and those refused in it are told', async () => {
    const list = rows(8);
    const answer = coinalyzeJson({ 'ETHUSDT_PERP.A': list, 'BTCUSDT.6': list, 'BTCUSD.A': list });
    const loaded = await load(folderWith({ 'saved.json': answer }));
    expect(named(loaded)).toEqual(['BINANCE:ETHUSDT 1', 'BYBIT:BTCUSDT 1']);
    expect(loaded.skipped.map(({ file, reason }) => `${file} ${reason}`)).toEqual(['saved.json unknown-name']);
  });

  test('a link that leads out or nowhere gives its market all the same', async () => {
    const outside = folderWith({ 'x.json': JSON.stringify(rows(8)) });
    const folder = folderWith({ 'A_BUSDT_1h.json': JSON.stringify(rows(8)) });
    symlinkSync(path.join(outside, 'x.json'), path.join(folder, 'A_CUSDT_1h.json'));
    symlinkSync('gone.json', path.join(folder, 'A_DUSDT_1h.json'));
    expect(named(await load(folder))).toEqual(['A:BUSDT 1', 'A:CUSDT 0', 'A:DUSDT 0']);
  });
});
