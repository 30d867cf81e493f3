import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import type { Strategy } from '../../src/core/strategy.ts';
import { firstIssue } from '../../src/feed/parse.ts';
import { feedText, writeFeed } from '../../src/feed/writer.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { workplace } from '../support/cli.ts';
import { FAULTY_FILES } from './faulty-files.ts';
import { figure, rounds } from './figures.ts';
import { copyMarkets, scanFolder } from './market-folder.ts';
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

/** Strict JSON: what was written reads back as a feed, and no number of it was lost on the way. */
function isStrict(text: string): boolean {
  return firstIssue(JSON.parse(text), 'refuse-added') === null;
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
      if (written.ok) expect(isStrict(readFileSync(file, 'utf8')), where).toBe(true);
      else expect({ code: written.code, left: existsSync(file) }, where).toEqual({ code: 'invalid-feed', left: false });
    }
    expect(counts.refused).toBeGreaterThan(counts.written);
    figure(
      'A6',
      `strict JSON: ${counts.refused + counts.written} poisoned feeds, ${counts.refused} refused, ${counts.written} harmless, 0 written that are none`,
    );
  });

  it('whatever a strategy answers', async () => {
    const random = createRandom(freshSeed());
    let faults = 0;
    const runs = rounds(10, 200);
    for (let n = 0; n < runs; n += 1) {
      const [first, ...others] = STRATEGIES;
      const strategy: Strategy = {
        ...first!,
        evaluate: (input) => poisoned({ answer: first!.evaluate(input) }, random).copy.answer,
      };
      const feed = await scanFolder(small, { strategies: [strategy, ...others] });
      const where = `seed ${random.seed}`;
      expect(firstIssue(feed, 'refuse-added'), where).toBeNull();
      expect(isStrict(feedText(feed)), where).toBe(true);
      const ofOthers = (all: Feed): string =>
        JSON.stringify(all.signals.filter((signal) => signal.strategy !== strategy.id));
      expect(ofOthers(feed), where).toBe(ofOthers(sound));
      faults += feed.summary.signals.error;
    }
    expect(faults).toBeGreaterThan(runs);
    figure('A6', `${runs} runs of a strategy that answers nonsense: ${faults} error signals, all others unchanged`);
  });

  it('nothing is null without a reason', async () => {
    for (const signal of (await scanFolder(faulty)).signals) {
      expect(signal.score === null, signal.id).toBe(signal.status_reason !== null);
      if (signal.oi_metadata.coinalyze_symbol === null) expect(signal.oi_metadata.reason, signal.id).not.toBeNull();
    }
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
