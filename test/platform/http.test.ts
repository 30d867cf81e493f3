import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { createHttp } from '../../src/platform/http.ts';
import type { GetOptions, Http, HttpResult } from '../../src/platform/http.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { json, REFUSING_URL, silence, startScriptedServer, status, text } from '../support/scripted-server.ts';
import type { Script, ScriptedServer } from '../support/scripted-server.ts';

const KEY = 'canary-0f3d';

describe('http', () => {
  let server: ScriptedServer;
  let http: Http;
  const clock = new FakeClock();

  beforeEach(async () => {
    server = await startScriptedServer();
    http = createHttp({ clock, userAgent: 'perpscan/test' });
  });
  afterEach(async () => {
    await server.close();
    await http.close();
  });

  function get(options: Partial<GetOptions> = {}, base = server.url): Promise<HttpResult> {
    return http.get(new URL(`${base}/thing?symbols=A`), {
      headers: { api_key: KEY },
      timeoutMs: 15_000,
      maxBytes: 10_000,
      abort: new AbortController().signal,
      ...options,
    });
  }

  it('a response has status, headers and text', async () => {
    server.play(status(429, { 'retry-after': '49.119', date: 'Wed, 21 Oct 2026 07:28:00 GMT' }, { message: 'é' }));
    expect(await get()).toEqual({
      kind: 'response',
      status: 429,
      headers: { retryAfter: '49.119', date: 'Wed, 21 Oct 2026 07:28:00 GMT', contentType: null },
      text: '{"message":"é"}',
    });
    expect(server.requests[0]!.headers).toMatchObject({ api_key: KEY, 'user-agent': 'perpscan/test' });
  });

  it('a redirect is not followed, so the key reaches no other place', async () => {
    server.play(status(302, { location: `${server.url}/elsewhere` }), json([]));
    expect(await get()).toMatchObject({ kind: 'failed', code: 'redirect' });
    expect(server.requests).toHaveLength(1);
  });

  it('a compressed answer is read, and cut off when it unpacks beyond the limit', async () => {
    const gzip =
      (body: Buffer): Script =>
      (_, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
    const tenMegabytes = gzipSync(Buffer.alloc(10_000_000));
    server.play(gzip(gzipSync('[1,2]')), gzip(Buffer.concat(Array.from({ length: 40 }, () => tenMegabytes))));
    expect(await get()).toMatchObject({ text: '[1,2]' });
    const before = process.memoryUsage().rss;
    expect(await get()).toMatchObject({ kind: 'failed', code: 'too-large' });
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  it('an answer one byte beyond the limit is too large, one at the limit is not', async () => {
    server.play(text('x'.repeat(10_000)), text('x'.repeat(10_001)));
    expect(await get()).toMatchObject({ kind: 'response' });
    expect(await get()).toMatchObject({ kind: 'failed', code: 'too-large' });
  });

  it('a body that trickles for ever ends at the deadline for the whole answer', async () => {
    let stop = (): void => undefined;
    server.play((_, response) => {
      const drip = setInterval(() => response.write(' '), 1);
      stop = () => clearInterval(drip);
      response.on('close', stop);
    });
    const result = get();
    const woken = new Promise<void>((resolve) => {
      const poll = setInterval(() => {
        if (server.requests.length === 0) return;
        clearInterval(poll);
        resolve();
      }, 1);
    });
    await woken;
    await clock.advance(14_999);
    await clock.advance(1);
    expect(await result).toMatchObject({ kind: 'failed', code: 'timeout' });
    expect(clock.sleepers).toBe(0);
    stop();
  });

  it('an abort ends a request that is waiting', async () => {
    server.play(silence);
    const abort = new AbortController();
    const result = get({ abort: abort.signal });
    abort.abort();
    expect(await result).toMatchObject({ kind: 'failed', code: 'aborted' });
  });

  it('a connection cut in the middle of a body is a network failure', async () => {
    server.play((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => response.destroy(), 2);
    });
    expect(await get()).toMatchObject({ kind: 'failed', code: 'network' });
  });

  it('the usual failures are told in words', async () => {
    const refused = await get({}, REFUSING_URL);
    expect(refused).toMatchObject({ detail: expect.stringMatching(/: connection refused$/) });
    const forbidden = await get({}, 'http://127.0.0.1:1/v1');
    expect(forbidden).toMatchObject({ detail: expect.stringMatching(/: no request may go to this port$/) });
  });

  it('no failure quotes the query or the key', async () => {
    const refused = await get({}, REFUSING_URL);
    expect(refused).toMatchObject({ kind: 'failed', code: 'network' });
    const unsendable = await get({ headers: { api_key: `${KEY}\n${KEY}` } });
    const illegal = await get({ headers: { api_key: `${KEY}\u{1F511}` } });
    for (const result of [refused, unsendable, illegal]) {
      expect(result.kind === 'failed' ? result.detail : KEY).not.toMatch(/canary|symbols/);
    }
  });

  it('the real clock ends a silent request as well', async () => {
    server.play(silence);
    const real = createHttp({ clock: systemClock, userAgent: 'perpscan/test' });
    const options = { headers: {}, timeoutMs: 5, maxBytes: 10, abort: new AbortController().signal };
    expect(await real.get(new URL(server.url), options)).toMatchObject({ code: 'timeout' });
    await real.close();
  });
});
