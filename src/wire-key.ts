/** Builds what the one call of `scan doctor` needs, 1 call, charged to the ledger like those of a scan. */
import type { Config } from './config.ts';
import { createCoinalyze } from './external/coinalyze/api.ts';
import { sendLimited } from './external/limited.ts';
import { systemClock } from './platform/clock.ts';
import { createHttp, type Http, type HttpResult } from './platform/http.ts';
import { ledgerFile, limitsOf, openLedger } from './platform/ledger.ts';
import { Quota } from './platform/quota.ts';

export interface KeyAnswer {
  /**
   * `limited`: the server says that the quota is used up. `blocked`: somebody on the way, or the law, lets nothing through. `proxy`: one that
   * lets nobody through as it is set. `untrusted`: a certificate. `unreachable`: no usable answer. `not-sent`: the own quota has no room,
   * or cannot be counted.
   */
  readonly kind: 'accepted' | 'refused' | 'limited' | 'blocked' | 'proxy' | 'untrusted' | 'unreachable' | 'not-sent';
  /** One sentence without the key. */
  readonly detail: string;
  readonly host: string;
  /** How far the clock here is behind the server's, ms, negative when it is ahead; null without an answer that says. */
  readonly clockDifferenceMs: number | null;
}

/** Other programs' requests are waited for, but not a whole window. */
const LONGEST_WAIT_MS = 10_000;
/** The `Date` header counts whole seconds, cut off. */
const HALF_A_SECOND_MS = 500;

/** Asks for the list of exchanges once. Never rejects. */
export async function askWithKey(config: Config, apiKey: string, version: string): Promise<KeyAnswer> {
  const host = new URL(config.baseUrl).host;
  const limits = limitsOf(config);
  const opened = openLedger(ledgerFile(config.stateDir, config.baseUrl, apiKey), limits, systemClock);
  if (!opened.ok) return { kind: 'not-sent', detail: opened.detail, host, clockDifferenceMs: null };
  const quota = new Quota(opened.ledger, limits, systemClock);
  const timed = timing(createHttp({ clock: systemClock, userAgent: `perpscan/${version}` }));
  try {
    const coinalyze = createCoinalyze({
      http: timed.http,
      baseUrl: config.baseUrl,
      apiKey,
      dataClock: systemClock,
      timeoutMs: limits.requestTimeoutMs,
      windowMs: limits.windowMs,
    });
    const limited = { quota, clock: systemClock, deadline: systemClock.monotonic() + LONGEST_WAIT_MS };
    const abort = AbortSignal.timeout(LONGEST_WAIT_MS + limits.requestTimeoutMs);
    const [reply] = await sendLimited(1, (signal) => coinalyze.exchanges(signal), limited, abort);
    const { last, clockDifferenceMs } = timed.state;
    const told = { host, clockDifferenceMs };
    if (reply === undefined || reply.ok) return { kind: 'accepted', detail: 'accepted', ...told };
    return { kind: last === null ? 'not-sent' : kindOf(reply.code, last), detail: reply.detail, ...told };
  } finally {
    quota.close();
    await timed.http.close();
  }
}

function kindOf(code: string, last: HttpResult): KeyAnswer['kind'] {
  if (code === 'unauthorized') return 'refused';
  if (code === 'rate-limited') return 'limited';
  if (last.kind === 'failed') return OWN_WORDS.get(last.code) ?? 'unreachable';
  if (last.status === 407) return 'proxy';
  return last.status === 403 || last.status === 451 ? 'blocked' : 'unreachable';
}

const OWN_WORDS = new Map<string, KeyAnswer['kind']>([
  ['proxy', 'proxy'],
  ['tls', 'untrusted'],
]);

interface Told {
  last: HttpResult | null;
  clockDifferenceMs: number | null;
}

/** `http` that remembers how the last request ended, and how far the server's clock is from ours. */
function timing(http: Http): {
  readonly http: Http;
  readonly state: Told;
} {
  const state: Told = { last: null, clockDifferenceMs: null };
  const get: Http['get'] = async (url, options) => {
    const start = systemClock.monotonic();
    const result = await http.get(url, options);
    state.last = result;
    const middle = systemClock.now() - (systemClock.monotonic() - start) / 2;
    const date = result.kind === 'response' ? Date.parse(result.headers.date ?? '') : Number.NaN;
    if (Number.isFinite(date)) state.clockDifferenceMs = date + HALF_A_SECOND_MS - middle;
    return result;
  };
  return { http: { get, close: () => http.close() }, state };
}
