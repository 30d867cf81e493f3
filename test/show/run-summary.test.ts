import { describe, expect, it } from 'vitest';
import type { Feed, FeedContent } from '../../src/core/feed.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { runSummary } from '../../src/show/run-summary.ts';
import { CLOSED_AT, feedOf, leanSignal, marketRow, RUN, usedSeries } from '../feed/fixtures.ts';
import { BTC, CAKE, ETH, explained, lean, RICH, SIGNALS } from './rich-feed.ts';

const OPTIONS = { file: 'data/master_feed.json', command: 'npx scan', comparable: true };
const at = (width: number) => ({ colour: false, width });
const summary = (feed: FeedContent, width = 140): string => runSummary(feed, OPTIONS, at(width));

describe('the end of a run', () => {
  it('at 80 columns', () => {
    expect(summary(RICH, 80)).toMatchInlineSnapshot(`
      "Breadth: 4 % of coins broke out upwards within 3 candles, 12 % downwards.

      Most extreme funding
      MARKET        PER INTERVAL    PER 8 H  IN ITS HISTORY  VENUE
      BTCUSDT          +0.0312 %  +0.0312 %  above 97 %      BYBIT
      CAKEUSDTM         -0.213 %             lowest of 180   KUCOIN (stand-in:
                                                             Binance)
      1000PEPEUSDT       +0.01 %             below 69 %      BINANCE

      Largest changes of open interest in 24 h
      MARKET          CHANGE  NOW, USD  VENUE
      CAKEUSDTM     +41.30 %     18.9M  KUCOIN (stand-in: Binance)
      1000PEPEUSDT  +12.50 %       56M  BINANCE
      BTCUSDT        -8.25 %      900M  BYBIT

      Nearest triggers: the next close that would fire, within half an ATR
      MARKET   VENUE        STRATEGY           SIDE    CLOSE      AWAY   ATR
      ETHUSDT  HYPERLIQUID  trend-breakout     long   3019.4  +0.229 %  0.21
      ETHUSDT  HYPERLIQUID  crowding-reversal  short  3001.1  -0.378 %  0.34

      New with the last candle, as far as earlier feeds know

      trend-breakout  2 long, 0 short; 1 from before
      Record inconclusive: excess +0.05 R [-0.03, +0.13], n 38837, 2024-01 to
        2026-03
      MARKET   VENUE           SIDE  SCORE  PRICE   STOP  TARGET   R/R
      BTCUSDT  HYPERLIQUID +1  LONG     74  92951  91430   95993  2.00

      squeeze-break  none

      crowding-reversal  0 long, 1 short
      Record negative: -0.09 R [-0.17, -0.003] a trade after costs, excess -0.04 R
        [-0.12, +0.05], n 16339, 2024-01 to 2026-03. Its trades have lost: shown last
      MARKET        VENUE    SIDE   SCORE  COULD BE     PRICE     STOP  TARGET   R/R
      1000PEPEUSDT  BINANCE  SHORT     66  56 to 77  0.012346  0.01345  0.0101  2.03

      Records: mean of a trade in R (the distance to its stop); excess is what it
        earned beyond random entries of the same markets, in brackets the 90 %
        interval.

      Signals 8: 2 long, 2 short, 3 without direction, 1 insufficient data, 0 stale,
        0 errors
      Markets 6: 4 resolved (own series), 1 aggregated (a stand-in's), 1 neutral
        (none)
      Series (coinalyze): 2 fetched, 1 cached, 0 stale, 0 deferred, 1 missing; 4
        requests, 4 calls; took 4.2 s. Data: Coinalyze
      Files skipped 1:
        KUCOIN_CAKEUSDTM_4h.json: truncated-json

      Next:
        npx scan show data/master_feed.json
        npx scan show data/master_feed.json --symbol BTC --explain
        npx scan show data/master_feed.json --markets --sort -oi_change_24h_pct
        jq '.signals[0]' data/master_feed.json
      "
    `);
  });

  it('at 140 columns', () => {
    expect(summary(RICH)).toMatchInlineSnapshot(`
      "Breadth: 4 % of coins broke out upwards within 3 candles, 12 % downwards.

      Most extreme funding
      MARKET        PER INTERVAL    PER 8 H  IN ITS HISTORY  VENUE
      BTCUSDT          +0.0312 %  +0.0312 %  above 97 %      BYBIT
      CAKEUSDTM         -0.213 %             lowest of 180   KUCOIN (stand-in: Binance)
      1000PEPEUSDT       +0.01 %             below 69 %      BINANCE

      Largest changes of open interest in 24 h
      MARKET          CHANGE  NOW, USD  VENUE
      CAKEUSDTM     +41.30 %     18.9M  KUCOIN (stand-in: Binance)
      1000PEPEUSDT  +12.50 %       56M  BINANCE
      BTCUSDT        -8.25 %      900M  BYBIT

      Nearest triggers: the next close that would fire, within half an ATR
      MARKET   VENUE        STRATEGY           SIDE    CLOSE      AWAY   ATR
      ETHUSDT  HYPERLIQUID  trend-breakout     long   3019.4  +0.229 %  0.21
      ETHUSDT  HYPERLIQUID  crowding-reversal  short  3001.1  -0.378 %  0.34

      New with the last candle, as far as earlier feeds know

      trend-breakout  2 long, 0 short; 1 from before
      Record inconclusive: excess +0.05 R [-0.03, +0.13], n 38837, 2024-01 to 2026-03
      MARKET   VENUE           SIDE  SCORE  PRICE   STOP  TARGET   R/R
      BTCUSDT  HYPERLIQUID +1  LONG     74  92951  91430   95993  2.00

      squeeze-break  none

      crowding-reversal  0 long, 1 short
      Record negative: -0.09 R [-0.17, -0.003] a trade after costs, excess -0.04 R [-0.12, +0.05], n 16339, 2024-01 to 2026-03. Its trades have
        lost: shown last
      MARKET        VENUE    SIDE   SCORE  COULD BE     PRICE     STOP  TARGET   R/R
      1000PEPEUSDT  BINANCE  SHORT     66  56 to 77  0.012346  0.01345  0.0101  2.03

      Records: mean of a trade in R (the distance to its stop); excess is what it earned beyond random entries of the same markets, in brackets
        the 90 % interval.

      Signals 8: 2 long, 2 short, 3 without direction, 1 insufficient data, 0 stale, 0 errors
      Markets 6: 4 resolved (own series), 1 aggregated (a stand-in's), 1 neutral (none)
      Series (coinalyze): 2 fetched, 1 cached, 0 stale, 0 deferred, 1 missing; 4 requests, 4 calls; took 4.2 s. Data: Coinalyze
      Files skipped 1:
        KUCOIN_CAKEUSDTM_4h.json: truncated-json

      Next:
        npx scan show data/master_feed.json
        npx scan show data/master_feed.json --symbol BTC --explain
        npx scan show data/master_feed.json --markets --sort -oi_change_24h_pct
        jq '.signals[0]' data/master_feed.json
      "
    `);
  });

  it('reads markets and signals once each, and holds none of them', () => {
    let [markets, signals] = [0, 0];
    const content: FeedContent = {
      ...RICH,
      markets: { [Symbol.iterator]: () => ((markets += 1), RICH.markets[Symbol.iterator]()) },
      signals: { [Symbol.iterator]: () => ((signals += 1), RICH.signals[Symbol.iterator]()) },
    };
    expect(summary(content)).toBe(summary(RICH));
    expect([markets, signals]).toEqual([1, 1]);
  });

  it('no percentage stands in a line with a score', () => {
    const scored = summary(RICH, 80)
      .split('\n')
      .filter((line) => /\b(LONG|SHORT)\b/.test(line));
    expect(scored).toHaveLength(2);
    for (const line of scored) expect(line).not.toContain('%');
  });

  it('what nobody may overlook stands first', () => {
    const run = {
      provider: 'sandbox',
      stage: 'goal',
      degraded: true,
      degraded_reasons: [{ code: 'deadline', text: '40 of 800 symbols were not reached' }],
    } as const;
    const lines = summary({ ...RICH, run: { ...RICH.run, ...run } }).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'Series are made up (provider sandbox): do not trade on these scores.',
      'Stage goal: the goal of the run is met; what remains is still being fetched, or the run was ended.',
      'Degraded (deadline): 40 of 800 symbols were not reached',
    ]);
    const sample = { ...RUN.inputs, sample: true };
    expect(summary({ ...RICH, run: { ...RICH.run, inputs: sample } })).toMatch(/^Made-up sample data/);
  });

  it('breadth of 45 % and more is one bet; without trend-breakout there is none', () => {
    const breadthOf = (long: number | null): Feed => ({
      ...RICH,
      summary: { ...RICH.summary, breadth: { long, short: long } },
    });
    expect(summary(breadthOf(0.45))).toContain('45 % downwards. So many signals of one side are one bet.');
    expect(summary(breadthOf(0.44))).not.toContain('one bet');
    expect(summary(breadthOf(null))).not.toContain('Breadth');
  });

  it('names five skipped files and counts the others', () => {
    const skipped = Array.from({ length: 8 }, (_, n) => ({
      file: `F${n}.json`,
      reason: 'empty-file' as const,
      detail: 'x',
    }));
    const text = summary({ ...RICH, summary: { ...RICH.summary, files_skipped: skipped } });
    expect(text).toContain('Files skipped 8:\n  F0.json: empty-file\n');
    expect(text).toContain('F4.json: empty-file\n  3 more in .summary.files_skipped\n');
  });

  it('says nothing about what comes next when no feed was written, and quotes what a shell would take apart', () => {
    expect(runSummary(RICH, { ...OPTIONS, file: null }, at(80))).not.toContain('Next');
    const text = runSummary(RICH, { ...OPTIONS, file: "my data/o'clock.json" }, at(140));
    expect(text).toContain(String.raw`npx scan show 'my data/o'\''clock.json'`);
  });
});

describe('what is new', () => {
  it('began with the last candle: what began before is only counted', () => {
    const before = explained(ETH, { since: CLOSED_AT - 4 * HOUR_MS });
    const lines = summary(feedOf({ signals: [explained(BTC), before] })).split('\n');
    expect(lines).toContain('trend-breakout  1 long, 0 short; 1 from before');
    expect(lines.some((line) => line.startsWith('BTCUSDT') && line.includes('LONG'))).toBe(true);
    expect(lines.some((line) => line.startsWith('ETHUSDT') && line.includes('LONG'))).toBe(false);
    expect(summary(feedOf({ signals: [before] }))).toContain('trend-breakout  none new, 1 from before');
  });

  it('what a market that lags behind began with its own last candle is not new again', () => {
    const lagging = explained(ETH, { since: CLOSED_AT - 4 * HOUR_MS });
    const own = { ...lagging, market: { ...lagging.market, closed_at: CLOSED_AT - 4 * HOUR_MS } };
    expect(summary(feedOf({ signals: [explained(BTC), own] }))).toContain(
      'trend-breakout  1 long, 0 short; 1 from before',
    );
  });

  it('without an earlier feed it says that nothing tells what is new', () => {
    const text = runSummary(RICH, { ...OPTIONS, comparable: false }, at(140));
    expect(text).toContain('Signals with a direction (no earlier feed of the same scan tells which of them are new)');
    expect(text).not.toContain('New with the last candle');
  });

  it('names five coins of a strategy, one line for all venues of a coin, and counts the others', () => {
    const coins = Array.from({ length: 7 }, (_, n) => explained(marketRow({ symbol: `C${n}USDT` })));
    const venue = explained(marketRow({ symbol: 'C0USDT', exchange: 'BYBIT' }));
    const text = summary(feedOf({ signals: [...coins, venue] }));
    expect(text.match(/^C\dUSDT .*LONG/gm)).toHaveLength(5);
    expect(text).toMatch(/^C0USDT +HYPERLIQUID \+1 +LONG/m);
    expect(text).toContain('2 more\n');
  });

  it('negative records come last and are named as such', () => {
    const text = summary(RICH);
    expect(text.indexOf('trend-breakout  2 long')).toBeLessThan(text.indexOf('squeeze-break  none'));
    expect(text.indexOf('squeeze-break  none')).toBeLessThan(text.indexOf('crowding-reversal  0 long'));
    expect(text).toMatch(/crowding-reversal .*\nRecord negative: .*\n? *lost: shown last/);
  });
});

describe('what moved most', () => {
  const lines = (markets: Feed['markets']): readonly string[] =>
    summary(feedOf({ markets, signals: [leanSignal()] })).split('\n');
  const funding = (symbol: string, percentile: number | null, value: number, per8h: number | null = null) =>
    marketRow({
      symbol,
      funding_pct: value,
      funding_8h_pct: per8h,
      series: { ...BTC.series, funding_rate: usedSeries({ value, percentile, n: 180 }) },
    });
  const inOrder = (markets: Feed['markets'], title: string): readonly string[] => {
    const all = lines(markets);
    const start = all.indexOf(title) + 2;
    return all.slice(start, all.indexOf('', start)).map((line) => line.split(' ')[0]!);
  };

  it('fundings per 8 h come first by size, then the others by their place in their own history', () => {
    const markets = [
      funding('A', 0.6, 0.9),
      funding('B', 0.99, 0.01),
      funding('C', 0.5, 0.02, 0.02),
      funding('D', 0.02, -0.01),
      funding('E', null, 5),
      funding('F', 0.5, -0.01, -0.08),
    ];
    expect(inOrder(markets, 'Most extreme funding')).toEqual(['F', 'C', 'B']);
    expect(inOrder(markets.slice(0, 2), 'Most extreme funding')).toEqual(['B', 'A']);
  });

  it('of the same place in history the larger rate comes first, and the ends are named', () => {
    const markets = [funding('A', 1, 0.01), funding('B', 0, -0.05), funding('C', 1, 0.03)];
    expect(inOrder(markets, 'Most extreme funding')).toEqual(['B', 'C', 'A']);
    expect(lines(markets).filter((line) => line.includes('of 180'))).toEqual([
      expect.stringContaining('lowest of 180'),
      expect.stringContaining('highest of 180'),
      expect.stringContaining('highest of 180'),
    ]);
  });

  it('changes of open interest by size, whatever their sign', () => {
    const change = (symbol: string, value: number) => marketRow({ symbol, oi_change_24h_pct: value });
    const markets = [change('A', 3), change('B', -9), change('C', 7), change('D', 1)];
    expect(inOrder(markets, 'Largest changes of open interest in 24 h')).toEqual(['B', 'C', 'A']);
  });

  it('a stand-in is named, and a coin has one line: of equal numbers that of the market whose own they are', () => {
    const other = { ...CAKE, exchange: 'MEXC', symbol: 'CAKEUSDT' };
    const named = lines([CAKE, other]).filter((line) => line.startsWith('CAKE'));
    expect(named).toHaveLength(2);
    for (const line of named) expect(line).toContain('KUCOIN (stand-in: Binance)');
    const own = {
      ...CAKE,
      exchange: 'BINANCE',
      symbol: 'CAKEUSDT',
      tier: 'resolved' as const,
      funding_pct: -0.2134,
      oi_change_24h_pct: 41.3,
    };
    const owned = lines([CAKE, own]).filter((line) => line.startsWith('CAKE'));
    expect(owned).toHaveLength(2);
    for (const line of owned) expect(line).toMatch(/ BINANCE$/);
  });

  it('markets whose candles are stale are left out, stale series are called so', () => {
    const dead = marketRow({ symbol: 'DEADUSDT', closed_at: CLOSED_AT - 12 * HOUR_MS, oi_change_24h_pct: 99 });
    const behind = marketRow({
      symbol: 'LATEUSDT',
      series: { ...BTC.series, open_interest: usedSeries({ change_pct: 3.4, stale: true }) },
    });
    const text = lines([dead, behind]).join('\n');
    expect(text).not.toContain('DEADUSDT');
    expect(text).toContain('HYPERLIQUID (stale)');
  });

  it('without series it says so', () => {
    const none = lines([]);
    expect(none).toContain('Most extreme funding: not known of any market');
    expect(none).toContain('Largest changes of open interest in 24 h: not known of any market');
  });
});

describe('the nearest triggers', () => {
  const near = (symbol: string, atr: number, changes = {}) =>
    lean(marketRow({ symbol }), {
      triggers: { long: { price: 100, distance_pct: atr, distance_atr: atr }, short: null },
      ...changes,
    });
  const shown = (signals: Feed['signals']): readonly string[] => {
    const all = summary(feedOf({ signals })).split('\n');
    const start = all.findIndex((line) => line.startsWith('Nearest triggers'));
    return all.slice(start, all.indexOf('', start));
  };

  it('are within half an ATR, five at most, the nearest first', () => {
    const atrs = [0.5, 0.501, 0.4, 0.1, 0.3, 0.2, 0.45];
    const lines = shown(atrs.map((atr, n) => near(`C${n}USDT`, atr)));
    expect(lines.slice(2).map((line) => line.split(' ')[0])).toEqual([
      'C3USDT',
      'C5USDT',
      'C4USDT',
      'C2USDT',
      'C6USDT',
    ]);
  });

  it('of one coin, strategy and side the nearest venue stands for all; shorts are below', () => {
    const signals = [
      near('BTCUSDT', 0.4),
      near('BTCUSDT', 0.2, { exchange: 'BYBIT' }),
      near('BTCUSDT', 0.3, { strategy: 'squeeze-break' }),
      near('BTCUSDT', 0, {
        exchange: 'OKX',
        triggers: { long: null, short: { price: 90, distance_pct: -0.1, distance_atr: -0.1 } },
      }),
    ];
    const lines = shown(signals).slice(2);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^BTCUSDT +OKX +trend-breakout +short +90 +-0\.1 % +0\.10$/);
    expect(lines[1]).toMatch(/^BTCUSDT +BYBIT +trend-breakout +long +100 +\+0\.2 % +0\.20$/);
    expect(lines[2]).toContain('squeeze-break');
  });

  it('when there is none, that is said', () => {
    expect(shown([near('BTCUSDT', 0.6)])).toEqual([
      'Nearest triggers: no next close within half an ATR would fire a signal',
    ]);
    expect(shown(SIGNALS)).toHaveLength(4);
  });

  it('the printed close has all the digits of the feed: with fewer it would not fire', () => {
    const trigger = { price: 6.322_339_9, distance_pct: 0, distance_atr: 0 };
    const signal = near('UNIUSDT', 0, { score_side: 'short', triggers: { long: null, short: trigger } });
    expect(shown([signal]).at(-1)).toContain(' 6.3223399 ');
    const tiny = near('PEPEUSDT', 0, { triggers: { long: { ...trigger, price: 0.000_012_345_678 }, short: null } });
    expect(shown([tiny]).at(-1)).toContain(' 0.000012345678 ');
  });
});
