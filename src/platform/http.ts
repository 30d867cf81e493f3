/** GET over undici, with every way it can end as a value. */
import { Agent, fetch, ProxyAgent } from 'undici';
import type { Dispatcher, Response } from 'undici';
import type { Clock } from './clock.ts';
import { proxyFor, type Environment } from './proxy.ts';

export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** For everything from connecting to the last byte, by the monotonic clock. */
  readonly timeoutMs: number;
  /** Limit of the decoded body. */
  readonly maxBytes: number;
  readonly abort: AbortSignal;
}

export type HttpResult =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** Lower-case names, as received. */
      readonly headers: {
        readonly retryAfter: string | null;
        readonly date: string | null;
        readonly contentType: string | null;
      };
      readonly text: string;
    }
  | {
      readonly kind: 'failed';
      /** `tls`: the server is not who the address says, as far as its certificate tells. `proxy`: one that lets nobody through as it is set. */
      readonly code: 'timeout' | 'network' | 'tls' | 'proxy' | 'too-large' | 'redirect' | 'aborted';
      /** One sentence with host and path, never with the query, a header or a body. */
      readonly detail: string;
    };

export interface Http {
  /** Never rejects. Redirects are refused, because a followed one would hand our headers to another host. */
  get(url: URL, options: GetOptions): Promise<HttpResult>;
  /** Ends all connections, also those that are still being made to a host that does not answer. */
  close(): Promise<void>;
}

/** By the real clock, because it is undici's own: time for some addresses of a host, of which the first may be dead. */
const CONNECT_TIMEOUT_MS = 10_000;
/** One address after the other, each for so long: Node's own quarter of a second gives up on distant hosts that are well. */
export const ADDRESS_BY_ADDRESS = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 2_500 } as const;

export interface HttpOptions {
  readonly clock: Clock;
  readonly userAgent: string;
  /** Names proxies, and the hosts that need none. */
  readonly env?: Environment;
}

export function createHttp({ clock, userAgent, env = process.env }: HttpOptions): Http {
  // undici's own body timeout starts again with every chunk; the deadline of `get` is the one that counts.
  const timeouts = { headersTimeout: 0, bodyTimeout: 0 };
  const agents = new Map<string, Dispatcher>();
  const agentFor = (proxy: URL | null): Dispatcher => {
    const known = agents.get(proxy?.href ?? '');
    if (known !== undefined) return known;
    const agent =
      proxy === null
        ? new Agent({ ...timeouts, connect: { timeout: CONNECT_TIMEOUT_MS, ...ADDRESS_BY_ADDRESS } })
        : new ProxyAgent({
            ...timeouts,
            uri: proxy.href,
            connectTimeout: CONNECT_TIMEOUT_MS,
            // The port is the proxy's in any case.
            proxyTls: { ...ADDRESS_BY_ADDRESS, port: 0 },
          });
    agents.set(proxy?.href ?? '', agent);
    return agent;
  };
  return {
    get: async (url, options) => {
      const proxy = proxyFor(url, env);
      const place = `${url.host}${url.pathname}`;
      if (proxy === null) return get(url, options, { agent: agentFor(null), clock, userAgent, place });
      const { variable, url: address } = proxy;
      if (address === null)
        return failed('proxy', `${place}: ${variable} holds no address of a proxy; write http://host:port`);
      const through = `${place} through the proxy ${address.host} (${variable})`;
      return get(url, options, { agent: agentFor(address), clock, userAgent, place: through });
    },
    close: async () => void (await Promise.all([...agents.values()].map((agent) => agent.destroy()))),
  };
}

interface Transport {
  readonly agent: Dispatcher;
  readonly clock: Clock;
  readonly userAgent: string;
  /** Where to, in words. */
  readonly place: string;
}

async function get(url: URL, options: GetOptions, { agent, clock, userAgent, place }: Transport): Promise<HttpResult> {
  const ended = new AbortController();
  const deadline = new AbortController();
  void clock.sleep(options.timeoutMs, ended.signal).then(() => deadline.abort());
  try {
    const response = await fetch(url, {
      dispatcher: agent,
      headers: { 'user-agent': userAgent, accept: 'application/json', ...options.headers },
      redirect: 'manual',
      signal: AbortSignal.any([options.abort, deadline.signal]),
    });
    return await read(response, options.maxBytes, place);
  } catch (error) {
    if (options.abort.aborted) return failed('aborted', `${place}: given up`);
    if (deadline.signal.aborted)
      return failed('timeout', `${place}: no complete answer within ${options.timeoutMs} ms`);
    const refusal = refusalOf(error);
    // What a proxy says of the host beyond it may pass; that it lets nobody through does not.
    if (refusal !== null) return failed(refusal < 500 ? 'proxy' : 'network', `${place}: ${refusedText(refusal)}`);
    return failed(isUntrusted(error) ? 'tls' : 'network', `${place}: ${causeOf(error)}`);
  } finally {
    ended.abort();
  }
}

/** The status with which a proxy refused, which undici tells in its message alone; null for other errors. */
function refusalOf(error: unknown): number | null {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    // What fetch keeps to itself is the error that says nothing: of all answers to a GET this one alone.
    if (/^proxy authentication required/i.test(cause.message) || (cause.message === '' && !('code' in cause)))
      return 407;
    const status = /^Proxy response \((\d{3})\)/.exec(cause.message)?.[1];
    if (status !== undefined) return Number(status);
  }
  return null;
}

function refusedText(status: number): string {
  return status === 407 ? PROXY_ASKS : `the proxy refused to connect (${status})`;
}

async function read(response: Response, maxBytes: number, place: string): Promise<HttpResult> {
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    return failed('redirect', `${place}: answered with a redirect (${response.status}), which is not followed`);
  }
  const text = await readText(response, maxBytes);
  if (text === null) return failed('too-large', `${place}: the answer is longer than ${maxBytes} bytes`);
  return {
    kind: 'response',
    status: response.status,
    headers: {
      retryAfter: response.headers.get('retry-after'),
      date: response.headers.get('date'),
      contentType: response.headers.get('content-type'),
    },
    text,
  };
}

/** Counts decoded bytes while they come, so that a compressed bomb is cut off at the limit. Null beyond it. */
async function readText(response: Response, maxBytes: number): Promise<string | null> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function failed(code: Extract<HttpResult, { kind: 'failed' }>['code'], detail: string): HttpResult {
  return { kind: 'failed', code, detail };
}

/** What 407 means, whoever says it. */
export const PROXY_ASKS =
  'the proxy asks for a name and a password (407); they belong into its variable, as in http://name:password@host:port';

const PRIVATE_AUTHORITY =
  'its certificate is signed by an authority that Node does not know; NODE_EXTRA_CA_CERTS=<file.pem> names a private one';

/** What the usual failures mean, by the error's code. */
const IN_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed before the answer was complete',
  EPIPE: 'the connection was closed before the answer was complete',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name of the host could not be looked up; is the network up?',
  ENETUNREACH: 'the network cannot be reached',
  EHOSTUNREACH: 'the host cannot be reached',
  ETIMEDOUT: 'no connection within the time',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within the time',
  CERT_HAS_EXPIRED: 'its certificate has expired; is the clock right?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; NODE_EXTRA_CA_CERTS=<file.pem> names one to trust',
  SELF_SIGNED_CERT_IN_CHAIN: PRIVATE_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: PRIVATE_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: PRIVATE_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: PRIVATE_AUTHORITY,
};

/** OpenSSL's and Node's codes for a certificate that is refused, and for an answer that is no TLS at all. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|^INVALID_CA$|^ERR_TLS_|^ERR_SSL_/;

function isUntrusted(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && UNTRUSTED.test(cause.code)) return true;
  }
  return false;
}

/** The error's code in words, else the code or name itself. Its message may quote a header, and so the key. */
function causeOf(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    // One error per address that was tried; the first stands for all.
    if (cause instanceof AggregateError && cause.errors.length > 0) return causeOf(cause.errors[0]);
    if ('code' in cause && typeof cause.code === 'string') return IN_WORDS[cause.code] ?? cause.code;
    // The only failure that fetch reports by its message alone.
    if (cause.cause === undefined) return cause.message === 'bad port' ? 'no request may go to this port' : cause.name;
  }
  return 'unknown error';
}
