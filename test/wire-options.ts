/** An upstream of made-up data in a folder of its own. */
import path from 'node:path';
import type { CoinalyzeSymbol } from '../src/core/market.ts';
import type { SeriesKey } from '../src/core/offer.ts';
import { SERIES_KINDS, SERIES_WINDOW_MS, type Window } from '../src/core/series.ts';
import { HOUR_MS } from '../src/core/time.ts';
import type { UpstreamConfig, UpstreamOptions } from '../src/wire.ts';

/** 2026-01-19T16:00Z: a 4h candle has just closed. */
const CLOSE = Date.UTC(2026, 0, 19, 16);
const WINDOW: Window = { from: CLOSE - SERIES_WINDOW_MS - 8 * HOUR_MS, to: CLOSE, closedBy: CLOSE };

function configFor(folder: string, changed: Partial<UpstreamConfig> = {}): UpstreamConfig {
  return {
    apiKey: null,
    baseUrl: 'https://api.example.invalid/v1',
    cacheDir: path.join(folder, 'cache'),
    stateDir: path.join(folder, 'state'),
    quotaCalls: 40,
    quotaWindowMs: 60_000,
    quotaMinSpacingMs: 2_200,
    requestTimeoutMs: 15_000,
    ...changed,
  };
}

export function optionsFor(folder: string, notes: string[], changed: Partial<UpstreamConfig> = {}): UpstreamOptions {
  return {
    config: configFor(folder, changed),
    version: '0.0.0',
    asOf: CLOSE,
    window: WINDOW,
    giveUp: new AbortController().signal,
    onBatch: () => undefined,
    note: (text) => notes.push(text),
  };
}

/** All series of three instruments that the sandbox lists. */
export function keysOf(names = ['BTCUSDT_PERP.A', 'ETHUSDT_PERP.A', 'SOLUSDT_PERP.A']): readonly SeriesKey[] {
  return names.flatMap((name) =>
    SERIES_KINDS.map((kind): SeriesKey => ({ provider: 'sandbox', kind, instrument: name as CoinalyzeSymbol })),
  );
}
