/** What each external history says about one candle, before a strategy weighs it (strategies.md 1.2, rulings.md 13 to 18). */
import type { FailureCode } from '../core/outcome.ts';
import type { SeriesKind } from '../core/series.ts';
import { isFinalFor } from '../core/series.ts';
import type { Reason, SeriesReading, StrategyInput } from '../core/strategy.ts';
import { HOUR_MS, TIMEFRAME_MS } from '../core/time.ts';
import { decimals, digits } from './scoring.ts';
import { MIN_HISTORY, rankingOf } from './series-ranks.ts';

const CODE: Readonly<Record<SeriesKind, string>> = {
  open_interest: 'OI',
  funding_rate: 'FUNDING',
  long_short_ratio: 'LONG_SHORT',
  liquidations: 'LIQUIDATIONS',
};

const NAME: Readonly<Record<SeriesKind, string>> = {
  open_interest: 'open interest',
  funding_rate: 'funding rate',
  long_short_ratio: 'long/short ratio',
  liquidations: 'net long liquidations of 3 h',
};

const IN_WORDS: Readonly<Record<FailureCode, string>> = {
  'not-listed': 'the market is not listed for it',
  'no-data': 'there is none upstream',
  'rate-limited': 'the upstream refused for lack of quota',
  deferred: "not reached within this run's budget",
  timeout: 'the request took too long',
  upstream: 'the request failed',
  'bad-payload': 'the answer could not be read',
  unauthorized: 'the key was refused',
  'no-provider': 'this run has no provider for it',
};

const UNKNOWN: SeriesReading = {
  status: 'neutral',
  reason: null,
  value: null,
  value_usd: null,
  change_pct: null,
  percentile: null,
  as_of: null,
  stale: false,
};

export interface Finding {
  readonly kind: SeriesKind;
  readonly reading: SeriesReading;
  /** True when no later answer can change it. */
  readonly certain: boolean;
  /** Of open interest, population standard deviation of the history; null when nothing was ranked. */
  readonly spread: number | null;
  /** Stable, e.g. `OI_PERCENTILE` or `OI_UNAVAILABLE:deferred`. */
  readonly code: string;
  readonly text: string;
}

/** Close time of the last candle, ms UTC. */
export function closeTimeOf({ candles }: StrategyInput): number {
  return candles.time[candles.length - 1]! + TIMEFRAME_MS[candles.timeframe];
}

/** Close of the latest candle that was closed at `time`; null when there is none. */
export function closeAt({ candles }: StrategyInput, time: number): number | null {
  const open = time - TIMEFRAME_MS[candles.timeframe];
  const index = candles.time.findLastIndex((candle) => candle <= open);
  return index < 0 ? null : candles.close[index]!;
}

/** `spanMs`: the stretch over which the change of open interest is measured. */
export function findingOf(input: StrategyInput, kind: SeriesKind, spanMs: number): Finding {
  const known = input.external[kind];
  if (known.state !== 'available')
    return neutral(kind, known.code, IN_WORDS[known.code], known.state === 'absent', UNKNOWN);

  const closeTime = closeTimeOf(input);
  const certain = isFinalFor(known.series, closeTime);
  const { sample, percentile, spread } = rankingOf(input.candles, known.series, closeTime, spanMs);
  if (sample.kind === 'none') {
    return neutral(kind, sample.cause, sample.detail, certain, { ...UNKNOWN, stale: !certain });
  }
  const { value, statistic, history, asOf } = sample;
  const hole = Number.isNaN(statistic);
  const reading: SeriesReading = {
    ...UNKNOWN,
    value,
    value_usd: kind === 'open_interest' || kind === 'liquidations' ? usdOf(input, value, asOf) : null,
    change_pct: kind === 'open_interest' && !hole ? 100 * statistic : null,
    as_of: asOf,
    stale: !certain,
  };
  if (hole) return neutral(kind, 'gap', `no bucket ${hours(spanMs)} before the candle's close`, certain, reading);
  if (percentile === null) {
    const detail = `${history.length} values to rank among, ${MIN_HISTORY[kind]} needed`;
    return neutral(kind, 'short-history', detail, certain, reading);
  }
  const rank = `percentile ${decimals(percentile)} of ${history.length} values`;
  return {
    kind,
    reading: { ...reading, status: 'used', percentile },
    certain,
    spread,
    code: `${CODE[kind]}_PERCENTILE`,
    text: `${describe(kind, value, statistic, spanMs)}: ${rank}`,
  };
}

/** Where a finding stands in time: `OI_CURRENT` or `OI_STALE`; one that is neutral says why instead. */
export function statusOf({ kind, reading, code, text }: Finding, closeTime: number): Reason {
  if (reading.status === 'neutral' || reading.as_of === null) return { code, text };
  const age = `${NAME[kind]}: newest bucket ended ${hours(closeTime - reading.as_of)} before the candle's close`;
  return reading.stale
    ? { code: `${CODE[kind]}_STALE`, text: `${age}, others are still missing` }
    : { code: `${CODE[kind]}_CURRENT`, text: age };
}

function neutral(
  kind: SeriesKind,
  cause: FailureCode | 'too-old' | 'gap' | 'short-history',
  detail: string,
  certain: boolean,
  reading: SeriesReading,
): Finding {
  const code = `${CODE[kind]}_UNAVAILABLE:${cause}`;
  const text = `${NAME[kind]} counts as neutral: ${detail}`;
  return { kind, reading: { ...reading, reason: code }, certain, spread: null, code, text };
}

/** The amount in USD at the close of the latest candle that was closed at `time`; null where it cannot be converted. */
function usdOf(input: StrategyInput, amount: number, time: number): number | null {
  const { amounts } = input;
  if (amounts === null || amounts.denomination === 'CONTRACTS') return null;
  if (amounts.denomination === 'QUOTE_ASSET') return amount;
  const close = closeAt(input, time);
  return close === null ? null : amount * close * amounts.baseFactor;
}

function describe(kind: SeriesKind, value: number, statistic: number, spanMs: number): string {
  if (kind !== 'open_interest') return `${NAME[kind]} ${digits(value)}${kind === 'funding_rate' ? ' %' : ''}`;
  return `${NAME[kind]} ${statistic < 0 ? '' : '+'}${decimals(100 * statistic)} % in ${hours(spanMs)}`;
}

function hours(ms: number): string {
  return `${digits(ms / HOUR_MS)} h`;
}
