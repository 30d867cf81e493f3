/** The batch job with the provider that was chosen, in the time it is given. */
import type { Config } from '../config.ts';
import type { SealedFeed } from '../feed/sealed-signal.ts';
import { systemClock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Progress } from '../platform/progress.ts';
import type { FetchingTime, ScanServices, TimeBound } from '../job/request.ts';
import { scan, type ScanRequest } from '../scan.ts';

export interface UpstreamScan {
  readonly config: Config;
  readonly version: string;
  readonly log: Log;
  readonly progress: Progress;
  readonly interrupt: AbortSignal;
  /** When the feed has to be written, ms of the monotonic clock. */
  readonly deadline: number;
  readonly publish: ScanServices['publish'];
}

/** @throws Interrupted when `interrupt` fires, after the request in flight has been answered and kept or given up */
export async function scanUpstream(request: ScanRequest, options: UpstreamScan): Promise<SealedFeed> {
  const { config, version, log, progress, interrupt, publish } = options;
  const leftMs = Math.max(0, Math.ceil(options.deadline - systemClock.monotonic()));
  const fetching: FetchingTime = {
    goal: boundAfter(leftMs, interrupt),
    rest: boundAfter(Math.min(leftMs, config.budgetMs), interrupt),
    restEndsBy: leftMs < config.budgetMs ? 'deadline' : 'budget',
  };
  const services = { clock: systemClock, log, progress, fetching, interrupt, publish };
  if (request.provider === 'none') return scan(request, { ...services, upstream: null });
  // HTTP client and cache are of no use to a run without series.
  const { openUpstream } = await import('../wire.ts');
  const upstream = await openUpstream(request.provider, {
    config,
    version,
    asOf: request.asOf,
    giveUp: AbortSignal.timeout(leftMs),
    onBatch: ({ kind, symbols }) => log.debug('sending', { kind, symbols: symbols.length }),
    note: (text) => log.warn(text),
  });
  try {
    const feed = await scan(request, { ...services, upstream });
    const { droppedRows, foreignSymbols } = upstream.oddities();
    if (droppedRows > 0) log.warn(`${droppedRows} rows of the answers were not usable and were left out`);
    if (foreignSymbols > 0) log.warn(`${foreignSymbols} symbols came without being asked for and were left out`);
    return feed;
  } finally {
    await upstream.close();
  }
}

/**
 * Over after `ms` (at most 24 days) or with `interrupt`. The timer holds on to its signal: one of AbortSignal.any() over
 * AbortSignal.timeout() holds its sources weakly, and once they are collected it never fires. `fetching` looks at `over` only.
 */
export function boundAfter(ms: number, interrupt: AbortSignal): TimeBound {
  const end = new AbortController();
  const interrupted = (): void => end.abort(interrupt.reason);
  if (interrupt.aborted) interrupted();
  else interrupt.addEventListener('abort', interrupted, { once: true });
  if (ms <= 0) end.abort();
  else setTimeout(() => end.abort(), ms).unref();
  return { over: end.signal, until: systemClock.now() + ms };
}
