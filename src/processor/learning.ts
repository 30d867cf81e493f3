/** What the series add to a market that was judged from candles alone: findings, and with them the scores. */
import { isDollar, type NamedMarket, type Resolution } from '../core/market.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Series, SeriesKind } from '../core/series.ts';
import type { Strategy } from '../core/strategy.ts';
import { DAY_MS } from '../core/time.ts';
import { causeBefore } from './askable.ts';
import type { Finding, Findings, SeriesAmounts } from './finding.ts';
import type { JudgedCandles, KnownMarket, Score, StrategyAnswer } from './known-market.ts';
import { scoreOf } from './score.ts';
import { findSeries, missingFinding } from './series-findings.ts';
import { rankSeries, type Ranking } from './series-rank.ts';

/** A market before anything is known of its series. */
export function unfetched(
  market: NamedMarket,
  judged: JudgedCandles,
  resolution: Resolution,
  strategies: readonly Strategy[],
): KnownMarket {
  const missing = (kind: SeriesKind): Finding => missingFinding(kind, causeBefore(resolution, kind), DAY_MS);
  const findings: Findings = {
    open_interest: missing('open_interest'),
    funding_rate: missing('funding_rate'),
    long_short_ratio: missing('long_short_ratio'),
    liquidations: missing('liquidations'),
  };
  const ownFindings = judged.answers.map(() => findings);
  return { ...judged, market, resolution, findings, ownFindings, scores: scoresOf(judged, strategies, ownFindings) };
}

/** Ranks one series for a close time and a span. */
export type RankOf = (closeTime: number, spanMs: number) => Ranking;

/** Markets that share a series mostly share the close time too: each is ranked once. */
export function sharedRanks(series: Series): RankOf {
  const known = new Map<string, Ranking>();
  return (closeTime, spanMs) => {
    const key = `${closeTime} ${spanMs}`;
    const found = known.get(key) ?? rankSeries(series, closeTime, spanMs);
    known.set(key, found);
    return found;
  };
}

/** The market with what `outcome` says of one kind of its series; `rankOf` ranks that series. */
export function withSeries(
  known: KnownMarket,
  kind: SeriesKind,
  outcome: Outcome<Series>,
  rankOf: RankOf | null,
  strategies: readonly Strategy[],
): KnownMarket {
  const { memo, resolution } = known;
  if (memo === null) return known;
  const amounts = amountsOf(resolution);
  const find = (spanMs: number): Finding =>
    outcome.ok
      ? findSeries(outcome.value, memo, amounts, spanMs, rankOf?.(memo.closeTime, spanMs))
      : missingFinding(kind, outcome.code, spanMs);
  const usual = find(DAY_MS);
  const findings: Findings = { ...known.findings, [kind]: usual };
  const ownFindings = known.answers.map((answer, index) => {
    const spanMs = spanOf(answer);
    if (spanMs === DAY_MS) return findings;
    const own = kind === 'open_interest' ? find(spanMs) : usual;
    return { ...known.ownFindings[index]!, [kind]: own };
  });
  return { ...known, findings, ownFindings, scores: scoresOf(known, strategies, ownFindings) };
}

function spanOf(answer: StrategyAnswer): number {
  return answer.kind === 'scored' ? answer.seriesSpanMs : DAY_MS;
}

function scoresOf(
  { answers }: JudgedCandles,
  strategies: readonly Strategy[],
  findings: readonly Findings[],
): readonly (Score | null)[] {
  return answers.map((answer, index) =>
    answer.kind === 'scored' ? scoreOf(answer, strategies[index]!.series, findings[index]!) : null,
  );
}

function amountsOf(resolution: Resolution): SeriesAmounts | null {
  if (resolution.tier === 'neutral' || !isDollar(resolution.name.quote)) return null;
  const { listed, name } = resolution;
  return { denomination: listed.denomination, baseFactor: listed.multiplier / name.multiplier };
}
