/** A Coinalyze-compatible HTTP server on loopback whose data are made up (reference: https://api.coinalyze.net/v1/doc/). */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../platform/clock.ts';
import { KEY_HEADER } from '../external/coinalyze/schema.ts';
import { answer } from './api.ts';
import { createQuotaWindow } from './quota.ts';

export interface SandboxOptions {
  /** Loopback address; 127.0.0.1 unless given. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Data clock, ms UTC: what the world's present is. It may stand still. */
  readonly now: () => number;
  /** Measures the quota's window, ms; the machine's monotonic clock unless given. */
  readonly quotaNow?: () => number;
  /** Calls per key in any window; the real API has 40 in 60,000 ms. */
  readonly quotaCalls: number;
  readonly quotaWindowMs: number;
  /** The only key accepted; any that is not empty when not given. */
  readonly key?: string;
  /** Every answer is held back this long, ms. */
  readonly latencyMs?: number;
}

interface SandboxStats {
  /** Requests that came in, whatever was answered. */
  readonly requests: number;
  /** Calls charged. */
  readonly calls: number;
  /** Requests answered with 429. */
  readonly limited: number;
}

export interface Sandbox {
  /** Base URL of the API, `http://127.0.0.1:<port>/v1`. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
  stats(): SandboxStats;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter?: string;
}

const BASE_PATH = '/v1/';

/** Resolves once the server listens; rejects with the system's error when it cannot (port taken, address not local). */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 0, latencyMs = 0 } = options;
  const stats = { requests: 0, calls: 0, limited: 0 };
  const reply = createResponder(options, stats);
  const server = createServer((request, response) => {
    stats.requests += 1;
    const answered = reply(request);
    if (latencyMs === 0) return send(response, answered);
    void systemClock.sleep(latencyMs).then(() => send(response, answered));
  });
  server.listen(port, host);
  await once(server, 'listening');

  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/v1`,
    port: bound,
    stats: () => ({ ...stats }),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createResponder(
  options: SandboxOptions,
  stats: { calls: number; limited: number },
): (request: IncomingMessage) => Reply {
  const { now, quotaNow = () => systemClock.monotonic() } = options;
  const quota = createQuotaWindow(options.quotaCalls, options.quotaWindowMs, quotaNow);
  return (request) => {
    const url = URL.parse(request.url ?? '/', 'http://sandbox');
    if (url === null) return failure(404, 'Not found');
    const key = request.headers[KEY_HEADER] ?? url.searchParams.get(KEY_HEADER);
    if (typeof key !== 'string' || key === '' || (options.key !== undefined && key !== options.key)) {
      return failure(401, 'Invalid/Missing API key');
    }
    if (request.method !== 'GET' || !url.pathname.startsWith(BASE_PATH)) return failure(404, 'Not found');
    const result = answer(url.pathname.slice(BASE_PATH.length), url.searchParams, now());
    if (!result.ok) return failure(result.status, result.message);
    const waitMs = quota.charge(key, result.calls);
    if (waitMs !== null) {
      stats.limited += 1;
      return { ...failure(429, 'Too many requests'), retryAfter: (Math.ceil(waitMs) / 1000).toFixed(3) };
    }
    stats.calls += result.calls;
    return { status: 200, body: result.rows() };
  };
}

function failure(status: number, message: string): Reply {
  return { status, body: { message } };
}

function send(response: ServerResponse, { status, body, retryAfter }: Reply): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  });
  response.end(JSON.stringify(body));
}
