/** GET over undici, with every way it can end as a value. */
import { Agent, fetch } from 'undici';
import type { Response } from 'undici';
import type { Clock } from './clock.ts';

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
      /** `tls`: the server is not who the address says, as far as its certificate tells. */
      readonly code: 'timeout' | 'network' | 'tls' | 'too-large' | 'redirect' | 'aborted';
      /** One sentence with host and path, never with the query, a header or a body. */
      readonly detail: string;
    };

export interface Http {
  /** Never rejects. Redirects are refused, because a followed one would hand our headers to another host. */
  get(url: URL, options: GetOptions): Promise<HttpResult>;
  /** Ends all connections, also those that are still being made to a host that does not answer. */
  close(): Promise<void>;
}

/** By the real clock, because it is undici's own. A host that is up answers in far less. */
const CONNECT_TIMEOUT_MS = 5_000;

export function createHttp({ clock, userAgent }: { readonly clock: Clock; readonly userAgent: string }): Http {
  // undici's own body timeout starts again with every chunk; the deadline of `get` is the one that counts.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT_TIMEOUT_MS } });
  return {
    get: (url, options) => get(url, options, { agent, clock, userAgent }),
    close: () => agent.destroy(),
  };
}

interface Transport {
  readonly agent: Agent;
  readonly clock: Clock;
  readonly userAgent: string;
}

async function get(url: URL, options: GetOptions, { agent, clock, userAgent }: Transport): Promise<HttpResult> {
  const place = `${url.host}${url.pathname}`;
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
    return failed(isUntrusted(error) ? 'tls' : 'network', `${place}: ${causeOf(error)}`);
  } finally {
    ended.abort();
  }
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
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that Node does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority that Node does not know',
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
