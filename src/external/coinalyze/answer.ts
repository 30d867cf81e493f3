/** What one HTTP answer means, before anybody looks at its rows. */
import type { FailureCode } from '../../core/outcome.ts';
import { PROXY_ASKS, type HttpResult } from '../../platform/http.ts';
import type { RequestFailure } from '../provider.ts';
import { retryAfterMs } from './retry-after.ts';
import { errorBody, page } from './schema.ts';

const KEY_REFUSED = 'the key in COINALYZE_API_KEY was refused, copy it again from your Coinalyze account';

/** Statuses of which no request of this run, nor another key, makes anything else. */
const BLOCKS: ReadonlyMap<number, string> = new Map([
  [403, 'blocked by something on the way, such as a firewall or a CDN; the key was not refused'],
  [407, PROXY_ASKS],
  [451, 'refused for legal reasons where this machine is; the key was not refused'],
]);

export type Page = { readonly ok: true; readonly rows: readonly unknown[] } | RequestFailure;

type TransportCode = Extract<HttpResult, { kind: 'failed' }>['code'];

const TRANSPORT_FAILURES: Readonly<Record<TransportCode, readonly [FailureCode, RequestFailure['remedy']]>> = {
  timeout: ['timeout', 'again'],
  network: ['upstream', 'again'],
  tls: ['upstream', 'stop'],
  proxy: ['upstream', 'stop'],
  'too-large': ['bad-payload', 'none'],
  redirect: ['upstream', 'none'],
  aborted: ['deferred', 'none'],
};

export function transportFailure({ code, detail }: Extract<HttpResult, { kind: 'failed' }>): RequestFailure {
  return failure(...TRANSPORT_FAILURES[code], detail);
}

export function readAnswer(response: Extract<HttpResult, { kind: 'response' }>, windowMs: number): Page {
  const { status, headers, text } = response;
  if (status === 200) return readPage(text, headers.contentType);
  const detail = `HTTP ${status}: ${messageOf(text)}`;
  const pause = retryAfterMs(headers.retryAfter, headers.date);
  if (status === 429) return failure('rate-limited', 'wait', detail, pause ?? windowMs);
  const message = textOf(text);
  if (status === 401 || (status === 403 && message !== null))
    return failure('unauthorized', 'stop', `HTTP ${status}: ${KEY_REFUSED} (${message ?? NO_MESSAGE})`);
  const block = BLOCKS.get(status);
  if (block !== undefined) return failure('upstream', 'stop', `HTTP ${status}: ${block}`);
  if (status === 400) return failure('upstream', 'split', detail);
  const mayPass = status === 408 || status === 425 || status >= 500;
  return failure('upstream', mayPass ? 'again' : 'none', detail, pause);
}

/** A body that is not JSON is taken for a broken transfer or a proxy's page, which may pass; one of another shape is not. */
function readPage(text: string, contentType: string | null): Page {
  const json = parseJson(text);
  if (json === undefined) {
    return failure(
      'bad-payload',
      'again',
      `the answer is not JSON (${contentType ?? 'no type'}, ${text.length} characters)`,
    );
  }
  const rows = page.safeParse(json);
  if (rows.success) return { ok: true, rows: rows.data };
  return failure('bad-payload', 'none', `the answer is not a list: ${messageOf(text)}`);
}

const NO_MESSAGE = 'no message';

function messageOf(text: string): string {
  return textOf(text) ?? NO_MESSAGE;
}

/** What the API itself says; null for a body that is not its own. */
function textOf(text: string): string | null {
  const body = errorBody.safeParse(parseJson(text));
  return body.success ? body.data.message : null;
}

/** Undefined when the text is not JSON, which no JSON text stands for. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function failure(
  code: FailureCode,
  remedy: RequestFailure['remedy'],
  detail: string,
  pause: number | null = null,
): RequestFailure {
  return { ok: false, code, detail, remedy, retryAfterMs: pause };
}
