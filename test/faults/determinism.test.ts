import { copyFileSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { feedText } from '../../src/feed/writer.ts';
import { workplace } from '../support/cli.ts';
import { FAULTY_FILES } from './faulty-files.ts';
import { figure, rounds } from './figures.ts';
import { copyMarkets, scanFolder } from './market-folder.ts';
import { createRandom, freshSeed } from './random.ts';

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

/** What "the same bytes" leaves out (rulings 27). */
function comparable({ signals, ...head }: Feed): string {
  const run = { ...head.run, duration_ms: 0 };
  const summary = { ...head.summary, external: null };
  return JSON.stringify([{ ...head, last_updated: 0, run, summary }, feedText({ signals })]);
}

/** The signals of the markets in `files`, each as the feed's line without its rank, which counts the others. */
function linesOf({ signals }: Feed, files: ReadonlySet<string>): readonly string[] {
  return signals
    .filter(({ exchange, symbol }) => files.has(`${exchange}_${symbol}_4h.json`))
    .map((signal) => JSON.stringify({ ...signal, rank_in_strategy: null }))
    .sort();
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
    for (const share of shares) {
      for (const { name: fault, spoil } of rounds(0, 1) === 0
        ? random.shuffle(FAULTY_FILES).slice(0, 4)
        : FAULTY_FILES) {
        const folder = place.path('broken');
        copyMarkets(folder, MARKETS);
        const broken = new Set(random.shuffle(names).slice(0, Math.ceil(names.length * share)));
        for (const name of broken) spoil(path.join(folder, name));
        const others = new Set(names.filter((name) => !broken.has(name)));
        const hurt = linesOf(await scanFolder(folder), others);
        expect(hurt, `${fault}, seed ${random.seed}`).toEqual(linesOf(whole, others));
        expect(hurt).toHaveLength(others.size * 3);
        compared += hurt.length;
        runs += 1;
        rmSync(folder, { recursive: true });
      }
    }
    figure(
      'A7',
      `a broken file hurts no other market: ${runs} runs with 1, 10 and 50 % of the files broken, ${compared} signals compared, 0 differences`,
    );
  });
});
