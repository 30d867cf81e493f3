/** The ping to a dead-man service such as healthchecks.io: loaded by runs that have an address for it. */
import { SECOND_MS } from './core/time.ts';
import type { Clock } from './platform/clock.ts';
import { createHttp } from './platform/http.ts';

const LONGEST_MS = 10 * SECOND_MS;
/** A run that was told to end has seven seconds, of which the request in flight may take five. */
const LONGEST_INTERRUPTED_MS = 1.5 * SECOND_MS;
/** Such services answer with a word. */
const MOST_BYTES = 1 << 20;

export interface PingOptions {
  readonly version: string;
  readonly clock: Clock;
  /** Fires when the run is told to end; when it has fired already, the ping is a short one. */
  readonly interrupt: AbortSignal;
}

/** One GET, which carries nothing of the run. Null when it was heard, else the reason, with the host alone: paths of pings are secrets. Never rejects. */
export async function ping(address: string, isComplete: boolean, options: PingOptions): Promise<string | null> {
  const { version, clock, interrupt } = options;
  const url = pingUrl(address, isComplete);
  const http = createHttp({ clock, userAgent: `perpscan/${version}` });
  try {
    const result = await http.get(url, {
      headers: {},
      timeoutMs: interrupt.aborted ? LONGEST_INTERRUPTED_MS : LONGEST_MS,
      maxBytes: MOST_BYTES,
      abort: interrupt.aborted ? new AbortController().signal : interrupt,
    });
    if (result.kind === 'failed') return result.detail.replace(`${url.host}${url.pathname}`, url.host);
    return result.status < 300 ? null : `${url.host}: answered ${result.status}`;
  } finally {
    await http.close();
  }
}

/** `/fail` stands behind the path, and the query stays: `https://host/id/fail?rid=7`. */
function pingUrl(address: string, isComplete: boolean): URL {
  const url = new URL(address);
  if (!isComplete) url.pathname = `${url.pathname.replace(/\/+$/, '')}/fail`;
  return url;
}
