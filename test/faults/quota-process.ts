/**
 * Sends requests through the program's own limiter until it is killed, or until it has sent as many as it was told.
 * Argument: JSON of `QuotaOrder`.
 */
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import { createCoinalyze } from '../../src/external/coinalyze/api.ts';
import { createLimited } from '../../src/external/limited.ts';
import type { SeriesProvider } from '../../src/external/provider.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createHttp } from '../../src/platform/http.ts';
import { openLedger, type LedgerLimits } from '../../src/platform/ledger.ts';
import { Quota } from '../../src/platform/quota.ts';

export interface QuotaOrder {
  readonly url: string;
  /** `:memory:` is the planted bug: a ledger that nobody shares. */
  readonly ledger: string;
  readonly limits: LedgerLimits;
  /** Requests to send, one after the other; 0 for no end. */
  readonly requests: number;
  /** Symbols of one request; 0 for any number up to 20. */
  readonly size: number;
  /** The planted bug instead of the limiter: all calls come back when the clock shows a full window. */
  readonly fixedWindow: boolean;
  /** When to open the ledger, ms since 1970, so that several do at once; 0 for right away. */
  readonly openAt: number;
}

const order = JSON.parse(process.argv[2] ?? '') as QuotaOrder;
const { limits } = order;
const NEVER = new AbortController().signal;
const WINDOW = { from: 0, to: 3_600_000, closedBy: 3_600_000 };

while (performance.timeOrigin + performance.now() < order.openAt);
const opened = openLedger(order.ledger, limits, systemClock);
if (!opened.ok) throw new Error(opened.detail);
const quota = new Quota(opened.ledger, limits, systemClock);
const http = createHttp({ clock: systemClock, userAgent: `process ${process.pid}` });
const api = createCoinalyze({
  http,
  baseUrl: order.url,
  apiKey: 'one key',
  dataClock: systemClock,
  timeoutMs: limits.requestTimeoutMs,
  windowMs: limits.windowMs,
});
const limited = order.fixedWindow ? fixedWindow() : createLimited(api, { quota, clock: systemClock });

for (let sent = 0; order.requests === 0 || sent < order.requests; sent += 1) {
  const size = order.size === 0 ? 1 + Math.floor(Math.random() * 20) : order.size;
  const symbols = Array.from({ length: size }, (_, i) => `S${i}` as CoinalyzeSymbol);
  const [first] = await limited.fetch('funding_rate', symbols, WINDOW, NEVER);
  process.stdout.write(`${JSON.stringify(first)}\n`);
}
quota.close();
await http.close();

function fixedWindow(): SeriesProvider {
  let window = -1;
  let left = 0;
  return {
    fetch: async (kind, symbols, asked, abort) => {
      const now = systemClock.now();
      const current = Math.floor(now / limits.windowMs);
      if (window === -1) await systemClock.sleep((current + 1) * limits.windowMs - now - limits.windowMs / 4);
      if (current !== window) left = limits.calls;
      window = current;
      if (symbols.length > left) {
        await systemClock.sleep((current + 1) * limits.windowMs - now);
        return [];
      }
      left -= symbols.length;
      return api.fetch(kind, symbols, asked, abort);
    },
  };
}
