import { symlinkSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { groupFiles, groupStrays, type GroupOptions } from '../../src/candles/groups.ts';
import { readMarket, type MarketCandles } from '../../src/candles/market.ts';
import type { ParsedSeries } from '../../src/candles/reader.ts';
import { createTally } from '../../src/candles/tally.ts';
import { search } from './oracle/compare.ts';
import { brokenPromise, folderWith, HOUR, READ_ANY, rows, rowsOf, START, type Row } from './support.ts';
import { coinalyzeJson, klinesCsv } from './writers.ts';
import { zipOf } from './zip-writer.ts';

const json = (list: readonly Row[]): string => JSON.stringify(list);
const OPTIONS: GroupOptions = { ...READ_ANY, timeframe: '4h' };

/** All markets of the folder; `lengths` was taken while the candles of each still stood. */
async function read(folder: string, options: GroupOptions = OPTIONS) {
  const { files, skipped } = await search([folder]);
  const tally = createTally();
  const groups = await groupFiles(files, skipped, options, tally);
  const markets: MarketCandles[] = [];
  const lengths: string[] = [];
  for (const group of groups) {
    const one = await readMarket(group, options, tally);
    markets.push(one);
    const series = one.series.map(({ timeframe, length }) => ` ${timeframe} ${length}`);
    lengths.push(`${one.market.exchange}:${one.market.symbol}${one.spot ? ' spot' : ''}${series.join(',')}`);
  }
  return { files, groups, tally, markets, lengths };
}

describe('all files of a market', () => {
  test('a candle of the future is left out', async () => {
    const list: Row[] = [...rows(8), [START + 40_000 * HOUR, 1, 2, 1, 2, 1]];
    const folder = folderWith({ 'A_BUSDT_1h.json': json(list), 'A_CUSDT_1h.json': json(rows(9)) });
    const { tally, lengths } = await read(folder, { ...OPTIONS, now: START + 100 * HOUR });
    expect(lengths).toEqual(['A:BUSDT 1h 8', 'A:CUSDT 1h 9']);
    expect(tally.files).toBe(2);
    expect([tally.rows.future, tally.filesWith.future, tally.rows.rows, tally.filesWith.rows]).toEqual([1, 1, 18, 2]);
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
    const { lengths, tally } = await read(folder);
    expect(lengths).toEqual(['BINANCE:BTCUSDT 1h 50']);
    expect(tally).toMatchObject({ mergedFiles: 1, skipped: [] });
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
    const { lengths, tally } = await read(folder);
    expect(lengths).toEqual(['BINANCE:BTCUSDT spot 1h 60', 'BINANCE:ETHUSDT 1h 30']);
    expect(tally.spotFiles).toBe(2);
    expect(tally.skipped.map(({ file }) => file)).toEqual(['b/ETHUSDT-1h-2025-01.zip']);
  });

  test('markets of one file stand apart, and those refused in it are told', async () => {
    const list = rows(8);
    const answer = coinalyzeJson({ 'ETHUSDT_PERP.A': list, 'BTCUSDT.6': list, 'BTCUSD.A': list });
    const { lengths, tally } = await read(folderWith({ 'saved.json': answer }));
    expect(lengths).toEqual(['BINANCE:ETHUSDT 1h 8', 'BYBIT:BTCUSDT 1h 8']);
    expect(tally.skipped.map(({ file, reason }) => `${file} ${reason}`)).toEqual(['saved.json unknown-name']);
  });

  test('a link that leads out or nowhere gives its market all the same', async () => {
    const outside = folderWith({ 'x.json': json(rows(8)) });
    const folder = folderWith({ 'A_BUSDT_1h.json': json(rows(8)) });
    symlinkSync(path.join(outside, 'x.json'), path.join(folder, 'A_CUSDT_1h.json'));
    symlinkSync('gone.json', path.join(folder, 'A_DUSDT_1h.json'));
    const { lengths, markets } = await read(folder);
    expect(lengths).toEqual(['A:BUSDT 1h 8', 'A:CUSDT', 'A:DUSDT']);
    expect(markets.map(({ known }) => known)).toEqual([true, true, true]);
  });

  test('the candles of a market stand until the next one is read, however many files it has', async () => {
    const fifteen = rows(60, HOUR / 4);
    const names = ['A_BUSDT', 'A_CUSDT', 'A_DUSDT'];
    const files = names.flatMap((name, i) => {
      const own = (list: readonly Row[]) =>
        json(list.map(([time, ...values]) => [time, ...values.map((v) => v + i)] as Row));
      return [
        [`${name}_15m.json`, own(fifteen)],
        [`${name}_1h.json`, own(rows(30 + i))],
        [`more/${name}_1h.json`, own(rows(40).slice(20 + i))],
        [`${name}_4h.json`, own(rows(20, 4 * HOUR))],
      ] as const;
    });
    const folder = folderWith(Object.fromEntries(files));
    const { groups } = await read(folder);
    const memory: unknown[] = [];
    // Twice: the memory of the markets before is used again.
    for (const [i, group] of [...groups, ...groups].entries()) {
      const { series } = await readMarket(group, OPTIONS, createTally());
      expect(series.map(({ timeframe, length }) => `${timeframe} ${length}`).sort()).toEqual([
        '15m 60',
        '1h 40',
        '4h 20',
      ]);
      for (const one of series) {
        expect(brokenPromise(one)).toBeNull();
        expect(rowsOf(one)[0]!.slice(1)).toEqual([100, 102, 99, 101, 10].map((value) => value + (i % 3)));
      }
      memory.push(series.find(({ timeframe }) => timeframe === '15m')!.time.buffer);
    }
    expect(new Set(memory.slice(groups.length)).size).toBe(1);
  });
});

describe('markets and their names', () => {
  const marketsOf = async (files: Readonly<Record<string, string>>, timeframe: GroupOptions['timeframe'] = '4h') =>
    (await read(folderWith(files), { ...OPTIONS, timeframe })).lengths;
  const [one, two] = [json(rows(20)), json(rows(12, 4 * HOUR))];

  test('two spellings of one market are one market, called as its file of the timeframe calls it', async () => {
    const files = {
      'KUCOIN_BTCUSDTM_1h.json': one,
      'KUCOIN_XBTUSDTM_4h.json': two,
      'KUCOIN_ETHUSDTM_4h.json': two,
      'BYBIT_BTCUSDT_4h.json': two,
    };
    expect(await marketsOf(files)).toEqual([
      'BYBIT:BTCUSDT 4h 12',
      'KUCOIN:ETHUSDTM 4h 12',
      'KUCOIN:XBTUSDTM 1h 20, 4h 12',
    ]);
    expect((await marketsOf(files, '1h'))[1]).toBe('KUCOIN:BTCUSDTM 1h 20, 4h 12');
    // Without a file of the timeframe the first by name.
    expect((await marketsOf(files, 'auto'))[1]).toBe('KUCOIN:BTCUSDTM 1h 20, 4h 12');
  });

  test('a spot file of the timeframe spells no market that has other files', async () => {
    const files = { 'spot/KUCOIN_XBTUSDT_4h.json': two, 'KUCOIN_BTCUSDTM_1h.json': one };
    expect(await marketsOf(files)).toEqual(['KUCOIN:BTCUSDTM 1h 20']);
  });

  test('a market that only content tells joins the files that are named for it', async () => {
    const files = { 'BINANCE_BTCUSDT_4h.json': two, 'saved.json': coinalyzeJson({ 'BTCUSDT_PERP.A': rows(20) }) };
    expect(await marketsOf(files)).toEqual(['BINANCE:BTCUSDT 4h 12, 1h 20']);
  });

  test('a symbol that is not understood is a market of its own', async () => {
    const { groups } = await read(folderWith({ 'A_NOTHING_4h.json': two, 'A_BTCUSDT_4h.json': two }));
    expect(groups.map(({ symbol, name }) => [symbol, name?.base, name?.unified])).toEqual([
      ['BTCUSDT', 'BTC', 'BTC/USDT:USDT'],
      ['NOTHING', undefined, undefined],
    ]);
  });

  test('a file that cannot be read gives its market, also one that the search passed over', async () => {
    const files = { 'A_BUSDT_4h.json': '[[1', 'A_CUSDT_7h.json': '', 'A_DUSDT_4h.xlsx': '' };
    const { lengths, tally } = await read(folderWith(files));
    expect(lengths).toEqual(['A:BUSDT', 'A:CUSDT', 'A:DUSDT']);
    expect(tally.skipped.map(({ reason }) => reason).sort()).toEqual([
      'truncated-json',
      'unknown-timeframe',
      'unsupported-format',
    ]);
  });
});

describe('files whose name says one market and whose content another', () => {
  const folder = () =>
    folderWith({
      'BINANCE_BTCUSDT_1h.json': coinalyzeJson({ 'ETHUSDT.6': rows(30).slice(10), 'SOLUSDT.6': rows(9) }),
      'BYBIT_ETHUSDT_1h.json': json(rows(20)),
      'BYBIT_XRPUSDT_1h.json': json(rows(9)),
    });

  test('they are no market, and what they hold joins the one it belongs to', async () => {
    const at = folder();
    utimesSync(path.join(at, 'BINANCE_BTCUSDT_1h.json'), START / 1e3, START / 1e3);
    const { lengths, markets, tally, groups } = await read(at);
    expect(lengths).toEqual(['BINANCE:BTCUSDT', 'BYBIT:ETHUSDT 1h 20', 'BYBIT:XRPUSDT 1h 9']);
    expect(markets.map(({ known }) => known)).toEqual([false, true, true]);
    const strays: readonly ParsedSeries[] = markets.flatMap((one) => one.strays);
    expect(strays.map(({ series }) => `${series.market.symbol} ${series.length}`)).toEqual(['ETHUSDT 20', 'SOLUSDT 9']);
    expect(brokenPromise(strays[0]!.series)).toBeNull();
    const before = { files: tally.files, rows: tally.rows.rows };
    const again = groupStrays(strays, groups);
    expect(again.map(({ exchange, symbol }) => `${exchange}:${symbol}`)).toEqual(['BYBIT:ETHUSDT', 'BYBIT:SOLUSDT']);
    const lengthsAgain: (number | undefined)[] = [];
    for (const group of again) lengthsAgain.push((await readMarket(group, OPTIONS, tally)).series[0]?.length);
    expect(lengthsAgain).toEqual([30, 9]);
    // Nothing counts twice, and the merging counts.
    expect({ files: tally.files, rows: tally.rows.rows }).toEqual(before);
    expect(tally.mergedFiles).toBe(1);
  });

  test('without such files nothing is read again', async () => {
    const { groups } = await read(folderWith({ 'A_BUSDT_4h.json': json(rows(9)) }));
    expect(groupStrays([], groups)).toEqual([]);
  });
});

test('whoever hears of the files that are read for their market can end it', async () => {
  const { files, skipped } = await search([folderWith({ 'a.json': '[]', 'b.json': '[]', 'A_BUSDT_4h.json': '[]' })]);
  let heard = 0;
  const onFile = (): void => {
    heard++;
    if (heard === 2) throw new Error('enough');
  };
  await expect(groupFiles(files, skipped, { ...OPTIONS, onFile }, createTally())).rejects.toThrow('enough');
});
