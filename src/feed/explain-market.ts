/** A market's own numbers, and its series with the name of whose they are. */
import type { MarketRow, SeriesRow } from '../core/market-row.ts';
import { SERIES_KINDS, type SeriesKind } from '../core/series.ts';
import { formatDuration } from '../platform/text.ts';
import { paragraph, tableLines, type Column, type Look } from './layout.ts';
import { compactText, percentText } from './words.ts';

interface Row {
  readonly kind: SeriesKind;
  readonly series: SeriesRow;
  /** Close of the market's last candle, ms UTC. */
  readonly closed: number | null;
  /** Whether the strategy gives points for it; null when that is not known. */
  readonly scored: boolean | null;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'SERIES', align: 'left', text: ({ kind }) => kind },
  { title: 'VALUE', align: 'right', text: ({ kind, series }) => valueText(kind, series) },
  {
    title: 'USD',
    align: 'right',
    text: ({ series }) => (series.value_usd === null ? '' : compactText(series.value_usd)),
    dispensable: 3,
  },
  {
    title: '24H',
    align: 'right',
    text: ({ series }) => (series.change_pct === null ? '' : percentText(series.change_pct)),
    dispensable: 4,
  },
  { title: 'PERCENTILE', align: 'right', text: ({ series }) => series.percentile?.toFixed(2) ?? '', dispensable: 1 },
  { title: 'AGE', align: 'right', text: ageText, dispensable: 2 },
  { title: 'STATUS', align: 'left', text: statusText, wraps: 10 },
];

/** @param components of the score, where they are known: the series that are none of them earn no points */
export function marketLines(market: MarketRow, components: readonly string[] | null, look: Look): readonly string[] {
  const rows = SERIES_KINDS.map((kind) => ({
    kind,
    series: market.series[kind],
    closed: market.closed_at,
    scored: components === null ? null : components.includes(kind),
  }));
  const numbers = numbersOf(market);
  return [
    '',
    ...(numbers.length === 0 ? [] : paragraph(`Market: ${numbers.join(', ')}`, look)),
    ...paragraph(sourceText(market), look),
    ...tableLines(COLUMNS, rows, look),
  ];
}

function numbersOf(market: MarketRow): readonly string[] {
  const percent = (name: string, value: number | null): readonly string[] =>
    value === null ? [] : [`${name} ${percentText(value)}`];
  const dollars = (name: string, value: number | null): readonly string[] =>
    value === null ? [] : [`${name} ${compactText(value)} USD`];
  return [
    ...percent('24 h', market.change_24h_pct),
    ...percent('7 d', market.change_7d_pct),
    ...(market.atr_pct === null ? [] : [`ATR ${market.atr_pct.toFixed(2)} % of the price`]),
    ...dollars('turnover 24 h', market.turnover_24h_usd),
    ...dollars('open interest', market.open_interest_usd),
    ...percent('funding per interval', market.funding_pct),
    ...percent('per 8 h', market.funding_8h_pct),
    ...dollars('liquidated in 24 h', market.liquidations_24h_usd),
  ];
}

function sourceText({ tier, venue, coinalyze_symbol: symbol, exchange }: MarketRow): string {
  const listed = symbol === null ? '' : ` (${symbol})`;
  if (tier === 'resolved') return `Series from ${venue ?? exchange}${listed}, its own`;
  if (tier === 'aggregated')
    return `Series from a stand-in: ${venue ?? '?'}${listed}; none of these numbers are ${exchange}'s`;
  return 'No series: neutral';
}

function valueText(kind: SeriesKind, { value }: SeriesRow): string {
  if (value === null) return '';
  return kind === 'funding_rate' ? percentText(value) : compactText(value);
}

function ageText({ series, closed }: Row): string {
  return series.as_of === null || closed === null ? '' : formatDuration(closed - series.as_of);
}

function statusText({ series: { status, stale, reason }, scored }: Row): string {
  const known = status === 'used';
  const use = scored === false ? 'not scored' : known ? (scored === null ? 'known' : 'used') : 'neutral';
  return `${use}${known ? '' : `: ${causeOf(reason)}`}${stale && known ? ', stale' : ''}`;
}

/** `deferred` of `OI_UNAVAILABLE:deferred`; the reasons below the table have the whole code. */
function causeOf(reason: string | null): string {
  return reason?.split(':').at(-1) ?? 'no reason';
}
