import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CommandContext } from '../../src/commands/context.ts';
import { examineFolder, type FolderFlags } from '../../src/commands/doctor-folder.ts';
import { folderJson } from '../../src/commands/doctor-json.ts';
import type { FolderReport } from '../../src/commands/doctor-report.ts';
import { folderText } from '../../src/commands/doctor-text.ts';
import { workplace } from '../support/cli.ts';
import { ROOT, SAMPLE } from '../support/places.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { expectShown, transcriptOf, typedAndPrinted } from '../support/transcript.ts';

const place = workplace();
afterAll(() => place.remove());

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);

const context: CommandContext = {
  version: '1.2.3',
  packageRoot: ROOT,
  cwd: place.folder,
  env: { HOME: place.folder, CI: '1' },
  stdout: process.stdout,
  stderr: process.stderr,
};

function examine(folder: string, flags: FolderFlags = {}): Promise<FolderReport> {
  return examineFolder([folder], flags, context);
}

/** A folder with these files of hourly candles. */
function folderWith(name: string, files: Readonly<Record<string, unknown>>): string {
  mkdirSync(place.path(name), { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(place.path(name, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return place.path(name);
}

function candles(count: number): number[][] {
  return Array.from({ length: count }, (_, i) => [START + i * HOUR, 100 + i, 102 + i, 99 + i, 101 + i, 10 + i]);
}

function detailsOf({ problems }: FolderReport, kind: string): readonly string[] {
  const cases = problems.find((problem) => problem.kind === kind)?.cases ?? [];
  return cases.map(({ where, detail }) => `${where}: ${detail}`);
}

const count = z.int().nonnegative();
const time = z.int();
const doubt = z.strictObject({ kind: z.enum(['unknown-coin', 'ambiguous-ticker']), detail: z.string() });
const market = { exchange: z.string(), symbol: z.string() };
const maybeMarket = { exchange: z.string().nullable(), symbol: z.string().nullable() };
const span = { candles: count, first_open: time, last_open: time };

/** Every key of `--json`: adding one is fine, and needs a line here. */
const DOCUMENT = z.strictObject({
  doctor: z.literal('folder'),
  version: z.string(),
  paths: z.array(z.string()),
  as_of: time,
  summary: z.strictObject({
    markets: count,
    series: count,
    files_read: count,
    files_skipped: count,
    spot_left_out: count,
    side_files: count,
    sample_files_left_out: count,
    candles: count,
    newest_open: time.nullable(),
    problems: z.strictObject({ error: count, warn: count, note: count }),
  }),
  groups: z.array(
    z.strictObject({
      exchange: z.string(),
      timeframe: z.string(),
      markets: count,
      files: count,
      ...span,
      stale: count,
      missing: count,
    }),
  ),
  problems: z.array(
    z.strictObject({
      kind: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
      severity: z.enum(['error', 'warn', 'note']),
      title: z.string(),
      remedy: z.string().nullable(),
      count: z.int().positive(),
      cases: z.array(z.strictObject({ where: z.string(), detail: z.string() })),
    }),
  ),
  markets: z.array(
    z.strictObject({
      ...market,
      doubt: doubt.nullable(),
      series: z.array(
        z.strictObject({
          timeframe: z.string(),
          files: z.array(z.string()),
          spot: z.boolean(),
          ...span,
          usable: count,
          age_s: z.int(),
          stale: z.boolean(),
          open: z.boolean(),
          missing: count,
          gaps: count,
          longest_gap: count,
          breaks: z.array(
            z.strictObject({ at: time, kind: z.enum(['price', 'gap']), price_ratio: z.number(), missing: count }),
          ),
          flat: count,
          repeated: count,
          repeat_run: count.nullable(),
          shared: count,
          differing: count,
        }),
      ),
    }),
  ),
  files: z.array(
    z.strictObject({
      file: z.string(),
      format: z.string(),
      ...market,
      timeframe: z.string(),
      spot: z.boolean(),
      ...span,
      modified_at: time,
      unfinished: z.boolean(),
      rows: count,
      disordered: count,
      duplicates: count,
      missing: count,
      not_finite: count,
      impossible: count,
      off_grid: count,
      future: count,
      naive_times: count,
      shifted: count,
      widened: count,
      no_volume: count,
    }),
  ),
  skipped: z.array(z.strictObject({ file: z.string(), reason: z.string(), detail: z.string(), ...maybeMarket })),
  spot_left_out: z.array(z.strictObject({ file: z.string(), ...maybeMarket })),
  side_files: z.array(z.strictObject({ file: z.string(), holds: z.string() })),
});

function tooWide(report: FolderReport): readonly string[] {
  return [60, 80, 100, 140].flatMap((width) =>
    folderText(report, { colour: false, width })
      .split('\n')
      .filter((line) => line.length > width)
      .map((line) => `${width}: ${line}`),
  );
}

describe('scan doctor <folder>', () => {
  it('tells markets, what was skipped and why, and what stands beside candles', async () => {
    const folder = folderWith('mixed', {
      'BYBIT_BTCUSDT_1h.json': candles(200),
      'BYBIT_GMTUSDT_1h.json': candles(120),
      'BYBIT_ETHUSDT_1h.json': '[[1,2',
      'notes_h1.json': candles(200),
      'BTC_USDT_USDT-8h-funding_rate.json': [],
    });
    const report = await examine(folder, { asOf: '2026-01-09T08:00:00Z' });
    expect(report.survey.markets.map(({ market: { symbol } }) => symbol)).toEqual(['BTCUSDT', 'ETHUSDT', 'GMTUSDT']);
    expect(detailsOf(report, 'truncated-json')[0]).toMatch(/^BYBIT_ETHUSDT_1h\.json: .*download it again$/);
    expect(detailsOf(report, 'unknown-name')[0]).toMatch(
      /^notes_h1\.json: .*neither its name nor its folder says the exchange/,
    );
    expect(detailsOf(report, 'side-files')).toEqual(['BTC_USDT_USDT-8h-funding_rate.json: funding rates']);
    expect(detailsOf(report, 'stale')).toEqual(['BYBIT GMTUSDT 1h: newest candle 2026-01-05 23:00 UTC, 3 d 8 h old']);
    expect(detailsOf(report, 'too-short')[0]).toContain('120 closed candles; needed by squeeze-break 150');
    expect(detailsOf(report, 'ambiguous-ticker')[0]).toContain('BYBIT GMTUSDT: STEPN');
    expect(tooWide(report)).toEqual([]);
  });

  it('exchanges that do not exist are called so', async () => {
    const files = { 'HISTONLY_BTCUSDT_1h.json': candles(200), 'BYBIT_BTCUSDT_1h.json': candles(200) };
    const report = await examine(folderWith('strange', files));
    expect(detailsOf(report, 'unknown-exchange')).toEqual(['HISTONLY: 1 markets, e.g. BTCUSDT']);
  });

  it('a folder without a candle file hears how they end', async () => {
    const report = await examine(folderWith('bare', { 'notes.md': 'x' }));
    expect(folderText(report, { colour: false, width: 1_000 })).toContain('No file ends in .json, .csv');
  });

  it('--exchange keeps one exchange, --format is the one that is tried', async () => {
    const folder = folderWith('two', { 'BYBIT_BTCUSDT_1h.json': candles(200), 'OKX_BTCUSDT_1h.json': candles(200) });
    const { survey } = await examine(folder, { exchange: 'okx' });
    expect(survey.files.map(({ file }) => file)).toEqual(['OKX_BTCUSDT_1h.json']);
    const csv = await examine(folder, { format: 'csv' });
    expect(csv.survey.files).toEqual([]);
    expect(detailsOf(csv, 'not-candles')[0]).toContain('--format');
  });

  it('--json is what is documented, for a folder with everything in it', async () => {
    const broken = [
      ...candles(100).map((row) => row.map((value, i) => (i === 0 ? value : value * 50))),
      ...candles(300).slice(100),
    ];
    const folder = folderWith('json', {
      'BYBIT_BTCUSDT_1h.json': candles(200),
      'BYBIT_BTC_USDT_1h.json': candles(250),
      'BYBIT_ETHUSDT_1h.json': broken,
      'OKX_SOLUSDT_1h.json': '',
      'XRP_USDT_USDT-1h-mark.json': [],
    });
    const document = DOCUMENT.parse(folderJson(await examine(folder)));
    expect(document.summary).toMatchObject({ markets: 3, series: 2, files_read: 3, files_skipped: 1, side_files: 1 });
    expect(document.markets[0]!.series[0]).toMatchObject({
      files: ['BYBIT_BTCUSDT_1h.json', 'BYBIT_BTC_USDT_1h.json'],
      shared: 200,
    });
    expect(document.markets[1]!.series[0]).toMatchObject({ breaks: [{ kind: 'price' }], usable: 200 });
  });

  it('the sample lives at its own time and has the oddities it was made with', async () => {
    const report = await examine(SAMPLE);
    expect(report.survey.series.length).toBeGreaterThan(60);
    const stale = detailsOf(report, 'stale').length;
    expect(stale).toBeGreaterThan(0);
    expect(stale).toBeLessThan(10);
    DOCUMENT.parse(folderJson(report));
    expect(tooWide(report)).toEqual([]);
  });

  it('ends with 4 where nothing can be read, and with 2 on wrong use', async () => {
    const empty = folderWith('empty', {});
    const results = await Promise.all([
      place.scan(['doctor', empty]),
      place.scan(['doctor', 'nowhere']),
      place.scan(['doctor', empty, '--format', 'cvs']),
    ]);
    expect(results.map(({ code }) => code)).toEqual([4, 2, 2]);
    expect(results[0].stdout).toContain('Nothing here can be scanned.');
    expect(results[1].stderr).toContain('nowhere');
    expect(results[2].stderr).toContain('Did you mean csv?');
  });

  it('prints what the README shows', async () => {
    const readme = readFileSync(path.join(ROOT, 'src', 'commands', 'README.md'), 'utf8');
    const { printed } = typedAndPrinted(transcriptOf(readme, 'doctor'));
    expectShown(printed, (await place.scan(['doctor', SAMPLE])).stdout);
  });

  it('--help begins with examples and tells the exit codes', async () => {
    const { stdout, code } = await place.scan(['doctor', '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Examples:\n {2}scan doctor\n/);
    expect(stdout).toMatch(/^ {2}78 /m);
  });
});

describeWithShared('candles/SOURCES.md', 'scan doctor on the recorded files explains what is odd about them', () => {
  const root = sharedPath('candles');
  let report: FolderReport;
  beforeAll(async () => {
    report = await examine(root);
  });

  function skippedIn(folder: string): ReadonlyMap<string, string> {
    const own = report.survey.skipped.filter(({ file }) => path.dirname(file) === folder);
    return new Map(own.map(({ file, detail }) => [path.basename(file), detail]));
  }

  function sideFilesIn(folder: string): Readonly<Record<string, number>> {
    const own = report.ignored.filter(({ file }) => path.dirname(file) === folder);
    return Object.fromEntries(
      [...Map.groupBy(own, ({ holds }) => holds)].map(([holds, files]) => [holds, files.length]),
    );
  }

  it('every file is read, skipped with a reason, or named as what stands beside candles', () => {
    const all = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !['SOURCES.md', 'MANIFEST.sha256'].includes(entry.name))
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
    const told = [...report.survey.files, ...report.survey.skipped, ...report.ignored].map(({ file }) => file);
    expect([...new Set(told)].sort()).toEqual(all.sort());
    expect(report.survey.skipped.filter(({ detail }) => detail.length < 15)).toEqual([]);
  });

  it('bybit-futures: 61 hourly perpetuals without a gap; funding and mark prices are no candles', () => {
    const hourly = report.survey.series.filter(
      ({ files, timeframe }) => timeframe === '1h' && files.every((file) => file.startsWith('bybit-futures/')),
    );
    expect(hourly).toHaveLength(61);
    expect(hourly.filter(({ gaps, breaks }) => gaps.missing > 0 || breaks.length > 0)).toEqual([]);
    expect(sideFilesIn('bybit-futures')).toEqual({ 'funding rates': 61, 'mark prices': 3 });
  });

  it('derivatives: open interest, long/short ratios and liquidations are called what they are', () => {
    expect(sideFilesIn('derivatives/bybit-oi-1h')).toEqual({ 'open interest': 7 });
    const saved = skippedIn('derivatives/coinalyze/api-shape-utc/1hour');
    expect(saved.get('BTCUSDT_PERP.A_open-interest-history.json')).toContain('open interest');
    expect(saved.get('BTCUSDT_PERP.A_long-short-ratio-history.json')).toContain('long/short');
    expect(saved.get('BTCUSDT_PERP.A_liquidation-history.json')).toContain('liquidations');
    expect([...saved.keys()].filter((file) => file.includes('ohlcv'))).toEqual([]);
  });

  it('derivatives: Coinalyze leaves out empty buckets, and its candles belong to Binance', () => {
    const saved = report.survey.series.filter(({ files }) => files[0]!.startsWith('derivatives/coinalyze'));
    expect(new Set(saved.map(({ market: { exchange } }) => exchange))).toEqual(new Set(['BINANCE']));
    expect(saved.find(({ market: { symbol } }) => symbol === 'SOLUSDT')!.gaps).toMatchObject({ missing: 2 });
  });

  it('derivatives: the CSV copies have no header, and their times no zone', async () => {
    expect(skippedIn('derivatives/coinalyze/csvFolder').get('BTCUSDT_PERP.A_ohlcv-history.csv')).toContain(
      '--format csv',
    );
    const asked = await examine(path.join(root, 'derivatives/coinalyze/csvFolder'), {
      format: 'csv',
      exchange: 'BINANCE',
    });
    const told = folderText(asked, { colour: false, width: 1_000 });
    expect(told).toMatch(/times (name no|without a) zone/);
  });

  it('multi-exchange-1h and freqtrade-futures: nine candle files, and two of no exchange, among funding, mark prices and open interest', () => {
    const read = (folder: string): number =>
      report.survey.files.filter(({ file }) => path.dirname(file) === folder).length;
    expect(read('multi-exchange-1h')).toBe(9);
    expect(sideFilesIn('multi-exchange-1h')).toEqual({ 'funding rates': 18, 'open interest': 1 });
    // No exchange of that name exists: whose candles these are, nobody says.
    expect(read('freqtrade-futures')).toBe(0);
    expect([...skippedIn('freqtrade-futures').values()].filter((detail) => detail.includes('--exchange'))).toHaveLength(
      2,
    );
    expect(sideFilesIn('freqtrade-futures')).toEqual({ 'mark prices': 3, 'funding rates': 1 });
    const flat = detailsOf(report, 'flat-candles').filter((text) => text.startsWith('DERIBIT'));
    expect(flat).toHaveLength(2);
  });

  it('other: answers of exchanges, events and funding are told from klines that only lack a name', () => {
    const other = skippedIn('other');
    expect(other.get('binance_http_futures_market_open_interest_historical.json')).toContain('open interest');
    expect(other.get('binance_liquidation_stream.json')).toContain('liquidation');
    const funding = [...other].filter(([file, detail]) => file.includes('funding') && detail.includes('funding'));
    expect(funding).toHaveLength(5);
    const unnamed = detailsOf(report, 'unknown-name').join('\n');
    expect(unnamed).toMatch(/other\/binance_http_spot_market_klines\.json: it holds 10 candles of 1m/);
  });

  it('other/dirty: filled-up hours, flat hours and missing mark prices, although the names say no market', () => {
    const told = detailsOf(report, 'unknown-name');
    const of = (name: string): string => told.find((text) => text.includes(name)) ?? '';
    expect(of('8h-forward-filled')).toContain('87.5 % of 2664 candles repeat the one before (8 equal ones in a row)');
    expect(of('flat-zero-volume')).toContain('1.2 % flat without volume');
    expect(of('8h-mark.gaps')).toContain('60 candles of 8h');
    expect(of('8h-mark.gaps')).toContain('11 missing');
  });

  it('other/dirty under proper names: each oddity is a problem of its own', async () => {
    const dirty = (name: string): string => path.join(root, 'other', 'dirty', name);
    mkdirSync(place.path('named'), { recursive: true });
    copyFileSync(
      dirty('hyperliquid_BTC-1h.8h-forward-filled.json'),
      place.path('named', 'HYPERLIQUID_BTCUSDT_1h.json'),
    );
    copyFileSync(dirty('testnet_BTC_USDT-1h.flat-zero-volume.json'), place.path('named', 'BINANCE_BTCUSDT_1h.json'));
    copyFileSync(dirty('testnet_BTC_USDT-8h-mark.gaps.json'), place.path('named', 'BINANCE_BTCUSDT_8h.json'));
    const named = await examine(place.path('named'));
    expect(detailsOf(named, 'repeated-candles')[0]).toContain('HYPERLIQUID BTCUSDT 1h: 87.5 %');
    expect(detailsOf(named, 'flat-candles')).toContain('BINANCE BTCUSDT 1h: 9 of 730 candles (1.2 %)');
    expect(detailsOf(named, 'gaps')[0]).toContain('BINANCE BTCUSDT 8h: 11 missing');
  });

  it('perps-2026-01: three files cut off by a full disk, all others read', () => {
    const cut = report.survey.skipped.filter(({ file }) => file.startsWith('perps-2026-01/'));
    expect(cut.map(({ file, reason }) => [path.basename(file), reason])).toEqual([
      ['KUCOIN_CAKEUSDTM_15m.json', 'truncated-json'],
      ['KUCOIN_CAKEUSDTM_4h.json', 'truncated-json'],
      ['KUCOIN_RUNEUSDTM_4h.json', 'truncated-json'],
    ]);
  });

  it('the report of it all fits the terminal, and its JSON is what is documented', () => {
    expect(tooWide(report)).toEqual([]);
    DOCUMENT.parse(folderJson(report));
  });
});
