import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { nodeFileSystem, writeFileAtomic } from '../../src/platform/atomic-file.ts';
import { LAUNCHER, runProcess, workplace, type CliResult } from '../support/cli.ts';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';
import { figure } from './figures.ts';
import { alone, AS_OF, copyMarkets, scanFolder } from './market-folder.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

/** Each stands where a symbol belongs. */
const SYMBOLS: readonly string[] = [
  'A\u001b[2J\u001b]0;owned\u0007USDT',
  'A\n[ERROR] forgedUSDT',
  'A\r\tBUSDT',
  '\u202eTDSU\u2066CTB',
  'A\u200b\u00adUSDT',
  'A\u009b31mUSDT',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnPropertyUSDT',
  '<img src=x onerror=alert(1)>USDT',
  '"><script>alert(1)<\\script>USDT',
  '..',
  '..\\..\\etc\\passwdUSDT',
  '%2e%2e%2f%2e%2e%2fUSDT',
  "$(touch pwned)';touch pwned;'USDT",
  '=cmd|calc!A1USDT',
  '--output=pwned.jsonUSDT',
  '币安人生USDT',
  'ＢＴＣUSDT',
  'A'.repeat(239),
];
const NOT_UTF8 = Buffer.from('BINANCE_\u00ff\u00feUSDT_4h.json', 'latin1');
/** What a terminal obeys instead of showing, without the end of a line. */
const UNPRINTABLE = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u;

const place = workplace();
const folder = place.path('candles');
let sound: readonly string[];
let clean: Feed;
let server: ScriptedServer;

beforeAll(async () => {
  sound = copyMarkets(folder, 3);
  clean = await scanFolder(folder);
  const candles = readFileSync(path.join(folder, sound[0]!));
  const names = [
    ...SYMBOLS.map((symbol) => `BINANCE_${symbol}_4h.json`),
    '\u001b[31m\n__proto__.json',
    '__proto___BTCUSDT_4h.json',
  ];
  for (const name of names) writeFileSync(path.join(folder, name), candles);
  writeFileSync(Buffer.concat([Buffer.from(`${folder}${path.sep}`), NOT_UTF8]), candles);
  // Where a file cannot be read its name is all there is to say.
  writeFileSync(path.join(folder, 'BINANCE_\u001b[5mBROKEN_4h.json'), '[[');
  mkdirSync(path.join(folder, 'sub\u001b[7m\nfolder'));
  writeFileSync(path.join(folder, 'sub\u001b[7m\nfolder', 'BINANCE_INNERUSDT_4h.json'), '[[');
  server = await startScriptedServer();
});
afterAll(async () => {
  await server.close();
  place.remove();
});

const feedIn = (file: string): Feed => JSON.parse(readFileSync(place.path(file), 'utf8')) as Feed;

/** With a cache of its own: runs on one cache would wait for each other. */
function scanHostile(output: string, more: readonly string[] = []): Promise<CliResult> {
  const args = ['candles', '--provider', 'none', '--as-of', AS_OF, '--output', output, '--log-level', 'debug'];
  return place.scan([...args, ...more], { env: { SCAN_CACHE_DIR: place.path('caches', output) } });
}

/** Under a Node that lets nobody touch a prototype. */
function strictScan(output: string): Promise<CliResult> {
  const args = ['candles', '--provider', 'none', '--as-of', AS_OF, '--output', output, '--json'];
  return runProcess(process.execPath, ['--disable-proto=throw', LAUNCHER, ...args], place.folder, {
    PATH: '/usr/bin:/bin',
    HOME: place.folder,
    SCAN_CACHE_DIR: place.path('caches', output),
  });
}

/** The signals of the sound markets. */
/** In an order of their own: in the feed the ranks of the other markets stand between. */
function soundSignals({ signals }: Feed): readonly string[] {
  return signals
    .filter(({ exchange, symbol }) => sound.includes(`${exchange}_${symbol}_4h.json`))
    .map((signal) => alone(signal))
    .sort();
}

describe('hostile names of files', () => {
  it('come out escaped everywhere, and touch no other market and no other file', async () => {
    mkdirSync(place.path('caches'));
    const before = readdirSync(place.folder);
    const results = await Promise.all([
      scanHostile('text.json'),
      scanHostile('logged.json', ['--log-format', 'json']),
      place.scan(['doctor', 'candles']),
      strictScan('strict.json'),
    ]);
    const [text, logged, doctor, strict] = results;
    const shown = await Promise.all([
      place.scan(['show', 'text.json', '--limit', '100']),
      place.scan(['show', 'text.json', '--symbol', 'toString', '--explain']),
      place.scan(['show', 'text.json', '--symbol', 'X\u001b[2J\n']),
      place.scan(['show', 'text.json', '--run']),
      place.scan(['show', 'text.json', '--markets', '--limit', '100']),
      place.scan(['show', 'text.json', '--coins', '--limit', '100']),
      place.scan(['show', 'text.json', '--coins', '--json']),
      place.scan(['show', 'text.json', '--where', 'coin == "\u001b[2J"']),
      place.scan(['show', 'text.json', '--where', '\u001b[2J > 1']),
      place.scan(['show', 'text.json', '--sort', '\u001b[2J']),
      place.scan(['show', 'text.json', '--columns', '\u001b[2J,coin']),
      place.scan(['show', '\u001b[2J\n.json']),
      place.scan(['schema', '--check', 'text.json']),
      place.scan(['schema', '--check', '\u001b[2J\n.json']),
      place.scan(['\u001b[2J\u202e']),
      place.scan(['candles', '--strategy', '\u001b[2J']),
    ]);
    for (const { stdout, stderr } of [...results, ...shown]) {
      expect(stdout).not.toMatch(UNPRINTABLE);
      expect(stderr).not.toMatch(UNPRINTABLE);
    }
    expect([text.code, logged.code, strict.code]).toEqual([0, 0, 0]);
    const tables = await Promise.all(
      [['--markets'], ['--coins'], []].map((view) =>
        place.scan(['show', 'text.json', ...view, '--limit', '100', '--tsv']),
      ),
    );
    for (const { code, stdout } of tables) {
      expect(code).toBe(0);
      const rows = stdout.split('\n').slice(0, -1);
      // One row a line and one tab between fields, whatever stands in a name.
      expect(new Set(rows.map((row) => row.split('\t').length)).size).toBe(1);
      expect(rows.length).toBeGreaterThan(sound.length);
      expect(stdout.replaceAll('\t', '')).not.toMatch(UNPRINTABLE);
    }
    expect(text.stderr).toContain(String.raw`\u001b`);
    expect(doctor.stdout).toContain(String.raw`\u001b`);
    for (const line of logged.stderr.trimEnd().split('\n'))
      expect(() => JSON.parse(line) as unknown, line).not.toThrow();
    expect(text.stderr).not.toMatch(/^\[ERROR\] forged/m);

    const feed = feedIn('text.json');
    expect(tables[0]!.stdout.split('\n')).toHaveLength(feed.summary.markets + 2);
    expect(soundSignals(feed)).toEqual(soundSignals(clean));
    const skipped = feed.summary.files_skipped.map(({ file }) => file);
    expect(skipped).toContain('BINANCE_A\n[ERROR] forgedUSDT_4h.json');
    expect(skipped).toContain(path.join('sub\u001b[7m\nfolder', 'BINANCE_INNERUSDT_4h.json'));
    expect(feed.signals.filter(({ symbol }) => symbol === 'toString')).toHaveLength(STRATEGIES.length);
    expect(feed.signals).toHaveLength(feed.summary.markets * STRATEGIES.length);
    for (const name of ['logged.json', 'strict.json']) expect(feedIn(name).signals).toEqual(feed.signals);
    expect(JSON.parse(strict.stdout)).toMatchObject({ signals: feed.signals });

    const added = readdirSync(place.folder).filter((name) => !before.includes(name));
    expect(added.sort()).toEqual(['logged.json', 'strict.json', 'text.json']);
    expect(readdirSync(folder)).toHaveLength(sound.length + SYMBOLS.length + 5);
    figure(
      'F12',
      `hostile names: ${SYMBOLS.length + 5} files, ${results.length + shown.length + tables.length} outputs without a raw control character, other markets unchanged`,
    );
  });
});

/** As the API lists a perpetual on Binance. */
function marketRow(symbol: string, onExchange: string, base: string): object {
  return {
    symbol,
    exchange: 'A',
    symbol_on_exchange: onExchange,
    base_asset: base,
    quote_asset: 'USDT',
    is_perpetual: true,
    expire_at: null,
    margined: 'STABLE',
    oi_lq_vol_denominated_in: 'BASE_ASSET',
    has_long_short_ratio_data: true,
    has_ohlcv_data: true,
    has_buy_sell_data: true,
  };
}

describe('hostile names of the API', () => {
  it('come out escaped, and the symbols of others stay theirs', async () => {
    const hostile = ['__proto__', 'constructor', '../..', 'A\u202e', '<b>', 'E'.repeat(5_000)];
    const rows = [
      marketRow('ADAUSDT_PERP.A\u001b[2J\n', 'ADAUSDT', 'ADA'),
      ...hostile.map((name) => marketRow(`${name}.A`, name, name)),
    ];
    const sent: string[] = [];
    server.play((_, response, url) => {
      sent.push(url.search);
      const list = url.pathname.endsWith('exchanges')
        ? [
            { code: 'A', name: 'Binance' },
            { code: 'H', name: '\u001b[31mHyper\nliquid' },
          ]
        : [];
      const markets = url.pathname.endsWith('future-markets') ? rows : list;
      response.setHeader('content-type', 'application/json').end(JSON.stringify(markets));
    });
    const { code, stdout, stderr } = await place.scan(
      ['candles', '--provider', 'coinalyze', '--as-of', AS_OF, '--output', 'api.json', '--log-level', 'debug'],
      {
        env: {
          COINALYZE_API_KEY: 'key-for-hostile-names',
          COINALYZE_BASE_URL: server.url,
          SCAN_QUOTA_MIN_SPACING_MS: '1',
        },
      },
    );
    // The answers bring no open interest and no funding, which every perpetual has.
    expect(code, stderr).toBe(3);
    expect(stdout + stderr).not.toMatch(UNPRINTABLE);
    expect(readFileSync(place.path('api.json'), 'utf8').replaceAll('\n', '')).not.toMatch(UNPRINTABLE);
    // The symbol is one parameter of the query, whatever stands in it.
    for (const search of sent) expect([...new URLSearchParams(search).keys()]).not.toContain('__proto__');
    const others = feedIn('api.json').markets.filter(({ coinalyze_symbol: listed }) => listed !== null);
    expect(new Set(others.map(({ unified_symbol: name }) => name?.split('/')[0]))).toEqual(new Set(['ADA']));
  });
});

describe('the output path', () => {
  const write = (output: string): Promise<CliResult> =>
    place.scan([
      path.join('candles', sound[0]!),
      '--provider',
      'none',
      '--as-of',
      AS_OF,
      '--output',
      output,
      '--quiet',
    ]);

  it('may be a link, which stays, or lie in a folder that is missing', async () => {
    const target = place.path('elsewhere', 'real.json');
    mkdirSync(path.dirname(target));
    writeFileSync(target, '{"schema_version":"old"}');
    symlinkSync(target, place.path('link.json'));
    expect((await write('link.json')).code).toBe(0);
    expect(readlinkSync(place.path('link.json'))).toBe(target);
    expect(JSON.parse(readFileSync(target, 'utf8'))).toHaveProperty('signals');
    expect((await write(path.join('new', 'folder', 'feed.json'))).code).toBe(0);
    expect(readdirSync(place.path('new', 'folder'))).toEqual(['feed.json']);
  });

  it('may not be a folder, nor a link to one, nor a pipe or device', async () => {
    mkdirSync(place.path('folder.json'));
    symlinkSync(place.path('folder.json'), place.path('link-to-folder.json'));
    execFileSync('mkfifo', [place.path('pipe.json')]);
    for (const output of ['folder.json', 'link-to-folder.json', 'pipe.json', '/dev/null']) {
      const { code, stderr } = await write(output);
      expect({ code, stderr }).toEqual({
        code: 4,
        stderr: expect.stringMatching(
          /^\[ERROR\] scan: .* is a .*: name a file with --output .*Nothing was read.*\n$/,
        ) as string,
      });
    }
    expect(readdirSync(place.path('folder.json'))).toEqual([]);
  });

  it('is not reached through a link planted at the name of the temp', async () => {
    const victim = place.path('victim');
    writeFileSync(victim, 'precious');
    const file = place.path('planted.json');
    const planted: string[] = [];
    const written = await writeFileAtomic(file, 'new', {
      ...nodeFileSystem,
      open: (name, flags, mode) => {
        if (flags === 'wx') {
          symlinkSync(victim, name);
          planted.push(name);
        }
        return nodeFileSystem.open(name, flags, mode);
      },
    });
    expect(written).toMatchObject({ ok: false, code: 'EEXIST' });
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    for (const name of planted) rmSync(name);
  });
});

describe('links that lead out of the folder', () => {
  it('are reported and skipped, to files and to folders', async () => {
    const inner = place.path('inner');
    const [own] = copyMarkets(inner, 1);
    symlinkSync(folder, path.join(inner, 'all'));
    symlinkSync(path.join(folder, sound[1]!), path.join(inner, sound[1]!));
    const { summary, signals } = await scanFolder(inner);
    expect(summary.files_skipped.map(({ file, reason }) => [file, reason])).toEqual([
      [sound[1], 'not-a-file'],
      ['all', 'not-a-file'],
    ]);
    const read = signals.filter(({ status }) => status === 'ok');
    expect(new Set(read.map(({ exchange, symbol }) => `${exchange}_${symbol}_4h.json`))).toEqual(new Set([own]));
  });
});
