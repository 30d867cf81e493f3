import pMap from 'p-map';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { openDeafPort } from '../support/deaf-port.ts';
import type { DeafPort } from '../support/deaf-port.ts';
import { answer, head, startRawServer } from '../support/raw-server.ts';
import type { RawServer } from '../support/raw-server.ts';
import { REFUSING_URL, startScriptedServer } from '../support/scripted-server.ts';
import type { ScriptedServer } from '../support/scripted-server.ts';
import { ALL_OK, ASKED, at, bytes, drip, good, goodBody, hang, lost, ohlc } from './api-rows.ts';
import { ONCE, reset, runRow, SECOND_TRY, symbolsOf, THRICE } from './api-rows.ts';
import type { Expected, Play, Row, Tally } from './api-rows.ts';
import { KEY, OLD } from './api-world.ts';
import { figure } from './figures.ts';

const BODY = goodBody(ASKED);
/** Three times the 15 s of one request, and the two pauses. */
const TIMED_OUT = [0, 17_500, 38_000];
const MB = 2 ** 20;
/** Each row has a server, a cache and a time of its own, and mostly waits. */
const AT_ONCE = 8;

async function runRows(topic: string, rows: readonly Row[]): Promise<void> {
  const tally: Tally = { rows: 0, requests: 0, kept: 0 };
  await pMap(rows, (row) => runRow(row, tally), { concurrency: AT_ONCE });
  expect(tally.rows).toBe(rows.length);
  figure('B', `${tally.rows} faults of ${topic}`);
  figure('A18', `older entry kept through ${tally.kept} faults of ${topic}`);
}

/** Status and headers, answered each time. */
function always(name: string, status: number, expected: Expected, headers: Readonly<Record<string, string>> = {}): Row {
  return { name, play: () => [answer(status, '{"message":"no"}', headers)], expected };
}

/** A 429 with these headers, then a good answer after `waitMs`. */
function limited(name: string, waitMs: number, headers: Readonly<Record<string, string>>): Row {
  const play: Play = () => [answer(429, '{"message":"slow down"}', headers), good];
  return { name: `429 ${name}`, play, expected: { ...ALL_OK, sentAt: [0, waitMs] } };
}

/** A body with status 200. */
function body(
  name: string,
  text: string | Buffer,
  expected: Expected,
  headers: Readonly<Record<string, string>> = {},
): Row {
  return { name, play: () => [answer(200, text, headers)], expected };
}

/** A.A has two buckets, of which the newer has `value`; the others are well. */
function value(text: string, values: readonly number[]): Row {
  const rows = `{"t":${at(1)},"o":5,"h":5,"l":5,"c":5},{"t":${at()},"o":${text},"h":${text},"l":${text},"c":${text}}`;
  const others = goodBody(['B.A', OLD]).slice(1);
  return body(`value ${text}`, `[{"symbol":"A.A","history":[${rows}]},${others}`, { ...ALL_OK, values });
}

/** A.A has these rows; the others are well. */
function history(name: string, rows: unknown, expected: Partial<Expected>): Row {
  const others = JSON.parse(goodBody(['B.A', OLD])) as unknown[];
  return body(name, JSON.stringify([{ symbol: 'A.A', history: rows }, ...others]), { ...ALL_OK, ...expected });
}

describe('the API client under every fault', () => {
  let deaf: DeafPort;
  let untrusted: RawServer;
  let expired: RawServer;
  let elsewhere: RawServer;
  let plain: ScriptedServer;

  beforeAll(async () => {
    const day = (year: number): Date => new Date(Date.UTC(year, 0, 1));
    deaf = await openDeafPort();
    untrusted = await startRawServer(selfSigned(day(2020), day(2045)));
    expired = await startRawServer(selfSigned(day(2019), day(2020)));
    elsewhere = await startRawServer();
    plain = await startScriptedServer();
  });
  afterAll(async () => {
    for (const server of [deaf, untrusted, expired, elsewhere, plain]) await server.close();
  });

  it('connections that are refused, cut, silent or not trusted', async () => {
    const start = head(200, { 'content-length': String(BODY.length) });
    const noTls = plain.url.replace('http:', 'https:');
    await runRows('connections', [
      { name: 'refused', url: REFUSING_URL, expected: lost('upstream', THRICE, { detail: /refused/ }) },
      {
        name: 'no such host',
        url: 'http://nothing.invalid/v1',
        expected: lost('upstream', THRICE, { detail: /host/ }),
      },
      { name: 'no connection', url: deaf.url, hanging: true, expected: lost('timeout', TIMED_OUT) },
      { name: 'self-signed', url: untrusted.url, expected: lost('upstream', ONCE, { detail: /certificate/ }) },
      { name: 'expired', url: expired.url, expected: lost('upstream', ONCE, { detail: /certificate/ }) },
      { name: 'no TLS', url: noTls, expected: lost('upstream', ONCE, { detail: /SSL/ }) },
      { name: 'no headers', play: (w) => [hang(w)], expected: lost('timeout', TIMED_OUT) },
      {
        name: 'half a header',
        play: (w) => [hang(w, 'HTTP/1.1 200 OK\r\nconten')],
        expected: lost('timeout', TIMED_OUT),
      },
      { name: 'headers and no body', play: (w) => [hang(w, start)], expected: lost('timeout', TIMED_OUT) },
      { name: 'half a body', play: (w) => [hang(w, start, BODY.slice(0, 40))], expected: lost('timeout', TIMED_OUT) },
      {
        name: 'dripping',
        play: (w) => [drip(w, head(200, { 'content-length': '999' }))],
        expected: lost('timeout', TIMED_OUT),
      },
      { name: 'closed before the headers', play: () => [bytes()], expected: lost('upstream', THRICE) },
      { name: 'reset before the headers', play: () => [reset('')], expected: lost('upstream', THRICE) },
      { name: 'reset in the body', play: () => [reset(start, BODY.slice(0, 40))], expected: lost('upstream', THRICE) },
      {
        name: 'body shorter than said',
        play: () => [bytes(start, BODY.slice(0, 40))],
        expected: lost('upstream', THRICE),
      },
      {
        name: 'body longer than said',
        play: () => [bytes(head(200, { 'content-length': '20' }), BODY)],
        expected: lost('bad-payload', THRICE),
      },
      {
        name: 'chunks without an end',
        play: () => [bytes(head(200, { 'transfer-encoding': 'chunked' }), `5\r\n[{"sy\r\n`)],
        expected: lost('upstream', THRICE),
      },
      {
        name: 'a chunk size that is none',
        play: () => [bytes(head(200, { 'transfer-encoding': 'chunked' }), 'zz\r\n')],
        expected: lost('upstream', THRICE),
      },
      {
        name: 'closed in the middle of an open-ended body',
        play: () => [bytes(head(200), BODY.slice(0, 40))],
        expected: lost('bad-payload', THRICE),
      },
      { name: 'not HTTP', play: () => [bytes('SSH-2.0-OpenSSH_9.6\r\n')], expected: lost('upstream', THRICE) },
      {
        name: '64 KB of headers',
        play: () => [bytes(head(200, { 'x-long': 'x'.repeat(65_536) }), BODY)],
        expected: lost('upstream', THRICE),
      },
      { name: 'once cut, then well', play: () => [reset(start), good], expected: SECOND_TRY },
      {
        name: 'once silent, then well',
        play: (w) => [hang(w), (...request) => ((w.hanging = false), good(...request))],
        expected: { ...ALL_OK, sentAt: [0, 17_500] },
      },
    ]);
    expect(elsewhere.requests).toEqual([]);
    expect([...untrusted.requests, ...expired.requests]).toEqual([]);
  });

  it('every status that is not 200', async () => {
    const refusing =
      (bad: string): Play =>
      () => [
        (socket, request) =>
          (symbolsOf(request).includes(bad) ? answer(400, '{"message":"bad symbol"}') : good)(socket, request),
      ];
    const again = [408, 425, 500, 501, 502, 503, 504, 520, 599];
    const once = [204, 206, 304, 402, 404, 405, 410, 414, 418];
    await runRows('statuses', [
      ...again.map((code) => always(String(code), code, lost('upstream', THRICE, { detail: new RegExp(`${code}`) }))),
      ...again
        .slice(0, 3)
        .map((code): Row => ({ name: `${code} once`, play: () => [answer(code, ''), good], expected: SECOND_TRY })),
      ...once.map((code) => always(String(code), code, lost('upstream', ONCE))),
      ...[401, 403].map((code) =>
        always(String(code), code, lost('unauthorized', ONCE, { detail: /COINALYZE_API_KEY/ })),
      ),
      always('503 after 7 s', 503, lost('upstream', [0, 7_100, 14_200]), { 'retry-after': '7' }),
      always('503 after 2 min', 503, lost('upstream', [0, 120_100, 240_200]), { 'retry-after': '120' }),
      always('503 after 30 years', 503, lost('upstream', [0, 3_600_000, 7_200_000]), { 'retry-after': '1000000000' }),
      {
        name: '503 beyond the time',
        deadline: 60_000,
        play: always('', 503, ALL_OK, { 'retry-after': '120' }).play!,
        expected: lost('upstream', ONCE),
      },
      {
        name: '400 for one symbol',
        play: refusing('B.A'),
        expected: {
          sentAt: [0, 2_200, 4_400, 6_600, 8_800],
          calls: 8,
          outcomes: 'ok not-listed ok',
          cached: ['A.A', 'B.A', OLD],
        },
      },
      {
        name: '400 for the symbol with an older series',
        play: refusing(OLD),
        expected: { sentAt: [0, 2_200, 4_400], calls: 6, outcomes: 'ok ok old', cached: ['A.A', 'B.A', OLD] },
      },
      always('400 for all', 400, lost('upstream', [0, 2_200, 4_400], { calls: 6 })),
      ...[301, 302, 303, 307, 308, 300].map((code) =>
        always(`redirect ${code}`, code, lost('upstream', ONCE, { detail: /redirect/ }), {
          location: `${elsewhere.url}/elsewhere?${KEY}`,
        }),
      ),
      {
        name: '103 first',
        play: () => [bytes('HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n', head(200), BODY)],
        expected: ALL_OK,
      },
      {
        name: '100 that nobody asked for',
        play: () => [bytes('HTTP/1.1 100 Continue\r\n\r\n', head(200), BODY)],
        expected: lost('upstream', THRICE),
      },
      {
        name: '101',
        play: () => [bytes('HTTP/1.1 101 Switching\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n')],
        expected: lost('upstream', THRICE),
      },
      {
        name: 'an error that quotes the key',
        play: () => [
          answer(500, JSON.stringify({ message: `${KEY} ${'x'.repeat(300)} ${KEY}` }), { 'content-type': KEY }),
        ],
        expected: lost('upstream', THRICE, { detail: /\[redacted\]/ }),
      },
      {
        name: 'an error page that quotes the key',
        play: () => [answer(403, `<html>${KEY}`, { 'content-type': 'text/html' })],
        expected: lost('upstream', ONCE, { detail: /^HTTP 403: blocked by .* the key was not refused$/ }),
      },
      always('407', 407, lost('upstream', ONCE, { detail: /asks for a name and a password \(407\)/ })),
      always('451', 451, lost('upstream', ONCE, { detail: /legal reasons/ })),
    ]);
    expect(elsewhere.requests).toEqual([]);
  });

  it('429 with every kind of Retry-After', async () => {
    const date = 'Mon, 19 Jan 2026 16:00:00 GMT';
    await runRows('429s', [
      limited('decimal', 49_219, { 'retry-after': '49.119' }),
      limited('integer', 30_100, { 'retry-after': '30' }),
      limited('spaces', 30_100, { 'retry-after': '  30  ' }),
      limited('shorter than the spacing', 2_200, { 'retry-after': '0.5' }),
      limited('date', 45_100, { 'retry-after': 'Mon, 19 Jan 2026 16:00:45 GMT', date }),
      limited('date by a clock that is years off', 45_100, {
        'retry-after': 'Fri, 02 Jan 2099 00:00:45 GMT',
        date: 'Fri, 02 Jan 2099 00:00:00 GMT',
      }),
      limited('past date', 60_000, { 'retry-after': 'Mon, 19 Jan 2026 15:00:00 GMT', date }),
      limited('date without a date to compare', 60_000, { 'retry-after': 'Mon, 19 Jan 2026 16:00:45 GMT' }),
      limited('none', 60_000, {}),
      limited('garbage', 60_000, { 'retry-after': 'soon' }),
      limited('garbage with a year', 60_000, { 'retry-after': 'not before 2050', date }),
      limited('negative', 60_000, { 'retry-after': '-5' }),
      limited('zero', 60_000, { 'retry-after': '0' }),
      limited('empty', 60_000, { 'retry-after': '' }),
      limited('infinite', 60_000, { 'retry-after': 'Infinity' }),
      limited('1e9 as a word', 60_000, { 'retry-after': '1e9' }),
      limited('30 years', 3_600_000, { 'retry-after': '1000000000' }),
      limited('more digits than a number has', 3_600_000, { 'retry-after': '9'.repeat(400) }),
      always('429 for ever', 429, lost('rate-limited', [0, 60_000, 120_000])),
      {
        name: '429 beyond the time',
        deadline: 40_000,
        play: () => [answer(429, '{}')],
        expected: lost('deferred', ONCE),
      },
    ]);
  });

  it('answers with status 200 that are no list of histories', async () => {
    const two = JSON.stringify([{ symbol: 'A.A', value: 1, update: 1_768_842_000_000 }]);
    await runRows('pages', [
      body('empty', '', lost('bad-payload', THRICE)),
      body('truncated', BODY.slice(0, -9), lost('bad-payload', THRICE)),
      body('two documents', BODY + BODY, lost('bad-payload', THRICE)),
      body(
        'HTML',
        '<!doctype html><title>busy</title>',
        lost('bad-payload', THRICE, { detail: /not JSON \(text\/html/ }),
        { 'content-type': 'text/html' },
      ),
      body('bytes', Buffer.from([0, 255, 254, 128, 7]), lost('bad-payload', THRICE)),
      body('a message', '{"message":"maintenance"}', lost('bad-payload', ONCE, { detail: /maintenance/ })),
      body(
        'a message that quotes the key',
        JSON.stringify({ message: KEY }),
        lost('bad-payload', ONCE, { detail: /\[redacted\]/ }),
      ),
      ...['null', '7', '"text"', 'true', '{}', '{"A.A":[]}'].map((text) => body(text, text, lost('bad-payload', ONCE))),
      ...['[1,2]', '[null]', '[[]]', '[{"symbol":7}]', '[{"symbol":"A.A","history":{}}]', '[{"history":[]}]'].map(
        (text) => body(text, text, lost('bad-payload', ONCE)),
      ),
      body('current values instead of a history', two, lost('bad-payload', ONCE)),
      body('100,000 brackets', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, lost('bad-payload', ONCE)),
      body('HTML once, then well', BODY, ALL_OK, { 'content-type': 'text/html' }),
      { name: 'truncated once', play: () => [bytes(head(200), BODY.slice(0, 50)), good], expected: SECOND_TRY },
    ]);
  });

  it('lists with missing, foreign, repeated and contradictory entries', async () => {
    const entry = (symbol: string, ...rows: readonly object[]): object => ({ symbol, history: rows });
    const list = (...entries: readonly object[]): string => JSON.stringify(entries);
    const rest = [entry('B.A', ohlc(1)), entry(OLD, ohlc(1))];
    const known = { cached: ['A.A', 'B.A', OLD] };
    await runRows('lists', [
      body('nothing', '[]', { sentAt: ONCE, outcomes: 'absent-once absent-once old', ...known }),
      body('one of three', list(entry('A.A', ohlc(1))), { sentAt: ONCE, outcomes: 'ok absent-once old', ...known }),
      body('another order', list(...rest.toReversed(), entry('A.A', ohlc(1))), ALL_OK),
      body(
        'foreign symbols',
        list(entry('X.A', ohlc(9)), entry('__proto__', ohlc(9)), entry('A.A', ohlc(1)), ...rest),
        ALL_OK,
      ),
      body('other case and spaces', list(entry('a.a', ohlc(9)), entry(' A.A', ohlc(9)), ...rest), {
        ...ALL_OK,
        outcomes: 'bad-payload ok ok',
        cached: ['B.A', OLD],
        values: [],
      }),
      body('twice the same', list(entry('A.A', ohlc(1)), entry('A.A', ohlc(1)), ...rest), ALL_OK),
      body('twice, contradicting', list(entry('A.A', ohlc(1)), entry('A.A', ohlc(2)), ...rest), {
        ...ALL_OK,
        outcomes: 'bad-payload ok ok',
        values: [],
        cached: ['B.A', OLD],
      }),
      body(
        'twice, contradicting in one bucket',
        list(entry('A.A', ohlc(5, at(1)), ohlc(1)), entry('A.A', ohlc(2)), ...rest),
        { ...ALL_OK, values: [5] },
      ),
      body(
        'an entry without a name beside good ones',
        list(entry('A.A', ohlc(1)), { history: [] }, entry('B.A', ohlc(1))),
        { sentAt: ONCE, outcomes: 'ok ok old', cached: ['A.A', 'B.A'], values: [1] },
      ),
      body('a nameless entry may be anybody’s', list({ history: [] }, ...rest), {
        ...ALL_OK,
        outcomes: 'bad-payload ok ok',
        values: [],
        cached: ['B.A', OLD],
      }),
      history('no rows', [], { outcomes: 'absent-once ok ok', values: [] }),
      history('rows that are no rows', [null, 1, 'x', [], {}], {
        outcomes: 'bad-payload ok ok',
        values: [],
        cached: ['B.A', OLD],
      }),
      history('history null', null, { outcomes: 'bad-payload ok ok', values: [], cached: ['B.A', OLD] }),
    ]);
  });

  it('values that are no values, and times that are no times', async () => {
    const funding = (rate: number): Row => ({
      name: `funding of ${rate} %`,
      kind: 'funding_rate',
      play: () => [
        answer(
          200,
          JSON.stringify([
            { symbol: 'A.A', history: [ohlc(5, at(4, 'funding_rate')), ohlc(rate, at(0, 'funding_rate'))] },
          ]),
        ),
      ],
      expected: {
        sentAt: ONCE,
        outcomes: 'ok absent-once absent-once',
        cached: ['A.A', 'B.A', OLD],
        values: Math.abs(rate) > 100 ? [5] : [5, rate],
      },
    });
    const sums = (text: string): Row => ({
      name: `liquidations of ${text}`,
      kind: 'liquidations',
      play: () => [
        answer(200, `[{"symbol":"A.A","history":[{"t":${at(1)},"l":5,"s":5},{"t":${at()},"l":${text},"s":1}]}]`),
      ],
      expected: { sentAt: ONCE, outcomes: 'ok no-data no-data', cached: ['A.A', 'B.A', OLD], values: [5] },
    });
    const bad = [
      '"NaN"',
      '"Infinity"',
      '""',
      '"0x10"',
      '"1,5"',
      '" 1"',
      'true',
      '[]',
      '{}',
      'null',
      '1e999',
      '-1e999',
      '"1e999"',
      '-1',
      '"-1"',
    ];
    const day = 86_400;
    await runRows('values', [
      ...bad.map((text) => value(text, [5])),
      value('"0.01"', [5, 0.01]),
      value('1e300', [5]),
      value('1e18', [5]),
      value('999999999999999900', [5, 999_999_999_999_999_900]),
      value('0', [5, 0]),
      value('-0', [5, -0]),
      ...[0.01, -99, 100.5, -250, 5_000].map(funding),
      ...['-1', 'null', '"x"', '1e999'].map(sums),
      history('a bucket of tomorrow', [ohlc(5, at(1)), ohlc(9, at() + day)], { values: [5] }),
      history('the open bucket', [ohlc(5, at(1)), ohlc(1), ohlc(9, at(-1))], { values: [5, 1] }),
      history('only buckets of tomorrow', [ohlc(9, at() + day)], { outcomes: 'absent-once ok ok', values: [] }),
      history('times in ms', [ohlc(1, at() * 1_000)], {
        outcomes: 'bad-payload ok ok',
        values: [],
        cached: ['B.A', OLD],
      }),
      history('times off the grid', [ohlc(5, at(1)), ohlc(1, at() + 7)], { values: [5] }),
      history('times before the window', [ohlc(9, at(24 * 60)), ohlc(1)], { values: [1] }),
      history('times of 1970', [ohlc(9, 0), ohlc(9, -3_600), ohlc(1)], { values: [1] }),
      history('times as text', [ohlc(9, String(at(1))), ohlc(1)], { values: [1] }),
      history('times with a fraction', [ohlc(9, at(1) + 0.5), ohlc(1)], { values: [1] }),
      history('no order', [ohlc(1), ohlc(7, at(2)), ohlc(5, at(1)), ohlc(9, at(3))], { values: [9, 7, 5, 1] }),
      history('unknown fields', [{ ...ohlc(1), v: 1, extra: { deep: [] } }], { values: [1] }),
    ]);
  });

  it('encodings and sizes', async () => {
    const list = goodBody(ASKED);
    const padding = (size: number): string => list + ' '.repeat(size - list.length);
    const bomb = gzipSync(Buffer.alloc(64 * MB, 32));
    await runRows('encodings', [
      body('gzip', gzipSync(list), ALL_OK, { 'content-encoding': 'gzip' }),
      body('brotli', brotliCompressSync(list), ALL_OK, { 'content-encoding': 'br' }),
      body('broken gzip', gzipSync(list).subarray(0, 30), lost('bad-payload', THRICE), { 'content-encoding': 'gzip' }),
      body('gzip that is none', list, lost('upstream', THRICE), { 'content-encoding': 'gzip' }),
      body('gzip that is not announced', gzipSync(list), lost('bad-payload', THRICE)),
      body('byte order mark', `\uFEFF${list}`, ALL_OK),
      body('another charset announced', list, ALL_OK, { 'content-type': 'application/json; charset=iso-8859-1' }),
      body('UTF-16', Buffer.from(`\uFEFF${list}`, 'utf16le'), lost('bad-payload', THRICE)),
      body('bytes that are no UTF-8', Buffer.from(list.replace('A.A', 'A\u00ff.A'), 'latin1'), {
        ...ALL_OK,
        outcomes: 'bad-payload ok ok',
        cached: ['B.A', OLD],
        values: [],
      }),
      body('no content type', list, ALL_OK, { 'content-type': '' }),
      body('10 MB', padding(10 * MB), ALL_OK),
      body('a byte more', padding(10 * MB + 1), lost('bad-payload', ONCE, { detail: /longer than/ })),
      {
        name: 'more than 10 MB without a length',
        play: () => [bytes(head(200), padding(11 * MB))],
        expected: lost('bad-payload', ONCE),
      },
      body('an error of 11 MB', padding(11 * MB), lost('bad-payload', ONCE)),
      body('64 MB in 64 kB', bomb, lost('bad-payload', ONCE), { 'content-encoding': 'gzip' }),
    ]);
  });
});
