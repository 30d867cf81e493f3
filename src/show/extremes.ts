/** What moved most: the most extreme fundings and changes of open interest, each with the venue whose number it is. */
import type { MarketRow, SeriesRow } from '../core/market-row.ts';
import { paint, paragraph, tableLines, type Column, type Look } from '../feed/layout.ts';
import { compactText, percentText } from '../feed/words.ts';
import { isStaleAt } from './fresh-markets.ts';
import { keepFew } from './keep-few.ts';

const MOST = 3;

/** Numbers of a market itself or of its stand-in. */
interface Extreme {
  readonly market: string;
  readonly venue: string;
  /** Funding: percent per 8 h where the interval is known. */
  readonly per8h: number | null;
  /** Funding per interval, or the change of open interest over 24 h, percent. */
  readonly value: number;
  readonly percentile: number | null;
  readonly n: number | null;
  readonly usd: number | null;
  readonly isOwn: boolean;
  /** One line a coin: three venues of one coin would say the same three times. */
  readonly coin: string;
}

const MARKET: Column<Extreme> = {
  title: 'MARKET',
  align: 'left',
  text: ({ market }) => market,
  style: () => 'bold',
};
const VENUE: Column<Extreme> = { title: 'VENUE', align: 'left', text: ({ venue }) => venue, wraps: 12 };

const FUNDING: readonly Column<Extreme>[] = [
  MARKET,
  { title: 'PER INTERVAL', align: 'right', text: ({ value }) => percentText(value) },
  { title: 'PER 8 H', align: 'right', text: ({ per8h }) => (per8h === null ? '' : percentText(per8h)), dispensable: 1 },
  { title: 'IN ITS HISTORY', align: 'left', text: placeText, dispensable: 2 },
  VENUE,
];

const OPEN_INTEREST: readonly Column<Extreme>[] = [
  MARKET,
  { title: 'CHANGE', align: 'right', text: ({ value }) => percentText(value) },
  { title: 'NOW, USD', align: 'right', text: ({ usd }) => (usd === null ? '' : compactText(usd)), dispensable: 1 },
  VENUE,
];

/** Of markets that are not stale at `asOf` (ms UTC), while they pass by once. */
export function extremeLines(markets: Iterable<MarketRow>, asOf: number, look: Look): readonly string[] {
  const fundings = keepFew(MOST, byFunding, ({ coin }) => coin);
  const changes = keepFew(MOST, byChange, ({ coin }) => coin);
  for (const row of markets) {
    if (isStaleAt(row, asOf)) continue;
    const funding = fundingOf(row);
    if (funding !== null) fundings.add(funding);
    const change = changeOf(row);
    if (change !== null) changes.add(change);
  }
  return [
    ...section('Most extreme funding', FUNDING, fundings.result(), look),
    ...section('Largest changes of open interest in 24 h', OPEN_INTEREST, changes.result(), look),
  ];
}

function section(
  title: string,
  columns: readonly Column<Extreme>[],
  rows: readonly Extreme[],
  look: Look,
): readonly string[] {
  if (rows.length === 0) return ['', ...paragraph(`${title}: not known of any market`, look)];
  const heading = paragraph(title, look).map((line) => paint(line, 'bold', look));
  return ['', ...heading, ...tableLines(columns, rows, look)];
}

function fundingOf(row: MarketRow): Extreme | null {
  const series = row.series.funding_rate;
  const value = row.funding_pct ?? (series.status === 'used' ? series.value : null);
  if (value === null) return null;
  const { percentile, n } = series;
  if (row.funding_8h_pct === null && percentile === null) return null;
  return {
    ...sourceOf(row, series, row.funding_pct !== null),
    per8h: row.funding_8h_pct,
    value,
    percentile,
    n,
    usd: null,
  };
}

function changeOf(row: MarketRow): Extreme | null {
  const series = row.series.open_interest;
  const value = row.oi_change_24h_pct ?? (series.status === 'used' ? series.change_pct : null);
  if (value === null) return null;
  const usd = row.open_interest_usd ?? series.value_usd;
  return {
    ...sourceOf(row, series, row.oi_change_24h_pct !== null),
    per8h: null,
    value,
    percentile: null,
    n: null,
    usd,
  };
}

function sourceOf(
  { exchange, symbol, coin }: MarketRow,
  { venue, stale }: SeriesRow,
  isOwn: boolean,
): Pick<Extreme, 'market' | 'venue' | 'isOwn' | 'coin'> {
  const notes = [...(isOwn ? [] : [`stand-in: ${venue ?? '?'}`]), ...(stale ? ['stale'] : [])];
  return {
    market: symbol,
    venue: notes.length === 0 ? exchange : `${exchange} (${notes.join(', ')})`,
    isOwn,
    coin,
  };
}

/** Those per 8 h can be compared with each other and come first; the others by their place in their own history. */
function byFunding(a: Extreme, b: Extreme): number {
  if (a.per8h !== null || b.per8h !== null) return sizeOf(b.per8h) - sizeOf(a.per8h) || bySource(a, b);
  const far = ({ percentile }: Extreme): number => Math.abs((percentile ?? 0.5) - 0.5);
  return far(b) - far(a) || byChange(a, b);
}

function byChange(a: Extreme, b: Extreme): number {
  return Math.abs(b.value) - Math.abs(a.value) || bySource(a, b);
}

function sizeOf(value: number | null): number {
  return value === null ? -1 : Math.abs(value);
}

/** The market whose number it is comes before those that it stands in for. */
function bySource(a: Extreme, b: Extreme): number {
  return Number(b.isOwn) - Number(a.isOwn);
}

/** `highest of 180`, `above 97 %`: among the values of the window. */
function placeText({ percentile, n }: Extreme): string {
  if (percentile === null) return '';
  if (percentile >= 1) return `highest of ${n ?? '?'}`;
  if (percentile <= 0) return `lowest of ${n ?? '?'}`;
  const above = percentile >= 0.5;
  return `${above ? 'above' : 'below'} ${Math.floor(100 * (above ? percentile : 1 - percentile))} %`;
}
