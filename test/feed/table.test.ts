import { describe, expect, it } from 'vitest';
import type { StrategyRecord } from '../../src/core/strategy.ts';
import { MINUTE_MS } from '../../src/core/time.ts';
import { explain, type ExplainBlock } from '../../src/feed/explain.ts';
import { byRecord } from '../../src/feed/records.ts';
import { feedTable } from '../../src/feed/table.ts';
import { boundsText, percentText, recordText } from '../../src/feed/words.ts';
import { BTC, CAKE, ETH, explained, lean, NEUTRAL, PEPE, RICH, SIGNALS } from '../show/rich-feed.ts';
import { feedOf, RECORDS, unscoredSignal, UNMEASURED } from './fixtures.ts';

/** Twelve minutes after it was written. */
const NOW = RICH.last_updated + 12 * MINUTE_MS + 5_000;
const at = (width: number) => ({ colour: false, width });
const table = (width: number, top = 10, feed = RICH): string => feedTable(feed, { top, now: NOW }, at(width));

describe('the tables of a feed', () => {
  it('at 80 columns have stop, target and risk/reward, whole points, and the negative record last', () => {
    expect(table(80)).toMatchInlineSnapshot(`
      "Written 12 min ago (2026-01-19 17:01 UTC); 4h candles up to 2026-01-19 16:00
        UTC, 1 h 13 min ago; markets: 6; series: coinalyze; Data: Coinalyze

      trend-breakout  2 long, 1 short, 2 without direction, 0 not scored
      Record inconclusive: excess +0.05 R [-0.03, +0.13], n 38837, 2024-01 to
        2026-03
      #  MARKET     VENUE           SIDE   SCORE  PRICE   STOP  TARGET   R/R  SINCE
      1  BTCUSDT    HYPERLIQUID +1  LONG      74  92951  91430   95993  2.00  new
      3  CAKEUSDTM  KUCOIN          SHORT     61    2.1  2.243   1.814  2.00  8 h ago
      #  MARKET   VENUE        SIDE        SCORE   PRICE  WAITS FOR
      4  ETHUSDT  HYPERLIQUID  WAIT long      58  3012.5  close at 3019.4 (0.21 ATR)
      5  NEWUSDT  MEXC         WAIT short     44     0.5  CLOSE_BELOW_CHANNEL,
                                                          RSI_NOT_STRETCHED

      crowding-reversal  0 long, 1 short, 1 without direction, 1 not scored
      Record negative: -0.09 R [-0.17, -0.003] a trade after costs, excess -0.04 R
        [-0.12, +0.05], n 16339, 2024-01 to 2026-03. Its trades have lost: shown last
      #  MARKET        VENUE    SIDE   SCORE     PRICE     STOP  TARGET   R/R
      1  1000PEPEUSDT  BINANCE  SHORT     66  0.012346  0.01345  0.0101  2.03
      #  MARKET   VENUE        SIDE        SCORE   PRICE  WAITS FOR
      2  ETHUSDT  HYPERLIQUID  WAIT short     32  3012.5  close at 3001.1 (0.34 ATR)

      Left out at 80 columns: OPEN INTEREST, COULD BE, SINCE (shown from 103 columns
        on; --json has all)
      Records: mean of a trade in R (the distance to its stop); excess is what it
        earned beyond random entries of the same markets, in brackets the 90 %
        interval.
      "
    `);
  });

  it('at 140 columns', () => {
    expect(table(140)).toMatchInlineSnapshot(`
      "Written 12 min ago (2026-01-19 17:01 UTC); 4h candles up to 2026-01-19 16:00 UTC, 1 h 13 min ago; markets: 6; series: coinalyze; Data:
        Coinalyze

      trend-breakout  2 long, 1 short, 2 without direction, 0 not scored
      Record inconclusive: excess +0.05 R [-0.03, +0.13], n 38837, 2024-01 to 2026-03
      #  MARKET     VENUE           SIDE   SCORE  PRICE   STOP  TARGET   R/R  SINCE    OPEN INTEREST
      1  BTCUSDT    HYPERLIQUID +1  LONG      74  92951  91430   95993  2.00  new      own
      3  CAKEUSDTM  KUCOIN          SHORT     61    2.1  2.243   1.814  2.00  8 h ago  stand-in: Binance
      #  MARKET   VENUE        SIDE        SCORE   PRICE  WAITS FOR
      4  ETHUSDT  HYPERLIQUID  WAIT long      58  3012.5  close at 3019.4 (0.21 ATR)
      5  NEWUSDT  MEXC         WAIT short     44     0.5  CLOSE_BELOW_CHANNEL, RSI_NOT_STRETCHED

      crowding-reversal  0 long, 1 short, 1 without direction, 1 not scored
      Record negative: -0.09 R [-0.17, -0.003] a trade after costs, excess -0.04 R [-0.12, +0.05], n 16339, 2024-01 to 2026-03. Its trades have
        lost: shown last
      #  MARKET        VENUE    SIDE   SCORE  COULD BE     PRICE     STOP  TARGET   R/R  SINCE  OPEN INTEREST
      1  1000PEPEUSDT  BINANCE  SHORT     66  56 to 77  0.012346  0.01345  0.0101  2.03  new    own
      #  MARKET   VENUE        SIDE        SCORE   PRICE  WAITS FOR
      2  ETHUSDT  HYPERLIQUID  WAIT short     32  3012.5  close at 3001.1 (0.34 ATR)

      Records: mean of a trade in R (the distance to its stop); excess is what it earned beyond random entries of the same markets, in brackets
        the 90 % interval.
      "
    `);
  });

  it('with the smallest prices and the longest names still have stop and target at 80 columns', () => {
    const tiny = explained(PEPE, {
      symbol: '1000000BABYDOGE',
      exchange: 'HYPERLIQUID',
      price: 0.000_012_345_6,
      rank_in_strategy: 1_000,
      setup: {
        entry: 0.000_012_345_6,
        stop_loss: 0.000_013_451,
        take_profit: 0.000_010_123_4,
        risk_reward: 2,
        max_bars: 24,
      },
    });
    const text = table(80, 10, feedOf({ signals: [tiny] }));
    expect(text).toMatch(/1000000BABYDOGE .*LONG +74 +0\.000013451 +0\.000010123 /);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('at 40 columns a waiting market with a long name has its side and what it waits for', () => {
    const waiting = lean(ETH, { symbol: '1000000BABYDOGE', triggers: { long: null, short: null } });
    const lines = table(40, 10, feedOf({ signals: [waiting] })).split('\n');
    expect(lines.find((line) => line.startsWith('1000000'))).toMatch(/WAIT long +CLOSE_/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('show the first coins of each strategy and count the others', () => {
    const text = table(140, 1);
    expect(text).toContain('BTCUSDT');
    expect(text).not.toContain('ETHUSDT');
    expect(text).toContain('3 more\n');
  });

  it('a percentage never stands in a line with a score', () => {
    for (const width of [80, 140]) {
      const scored = table(width)
        .split('\n')
        .filter((line) => /\b(LONG|SHORT|WAIT)\b/.test(line));
      expect(scored).toHaveLength(6);
      for (const line of scored) expect(line).not.toContain('%');
    }
  });

  it('a feed without signals, and one that is not written, say so', () => {
    const empty = feedOf({ signals: [], markets: [] });
    expect(feedTable(empty, { top: 10, now: null }, at(80))).toMatch(
      /^Not written; no candles; markets: 0;[^]*No signals\.\n$/,
    );
  });
});

describe('records', () => {
  const positive: StrategyRecord = { ...RECORDS['trend-breakout']!, status: 'positive' };
  const summaryOf = (records: Readonly<Record<string, StrategyRecord>>) => ({
    by_strategy: Object.fromEntries(
      Object.entries(records).map(([id, record]) => [id, { long: 0, short: 0, none: 0, record }]),
    ),
  });

  it('order strategies: positive, inconclusive, unmeasured, negative, then by id', () => {
    const summary = summaryOf({
      lost: RECORDS['crowding-reversal']!,
      mine: UNMEASURED,
      b: RECORDS['trend-breakout']!,
      a: RECORDS['trend-breakout']!,
      won: positive,
    });
    expect(byRecord(['lost', 'mine', 'unheard', 'b', 'a', 'won'], summary)).toEqual([
      'won',
      'a',
      'b',
      'mine',
      'unheard',
      'lost',
    ]);
    expect(byRecord(['constructor', 'b'], summary)).toEqual(['b', 'constructor']);
  });

  it.each([
    [RECORDS['trend-breakout']!, 'inconclusive: excess +0.05 R [-0.03, +0.13], n 38837, 2024-01 to 2026-03'],
    [
      RECORDS['crowding-reversal']!,
      'negative: -0.09 R [-0.17, -0.003] a trade after costs, excess -0.04 R [-0.12, +0.05], n 16339, 2024-01 to 2026-03',
    ],
    [UNMEASURED, 'unmeasured'],
  ])('%# in words', (record, text) => {
    expect(recordText(record)).toBe(text);
  });

  it('bounds in whole points are no narrower than they are', () => {
    expect(boundsText({ score_bounds: [56.6, 75.2] })).toBe('56 to 76');
    expect(boundsText({ score_bounds: [56.6, 56.6] })).toBeNull();
    expect(boundsText({ score_bounds: null })).toBeNull();
  });

  it.each([
    [12.345, '+12.35 %'],
    [-8.25, '-8.25 %'],
    [0.012_5, '+0.0125 %'],
    [-0.213_4, '-0.213 %'],
    [0, '0 %'],
  ])('%d percent is %s', (value, text) => {
    expect(percentText(value)).toBe(text);
  });
});

describe('the explanation of a score', () => {
  const block = (signal = SIGNALS[0]!, changes: Partial<ExplainBlock> = {}): ExplainBlock => ({
    signal,
    others: 0,
    market: BTC,
    notes: [],
    ...changes,
  });
  const text = (blocks: readonly ExplainBlock[], width = 80): string =>
    explain(blocks, { summary: RICH.summary, more: 0 }, at(width));

  it('of a direction, at 80 columns', () => {
    expect(text([block()])).toMatchInlineSnapshot(`
      "HYPERLIQUID BTCUSDT (BTC/USDT:USDT, 4h)  trend-breakout
      LONG, score 73.50 of 100, rank 1 in its strategy, price 92951 at 2026-01-19
        16:00 UTC
      The score is final: no later answer can change it.
      Since 2026-01-19 16:00 UTC (new with this candle), as far as earlier feeds
        know
      The record of trend-breakout is inconclusive: excess +0.05 R [-0.03, +0.13], n
        38837, 2024-01 to 2026-03
      Breadth: 4 % of coins broke out long within 3 candles
      Setup: entry 92951, stop 91430 (-1.64 %), target 95993 (+3.27 %), risk/reward
        2.00 before costs, at most 48 candles of 4h

      COMPONENT        POINTS/MAX     VALUE  THRESHOLD
      calm               20.00/30
        calm             20.00/30  0.433333  0.9 -> 0.2
      breakout           12.30/20
        breakout         12.30/20     0.615  0 -> 1
      trend              20.00/20
        trend            20.00/20      1.25  > 0
      volume              8.00/10
        volume            8.00/10       2.2  1 -> 2.5
      open_interest      13.20/20
        open_interest    13.20/20      0.66  0 -> 1

      Conditions: 1 of 1 hold for long, 0 of 2 hold for short
      SIDE   NEEDS          VALUE  HOLDS  CONDITION
      long   close > 92100  92951  yes    CLOSE_ABOVE_CHANNEL
      short  close < 88000  92951  no     CLOSE_BELOW_CHANNEL
      short  rsi14 >= ?      61.2  no     RSI_NOT_STRETCHED
      ?: a level that stands only once the conditions before it hold.

      Market: 24 h +1.20 %, 7 d +4.00 %, ATR 1.10 % of the price, open interest
        2.101B USD, funding per interval +0.00125 %, liquidated in 24 h 120.5K USD
      Series from Hyperliquid (BTC.H), its own
      SERIES                 VALUE      USD      24H  PERCENTILE  AGE  STATUS
      open_interest          22.6K   2.101B  +3.40 %        0.66  0 s  used
      funding_rate      +0.00125 %                          0.31  0 s  not scored
      long_short_ratio                                                 not scored:
                                                                       not-listed
      liquidations           -12.5  -1.162M                 0.40  0 s  not scored

      Reasons
      CODE                WHY
      BREAKOUT            first close above the 20-bar high 92100
      CALM                ATR14 at the 43rd percentile of its last 400
      TREND_ABOVE_EMA200  close above the EMA of 200 candles
      VOLUME              2.2 times the usual volume
      OI_PERCENTILE       open interest +3.4 % over 24 h

      ----------------------------------------

      Records: mean of a trade in R (the distance to its stop); excess is what it
        earned beyond random entries of the same markets, in brackets the 90 %
        interval.
      "
    `);
  });

  it('of a stand-in, at 140 columns', () => {
    expect(text([block(SIGNALS[2], { market: CAKE, others: 1 })], 140)).toMatchInlineSnapshot(`
      "KUCOIN CAKEUSDTM +1 (CAKE/USDT:USDT, 4h)  trend-breakout
      SHORT, score 61.40 of 100, rank 3 in its strategy, price 2.1 at 2026-01-19 16:00 UTC
      The score is final: no later answer can change it.
      Since 2026-01-19 08:00 UTC (8 h before this candle), as far as earlier feeds know
      The record of trend-breakout is inconclusive: excess +0.05 R [-0.03, +0.13], n 38837, 2024-01 to 2026-03
      Breadth: 12 % of coins broke out short within 3 candles
      Setup: entry 2.1, stop 2.243 (+6.81 %), target 1.814 (-13.62 %), risk/reward 2.00 before costs, at most 48 candles of 4h

      COMPONENT        POINTS/MAX     VALUE  THRESHOLD
      calm               18.42/30
        calm             18.42/30  0.433333  0.9 -> 0.2
      breakout           12.28/20
        breakout         12.28/20     0.615  0 -> 1
      trend              12.28/20
        trend            12.28/20      1.25  > 0
      volume              6.14/10
        volume            6.14/10       2.2  1 -> 2.5
      open_interest      12.28/20
        open_interest    12.28/20      0.66  0 -> 1

      Conditions: 1 of 1 hold for short, 0 of 1 hold for long
      SIDE   NEEDS          VALUE  HOLDS  CONDITION
      short  close < 88000  92951  yes    CLOSE_BELOW_CHANNEL
      long   close > 92100  92951  no     CLOSE_ABOVE_CHANNEL

      Market: 24 h +1.20 %, 7 d +4.00 %, ATR 3.40 % of the price
      Series from a stand-in: Binance (CAKEUSDT_PERP.A); none of these numbers are KUCOIN's
      SERIES               VALUE      USD       24H  PERCENTILE  AGE  STATUS
      open_interest           9M    18.9M  +41.30 %        1.00  0 s  used
      funding_rate      -0.213 %                           0.00  0 s  not scored
      long_short_ratio                                                not scored: not-listed
      liquidations         -12.5  -1.162M                  0.40  0 s  not scored

      Reasons
      CODE                WHY
      BREAKOUT            first close above the 20-bar high 92100
      CALM                ATR14 at the 43rd percentile of its last 400
      TREND_ABOVE_EMA200  close above the EMA of 200 candles
      VOLUME              2.2 times the usual volume
      OI_PERCENTILE       open interest +3.4 % over 24 h

      ----------------------------------------

      Records: mean of a trade in R (the distance to its stop); excess is what it earned beyond random entries of the same markets, in brackets
        the 90 % interval.
      "
    `);
  });

  it('of one without a direction says which close would fire which side', () => {
    const waiting = explained(ETH, {
      direction: 'none',
      triggers: {
        long: { price: 94_000, distance_pct: 1.128_508_5, distance_atr: 1.02 },
        short: null,
      },
    });
    const lines = text([block(waiting)], 140).split('\n');
    expect(lines).toContain('Trigger: a 4h close at 94000 (+1.13 %, 1.02 ATR) would fire the long.');
    expect(lines).toContain(
      'No next close alone would fire the short: unmet are CLOSE_BELOW_CHANNEL, RSI_NOT_STRETCHED.',
    );
    expect(lines).toContain('Conditions: 0 of 1 hold for long, 0 of 2 hold for short');
    expect(lines.some((line) => line.startsWith('Setup'))).toBe(false);
  });

  it('a trigger of a short lies below', () => {
    const trigger = { price: 2_990.5, distance_pct: -0.73, distance_atr: -0.66 };
    const falling = lean(ETH, { score_side: 'short', triggers: { long: null, short: trigger } });
    expect(text([block(falling, { market: ETH })], 140)).toContain(
      'Trigger: a 4h close at 2990.5 (-0.73 %, 0.66 ATR) would fire the short.',
    );
  });

  it('a pending score says what it could become, a short history what it costs', () => {
    const short = text([block(SIGNALS[3])], 140);
    expect(short).toContain('The score is pending: answers that are still missing could make it 56.10 to 76.10.');
    expect(short).toContain('Not warmed up: the score still depends a little on where history starts.');
  });

  it('breadth of 45 % and more is said to be one bet', () => {
    const crowded = explained(BTC, { breadth: 0.45 });
    expect(text([block(crowded)], 140)).toContain(
      'Breadth: 45 % of coins broke out long within 3 candles: so many signals are one bet',
    );
    expect(text([block(explained(BTC, { breadth: 0.449 }))], 140)).not.toContain('one bet');
  });

  it('a signal without a score says why, and what is known of its market', () => {
    expect(text([block(unscoredSignal('insufficient_data'), { market: NEUTRAL })])).toMatchInlineSnapshot(`
      "HYPERLIQUID BTCUSDT (NEW/USDT:USDT, 4h)  trend-breakout
      No score: insufficient_data (WARM_UP): 42 closed candles, 100 needed, price
        92951 at 2026-01-19 16:00 UTC
      The record of trend-breakout is inconclusive: excess +0.05 R [-0.03, +0.13], n
        38837, 2024-01 to 2026-03

      Market: 24 h +1.20 %, 7 d +4.00 %, ATR 1.10 % of the price
      No series: neutral
      SERIES            STATUS
      open_interest     neutral: not-listed
      funding_rate      neutral: not-listed
      long_short_ratio  neutral: not-listed
      liquidations      neutral: not-listed

      ----------------------------------------

      Records: mean of a trade in R (the distance to its stop); excess is what it
        earned beyond random entries of the same markets, in brackets the 90 %
        interval.
      "
    `);
  });

  it('one that the feed does not explain has its trigger, its record and what else was noted', () => {
    const lines = text([block(lean(ETH), { market: ETH, notes: ['Judged again.'] })], 140).split('\n');
    expect(lines).toContain('Judged again.');
    expect(lines).toContain('Trigger: a 4h close at 94000 (+1.13 %, 1.02 ATR) would fire the long.');
    expect(lines).toContain(
      'The record of trend-breakout is inconclusive: excess +0.05 R [-0.03, +0.13], n 38837, 2024-01 to 2026-03',
    );
    expect(lines.join('\n')).toMatch(/^open_interest .* known$/m);
  });
});
