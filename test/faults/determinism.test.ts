import { copyFileSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { plainRows } from '../../src/candles/plain-rows.ts';
import { feedText } from '../../src/feed/writer.ts';
import { workplace } from '../support/cli.ts';
import { FAULTY_FILES } from './faulty-files.ts';
import { figure, rounds } from './figures.ts';
import { alone, copyMarkets, scanFolder } from './market-folder.ts';
import { createRandom, freshSeed } from './random.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

const place = workplace();
const MARKETS = 30;
const clean = place.path('clean');
let names: readonly string[];
let whole: Feed;

beforeAll(async () => {
  names = copyMarkets(clean, MARKETS);
  whole = await scanFolder(clean);
});
afterAll(() => place.remove());

/** What does not count among "the same bytes" is the same here. */
function comparable(feed: Feed): string {
  const run = { ...feed.run, duration_ms: 0 };
  return feedText({ ...feed, last_updated: 0, run });
}

type Row = readonly [time: number, open: number, high: number, low: number, close: number, volume: number];

function named([time, open, high, low, close, volume]: Row): object {
  return { time, open, high, low, close, volume };
}

/** With as many spaces at its end as the row has a place. */
function raggedly(row: object, index: number): string {
  return JSON.stringify(row) + ' '.repeat(index % 5);
}

/** The rows and signals of the markets in `files`, each as the feed's line. */
function linesOf({ markets, signals }: Feed, files: ReadonlySet<string>): readonly string[] {
  const isIn = ({ exchange, symbol }: { readonly exchange: string; readonly symbol: string }): boolean =>
    files.has(`${exchange}_${symbol}_4h.json`);
  return [...markets.filter(isIn).map((row) => JSON.stringify(row)), ...signals.filter(isIn).map(alone)].sort();
}

describe('the same inputs', () => {
  it('give the same bytes, in whatever order and age the files come', async () => {
    const expected = comparable(whole);
    const seeds = rounds(5, 50);
    const first = freshSeed();
    for (let seed = first; seed < first + seeds; seed += 1) {
      const random = createRandom(seed);
      const folder = place.path(`shuffled-${seed}`);
      mkdirSync(folder);
      for (const name of random.shuffle(names)) {
        const file = path.join(folder, name);
        copyFileSync(path.join(clean, name), file);
        const written = 1_700_000_000 + random.below(30_000_000);
        utimesSync(file, written, written);
      }
      expect(comparable(await scanFolder(folder)) === expected, `seed ${seed}`).toBe(true);
      rmSync(folder, { recursive: true });
    }
    figure('A8', `same inputs, same bytes: ${seeds} orders of ${names.length} files, 0 differences`);
  });

  const FORMS: readonly (readonly [string, boolean, (rows: readonly Row[]) => string])[] = [
    ['arrays', true, (rows) => JSON.stringify(rows)],
    ['arrays in lines', true, (rows) => `[${rows.map((row) => JSON.stringify(row)).join(',\n')}]`],
    ['arrays that no two rows space alike', false, (rows) => `[${rows.map(raggedly).join(',')}]`],
    ['objects', true, (rows) => JSON.stringify(rows.map(named), null, 4)],
    ['objects that no two rows space alike', false, (rows) => `[${rows.map(named).map(raggedly).join(',')}]`],
  ];

  it.each(FORMS)('give the same bytes as %s, from bytes into columns: %s', async (_, isPlain, write) => {
    const folder = place.path('rewritten');
    mkdirSync(folder);
    for (const name of names) {
      const text = write(JSON.parse(readFileSync(path.join(clean, name), 'utf8')) as Row[]);
      expect(plainRows(Buffer.from(text)) !== null, name).toBe(isPlain);
      writeFileSync(path.join(folder, name), text);
    }
    expect(comparable(await scanFolder(folder)) === comparable(whole)).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it('would notice one digit of one price', async () => {
    const folder = place.path('touched');
    copyMarkets(folder, MARKETS);
    const file = path.join(folder, names[7]!);
    const text = readFileSync(file, 'utf8');
    const at = text.indexOf('.', text.length / 2) + 1;
    writeFileSync(file, `${text.slice(0, at)}${(Number(text[at]) + 1) % 10}${text.slice(at + 1)}`);
    expect(comparable(await scanFolder(folder)) === comparable(whole)).toBe(false);
  });
});

describe('broken files', () => {
  it('leave the signals of all other markets as they were, byte for byte', async () => {
    const random = createRandom(freshSeed());
    const shares = [0.01, 0.1, 0.5];
    let runs = 0;
    let compared = 0;
    const explained = await scanFolder(clean, { detail: 'full' });
    for (const share of shares) {
      for (const { name: fault, spoil } of rounds(0, 1) === 0
        ? random.shuffle(FAULTY_FILES).slice(0, 4)
        : FAULTY_FILES) {
        const folder = place.path('broken');
        copyMarkets(folder, MARKETS);
        const broken = new Set(random.shuffle(names).slice(0, Math.ceil(names.length * share)));
        for (const name of broken) spoil(path.join(folder, name));
        const others = new Set(names.filter((name) => !broken.has(name)));
        const hurt = linesOf(await scanFolder(folder, { detail: 'full' }), others);
        expect(hurt, `${fault}, seed ${random.seed}`).toEqual(linesOf(explained, others));
        expect(hurt).toHaveLength(others.size * (1 + STRATEGIES.length));
        compared += hurt.length;
        runs += 1;
        rmSync(folder, { recursive: true });
      }
    }
    figure(
      'A7',
      `a broken file hurts no other market: ${runs} runs with 1, 10 and 50 % of the files broken, ${compared} rows and signals compared, 0 differences`,
    );
  });
});
