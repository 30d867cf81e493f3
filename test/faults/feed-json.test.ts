import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { isExplained } from '../../src/core/signal.ts';
import type { Strategy } from '../../src/core/strategy.ts';
import { feedProblems } from '../../src/feed/check.ts';
import { feedText, writeFeed } from '../../src/feed/writer.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { workplace } from '../support/cli.ts';
import { FAULTY_FILES } from './faulty-files.ts';
import { figure, rounds } from './figures.ts';
import { alone, copyMarkets, scanFolder } from './market-folder.ts';
import { NOT_FINITE, numbersIn, withPoison } from './poison.ts';
import { createRandom, freshSeed, type Random } from './random.ts';

const POISONS: readonly unknown[] = [
  Number.NaN,
  Infinity,
  -Infinity,
  Number('1e999'),
  -0,
  undefined,
  10n,
  Symbol('x'),
  () => 1,
  new Date(Number.NaN),
  '\u001b\ud800',
  { toJSON: () => Number.NaN },
];

const place = workplace();
const small = place.path('small');
const faulty = place.path('faulty');
let sound: Feed;

beforeAll(async () => {
  copyMarkets(small, 3);
  sound = await scanFolder(small);
  const names = copyMarkets(faulty, FAULTY_FILES.length);
  for (const [index, name] of names.entries()) FAULTY_FILES[index]!.spoil(path.join(faulty, name));
});
afterAll(() => place.remove());

type Holder = Record<string, unknown>;

interface Place {
  readonly holder: Holder;
  readonly key: string;
  readonly at: string;
}

/** Every place in `value` that holds something, with what it is in. */
function placesIn(value: unknown, at = '', found: Place[] = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return found;
  const holder = value as Holder;
  for (const key of Object.keys(holder)) {
    found.push({ holder, key, at: `${at}.${key}` });
    placesIn(holder[key], `${at}.${key}`, found);
  }
  return found;
}

/** A copy with one poison in it, and where. */
function poisoned<T extends object>(value: T, random: Random): { readonly copy: T; readonly at: string } {
  const copy = structuredClone(value);
  const { holder, key, at } = random.pick(placesIn(copy));
  const poison = random.pick(POISONS);
  holder[key] = poison;
  return { copy, at: `${at} = ${String(poison)}` };
}

/** Strict JSON: what was written reads back as what it was, and no number of it was lost on the way; JSON has one zero. */
function isStrict(text: string, feed: Feed): boolean {
  return isDeepStrictEqual(JSON.parse(text), withOneZero(feed));
}

function withOneZero(value: unknown): unknown {
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withOneZero);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withOneZero(member)]));
}

/** All signals but those of the strategy that fails. */
function ofOthers({ signals }: Feed): readonly string[] {
  return signals.filter(({ strategy }) => strategy !== STRATEGIES[0]!.id).map(alone);
}

/** Throws now and then; at other times one number of what it judges or explains is not finite. */
function unsound(whole: Strategy, random: Random): Strategy {
  const spoil = <T extends object>(answer: T): T => {
    if (random.below(8) === 0) throw new Error('planted');
    return withPoison(answer, random.pick(numbersIn(answer)), random.pick(NOT_FINITE));
  };
  // What is judged is spoiled half the time: only after a sound judgement is a strategy asked to explain.
  return {
    ...whole,
    judge: (view) => {
      const judgement = whole.judge(view);
      return random.below(2) === 0 ? judgement : spoil(judgement);
    },
    explain: (view, judged) => spoil(whole.explain(view, judged)),
  };
}

describe('the feed is strict JSON', () => {
  it('whatever stands in it by mistake is refused or written as what it is', async () => {
    const random = createRandom(freshSeed());
    const counts = { refused: 0, written: 0 };
    const file = place.path('poisoned.json');
    for (let n = rounds(60, 1_500); n > 0; n -= 1) {
      rmSync(file, { force: true });
      const { copy, at } = poisoned(sound, random);
      const written = await writeFeed(file, copy);
      counts[written.ok ? 'written' : 'refused'] += 1;
      const where = `seed ${random.seed}: ${at}`;
      if (written.ok) expect(isStrict(readFileSync(file, 'utf8'), copy), where).toBe(true);
      else expect({ code: written.code, left: existsSync(file) }, where).toEqual({ code: 'invalid-feed', left: false });
    }
    expect(counts.refused).toBeGreaterThan(counts.written);
    figure(
      'A6',
      `strict JSON: ${counts.refused + counts.written} poisoned feeds, ${counts.refused} refused, ${counts.written} harmless, 0 written that are none`,
    );
  });

  it('whatever number of a strategy is not finite, whenever it throws', async () => {
    const random = createRandom(freshSeed());
    const expected = ofOthers(sound);
    let faults = 0;
    const runs = rounds(10, 200);
    for (let n = 0; n < runs; n += 1) {
      const feed = await scanFolder(small, { strategies: STRATEGIES.with(0, unsound(STRATEGIES[0]!, random)) });
      const where = `seed ${random.seed}, run ${n}`;
      expect(feedProblems(feed, 'the feed'), where).toEqual([]);
      expect(isStrict(feedText(feed), feed), where).toBe(true);
      expect(ofOthers(feed), where).toEqual(expected);
      faults += feed.summary.signals.error;
    }
    expect(faults).toBeGreaterThan(runs);
    figure(
      'A6',
      `${runs} runs of a strategy that throws or answers what is not finite: ${faults} error signals, all others unchanged`,
    );
  });

  it('nothing is null without a reason', async () => {
    const { markets, signals } = await scanFolder(faulty, { detail: 'full' });
    for (const signal of signals.filter(isExplained)) {
      expect(signal.score === null, signal.id).toBe(signal.status_reason !== null);
      if (signal.oi_metadata.coinalyze_symbol === null) expect(signal.oi_metadata.reason, signal.id).not.toBeNull();
    }
    expect(signals.every(isExplained)).toBe(true);
    for (const { series, symbol } of markets)
      for (const row of Object.values(series)) if (row.value === null) expect(row.reason, symbol).not.toBeNull();
  });

  it.each([
    ['python3', ['-c', 'import json,sys; json.load(open(sys.argv[1]), parse_constant=lambda name: sys.exit(name))']],
    ['jq', ['-e', '.signals | length > 0']],
  ])('%s reads the feed of a folder with every fault', async (program, args) => {
    const file = place.path('faulty.json');
    expect(await writeFeed(file, await scanFolder(faulty))).toMatchObject({ ok: true });
    const { error, status, stderr } = spawnSync(program, [...args, file], { encoding: 'utf8' });
    if (error !== undefined) throw error;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
