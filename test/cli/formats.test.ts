import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { parseFeed } from '../../src/feed/parse.ts';
import type { Row } from '../candles/support.ts';
import { coinalyzeJson, klinesCsv, WRITERS } from '../candles/writers.ts';
import { zipOf } from '../candles/zip-writer.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { workplace, type CliResult } from '../support/cli.ts';
import { SAMPLE } from '../support/places.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

const place = workplace();
afterAll(() => place.remove());

const FOUR_HOURS = 4 * 3_600_000;
/** Made-up candles of the shipped sample, moved to where no wall clock takes them for the future. */
const EARLIER = 400 * 24 * 3_600_000;
const AS_OF = String(SAMPLE_AS_OF - EARLIER);
const COINS = ['ADA', 'ARB', 'AVAX', 'BNB', 'BTC', 'DOGE', 'DOT', 'ETH', 'LINK', 'LTC', 'NEAR'] as const;
const UNREADABLE_WITHOUT_PACKAGES = ['BTCUSDT', 'DOGEUSDT'];

function candlesOf(coin: (typeof COINS)[number]): Row[] {
  const rows = JSON.parse(readFileSync(path.join(SAMPLE, `BINANCE_${coin}USDT_4h.json`), 'utf8')) as Row[];
  return rows.map(([time, open, high, low, close, volume]) => [time - EARLIER, open, high, low, close, volume]);
}

/** Files by hand: each market in another format, each under the name that such files have. */
function mixedFiles(): Readonly<Record<string, string | Uint8Array>> {
  const archive = 'futures/um/monthly/klines';
  const klines = (coin: (typeof COINS)[number]): string => klinesCsv(candlesOf(coin), { step: FOUR_HOURS });
  return {
    'BINANCE_ADAUSDT_4h.json': `{"data": ${WRITERS['objects']!.write(candlesOf('ADA')) as string}}`,
    'BINANCE_ARB-USDT-SWAP_4h.json': JSON.stringify(candlesOf('ARB')),
    'binance/futures/AVAX_USDT_USDT-4h-futures.json': JSON.stringify(candlesOf('AVAX')),
    'binance/futures/BNB_USDT_USDT-4h-futures.json.gz': gzipSync(JSON.stringify(candlesOf('BNB'))),
    'binance/futures/BTC_USDT_USDT-4h-futures.feather': WRITERS['feather']!.write(candlesOf('BTC')),
    'BINANCE_DOGEUSDT_4h.parquet': WRITERS['parquet']!.write(candlesOf('DOGE')),
    [`${archive}/DOTUSDT/4h/DOTUSDT-4h-2025-07.zip`]: zipOf([
      { name: 'DOTUSDT-4h-2025-07.csv', content: klines('DOT') },
    ]),
    [`${archive}/ETHUSDT/4h/ETHUSDT-4h-2025-07.csv`]: klines('ETH'),
    'BINANCE_LINKUSDT_4h.csv': WRITERS['csv']!.write(candlesOf('LINK')),
    'saved-answers.json': coinalyzeJson({
      'LTCUSDT_PERP.A': candlesOf('LTC'),
      'NEARUSDT_PERP.A': candlesOf('NEAR'),
    }),
  };
}

function writeFolder(name: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(place.path(name, file)), { recursive: true });
    writeFileSync(place.path(name, file), content);
  }
}

/** Makes the optional packages as good as not installed, and writes down who asks for one. */
function withoutPackages(log: string): Readonly<Record<string, string>> {
  const preload = place.path(`${log}.mjs`);
  writeFileSync(
    preload,
    `import { appendFileSync } from 'node:fs';
     import { registerHooks } from 'node:module';
     registerHooks({
       resolve(specifier, context, next) {
         if (!/^(apache-arrow|lz4js|hyparquet)(\\/|$)/.test(specifier)) return next(specifier, context);
         appendFileSync(${JSON.stringify(place.path(log))}, specifier + '\\n');
         throw Object.assign(new Error('not installed'), { code: 'ERR_MODULE_NOT_FOUND' });
       },
     });`,
  );
  writeFileSync(place.path(log), '');
  return { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` };
}

function scan(folder: string, output: string, env = {}): Promise<CliResult> {
  return place.scan([folder, '--provider', 'sandbox', '--as-of', AS_OF, '--output', output], { env });
}

function feed(name: string): Feed {
  const parsed = parseFeed(readFileSync(place.path(name), 'utf8'), name);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.feed;
}

describe('a folder that mixes every format', () => {
  let runs: readonly CliResult[];

  beforeAll(async () => {
    writeFolder('mixed', mixedFiles());
    const objects = COINS.map((coin) => [`BINANCE_${coin}USDT_4h.json`, WRITERS['objects']!.write(candlesOf(coin))]);
    writeFolder('objects', Object.fromEntries(objects) as Readonly<Record<string, string>>);
    runs = [
      await scan('mixed', 'mixed.json'),
      await scan('objects', 'objects.json', withoutPackages('asked-by-objects')),
      await scan('mixed', 'without-packages.json', withoutPackages('asked-by-mixed')),
    ];
  });

  it('gives the feed of the same markets in one format', () => {
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    const mixed = feed('mixed.json');
    const objects = feed('objects.json');
    expect(mixed.summary).toMatchObject({ markets: COINS.length, files: COINS.length - 1, files_skipped: [] });
    expect(mixed.signals).toEqual(objects.signals);
    expect(mixed.signals.filter(({ status }) => status === 'ok')).toHaveLength(COINS.length * STRATEGIES.length);
    expect(mixed.run.input_hash).toBe(objects.run.input_hash);
    expect(mixed.run.as_of).toBe(objects.run.as_of);
  });

  it('without the optional packages leaves out their files only, and says what to install', () => {
    const { summary, signals } = feed('without-packages.json');
    const details = summary.files_skipped.map(({ reason, detail }) => `${reason}: ${detail}`).sort();
    expect(details).toEqual([
      expect.stringMatching(/^missing-package: .*npm install apache-arrow lz4js, .*convert-data --format-from feather/),
      expect.stringMatching(/^missing-package: .*npm install hyparquet, .*convert-data --format-from parquet/),
    ]);
    const unread = signals.filter(({ status_reason: reason }) => reason?.code === 'unreadable');
    expect([...new Set(unread.map(({ symbol }) => symbol))].sort()).toEqual(UNREADABLE_WITHOUT_PACKAGES);
    expect(signals.filter(({ status }) => status === 'ok')).toHaveLength((COINS.length - 2) * STRATEGIES.length);
  });

  it('and one without such files never asks for the packages', () => {
    expect(readFileSync(place.path('asked-by-objects'), 'utf8')).toBe('');
    const asked = readFileSync(place.path('asked-by-mixed'), 'utf8').split('\n');
    expect(asked).toEqual(expect.arrayContaining(['apache-arrow', 'lz4js', 'hyparquet']));
  });
});
