/**
 * A process of its own that asks for one symbol with the real clock and a cache on disk, and prints where the answer
 * came from and how much memory it took: `node api-process.ts <base URL> <cache file> <key>`.
 */
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import { SERIES_WINDOW_MS } from '../../src/core/series.ts';
import { floorTo, HOUR_MS } from '../../src/core/time.ts';
import { createCached } from '../../src/external/cached.ts';
import { createCoinalyze } from '../../src/external/coinalyze/api.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createHttp } from '../../src/platform/http.ts';
import { openStore } from '../../src/platform/store.ts';

const [baseUrl, file, apiKey] = process.argv.slice(2) as [string, string, string];
const http = createHttp({ clock: systemClock, userAgent: 'perpscan/test' });
const store = openStore(file, { clock: systemClock, note: (text) => process.stderr.write(`${text}\n`) });
const api = createCoinalyze({
  http,
  baseUrl,
  apiKey,
  dataClock: systemClock,
  timeoutMs: 15_000,
  windowMs: 60_000,
});
const provider = createCached(api, { cache: store.cache('series'), scope: 'test', dataClock: systemClock });
const closedBy = floorTo(systemClock.now(), 4 * HOUR_MS);
const window = { from: closedBy - SERIES_WINDOW_MS - HOUR_MS, to: closedBy, closedBy };
const before = process.resourceUsage().maxRSS;
const [reply] = await provider.fetch(
  'open_interest',
  ['BTC.H' as CoinalyzeSymbol],
  window,
  new AbortController().signal,
);
const grownKb = process.resourceUsage().maxRSS - before;
process.stdout.write(JSON.stringify({ outcome: reply!.ok ? reply!.origin : reply!.code, grownKb }));
await http.close();
store.close();
