/** What `scan doctor` says of the cached market list. Sends nothing. */
import type { Config } from '../config.ts';
import { formatDuration } from '../platform/text.ts';
import { loadMarketIndex } from '../symbols/load-market-index.ts';
import { openKept } from '../wire.ts';
import type { Check } from './doctor-checks.ts';

/** Null where none is cached: the next run asks for it. */
export async function checkMarketList(config: Config, now: number): Promise<Check | null> {
  const window = { from: now, to: now, closedBy: now };
  const kept = openKept('coinalyze', { config, asOf: now, window, note: () => undefined });
  try {
    const loaded = await loadMarketIndex({
      source: () => Promise.resolve({ ok: false, code: 'deferred', detail: 'the doctor does not ask' }),
      cache: kept.indexCache,
      scope: kept.scope,
      now: () => now,
      abort: AbortSignal.abort(),
    });
    if (!loaded.ok) return null;
    const { rows, unreadableRows, size } = loaded.index;
    const age = now - loaded.storedAt;
    const data = { rows, unreadable_rows: unreadableRows, perpetuals: size, age_s: Math.round(age / 1_000) };
    const fact = `${size} perpetuals in ${rows} rows, ${formatDuration(age)} old`;
    if (unreadableRows === 0) return { name: 'market-list', status: 'ok', fact, remedy: null, data };
    const remedy =
      'their markets are neutral; scan ... --refresh markets asks anew, and so does any run after 15 minutes';
    return { name: 'market-list', status: 'warn', fact: `${fact}; ${unreadableRows} cannot be read`, remedy, data };
  } finally {
    await kept.close();
  }
}
