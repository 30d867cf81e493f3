import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/commands/context.ts';
import { showFeed, type ShowFlags } from '../../src/commands/show-feed.ts';
import { MINUTE_MS } from '../../src/core/time.ts';
import { feedText } from '../../src/feed/writer.ts';
import { longSignal, makeFeed, unscoredSignal } from '../feed/fixtures.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'perpscan-show-'));
const at = (name: string): string => path.join(folder, name);

const BTC = longSignal();
const BYBIT = longSignal({ exchange: 'BYBIT', rank_in_strategy: 2 });
const SHORT = longSignal({
  symbol: 'ETHUSDT',
  unified_symbol: 'ETH/USDT:USDT',
  strategy: 'squeeze-break',
  direction: 'short',
  action: 'SHORT',
  score_side: 'short',
  setup: { entry: 92_951, stop_loss: 95_000, take_profit: 90_000, risk_reward: 1.44, max_bars: 48 },
});
const WAITING = longSignal({
  symbol: 'SOLUSDT',
  unified_symbol: 'SOL/USDT:USDT',
  direction: 'none',
  action: 'WAIT',
  setup: null,
});
const STALE = unscoredSignal('stale', { symbol: 'OLDUSDT', unified_symbol: 'OLD/USDT:USDT' });
const FEED = makeFeed([BTC, SHORT, BYBIT, WAITING, STALE]);
const NOW = FEED.last_updated + 12 * MINUTE_MS + 20_000;

function contextOf(env: CommandContext['env'] = {}, terminal: { columns: number } | null = null): CommandContext {
  const stdout = { ...terminal, isTTY: terminal !== null } as CommandContext['stdout'];
  return { version: '0.0.0', packageRoot: folder, cwd: folder, env, stdout, stderr: stdout };
}

function show(flags: ShowFlags = {}, file = at('feed.json'), context = contextOf()): string {
  return showFeed(file, flags, context, NOW);
}

const idsIn = (text: string): readonly string[] =>
  (JSON.parse(text) as { signals: { exchange: string; symbol: string }[] }).signals.map(
    ({ exchange, symbol }) => `${exchange}:${symbol}`,
  );

/** As 1.0.0 wrote it. */
function withoutAddedFields(): string {
  const { summary, ...feed } = JSON.parse(feedText(FEED)) as typeof FEED;
  const { future: _future, naive_times: _naive, ...candles } = summary.candles;
  const signals = feed.signals.map(({ gate: _gate, score_side: _side, score_breakdown, ...signal }) => ({
    ...signal,
    score_breakdown: score_breakdown.map(({ parts: _parts, ...component }) => component),
  }));
  const { stage: _stage, exactness: _exactness, plan: _plan, ...run } = feed.run;
  return JSON.stringify({ ...feed, run, schema_version: '1.0.0', summary: { ...summary, candles }, signals });
}

beforeAll(() => {
  writeFileSync(at('feed.json'), feedText(FEED));
  writeFileSync(at('old.json'), withoutAddedFields());
  writeFileSync(at('empty.json'), '');
  writeFileSync(at('cut.json'), feedText(FEED).slice(0, 900));
  writeFileSync(at('foreign.json'), '{"name": "something else"}');
  writeFileSync(at('newer.json'), JSON.stringify({ ...FEED, schema_version: '2.0.0' }));
  writeFileSync(at('minor.json'), JSON.stringify({ ...FEED, schema_version: '1.9.0', news: [] }));
  writeFileSync(at('wrong.json'), JSON.stringify({ ...FEED, last_updated: 'today' }));
  mkdirSync(at('data'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('scan show', () => {
  it('says first how old the feed is and when its newest candle closed', () => {
    expect(show().split('\n')[0]).toBe(
      'Written 12 min ago (2026-01-19 17:01 UTC); 4h candles up to 2026-01-19 16:00 UTC; markets: 1; series: coinalyze',
    );
    expect(showFeed(at('feed.json'), {}, contextOf(), FEED.last_updated + 3_000)).toMatch(/^Written 3 s ago /);
    expect(showFeed(at('feed.json'), {}, contextOf(), FEED.last_updated - 2 * MINUTE_MS)).toMatch(
      /^Written 2 min in the future by this machine's clock /,
    );
  });

  it.each([
    [{ symbol: 'btc' }, ['HYPERLIQUID:BTCUSDT', 'BYBIT:BTCUSDT']],
    [{ exchange: 'bybit' }, ['BYBIT:BTCUSDT']],
    [{ strategy: 'squeeze-break' }, ['HYPERLIQUID:ETHUSDT']],
    [{ strategy: 'squeeze-break, trend-breakout', direction: 'SHORT' }, ['HYPERLIQUID:ETHUSDT']],
    [{ direction: 'none' }, ['HYPERLIQUID:SOLUSDT', 'HYPERLIQUID:OLDUSDT']],
    [{ symbol: 'BTC', exchange: 'HYPERLIQUID', direction: 'long', strategy: 'all' }, ['HYPERLIQUID:BTCUSDT']],
    [{ limit: '1' }, ['HYPERLIQUID:BTCUSDT', 'HYPERLIQUID:ETHUSDT']],
  ] as [ShowFlags, string[]][])('chooses by %j', (flags, expected) => {
    expect(idsIn(show({ ...flags, json: true }))).toEqual(expected);
  });

  it('the JSON has the head of the run, what was asked for, and the signals as the feed has them', () => {
    const shown = JSON.parse(show({ json: true, exchange: 'BYBIT' })) as Record<string, unknown>;
    expect(shown).toEqual({
      schema_version: FEED.schema_version,
      last_updated: FEED.last_updated,
      run: FEED.run,
      selection: { symbol: null, exchange: 'BYBIT', strategy: null, direction: null, limit: null, matched: 1 },
      signals: [BYBIT],
    });
  });

  it('nothing that matches is no error, and says what there is', () => {
    const text = show({ symbol: 'ETH', direction: 'long' }).replaceAll(/\n */g, ' ');
    expect(text).toContain('No signal matches --symbol ETH --direction long.');
    expect(text).toContain('Without --symbol there are 2: 2 long, 0 short, 0 without direction, 0 not scored.');
    expect(text).toContain('Without --direction there are 1: 0 long, 1 short');
    expect(idsIn(show({ symbol: 'ETH', direction: 'long', json: true }))).toEqual([]);
  });

  it('a limit holds for explanations too, and one market is explained whole', () => {
    expect(show({ explain: true, limit: '1' })).toContain('3 more: --limit shows more, --symbol one market');
    expect(show({ explain: true, symbol: 'BTC' })).not.toContain('more:');
    expect(show({ explain: true, symbol: 'SOL' })).toContain('WAIT, score 73.50 of 100 as a long, rank 1');
  });

  it('feeds of 1.0.0 are shown, and explained as far as they go', () => {
    expect(show({}, at('old.json'))).toBe(show());
    const text = show({ explain: true, symbol: 'BTC' }, at('old.json'));
    expect(text).toMatch(/^trend +60\.30\/80$/m);
    expect(text).toContain('scan again to see them');
    expect(text).not.toContain('THRESHOLD');
  });

  it('a newer minor version is shown without what it added', () => {
    expect(show({}, at('minor.json'))).toBe(show());
  });
});

describe('scan show refuses, with the remedy', () => {
  it.each([
    ['missing.json', /missing\.json: there is no such file; write a feed with: scan data\/ --strategy all$/],
    ['data', /data: it is a folder; name the feed in it/],
    ['empty.json', /empty\.json is not JSON .*: write it anew with: scan/],
    ['cut.json', /cut\.json is not JSON .*: write it anew with: scan/],
    ['foreign.json', /foreign\.json is no perpscan feed: it has no schema_version; name the feed to read$/],
    ['newer.json', /newer\.json has schema_version 2\.0\.0, newer than this program's 1\.\d+\.\d+: update perpscan$/],
    ['wrong.json', /wrong\.json: last_updated: .*: write it anew with: scan/],
  ])('%s', (name, message) => {
    expect(() => show({}, at(name))).toThrow(message);
  });

  it.each([
    [
      { exchange: 'BYBTI' },
      /--exchange: the feed has no exchange "BYBTI"; did you mean BYBIT\?; it has BYBIT, HYPERLIQUID$/,
    ],
    [
      { strategy: 'trend-brekout' },
      /"trend-brekout"; did you mean trend-breakout\?; it has squeeze-break, trend-breakout$/,
    ],
    [{ symbol: 'BTCUSTD' }, /--symbol: no market "BTCUSTD" in the feed; did you mean BTCUSDT\?$/],
    [
      { direction: 'lnog' },
      /--direction: "lnog" is not understood \(did you mean long\?\); known are long, short, none$/,
    ],
    [{ limit: '0' }, /--limit: "0" is not understood/],
    [{ explain: true, json: true }, /--explain and --json: .* leave one of them out$/],
  ] as [ShowFlags, RegExp][])('%j', (flags, message) => {
    expect(() => show(flags)).toThrow(message);
  });
});

describe('how it looks', () => {
  const looks = (env: CommandContext['env'], terminal: { columns: number } | null): string =>
    show({ explain: true }, at('feed.json'), contextOf(env, terminal));

  it.each([
    ['a pipe', {}, null, false],
    ['a terminal', {}, { columns: 100 }, true],
    ['a terminal with NO_COLOR', { NO_COLOR: '1' }, { columns: 100 }, false],
    ['a dumb terminal', { TERM: 'dumb' }, { columns: 100 }, false],
    ['a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, null, true],
  ] as const)('%s', (_, env, terminal, coloured) => {
    expect(looks(env, terminal).includes('\u001b[')).toBe(coloured);
  });

  it('on 40 columns no line is longer', () => {
    const text = show({}, at('feed.json'), contextOf({}, { columns: 20 }));
    const longest = Math.max(...text.split('\n').map((line) => stripVTControlCharacters(line).length));
    expect(longest).toBeLessThanOrEqual(40);
    expect(text).toContain('Left out at 40 columns');
  });
});

describe('scan show --run', () => {
  it('says where the units went, what they changed and whether the goal was met', () => {
    const text = show({ run: true });
    expect(text).toContain('Run run-1: stage complete; provider coinalyze; took 4.2 s');
    expect(text).toContain('Goal actionable: met; exact scores: 4 of 4');
    expect(text).toContain('What was fetched changed 1 scores, by 3.2 points at most');
    expect(text).toMatch(/^market list +2 +2$/m);
    expect(text).toMatch(/^all +4 +4$/m);
    expect(text).toMatch(/^funding rate +1 +1$/m);
  });

  it('says what is open of a goal that was not met', () => {
    const exactness = { goal: 'top', top: 20, min_score: null, met: false, open_signals: 7, waiting: 3 } as const;
    writeFileSync(at('open.json'), JSON.stringify({ ...FEED, run: { ...FEED.run, exactness } }));
    expect(show({ run: true }, at('open.json'))).toContain(
      'Goal top 20: not met, open signals: 7, of these failed, not published upstream yet or asked within 15 minutes: 3',
    );
  });

  it('has it all as JSON, without the signals', () => {
    const shown = JSON.parse(show({ run: true, json: true })) as Record<string, unknown>;
    expect(Object.keys(shown)).toEqual(['schema_version', 'last_updated', 'run', 'summary']);
    expect(shown['run']).toEqual(FEED.run);
  });

  it('of an older feed it says what is not known', () => {
    writeFileSync(at('old-run.json'), withoutAddedFields());
    expect(show({ run: true }, at('old-run.json'))).toContain('does not say where its 4 units went');
  });

  it('a feed of an earlier stage says so wherever it is shown', () => {
    writeFileSync(at('price.json'), JSON.stringify({ ...FEED, run: { ...FEED.run, stage: 'price' } }));
    for (const flags of [{}, { run: true }, { explain: true }] as const) {
      expect(show(flags, at('price.json'))).toContain('Stage price: directions and setups are final, scores are not');
    }
  });
});
