import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { workplace, type CliResult } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';

const place = workplace();
const HOUR = 3_600_000;
const AS_OF = Date.UTC(2026, 0, 20);

/** Candles around 100; the newest one closes `ageMs` before the time of the scan. */
function candles(stepMs: number, ageMs = 0, count = 200): string {
  const last = AS_OF - ageMs - stepMs;
  const rows = Array.from({ length: count }, (_, index) => {
    const price = 100 + Math.sin(index / 3);
    return [last - (count - 1 - index) * stepMs, price, price + 1, price - 1, price + 0.5, 10 + (index % 7)];
  });
  return JSON.stringify(rows);
}

const FILES: Readonly<Record<string, string>> = {
  'BINANCE_BTCUSDT_4h.json': candles(4 * HOUR),
  'BINANCE_ETHUSDT_4h.json': candles(4 * HOUR),
  'BINANCE_SOLUSDT_4h.json': candles(4 * HOUR),
  'KUCOIN_XBTUSDTM_4h.json': candles(4 * HOUR),
  'MEXC_ETHUSDT_4h.json': candles(4 * HOUR),
  // As a delisted market looks: its candles end.
  'BINANCE_LUNAUSDT_4h.json': candles(4 * HOUR, 100 * 24 * HOUR),
  'BINANCE_CUTUSDT_4h.json': '[[17000',
  'BINANCE_DAYUSDT_1d.json': candles(24 * HOUR),
};

beforeAll(() => {
  mkdirSync(place.path('candles'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(place.path('candles', name), text);
});
afterAll(() => place.remove());

function scan(...args: readonly string[]): Promise<CliResult> {
  const fixed = ['candles', '--provider', 'none', '--as-of', String(AS_OF)];
  return runHere(place, [...fixed.map((arg) => (arg === 'candles' ? place.path(arg) : arg)), ...args]);
}

/** The markets that a scan with these flags scores, and what it warns of. */
async function selected(...args: readonly string[]): Promise<readonly [markets: readonly string[], warnings: string]> {
  const { code, stdout, stderr } = await scan('--json', ...args);
  expect(code, stderr).toBe(0);
  const { markets } = JSON.parse(stdout) as Feed;
  const warnings = stderr.split('\n').filter((line) => /WARN.* --(symbol|exchange|exclude)/.test(line));
  return [markets.map(({ exchange, symbol }) => `${exchange}:${symbol}`), warnings.join('\n')];
}

const BTC = ['BINANCE:BTCUSDT', 'KUCOIN:XBTUSDTM'];
const ETH = ['BINANCE:ETHUSDT', 'MEXC:ETHUSDT'];

describe('a scan of named markets', () => {
  it.each([
    ['one coin', ['--symbol', 'btc'], BTC],
    ['a list', ['--symbol', 'BTC, eth'], [BTC[0], ETH[0], BTC[1], ETH[1]]],
    ['a flag that is repeated', ['--symbol', 'BTC', '--symbol', 'SOLUSDT,BTC'], [BTC[0], 'BINANCE:SOLUSDT', BTC[1]]],
    ['one market', ['--symbol', 'kucoin:xbtusdtm'], [BTC[1]]],
    ['a unified symbol', ['--symbol', 'BTC/USDT:USDT'], BTC],
    ['exchanges', ['--exchange', 'KUCOIN', '--exchange', 'mexc'], [BTC[1], ETH[1]]],
    ['coins of exchanges', ['--symbol', 'BTC,ETH', '--exchange', 'KUCOIN,MEXC'], [BTC[1], ETH[1]]],
    ['a coin without one market', ['--symbol', 'BTC,ETH', '--exclude', 'KUCOIN:XBTUSDTM,sol'], [BTC[0], ...ETH]],
  ])('takes %s', async (_, args, markets) => {
    expect(await selected(...args)).toEqual([markets, '']);
  });

  it('writes no feed without --output; one without excluded coins does', async () => {
    const output = { env: { SCAN_OUTPUT: place.path('feed.json') } };
    const args = [place.path('candles'), '--provider', 'none', '--as-of', String(AS_OF)];
    await runHere(place, [...args, '--symbol', 'BTC,ETH'], output);
    expect(existsSync(place.path('feed.json'))).toBe(false);
    expect((await runHere(place, [...args, '--exclude', 'SOL', '--exclude', 'LUNA,BTC'], output)).code).toBe(0);
    const { run, markets } = JSON.parse(readFileSync(place.path('feed.json'), 'utf8')) as Feed;
    expect(run.inputs).toMatchObject({ symbol: null, exchange: null, exclude: 'BTC,LUNA,SOL' });
    expect(markets.map(({ coin }) => coin)).toEqual(['CUT', 'DAY', 'ETH', 'ETH']);
  });

  it.each([
    ['unknown', ['--symbol', 'BTC,SOLL'], /--symbol: no market "SOLL" among 8 in the input; did you mean SOL\?/],
    [
      'of another exchange',
      ['--symbol', 'ETH,BTC', '--exchange', 'MEXC'],
      /no market "BTC" .*there is one of BINANCE and KUCOIN/,
    ],
    [
      'of another exchange, named with it',
      ['--symbol', 'ETH,MEXC:BTCUSDT'],
      /no market "MEXC:BTCUSDT" .*there is one of BINANCE$/m,
    ],
    [
      'an unknown exchange',
      ['--exchange', 'MEXC,NYSE'],
      /--exchange: no market of "NYSE" in the input; there are BINANCE, KUCOIN, MEXC/,
    ],
    [
      'an unknown exclusion',
      ['--symbol', 'BTC', '--exclude', 'LUNAA'],
      /--exclude: no market "LUNAA" .*did you mean LUNA\?/,
    ],
    [
      'delisted',
      ['--symbol', 'BTC,LUNA'],
      /--symbol LUNA: BINANCE LUNAUSDT is not scored: .*delisted, or its files are not updated/,
    ],
    [
      'unreadable',
      ['--symbol', 'BTC,CUT'],
      /--symbol CUT: BINANCE CUTUSDT is not scored: none of its candle files could be read/,
    ],
    [
      'of another timeframe',
      ['--symbol', 'BTC,DAY'],
      /--symbol DAY: BINANCE DAYUSDT is not scored: it has no file of the timeframe.*; there are 1d/,
    ],
  ])('says why a name is not there, and goes on with the others: %s', async (_, args, text) => {
    const [markets, warnings] = await selected(...args);
    expect(warnings).toMatch(text);
    expect(warnings.trimEnd().split('\n')).toHaveLength(1);
    expect(markets.length).toBeGreaterThan(0);
  });

  it('counts the files of the selection where none can be read', async () => {
    const { code, stderr } = await scan('--symbol', 'CUT');
    expect(code).toBe(4);
    expect(stderr).toContain('none of 1 files could be read, e.g. BINANCE_CUTUSDT_4h.json: ');
  });

  it.each([
    [
      'no name is known',
      ['--symbol', 'SOLL,BTTC'],
      /no market "BTTC" .*did you mean BTC\?; .*no market "SOLL" .*did you mean SOL\?/,
    ],
    ['all are excluded', ['--symbol', 'BTC', '--exclude', 'BTC'], /--exclude together leave no market/],
    ['a list is empty', ['--symbol', ','], /--symbol: "," is not understood; expected names separated by commas/],
    [
      'no market has the timeframe',
      ['--timeframe', '3m'],
      /--timeframe: no 3m files here, nor finer ones that give them: 4h and 1d/,
    ],
  ])('ends with 2 when %s', async (_, args, text) => {
    const { code, stderr, stdout } = await scan(...args);
    expect(stderr).toMatch(text);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('refuses a timeframe that is not there before it takes the place of a feed', async () => {
    writeFileSync(place.path('old.json'), '{"schema_version":"old"}');
    const { code } = await scan('--timeframe', '15m', '--output', place.path('old.json'));
    expect([code, readFileSync(place.path('old.json'), 'utf8')]).toEqual([2, '{"schema_version":"old"}']);
  });
});

describe('show and doctor', () => {
  const show = async (...args: readonly string[]): Promise<readonly string[]> => {
    await scan('--output', place.path('shown.json'), '--quiet');
    const { stdout, stderr } = await runHere(place, ['show', place.path('shown.json'), '--tsv', ...args]);
    return stdout === '' ? [stderr] : [...new Set(stdout.trimEnd().split('\n').slice(1))];
  };

  it('show takes lists and repeated flags', async () => {
    expect(await show('--markets', '--columns', 'coin', '--symbol', 'BTC,SOL')).toEqual(['BTC', 'SOL']);
    expect(await show('--markets', '--columns', 'coin', '--symbol', 'BTC', '--symbol', 'SOL')).toEqual(['BTC', 'SOL']);
    const both = ['--symbol', 'BTC', '--exchange', 'KUCOIN', '--exchange', 'MEXC,BINANCE'];
    expect(await show('--markets', '--columns', 'exchange', '--columns', 'coin', ...both)).toEqual([
      'BINANCE\tBTC',
      'KUCOIN\tBTC',
    ]);
    const strategies = ['--strategy', 'squeeze-break', '--strategy', 'trend-breakout'];
    const shown = await show(
      '--columns',
      'strategy',
      '--direction',
      'long,none',
      '--direction',
      'short',
      ...strategies,
    );
    expect(shown.toSorted()).toEqual(['squeeze-break', 'trend-breakout']);
  });

  it('show refuses an unknown name of a list with the nearest', async () => {
    expect(await show('--symbol', 'BTC,SOLL')).toEqual([
      expect.stringMatching(/no market "SOLL" .*did you mean SOL\?/),
    ]);
    expect(await show('--exchange', 'MEXC,KUCION')).toEqual([expect.stringMatching(/"KUCION".*did you mean KUCOIN\?/)]);
    expect(await show('--direction', 'long,shrt')).toEqual([expect.stringMatching(/"shrt".*did you mean short\?/)]);
  });

  it('doctor looks at the exchanges of a list and refuses one that is not there', async () => {
    const doctor = (...args: readonly string[]): Promise<CliResult> =>
      runHere(place, ['doctor', place.path('candles'), '--json', '--as-of', String(AS_OF), ...args]);
    const { stdout } = await doctor('--exchange', 'kucoin', '--exchange', 'MEXC');
    const { markets } = JSON.parse(stdout) as { readonly markets: readonly { readonly exchange: string }[] };
    expect(markets.map(({ exchange }) => exchange)).toEqual(['KUCOIN', 'MEXC']);
    const { code, stderr } = await doctor('--exchange', 'KUCOIN,NYSE');
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('no market of "NYSE" in the input; there are BINANCE, KUCOIN, MEXC'),
    ]);
  });
});
