/** Candles without a volume, whatever wrote them: they keep their prices, and what volume decides counts half. */
import { makeVector, Table, tableToIPC, TimestampMillisecond, vectorFromArray, type Vector } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import type { ExplainedSignal } from '../../src/core/signal.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { feedProblems } from '../../src/feed/check.ts';
import { syntheticHistory } from '../contract/markets.ts';
import { workplace } from '../support/cli.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';

const place = workplace();
afterAll(() => place.remove());

const STEP = 4 * HOUR_MS;
const START = Date.UTC(2026, 0, 1);
const CANDLES = 300;
const AS_OF = START + CANDLES * STEP + 600_000;
const HEADER = ['date', 'open', 'high', 'low', 'close', 'volume'] as const;

type Row = readonly [number, number, number, number, number, number | null];

const { candles } = syntheticHistory(7, CANDLES);
const WHOLE = Array.from({ length: CANDLES }, (_, i): Row => {
  const { open, high, low, close, volume } = candles;
  return [START + i * STEP, open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!];
});
/** Every second candle and the last 30 have no volume. */
const PARTLY = WHOLE.map((row, i): Row => [
  row[0],
  row[1],
  row[2],
  row[3],
  row[4],
  i % 2 === 0 || i >= 270 ? null : row[5],
]);
const NEVER = WHOLE.map((row): Row => [row[0], row[1], row[2], row[3], row[4], null]);

const csv = (rows: readonly Row[], nothing: string, width = 6): string =>
  [HEADER, ...rows.map((row) => row.map((value) => value ?? nothing))]
    .map((cells) => `${cells.slice(0, width).join(',')}\n`)
    .join('');
const objects = (rows: readonly Row[], nothing: (object: Record<string, unknown>) => object): string =>
  JSON.stringify(
    rows.map((row) => {
      const object = Object.fromEntries(HEADER.map((name, i) => [name, row[i]]));
      return row[5] === null ? nothing(object) : object;
    }),
  );

function feather(rows: readonly Row[], volumes: (rows: readonly Row[]) => Vector): Uint8Array {
  const column = (at: 1 | 2 | 3 | 4): Vector => makeVector(Float64Array.from(rows, (row) => row[at]));
  const date = vectorFromArray(
    rows.map(([time]) => time),
    new TimestampMillisecond('UTC'),
  );
  const columns = { date, open: column(1), high: column(2), low: column(3), close: column(4), volume: volumes(rows) };
  return tableToIPC(new Table(columns), 'file');
}

function parquet(rows: readonly Row[], type: 'DOUBLE' | 'INT64' = 'DOUBLE'): Uint8Array {
  const valueOf = (value: number | null): number | bigint | null =>
    type === 'INT64' && value !== null ? BigInt(value) : value;
  const columnData = HEADER.map((name, at) =>
    at === 0
      ? { name, data: rows.map(([time]) => new Date(time)), type: 'TIMESTAMP' as const }
      : at === 5
        ? { name, data: rows.map((row) => valueOf(row[5])), type, nullable: true }
        : { name, data: rows.map((row) => row[at]), type: 'DOUBLE' as const },
  );
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

/** By the symbol of their market. */
const PARTLY_FILES: Readonly<Record<string, readonly [name: string, content: string | Uint8Array]>> = {
  'null in arrays': ['json', JSON.stringify(PARTLY)],
  'a row that ends before it': ['json', JSON.stringify(PARTLY.map((row) => (row[5] === null ? row.slice(0, 5) : row)))],
  'NaN as text': ['json', JSON.stringify(PARTLY.map((row) => row.map((value) => value ?? 'NaN')))],
  'null in objects': ['json', objects(PARTLY, (object) => object)],
  'a key that is missing': ['json', objects(PARTLY, ({ volume: _volume, ...others }) => others)],
  'an empty text': ['json', objects(PARTLY, (object) => ({ ...object, volume: '' }))],
  'an empty cell': ['csv', csv(PARTLY, '')],
  'NaN in a cell': ['csv', csv(PARTLY, 'NaN')],
  'null in a cell': ['csv', csv(PARTLY, 'null')],
  'None in a cell': ['csv', csv(PARTLY, 'None')],
  'a null of Parquet': ['parquet', parquet(PARTLY)],
  'a null among whole numbers of Parquet': ['parquet', parquet(PARTLY, 'INT64')],
  'a null of Arrow': ['feather', feather(PARTLY, (rows) => vectorFromArray(rows.map((row) => row[5])))],
  'NaN of Arrow': ['feather', feather(PARTLY, (rows) => makeVector(Float64Array.from(rows, (row) => row[5] ?? NaN)))],
};
const NEVER_FILES: typeof PARTLY_FILES = {
  'no column in a CSV': ['csv', csv(NEVER, '', 5)],
  'no key in any object': ['json', objects(NEVER, ({ volume: _volume, ...others }) => others)],
  'a CSV of empty cells': ['csv', csv(NEVER, '')],
  'arrays of nulls': ['json', JSON.stringify(NEVER)],
  'a column of nulls in Parquet': ['parquet', parquet(NEVER)],
  'a column of the type Null in Arrow': ['feather', feather(NEVER, (rows) => vectorFromArray(rows.map(() => null)))],
};

interface Scanned {
  readonly feed: Feed;
  readonly stderr: string;
  readonly of: (symbol: string, strategy?: string) => ExplainedSignal;
}

async function scanned(folder: string, ...args: readonly string[]): Promise<Scanned> {
  const output = `${folder}.feed.json`;
  const fixed = [folder, '--provider', 'none', '--detail', 'full', '--output', output];
  const { stderr } = await place.scan([...fixed, ...(args.length === 0 ? ['--as-of', String(AS_OF)] : args)]);
  const feed = JSON.parse(readFileSync(output, 'utf8')) as Feed;
  expect(feedProblems(feed, output)).toEqual([]);
  const of = (symbol: string, strategy = 'trend-breakout'): ExplainedSignal =>
    feed.signals.find((signal) => signal.symbol === symbol && signal.strategy === strategy) as ExplainedSignal;
  return { feed, stderr, of };
}

function folderOf(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = place.path(name);
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(folder, file), content);
  return folder;
}

/** All of a signal that its market and its volume have no part in. */
function apartFromVolume({ score_breakdown, observability, ...signal }: ExplainedSignal): object {
  const { direction, score_side, price, triggers, unmet, setup, status, candle_time, conditions, warmed_up } = signal;
  const others = score_breakdown.filter(({ component }) => component !== 'volume' && component !== 'exhaustion');
  const { indicators: _indicators, ...seen } = observability;
  return {
    direction,
    score_side,
    price,
    triggers,
    unmet,
    setup,
    status,
    candle_time,
    conditions,
    warmed_up,
    others,
    seen,
  };
}

const HALF = {
  'trend-breakout': ['volume', 5],
  'squeeze-break': ['volume', 7.5],
  'crowding-reversal': ['exhaustion', 3],
} as const;

describe.each([
  ['in part', PARTLY_FILES, 165],
  ['in whole', NEVER_FILES, CANDLES],
] as const)('volumes missing %s', (name, files, missing) => {
  it('cost no candle, no condition and no trigger, and what they decide counts half', async () => {
    const symbols = Object.keys(files).map((_, i) => `COIN${i}USDT`);
    const folder = folderOf(name.replace(' ', '-'), {
      'BINANCE_WHOLEUSDT_4h.json': JSON.stringify(WHOLE),
      ...Object.fromEntries(
        Object.values(files).map(([kind, content], i) => [`BINANCE_COIN${i}USDT_4h.${kind}`, content]),
      ),
    });
    const { feed, stderr, of } = await scanned(folder);
    expect(feed.summary.candles).toMatchObject({
      no_volume: missing * symbols.length,
      not_finite: 0,
      impossible: 0,
      missing: 0,
    });
    expect(feed.summary.files_skipped).toEqual([]);
    expect(stderr).toContain(`${symbols.length} files with candles without a volume; their prices count`);
    for (const [strategy, [component, points]] of Object.entries(HALF)) {
      const whole = of('WHOLEUSDT', strategy);
      for (const [i, symbol] of symbols.entries()) {
        const signal = of(symbol, strategy);
        const where = `${strategy}, ${Object.keys(files)[i]}`;
        expect(apartFromVolume(signal), where).toEqual(apartFromVolume(whole));
        const { text, parts } = signal.score_breakdown.find((one) => one.component === component)!;
        expect(
          parts.find(({ part }) => part === 'volume_ratio'),
          where,
        ).toMatchObject({ value: null, points });
        expect(text, where).toContain('no volume measured: counts half');
        expect(signal.observability['indicators'], where).toMatchObject({ volume_ratio: null });
      }
    }
  });
});

describe('the doctor', () => {
  it('counts candles without a volume and says what helps', async () => {
    const folder = folderOf('doctor', { 'BINANCE_BTCUSDT_4h.json': JSON.stringify(PARTLY) });
    const { files, problems } = await doctorOf(folder);
    expect(files[0]).toMatchObject({ candles: CANDLES, no_volume: 165, not_finite: 0, missing: 0 });
    expect(problems).toContainEqual(
      expect.objectContaining({
        kind: 'no-volume',
        severity: 'warn',
        cases: [expect.objectContaining({ detail: '165 of 300 candles' })],
      }),
    );
  });
});

async function doctorOf(folder: string) {
  const { stdout } = await place.scan(['doctor', folder, '--json']);
  return JSON.parse(stdout) as {
    readonly files: readonly Readonly<Record<string, unknown>>[];
    readonly problems: readonly object[];
  };
}

describe('volumes that are known', () => {
  it('come from the other file where the later one has none, and from the other row of the same time', async () => {
    const folder = folderOf('merged', {
      'BINANCE_BTCUSDT_4h.json': JSON.stringify(WHOLE),
      'BINANCE_BTC-USDT_4h.csv': csv(PARTLY.slice(100), ''),
      'BINANCE_ETHUSDT_4h.json': JSON.stringify([...WHOLE, ...NEVER]),
      'BINANCE_WHOLEUSDT_4h.json': JSON.stringify(WHOLE),
    });
    utimesSync(path.join(folder, 'BINANCE_BTCUSDT_4h.json'), 1, 1);
    const { feed, of } = await scanned(folder);
    expect(feed.summary.candles.no_volume).toBe(PARTLY.slice(100).filter((row) => row[5] === null).length);
    const btc = feed.signals.find(({ coin, strategy }) => coin === 'BTC' && strategy === 'trend-breakout')!;
    expect(btc.score).toBe(of('WHOLEUSDT').score);
    expect(of('ETHUSDT').score).toBe(of('WHOLEUSDT').score);
  });

  it('make the volume of a coarser candle, those that there are', async () => {
    // Four candles of 1h make one of 4h; the first of each four has the volume of all, so that the others may lack it.
    const fine = WHOLE.flatMap((row): Row[] =>
      [0, 1, 2, 3].map((hour) => [
        row[0] + hour * HOUR_MS,
        row[1],
        row[2],
        row[3],
        hour === 3 ? row[4] : row[1],
        hour === 0 ? row[5] : null,
      ]),
    );
    const folder = folderOf('resampled', {
      'BINANCE_FINEUSDT_1h.json': JSON.stringify(fine),
      'BINANCE_NONEUSDT_1h.json': JSON.stringify(fine.map((row) => row.with(5, null))),
      'BINANCE_WHOLEUSDT_4h.json': JSON.stringify(WHOLE),
    });
    const { feed, of } = await scanned(folder);
    expect(feed.summary.candles.resampled_markets).toBe(2);
    expect(of('FINEUSDT').score_breakdown).toEqual(of('WHOLEUSDT').score_breakdown);
    expect(of('NONEUSDT').score_breakdown.find(({ component }) => component === 'volume')).toMatchObject({
      points: 5,
      text: 'no volume measured: counts half',
    });
  });

  it('alone say whether a market is quiet', async () => {
    /** Of the last 50 candles 30 have no volume; `zeros` of the others traded nothing. */
    const quiet = (zeros: number): string =>
      JSON.stringify(
        WHOLE.map((row, i) => (i < 250 ? row : row.with(5, i >= 270 ? null : i < 250 + zeros ? 0 : row[5]!))),
      );
    const folder = folderOf('quiet', {
      'BINANCE_FOURUSDT_4h.json': quiet(4),
      'BINANCE_FIVEUSDT_4h.json': quiet(5),
      'BINANCE_NEVERUSDT_4h.json': JSON.stringify(NEVER),
    });
    const { of } = await scanned(folder);
    expect(of('FOURUSDT').status).toBe('ok');
    expect(of('NEVERUSDT').status).toBe('ok');
    expect(of('FIVEUSDT')).toMatchObject({
      status: 'stale',
      status_reason: {
        code: 'no-volume',
        text: '5 of its last 50 candles have no volume, of 30 more it was not measured',
      },
    });
  });
});

describe('a volume under another name', () => {
  it.each([
    ['csv', csv(WHOLE, '').replace('volume', 'Volume (BTC) traded')],
    [
      'json',
      JSON.stringify(WHOLE.map(([date, open, high, low, close, dayVol]) => ({ date, open, high, low, close, dayVol }))),
    ],
  ])('is not thrown away: the %s is refused', async (kind, content) => {
    const folder = folderOf(`named-${kind}`, {
      [`BINANCE_BTCUSDT_4h.${kind}`]: content,
      'BINANCE_WHOLEUSDT_4h.json': JSON.stringify(WHOLE),
    });
    const { feed } = await scanned(folder);
    expect(feed.summary.files_skipped).toMatchObject([{ file: `BINANCE_BTCUSDT_4h.${kind}`, reason: 'not-candles' }]);
  });
});

describeWithShared('cases/candles', 'the recorded case', () => {
  it('of null volumes keeps its 12 candles and counts the six without a volume', async () => {
    const { cases } = JSON.parse(readFileSync(sharedPath('cases', 'candles', 'cases.json'), 'utf8')) as {
      readonly cases: readonly { readonly case: string; readonly as_of: string; readonly candles: number }[];
    };
    const { as_of: asOf, candles: expected } = cases.find((one) => one.case === 'null-volumes')!;
    const folder = sharedPath('cases', 'candles', 'null-volumes');
    const files = { 'BINANCE_BTCUSDT_4h.json': readFileSync(path.join(folder, 'BINANCE_BTCUSDT_4h.json')) };
    const copy = folderOf('null-volumes', files);
    const { feed, of } = await scanned(copy, '--as-of', asOf);
    expect(feed.summary.candles).toMatchObject({ no_volume: 6, not_finite: 0, missing: 0 });
    expect(of('BTCUSDT')).toMatchObject({
      price: 112,
      status_reason: { text: `${expected} closed candles, 100 needed` },
    });
    expect((await doctorOf(copy)).files[0]).toMatchObject({ candles: expected, no_volume: 6 });
  });
});
