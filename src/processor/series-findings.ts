/** What one series says about one market's last candle. */
import { isKnownAbsence, type FailureCode } from '../core/outcome.ts';
import type { LiquidationSeries, Series, SeriesKind } from '../core/series.ts';
import { isInRange } from '../core/range.ts';
import { isFinalFor } from '../core/series.ts';
import { DAY_MS, HOUR_MS, floorTo } from '../core/time.ts';
import type { Finding, PriceMemo, SeriesAmounts } from './finding.ts';
import { closeAt } from './price-memo.ts';
import { MIN_HISTORY, rankSeries, type Ranking } from './series-rank.ts';
import { hoursOf } from './series-texts.ts';

const IN_WORDS: Readonly<Record<FailureCode, string>> = {
  'not-listed': 'the market is not listed for it',
  'no-data': 'there is none upstream',
  'absent-once': 'the answer left it out, and is asked for again after 15 minutes',
  'rate-limited': 'the upstream refused for lack of quota',
  deferred: "not reached within this run's budget",
  timeout: 'the request took too long',
  upstream: 'the request failed',
  'bad-payload': 'the answer could not be read',
  unauthorized: 'the key was refused',
  'no-provider': 'this run has no provider for it',
};

const NOTHING = {
  value: null,
  valueUsd: null,
  changePct: null,
  sum24hUsd: null,
  percentile: null,
  n: null,
  asOf: null,
  stale: false,
  spread: null,
} as const;

/** A series that there is not; `code` says why. */
export function missingFinding(kind: SeriesKind, code: FailureCode, spanMs: number): Finding {
  const why = { cause: code, detail: IN_WORDS[code] } as const;
  return { ...NOTHING, kind, status: 'neutral', ...why, final: isKnownAbsence(code), spanMs };
}

/**
 * `spanMs`: the stretch over which the change of open interest is measured. `ranking` may be handed in where it is known already: markets
 * that share a series and a close time, and kinds that do not look at the span, share it.
 */
export function findSeries(
  series: Series,
  price: PriceMemo,
  amounts: SeriesAmounts | null,
  spanMs: number,
  ranking: Ranking = rankSeries(series, price.closeTime, spanMs),
): Finding {
  const { kind } = series;
  const final = isFinalFor(series, price.closeTime);
  const { sample, percentile, spread } = ranking;
  const sum24hUsd = kind === 'liquidations' ? liquidated24hUsd(series, price, amounts) : null;
  const base = { ...NOTHING, kind, sum24hUsd, stale: !final, final, spanMs, status: 'neutral' } as const;
  if (sample.kind === 'none') return { ...base, cause: sample.cause, detail: sample.detail };
  const { value, statistic, history, asOf } = sample;
  const isAmount = kind === 'open_interest' || kind === 'liquidations';
  const valueUsd = isAmount ? usdOf(value, asOf, price, amounts) : null;
  if (!isInRange(statistic)) {
    const isGap = Number.isNaN(statistic);
    const detail = isGap ? `no bucket ${hoursOf(spanMs)} before the candle's close` : 'its change is out of range';
    return { ...base, value, valueUsd, asOf, cause: isGap ? 'gap' : 'out-of-range', detail };
  }
  const found = { ...base, value, valueUsd, asOf, changePct: kind === 'open_interest' ? 100 * statistic : null };
  if (percentile === null) {
    const detail = `${history.length} values to rank among, ${MIN_HISTORY[kind]} needed`;
    return { ...found, cause: 'short-history', detail };
  }
  return { ...found, status: 'used', cause: null, detail: null, percentile, n: history.length, spread };
}

/** The amount in USD at the close of the candle that was closed at `time`; null where it cannot be converted. */
function usdOf(amount: number, time: number, price: PriceMemo, amounts: SeriesAmounts | null): number | null {
  if (amounts?.denomination === 'QUOTE_ASSET') return amount;
  if (amounts?.denomination !== 'BASE_ASSET') return null;
  const usd = amount * closeAt(price, time) * amounts.baseFactor;
  return Number.isFinite(usd) ? usd : null;
}

/** Long and short ones of the 24 hourly buckets that ended by the close; null as long as one of them is not known. */
function liquidated24hUsd(series: LiquidationSeries, price: PriceMemo, amounts: SeriesAmounts | null): number | null {
  const end = floorTo(price.closeTime, HOUR_MS);
  if (amounts?.denomination !== 'QUOTE_ASSET' && amounts?.denomination !== 'BASE_ASSET') return null;
  if (series.completeTo < end || series.coveredFrom > end - DAY_MS) return null;
  const { time, long, short, length } = series;
  let first = length;
  while (first > 0 && time[first - 1]! >= end - DAY_MS) first -= 1;
  let sum = 0;
  for (let point = first; point < length && time[point]! < end; point += 1) {
    const amount = long[point]! + short[point]!;
    // Nothing is worth nothing, whatever the price.
    const usd = amount === 0 ? 0 : usdOf(amount, time[point]! + HOUR_MS, price, amounts);
    if (usd === null) return null;
    sum += usd;
  }
  return sum;
}
