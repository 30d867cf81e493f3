import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TIMEFRAME_MS } from '../../src/core/time.ts';
import type { CandleSeries } from '../../src/core/candles.ts';
import { createViewer } from '../../src/processor/view.ts';
import { sampleFiles, SAMPLE_MARKER, SAMPLE_MARKETS } from '../../src/sandbox/sample.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import type { Sandbox } from '../../src/sandbox/server.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

const folder = path.join(import.meta.dirname, '..', '..', 'data', 'sample');
const files = sampleFiles();
const candleFiles = [...files.keys()].filter((name) => name.endsWith('.json') && name !== SAMPLE_MARKER);
const FOUR_HOURS = TIMEFRAME_MS['4h'];

type Row = readonly [time: number, open: number, high: number, low: number, close: number, volume: number];

/** Reads any of the three layouts. */
function rowsOf(name: string): readonly Row[] {
  const parsed = JSON.parse(files.get(name)!) as { data: object[] } | readonly (Row | Record<string, number>)[];
  const rows = 'data' in parsed ? parsed.data : parsed;
  return rows.map((row) => (Array.isArray(row) ? row : Object.values(row)) as unknown as Row);
}

/** The closed candles after the last jump of the price, as the scanner would hand them to a strategy. */
function seriesOf(name: string): CandleSeries {
  const [exchange, symbol] = name.split('_') as [string, string];
  const closed = rowsOf(name).filter(([time]) => time + FOUR_HOURS <= SAMPLE_AS_OF);
  const jump = closed.findLastIndex(([, open], i) => i > 0 && open / closed[i - 1]![4] > 3);
  const rows = closed.slice(Math.max(0, jump)).slice(-600);
  const column = (at: number): Float64Array => Float64Array.from(rows, (row) => row[at]!);
  return {
    market: { exchange, symbol },
    timeframe: '4h',
    length: rows.length,
    time: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  };
}

describe('sample files', () => {
  it('the folder holds what is generated, byte for byte', () => {
    expect(readdirSync(folder).sort()).toEqual([...files.keys()]);
    for (const [name, text] of files) {
      expect(readFileSync(path.join(folder, name), 'utf8') === text, `${name} differs: npm run sample`).toBe(true);
    }
  });

  it('are generated the same twice', () => {
    expect(sampleFiles()).toEqual(files);
  });

  it('at least 60 markets on 4 exchanges in at most 6 MB', () => {
    expect(SAMPLE_MARKETS.length).toBeGreaterThanOrEqual(60);
    expect(candleFiles).toHaveLength(SAMPLE_MARKETS.length);
    expect(new Set(SAMPLE_MARKETS.map(({ exchange }) => exchange))).toEqual(
      new Set(['BINANCE', 'HYPERLIQUID', 'MEXC', 'KUCOIN']),
    );
    const size = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(size).toBeLessThan(6 * 2 ** 20);
  });

  it('the marker and the README say that everything is made up', () => {
    expect(JSON.parse(files.get(SAMPLE_MARKER)!)).toMatchObject({
      generated: true,
      scanner: 'perpscan',
      as_of: SAMPLE_AS_OF,
      seed: expect.any(Number) as number,
      note: expect.stringMatching(/made-up/i) as string,
    });
    expect(files.get('README.md')).toContain('Everything here is made up');
  });

  it('candles are whole, in order, on the grid and possible', () => {
    for (const name of candleFiles) {
      const step = TIMEFRAME_MS[name.endsWith('_1h.json') ? '1h' : '4h'];
      rowsOf(name).forEach(([time, open, high, low, close, volume], i, rows) => {
        expect(time % step, name).toBe(0);
        if (i > 0) expect(time - rows[i - 1]![0], name).toBe(step);
        expect(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close), `${name} ${time}`).toBe(true);
        expect(volume, name).toBeGreaterThan(0);
      });
    }
  });

  it('all but one end with the candle that is unfinished at the time of the sample', () => {
    const lastOpen = Math.floor(SAMPLE_AS_OF / FOUR_HOURS) * FOUR_HOURS;
    const endsEarlier = candleFiles.filter((name) => rowsOf(name).at(-1)![0] < lastOpen);
    expect(endsEarlier).toEqual(['KUCOIN_ENAUSDTM_4h.json']);
  });

  it('most files are arrays; objects and wrapped objects are among them', () => {
    const layout = (text: string): string =>
      text.startsWith('[[') ? 'rows' : text.startsWith('[{') ? 'objects' : 'wrapped';
    const counts = Map.groupBy(candleFiles, (name) => layout(files.get(name)!));
    expect(counts.get('rows')!.length).toBeGreaterThan(60);
    expect(counts.get('objects')).toHaveLength(3);
    expect(counts.get('wrapped')).toHaveLength(1);
  });
});

describe('what the sample shows', () => {
  const viewOf = createViewer();
  const series = candleFiles.filter((name) => name.endsWith('_4h.json')).map(seriesOf);

  it.each(STRATEGIES.map((strategy) => [strategy.id, strategy] as const))(
    'a LONG, a SHORT and many WAIT of %s',
    (_, strategy) => {
      const directions = series
        .filter(({ length }) => length >= strategy.warmup)
        .map((candles) => strategy.judge(viewOf(candles)))
        .map((judged) => (judged.kind === 'judged' ? judged.direction : 'failed'));
      const count = Map.groupBy(directions, (direction) => direction);
      expect(count.get('long')!.length).toBeGreaterThan(1);
      expect(count.get('short')!.length).toBeGreaterThan(1);
      expect(count.get('none')!.length).toBeGreaterThan(30);
    },
  );

  it('an error, too few candles for all and for some strategies, a stale market and a cut one', () => {
    const of = (exchange: string, symbol: string): CandleSeries =>
      series.find(({ market }) => market.exchange === exchange && market.symbol === symbol)!;
    for (const strategy of STRATEGIES) {
      const flat = of('MEXC', 'USDEUSDT');
      expect(flat.length).toBeGreaterThanOrEqual(500);
      expect(strategy.judge(viewOf(flat)).kind).toBe('failed');
    }
    const warmups = STRATEGIES.map(({ warmup }) => warmup);
    expect(of('KUCOIN', 'PUMPUSDTM').length).toBeLessThan(Math.min(...warmups));
    expect(of('KUCOIN', 'XPLUSDTM').length).toBeGreaterThanOrEqual(Math.min(...warmups));
    expect(of('KUCOIN', 'XPLUSDTM').length).toBeLessThan(Math.max(...warmups));
    const stale = of('KUCOIN', 'ENAUSDTM');
    expect(SAMPLE_AS_OF - (stale.time.at(-1)! + FOUR_HOURS)).toBeGreaterThan(2 * FOUR_HOURS);
    const cut = of('HYPERLIQUID', 'SUPERUSDT').length;
    expect(cut).toBeGreaterThanOrEqual(Math.max(...warmups));
    expect(cut).toBeLessThan(500);
  });

  it('a market with 1h candles alone, enough for 4h ones', () => {
    const only = candleFiles.filter((name) => name.endsWith('_1h.json'));
    expect(only).toEqual(['MEXC_SEIUSDT_1h.json']);
    expect(rowsOf(only[0]!).length / 4).toBeGreaterThan(150);
  });
});

describe('sample and server', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ now: () => SAMPLE_AS_OF, quotaCalls: 1e9, quotaWindowMs: 1_000 });
  });
  afterAll(() => sandbox.close());

  interface Entry {
    readonly history: readonly Readonly<Record<'t' | 'o' | 'h' | 'l' | 'c' | 'v', number>>[];
  }

  async function history(kind: string, symbol: string, interval: string, from: number): Promise<Entry['history']> {
    const query = `symbols=${symbol}&interval=${interval}&from=${from / 1000}&to=${SAMPLE_AS_OF / 1000}`;
    const response = await fetch(`${sandbox.url}/${kind}?${query}`, { headers: { api_key: 'any' } });
    const [entry] = (await response.json()) as Entry[];
    return entry!.history;
  }

  it('candles of every listed market of the sample are what /ohlcv-history says, the unfinished one included', async () => {
    const listed = candleFiles.flatMap((name): readonly (readonly [file: string, symbol: string])[] => {
      const symbol = name.split('_')[1]!;
      if (name.startsWith('BINANCE_')) return [[name, `${symbol}_PERP.A`]];
      return name.startsWith('HYPERLIQUID_') ? [[name, `${symbol.replace(/USDT$/, '')}.H`]] : [];
    });
    expect(listed.length).toBeGreaterThan(30);
    for (const [name, symbol] of listed) {
      const rows = rowsOf(name);
      const answered = await history('ohlcv-history', symbol, '4hour', rows[0]![0]);
      expect(
        answered.map(({ t, o, h, l, c, v }) => [t * 1000, o, h, l, c, v]),
        name,
      ).toEqual(rows);
    }
  });

  it('markets of unlisted venues have the prices of the reference venue', async () => {
    const rows = rowsOf('KUCOIN_XBTUSDTM_4h.json');
    const answered = await history('ohlcv-history', 'BTCUSDT_PERP.A', '4hour', rows[0]![0]);
    expect(answered.map(({ c }) => c)).toEqual(rows.map(([, , , , close]) => close));
  });

  it('open interest rises into a breakout, falls in a capitulation', async () => {
    const day = 24 * TIMEFRAME_MS['1h'];
    const change = async (symbol: string): Promise<number> => {
      const rows = await history('open-interest-history', symbol, '1hour', SAMPLE_AS_OF - day);
      return rows.at(-1)!.c / rows[0]!.c - 1;
    };
    expect(await change('SOLUSDT_PERP.A')).toBeGreaterThan(0.03);
    expect(await change('AVAXUSDT_PERP.A')).toBeLessThan(-0.05);
  });

  it('every series of the last close is published at the time of the sample', async () => {
    const lastClose = Math.floor(SAMPLE_AS_OF / FOUR_HOURS) * FOUR_HOURS;
    for (const kind of ['open-interest-history', 'long-short-ratio-history', 'liquidation-history']) {
      const rows = await history(kind, 'BTCUSDT_PERP.A', '1hour', lastClose - FOUR_HOURS);
      expect(
        rows.some(({ t }) => t * 1000 === lastClose - TIMEFRAME_MS['1h']),
        kind,
      ).toBe(true);
    }
  });
});
