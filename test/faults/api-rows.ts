/** One row of the fault matrix: what the server does, and what the client must have done. */
import type { Socket } from 'node:net';
import { expect } from 'vitest';
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import type { SeriesKind } from '../../src/core/series.ts';
import { SERIES_INTERVAL_MS } from '../../src/core/series.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import type { Reply } from '../../src/external/provider.ts';
import type { Series } from '../../src/core/series.ts';
import { answer, startRawServer } from '../support/raw-server.ts';
import type { RawRequest, RawScript } from '../support/raw-server.ts';
import { symbols } from '../external/support.ts';
import { CLOSE, keepsOldSeries, KEY, OLD, openWorld } from './api-world.ts';
import type { World } from './api-world.ts';

export const ASKED: readonly CoinalyzeSymbol[] = [...symbols('A.A', 'B.A'), OLD];

export interface Expected {
  /** When each request is sent, ms since the beginning: how many there are, and each wait. */
  readonly sentAt: readonly number[];
  /** What each of the three symbols gets: `ok`, `old` for the series from the cache, or the code of the failure. */
  readonly outcomes: string;
  /** Units charged; three per request unless said. */
  readonly calls?: number;
  /** Symbols whose cache entry is written; none unless said. */
  readonly cached?: readonly string[];
  /** Buckets of A.A. */
  readonly values?: readonly number[];
  /** Part of the reason for A.A. */
  readonly detail?: RegExp;
}

/** `hanging` is for the scripts to set when they will not go on. */
export type Play = (world: { hanging: boolean }) => readonly RawScript[];

export interface Row {
  readonly name: string;
  /** What the server does with the requests, the last for all that follow. */
  readonly play?: Play;
  /** Instead of the server's. */
  readonly url?: string;
  /** Nothing will ever happen on the wire. */
  readonly hanging?: boolean;
  readonly kind?: SeriesKind;
  readonly deadline?: number;
  readonly expected: Expected;
}

/** Three attempts, 2.5 s and 5.5 s apart. */
export const THRICE = [0, 2_500, 8_000];
export const ONCE = [0];

/** The client gave up what it was not given, and kept what it had. */
export function lost(code: string, sentAt: readonly number[], more: Partial<Expected> = {}): Expected {
  return { sentAt, outcomes: `${code} ${code} old`, ...more };
}

export const ALL_OK: Expected = { sentAt: ONCE, outcomes: 'ok ok ok', cached: ['A.A', 'B.A', OLD], values: [1] };

export const SECOND_TRY: Expected = { ...ALL_OK, sentAt: [0, 2_500] };

/** The bucket before the close, `hours` earlier, in the unit of the wire. */
export function at(hours = 0, kind: SeriesKind = 'open_interest'): number {
  return (CLOSE - SERIES_INTERVAL_MS[kind] - hours * HOUR_MS) / 1_000;
}

export function ohlc(value: unknown, t: unknown = at()): object {
  return { t, o: value, h: value, l: value, c: value };
}

export function goodBody(symbols: readonly string[], kind: SeriesKind = 'open_interest'): string {
  return JSON.stringify(symbols.map((symbol) => ({ symbol, history: [ohlc(1, at(0, kind))] })));
}

export function symbolsOf({ url }: RawRequest): readonly string[] {
  return (url.searchParams.get('symbols') ?? '').split(',');
}

/** One bucket for every symbol asked for. */
export const good: RawScript = (socket, request) => answer(200, goodBody(symbolsOf(request)))(socket, request);

/** The bytes, then the end of the connection. */
export function bytes(...parts: readonly (string | Buffer)[]): RawScript {
  return (socket) => {
    for (const part of parts) socket.write(part);
    socket.end();
  };
}

/** The bytes, then RST. */
export function reset(...parts: readonly string[]): RawScript {
  return (socket) => void socket.write(parts.join(''), () => setImmediate(() => socket.resetAndDestroy()));
}

/** The bytes, and then nothing. */
export function hang(world: { hanging: boolean }, ...parts: readonly string[]): RawScript {
  return (socket) => {
    socket.write(parts.join(''), () => (world.hanging = true));
    if (parts.length === 0) world.hanging = true;
  };
}

/** A byte now and then, for ever. */
export function drip(world: { hanging: boolean }, start: string): RawScript {
  return (socket: Socket) => {
    socket.write(start);
    const timer = setInterval(() => socket.write(' '), 1);
    socket.on('close', () => clearInterval(timer));
    world.hanging = true;
  };
}

/** What was measured over the rows. */
export interface Tally {
  rows: number;
  requests: number;
  kept: number;
}

/** Plays a row and holds the client to it; failures name the row and do not stop the others. */
export async function runRow(row: Row, tally: Tally): Promise<void> {
  const server = await startRawServer();
  const world = await openWorld({
    baseUrl: row.url ?? server.url,
    hanging: row.hanging ?? false,
    ...(row.deadline === undefined ? {} : { deadline: row.deadline }),
  });
  try {
    server.play(...(row.play?.(world) ?? []));
    const replies = await world.fetch(ASKED, row.kind);
    expect.soft(summary(row, world, replies), row.name).toEqual(wanted(row.expected));
    const kept = await keepsOldSeries(world);
    const replaced = row.kind === undefined && outcomeOf(replies[2]!) === 'ok';
    expect.soft(kept, `${row.name}: the old series is kept unless a good one came`).toBe(!replaced);
    expectNoKey(row.name, world, replies, server.requests);
    tally.rows += 1;
    tally.requests += world.sentAt.length;
    if (kept) tally.kept += 1;
  } finally {
    await server.close();
    await world.close();
  }
}

function summary({ expected }: Row, world: World, replies: readonly Reply<Series>[]): object {
  const [first] = replies;
  return {
    sentAt: world.sentAt,
    outcomes: replies.map(outcomeOf).join(' '),
    calls: world.calls(),
    cached: [...world.written.keys()],
    ...(expected.values === undefined ? {} : { values: valuesOf(first!) }),
    ...(expected.detail === undefined ? {} : { detail: first!.ok ? null : first!.detail }),
  };
}

function wanted({ calls, cached = [], detail, ...expected }: Expected): object {
  return {
    ...expected,
    calls: calls ?? expected.sentAt.length * ASKED.length,
    cached,
    ...(detail === undefined ? {} : { detail: expect.stringMatching(detail) }),
  };
}

export function outcomeOf(reply: Reply<Series>): string {
  if (!reply.ok) return reply.code;
  return reply.origin === 'cache' ? 'old' : 'ok';
}

function valuesOf(reply: Reply<Series>): readonly number[] {
  if (!reply.ok) return [];
  const { value } = reply;
  return [...(value.kind === 'liquidations' ? value.long : value.value)];
}

/** The key is in the header of each request, and nowhere else. */
export function expectNoKey(name: string, world: World, told: unknown, requests: readonly RawRequest[]): void {
  const out = JSON.stringify([told, [...world.written], world.notes]);
  expect.soft(out.includes(KEY), `${name}: the key appears in an outcome, the cache or a note`).toBe(false);
  for (const { line, head } of requests) {
    expect.soft(line, name).not.toContain(KEY);
    expect.soft(head.split(KEY).length, `${name}: the key is sent once`).toBe(2);
    expect.soft(head, name).toContain(`api_key: ${KEY}`);
  }
}
