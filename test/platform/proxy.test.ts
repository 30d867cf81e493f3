import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { ADDRESS_BY_ADDRESS, createHttp, type HttpResult } from '../../src/platform/http.ts';
import { proxyFor, type Environment } from '../../src/platform/proxy.ts';
import { selfSigned } from '../support/certificate.ts';
import { openDeafPort } from '../support/deaf-port.ts';
import { startProxy, type ProxyServer } from '../support/proxy-server.ts';
import { answer, startRawServer, type RawServer } from '../support/raw-server.ts';
import { json, startScriptedServer, status, type ScriptedServer } from '../support/scripted-server.ts';

describe('which proxy a request goes through', () => {
  const via = (url: string, env: Environment): string | null => {
    const proxy = proxyFor(new URL(url), env);
    return proxy === null ? null : `${proxy.variable} ${proxy.url?.href ?? 'unusable'}`;
  };

  it.each<[string, Environment, string | null]>([
    ['https://a.example/v1', {}, null],
    ['https://a.example/v1', { HTTPS_PROXY: '' }, null],
    ['https://a.example/v1', { HTTPS_PROXY: 'http://p:3128' }, 'HTTPS_PROXY http://p:3128/'],
    ['https://a.example/v1', { HTTPS_PROXY: 'p.corp:3128' }, 'HTTPS_PROXY http://p.corp:3128/'],
    ['https://a.example/v1', { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:2' }, 'https_proxy http://q:2/'],
    ['https://a.example/v1', { HTTP_PROXY: 'http://p:1' }, 'HTTP_PROXY http://p:1/'],
    ['http://a.example/v1', { HTTPS_PROXY: 'http://p:1' }, null],
    ['http://a.example/v1', { http_proxy: 'http://p:1' }, 'http_proxy http://p:1/'],
    ['https://a.example/v1', { HTTPS_PROXY: 'socks5://p:1080' }, 'HTTPS_PROXY socks5://p:1080'],
    ['https://a.example/v1', { HTTPS_PROXY: 'ftp://p:1' }, 'HTTPS_PROXY unusable'],
    ['https://a.example/v1', { HTTPS_PROXY: 'http://' }, 'HTTPS_PROXY unusable'],
    ['https://a.example/v1', { HTTPS_PROXY: 'http://p:99999' }, 'HTTPS_PROXY unusable'],
  ])('%s with %j', (url, env, expected) => {
    expect(via(url, env)).toBe(expected);
  });

  it.each<[string, string, boolean]>([
    ['https://api.coinalyze.net/v1', 'coinalyze.net', true],
    ['https://api.coinalyze.net/v1', '.coinalyze.net', true],
    ['https://api.coinalyze.net/v1', 'API.Coinalyze.Net', true],
    ['https://api.coinalyze.net./v1', 'api.coinalyze.net', true],
    ['https://api.coinalyze.net/v1', 'a.example, api.coinalyze.net', true],
    ['https://api.coinalyze.net/v1', 'a.example api.coinalyze.net', true],
    ['https://api.coinalyze.net/v1', '*', true],
    ['https://api.coinalyze.net/v1', '*.coinalyze.net', true],
    ['https://coinalyze.net/v1', '*.coinalyze.net', false],
    ['https://notcoinalyze.net/v1', 'coinalyze.net', false],
    ['https://api.coinalyze.net/v1', 'api.coinalyze.net:443', true],
    ['https://api.coinalyze.net/v1', 'api.coinalyze.net:80', false],
    ['http://127.0.0.1:8787/v1', '127.0.0.1:8787', true],
    ['http://127.0.0.1:8787/v1', '127.0.0.1', true],
    ['http://[::1]:8787/v1', '::1', true],
    ['http://[::1]:8787/v1', '[::1]:8787', true],
    ['http://[::1]:8787/v1', '[::1]:80', false],
    ['https://api.coinalyze.net/v1', '', false],
  ])('%s is exempt by NO_PROXY=%s: %s', (url, noProxy, exempt) => {
    const env = { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://p:1' };
    expect(via(url, { ...env, NO_PROXY: noProxy }) === null).toBe(exempt);
    expect(via(url, { ...env, no_proxy: noProxy, NO_PROXY: '*' }) === null).toBe(exempt);
  });
});

describe('requests through a proxy', () => {
  let proxy: ProxyServer;
  let plain: ScriptedServer;
  let secure: RawServer;
  beforeAll(async () => {
    plain = await startScriptedServer();
    plain.play(json([1]));
    secure = await startRawServer(selfSigned(new Date(Date.UTC(2020, 0, 1)), new Date(Date.UTC(2045, 0, 1))));
    secure.play(answer(200, '[2]'));
    proxy = await startProxy({ 'api.example': Number(new URL(plain.url).port) });
  });
  afterAll(async () => {
    for (const server of [proxy, plain, secure]) await server.close();
  });

  async function get(url: string, env: Environment): Promise<HttpResult> {
    const http = createHttp({ clock: systemClock, userAgent: 'perpscan/test', env });
    const abort = new AbortController().signal;
    const result = await http.get(new URL(url), {
      headers: { api_key: 'canary-77' },
      timeoutMs: 5_000,
      maxBytes: 1_000,
      abort,
    });
    await http.close();
    return result;
  }

  it('a host that only the proxy finds is reached, with the name and password of the proxy', async () => {
    const before = proxy.asked.length;
    const answered = await get('http://api.example/v1', { HTTP_PROXY: `http://me:pass%20word@${proxy.host}` });
    expect(answered).toMatchObject({ kind: 'response', status: 200, text: '[1]' });
    expect(proxy.asked.slice(before)).toMatchObject([
      { line: 'GET http://api.example/v1', credentials: 'me:pass word' },
    ]);
    expect(await get(plain.url, { HTTP_PROXY: `http://${proxy.host}`, NO_PROXY: '127.0.0.1' })).toMatchObject({
      text: '[1]',
    });
    expect(proxy.asked.length - before, 'not asked for what is exempt').toBe(1);
  });

  it('TLS goes through a tunnel: the proxy sees no key, and the certificate is still looked at', async () => {
    const before = proxy.asked.length;
    const refused = await get(secure.url, { https_proxy: proxy.host });
    const detail = expect.stringMatching(
      new RegExp(`through the proxy ${proxy.host} .https_proxy.: .*NODE_EXTRA_CA_CERTS`),
    );
    expect(refused).toMatchObject({ kind: 'failed', code: 'tls', detail });
    const [asked, ...more] = proxy.asked.slice(before);
    expect(more).toEqual([]);
    expect(asked).toMatchObject({ line: `CONNECT ${new URL(secure.url).host}`, credentials: null });
    expect(asked!.headers).not.toContain('canary');
  });

  it.each<[number, string, RegExp]>([
    [407, 'proxy', /name and a password \(407\)/],
    [403, 'proxy', /the proxy refused to connect \(403\)/],
    [502, 'network', /the proxy refused to connect \(502\)/],
  ])('a proxy that answers %i is told in words, without its password', async (code, kind, words) => {
    proxy.refuse(code);
    const result = await get(secure.url, { HTTPS_PROXY: `http://me:secret-word@${proxy.host}` });
    proxy.refuse(null);
    expect(result).toMatchObject({ kind: 'failed', code: kind, detail: expect.stringMatching(words) });
    expect(JSON.stringify(result)).not.toContain('secret-word');
  });

  it('a proxy that asks for a password before it passes a plain request on is told in the same words', async () => {
    proxy.refuse(407);
    const result = await get('http://api.example/v1', { HTTP_PROXY: `http://${proxy.host}` });
    proxy.refuse(null);
    expect(result).toMatchObject({
      kind: 'failed',
      code: 'proxy',
      detail: expect.stringMatching(/name and a password \(407\)/),
    });
  });

  it('a proxy that is not there, and a variable that names none, are told as such', async () => {
    const gone = await get(secure.url, { HTTPS_PROXY: 'http://127.0.0.1:2' });
    expect(gone).toMatchObject({
      code: 'network',
      detail: expect.stringMatching(/through the proxy 127\.0\.0\.1:2 .*: connection refused$/),
    });
    const none = await get(secure.url, { HTTPS_PROXY: 'ftp://me:secret-word@p' });
    expect(none).toEqual({
      kind: 'failed',
      code: 'proxy',
      detail: expect.stringMatching(/HTTPS_PROXY holds no address of a proxy/),
    });
    expect(JSON.stringify(none)).not.toContain('secret');
    plain.play(status(407), json([1]));
    expect(await get(plain.url, {}), 'whoever says it').toMatchObject({
      code: 'proxy',
      detail: expect.stringMatching(/\(407\)/),
    });
  });
});

describe('a host of several addresses', () => {
  it('is tried address by address, each for two and a half seconds', async () => {
    const deaf = await openDeafPort();
    const port = Number(new URL(deaf.url).port);
    const server = createServer();
    server.listen(port, '127.0.0.2');
    await once(server, 'listening');
    const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
    const lookup = (_: string, __: unknown, done: (error: null, all: typeof addresses) => void): void =>
      done(null, addresses);
    const sockets: Socket[] = [];
    let took = 0;
    // The deaf one's queue takes connections until it is full.
    while (sockets.at(-1)?.remoteAddress !== '127.0.0.2') {
      const start = performance.now();
      const socket = connect({ host: 'two.example', port, ...ADDRESS_BY_ADDRESS, lookup });
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      took = performance.now() - start;
      sockets.push(socket);
    }
    expect(took).toBeGreaterThanOrEqual(2_450);
    for (const socket of sockets) socket.destroy();
    server.close();
    await deaf.close();
  });
});
