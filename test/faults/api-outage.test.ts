import pMap from 'p-map';
import { describe, expect, it } from 'vitest';
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import type { LedgerLimits } from '../../src/platform/ledger.ts';
import { symbols } from '../external/support.ts';
import { answer, startRawServer } from '../support/raw-server.ts';
import type { RawScript } from '../support/raw-server.ts';
import { expectNoKey, good, hang, outcomeOf, reset, symbolsOf } from './api-rows.ts';
import { openWorld } from './api-world.ts';
import type { World } from './api-world.ts';
import { figure, FULL, rounds } from './figures.ts';

/** One kind of 1,200 symbols, or all four kinds of 1,100. */
const BATCHES = rounds(60, 220);

function batch(index: number): readonly CoinalyzeSymbol[] {
  return symbols(...Array.from({ length: 20 }, (_, i) => `S${index * 20 + i}.A`));
}

/** The requests are counted here, not the time that they take under the quota. */
const NO_LIMITS: Partial<LedgerLimits> = { calls: 1e6, minSpacingMs: 0 };

/** What the server does with its nth request, from 0 on. */
type Outage = (n: number, world: World) => RawScript;

interface Measured {
  readonly requests: number;
  readonly calls: number;
  /** Batches of which every symbol was answered. */
  readonly answered: number;
  /** ms until the last batch had its outcome. */
  readonly took: number;
}

/** Asks batch by batch, as a run does. */
async function ask(name: string, outage: Outage, batches = BATCHES, limits = NO_LIMITS): Promise<Measured> {
  const server = await startRawServer();
  const world = await openWorld({ baseUrl: server.url, limits });
  let count = 0;
  server.play((socket, request) => outage(count++, world)(socket, request));
  try {
    const outcomes: unknown[] = [];
    let answered = 0;
    for (let index = 0; index < batches; index += 1) {
      const replies = await world.fetch(batch(index));
      expect(replies).toHaveLength(20);
      if (replies.every((reply) => outcomeOf(reply) === 'ok')) answered += 1;
      outcomes.push(replies);
    }
    expectNoKey(name, world, outcomes, server.requests);
    expect(world.written.size, `${name}: what was answered is kept, and nothing else`).toBe(answered * 20);
    return { requests: world.sentAt.length, calls: world.calls(), answered, took: world.clock.monotonic() };
  } finally {
    await server.close();
    await world.close();
  }
}

const failing = answer(500, '{"message":"down"}');
const limiting = answer(429, '{"message":"slow down"}', { 'retry-after': '1' });

const OUTAGES: Readonly<Record<string, Outage>> = {
  'dead from the start': () => failing,
  'dies half-way': (n) => (n < BATCHES / 2 ? good : failing),
  'is away for a while': (n) => (n >= 10 && n < 14 ? failing : good),
  'fails every second time': (n) => (n % 2 === 0 ? failing : good),
  'fails two times in three': (n) => (n % 3 === 2 ? good : failing),
  'fails five times in six': (n) => (n % 6 === 5 ? good : failing),
  'cuts every third connection': (n) => (n % 3 === 0 ? reset('HTTP/1.1 200 OK\r\n') : good),
  'refuses for lack of quota for ever': () => limiting,
  'never answers': (_, world) => hang(world),
  'sends pages of HTML': () => answer(200, '<html>'),
  'sends messages': () => answer(200, '{"message":"maintenance"}'),
  'sends redirects': () => answer(302, '', { location: 'http://127.0.0.1:2/' }),
  'is gone': () => answer(404, '{}'),
  'refuses the key': () => answer(401, '{}'),
};

/** Those that differ most, in the short form. */
const SHORT = new Set([
  'dead from the start',
  'dies half-way',
  'fails every second time',
  'never answers',
  'sends messages',
]);

describe('an outage', () => {
  it('costs at most a tenth more requests than a healthy server gets', async () => {
    const healthy = await ask('healthy', () => good);
    expect(healthy).toMatchObject({ requests: BATCHES, calls: BATCHES * 20, answered: BATCHES });
    const measured = await pMap(
      Object.entries(OUTAGES).filter(([name]) => FULL || SHORT.has(name)),
      async ([name, outage]) => ({ name, ...(await ask(name, outage)) }),
      { concurrency: 8 },
    );
    for (const { name, requests, calls } of measured) {
      expect.soft(requests, name).toBeLessThanOrEqual(healthy.requests * 1.1);
      expect.soft(calls, name).toBeLessThanOrEqual(healthy.calls * 1.1);
    }
    const worst = measured.reduce((a, b) => (b.requests > a.requests ? b : a));
    const least = measured.find(({ name }) => name === 'dead from the start')!;
    figure(
      'A16',
      `${measured.length} kinds of outage: a healthy server gets ${healthy.requests} requests, one that is dead ${least.requests}, the worst (${worst.name}) ${worst.requests}`,
    );
  });

  it('of six failed attempts in a row ends the asking, and takes seconds', async () => {
    const dead = await ask('dead', () => failing, 5, {});
    expect(dead).toMatchObject({ requests: 6, calls: 120, answered: 0 });
    expect(dead.took).toBeLessThan(3 * 60_000);
  });

  it('in the middle leaves what came before in the cache', async () => {
    const cut = await ask('cut', (n) => (n === 1 ? reset('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[') : good), 3);
    expect(cut).toMatchObject({ requests: 4, calls: 80, answered: 3 });
    const ended = await ask('ended', (n) => (n < 2 ? good : reset('')), 3);
    expect(ended).toMatchObject({ requests: 5, answered: 2 });
  });
});

describe('a request', () => {
  it('never asks for more than 20 symbols, nor for one twice', async () => {
    const server = await startRawServer();
    const world = await openWorld({ baseUrl: server.url });
    server.play(good);
    const asked = Array.from({ length: 3 }, (_, index) => batch(index))
      .flat()
      .slice(0, 45);
    const replies = await world.fetch([...asked, ...asked]);
    expect(replies.map(outcomeOf)).toEqual(replies.map(() => 'ok'));
    expect(server.requests.map((request) => symbolsOf(request).length)).toEqual([20, 20, 5]);
    expect(server.requests.flatMap(symbolsOf)).toEqual(asked);
    expect(world.calls()).toBe(45);
    await server.close();
    await world.close();
  });
});
