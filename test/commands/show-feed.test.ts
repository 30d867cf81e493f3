import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/commands/context.ts';
import { showFeed } from '../../src/commands/show-feed.ts';
import type { ShowFlags } from '../../src/commands/show-flags.ts';
import { isExplained } from '../../src/core/signal.ts';
import { MINUTE_MS } from '../../src/core/time.ts';
import { feedText } from '../../src/feed/writer.ts';
import type { ExplainAgain } from '../../src/show/judge-again.ts';
import { BTC, ETH, explained, RICH as FEED, SIGNALS } from '../show/rich-feed.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'perpscan-show-'));
const at = (name: string): string => path.join(folder, name);
const NOW = FEED.last_updated + 12 * MINUTE_MS + 20_000;
const judged = explained(ETH, { direction: 'none' });
const explainAgain: ExplainAgain = () => Promise.resolve([judged]);

function contextOf(env: CommandContext['env'] = {}, terminal: { columns: number } | null = null): CommandContext {
  const stdout = { ...terminal, isTTY: terminal !== null } as CommandContext['stdout'];
  return { version: '0.0.0', packageRoot: folder, cwd: folder, env, stdout, stderr: stdout };
}

function show(flags: ShowFlags = {}, file = at('feed.json'), context = contextOf(), now = NOW): Promise<string> {
  return showFeed(file, flags, context, { now, explainAgain });
}

const parsed = async (flags: ShowFlags, file?: string): Promise<Record<string, unknown>> =>
  JSON.parse(await show({ ...flags, json: true }, file)) as Record<string, unknown>;

const idsIn = async (flags: ShowFlags): Promise<readonly string[]> => {
  const { signals } = (await parsed(flags)) as { signals: { exchange: string; symbol: string; strategy: string }[] };
  return signals.map(({ exchange, symbol, strategy }) => `${exchange}:${symbol} ${strategy.split('-')[0]}`);
};

beforeAll(() => {
  writeFileSync(at('feed.json'), feedText(FEED));
  writeFileSync(at('empty.json'), '');
  writeFileSync(at('cut.json'), feedText(FEED).slice(0, 900));
  writeFileSync(at('foreign.json'), '{"name": "something else"}');
  writeFileSync(at('old.json'), JSON.stringify({ ...FEED, schema_version: '1.4.0' }));
  writeFileSync(at('newer.json'), JSON.stringify({ ...FEED, schema_version: '3.0.0' }));
  writeFileSync(at('minor.json'), JSON.stringify({ ...FEED, schema_version: '2.9.0', news: [] }));
  writeFileSync(at('wrong.json'), JSON.stringify({ ...FEED, last_updated: 'today' }));
  mkdirSync(at('data'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('scan show', () => {
  it('says first how old the feed is, when its newest candle closed and whose data it has', async () => {
    expect((await show()).split('\n').slice(0, 2).join('')).toBe(
      'Written 12 min ago (2026-01-19 17:01 UTC); 4h candles up to 2026-01-19 16:00 UTC, 1 h 13 min ago; markets: 6; series:  coinalyze; Data: Coinalyze',
    );
    const written = FEED.last_updated;
    expect(await show({}, at('feed.json'), contextOf(), written + 3_000)).toMatch(/^Written 3 s ago /);
    expect(await show({}, at('feed.json'), contextOf(), written - 2 * MINUTE_MS)).toMatch(
      /^Written 2 min in the future by this machine's clock /,
    );
  });

  it.each([
    [{ symbol: 'btc' }, ['HYPERLIQUID:BTCUSDT trend', 'BYBIT:BTCUSDT trend']],
    [{ exchange: 'bybit' }, ['BYBIT:BTCUSDT trend']],
    [{ symbol: '1000PEPE/USDT:USDT' }, ['BINANCE:1000PEPEUSDT crowding']],
    [{ strategy: 'crowding-reversal', direction: 'SHORT' }, ['BINANCE:1000PEPEUSDT crowding']],
    [
      { strategy: ' trend-breakout, crowding-reversal', direction: 'short' },
      ['KUCOIN:CAKEUSDTM trend', 'BINANCE:1000PEPEUSDT crowding'],
    ],
    [{ direction: 'none', symbol: 'NEW' }, ['MEXC:NEWUSDT trend', 'MEXC:NEWUSDT crowding']],
    [{ symbol: 'BTC', exchange: 'HYPERLIQUID', direction: 'long', strategy: 'all' }, ['HYPERLIQUID:BTCUSDT trend']],
    [{ limit: '1' }, ['HYPERLIQUID:BTCUSDT trend', 'BINANCE:1000PEPEUSDT crowding']],
    [{ minScore: '70.2' }, ['HYPERLIQUID:BTCUSDT trend', 'BYBIT:BTCUSDT trend']],
    [{ since: '4h' }, ['HYPERLIQUID:BTCUSDT trend', 'BYBIT:BTCUSDT trend', 'BINANCE:1000PEPEUSDT crowding']],
    [{ since: '8h', direction: 'short' }, ['BINANCE:1000PEPEUSDT crowding']],
    [{ since: '481m', direction: 'short' }, ['KUCOIN:CAKEUSDTM trend', 'BINANCE:1000PEPEUSDT crowding']],
    [{ where: 'funding_pct > 0.005' }, ['BYBIT:BTCUSDT trend', 'BINANCE:1000PEPEUSDT crowding']],
    [
      { where: 'risk_reward > 2 || trigger_short_atr > -0.5' },
      ['BINANCE:1000PEPEUSDT crowding', 'HYPERLIQUID:ETHUSDT crowding'],
    ],
    [{ where: "series.open_interest.venue == 'binance'" }, ['KUCOIN:CAKEUSDTM trend']],
    [{ sort: '-funding_pct', limit: '2' }, ['BYBIT:BTCUSDT trend', 'BINANCE:1000PEPEUSDT crowding']],
  ] as [ShowFlags, string[]][])('chooses by %j', async (flags, expected) => {
    expect(await idsIn(flags)).toEqual(expected);
  });

  it('--since counts back from the newest close of all markets, so that what a lagging market began with its own last close is older', async () => {
    const lag = 4 * 60 * MINUTE_MS;
    const [first, ...others] = FEED.signals;
    if (first === undefined || !isExplained(first) || first.since === null)
      throw new Error('the first has a direction');
    const behind = { ...first, since: first.since - lag, candle_time: first.candle_time! - lag };
    writeFileSync(at('lagging.json'), JSON.stringify({ ...FEED, signals: [behind, ...others] }));
    const { signals } = JSON.parse(await show({ since: '4h', json: true }, at('lagging.json'))) as typeof FEED;
    expect(signals.map(({ id }) => id)).not.toContain(behind.id);
    const later = JSON.parse(await show({ since: '8h', json: true }, at('lagging.json'))) as typeof FEED;
    expect(later.signals.map(({ id }) => id)).toContain(behind.id);
  });

  it('the JSON has the head of the run, what was asked for, and the signals as the feed has them', async () => {
    expect(await parsed({ exchange: 'BYBIT', since: '2d' })).toEqual({
      schema_version: FEED.schema_version,
      last_updated: FEED.last_updated,
      run: FEED.run,
      candles: { newest_close: Date.UTC(2026, 0, 19, 16), stale_markets: 0 },
      selection: {
        symbol: null,
        exchange: 'BYBIT',
        strategy: null,
        direction: null,
        min_score: null,
        since: '2d',
        where: null,
        sort: null,
        columns: null,
        limit: null,
        matched: 1,
      },
      signals: [SIGNALS[1]],
    });
  });

  it('the JSON has only the columns that are asked for', async () => {
    const { signals } = await parsed({ symbol: 'CAKE', columns: 'coin,stop_loss,funding_pct' });
    expect(signals).toEqual([{ coin: 'CAKE', stop_loss: 2.243, funding_pct: null }]);
  });

  it('nothing that matches is no error, and says what there is', async () => {
    const text = (await show({ symbol: 'ETH', direction: 'long' })).replaceAll(/\n */g, ' ');
    expect(text).toContain('No signal matches --symbol ETH --direction long.');
    expect(text).toContain('Without --symbol there are 2: 2 long, 0 short, 0 without direction, 0 not scored.');
    expect(text).toContain('Without --direction there are 2: 0 long, 0 short, 2 without direction');
    expect(await idsIn({ symbol: 'ETH', direction: 'long' })).toEqual([]);
    expect(await show({ where: 'score > 99' })).toContain('No signal matches --where "score > 99".');
    expect(await show({ minScore: '99', since: '4h' })).toContain('No signal matches --min-score 99 --since 4h.');
  });

  it('a newer minor version is shown without what it added', async () => {
    expect(await show({}, at('minor.json'))).toBe(await show());
  });

  it('a feed of an earlier stage says so wherever it is shown', async () => {
    writeFileSync(at('price.json'), JSON.stringify({ ...FEED, run: { ...FEED.run, stage: 'price' } }));
    for (const flags of [{}, { run: true }, { explain: true }, { markets: true }, { coins: true }] as const) {
      expect(await show(flags, at('price.json'))).toContain(
        'Stage price: directions and setups are final, scores are not',
      );
    }
  });
});

describe('scan show --markets and --coins', () => {
  it('a row a market, in the feed’s order, with whose series it has', async () => {
    const text = await show({ markets: true }, at('feed.json'), contextOf({}, { columns: 140 }));
    expect(text).toMatch(/^CAKEUSDTM +KUCOIN +2\.1 .* stand-in: Binance$/m);
    expect(text).toMatch(/^NEWUSDT +MEXC +0\.5 .* none$/m);
    expect(await parsed({ markets: true })).toMatchObject({ markets: FEED.markets });
  });

  it('a row a coin, and the expression is over these', async () => {
    const { coins, selection } = await parsed({ coins: true, where: 'price_gap_pct > 0.05' });
    expect(coins).toEqual([
      {
        coin: 'BTC',
        markets: 2,
        price_gap_pct: 0.100_052_72,
        open_interest_usd: 3_000_692_600,
        funding_8h_min_pct: 0.0312,
        funding_8h_max_pct: 0.0312,
        funding_spread_8h_pct: null,
      },
    ]);
    expect(selection).toMatchObject({ where: 'price_gap_pct > 0.05', matched: 1 });
    await expect(show({ coins: true, where: 'funding_pct > 0' })).rejects.toThrow(
      '--where, column 1: unknown name funding_pct',
    );
  });

  it('one coin or one exchange', async () => {
    expect(await show({ markets: true, symbol: 'BTC', tsv: true, columns: 'exchange,price' })).toBe(
      'exchange\tprice\nBYBIT\t93044\nHYPERLIQUID\t92951\n',
    );
    expect(await show({ markets: true, exchange: 'mexc', tsv: true, columns: 'symbol' })).toBe('symbol\nNEWUSDT\n');
    expect(await show({ coins: true, symbol: 'pepe', tsv: true, columns: 'coin,markets' })).toBe(
      'coin\tmarkets\nPEPE\t1\n',
    );
  });

  it('a table has twenty rows unless told otherwise, and says how many more there are', async () => {
    expect(await show({ markets: true, limit: '2' })).toContain('4 more: --limit shows more');
    expect(await show({ markets: true, where: 'price < 0' })).toContain('No rows.');
  });
});

describe('scan show --tsv', () => {
  it('has no head and no shortening, one line a signal', async () => {
    const lines = (await show({ tsv: true })).split('\n');
    expect(lines).toHaveLength(SIGNALS.length + 2);
    expect(lines[0]).toMatch(/^id\texchange\tsymbol\tcoin\t.*\tfunding_pct\t/);
    expect(new Set(lines.slice(0, -1).map((line) => line.split('\t').length)).size).toBe(1);
    expect(lines[1]).toContain(`\t${BTC.open_interest_usd}\t`);
    expect(lines.at(-1)).toBe('');
  });
});

describe('scan show --explain', () => {
  it('a limit holds, and one market is explained whole', async () => {
    expect(await show({ explain: true, limit: '1' })).toContain('6 more: --limit shows more, --symbol one market');
    expect(await show({ explain: true, symbol: 'BTC' })).not.toContain('more:');
  });

  it('what the feed does not explain is judged again, and that is said', async () => {
    const text = await show({ explain: true, symbol: 'ETH', strategy: 'trend-breakout' });
    expect(text.replaceAll(/\n */g, ' ')).toContain(
      'judged again from the candle files and the cache of the run; nothing was sent.',
    );
    expect(text).toContain('It differs from the feed: score 73.5, in the feed 58.2.');
    expect(text).toMatch(/^calm +20\.00\/30$/m);
  });

  it('goes with everything that chooses signals', async () => {
    const text = await show({ explain: true, where: "coin == 'CAKE'", since: '12h', minScore: '60' });
    expect(text).toContain('KUCOIN CAKEUSDTM');
    expect(text).not.toContain('BTCUSDT');
  });
});

describe('scan show refuses, with the remedy', () => {
  it.each([
    ['missing.json', /missing\.json: there is no such file; write a feed with: scan data\/ --strategy all$/],
    ['data', /data: it is a folder; name the feed in it/],
    ['empty.json', /empty\.json is not JSON .*: write it anew with: scan/],
    ['cut.json', /cut\.json is not JSON .*: write it anew with: scan/],
    ['foreign.json', /foreign\.json is no perpscan feed: it has no schema_version; name the feed to read$/],
    ['old.json', /old\.json .*1\.4\.0.*$/],
    ['newer.json', /newer\.json has schema_version 3\.0\.0, newer than this program's 2\.\d+\.\d+: update perpscan$/],
    ['wrong.json', /wrong\.json: \.?last_updated: .*: write it anew with: scan/],
  ])('%s', async (name, message) => {
    await expect(show({}, at(name))).rejects.toThrow(message);
  });

  it.each([
    [
      { exchange: 'BYBTI' },
      /--exchange: the feed has no exchange "BYBTI"; did you mean BYBIT\?; it has BINANCE, BYBIT, /,
    ],
    [
      { strategy: 'trend-brekout' },
      /"trend-brekout"; did you mean trend-breakout\?; it has crowding-reversal, trend-breakout$/,
    ],
    [{ symbol: 'BTCUSTD' }, /--symbol: no market "BTCUSTD" in the feed; did you mean BTCUSDT\?$/],
    [
      { direction: 'lnog' },
      /--direction: "lnog" is not understood \(did you mean long\?\); known are long, short, none$/,
    ],
    [{ limit: '0' }, /--limit: "0" is not understood/],
    [{ minScore: 'high' }, /--min-score: "high" is not understood; expected a number from 0 to 100$/],
    [{ minScore: '101' }, /--min-score: "101" is not understood/],
    [{ since: '8' }, /--since: "8" is not understood; expected how long ago, e\.g\. 8h, 90m or 2d$/],
    [{ since: '0h' }, /--since: "0h" is not understood/],
    [
      { where: 'scroe > 70' },
      /--where, column 1: unknown name scroe; did you mean score\?; all names: scan show --tsv \| head -1$/,
    ],
    [{ where: 'gap > 1', coins: true }, /unknown name gap; all names: scan show --coins --tsv \| head -1$/],
    [{ sort: 'scroe' }, /--sort: unknown name "scroe"; did you mean score\?; all names: scan show --tsv \| head -1$/],
    [
      { columns: 'coin,pirce' },
      /--columns: unknown name "pirce"; did you mean price\?; all names: scan show --tsv \| head -1$/,
    ],
    [{ where: 'score > ' }, /--where, column 9: it ends here; expected is a name, a number or a text$/],
  ] as [ShowFlags, RegExp][])('%j', async (flags, message) => {
    await expect(show(flags)).rejects.toThrow(message);
  });

  it.each([
    [{ explain: true, json: true }, '--explain and --json'],
    [{ explain: true, tsv: true }, '--explain and --tsv'],
    [{ explain: true, sort: 'score' }, '--explain and --sort'],
    [{ tsv: true, json: true }, '--tsv and --json'],
    [{ markets: true, coins: true }, '--markets and --coins'],
    [{ markets: true, direction: 'long' }, '--markets and --direction'],
    [{ markets: true, explain: true }, '--markets and --explain'],
    [{ coins: true, minScore: '5' }, '--coins and --min-score'],
    [{ coins: true, exchange: 'BYBIT' }, '--coins and --exchange'],
    [{ run: true, symbol: 'BTC' }, '--run and --symbol'],
    [{ run: true, markets: true }, '--run and --markets'],
    [{ run: true, tsv: true }, '--run and --tsv'],
  ] as [ShowFlags, string][])('%j in one line', async (flags, pair) => {
    const message = new RegExp(`^${pair}: [^\n]+; leave one of them out$`);
    // Before the feed is looked for.
    await expect(show(flags, at('missing.json'))).rejects.toThrow(message);
  });
});

describe('how it looks', () => {
  const looks = (env: CommandContext['env'], terminal: { columns: number } | null): Promise<string> =>
    show({ explain: true }, at('feed.json'), contextOf(env, terminal));

  it.each([
    ['a pipe', {}, null, false],
    ['a terminal', {}, { columns: 100 }, true],
    ['a terminal with NO_COLOR', { NO_COLOR: '1' }, { columns: 100 }, false],
    ['a dumb terminal', { TERM: 'dumb' }, { columns: 100 }, false],
    ['a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, null, true],
  ] as const)('%s', async (_, env, terminal, coloured) => {
    expect((await looks(env, terminal)).includes('\u001b[')).toBe(coloured);
  });

  it('on 40 columns no line is longer', async () => {
    const text = await show({}, at('feed.json'), contextOf({}, { columns: 20 }));
    const longest = Math.max(...text.split('\n').map((line) => stripVTControlCharacters(line).length));
    expect(longest).toBeLessThanOrEqual(40);
    expect(text).toContain('Left out at 40 columns');
  });
});

describe('scan show --run', () => {
  it('says where the calls went, what they changed and whether the goal was met', async () => {
    const text = await show({ run: true });
    expect(text).toContain('Run run-1: stage complete; provider coinalyze; took 4.2 s');
    expect(text).toContain('Goal actionable: met; final scores: 5 of 7');
    expect(text).toContain('What was fetched changed 1 scores, by 3.2 points at most');
    expect(text).toContain('Series from the cache, for no call: 1 final, 0 fresh (within 15 minutes)');
    expect(text).toMatch(/^market list +2 +2$/m);
    expect(text).toMatch(/^goal +2 +2$/m);
    expect(text).toMatch(/^remaining +0 +0$/m);
    expect(text).toMatch(/^all +4 +4$/m);
    expect(text).toMatch(/^funding rate +1 +1$/m);
  });

  it('says what is pending of a goal that was not met, and how much of it waits', async () => {
    const goal = { kind: 'top', top: 20, min_score: null, met: false, pending_signals: 7, waiting: 3 } as const;
    writeFileSync(at('pending.json'), JSON.stringify({ ...FEED, run: { ...FEED.run, goal } }));
    expect((await show({ run: true }, at('pending.json'))).replaceAll(/\n */g, ' ')).toContain(
      'Goal top 20: not met, pending signals: 7, of these waiting (failed, not published upstream yet, or asked for within 15 minutes): 3',
    );
  });

  it('has it all as JSON, without the signals', async () => {
    const shown = await parsed({ run: true });
    expect(Object.keys(shown)).toEqual(['schema_version', 'last_updated', 'run', 'summary']);
    expect(shown['run']).toEqual(FEED.run);
  });
});
