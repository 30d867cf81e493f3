import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { discoverCandleFiles, pathOf, SAMPLE_MARKER } from '../../src/candles/discover.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { folderWith } from './support.ts';

async function find(paths: string | readonly string[], exclude: readonly string[] = []) {
  const discovery = await discoverCandleFiles(typeof paths === 'string' ? [paths] : paths, { exclude });
  if (!discovery.ok) throw new Error(discovery.detail);
  return { ...discovery, names: discovery.files.map(({ name }) => name) };
}

describe('folders', () => {
  test('they are searched recursively, in the order of names', async () => {
    const folder = folderWith({
      'b.json': '',
      'a/z.json.gz': '',
      'a/b/y.feather': '',
      'B.csv': '',
      'c.parquet': '',
      'd.zip': '',
      'E.JSON': '',
    });
    const { names, files } = await find(folder);
    expect(names).toEqual(['B.csv', 'E.JSON', 'a/b/y.feather', 'a/z.json.gz', 'b.json', 'c.parquet', 'd.zip']);
    expect(pathOf(files[2]!)).toBe(path.join(realpathSync(folder), 'a', 'b', 'y.feather'));
  });

  test('files of doubtful types are looked at where their names say symbol and timeframe', async () => {
    const folder = folderWith({
      'BINANCE_BTCUSDT_4h.gz': '',
      'BINANCE_BTCUSDT_4h.txt': '',
      'BINANCE_BTCUSDT_4h.xlsx': '',
      'BTCUSDT-4h.jsonl': '',
      'BTCUSDT_4h.csv.zst': '',
      'BTCUSDT-4h-2026-01.zip.CHECKSUM': '',
      'backup.gz': '',
      'book.xlsx': '',
      'BINANCE_BTCUSDT_4h.log': '',
    });
    expect((await find(folder)).names).toEqual([
      'BINANCE_BTCUSDT_4h.gz',
      'BINANCE_BTCUSDT_4h.txt',
      'BINANCE_BTCUSDT_4h.xlsx',
      'BTCUSDT-4h.jsonl',
      'BTCUSDT_4h.csv.zst',
    ]);
  });

  test('hidden entries, other file types, temporary files and the marker are no candidates', async () => {
    const folder = folderWith({
      '.x.json': '',
      '.git/x.json': '',
      'README.md': '',
      'notes.txt': '',
      'feed.json.123.ab.tmp': '',
      [SAMPLE_MARKER]: '{}',
    });
    expect(await find(folder)).toMatchObject({ names: [], skipped: [], ignored: [] });
  });

  test('what Freqtrade keeps beside its candles is counted and left out', async () => {
    const folder = folderWith({
      'binance/futures/BTC_USDT_USDT-1h-futures.json': '',
      'binance/futures/BTC_USDT_USDT-1h-mark.json': '',
      'binance/futures/BTC_USDT_USDT-8h-funding_rate.feather': '',
      'binance/BTC_USDT-trades.json.gz': '',
    });
    expect(await find(folder)).toMatchObject({
      names: ['binance/futures/BTC_USDT_USDT-1h-futures.json'],
      ignored: [
        { file: 'binance/BTC_USDT-trades.json.gz', holds: 'trades' },
        { file: 'binance/futures/BTC_USDT_USDT-1h-mark.json', holds: 'mark prices' },
        { file: 'binance/futures/BTC_USDT_USDT-8h-funding_rate.feather', holds: 'funding rates' },
      ],
    });
  });

  test('excluded files are never input, also by a relative or a linked way', async () => {
    const folder = folderWith({ 'data/master_feed.json': '', 'data/A_BUSDT_1h.json': '' });
    const output = path.join(folder, 'data', 'master_feed.json');
    symlinkSync(path.join(folder, 'data'), path.join(folder, 'link'));
    symlinkSync(output, path.join(folder, 'data', 'latest.json'));
    expect((await find(folder, [output])).names).toEqual(['data/A_BUSDT_1h.json']);
    expect((await find(path.join(folder, 'link'), [output])).names).toEqual(['A_BUSDT_1h.json']);
    expect((await find(folder, [path.join(folder, 'link', 'master_feed.json')])).names).toEqual([
      'data/A_BUSDT_1h.json',
    ]);
    expect((await find(output, [output])).names).toEqual([]);
  });

  test('an output that does not exist yet may be excluded', async () => {
    expect((await find(folderWith({ 'a.json': '' }), ['/nowhere/at/all.json'])).names).toEqual(['a.json']);
  });

  test.skipIf(process.getuid?.() === 0)(
    'a folder without permission is reported, the others are searched',
    async () => {
      const folder = folderWith({ 'a.json': '' });
      mkdirSync(path.join(folder, 'closed'), { mode: 0 });
      const { names, skipped } = await find(folder);
      expect({ names, reasons: skipped.map(({ file, reason }) => `${file} ${reason}`) }).toEqual({
        names: ['a.json'],
        reasons: ['closed/ unreadable'],
      });
    },
  );
});

describe('given paths', () => {
  test('a single file keeps the name as given', async () => {
    const file = path.join(folderWith({ 'x/A_BUSDT_1h.json': '' }), 'x', 'A_BUSDT_1h.json');
    expect((await find(file)).names).toEqual([file]);
  });

  test('a single file of another type is reported', async () => {
    const file = path.join(folderWith({ 'a.txt': '' }), 'a.txt');
    expect((await find(file)).skipped).toMatchObject([{ file, reason: 'unsupported-format' }]);
  });

  test('several folders keep their files apart, and no file is found twice', async () => {
    const folder = folderWith({ 'one/a.json': '', 'two/a.json': '' });
    const [one, two] = [path.join(folder, 'one'), path.join(folder, 'two')];
    expect((await find([one, two, path.join(one, 'a.json'), one])).names).toEqual([
      path.join(one, 'a.json'),
      path.join(two, 'a.json'),
    ]);
  });

  test('a missing path is named', async () => {
    const missing = path.join(folderWith(), 'nothing');
    expect(await discoverCandleFiles([missing], { exclude: [] })).toMatchObject({
      ok: false,
      path: missing,
      reason: 'no-such-path',
      detail: 'no such file or folder',
    });
  });

  test('a named pipe among the files does not block', async () => {
    const folder = folderWith({ 'a.json': '' });
    const pipe = 'A_BUSDT_1h.json';
    execFileSync('mkfifo', [path.join(folder, pipe)]);
    const skipped = [{ file: pipe, reason: 'not-a-file', market: { exchange: 'A', symbol: 'BUSDT' } }];
    expect(await find(folder)).toMatchObject({ names: ['a.json'], skipped });
    expect((await find(path.join(folder, pipe))).skipped).toMatchObject([{ reason: 'not-a-file' }]);
  });
});

describe('links', () => {
  test('a link to a file inside is followed, one that leads out or nowhere is reported', async () => {
    const outside = folderWith({ 'secret.json': '' });
    const folder = folderWith({ 'store/1.json': '' });
    const link = (target: string, name: string) => symlinkSync(target, path.join(folder, name));
    link('store/1.json', 'A_BUSDT_1h.json');
    link(path.join(outside, 'secret.json'), 'B_BUSDT_1h.json');
    link('gone.json', 'C_BUSDT_1h.json');
    link('D_BUSDT_1h.json', 'D_BUSDT_1h.json');
    link(outside, 'elsewhere');
    const { names, skipped } = await find(folder);
    expect(names).toEqual(['A_BUSDT_1h.json', 'store/1.json']);
    const told = skipped.map(({ file, reason, market }) => `${file} ${reason} ${market?.exchange}:${market?.symbol}`);
    expect(told).toEqual([
      'B_BUSDT_1h.json not-a-file B:BUSDT',
      'C_BUSDT_1h.json unreadable C:BUSDT',
      'D_BUSDT_1h.json unreadable D:BUSDT',
      'elsewhere not-a-file undefined:undefined',
    ]);
  });

  test('links to folders inside make no loop and no second finding', async () => {
    const folder = folderWith({ 'x/a.json': '' });
    symlinkSync('..', path.join(folder, 'x', 'up'));
    symlinkSync('x', path.join(folder, 'y'));
    expect(await find(folder)).toMatchObject({ names: ['x/a.json'], skipped: [] });
  });

  test('a folder whose name begins like the scanned one is outside', async () => {
    const folder = folderWith({ 'data/a.json': '', 'data-old/b.json': '' });
    symlinkSync('../data-old/b.json', path.join(folder, 'data', 'b.json'));
    expect((await find(path.join(folder, 'data'))).names).toEqual(['a.json']);
  });
});

describe('the sample', () => {
  test('files in and below a folder with the marker are sample, others are not', async () => {
    const folder = folderWith({
      'a.json': '',
      [`sample/${SAMPLE_MARKER}`]: '',
      'sample/b.json': '',
      'sample/x/c.json': '',
    });
    const marker = path.join(realpathSync(folder), 'sample', SAMPLE_MARKER);
    const markers = async (...parts: string[]) =>
      (await find(path.join(folder, ...parts))).files.map(({ sampleMarker }) => sampleMarker);
    expect(await markers()).toEqual([null, marker, marker]);
    expect(await markers('sample', 'x')).toEqual([marker]);
    expect(await markers('sample', 'b.json')).toEqual([marker]);
    expect(await markers('a.json')).toEqual([null]);
  });
});

describeWithShared('candles/perps-2026-01', 'recorded folders', () => {
  test.each([
    ['perps-2026-01', 418, 0],
    ['bybit-futures', 70, 64],
    ['multi-exchange-1h', 9, 19],
  ])('%s: %i files, %i left out', async (folder, files, ignored) => {
    const found = await find(sharedPath('candles', folder));
    expect({ files: found.files.length, skipped: found.skipped, ignored: found.ignored.length }).toEqual({
      files,
      skipped: [],
      ignored,
    });
  });
});
