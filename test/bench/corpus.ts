/**
 * Made-up candle files, the same bytes on every machine: only + - * / and sqrt are used, which IEEE 754 rounds in one way.
 * Prices have calm and wild times, fat tails and drifts; three exchanges trade each coin with noise of their own.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const EXCHANGES = ['BINANCE', 'BYBIT', 'KUCOIN'] as const;
export const SEED = 42;
const CANDLES = 500;
/** Close of the last candle of every file: 2026-01-01T00:00Z. */
export const END_MS = 1_767_225_600_000;

/** `arrays`: compact rows as ccxt writes them. `objects`: one candle per object, indented as people have them. */
export type Form = 'arrays' | 'objects';

/** `4h` files are scanned as they are. `1h` files are made into 125 candles of 4h, which is less than squeeze-break's warm-up. */
export type Step = '1h' | '4h';
const STEP_MS: Readonly<Record<Step, number>> = { '1h': 3_600_000, '4h': 4 * 3_600_000 };

export interface Corpus {
  readonly folder: string;
  readonly files: number;
  readonly form: Form;
  readonly step: Step;
  /** sha256 over names and contents. */
  readonly hash: string;
}

type Row = readonly [time: number, open: number, high: number, low: number, close: number, volume: number];

/** First price and its decimals. */
const LEVELS = [
  [64_000, 2],
  [3_100, 2],
  [560, 2],
  [142, 2],
  [27.5, 3],
  [6.2, 3],
  [1.01, 4],
  [0.52, 4],
  [0.071, 5],
  [0.0038, 6],
  [0.00021, 7],
  [0.0000178, 8],
] as const;

/** Whole numbers below 2^32 (sfc32). */
type Random = () => number;

function randomOf(seed: number): Random {
  let [a, b, c, counter] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** 0 <= share < 1. */
function share(random: Random): number {
  return random() / 2 ** 32;
}

/** Close to normal, without a logarithm, whose last bit differs between machines. */
function normal(random: Random): number {
  let sum = -3;
  for (let i = 0; i < 6; i++) sum += share(random);
  return sum * Math.SQRT2;
}

/** The coin's name: five letters, different for each number below 456,976. */
export function coinOf(coin: number): string {
  let rest = (coin * 7919 + 104_729) % 26 ** 4;
  let letters = '';
  for (let i = 0; i < 4; i++) {
    letters += String.fromCharCode(65 + (rest % 26));
    rest = Math.floor(rest / 26);
  }
  return `X${letters}`;
}

function fileName(file: number, step: Step): string {
  return `${EXCHANGES[file % EXCHANGES.length]!}_${coinOf(Math.floor(file / EXCHANGES.length))}USDT_${step}.json`;
}

/** The same prices for every step. */
export function candlesOf(file: number, step: Step): readonly Row[] {
  const coin = randomOf(SEED ^ Math.imul(Math.floor(file / EXCHANGES.length) + 1, 0x85ebca6b));
  const own = randomOf(SEED ^ Math.imul(file + 1, 0xc2b2ae35));
  const [level, decimals] = LEVELS[coin() % LEVELS.length]!;
  const scale = 10 ** decimals;
  const usual = 0.004 + 0.012 * share(coin);
  const usualVolume = (20_000 + 4e6 * share(coin)) / level;
  const volumeScale = usualVolume > 1e4 ? 10 : 1000;
  let price = level * (0.5 + 1.5 * share(coin));
  let variance = usual * usual;
  let drift = 0;
  let open = Math.round(price * scale);
  return Array.from({ length: CANDLES }, (_, index): Row => {
    if (coin() % 72 === 0) drift = normal(coin) * 0.06 * usual;
    const shock = normal(coin) * Math.sqrt(variance) * (coin() % 64 === 0 ? 2.5 : 1);
    const change = Math.min(0.3, Math.max(-0.25, drift + shock));
    variance = Math.min(25 * usual * usual, 0.02 * usual * usual + 0.08 * change * change + 0.9 * variance);
    price = Math.max(40 / scale, price * (1 + change));
    const close = Math.max(1, Math.round(price * (1 + 0.0003 * normal(own)) * scale));
    const reach = 0.6 * Math.sqrt(variance);
    const high = Math.round(Math.max(open, close) * (1 + reach * Math.abs(normal(own))));
    const low = Math.max(1, Math.round(Math.min(open, close) * (1 - reach * Math.abs(normal(own)))));
    const turnover = usualVolume * (0.15 + 2 * share(own) * share(own)) * (1 + (3 * Math.abs(change)) / usual);
    const time = END_MS - (CANDLES - index) * STEP_MS[step];
    const volume = Math.round(turnover * volumeScale) / volumeScale;
    const row = [time, open / scale, high / scale, low / scale, close / scale, volume] as const;
    open = close;
    return row;
  });
}

function textOf(rows: readonly Row[], form: Form): string {
  if (form === 'arrays') return JSON.stringify(rows);
  const objects = rows.map(([time, open, high, low, close, volume]) => ({ time, open, high, low, close, volume }));
  return `${JSON.stringify(objects, null, 2)}\n`;
}

/** The corpus in `parent`; one that stands there already, complete, is used again. */
export function makeCorpus(parent: string, files: number, form: Form, step: Step): Corpus {
  const folder = path.join(parent, `${form}-${step}-${files}`);
  const marker = `${folder}.sha256`;
  if (existsSync(marker)) return { folder, files, form, step, hash: readFileSync(marker, 'utf8') };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const hash = createHash('sha256');
  for (let file = 0; file < files; file++) {
    const text = textOf(candlesOf(file, step), form);
    hash.update(fileName(file, step)).update(text);
    writeFileSync(path.join(folder, fileName(file, step)), text);
  }
  const digest = hash.digest('hex');
  writeFileSync(marker, digest);
  return { folder, files, form, step, hash: digest };
}
