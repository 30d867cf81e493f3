import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ScoreComponent } from '../../src/core/signal.ts';
import { MINUTE_MS } from '../../src/core/time.ts';
import { explain } from '../../src/feed/explain.ts';
import { feedTable, runSummary } from '../../src/feed/table.ts';
import { displayWidth } from '../../src/platform/text.ts';
import { longSignal, makeFeed, neutral, unscoredSignal } from './fixtures.ts';

const { oi_metadata: openInterest, external } = longSignal();
const short = longSignal({
  symbol: 'kPEPEUSDT',
  exchange: 'BINANCE',
  unified_symbol: '1000PEPE/USDT:USDT',
  strategy: 'crowding-reversal',
  direction: 'short',
  action: 'SHORT',
  score: 66.1,
  score_bounds: [56.1, 76.1],
  settled: false,
  price: 0.000_012_345_6,
  setup: { entry: 0.000_012_345_6, stop_loss: 0.000_013_45, take_profit: 0.000_010_1, risk_reward: 2.03, max_bars: 24 },
  oi_metadata: { ...openInterest, status: 'neutral', score: 10, as_of: null, reason: 'OI_UNAVAILABLE:deferred' },
  external: { ...external!, score: 10, open_interest: { ...neutral, reason: 'OI_UNAVAILABLE:deferred' } },
});
const waiting = longSignal({
  symbol: 'ETHUSDT',
  unified_symbol: 'ETH/USDT:USDT',
  direction: 'none',
  action: 'WAIT',
  setup: null,
  score: 50,
  score_bounds: [40, 60],
  rank_in_strategy: 3,
  oi_metadata: { ...openInterest, tier: 'aggregated', status: 'aggregated', venue: 'Binance', stale: true },
});
const SIGNALS = [
  longSignal(),
  longSignal({ exchange: 'BYBIT', rank_in_strategy: 2, score: 70.2, score_bounds: [70.2, 70.2] }),
  short,
  waiting,
  unscoredSignal('insufficient_data', { symbol: 'NEWUSDT', unified_symbol: 'NEW/USDT:USDT' }),
];
const FEED = makeFeed(SIGNALS);
const OPTIONS = { file: 'data/master_feed.json', command: 'npx scan' };
/** Twelve minutes after it was written. */
const NOW = FEED.last_updated + 12 * MINUTE_MS + 5_000;
const at = (width: number) => ({ colour: false, width });

describe('the end of a run', () => {
  it('at 80 columns', () => {
    expect(runSummary(FEED, OPTIONS, at(80))).toMatchInlineSnapshot(`
      "Best 2 with a direction, of 5 signals
      STRATEGY           MARKET     VENUE                 ACTION  SCORE         PRICE
      trend-breakout     BTCUSDT    HYPERLIQUID +1 venue  LONG    73.50         92951
      crowding-reversal  kPEPEUSDT  BINANCE               SHORT   66.10  0.0000123456
      Left out at 80 columns: COULD BE, STOP, TARGET, R/R (shown from 124 columns
        on; --json has all)

      Signals 5: 2 long, 1 short, 1 without direction, 1 insufficient data, 0 stale,
        0 errors
      Markets 1: 1 resolved, 0 aggregated, 0 neutral
      Series (coinalyze): 2 fetched, 1 cached, 0 stale, 0 deferred, 1 missing; 4
        requests, 4 units; took 4.2 s
      Files skipped 1:
        KUCOIN_CAKEUSDTM_4h.json: truncated-json

      Next:
        npx scan show data/master_feed.json
        npx scan show data/master_feed.json --symbol BTC --explain
        jq '.signals[0]' data/master_feed.json
      "
    `);
  });

  it('at 140 columns', () => {
    expect(runSummary(FEED, OPTIONS, at(140))).toMatchInlineSnapshot(`
      "Best 2 with a direction, of 5 signals
      STRATEGY           MARKET     VENUE                 ACTION  SCORE  COULD BE               PRICE        STOP     TARGET   R/R
      trend-breakout     BTCUSDT    HYPERLIQUID +1 venue  LONG    73.50                         92951       91430      95993  2.00
      crowding-reversal  kPEPEUSDT  BINANCE               SHORT   66.10  56.10 to 76.10  0.0000123456  0.00001345  0.0000101  2.03

      Signals 5: 2 long, 1 short, 1 without direction, 1 insufficient data, 0 stale, 0 errors
      Markets 1: 1 resolved, 0 aggregated, 0 neutral
      Series (coinalyze): 2 fetched, 1 cached, 0 stale, 0 deferred, 1 missing; 4 requests, 4 units; took 4.2 s
      Files skipped 1:
        KUCOIN_CAKEUSDTM_4h.json: truncated-json

      Next:
        npx scan show data/master_feed.json
        npx scan show data/master_feed.json --symbol BTC --explain
        jq '.signals[0]' data/master_feed.json
      "
    `);
  });

  it('a degraded run on made-up data says both first', () => {
    const { run } = FEED;
    const feed = {
      ...FEED,
      run: {
        ...run,
        provider: 'sandbox' as const,
        degraded: true,
        degraded_reasons: [{ code: 'deadline' as const, text: '40 of 800 symbols were not reached' }],
      },
    };
    const [first, second] = runSummary(feed, OPTIONS, at(140)).split('\n');
    expect(first).toBe('Series are made up (provider sandbox): do not trade on these scores.');
    expect(second).toBe('Degraded (deadline): 40 of 800 symbols were not reached');
    const sample = { ...feed, run: { ...run, inputs: { ...run.inputs, sample: true } } };
    expect(runSummary(sample, OPTIONS, at(140))).toMatch(/^Made-up sample data/);
  });

  it('shows five at most, and says when there is none', () => {
    const many = Array.from({ length: 7 }, (_, n) =>
      longSignal({ symbol: `C${n}`, unified_symbol: `C${n}/USDT:USDT` }),
    );
    const lines = runSummary(makeFeed(many), OPTIONS, at(140)).split('\n');
    expect(lines.filter((line) => line.startsWith('trend-breakout'))).toHaveLength(5);
    expect(runSummary(makeFeed([waiting]), OPTIONS, at(80))).toMatch(/^No signal with a direction\.\n\n/);
  });

  it('says how old candles are and what helps, when most signals are stale', () => {
    const old = makeFeed([waiting, unscoredSignal('stale'), unscoredSignal('stale', { exchange: 'BYBIT' })]);
    expect(runSummary(old, OPTIONS, at(200))).toContain(
      '2 of 3 signals are stale: the newest candle is of 2026-01-19 12:00 UTC. ' +
        'Refresh the candle files, or look at the past with --as-of 2026-01-19T12:00:00Z',
    );
  });

  it('says nothing about what comes next when no feed was written', () => {
    expect(runSummary(FEED, { ...OPTIONS, file: null }, at(80))).not.toContain('Next');
  });

  it('names that a shell would take apart are quoted', () => {
    const text = runSummary(FEED, { ...OPTIONS, file: "my data/o'clock.json" }, at(140));
    expect(text).toContain(String.raw`npx scan show 'my data/o'\''clock.json'`);
  });

  it('names five skipped files and counts the others', () => {
    const skipped = Array.from({ length: 8 }, (_, n) => ({
      file: `F${n}.json`,
      reason: 'empty-file' as const,
      detail: 'x',
      market: null,
    }));
    const text = runSummary(makeFeed(SIGNALS, { skipped }), OPTIONS, at(80));
    expect(text).toContain('Files skipped 8:\n  F0.json: empty-file\n');
    expect(text).toContain('F4.json: empty-file\n  3 more in .summary.files_skipped\n');
  });
});

describe('the table of a feed', () => {
  it('at 80 columns', () => {
    expect(feedTable(FEED, { top: 10, now: NOW }, at(80))).toMatchInlineSnapshot(`
      "Written 12 min ago (2026-01-19 17:01 UTC); 4h candles up to 2026-01-19 16:00
        UTC; markets: 1; series: coinalyze

      crowding-reversal  0 long, 1 short, 0 without direction, 0 not scored
      #  MARKET     VENUE    ACTION  SCORE         PRICE        STOP     TARGET   R/R
      1  kPEPEUSDT  BINANCE  SHORT   66.10  0.0000123456  0.00001345  0.0000101  2.03

      trend-breakout  2 long, 0 short, 1 without direction, 1 not scored
      #  MARKET   VENUE                 ACTION  SCORE  PRICE   STOP  TARGET   R/R
      1  BTCUSDT  HYPERLIQUID +1 venue  LONG    73.50  92951  91430   95993  2.00
      3  ETHUSDT  HYPERLIQUID           WAIT    50.00  92951

      Left out at 80 columns: COULD BE, OPEN INTEREST (shown from 123 columns on;
        --json has all)
      "
    `);
  });

  it('at 140 columns', () => {
    expect(feedTable(FEED, { top: 10, now: NOW }, at(140))).toMatchInlineSnapshot(`
      "Written 12 min ago (2026-01-19 17:01 UTC); 4h candles up to 2026-01-19 16:00 UTC; markets: 1; series: coinalyze

      crowding-reversal  0 long, 1 short, 0 without direction, 0 not scored
      #  MARKET     VENUE    ACTION  SCORE  COULD BE               PRICE        STOP     TARGET   R/R  OPEN INTEREST
      1  kPEPEUSDT  BINANCE  SHORT   66.10  56.10 to 76.10  0.0000123456  0.00001345  0.0000101  2.03  neutral

      trend-breakout  2 long, 0 short, 1 without direction, 1 not scored
      #  MARKET   VENUE                 ACTION  SCORE  COULD BE        PRICE   STOP  TARGET   R/R  OPEN INTEREST
      1  BTCUSDT  HYPERLIQUID +1 venue  LONG    73.50                  92951  91430   95993  2.00  13.2 resolved Hyperliquid
      3  ETHUSDT  HYPERLIQUID           WAIT    50.00  40.00 to 60.00  92951                       13.2 aggregated Binance, stale
      "
    `);
  });

  it('shows the first of each strategy and counts the others', () => {
    const text = feedTable(FEED, { top: 1, now: NOW }, at(140));
    expect(text).toContain('BTCUSDT');
    expect(text).not.toContain('ETHUSDT');
    expect(text).toContain('1 more\n');
  });

  it('a feed without signals says so', () => {
    expect(feedTable(makeFeed([]), { top: 10, now: NOW }, at(80))).toContain('No signals.');
  });
});

describe('the explanation of a score', () => {
  it('at 80 columns', () => {
    expect(explain([short], at(80))).toMatchInlineSnapshot(`
      "BINANCE kPEPEUSDT (1000PEPE/USDT:USDT, 4h)  crowding-reversal
      SHORT, score 66.10 of 100, rank 1 in its strategy, price 0.0000123456 at
        2026-01-19 16:00 UTC
      Not everything is known yet: the score could become 56.10 to 76.10.
      Short history: the score still depends a little on where it starts.
      Setup: entry 0.0000123456, stop 0.00001345 (+8.95%), target 0.0000101
        (-18.19%), risk/reward 2.03 before costs, at most 24 candles of 4h

      COMPONENT                POINTS/MAX  VALUE  THRESHOLD
      trend                      60.30/80
        close_over_ema200_atr    40.00/40   1.25  > 0
        adx14                    20.30/40  26.25  10 -> 42
      open_interest              13.20/20
        percentile               13.20/20   0.66  0 -> 1

      What would flip it: 0 of 3 demands hold for short, 2 of 2 demands hold for
        long
      GATE   DEMAND                 VALUE  WHAT WOULD FLIP IT
      short  close < 88000          92951  missing: a close below 88000 (-5.33%)
      short  rsi14 >= 68             61.2  missing: rsi14 at or above 68
      short  close < ?              92951  missing: a close below a level that is not
                                           known before the others hold
      long   close > 92100          92951  gone with a close at or below 92100
                                           (-0.92%)
      long   close_before <= 92000  91900  gone with close_before above 92000

      Series from BTC.H on Hyperliquid (resolved); open interest neutral, 10 of 20
        (OI_UNAVAILABLE:deferred)
      SERIES             VALUE      USD  PERCENTILE  AGE  STATUS
      open_interest                                       neutral: deferred
      funding_rate                                        not scored: deferred
      long_short_ratio  1.8312                 0.66  0 s  not scored, stale
      liquidations       -12.5  -1.162M        0.66  0 s  not scored

      Reasons
      CODE                WHY
      GATE_BREAKOUT       first close above the 20-bar high 92100
      TREND_ABOVE_EMA200  close above the EMA of 200 candles
      OI_PERCENTILE       open interest +2.25 % over 24 h
      "
    `);
  });

  it('calls a series used or neutral only where the strategy gives points for it', () => {
    const [whole] = longSignal().score_breakdown;
    const named = (component: string): ScoreComponent => ({ ...whole!, component });
    const breakdown = ['open_interest', 'funding_rate', 'long_short_ratio'].map(named);
    const text = explain([longSignal({ score_breakdown: breakdown })], at(140));
    expect(text).toMatch(/^funding_rate .* neutral: deferred$/m);
    expect(text).toMatch(/^long_short_ratio .* used, stale$/m);
    expect(text).toMatch(/^liquidations .* not scored$/m);
  });

  it('at 140 columns, one venue standing for all that say the same', () => {
    expect(explain(SIGNALS.slice(0, 2), at(140))).toMatchInlineSnapshot(`
      "HYPERLIQUID BTCUSDT +1 venue (BTC/USDT:USDT, 4h)  trend-breakout
      LONG, score 73.50 of 100, rank 1 in its strategy, price 92951 at 2026-01-19 16:00 UTC
      No later answer can change this score.
      Setup: entry 92951, stop 91430 (-1.64%), target 95993 (+3.27%), risk/reward 2.00 before costs, at most 48 candles of 4h

      COMPONENT                POINTS/MAX  VALUE  THRESHOLD
      trend                      60.30/80
        close_over_ema200_atr    40.00/40   1.25  > 0
        adx14                    20.30/40  26.25  10 -> 42
      open_interest              13.20/20
        percentile               13.20/20   0.66  0 -> 1

      What would flip it: 2 of 2 demands hold for long, 0 of 3 demands hold for short
      GATE   DEMAND                 VALUE  WHAT WOULD FLIP IT
      long   close > 92100          92951  gone with a close at or below 92100 (-0.92%)
      long   close_before <= 92000  91900  gone with close_before above 92000
      short  close < 88000          92951  missing: a close below 88000 (-5.33%)
      short  rsi14 >= 68             61.2  missing: rsi14 at or above 68
      short  close < ?              92951  missing: a close below a level that is not known before the others hold

      Series from BTC.H on Hyperliquid (resolved); open interest 13.20 of 20
      SERIES             VALUE      USD  CHANGE  PERCENTILE  AGE  STATUS
      open_interest     1.235M   114.8M  +2.25%        0.66  0 s  used
      funding_rate                                                not scored: deferred
      long_short_ratio  1.8312                         0.66  0 s  not scored, stale
      liquidations       -12.5  -1.162M                0.66  0 s  not scored

      Reasons
      CODE                WHY
      GATE_BREAKOUT       first close above the 20-bar high 92100
      TREND_ABOVE_EMA200  close above the EMA of 200 candles
      OI_PERCENTILE       open interest +2.25 % over 24 h
      "
    `);
  });

  it('a signal without a score says why', () => {
    expect(explain([unscoredSignal('insufficient_data')], at(80))).toMatchInlineSnapshot(`
      "HYPERLIQUID BTCUSDT (BTC/USDT:USDT, 4h)  trend-breakout
      No score: insufficient_data (warm-up): 42 closed candles, 100 needed, price
        92951 at 2026-01-19 16:00 UTC

      Series from BTC.H on Hyperliquid (resolved); open interest neutral, 10 of 20
        (X)
      "
    `);
  });

  it('venues that say the opposite are shown apart', () => {
    const against = longSignal({
      ...short,
      symbol: 'BTCUSDT',
      unified_symbol: 'BTC/USDT:USDT',
      strategy: 'trend-breakout',
    });
    const text = explain([longSignal(), against], at(140));
    expect(text).toContain('LONG, score');
    expect(text).toContain('SHORT, score');
  });
});

describe('every view', () => {
  const hostile = longSignal({
    symbol: 'EVIL\u001b[2J\n\u202eTDSU',
    exchange: 'X\u0007',
    unified_symbol: null,
    strategy: 's\u009b31m',
    reasons: [{ code: 'A\u001b]0;title\u0007', text: 'b\r\nc' }],
  });
  const feed = makeFeed([...SIGNALS, hostile], {
    skipped: [{ file: 'a\u001b[1A.json', reason: 'unreadable', detail: 'x', market: null }],
  });
  const views = (look: { colour: boolean; width: number }, shown = feed): readonly string[] => [
    runSummary(shown, OPTIONS, look),
    feedTable(shown, { top: 10, now: NOW }, look),
    explain(shown.signals, look),
  ];

  it('names every column that a narrow terminal has no room for', () => {
    const wide = views(at(200), FEED).map(titlesIn);
    for (const width of [100, 80, 60, 40]) {
      views(at(width), FEED).forEach((text, index) => {
        const notes = [...text.replaceAll(/\n */g, ' ').matchAll(/columns: (.*?) \(/g)];
        const told = new Set([...titlesIn(text), ...notes.flatMap((note) => note[1]!.split(', '))]);
        expect(wide[index]!.filter((title) => !told.has(title))).toEqual([]);
      });
    }
  });

  it('shows hostile names escaped', () => {
    for (const text of views(at(140))) {
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(text).toContain(String.raw`\u`);
    }
  });

  it.each([
    [140, feed],
    [80, FEED],
    [60, FEED],
    [40, FEED],
  ])('keeps within %i columns, ends with one newline and leaves no space at a line’s end', (width, shown) => {
    for (const text of views(at(width), shown)) {
      for (const line of text.split('\n').filter((one) => !one.startsWith('  npx scan'))) {
        expect(displayWidth(line), line).toBeLessThanOrEqual(width);
        expect(line).toBe(line.trimEnd());
      }
      expect(text).toMatch(/[^\n]\n$/);
    }
  });

  it('colour changes how it looks, and nothing else', () => {
    const plain = views(at(140));
    const coloured = views({ colour: true, width: 140 });
    expect(coloured.map((text) => stripVTControlCharacters(text).replaceAll(/ +$/gm, ''))).toEqual(plain);
    for (const text of coloured) expect(text).toContain('\u001b[');
  });
});

const TITLES =
  'STRATEGY,MARKET,VENUE,ACTION,SCORE,COULD BE,PRICE,STOP,TARGET,R/R,OPEN INTEREST,COMPONENT,POINTS/MAX,VALUE,THRESHOLD,GATE,DEMAND,WHAT WOULD FLIP IT,SERIES,USD,CHANGE,PERCENTILE,AGE,STATUS,CODE,WHY'.split(
    ',',
  );

/** The column titles in `text`. */
function titlesIn(text: string): readonly string[] {
  const headings = text.split('\n').filter((line) => /^(#|[A-Z/]{4,}) {2}/.test(line));
  return TITLES.filter((title) => headings.some((line) => ` ${line} `.includes(` ${title} `)));
}
