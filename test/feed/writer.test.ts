import * as fc from 'fast-check';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import type { Observable } from '../../src/core/strategy.ts';
import { parseFeed } from '../../src/feed/parse.ts';
import { feedPieces, feedText, InvalidFeed, writeFeed } from '../../src/feed/writer.ts';
import { explainedSignal, feedOf, leanSignal, marketRow, RECENT, unscoredSignal } from './fixtures.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'perpscan-feed-'));
  file = path.join(folder, 'master_feed.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FEED = feedOf({
  signals: [
    explainedSignal(),
    leanSignal({ symbol: '龙USDT' }),
    unscoredSignal('stale', { symbol: 'EVIL\u202e\u009b2J\n' }),
  ],
  recent: [RECENT],
});

type Path = readonly (string | number)[];

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((inside, key) => (inside as Readonly<Record<string | number, unknown>>)[key], value);
}

/** Every path at which a number stands. */
function numbersIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value === 'number') return [path];
  if (typeof value !== 'object' || value === null) return [];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return members.flatMap(([key, member]) => numbersIn(member, [...path, key]));
}

function planted(path: Path, value: unknown): Feed {
  // Not a structured clone: in that one a row would still be the same object inside its signal.
  const copy = JSON.parse(JSON.stringify(FEED)) as Feed;
  (valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>)[path.at(-1)!] = value;
  return copy;
}

const jq = (path: Path): string =>
  path.map((key) => (typeof key === 'number' ? `[${key}]` : key.includes('-') ? `["${key}"]` : `.${key}`)).join('');
const refusalOf = (feed: Feed): unknown => {
  try {
    return feedText(feed);
  } catch (error) {
    return error;
  }
};

describe('writeFeed', () => {
  it('writes a feed that reads back the same', async () => {
    const result = await writeFeed(file, FEED);
    expect(result).toMatchObject({ ok: true, warning: null });
    const text = readFileSync(file, 'utf8');
    expect(result.ok && result.bytes).toBe(Buffer.byteLength(text));
    expect(parseFeed(text, file)).toEqual({ ok: true, feed: FEED });
  });

  it('a feed with NaN is not written: the path is named, the old one stays, nothing is left', async () => {
    writeFileSync(file, 'old');
    // The last number of a feed of many pieces: all before it have been written to the temporary file by then.
    const signals = Array.from({ length: 1_000 }, (_, index) => leanSignal({ symbol: `C${index}USDT` }));
    const broken = feedOf({ signals: [...signals, leanSignal({ symbol: 'LAST', score: Number.NaN })] });
    expect(await writeFeed(file, broken)).toEqual({
      ok: false,
      code: 'invalid-feed',
      detail: `${file} was not written: .signals[1000].score is NaN. This is a bug in perpscan`,
    });
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['master_feed.json']);
  });

  it('what a row throws that is asked for ends the write and leaves the old one', async () => {
    writeFileSync(file, 'old');
    const signals: Iterable<never> = {
      [Symbol.iterator]: () => {
        throw new RangeError('no row');
      },
    };
    expect(await writeFeed(file, { ...FEED, signals })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('no row') as string,
    });
    expect(readFileSync(file, 'utf8')).toBe('old');
  });

  it('a failed write is handed on', async () => {
    const failure = { ok: false, code: 'ENOSPC', detail: 'full' } as const;
    expect(await writeFeed(file, FEED, () => Promise.resolve(failure))).toBe(failure);
  });
});

describe('what JSON cannot say is refused wherever it stands', () => {
  const numbers = numbersIn(FEED);

  it('NaN and the infinities in the place of each number', () => {
    expect(numbers.length).toBeGreaterThan(200);
    for (const place of numbers) {
      for (const bad of [Number.NaN, Infinity, -Infinity]) {
        const error = refusalOf(planted(place, bad));
        expect(error).toBeInstanceOf(InvalidFeed);
        expect((error as InvalidFeed).message).toBe(`${jq(place)} is ${bad}`);
      }
    }
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a big integer', 1n],
    ['a hole in a list', Array(2)],
    ['a date, which would be null when it is invalid', new Date(Number.NaN)],
  ])('%s', (_name, value) => {
    const place = ['signals', 0, 'observability', 'indicators', 'rsi14'];
    expect(refusalOf(planted(place, value))).toBeInstanceOf(InvalidFeed);
    expect(refusalOf(planted(['run', 'duration_ms'], value))).toBeInstanceOf(InvalidFeed);
  });
});

it('what holds no rows where rows belong is refused by its name', () => {
  for (const name of ['markets', 'recent', 'signals'])
    for (const none of [Number.NaN, null, 'rows', {}, 7])
      expect(refusalOf(planted([name], none))).toMatchObject({ code: 'invalid-feed', path: `.${name}` });
});

describe('feedText', () => {
  it('has its fields in one order, one row per line, a newline at the end', () => {
    const lines = feedText(FEED).split('\n');
    const rows = [
      ...FEED.markets.map((row) => JSON.stringify(row)),
      ...FEED.recent.map((row) => JSON.stringify(row)),
      ...FEED.signals.map((row) => JSON.stringify(row)),
    ];
    expect(
      lines.map((line) => line.replace(/,$/, '')).map((line) => (line.startsWith('{"') ? 'row' : line.slice(0, 12))),
    ).toEqual([
      '{',
      '"schema_vers',
      '"last_update',
      '"run":{"id":',
      '"summary":{"',
      '"markets":[',
      ...FEED.markets.map(() => 'row'),
      ']',
      '"recent":[',
      'row',
      ']',
      '"signals":[',
      ...FEED.signals.map(() => 'row'),
      ']}',
      '',
    ]);
    const shown = lines
      .filter((line) => line.startsWith('{"'))
      .map((line) => JSON.parse(line.replace(/,$/, '')) as unknown);
    expect(shown).toEqual(rows.map((row) => JSON.parse(row) as unknown));
  });

  it('says the same whatever order the fields of the feed have', () => {
    const { markets, recent, signals, ...head } = FEED;
    const turned = { signals, recent, markets, ...Object.fromEntries(Object.entries(head).toReversed()) } as Feed;
    expect(feedText(turned)).toBe(feedText(FEED));
    expect(feedText(structuredClone(FEED))).toBe(feedText(FEED));
  });

  it('has no raw control or bidi character but its newlines, and letters of every script as they are', () => {
    const text = feedText(FEED);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text).toContain('EVIL\\u202e\\u009b2J\\n');
    expect(text).toContain('龙USDT');
    expect(feedText(feedOf({ signals: [leanSignal({ symbol: 'A\u007fB' })] }))).toContain('A\\u007fB');
  });

  it('a feed without rows is JSON too', () => {
    const empty = feedOf({ signals: [] });
    expect(JSON.parse(feedText(empty))).toEqual(empty);
  });

  it('asks for rows one by one, in pieces that make the whole', () => {
    let asked = 0;
    const rows = {
      *[Symbol.iterator]() {
        for (let index = 0; index < 2_000; index += 1) {
          asked += 1;
          yield marketRow({ symbol: `C${String(index).padStart(5, '0')}` });
        }
      },
    };
    const feed = { ...FEED, markets: rows };
    const pieces = feedPieces(feed);
    expect(pieces.next().value?.length).toBeLessThan(300_000);
    expect(asked).toBeLessThan(400);
    const all = [...feedPieces(feed)];
    expect(all.length).toBeGreaterThan(5);
    expect(all.join('')).toBe(feedText(feed));
    expect(parseFeed(all.join(''), file)).toMatchObject({ ok: true, feed: { markets: { length: 2_000 } } });
  });
});

describe('what is written reads back equal', () => {
  const text = fc.string({ unit: 'binary', maxLength: 8 });
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
  const known = fc.option(number);
  const observable = fc
    .jsonValue({ depthSize: 'small' })
    .map((value) => JSON.parse(JSON.stringify(value)) as Observable);
  const row = fc
    .record({
      exchange: text,
      symbol: text,
      coin: text,
      unified_symbol: fc.option(text),
      atr_pct: known,
      change_7d_pct: known,
      venue: fc.option(text),
    })
    .map((changes) => marketRow(changes));
  const explained = fc
    .record({
      coin: text,
      market: row,
      observability: fc.dictionary(text, observable),
      reasons: fc.array(fc.record({ code: text, text })),
    })
    .map((changes) => explainedSignal(changes));
  const lean = fc.record({ symbol: text, coin: text }).map((changes) => leanSignal(changes));

  it('for any names, numbers and observations', () => {
    fc.assert(
      fc.property(fc.array(row), fc.array(explained), fc.array(lean), text, (markets, directed, others, path) => {
        const inputs = { ...FEED.run.inputs, paths: [path] };
        const feed = feedOf({ signals: [...directed, ...others], markets, run: { inputs } });
        expect(parseFeed(feedText(feed), 'feed.json')).toEqual({ ok: true, feed });
      }),
      { numRuns: 60 },
    );
  });
});
